//! Who speaks for the merchant: the contact, who signs and later administers (超级管理员, v3-extended.md §9.3).

use std::fmt;

use serde::Serialize;
use tongbao_wire::{MediaId, Openid};

use super::identity::{IdType, check_back};
use super::members::Seals;
use super::period::{self, Period};
use crate::sealed::Sealed;
use crate::unsendable::{Unsendable, UnsendableReason};

/// The contact (`contact_info`).
#[derive(Clone, Debug, Serialize)]
pub struct ContactInfo {
    /// The legal person, or somebody the legal person sends.
    #[serde(flatten)]
    pub contact_type: ContactType,
    /// Name.
    pub contact_name: Sealed,
    /// Who may sign.
    #[serde(flatten)]
    pub identity: ContactIdentity,
    /// Mobile phone; 11 digits.
    pub mobile_phone: Sealed,
    /// Email.
    pub contact_email: Sealed,
}

/// What the contact is to the merchant (`contact_type`), with what must then be shown.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "contact_type", rename_all = "UPPERCASE")]
pub enum ContactType {
    /// The legal person, or the operator of an individual business.
    Legal,
    /// Somebody the legal person sends (经办人).
    Super(ContactDocument),
}

/// The document of a contact who is not the legal person.
#[derive(Clone, Debug, Serialize)]
pub struct ContactDocument {
    /// Kind.
    pub contact_id_doc_type: IdType,
    /// Picture of its front.
    pub contact_id_doc_copy: MediaId,
    /// Picture of its back; passports have none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact_id_doc_copy_back: Option<MediaId>,
    /// How long it is good.
    #[serde(flatten, serialize_with = "period::contact")]
    pub period: Period,
    /// The letter that sends the contact. Applications must have it, intents may.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub business_authorization_letter: Option<MediaId>,
}

/// Whose WeChat may sign for the contact.
#[derive(Clone, Serialize)]
pub enum ContactIdentity {
    /// That of the person with this number on the document.
    #[serde(rename = "contact_id_number")]
    IdNumber(Sealed),
    /// This one.
    #[serde(rename = "openid")]
    Openid(Openid),
    /// This one, sealed. CONFLICT: the pages have `openid` in plain, the `OpenAPI` description counts it
    /// among the sensitive members.
    #[serde(rename = "openid")]
    SealedOpenid(Sealed),
}

/// Which of them it is, but not who.
impl fmt::Debug for ContactIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::IdNumber(_) => "IdNumber(…)",
            Self::Openid(_) => "Openid(…)",
            Self::SealedOpenid(_) => "SealedOpenid(…)",
        })
    }
}

impl ContactInfo {
    pub(super) fn check(&self) -> Result<(), Unsendable> {
        self.contact_type.check()?;
        match &self.contact_type {
            ContactType::Super(document) if document.business_authorization_letter.is_none() => {
                let reason = UnsendableReason::Combination("must be there for a contact of type SUPER");
                Err(Unsendable::new("business_authorization_letter", reason))
            }
            ContactType::Super(_) | ContactType::Legal => Ok(()),
        }
    }

    pub(super) fn seals(&self) -> Seals<'_> {
        let seals = Seals::default().and("contact_name", &self.contact_name);
        let seals = match &self.identity {
            ContactIdentity::IdNumber(number) => seals.and("contact_id_number", number),
            ContactIdentity::SealedOpenid(openid) => seals.and("openid", openid),
            ContactIdentity::Openid(_) => seals,
        };
        seals.and("mobile_phone", &self.mobile_phone).and("contact_email", &self.contact_email)
    }
}

impl ContactType {
    pub(super) fn check(&self) -> Result<(), Unsendable> {
        match self {
            Self::Legal => Ok(()),
            Self::Super(document) => {
                let back = document.contact_id_doc_copy_back.as_ref();
                check_back(document.contact_id_doc_type, "contact_id_doc_copy_back", back)
            }
        }
    }
}
