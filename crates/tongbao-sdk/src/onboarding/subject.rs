//! What the merchant is, and the papers that say so (主体资料, v3-extended.md §9.3).

use serde::{Serialize, Serializer};
use tongbao_wire::MediaId;

use super::identity::{IdentityInfo, PersonName, UboInfo};
use super::members::Seals;
use super::period::{self, Period};
use crate::unsendable::{Unsendable, UnsendableReason};

/// What the merchant is (`subject_info`).
#[derive(Clone, Debug)]
pub struct SubjectInfo {
    /// Its kind, with the paper that kind has.
    pub subject: Subject,
    /// What it may do with money; financial institutions only.
    pub finance_institution: Option<FinanceInstitutionInfo>,
    /// Organisation code, for old licences only; leave it out otherwise.
    pub organization_info: Option<OrganizationInfo>,
    /// Picture of the letter that proves an institution or government (单位证明函).
    pub certificate_letter_copy: Option<MediaId>,
    /// The legal person or operator.
    pub identity_info: IdentityInfo,
    /// Who profits in the end.
    pub ubo_info_list: Vec<UboInfo>,
}

/// The kind of merchant (`subject_type`), with the paper that kind has. Persons without a licence (小微) are
/// not onboarded by this call.
#[derive(Clone, Debug)]
pub enum Subject {
    /// An individual business (个体工商户).
    Individual(BusinessLicenseInfo),
    /// A company (企业).
    Enterprise(BusinessLicenseInfo),
    /// A public institution; the older word.
    Institutions(CertificateInfo),
    /// A public institution (事业单位).
    InstitutionsCloned(CertificateInfo),
    /// A government (政府机关).
    Government(CertificateInfo),
    /// A social organisation (社会组织).
    Others(CertificateInfo),
}

/// A business licence (`business_license_info`).
#[derive(Clone, Debug, Serialize)]
pub struct BusinessLicenseInfo {
    /// Picture.
    pub license_copy: MediaId,
    /// Number; 15 digits, or 18 digits and capitals.
    pub license_number: String,
    /// The merchant's name.
    pub merchant_name: String,
    /// Name of the legal person or operator.
    pub legal_person: PersonName,
    /// Registered address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub license_address: Option<String>,
    /// How long it is good.
    #[serde(flatten, serialize_with = "period::plain_if_any")]
    pub period: Option<Period>,
}

/// A registration certificate (`certificate_info`).
#[derive(Clone, Debug, Serialize)]
pub struct CertificateInfo {
    /// Picture.
    pub cert_copy: MediaId,
    /// Kind.
    pub cert_type: CertType,
    /// Number.
    pub cert_number: String,
    /// The merchant's name.
    pub merchant_name: String,
    /// Registered address.
    pub company_address: String,
    /// Name of the legal person.
    pub legal_person: PersonName,
    /// How long it is good.
    #[serde(flatten, serialize_with = "period::plain")]
    pub period: Period,
}

/// Kinds of registration certificates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum CertType {
    /// Of a public institution (事业单位法人证书).
    #[serde(rename = "CERTIFICATE_TYPE_2388")]
    Type2388,
    /// Of a unified social credit code (统一社会信用代码证书).
    #[serde(rename = "CERTIFICATE_TYPE_2389")]
    Type2389,
    /// 2390.
    #[serde(rename = "CERTIFICATE_TYPE_2390")]
    Type2390,
    /// 2391.
    #[serde(rename = "CERTIFICATE_TYPE_2391")]
    Type2391,
    /// 2392.
    #[serde(rename = "CERTIFICATE_TYPE_2392")]
    Type2392,
    /// 2393.
    #[serde(rename = "CERTIFICATE_TYPE_2393")]
    Type2393,
    /// Of an association (社会团体法人登记证书).
    #[serde(rename = "CERTIFICATE_TYPE_2394")]
    Type2394,
    /// Of a private institution that is no enterprise (民办非企业单位登记证书).
    #[serde(rename = "CERTIFICATE_TYPE_2395")]
    Type2395,
    /// Of a foundation (基金会法人登记证书).
    #[serde(rename = "CERTIFICATE_TYPE_2396")]
    Type2396,
    /// Of a place of worship (宗教活动场所登记证).
    #[serde(rename = "CERTIFICATE_TYPE_2399")]
    Type2399,
    /// Another proof by a government (政府部门下发的其他有效证明文件).
    #[serde(rename = "CERTIFICATE_TYPE_2400")]
    Type2400,
    /// A permit to practise (执业许可证/执业证).
    #[serde(rename = "CERTIFICATE_TYPE_2520")]
    Type2520,
    /// Of a self-governing body of residents (基层群众性自治组织特别法人统一社会信用代码证).
    #[serde(rename = "CERTIFICATE_TYPE_2521")]
    Type2521,
    /// Of a rural collective (农村集体经济组织登记证).
    #[serde(rename = "CERTIFICATE_TYPE_2522")]
    Type2522,
}

/// An organisation code (`organization_info`).
#[derive(Clone, Debug, Serialize)]
pub struct OrganizationInfo {
    /// Picture.
    pub organization_copy: MediaId,
    /// The code.
    pub organization_code: String,
    /// How long it is good.
    #[serde(flatten, serialize_with = "period::org")]
    pub period: Period,
}

/// What a financial institution may do (`finance_institution_info`).
#[derive(Clone, Debug, Serialize)]
pub struct FinanceInstitutionInfo {
    /// Kind.
    pub finance_type: FinanceType,
    /// Pictures of its permits; at least one.
    pub finance_license_pics: Vec<MediaId>,
}

/// Kinds of financial institutions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum FinanceType {
    /// Banks.
    BankAgent,
    /// Payment institutions.
    PaymentAgent,
    /// Insurance.
    Insurance,
    /// Exchanges, clearing.
    TradeAndSettle,
    /// Others.
    Other,
}

impl SubjectInfo {
    /// A merchant that is no financial institution; the other members are set on the value.
    #[must_use]
    pub fn new(subject: Subject, identity_info: IdentityInfo) -> Self {
        Self {
            subject,
            finance_institution: None,
            organization_info: None,
            certificate_letter_copy: None,
            identity_info,
            ubo_info_list: Vec::new(),
        }
    }

    pub(super) fn check(&self) -> Result<(), Unsendable> {
        if let Some(license) = self.subject.license() {
            check_license_number("license_number", &license.license_number)
                .map_err(|fault| fault.within("business_license_info"))?;
        }
        self.identity_info.check().map_err(|fault| fault.within("identity_info"))?;
        UboInfo::check_all(&self.ubo_info_list)
    }

    pub(super) fn seals(&self) -> Seals<'_> {
        let identity = Seals::default().and_within("identity_info", self.identity_info.seals());
        identity.and_all(UboInfo::seals_of_all(&self.ubo_info_list))
    }
}

/// 15 digits, or 18 digits and capitals (v3-extended.md §9.3).
pub(super) fn check_license_number(member: &'static str, number: &str) -> Result<(), Unsendable> {
    let good = match number.len() {
        15 => number.bytes().all(|byte| byte.is_ascii_digit()),
        18 => number.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase()),
        _ => false,
    };
    let rule = UnsendableReason::Form("must be 15 digits, or 18 digits and capital letters");
    if good { Ok(()) } else { Err(Unsendable::new(member, rule)) }
}

impl Subject {
    pub(super) fn is_individual(&self) -> bool {
        matches!(self, Self::Individual(_))
    }

    fn word(&self) -> &'static str {
        match self {
            Self::Individual(_) => "SUBJECT_TYPE_INDIVIDUAL",
            Self::Enterprise(_) => "SUBJECT_TYPE_ENTERPRISE",
            Self::Institutions(_) => "SUBJECT_TYPE_INSTITUTIONS",
            Self::InstitutionsCloned(_) => "SUBJECT_TYPE_INSTITUTIONS_CLONED",
            Self::Government(_) => "SUBJECT_TYPE_GOVERNMENT",
            Self::Others(_) => "SUBJECT_TYPE_OTHERS",
        }
    }

    fn license(&self) -> Option<&BusinessLicenseInfo> {
        match self {
            Self::Individual(license) | Self::Enterprise(license) => Some(license),
            Self::Institutions(_) | Self::InstitutionsCloned(_) | Self::Government(_) | Self::Others(_) => {
                None
            }
        }
    }

    fn certificate(&self) -> Option<&CertificateInfo> {
        match self {
            Self::Institutions(certificate)
            | Self::InstitutionsCloned(certificate)
            | Self::Government(certificate)
            | Self::Others(certificate) => Some(certificate),
            Self::Individual(_) | Self::Enterprise(_) => None,
        }
    }
}

impl Serialize for SubjectInfo {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Written<'a> {
            subject_type: &'static str,
            #[serde(skip_serializing_if = "Option::is_none")]
            finance_institution: Option<bool>,
            #[serde(skip_serializing_if = "Option::is_none")]
            business_license_info: Option<&'a BusinessLicenseInfo>,
            #[serde(skip_serializing_if = "Option::is_none")]
            certificate_info: Option<&'a CertificateInfo>,
            #[serde(skip_serializing_if = "Option::is_none")]
            organization_info: Option<&'a OrganizationInfo>,
            #[serde(skip_serializing_if = "Option::is_none")]
            certificate_letter_copy: Option<&'a MediaId>,
            #[serde(skip_serializing_if = "Option::is_none")]
            finance_institution_info: Option<&'a FinanceInstitutionInfo>,
            identity_info: &'a IdentityInfo,
            #[serde(skip_serializing_if = "<[UboInfo]>::is_empty")]
            ubo_info_list: &'a [UboInfo],
        }
        Written {
            subject_type: self.subject.word(),
            finance_institution: self.finance_institution.as_ref().map(|_| true),
            business_license_info: self.subject.license(),
            certificate_info: self.subject.certificate(),
            organization_info: self.organization_info.as_ref(),
            certificate_letter_copy: self.certificate_letter_copy.as_ref(),
            finance_institution_info: self.finance_institution.as_ref(),
            identity_info: &self.identity_info,
            ubo_info_list: &self.ubo_info_list,
        }
        .serialize(serializer)
    }
}
