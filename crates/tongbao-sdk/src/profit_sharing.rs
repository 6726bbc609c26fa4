//! Profit sharing (分账): a payment's money goes to several receivers (v3-extended.md §8).
//!
//! The order is created with `profit_sharing`, which freezes its money. A minute after payment at the
//! earliest, and within 30 days, it is shared in up to 50 shares; what is left is unfrozen.
//!
//! A share is executed later, and its parts succeed or fail one by one: [`Share::all_succeeded`] tells, not
//! the state `FINISHED`. Receivers are told of their money, the merchant who shares is not: query.
//!
//! A service provider names the sub-merchant who shares in `sub_mchid`; the money is that sub-merchant's.

mod receiver;
mod request;

use tongbao_wire::profit_sharing::{
    MaxShareRatio, Share, ShareReceiverAdded, ShareReceiverRemoved, ShareReturn, UnsplitAmount,
};
use tongbao_wire::{Call, Mchid, OutOrderNo, OutReturnNo, TransactionId};

pub use self::receiver::{AddReceiver, Relation, RemoveReceiver, ShareAccount};
pub use self::request::{ReturnedShare, ShareReceiver, ShareRequest, ShareReturnRequest, UnfreezeRequest};
use crate::call_error::CallError;
use crate::client::Client;
use crate::client::outgoing::Outgoing;

/// The calls of profit sharing; made by [`Client::profit_sharing`].
#[derive(Clone, Copy, Debug)]
pub struct ProfitSharing<'a>(&'a Client);

impl Client {
    /// The calls of profit sharing.
    #[must_use]
    pub fn profit_sharing(&self) -> ProfitSharing<'_> {
        ProfitSharing(self)
    }
}

impl ProfitSharing<'_> {
    /// Shares a payment (v3-extended.md §8.3). Accepted is not executed: [`ProfitSharing::query`] later.
    ///
    /// The same share again, unchanged, gives the same answer.
    ///
    /// # Errors
    /// [`CallError`]; `NOT_ENOUGH` when less is frozen, `RULE_LIMIT` above the ratio that may be shared.
    pub async fn share(&self, request: &ShareRequest) -> Result<Share, CallError> {
        let call = Call::ShareProfit;
        request.check().map_err(CallError::unsendable(call))?;
        self.0.answer(Outgoing::to(call).json(request).sealed_with(request.serial())).await
    }

    /// Looks a share up (v3-extended.md §8.2).
    ///
    /// # Errors
    /// [`CallError`]; `RESOURCE_NOT_EXISTS` when the platform never accepted it.
    pub async fn query(
        &self,
        transaction_id: &TransactionId,
        out_order_no: &OutOrderNo,
    ) -> Result<Share, CallError> {
        self.find(None, transaction_id, out_order_no).await
    }

    /// Looks a sub-merchant's share up, as its service provider (v3-extended.md §8.2).
    ///
    /// # Errors
    /// As [`ProfitSharing::query`].
    pub async fn query_sub_merchant(
        &self,
        sub_mchid: &Mchid,
        transaction_id: &TransactionId,
        out_order_no: &OutOrderNo,
    ) -> Result<Share, CallError> {
        self.find(Some(sub_mchid), transaction_id, out_order_no).await
    }

    async fn find(
        &self,
        sub_mchid: Option<&Mchid>,
        transaction_id: &TransactionId,
        out_order_no: &OutOrderNo,
    ) -> Result<Share, CallError> {
        let outgoing = Outgoing::to(Call::QueryShare)
            .part("out_order_no", out_order_no.as_str())
            .query("transaction_id", transaction_id.as_str())
            .query_if("sub_mchid", sub_mchid.map(Mchid::as_str));
        self.0.answer(outgoing).await
    }

    /// Ends sharing and gives what is still frozen back to the merchant (v3-extended.md §8.4).
    ///
    /// [`UnfreezeRequest::out_order_no`] must be new: under the number of a share this answers success and
    /// unfreezes nothing. [`ProfitSharing::unsplit_amount`] tells what is still frozen.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn unfreeze(&self, request: &UnfreezeRequest) -> Result<Share, CallError> {
        let call = Call::UnfreezeShare;
        request.check().map_err(CallError::unsendable(call))?;
        self.0.answer(Outgoing::to(call).json(request)).await
    }

    /// Takes a share back from a merchant who received it (v3-extended.md §8.4), before a refund for example.
    ///
    /// The money goes to the available balance of the merchant who had shared, and cannot be shared again. The
    /// same return again, unchanged, gives the same answer.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn take_back(&self, request: &ShareReturnRequest) -> Result<ShareReturn, CallError> {
        let call = Call::ReturnShare;
        request.check().map_err(CallError::unsendable(call))?;
        self.0.answer(Outgoing::to(call).json(request)).await
    }

    /// Looks a return up (v3-extended.md §8.2).
    ///
    /// # Errors
    /// [`CallError`]; `RESOURCE_NOT_EXISTS` when the platform never accepted it.
    pub async fn query_return(
        &self,
        out_order_no: &OutOrderNo,
        out_return_no: &OutReturnNo,
    ) -> Result<ShareReturn, CallError> {
        self.find_return(None, out_order_no, out_return_no).await
    }

    /// Looks a sub-merchant's return up, as its service provider (v3-extended.md §8.2).
    ///
    /// # Errors
    /// As [`ProfitSharing::query_return`].
    pub async fn query_sub_merchant_return(
        &self,
        sub_mchid: &Mchid,
        out_order_no: &OutOrderNo,
        out_return_no: &OutReturnNo,
    ) -> Result<ShareReturn, CallError> {
        self.find_return(Some(sub_mchid), out_order_no, out_return_no).await
    }

    async fn find_return(
        &self,
        sub_mchid: Option<&Mchid>,
        out_order_no: &OutOrderNo,
        out_return_no: &OutReturnNo,
    ) -> Result<ShareReturn, CallError> {
        let outgoing = Outgoing::to(Call::QueryShareReturn)
            .part("out_return_no", out_return_no.as_str())
            .query("out_order_no", out_order_no.as_str())
            .query_if("sub_mchid", sub_mchid.map(Mchid::as_str));
        self.0.answer(outgoing).await
    }

    /// Asks how much of a payment is still frozen for sharing (v3-extended.md §8.2).
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn unsplit_amount(&self, transaction_id: &TransactionId) -> Result<UnsplitAmount, CallError> {
        let outgoing = Outgoing::to(Call::UnsplitAmount).part("transaction_id", transaction_id.as_str());
        self.0.answer(outgoing).await
    }

    /// Asks how much of its payments a sub-merchant lets its service provider share (v3-extended.md §8.2).
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn max_ratio(&self, sub_mchid: &Mchid) -> Result<MaxShareRatio, CallError> {
        self.0.answer(Outgoing::to(Call::MaxShareRatio).part("sub_mchid", sub_mchid.as_str())).await
    }

    /// Adds a receiver, which must be done before sharing with it (v3-extended.md §8.4). Adding again succeeds
    /// and changes nothing.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn add_receiver(&self, request: &AddReceiver) -> Result<ShareReceiverAdded, CallError> {
        let call = Call::AddShareReceiver;
        request.check().map_err(CallError::unsendable(call))?;
        self.0.answer(Outgoing::to(call).json(request).sealed_with(request.serial())).await
    }

    /// Removes a receiver (v3-extended.md §8.4). What it received can still be taken back.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn remove_receiver(&self, request: &RemoveReceiver) -> Result<ShareReceiverRemoved, CallError> {
        let call = Call::RemoveShareReceiver;
        request.check().map_err(CallError::unsendable(call))?;
        self.0.answer(Outgoing::to(call).json(request)).await
    }
}
