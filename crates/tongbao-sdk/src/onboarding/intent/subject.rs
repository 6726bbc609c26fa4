//! What the merchant of an intent is (v3-extended.md §9.6). The papers spell their members otherwise than
//! those of applications.

use serde::Serialize;
use tongbao_wire::MediaId;

use super::IntentForm;
use crate::onboarding::identity::PersonName;
use crate::onboarding::period::{self, Period};
use crate::onboarding::subject::{CertType, FinanceInstitutionInfo, check_license_number};
use crate::unsendable::Unsendable;

/// What the merchant is (`subject_info`).
#[derive(Clone, Debug)]
pub struct IntentSubjectInfo {
    /// Its kind, with the paper that kind has.
    pub subject: IntentSubject,
    /// What it may do with money; financial institutions only.
    pub finance_institution: Option<FinanceInstitutionInfo>,
    /// Picture of the letter that proves an institution or government (单位证明函).
    pub company_prove_copy: Option<MediaId>,
    /// Trades that need a permit.
    pub special_operations: Vec<SpecialOperation>,
}

/// The kind of merchant (`subject_type`), with the paper that kind has.
#[derive(Clone, Debug)]
pub enum IntentSubject {
    /// An individual business (个体工商户); its name must not end in 公司.
    Individual(IntentLicense),
    /// A company (企业).
    Enterprise(IntentLicense),
    /// A public institution; the older word.
    Institutions(IntentCertificate),
    /// A public institution (事业单位).
    InstitutionsCloned(IntentCertificate),
    /// A government (政府机关).
    Government(IntentCertificate),
    /// A social organisation (社会组织).
    Others(IntentCertificate),
    /// A person without a licence (小微).
    Micro(AssistProveInfo),
}

/// A business licence. CONFLICT about what the object is called: [`IntentForm`].
#[derive(Clone, Debug, Serialize)]
pub struct IntentLicense {
    /// Number; 15 digits, or 18 digits and capitals.
    pub licence_number: String,
    /// Picture.
    pub licence_copy: MediaId,
    /// The merchant's name.
    pub merchant_name: String,
    /// Name of the legal person or operator.
    pub legal_person: PersonName,
    /// Registered address.
    pub company_address: String,
    /// How long it is good.
    #[serde(serialize_with = "period::json_array")]
    pub licence_valid_date: Period,
}

/// A registration certificate (`certificate_info`).
#[derive(Clone, Debug, Serialize)]
pub struct IntentCertificate {
    /// Kind.
    pub cert_type: CertType,
    /// Number.
    pub cert_number: String,
    /// Picture.
    pub cert_copy: MediaId,
    /// The merchant's name.
    pub merchant_name: String,
    /// Name of the legal person.
    pub legal_person: PersonName,
    /// Registered address.
    pub company_address: String,
    /// How long it is good.
    #[serde(serialize_with = "period::json_array")]
    pub cert_valid_date: Period,
}

/// What stands in for a licence (`assist_prove_info`).
#[derive(Clone, Debug, Serialize)]
pub struct AssistProveInfo {
    /// How business is done.
    pub micro_biz_type: MicroBizType,
    /// Name of the shop.
    pub store_name: String,
    /// Code of its district.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub store_address_code: Option<String>,
    /// Address.
    pub store_address: String,
    /// Picture of its door.
    pub store_header_copy: MediaId,
    /// Picture of its inside.
    pub store_indoor_copy: MediaId,
}

/// How business is done without a licence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum MicroBizType {
    /// In a shop.
    #[serde(rename = "MICRO_TYPE_STORE")]
    Store,
    /// On the move.
    #[serde(rename = "MICRO_TYPE_MOBILE")]
    Mobile,
    /// Online.
    #[serde(rename = "MICRO_TYPE_ONLINE")]
    Online,
}

/// A trade that needs a permit. CONFLICT about what the members are called: [`IntentForm`].
#[derive(Clone, Debug)]
pub struct SpecialOperation {
    /// The trade, by its number in the documents' table.
    pub category_id: u32,
    /// Pictures of the permit.
    pub operation_copy_list: Vec<MediaId>,
}

impl IntentSubjectInfo {
    /// A merchant that is no financial institution; the other members are set on the value.
    #[must_use]
    pub fn new(subject: IntentSubject) -> Self {
        Self { subject, finance_institution: None, company_prove_copy: None, special_operations: Vec::new() }
    }

    pub(super) fn check(&self, form: IntentForm) -> Result<(), Unsendable> {
        let Some(license) = self.subject.license() else { return Ok(()) };
        let object = match form {
            IntentForm::Pages => "business_licence_info",
            IntentForm::OpenApi => "business_license_info",
        };
        check_license_number("licence_number", &license.licence_number).map_err(|fault| fault.within(object))
    }

    pub(super) fn written(&self, form: IntentForm) -> Written<'_> {
        let operations = || self.special_operations.iter().map(|one| one.written(form)).collect();
        let license = self.subject.license();
        let (pages, openapi) = (form == IntentForm::Pages, form == IntentForm::OpenApi);
        Written {
            subject_type: self.subject.word(),
            is_finance_institution: self.finance_institution.as_ref().map(|_| true),
            business_licence_info: license.filter(|_| pages),
            business_license_info: license.filter(|_| openapi),
            certificate_info: self.subject.certificate(),
            company_prove_copy: self.company_prove_copy.as_ref(),
            assist_prove_info: self.subject.assist_prove(),
            special_operation_list: if pages { operations() } else { Vec::new() },
            special_operation_info: if openapi { operations() } else { Vec::new() },
            finance_institution_info: self.finance_institution.as_ref(),
        }
    }
}

impl IntentSubject {
    fn word(&self) -> &'static str {
        match self {
            Self::Individual(_) => "SUBJECT_TYPE_INDIVIDUAL",
            Self::Enterprise(_) => "SUBJECT_TYPE_ENTERPRISE",
            Self::Institutions(_) => "SUBJECT_TYPE_INSTITUTIONS",
            Self::InstitutionsCloned(_) => "SUBJECT_TYPE_INSTITUTIONS_CLONED",
            Self::Government(_) => "SUBJECT_TYPE_GOVERNMENT",
            Self::Others(_) => "SUBJECT_TYPE_OTHERS",
            Self::Micro(_) => "SUBJECT_TYPE_MICRO",
        }
    }

    fn license(&self) -> Option<&IntentLicense> {
        match self {
            Self::Individual(license) | Self::Enterprise(license) => Some(license),
            Self::Institutions(_)
            | Self::InstitutionsCloned(_)
            | Self::Government(_)
            | Self::Others(_)
            | Self::Micro(_) => None,
        }
    }

    fn certificate(&self) -> Option<&IntentCertificate> {
        match self {
            Self::Institutions(certificate)
            | Self::InstitutionsCloned(certificate)
            | Self::Government(certificate)
            | Self::Others(certificate) => Some(certificate),
            Self::Individual(_) | Self::Enterprise(_) | Self::Micro(_) => None,
        }
    }

    fn assist_prove(&self) -> Option<&AssistProveInfo> {
        match self {
            Self::Micro(assist_prove) => Some(assist_prove),
            Self::Individual(_)
            | Self::Enterprise(_)
            | Self::Institutions(_)
            | Self::InstitutionsCloned(_)
            | Self::Government(_)
            | Self::Others(_) => None,
        }
    }
}

impl SpecialOperation {
    fn written(&self, form: IntentForm) -> WrittenOperation<'_> {
        let pictures = Some(self.operation_copy_list.as_slice()).filter(|pictures| !pictures.is_empty());
        WrittenOperation {
            category_id: self.category_id,
            operation_copy_list: pictures.filter(|_| form == IntentForm::Pages),
            store_indoor_copy: pictures.filter(|_| form == IntentForm::OpenApi),
        }
    }
}

/// `subject_info` as it is sent.
#[derive(Serialize)]
pub(super) struct Written<'a> {
    subject_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    is_finance_institution: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    business_licence_info: Option<&'a IntentLicense>,
    #[serde(skip_serializing_if = "Option::is_none")]
    business_license_info: Option<&'a IntentLicense>,
    #[serde(skip_serializing_if = "Option::is_none")]
    certificate_info: Option<&'a IntentCertificate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    company_prove_copy: Option<&'a MediaId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    assist_prove_info: Option<&'a AssistProveInfo>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    special_operation_list: Vec<WrittenOperation<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    special_operation_info: Vec<WrittenOperation<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    finance_institution_info: Option<&'a FinanceInstitutionInfo>,
}

#[derive(Serialize)]
struct WrittenOperation<'a> {
    category_id: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    operation_copy_list: Option<&'a [MediaId]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    store_indoor_copy: Option<&'a [MediaId]>,
}
