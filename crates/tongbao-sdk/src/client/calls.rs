//! What can be asked of the platform.

use bytes::Bytes;
use http::StatusCode;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tongbao_wire::{OutRefundNo, OutTradeNo, PrepayAnswer, Refund, Transaction, TransactionId};

use super::Client;
use super::send::{Answer, Outgoing, refused};
use crate::call_error::{Call, CallError, CallErrorKind};
use crate::json;
use crate::prepay::JsapiPrepay;
use crate::refund_request::RefundRequest;
use crate::unsendable::Unsendable;

impl Client {
    /// Creates a JSAPI or mini-program order (v3.md §2.1). The same order again, unchanged, gives a
    /// `prepay_id` again.
    ///
    /// # Errors
    /// [`CallError`]; when its outcome is unknown, the same order may be sent again.
    pub async fn jsapi_prepay(&self, order: &JsapiPrepay) -> Result<PrepayAnswer, CallError> {
        let call = Call::JsapiPrepay;
        order.check().map_err(|error| unsendable(call, error))?;
        let body = body(&order.body(self.mchid()));
        let mut outgoing = Outgoing::post(call, "/v3/pay/transactions/jsapi".into(), body);
        outgoing.serial = order.identity.as_ref().and_then(|identity| identity.serial()).map(str::to_owned);
        decode(call, &self.send(&outgoing).await?)
    }

    /// Looks a payment up by the merchant's number, in any state (v3.md §2.5).
    ///
    /// # Errors
    /// [`CallError`]; `ORDER_NOT_EXIST` when the platform has no such order.
    pub async fn query_by_out_trade_no(&self, out_trade_no: &OutTradeNo) -> Result<Transaction, CallError> {
        let number = encoded(out_trade_no.as_str());
        let mchid = self.mchid();
        self.read(Call::Query, format!("/v3/pay/transactions/out-trade-no/{number}?mchid={mchid}")).await
    }

    /// Looks a payment up by the platform's number (v3.md §2.5). Only paid orders have one.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn query_by_transaction_id(
        &self,
        transaction_id: &TransactionId,
    ) -> Result<Transaction, CallError> {
        let number = encoded(transaction_id.as_str());
        let mchid = self.mchid();
        self.read(Call::Query, format!("/v3/pay/transactions/id/{number}?mchid={mchid}")).await
    }

    /// Closes an order that is not paid (v3.md §2.6). Closing a closed order succeeds.
    ///
    /// # Errors
    /// [`CallError`]; a payment may be racing, so ask what became of the order.
    pub async fn close(&self, out_trade_no: &OutTradeNo) -> Result<(), CallError> {
        #[derive(Serialize)]
        struct Close<'a> {
            mchid: &'a str,
        }
        let body = body(&Close { mchid: self.mchid().as_str() });
        let number = encoded(out_trade_no.as_str());
        let path = format!("/v3/pay/transactions/out-trade-no/{number}/close");
        self.send(&Outgoing::post(Call::Close, path, body)).await.map(drop)
    }

    /// Asks for a refund (v3.md §5.1). Success means accepted, not arrived.
    ///
    /// # Errors
    /// [`CallError`]. Whatever it says, never ask under a new number because of uncertainty: query by
    /// `out_refund_no` first (v3.md §5.4). This client does not repeat by itself.
    pub async fn refund(&self, request: &RefundRequest) -> Result<Refund, CallError> {
        let call = Call::Refund;
        request.check().map_err(|error| unsendable(call, error))?;
        let outgoing = Outgoing::post(call, "/v3/refund/domestic/refunds".into(), body(request));
        decode(call, &self.send(&outgoing).await?)
    }

    /// Looks a refund up (v3.md §5.3).
    ///
    /// # Errors
    /// [`CallError`]; `RESOURCE_NOT_EXISTS` when the platform never accepted it.
    pub async fn query_refund(&self, out_refund_no: &OutRefundNo) -> Result<Refund, CallError> {
        let number = encoded(out_refund_no.as_str());
        self.read(Call::QueryRefund, format!("/v3/refund/domestic/refunds/{number}")).await
    }

    async fn read<T: DeserializeOwned>(&self, call: Call, path: String) -> Result<T, CallError> {
        decode(call, &self.send(&Outgoing::get(call, path)).await?)
    }
}

fn unsendable(call: Call, error: Unsendable) -> CallError {
    CallError::new(call, CallErrorKind::Unsendable(error))
}

fn body(value: &impl Serialize) -> Bytes {
    serde_json::to_vec(value).expect("requests have text keys only").into()
}

/// Reads a verified answer.
fn decode<T: DeserializeOwned>(call: Call, answer: &Answer) -> Result<T, CallError> {
    if answer.status == StatusCode::ACCEPTED {
        // Accepted, not finished: the body is a code, not the thing asked for (v3.md §1.11).
        return Err(refused(call, answer.status, &answer.request_id, &answer.body));
    }
    json::decode(&answer.body).map_err(|misfit| {
        CallError::new(call, CallErrorKind::Undecodable(misfit)).answered(&answer.request_id)
    })
}

/// Percent-encodes a number for the path; what is signed is the encoded form (v3.md §1.2).
fn encoded(number: &str) -> String {
    let mut text = String::with_capacity(number.len());
    for byte in number.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            text.push(char::from(byte));
        } else {
            text.push('%');
            text.push_str(&crate::certificate::upper_hex(&[byte]));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::encoded;

    #[test]
    fn order_numbers_are_percent_encoded_in_paths() {
        assert_eq!(encoded("a-b_c|d*e@f"), "a-b_c%7Cd%2Ae%40f");
        assert!(http::Uri::try_from(format!("https://host/{}", encoded("|*@"))).is_ok());
    }
}
