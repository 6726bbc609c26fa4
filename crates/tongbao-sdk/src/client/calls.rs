//! What can be asked of the platform.

use tongbao_wire::{Call, OutRefundNo, Refund};

use super::Client;
use super::outgoing::Outgoing;
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
        self.answer(Outgoing::to(call).json(request)).await
    }

    /// Looks a refund up (v3.md §5.3).
    ///
    /// # Errors
    /// [`CallError`]; `RESOURCE_NOT_EXISTS` when the platform never accepted it.
    pub async fn query_refund(&self, out_refund_no: &OutRefundNo) -> Result<Refund, CallError> {
        self.answer(Outgoing::to(Call::QueryRefund).part("out_refund_no", out_refund_no.as_str())).await
    }
}
