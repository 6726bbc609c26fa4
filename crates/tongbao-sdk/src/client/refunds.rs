//! Refunds (v3.md §5).

use tongbao_wire::{Call, Mchid, OutRefundNo, Refund, RefundId};

use super::Client;
use super::outgoing::Outgoing;
use crate::abnormal_refund::AbnormalRefundRequest;
use crate::call_error::CallError;
use crate::refund_request::RefundRequest;

impl Client {
    /// Asks for a refund (v3.md §5.1). Success means accepted, not arrived.
    ///
    /// # Errors
    /// [`CallError`]. Whatever it says, never ask under a new number because of uncertainty: query by
    /// `out_refund_no` first (v3.md §5.4). This client does not repeat by itself.
    pub async fn refund(&self, request: &RefundRequest) -> Result<Refund, CallError> {
        let call = Call::Refund;
        request.check().map_err(CallError::unsendable(call))?;
        let (outgoing, number) = (Outgoing::to(call).json(request), request.out_refund_no.as_str());
        self.answer_about(outgoing, "out_refund_no", number, refund_number).await
    }

    /// Looks a refund up (v3.md §5.3).
    ///
    /// # Errors
    /// [`CallError`]; `RESOURCE_NOT_EXISTS` when the platform never accepted it.
    pub async fn query_refund(&self, out_refund_no: &OutRefundNo) -> Result<Refund, CallError> {
        self.find_refund(None, out_refund_no).await
    }

    /// Looks a refund of a sub-merchant up, as its service provider (v3.md §5.3).
    ///
    /// # Errors
    /// As [`Client::query_refund`].
    pub async fn query_sub_merchant_refund(
        &self,
        sub_mchid: &Mchid,
        out_refund_no: &OutRefundNo,
    ) -> Result<Refund, CallError> {
        self.find_refund(Some(sub_mchid), out_refund_no).await
    }

    async fn find_refund(
        &self,
        sub_mchid: Option<&Mchid>,
        out_refund_no: &OutRefundNo,
    ) -> Result<Refund, CallError> {
        let number = out_refund_no.as_str();
        let outgoing = Outgoing::to(Call::QueryRefund).part("out_refund_no", number);
        let outgoing = outgoing.query_if("sub_mchid", sub_mchid.map(Mchid::as_str));
        self.answer_about(outgoing, "out_refund_no", number, refund_number).await
    }

    /// Sends a refund that the platform reports as `ABNORMAL` to a bank card (v3.md §5.5).
    ///
    /// # Errors
    /// [`CallError`]; like a refund, it is queried before it is sent again.
    pub async fn abnormal_refund(
        &self,
        refund_id: &RefundId,
        request: &AbnormalRefundRequest,
    ) -> Result<Refund, CallError> {
        let call = Call::AbnormalRefund;
        request.check().map_err(CallError::unsendable(call))?;
        let outgoing = Outgoing::to(call).part("refund_id", refund_id.as_str());
        self.answer(outgoing.json(request).sealed_with(request.to.serial())).await
    }
}

fn refund_number(refund: &Refund) -> &str {
    refund.out_refund_no.as_str()
}
