//! Confirmations that a merchant wants its account (商户开户意愿确认, v3-extended.md §9.6).

mod subject;

use serde::{Serialize, Serializer};
use tongbao_wire::onboarding::{ApplymentAccepted, Intent, IntentState};
use tongbao_wire::{BusinessCode, Call, Mchid, MediaId};

use super::ApplymentKey;
use super::contact::ContactType;
use super::identity::{IdType, UboInfo};
use super::members::{Seals, filled};
use super::period::{self, Period};
use crate::call_error::CallError;
use crate::client::Client;
use crate::client::outgoing::Outgoing;
use crate::sealed::Sealed;
use crate::unsendable::Unsendable;

pub use subject::{
    AssistProveInfo, IntentCertificate, IntentLicense, IntentSubject, IntentSubjectInfo, MicroBizType,
    SpecialOperation,
};

/// The calls of channel partners (渠道商, 从业机构) about intents: [`Client::intents`].
#[derive(Clone, Copy, Debug)]
pub struct Intents<'a>(&'a Client);

impl Client {
    /// Confirmations that a merchant wants its account.
    #[must_use]
    pub fn intents(&self) -> Intents<'_> {
        Intents(self)
    }
}

/// An application to confirm an intent. All sealed members must be sealed with one key.
#[derive(Clone, Debug)]
pub struct IntentRequest {
    /// The channel's number.
    pub business_code: BusinessCode,
    /// The channel, where it is another than the caller.
    pub channel_id: Option<Mchid>,
    /// Who confirms.
    pub contact_info: IntentContact,
    /// What the merchant is.
    pub subject_info: IntentSubjectInfo,
    /// The legal person or operator.
    pub identification_info: IdentificationInfo,
    /// Who profits in the end.
    pub ubo_info_list: Vec<UboInfo>,
    /// The merchants to confirm for (`addition_info.confirm_mchid_list`).
    pub confirm_mchid_list: Vec<Mchid>,
    /// How contested members are written.
    pub form: IntentForm,
}

/// How contested members are written (CONFLICT, v3-extended.md §9.6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum IntentForm {
    /// As the pages and their samples do: `business_licence_info`, `special_operation_list` with
    /// `operation_copy_list`, and `channel_id` in the body.
    #[default]
    Pages,
    /// As the `OpenAPI` description does: `business_license_info`, `special_operation_info` with
    /// `store_indoor_copy`, and `channel_id` in the address.
    OpenApi,
}

/// Who confirms (`contact_info`).
#[derive(Clone, Debug, Serialize)]
pub struct IntentContact {
    /// The legal person, or somebody the legal person sends.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub contact_type: Option<ContactType>,
    /// Name.
    pub name: Sealed,
    /// Mobile phone; 11 digits.
    pub mobile: Sealed,
    /// Number of the document; must match the person's WeChat.
    pub id_card_number: Sealed,
}

/// The legal person or operator (`identification_info`).
#[derive(Clone, Debug, Serialize)]
pub struct IdentificationInfo {
    /// Whose document it is.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub id_holder_type: Option<IdHolder>,
    /// Kind of document.
    pub identification_type: IdType,
    /// Name.
    pub identification_name: Sealed,
    /// Number.
    pub identification_number: Sealed,
    /// How long it is good.
    #[serde(serialize_with = "period::json_array")]
    pub identification_valid_date: Period,
    /// Address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identification_address: Option<Sealed>,
    /// Picture of its front.
    pub identification_front_copy: MediaId,
    /// Picture of its back, if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identification_back_copy: Option<MediaId>,
    /// Whether this person also profits in the end (受益人).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<bool>,
}

/// Whose document it is (`id_holder_type`).
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "id_holder_type", rename_all = "UPPERCASE")]
pub enum IdHolder {
    /// The legal person's or operator's.
    Legal,
    /// That of somebody sent.
    Super {
        /// The letter that says so (法定代表人说明函).
        authorize_letter_copy: MediaId,
    },
}

impl IntentRequest {
    /// An application with the members every one has; the others are set on the value.
    #[must_use]
    pub fn new(
        business_code: BusinessCode,
        contact_info: IntentContact,
        subject_info: IntentSubjectInfo,
        identification_info: IdentificationInfo,
    ) -> Self {
        Self {
            business_code,
            channel_id: None,
            contact_info,
            subject_info,
            identification_info,
            ubo_info_list: Vec::new(),
            confirm_mchid_list: Vec::new(),
            form: IntentForm::default(),
        }
    }

    /// Checks what the platform would refuse, as far as it can be seen: what is sealed cannot.
    fn check(&self) -> Result<(), Unsendable> {
        filled(self)?;
        if let Some(contact_type) = &self.contact_info.contact_type {
            contact_type.check().map_err(|fault| fault.within("contact_info"))?;
        }
        self.subject_info.check(self.form).map_err(|fault| fault.within("subject_info"))?;
        UboInfo::check_all(&self.ubo_info_list)?;
        self.seals().check()
    }

    /// Every sealed member.
    fn seals(&self) -> Seals<'_> {
        let (contact, person) = (&self.contact_info, &self.identification_info);
        Seals::default()
            .and("contact_info.name", &contact.name)
            .and("contact_info.mobile", &contact.mobile)
            .and("contact_info.id_card_number", &contact.id_card_number)
            .and("identification_info.identification_name", &person.identification_name)
            .and("identification_info.identification_number", &person.identification_number)
            .and("identification_info.identification_address", person.identification_address.as_ref())
            .and_all(UboInfo::seals_of_all(&self.ubo_info_list))
    }

    /// `channel_id`, as the body or the address has it.
    fn channel_id(&self, form: IntentForm) -> Option<&Mchid> {
        self.channel_id.as_ref().filter(|_| self.form == form)
    }
}

impl Serialize for IntentRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Written<'a> {
            #[serde(skip_serializing_if = "Option::is_none")]
            channel_id: Option<&'a Mchid>,
            business_code: &'a BusinessCode,
            contact_info: &'a IntentContact,
            subject_info: subject::Written<'a>,
            identification_info: &'a IdentificationInfo,
            #[serde(skip_serializing_if = "<[UboInfo]>::is_empty")]
            ubo_info_list: &'a [UboInfo],
            #[serde(skip_serializing_if = "Option::is_none")]
            addition_info: Option<AdditionInfo<'a>>,
        }
        #[derive(Serialize)]
        struct AdditionInfo<'a> {
            confirm_mchid_list: &'a [Mchid],
        }
        let confirm_mchid_list = self.confirm_mchid_list.as_slice();
        Written {
            channel_id: self.channel_id(IntentForm::Pages),
            business_code: &self.business_code,
            contact_info: &self.contact_info,
            subject_info: self.subject_info.written(self.form),
            identification_info: &self.identification_info,
            ubo_info_list: &self.ubo_info_list,
            addition_info: (!confirm_mchid_list.is_empty()).then_some(AdditionInfo { confirm_mchid_list }),
        }
        .serialize(serializer)
    }
}

impl Intents<'_> {
    /// Applies to have an intent confirmed; 5 a second.
    ///
    /// # Errors
    /// [`CallError`]. The same application may be sent again.
    pub async fn submit(&self, request: &IntentRequest) -> Result<ApplymentAccepted, CallError> {
        let call = Call::SubmitIntent;
        request.check().map_err(CallError::unsendable(call))?;
        let channel_id = request.channel_id(IntentForm::OpenApi).map(Mchid::as_str);
        let outgoing = Outgoing::to(call).query_if("channel_id", channel_id).json(request);
        self.0.answer(outgoing.sealed_with(request.seals().serial())).await
    }

    /// Looks an application up; 20 a second.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn query(&self, key: &ApplymentKey) -> Result<Intent, CallError> {
        let outgoing = Outgoing::to(Call::QueryIntent);
        self.0
            .answer(match key {
                ApplymentKey::BusinessCode(business_code) => {
                    outgoing.query("business_code", business_code.as_str())
                }
                ApplymentKey::ApplymentId(applyment_id) => {
                    outgoing.query("applyment_id", &applyment_id.to_string())
                }
            })
            .await
    }

    /// Cancels an application, to change it, or after it was refused.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn cancel(&self, key: &ApplymentKey) -> Result<(), CallError> {
        self.0
            .done(match key {
                ApplymentKey::BusinessCode(business_code) => {
                    Outgoing::to(Call::CancelIntent).part("business_code", business_code.as_str())
                }
                ApplymentKey::ApplymentId(applyment_id) => {
                    Outgoing::to(Call::CancelIntentById).part("applyment_id", &applyment_id.to_string())
                }
            })
            .await
    }

    /// Whether a merchant has confirmed; 10 a second.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn state(&self, sub_mchid: &Mchid) -> Result<IntentState, CallError> {
        self.0.answer(Outgoing::to(Call::QueryIntentState).part("sub_mchid", sub_mchid.as_str())).await
    }
}
