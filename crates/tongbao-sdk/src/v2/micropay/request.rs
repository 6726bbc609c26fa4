//! The charge itself.

use std::fmt;
use std::net::IpAddr;

use tongbao_wire::{AuthCode, Call, Fen, OutTradeNo};

use crate::unsendable::{self, Unsendable};
use crate::v2::call_error::CallError;
use crate::v2::client::Client;
use crate::v2::client::outgoing::Outgoing;
use crate::v2::merchant::Party;
use crate::v2::order_options::OrderOptions;
use crate::v2::order_query::echoed;
use crate::v2::payment::Payment;
use crate::v2::unified_order::BODY_CHARS_MAX;

/// A payment code to charge. Another code needs another `out_trade_no`.
#[derive(Clone)]
pub struct Micropay {
    /// Whose order it is.
    pub party: Party,
    /// What was scanned.
    pub auth_code: AuthCode,
    /// The merchant's number.
    pub out_trade_no: OutTradeNo,
    /// What is bought; at most 127 characters.
    pub body: String,
    /// What it costs.
    pub total_fee: Fen,
    /// The caller's address.
    pub spbill_create_ip: IpAddr,
    /// A deposit (押金), for merchants permitted to take them.
    pub deposit: bool,
    /// What else may be said.
    pub options: OrderOptions,
}

impl Micropay {
    /// A charge with what every charge has; the rest is set on the value.
    #[must_use]
    pub fn new(
        party: Party,
        auth_code: AuthCode,
        out_trade_no: OutTradeNo,
        body: impl Into<String>,
        total_fee: Fen,
        spbill_create_ip: IpAddr,
    ) -> Self {
        Self {
            party,
            auth_code,
            out_trade_no,
            body: body.into(),
            total_fee,
            spbill_create_ip,
            deposit: false,
            options: OrderOptions::default(),
        }
    }

    /// Checks what the platform would refuse.
    pub(super) fn check(&self) -> Result<(), Unsendable> {
        unsendable::text("body", &self.body, BODY_CHARS_MAX)?;
        unsendable::positive("total_fee", self.total_fee)?;
        self.options.check()
    }

    fn outgoing(&self) -> Outgoing {
        let outgoing = Outgoing::to(Call::Micropay)
            .party(&self.party)
            .field("auth_code", self.auth_code.as_str())
            .field("out_trade_no", self.out_trade_no.as_str())
            .field("body", &self.body)
            .fen("total_fee", self.total_fee)
            .field("spbill_create_ip", &self.spbill_create_ip.to_string())
            .field_if("deposit", self.deposit.then_some("Y"));
        self.options.put(outgoing)
    }
}

/// Without the code, which is good for a charge.
impl fmt::Debug for Micropay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Micropay")
            .field("party", &self.party)
            .field("out_trade_no", &self.out_trade_no)
            .field("body", &self.body)
            .field("total_fee", &self.total_fee)
            .finish_non_exhaustive()
    }
}

impl Client {
    /// Charges a payment code, once (v2.md §3.7). [`Client::pay_by_code`] sees it to its end.
    ///
    /// # Errors
    /// [`CallError`]; while its outcome is unknown, query, and reverse when it is not paid.
    pub async fn micropay(&self, request: &Micropay) -> Result<Payment, CallError> {
        request.check().map_err(CallError::unsendable(Call::Micropay))?;
        self.answer(request.outgoing(), |fields| {
            echoed(fields, "out_trade_no", request.out_trade_no.as_str())?;
            Payment::read(fields)
        })
        .await
    }
}
