//! What a request is about: whose, and which order. Read leniently and unverified, for matching only.

use serde_json::Value;
use tongbao_wire::{Mchid, OutRefundNo, OutTradeNo, RefundId, TransactionId};

use crate::inspector::flat_xml;
use crate::received::Received;
use crate::state::State;
use crate::why::header;

/// Whose a message is and which order it is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct About {
    pub(super) mchid: Option<Mchid>,
    pub(super) order: Option<String>,
}

/// Numbers in a request that lead to an order.
const NUMBERS: &[&str] =
    &["out_trade_no", "combine_out_trade_no", "transaction_id", "out_refund_no", "refund_id"];

impl About {
    pub(super) fn of(call: &Received, state: &State) -> Self {
        let mchid = mchid(call);
        let order = NUMBERS.iter().find_map(|name| {
            let number = number(call, name)?;
            resolved(state, mchid.as_ref(), name, number)
        });
        Self { mchid, order }
    }
}

fn mchid(call: &Received) -> Option<Mchid> {
    let said = match call.headers.get(http::header::AUTHORIZATION) {
        Some(authorization) => header::read(authorization.to_str().ok()).0.mchid.to_owned(),
        None => flat_xml::value(&call.body, "mch_id")?,
    };
    Mchid::parse(&said).ok()
}

/// From the path, the query or the body.
fn number(call: &Received, name: &str) -> Option<String> {
    let (path, query) = call.target.split_once('?').unwrap_or((&call.target, ""));
    let named = call.endpoint.path().split('/').zip(path.split('/'));
    let braced = format!("{{{name}}}");
    if let Some((_, there)) = named.into_iter().find(|(known, _)| *known == braced) {
        return Some(there.to_owned());
    }
    if let Some(there) = query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('=')) {
        return Some(there.to_owned());
    }
    let body = call.body.trim_ascii_start();
    match body.first() {
        Some(b'<') => flat_xml::value(body, name),
        Some(b'{') => {
            let value: Value = serde_json::from_slice(body).ok()?;
            value.get(name).and_then(Value::as_str).map(str::to_owned)
        }
        _ => None,
    }
}

/// The order's number, when it or something that leads to it was said.
fn resolved(state: &State, mchid: Option<&Mchid>, name: &str, said: String) -> Option<String> {
    match name {
        "transaction_id" => {
            let id = TransactionId::parse(&said).ok()?;
            state.transactions.get(&id).map(|key| key.1.to_string())
        }
        "out_refund_no" => {
            let key = (mchid?.clone(), OutRefundNo::parse(&said).ok()?);
            state.refunds.get(&key).map(|refund| refund.told.out_trade_no.to_string())
        }
        "refund_id" => {
            let key = state.refund_ids.get(&RefundId::parse(&said).ok()?)?;
            state.refunds.get(&key).map(|refund| refund.told.out_trade_no.to_string())
        }
        _ => OutTradeNo::parse(&said).ok().map(|number| number.to_string()),
    }
}
