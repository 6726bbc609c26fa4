//! Transfers to users (商家转账), who confirm each one or authorise the merchant once (v3-extended.md §10.1).
//!
//! Money leaves the merchant, so a number is never given up because of uncertainty: whatever a call answers,
//! look the transfer up under its number, and use a new one only when
//! [`TransferState::allows_new_number`](tongbao_wire::TransferState::allows_new_number) says so. The caller's
//! IP address must be registered on the merchant platform.
//!
//! An unconfirmed transfer fails after 24 hours; one older than 30 days can no longer be looked up.

mod authorization;
mod request;

use serde::{Deserialize, Serialize};
use tongbao_wire::transfer::{
    Transfer, TransferAuthorization, TransferAuthorizationRequested, TransferCancellation, TransferReceipt,
    TransferStarted,
};
use tongbao_wire::{Appid, Call, Mchid, OutAuthorizationNo, OutBillNo, TransferBillNo};

pub use self::authorization::{
    AuthorizationInfo, AuthorizationRequest, AuthorizationScene, AuthorizedTransfer, AuthorizingTransfer,
    DeviceType, GivenAuthorization,
};
pub use self::request::{SceneReport, TransferBill, TransferRequest, UserRecvStyle};
use crate::call_error::CallError;
use crate::client::Client;
use crate::client::outgoing::Outgoing;
use crate::sealed::Sealed;

/// The calls of transfers to users; made by [`Client::transfers`].
#[derive(Clone, Copy, Debug)]
pub struct Transfers<'a>(&'a Client);

impl Client {
    /// The calls of transfers to users.
    #[must_use]
    pub fn transfers(&self) -> Transfers<'_> {
        Transfers(self)
    }
}

impl Transfers<'_> {
    /// Starts a transfer that the user confirms (v3-extended.md §10.1); [`Transfers::confirmation`] opens the
    /// page for it. The same transfer again, unchanged, gives its present state.
    ///
    /// # Errors
    /// [`CallError`]. `ALREADY_EXISTS` means that the number was used with other content. After any error,
    /// [`Transfers::query`] before anything else.
    pub async fn start(&self, request: &TransferRequest) -> Result<TransferStarted, CallError> {
        let call = Call::StartTransfer;
        request.check().map_err(CallError::unsendable(call))?;
        let outgoing = Outgoing::to(call).json(request).sealed_with(serial(&request.bill));
        let number = request.bill.out_bill_no.as_str();
        self.0
            .answer_about(outgoing, OUT_BILL_NO, number, |read: &TransferStarted| read.out_bill_no.as_str())
            .await
    }

    /// Starts a transfer, and asks the user who confirms it to receive later ones without confirming.
    ///
    /// # Errors
    /// As [`Transfers::start`].
    pub async fn start_with_authorization(
        &self,
        request: &AuthorizingTransfer,
    ) -> Result<TransferStarted, CallError> {
        let call = Call::StartTransferWithAuthorization;
        request.check().map_err(CallError::unsendable(call))?;
        let outgoing = Outgoing::to(call).json(request).sealed_with(serial(&request.bill));
        let number = request.bill.out_bill_no.as_str();
        self.0
            .answer_about(outgoing, OUT_BILL_NO, number, |read: &TransferStarted| read.out_bill_no.as_str())
            .await
    }

    /// Transfers to a user who has authorised it; nobody confirms.
    ///
    /// # Errors
    /// As [`Transfers::start`].
    pub async fn under_authorization(&self, request: &AuthorizedTransfer) -> Result<Transfer, CallError> {
        let call = Call::TransferUnderAuthorization;
        request.check().map_err(CallError::unsendable(call))?;
        let outgoing = Outgoing::to(call).json(request).sealed_with(serial(&request.bill));
        let number = request.bill.out_bill_no.as_str();
        self.0.answer_about(outgoing, OUT_BILL_NO, number, |read: &Transfer| read.out_bill_no.as_str()).await
    }

    /// Looks a transfer up by the merchant's number; for 30 days.
    ///
    /// # Errors
    /// [`CallError`]; `NOT_FOUND` when the platform never accepted it, or it is too old.
    pub async fn query(&self, out_bill_no: &OutBillNo) -> Result<Transfer, CallError> {
        let number = out_bill_no.as_str();
        let outgoing = Outgoing::to(Call::QueryTransfer).part(OUT_BILL_NO, number);
        self.0.answer_about(outgoing, OUT_BILL_NO, number, |read: &Transfer| read.out_bill_no.as_str()).await
    }

    /// Looks a transfer up by the platform's number; for 30 days.
    ///
    /// # Errors
    /// As [`Transfers::query`].
    pub async fn query_by_bill_no(&self, transfer_bill_no: &TransferBillNo) -> Result<Transfer, CallError> {
        let outgoing = Outgoing::to(Call::QueryTransferByBillNo);
        self.0.answer(outgoing.part("transfer_bill_no", transfer_bill_no.as_str())).await
    }

    /// Cancels a transfer that the user has not confirmed. Success means accepted: query until the state is
    /// final, for the user may confirm first.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn cancel(&self, out_bill_no: &OutBillNo) -> Result<TransferCancellation, CallError> {
        self.0.answer(Outgoing::to(Call::CancelTransfer).part("out_bill_no", out_bill_no.as_str())).await
    }

    /// Asks a user to receive transfers of one scene without confirming. The user has 24 hours; after that a
    /// new number is needed. [`Transfers::confirmation`] opens the page for it.
    ///
    /// # Errors
    /// [`CallError`]; `INVALID_REQUEST` when the user has such authorisations already: use their number.
    pub async fn request_authorization(
        &self,
        request: &AuthorizationRequest,
    ) -> Result<TransferAuthorizationRequested, CallError> {
        let call = Call::RequestTransferAuthorization;
        request.check().map_err(CallError::unsendable(call))?;
        self.0.answer(Outgoing::to(call).json(request)).await
    }

    /// Looks an authorisation up.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn query_authorization(
        &self,
        out_authorization_no: &OutAuthorizationNo,
    ) -> Result<TransferAuthorization, CallError> {
        self.0.answer(authorization(Call::QueryTransferAuthorization, out_authorization_no)).await
    }

    /// Looks an authorisation in force up, with the `package_info` that opens the page on which the user sees
    /// it. One that is still to be given has its own, in the answer to the request.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn show_authorization(
        &self,
        out_authorization_no: &OutAuthorizationNo,
    ) -> Result<TransferAuthorization, CallError> {
        let outgoing = authorization(Call::QueryTransferAuthorization, out_authorization_no);
        self.0.answer(outgoing.query("is_display_authorization", "true")).await
    }

    /// Ends an authorisation.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn close_authorization(
        &self,
        out_authorization_no: &OutAuthorizationNo,
    ) -> Result<TransferAuthorization, CallError> {
        self.0.answer(authorization(Call::CloseTransferAuthorization, out_authorization_no)).await
    }

    /// Asks for the receipt of a transfer, by the merchant's number. It is made later.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn request_receipt(&self, out_bill_no: &OutBillNo) -> Result<TransferReceipt, CallError> {
        #[derive(Serialize)]
        struct Body<'a> {
            out_bill_no: &'a OutBillNo,
        }
        self.0.answer(Outgoing::to(Call::RequestTransferReceipt).json(&Body { out_bill_no })).await
    }

    /// Looks a receipt up, by the merchant's number of the transfer.
    ///
    /// The file is then fetched with [`SignedCall::get`](crate::SignedCall::get) on the path and query of
    /// `download_url`, [`unsigned_answer`](crate::SignedCall::unsigned_answer), and compared with `hash_value`.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn query_receipt(&self, out_bill_no: &OutBillNo) -> Result<TransferReceipt, CallError> {
        let outgoing = Outgoing::to(Call::QueryTransferReceipt);
        self.0.answer(outgoing.part("out_bill_no", out_bill_no.as_str())).await
    }

    /// Asks for the receipt of a transfer, by the platform's number. It is made later.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn request_receipt_by_bill_no(
        &self,
        transfer_bill_no: &TransferBillNo,
    ) -> Result<TransferReceipt, CallError> {
        #[derive(Serialize)]
        struct Body<'a> {
            transfer_bill_no: &'a TransferBillNo,
        }
        let outgoing = Outgoing::to(Call::RequestTransferReceiptByBillNo);
        self.0.answer(outgoing.json(&Body { transfer_bill_no })).await
    }

    /// Looks a receipt up, by the platform's number of the transfer.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn query_receipt_by_bill_no(
        &self,
        transfer_bill_no: &TransferBillNo,
    ) -> Result<TransferReceipt, CallError> {
        let outgoing = Outgoing::to(Call::QueryTransferReceiptByBillNo);
        self.0.answer(outgoing.part("transfer_bill_no", transfer_bill_no.as_str())).await
    }

    /// What the front end needs to open the page of `package_info`, on which the user confirms a transfer or
    /// authorises. `appid` is the one of the request. Nothing is signed.
    #[must_use]
    pub fn confirmation(&self, appid: &Appid, package_info: &str) -> RequestMerchantTransfer {
        RequestMerchantTransfer {
            mch_id: self.0.mchid().clone(),
            app_id: appid.clone(),
            package: package_info.into(),
        }
    }
}

/// What a mini program or page hands to `wx.requestMerchantTransfer`, as it stands. What the front end then
/// reports is no proof: query.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestMerchantTransfer {
    /// The merchant.
    #[serde(rename = "mchId")]
    pub mch_id: Mchid,
    /// The app in which the page opens.
    #[serde(rename = "appId")]
    pub app_id: Appid,
    /// `package_info` as it came.
    pub package: String,
}

fn authorization(call: Call, out_authorization_no: &OutAuthorizationNo) -> Outgoing {
    Outgoing::to(call).part("out_authorization_no", out_authorization_no.as_str())
}

fn serial(bill: &TransferBill) -> Option<&str> {
    bill.user_name.as_ref().map(Sealed::serial)
}

/// What an answer about a transfer must name.
const OUT_BILL_NO: &str = "out_bill_no";
