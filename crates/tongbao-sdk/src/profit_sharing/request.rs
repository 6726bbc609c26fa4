//! Requests to share, to unfreeze and to take back (v3-extended.md §8.3, §8.4).

use std::collections::BTreeSet;

use serde::Serialize;
use tongbao_wire::{Appid, Fen, Mchid, OutOrderNo, OutReturnNo, SharingOrderId, TransactionId};

use super::receiver::{Apps, ShareAccount};
use crate::sealed::Sealed;
use crate::unsendable::{self, Unsendable, UnsendableReason};

/// A share to make with `POST /v3/profitsharing/orders`.
///
/// `out_order_no` is the idempotency key: every retry carries the same number and the same content.
#[derive(Clone, Debug, Serialize)]
pub struct ShareRequest {
    /// The sub-merchant who shares, when the client is its service provider.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sub_mchid: Option<Mchid>,
    /// The caller's app; needed for [`ShareAccount::Person`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub appid: Option<Appid>,
    /// The sub-merchant's app; needed for [`ShareAccount::PersonOfSubMerchant`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sub_appid: Option<Appid>,
    /// The payment.
    pub transaction_id: TransactionId,
    /// The merchant's number of this share.
    pub out_order_no: OutOrderNo,
    /// Who receives what: 1 to 50, each once.
    pub receivers: Vec<ShareReceiver>,
    /// Ends sharing and gives the rest back to the merchant; nothing can be shared after that.
    pub unfreeze_unsplit: bool,
}

/// One receiver's part of a share.
#[derive(Clone, Debug, Serialize)]
pub struct ShareReceiver {
    /// Who receives.
    #[serde(flatten)]
    pub account: ShareAccount,
    /// The receiver's name, which is compared with the real one when given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Sealed>,
    /// How much.
    pub amount: Fen,
    /// What for, as bills have it; at most 80 characters.
    pub description: String,
}

impl ShareReceiver {
    /// A part without a name to compare.
    #[must_use]
    pub fn new(account: ShareAccount, amount: Fen, description: impl Into<String>) -> Self {
        Self { account, name: None, amount, description: description.into() }
    }

    fn check(&self) -> Result<(), Unsendable> {
        self.account.check()?;
        unsendable::positive("amount", self.amount)?;
        unsendable::text("description", &self.description, DESCRIPTION_CHARS_MAX)
    }
}

impl ShareRequest {
    /// A share that leaves the rest frozen; the other members are set on the value.
    #[must_use]
    pub fn new(
        transaction_id: TransactionId,
        out_order_no: OutOrderNo,
        receivers: Vec<ShareReceiver>,
    ) -> Self {
        Self {
            sub_mchid: None,
            appid: None,
            sub_appid: None,
            transaction_id,
            out_order_no,
            receivers,
            unfreeze_unsplit: false,
        }
    }

    /// Checks what the platform would refuse.
    pub(super) fn check(&self) -> Result<(), Unsendable> {
        let receivers = |reason| Err(Unsendable::new("receivers", reason));
        if self.receivers.is_empty() {
            return receivers(UnsendableReason::Combination("is empty; to end sharing, unfreeze instead"));
        }
        if self.receivers.len() > RECEIVERS_MAX {
            return receivers(UnsendableReason::Combination(
                "has more than 50 receivers; share several times",
            ));
        }
        for (position, receiver) in self.receivers.iter().enumerate() {
            receiver.check().map_err(|fault| fault.within(&format!("receivers[{position}]")))?;
        }
        let accounts: Vec<&ShareAccount> = self.receivers.iter().map(|receiver| &receiver.account).collect();
        let (sub_mchid, appid, sub_appid) =
            (self.sub_mchid.as_ref(), self.appid.as_ref(), self.sub_appid.as_ref());
        Apps { sub_mchid, appid, sub_appid }.check(&accounts)?;
        if accounts.iter().collect::<BTreeSet<_>>().len() < accounts.len() {
            return receivers(UnsendableReason::Combination("names a receiver twice; add the amounts up"));
        }
        if self.names().any(|name| Some(name.serial()) != self.serial()) {
            return receivers(UnsendableReason::Combination("must have all names sealed with the same key"));
        }
        Ok(())
    }

    fn names(&self) -> impl Iterator<Item = &Sealed> {
        self.receivers.iter().filter_map(|receiver| receiver.name.as_ref())
    }

    /// Serial number of the key the names were sealed with.
    pub(super) fn serial(&self) -> Option<&str> {
        self.names().next().map(Sealed::serial)
    }
}

/// An end of sharing, to ask for with `POST /v3/profitsharing/orders/unfreeze`.
#[derive(Clone, Debug, Serialize)]
pub struct UnfreezeRequest {
    /// The sub-merchant whose money is unfrozen, when the client is its service provider.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sub_mchid: Option<Mchid>,
    /// The payment.
    pub transaction_id: TransactionId,
    /// A number of its own. Under the number of a share the platform answers success and unfreezes nothing.
    pub out_order_no: OutOrderNo,
    /// What for; at most 80 characters.
    pub description: String,
}

impl UnfreezeRequest {
    /// An end of sharing; `out_order_no` must be new.
    #[must_use]
    pub fn new(
        transaction_id: TransactionId,
        out_order_no: OutOrderNo,
        description: impl Into<String>,
    ) -> Self {
        Self { sub_mchid: None, transaction_id, out_order_no, description: description.into() }
    }

    /// Checks what the platform would refuse.
    pub(super) fn check(&self) -> Result<(), Unsendable> {
        unsendable::text("description", &self.description, DESCRIPTION_CHARS_MAX)
    }
}

/// A return to ask for with `POST /v3/profitsharing/return-orders`: within 180 days, from a merchant who has
/// allowed it, at most 50 times for one payment.
///
/// `out_return_no` is the idempotency key: every retry carries the same number and the same content.
#[derive(Clone, Debug, Serialize)]
pub struct ShareReturnRequest {
    /// The sub-merchant who had shared, when the client is its service provider.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sub_mchid: Option<Mchid>,
    /// The share.
    #[serde(flatten)]
    pub share: ReturnedShare,
    /// The merchant's number of this return.
    pub out_return_no: OutReturnNo,
    /// Who gives back.
    pub return_mchid: Mchid,
    /// How much; at most what was shared to it.
    pub amount: Fen,
    /// What for; at most 80 characters.
    pub description: String,
}

/// A share, by one of its two numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum ReturnedShare {
    /// The platform's number.
    #[serde(rename = "order_id")]
    OrderId(SharingOrderId),
    /// The merchant's number.
    #[serde(rename = "out_order_no")]
    OutOrderNo(OutOrderNo),
}

impl ShareReturnRequest {
    /// A return with the members every return has.
    #[must_use]
    pub fn new(
        share: ReturnedShare,
        out_return_no: OutReturnNo,
        return_mchid: Mchid,
        amount: Fen,
        description: impl Into<String>,
    ) -> Self {
        Self { sub_mchid: None, share, out_return_no, return_mchid, amount, description: description.into() }
    }

    /// Checks what the platform would refuse.
    pub(super) fn check(&self) -> Result<(), Unsendable> {
        unsendable::positive("amount", self.amount)?;
        unsendable::text("description", &self.description, DESCRIPTION_CHARS_MAX)
    }
}

/// Receivers of one share (v3-extended.md §8.1).
const RECEIVERS_MAX: usize = 50;
/// `description` (v3-extended.md §8.3).
const DESCRIPTION_CHARS_MAX: usize = 80;

#[cfg(test)]
mod tests {
    use tongbao_wire::{Appid, Fen, Mchid, Openid, OutOrderNo, OutReturnNo, TransactionId};

    use super::{
        ReturnedShare, ShareAccount, ShareReceiver, ShareRequest, ShareReturnRequest, UnfreezeRequest,
    };
    use crate::sealed::Sealed;

    fn transaction_id() -> TransactionId {
        TransactionId::parse("4208450740201411110007820472").expect("valid")
    }

    fn number() -> OutOrderNo {
        OutOrderNo::parse("P20150806125346").expect("valid")
    }

    fn merchant(mchid: &str) -> ShareReceiver {
        let account = ShareAccount::Merchant(Mchid::parse(mchid).expect("valid"));
        ShareReceiver::new(account, Fen::new(10), "分给门店")
    }

    fn openid() -> Openid {
        Openid::parse("oUpF8uMuAJO_M2pxb1Q9zNjWeS6o").expect("valid")
    }

    fn appid() -> Appid {
        Appid::parse("wx8888888888888888").expect("valid")
    }

    fn request() -> ShareRequest {
        ShareRequest::new(transaction_id(), number(), vec![merchant("1900000109"), merchant("1900000110")])
    }

    #[test]
    fn absent_members_are_left_out_of_the_body() {
        let mut request = request();
        request.receivers.truncate(1);
        assert_eq!(
            serde_json::to_string(&request).expect("serialises"),
            r#"{"transaction_id":"4208450740201411110007820472","out_order_no":"P20150806125346","receivers":[{"type":"MERCHANT_ID","account":"1900000109","amount":10,"description":"分给门店"}],"unfreeze_unsplit":false}"#
        );
    }

    #[test]
    fn shares_that_would_be_refused_are_named() {
        let with = |change: fn(&mut ShareRequest)| {
            let mut changed = request();
            change(&mut changed);
            changed.check().map_err(|error| error.member.into_owned())
        };
        let persons = |r: &mut ShareRequest| {
            r.sub_mchid = Some(Mchid::parse("1900000109").expect("valid"));
            (r.appid, r.sub_appid) = (Some(appid()), Some(appid()));
            r.receivers[0].account = ShareAccount::Person(openid());
            r.receivers[1].account = ShareAccount::PersonOfSubMerchant(openid());
        };
        let fifty = |r: &mut ShareRequest| r.receivers = (1..=50).map(|n| merchant(&n.to_string())).collect();
        assert_eq!(with(|_| ()), Ok(()));
        assert_eq!(with(persons), Ok(()));
        assert_eq!(with(fifty), Ok(()));
        for (change, member) in [
            ((|r| r.receivers.clear()) as fn(&mut ShareRequest), "receivers"),
            (|r| r.receivers = (1..=51).map(|n| merchant(&n.to_string())).collect(), "receivers"),
            (|r| r.receivers[1] = r.receivers[0].clone(), "receivers"),
            (|r| r.receivers[1].amount = Fen::ZERO, "receivers[1].amount"),
            (|r| r.receivers[0].description = String::new(), "receivers[0].description"),
            (|r| r.receivers[0].description = "分".repeat(81), "receivers[0].description"),
            (|r| r.receivers[0].account = ShareAccount::Person(openid()), "appid"),
            (|r| r.receivers[0].account = ShareAccount::PersonOfSubMerchant(openid()), "sub_appid"),
            (|r| r.sub_appid = Some(appid()), "sub_appid"),
            (
                |r| {
                    r.receivers[0].name = Some(Sealed::kept("OLD", "bmFtZQ=="));
                    r.receivers[1].name = Some(Sealed::kept("NEW", "bmFtZQ=="));
                },
                "receivers",
            ),
        ] {
            assert_eq!(with(change), Err(member.into()));
        }
    }

    #[test]
    fn the_key_of_the_names_is_found_wherever_the_first_name_stands() {
        let mut request = request();
        request.receivers[1].name = Some(Sealed::kept("NEW", "bmFtZQ=="));
        assert_eq!(request.check(), Ok(()));
        assert_eq!(request.serial(), Some("NEW"));
    }

    #[test]
    fn unfreezing_and_returns_are_checked() {
        let unfreeze = |text: &str| UnfreezeRequest::new(transaction_id(), number(), text).check();
        assert_eq!(unfreeze("解冻全部剩余资金"), Ok(()));
        assert_eq!(unfreeze("").expect_err("empty").member, "description");
        let back = |amount, text: &str| {
            let out_return_no = OutReturnNo::parse("R20190516001").expect("valid");
            let mchid = Mchid::parse("1900000109").expect("valid");
            let share = ReturnedShare::OutOrderNo(number());
            let request = ShareReturnRequest::new(share, out_return_no, mchid, Fen::new(amount), text);
            request.check().map_err(|error| error.member.into_owned())
        };
        assert_eq!(back(10, "用户退款"), Ok(()));
        assert_eq!(back(0, "用户退款"), Err("amount".into()));
        assert_eq!(back(10, &"退".repeat(81)), Err("description".into()));
    }
}
