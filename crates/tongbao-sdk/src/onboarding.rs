//! Onboarding of sub-merchants (特约商户进件) by service providers (v3-extended.md §9).
//!
//! - [`Client::onboarding`]: applications, and the account a merchant is paid to.
//! - [`Client::intents`]: confirmations that a merchant wants its account.
//! - [`Client::banks`]: what accounts, branches and districts are called.
//!
//! Pictures are uploaded first ([`Client::media`]) and named by their `media_id`. Personal data is sealed
//! ([`PlatformKeys::seal`](crate::PlatformKeys::seal)), all of one request with one key.

mod applyment;
mod banks;
mod business;
mod contact;
mod identity;
mod intent;
mod members;
mod period;
mod settlement;
mod subject;

use http::StatusCode;
use tongbao_wire::onboarding::{
    ApplicationNo, Applyment, ApplymentAccepted, SettlementAccount, SettlementChange,
    SettlementChangeAccepted,
};
use tongbao_wire::{BusinessCode, Call, Mchid};

use crate::call_error::CallError;
use crate::client::Client;
use crate::client::outgoing::Outgoing;
use crate::client::send;

pub use applyment::{AdditionInfo, ApplymentRequest};
pub use banks::{Banks, Page};
pub use business::{
    AppInfo, BizStoreInfo, BusinessInfo, MiniProgramInfo, MpInfo, SalesInfo, SceneAppid, WebInfo, WeworkInfo,
};
pub use contact::{ContactDocument, ContactIdentity, ContactInfo, ContactType};
pub use identity::{
    IdCardInfo, IdDocInfo, IdType, IdentityDocument, IdentityHolder, IdentityInfo, PersonName, UboInfo,
};
pub use intent::{
    AssistProveInfo, IdHolder, IdentificationInfo, IntentCertificate, IntentContact, IntentForm,
    IntentLicense, IntentRequest, IntentSubject, IntentSubjectInfo, Intents, MicroBizType, SpecialOperation,
};
pub use period::Period;
pub use settlement::{
    AccountNumberRule, AccountType, Activity, ActivityRate, BankAccountInfo, BankAccountType, BankBranch,
    ModifyMode, SettlementChangeRequest, SettlementInfo,
};
pub use subject::{
    BusinessLicenseInfo, CertType, CertificateInfo, FinanceInstitutionInfo, FinanceType, OrganizationInfo,
    Subject, SubjectInfo,
};

/// The calls that onboard sub-merchants: [`Client::onboarding`].
#[derive(Clone, Copy, Debug)]
pub struct Onboarding<'a>(&'a Client);

impl Client {
    /// Onboarding of sub-merchants.
    #[must_use]
    pub fn onboarding(&self) -> Onboarding<'_> {
        Onboarding(self)
    }
}

/// An application, or an intent, by one of its two numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ApplymentKey {
    /// The provider's.
    BusinessCode(BusinessCode),
    /// The platform's.
    ApplymentId(u64),
}

impl Onboarding<'_> {
    /// Applies to have a sub-merchant onboarded (v3-extended.md §9.3); 15 a second.
    ///
    /// # Errors
    /// [`CallError`]; `PROCESSING` while an application is in flight. The same application may be sent
    /// again.
    pub async fn submit(&self, request: &ApplymentRequest) -> Result<ApplymentAccepted, CallError> {
        let call = Call::SubmitApplyment;
        request.check().map_err(CallError::unsendable(call))?;
        self.0.answer(Outgoing::to(call).json(request).sealed_with(request.seals().serial())).await
    }

    /// Looks an application up (v3-extended.md §9.4).
    ///
    /// # Errors
    /// [`CallError`]; `APPLYMENT_NOT_EXIST` when there is none.
    pub async fn query(&self, key: &ApplymentKey) -> Result<Applyment, CallError> {
        self.0
            .answer(match key {
                ApplymentKey::BusinessCode(business_code) => {
                    Outgoing::to(Call::QueryApplyment).part("business_code", business_code.as_str())
                }
                ApplymentKey::ApplymentId(applyment_id) => {
                    Outgoing::to(Call::QueryApplymentById).part("applyment_id", &applyment_id.to_string())
                }
            })
            .await
    }

    /// Changes the account a merchant is paid to (v3-extended.md §9.5); 20 a minute, and five a day per
    /// merchant.
    ///
    /// # Errors
    /// [`CallError`]. After an unknown outcome ask for the account first: each request counts.
    pub async fn modify_settlement(
        &self,
        sub_mchid: &Mchid,
        request: &SettlementChangeRequest,
    ) -> Result<SettlementChangeAccepted, CallError> {
        let call = Call::ModifySettlement;
        request.check().map_err(CallError::unsendable(call))?;
        let outgoing = Outgoing::to(call).part("sub_mchid", sub_mchid.as_str()).json(request);
        let answer = self.0.send(&outgoing.sealed_with(request.seals().serial())).await?;
        // The page of 2019 had no answer, the one of 2023 has a number.
        if answer.status == StatusCode::NO_CONTENT {
            return Ok(SettlementChangeAccepted { application_no: None });
        }
        send::decode(call, &answer)
    }

    /// The account a merchant is paid to, masked (v3-extended.md §9.5).
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn settlement(&self, sub_mchid: &Mchid) -> Result<SettlementAccount, CallError> {
        self.0.answer(Outgoing::to(Call::QuerySettlement).part("sub_mchid", sub_mchid.as_str())).await
    }

    /// What became of a change of the account (v3-extended.md §9.5).
    ///
    /// # Errors
    /// [`CallError`]; `ORDER_NOT_EXIST` when there is none.
    pub async fn settlement_change(
        &self,
        sub_mchid: &Mchid,
        application_no: &ApplicationNo,
        rule: Option<AccountNumberRule>,
    ) -> Result<SettlementChange, CallError> {
        let outgoing = Outgoing::to(Call::QuerySettlementChange)
            .part("sub_mchid", sub_mchid.as_str())
            .part("application_no", application_no.as_str());
        let rule = rule.map(AccountNumberRule::as_str);
        self.0.answer(outgoing.query_if("account_number_rule", rule)).await
    }
}
