//! Receivers of shares: who they are, and the list of them (v3-extended.md §8.3, §8.4).

use serde::Serialize;
use tongbao_wire::{Appid, Mchid, Openid};

use crate::sealed::Sealed;
use crate::unsendable::{self, Unsendable, UnsendableReason};

/// Who receives (`type` and `account`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "type", content = "account")]
pub enum ShareAccount {
    /// A merchant; the merchant who shares may be one.
    #[serde(rename = "MERCHANT_ID")]
    Merchant(Mchid),
    /// A person, as `appid` sees them.
    #[serde(rename = "PERSONAL_OPENID")]
    Person(Openid),
    /// A person, as `sub_appid` sees them.
    #[serde(rename = "PERSONAL_SUB_OPENID")]
    PersonOfSubMerchant(Openid),
}

impl ShareAccount {
    pub(super) fn check(&self) -> Result<(), Unsendable> {
        let account = match self {
            Self::Merchant(mchid) => mchid.as_str(),
            Self::Person(openid) | Self::PersonOfSubMerchant(openid) => openid.as_str(),
        };
        unsendable::text("account", account, ACCOUNT_CHARS_MAX)
    }
}

/// The apps under which persons are known, and for whom.
pub(super) struct Apps<'a> {
    pub(super) sub_mchid: Option<&'a Mchid>,
    pub(super) appid: Option<&'a Appid>,
    pub(super) sub_appid: Option<&'a Appid>,
}

impl Apps<'_> {
    /// An openid means nothing without the app that sees it.
    pub(super) fn check(&self, accounts: &[&ShareAccount]) -> Result<(), Unsendable> {
        let refuse = |member, why| Err(Unsendable::new(member, UnsendableReason::Combination(why)));
        if self.sub_appid.is_some() && self.sub_mchid.is_none() {
            return refuse("sub_appid", "is a service provider's; name the sub_mchid as well");
        }
        let any = |chosen: fn(&ShareAccount) -> bool| accounts.iter().any(|account| chosen(account));
        if self.appid.is_none() && any(|account| matches!(account, ShareAccount::Person(_))) {
            return refuse("appid", "is missing; PERSONAL_OPENID receivers are known under it");
        }
        if self.sub_appid.is_none() && any(|account| matches!(account, ShareAccount::PersonOfSubMerchant(_)))
        {
            return refuse("sub_appid", "is missing; PERSONAL_SUB_OPENID receivers are known under it");
        }
        Ok(())
    }
}

/// A receiver to add with `POST /v3/profitsharing/receivers/add`. A merchant has at most 20,000.
#[derive(Clone, Debug, Serialize)]
pub struct AddReceiver {
    /// The sub-merchant who will share, when the client is its service provider.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sub_mchid: Option<Mchid>,
    /// The caller's app.
    pub appid: Appid,
    /// The sub-merchant's app; needed for [`ShareAccount::PersonOfSubMerchant`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sub_appid: Option<Appid>,
    /// Who receives.
    #[serde(flatten)]
    pub account: ShareAccount,
    /// A merchant's full name (for small ones that of the person who opened the account), or a person's.
    ///
    /// Compared with the real one when given. For merchants the documents disagree on whether it must be
    /// (v3-extended.md §8.4): give it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Sealed>,
    /// What the receiver is to the merchant who shares.
    #[serde(flatten)]
    pub relation: Relation,
}

/// What a receiver is to the merchant who shares (`relation_type`, and `custom_relation`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "relation_type", content = "custom_relation", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Relation {
    /// Its service provider.
    ServiceProvider,
    /// A shop of its.
    Store,
    /// Somebody who works for it.
    Staff,
    /// A shop's owner.
    StoreOwner,
    /// A partner.
    Partner,
    /// Its headquarters.
    Headquarter,
    /// Its brand.
    Brand,
    /// A distributor.
    Distributor,
    /// A user.
    User,
    /// A supplier.
    Supplier,
    /// Something else, in at most 10 characters.
    Custom(String),
}

impl AddReceiver {
    /// A receiver with the members every one has; the others are set on the value.
    #[must_use]
    pub fn new(appid: Appid, account: ShareAccount, relation: Relation) -> Self {
        Self { sub_mchid: None, appid, sub_appid: None, account, name: None, relation }
    }

    /// Checks what the platform would refuse.
    pub(super) fn check(&self) -> Result<(), Unsendable> {
        let (sub_mchid, sub_appid) = (self.sub_mchid.as_ref(), self.sub_appid.as_ref());
        Apps { sub_mchid, appid: Some(&self.appid), sub_appid }.check(&[&self.account])?;
        self.account.check()?;
        if let Relation::Custom(words) = &self.relation {
            unsendable::text("custom_relation", words, 10)?;
        }
        Ok(())
    }

    pub(super) fn serial(&self) -> Option<&str> {
        self.name.as_ref().map(Sealed::serial)
    }
}

/// A receiver to remove with `POST /v3/profitsharing/receivers/delete`.
#[derive(Clone, Debug, Serialize)]
pub struct RemoveReceiver {
    /// The sub-merchant whose receiver it is, when the client is its service provider.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sub_mchid: Option<Mchid>,
    /// The caller's app.
    pub appid: Appid,
    /// The sub-merchant's app; needed for [`ShareAccount::PersonOfSubMerchant`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sub_appid: Option<Appid>,
    /// Who receives no longer.
    #[serde(flatten)]
    pub account: ShareAccount,
}

impl RemoveReceiver {
    /// A receiver with the members every one has; the others are set on the value.
    #[must_use]
    pub fn new(appid: Appid, account: ShareAccount) -> Self {
        Self { sub_mchid: None, appid, sub_appid: None, account }
    }

    /// Checks what the platform would refuse.
    pub(super) fn check(&self) -> Result<(), Unsendable> {
        let (sub_mchid, sub_appid) = (self.sub_mchid.as_ref(), self.sub_appid.as_ref());
        Apps { sub_mchid, appid: Some(&self.appid), sub_appid }.check(&[&self.account])?;
        self.account.check()
    }
}

/// `account` (v3-extended.md §8.3).
const ACCOUNT_CHARS_MAX: usize = 64;

#[cfg(test)]
mod tests {
    use tongbao_wire::{Appid, Mchid, Openid};

    use super::{AddReceiver, Relation, RemoveReceiver, ShareAccount};

    fn openid() -> Openid {
        Openid::parse("oUpF8uMuAJO_M2pxb1Q9zNjWeS6o").expect("valid")
    }

    fn receiver() -> AddReceiver {
        let appid = Appid::parse("wx8888888888888888").expect("valid");
        AddReceiver::new(appid, ShareAccount::Person(openid()), Relation::Staff)
    }

    #[test]
    fn a_receiver_is_written_with_its_type_and_relation() {
        assert_eq!(
            serde_json::to_string(&receiver()).expect("serialises"),
            r#"{"appid":"wx8888888888888888","type":"PERSONAL_OPENID","account":"oUpF8uMuAJO_M2pxb1Q9zNjWeS6o","relation_type":"STAFF"}"#
        );
    }

    #[test]
    fn receivers_that_would_be_refused_are_named() {
        let with = |change: fn(&mut AddReceiver)| {
            let mut changed = receiver();
            change(&mut changed);
            changed.check().map_err(|error| error.member.into_owned())
        };
        let sub_merchant = |r: &mut AddReceiver| {
            r.sub_mchid = Some(Mchid::parse("1900000109").expect("valid"));
            r.sub_appid = Some(r.appid.clone());
            r.account = ShareAccount::PersonOfSubMerchant(openid());
        };
        assert_eq!(with(|_| ()), Ok(()));
        assert_eq!(with(sub_merchant), Ok(()));
        assert_eq!(with(|r| r.relation = Relation::Custom("代理商".into())), Ok(()));
        for (change, member) in [
            ((|r| r.sub_appid = Some(r.appid.clone())) as fn(&mut AddReceiver), "sub_appid"),
            (|r| r.account = ShareAccount::PersonOfSubMerchant(openid()), "sub_appid"),
            (|r| r.relation = Relation::Custom(String::new()), "custom_relation"),
            (|r| r.relation = Relation::Custom("代".repeat(11)), "custom_relation"),
            (|r| r.account = ShareAccount::Person(Openid::parse(&"o".repeat(65)).expect("valid")), "account"),
        ] {
            assert_eq!(with(change), Err(member.into()));
        }
        let removed = RemoveReceiver::new(receiver().appid, ShareAccount::PersonOfSubMerchant(openid()));
        assert_eq!(removed.check().expect_err("no sub_appid").member, "sub_appid");
    }
}
