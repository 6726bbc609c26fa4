//! A request before it is signed.

use tongbao_wire::{Call, Fen, Repetition};

use crate::unsendable::{Unsendable, UnsendableReason};
use crate::v2::fields::Fields;
use crate::v2::merchant::{Merchant, Party, Role};
use crate::v2::sign::SignType;

/// A request before it is signed.
#[derive(Clone, Debug)]
pub(crate) struct Outgoing {
    pub(super) call: Call,
    pub(super) path: String,
    pub(super) fields: Fields,
    /// Another signature than the merchant's usual one.
    pub(super) sign_type: Option<SignType>,
    pub(super) certificate: bool,
    pub(super) answer: AnswerSign,
    pub(super) repetition: Repetition,
    /// A service provider has to say for whom.
    for_sub_merchant: bool,
}

/// Whether the platform signs what it answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AnswerSign {
    /// It must, and the signature is checked.
    Checked,
    /// It does not.
    None,
}

impl Outgoing {
    /// A request of `call`, still empty.
    pub(crate) fn to(call: Call) -> Self {
        Self {
            certificate: needs_certificate(call),
            answer: answer_sign(call),
            for_sub_merchant: is_for_sub_merchant(call),
            ..Self::at(call, call.path().to_owned())
        }
    }

    /// A request with an address of its own.
    pub(crate) fn at(call: Call, path: String) -> Self {
        Self {
            call,
            path,
            fields: Fields::new(),
            sign_type: None,
            certificate: false,
            answer: AnswerSign::Checked,
            repetition: call.repetition(),
            for_sub_merchant: false,
        }
    }

    /// Which call it is.
    pub(crate) fn call(&self) -> Call {
        self.call
    }

    /// Says whose order it is.
    pub(crate) fn party(self, party: &Party) -> Self {
        let sub = party.sub.as_ref();
        self.field("appid", party.appid.as_str())
            .field_if("sub_mch_id", sub.map(|sub| sub.sub_mch_id.as_str()))
            .field_if("sub_appid", sub.and_then(|sub| sub.sub_appid.as_ref()).map(|appid| appid.as_str()))
    }

    /// Carries `text` as `name`.
    pub(crate) fn field(mut self, name: &str, text: &str) -> Self {
        self.fields.set(name, text);
        self
    }

    /// The same when there is a text.
    pub(crate) fn field_if(self, name: &str, text: Option<&str>) -> Self {
        match text {
            Some(text) => self.field(name, text),
            None => self,
        }
    }

    /// Carries an amount.
    pub(crate) fn fen(self, name: &str, amount: Fen) -> Self {
        self.field(name, &amount.get().to_string())
    }

    /// Signs in another way than usual.
    pub(crate) fn signed_with(mut self, sign_type: SignType) -> Self {
        self.sign_type = Some(sign_type);
        self
    }

    /// Refuses what `merchant` cannot send (v2.md §6), and an address that is none.
    pub(super) fn check(&self, merchant: &Merchant) -> Result<(), Unsendable> {
        let plain = self.path.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/_-.".contains(&byte));
        if !plain || !self.path.starts_with('/') {
            return Err(Unsendable::new("path", UnsendableReason::Path));
        }
        let refuse = |reason| Err(Unsendable::new("sub_mch_id", UnsendableReason::Combination(reason)));
        match (merchant.role, self.fields.get("sub_mch_id")) {
            (Role::Direct, Some(_)) => refuse("is only for service providers"),
            (Role::ServiceProvider, None) if self.for_sub_merchant => {
                refuse("must be given by a service provider")
            }
            (Role::ServiceProvider, Some(own)) if own == merchant.mch_id.as_str() => {
                refuse("must differ from the service provider's own mch_id")
            }
            (Role::Direct | Role::ServiceProvider, _) => Ok(()),
        }
    }
}

/// Calls that the platform takes over mutual TLS only (v2.md §1.1).
fn needs_certificate(call: Call) -> bool {
    matches!(call, Call::RefundV2 | Call::RefundGoodsV2 | Call::ReverseOrder | Call::DownloadFundFlow)
}

/// Calls whose answers bear no signature (v2.md §1.1, from what implementations found).
fn answer_sign(call: Call) -> AnswerSign {
    match call {
        Call::DownloadTradeBill | Call::DownloadFundFlow | Call::Report | Call::SandboxKey => {
            AnswerSign::None
        }
        _ => AnswerSign::Checked,
    }
}

/// Calls about an order, which belongs to a sub-merchant when a service provider makes them.
fn is_for_sub_merchant(call: Call) -> bool {
    matches!(
        call,
        Call::UnifiedOrder
            | Call::OrderQuery
            | Call::CloseOrder
            | Call::RefundV2
            | Call::RefundGoodsV2
            | Call::RefundQuery
            | Call::RefundGoodsQuery
            | Call::Micropay
            | Call::ReverseOrder
            | Call::AuthCodeToOpenid
    )
}
