//! People and their documents: the legal person, and who profits in the end (v3-extended.md §9.3).

use std::fmt;

use serde::{Serialize, Serializer};
use tongbao_wire::MediaId;

use super::members::Seals;
use super::period::{self, Period};
use crate::sealed::Sealed;
use crate::unsendable::{Unsendable, UnsendableReason};

/// A person's name that is sent in plain. Debug output does not show it.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct PersonName(String);

impl PersonName {
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<T: Into<String>> From<T> for PersonName {
    fn from(name: T) -> Self {
        Self(name.into())
    }
}

impl fmt::Debug for PersonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PersonName(…)")
    }
}

/// Kinds of personal documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum IdType {
    /// Identity card of the mainland.
    #[serde(rename = "IDENTIFICATION_TYPE_IDCARD")]
    IdCard,
    /// Passport of another country or region.
    #[serde(rename = "IDENTIFICATION_TYPE_OVERSEA_PASSPORT")]
    OverseaPassport,
    /// Permit to enter the mainland, Hong Kong.
    #[serde(rename = "IDENTIFICATION_TYPE_HONGKONG_PASSPORT")]
    HongkongPassport,
    /// Permit to enter the mainland, Macao.
    #[serde(rename = "IDENTIFICATION_TYPE_MACAO_PASSPORT")]
    MacaoPassport,
    /// Permit to enter the mainland, Taiwan.
    #[serde(rename = "IDENTIFICATION_TYPE_TAIWAN_PASSPORT")]
    TaiwanPassport,
    /// Residence permit of foreigners.
    #[serde(rename = "IDENTIFICATION_TYPE_FOREIGN_RESIDENT")]
    ForeignResident,
    /// Residence permit, Hong Kong and Macao.
    #[serde(rename = "IDENTIFICATION_TYPE_HONGKONG_MACAO_RESIDENT")]
    HongkongMacaoResident,
    /// Residence permit, Taiwan.
    #[serde(rename = "IDENTIFICATION_TYPE_TAIWAN_RESIDENT")]
    TaiwanResident,
}

/// Every document has a picture of its back, but a passport.
pub(super) fn check_back(
    kind: IdType,
    member: &'static str,
    back: Option<&MediaId>,
) -> Result<(), Unsendable> {
    let rule = match (kind == IdType::OverseaPassport, back.is_some()) {
        (true, true) => "must be left out for a passport",
        (false, false) => "must be there unless the document is a passport",
        (true, false) | (false, true) => return Ok(()),
    };
    Err(Unsendable::new(member, UnsendableReason::Combination(rule)))
}

/// The legal person or operator (`identity_info`).
#[derive(Clone, Debug)]
pub struct IdentityInfo {
    /// Whose document is shown.
    pub holder: IdentityHolder,
    /// Whether this person also profits in the end (受益人); for enterprises.
    pub owner: Option<bool>,
}

/// Whose document is shown (`id_holder_type`).
#[derive(Clone, Debug)]
pub enum IdentityHolder {
    /// The legal person's or operator's. `id_holder_type` is left out, which means the same (inferred).
    Legal(IdentityDocument),
    /// That of somebody sent, where the legal person's cannot be had: institutions and governments.
    Super {
        /// The letter that says so (法定代表人说明函).
        authorize_letter_copy: MediaId,
        /// The document, where the platform asks for one beside the letter (inferred).
        document: Option<IdentityDocument>,
    },
}

/// A personal document.
#[derive(Clone, Debug)]
pub enum IdentityDocument {
    /// An identity card of the mainland.
    IdCard(IdCardInfo),
    /// Any other.
    Other(IdDocInfo),
}

/// An identity card (`id_card_info`).
#[derive(Clone, Debug, Serialize)]
pub struct IdCardInfo {
    /// Picture of the side with the face.
    pub id_card_copy: MediaId,
    /// Picture of the side with the national emblem.
    pub id_card_national: MediaId,
    /// Name.
    pub id_card_name: Sealed,
    /// Number; 17 digits and a digit or X.
    pub id_card_number: Sealed,
    /// Address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_card_address: Option<Sealed>,
    /// How long it is good.
    #[serde(flatten, serialize_with = "period::card")]
    pub period: Period,
}

/// Another document (`id_doc_info`).
#[derive(Clone, Debug, Serialize)]
pub struct IdDocInfo {
    /// Kind; not an identity card.
    #[serde(skip)]
    pub id_doc_type: IdType,
    /// Picture of its front.
    pub id_doc_copy: MediaId,
    /// Picture of its back, if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_doc_copy_back: Option<MediaId>,
    /// Name.
    pub id_doc_name: Sealed,
    /// Number.
    pub id_doc_number: Sealed,
    /// Address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_doc_address: Option<Sealed>,
    /// How long it is good.
    #[serde(flatten, serialize_with = "period::doc")]
    pub period: Period,
}

impl IdentityInfo {
    /// The legal person's or operator's document.
    #[must_use]
    pub fn legal(document: IdentityDocument) -> Self {
        Self { holder: IdentityHolder::Legal(document), owner: None }
    }

    fn document(&self) -> Option<&IdentityDocument> {
        match &self.holder {
            IdentityHolder::Legal(document) => Some(document),
            IdentityHolder::Super { document, .. } => document.as_ref(),
        }
    }

    pub(super) fn check(&self) -> Result<(), Unsendable> {
        match self.document() {
            Some(IdentityDocument::Other(other)) if other.id_doc_type == IdType::IdCard => {
                let rule = "must not be an identity card; that is IdentityDocument::IdCard";
                Err(Unsendable::new("id_doc_type", UnsendableReason::Combination(rule)))
            }
            Some(IdentityDocument::Other(_) | IdentityDocument::IdCard(_)) | None => Ok(()),
        }
    }

    pub(super) fn seals(&self) -> Seals<'_> {
        let seals = Seals::default();
        match self.document() {
            Some(IdentityDocument::IdCard(card)) => seals
                .and("id_card_info.id_card_name", &card.id_card_name)
                .and("id_card_info.id_card_number", &card.id_card_number)
                .and("id_card_info.id_card_address", card.id_card_address.as_ref()),
            Some(IdentityDocument::Other(other)) => seals
                .and("id_doc_info.id_doc_name", &other.id_doc_name)
                .and("id_doc_info.id_doc_number", &other.id_doc_number)
                .and("id_doc_info.id_doc_address", other.id_doc_address.as_ref()),
            None => seals,
        }
    }
}

impl Serialize for IdentityInfo {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Written<'a> {
            #[serde(skip_serializing_if = "Option::is_none")]
            id_holder_type: Option<&'static str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            authorize_letter_copy: Option<&'a MediaId>,
            #[serde(skip_serializing_if = "Option::is_none")]
            id_doc_type: Option<IdType>,
            #[serde(skip_serializing_if = "Option::is_none")]
            id_card_info: Option<&'a IdCardInfo>,
            #[serde(skip_serializing_if = "Option::is_none")]
            id_doc_info: Option<&'a IdDocInfo>,
            #[serde(skip_serializing_if = "Option::is_none")]
            owner: Option<bool>,
        }
        let (id_holder_type, authorize_letter_copy) = match &self.holder {
            IdentityHolder::Legal(_) => (None, None),
            IdentityHolder::Super { authorize_letter_copy, .. } => {
                (Some("SUPER"), Some(authorize_letter_copy))
            }
        };
        let (id_doc_type, id_card_info, id_doc_info) = match self.document() {
            Some(IdentityDocument::IdCard(card)) => (Some(IdType::IdCard), Some(card), None),
            Some(IdentityDocument::Other(other)) => (Some(other.id_doc_type), None, Some(other)),
            None => (None, None, None),
        };
        let owner = self.owner;
        Written { id_holder_type, authorize_letter_copy, id_doc_type, id_card_info, id_doc_info, owner }
            .serialize(serializer)
    }
}

/// Somebody who profits in the end (最终受益人, `ubo_info_list`).
#[derive(Clone, Debug, Serialize)]
pub struct UboInfo {
    /// Kind of document.
    pub ubo_id_doc_type: IdType,
    /// Picture of its front.
    pub ubo_id_doc_copy: MediaId,
    /// Picture of its back; passports have none (inferred).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ubo_id_doc_copy_back: Option<MediaId>,
    /// Name.
    pub ubo_id_doc_name: Sealed,
    /// Number.
    pub ubo_id_doc_number: Sealed,
    /// Address.
    pub ubo_id_doc_address: Sealed,
    /// How long it is good.
    #[serde(flatten, serialize_with = "period::ubo")]
    pub period: Period,
}

impl UboInfo {
    /// Checks a list of them.
    pub(super) fn check_all(list: &[Self]) -> Result<(), Unsendable> {
        list.iter().enumerate().try_for_each(|(at, ubo)| {
            let back = ubo.ubo_id_doc_copy_back.as_ref();
            check_back(ubo.ubo_id_doc_type, "ubo_id_doc_copy_back", back)
                .map_err(|fault| fault.within(&format!("ubo_info_list[{at}]")))
        })
    }

    /// The sealed members of a list of them.
    pub(super) fn seals_of_all(list: &[Self]) -> Seals<'_> {
        list.iter().enumerate().fold(Seals::default(), |seals, (at, ubo)| {
            let inner = Seals::default()
                .and("ubo_id_doc_name", &ubo.ubo_id_doc_name)
                .and("ubo_id_doc_number", &ubo.ubo_id_doc_number)
                .and("ubo_id_doc_address", &ubo.ubo_id_doc_address);
            seals.and_within(&format!("ubo_info_list[{at}]"), inner)
        })
    }
}
