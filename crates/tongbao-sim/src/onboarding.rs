//! Onboarding of sub-merchants (特约商户进件): reviewed, verified, signed (v3-extended.md §9).

mod intent;
mod settlement;

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tongbao_wire::onboarding::{Applyment, ApplymentState, AuditDetail};
use tongbao_wire::{BusinessCode, Mchid, Timestamp};

use crate::MerchantSettings;
use crate::platform::{Came, Platform};
use crate::refusal::{Refusal, cause};
use crate::settings::{DIGITS, LETTERS};
use crate::shelf::{Shelf, shelves};
use crate::state::{Due, State};

pub(crate) use intent::{IntentRecord, NewIntent};
pub(crate) use settlement::{AccountSaid, SettlementRecord};

/// Every application.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Onboarding {
    applyments: Shelf<u64, ApplymentRecord>,
    codes: Shelf<(Mchid, BusinessCode), u64>,
    /// Which application made a sub-merchant.
    sub_merchants: Shelf<Mchid, u64>,
    /// Who may apply, besides those that have sub-merchants already.
    pub(crate) providers: Shelf<Mchid, bool>,
    accounts: Shelf<Mchid, AccountSaid>,
    settlements: Shelf<(Mchid, String), SettlementRecord>,
    /// Changes of a merchant's account on one day.
    changes: Shelf<(Mchid, String), u32>,
    intents: Shelf<u64, IntentRecord>,
    intent_codes: Shelf<(Mchid, BusinessCode), u64>,
    authorized: Shelf<Mchid, bool>,
}

shelves! {
    Onboarding {
        "applyments" => applyments,
        "applyment_codes" => codes,
        "applyment_sub_merchants" => sub_merchants,
        "providers" => providers,
        "settlement_accounts" => accounts,
        "settlements" => settlements,
        "settlement_changes" => changes,
        "intents" => intents,
        "intent_codes" => intent_codes,
        "authorized" => authorized,
    }
}

/// An application.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ApplymentRecord {
    /// As queries tell it.
    pub(crate) told: Applyment,
    pub(crate) provider: Mchid,
    /// The licence's name.
    pub(crate) merchant_name: String,
    /// The contact is the legal person or operator, so that no account is verified.
    contact_is_legal: bool,
    account: AccountSaid,
    /// Rises with every step: what was scheduled for an earlier one happens no more.
    step: u64,
}

/// An application to be submitted, checked.
pub(crate) struct NewApplyment {
    pub(crate) provider: Mchid,
    pub(crate) business_code: BusinessCode,
    pub(crate) merchant_name: String,
    pub(crate) contact_is_legal: bool,
    pub(crate) account: AccountSaid,
}

/// What applications do by themselves.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum OnboardingDue {
    /// The next step of an application, if it still stands at this one.
    Applyment(u64, u64),
    Settlement(Mchid, String),
    Intent(u64, u64),
}

/// What people decide about an application.
#[derive(Clone, Debug)]
pub(crate) enum Decision {
    /// The review is passed.
    Approve,
    /// It is not.
    Reject(Vec<AuditDetail>),
    /// The account is verified, or the legal person has confirmed.
    Verify,
    /// The contact has signed, or confirmed.
    Sign,
    /// Taken back by people; there is no call for it.
    Cancel,
}

/// Why a decision cannot be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DecisionRefused {
    Unknown,
    /// It does not follow from where the application stands.
    State,
}

impl Onboarding {
    /// Applications, newest first.
    pub(crate) fn newest(&self) -> impl Iterator<Item = Arc<ApplymentRecord>> {
        self.applyments.iter().rev().map(|(_, record)| record)
    }

    /// True when an application has made this number.
    pub(crate) fn has_minted(&self, mchid: &Mchid) -> bool {
        self.sub_merchants.contains_key(mchid)
    }

    pub(crate) fn applyment(&self, id: u64) -> Option<Arc<ApplymentRecord>> {
        self.applyments.get(&id)
    }
}

impl State {
    /// Only service providers apply (v3-extended.md §9): those with sub-merchants, and those said to be one.
    pub(crate) fn check_provider(&self, platform: &Platform, signer: &Mchid) -> Result<(), Refusal> {
        let provides = self.is_said_to_provide(signer) || platform.is_provider(signer);
        if provides { Ok(()) } else { Err(no_auth("商户号没有服务商权限")) }
    }

    /// True for a merchant who was made a service provider, with sub-merchants or without.
    pub(crate) fn is_said_to_provide(&self, mchid: &Mchid) -> bool {
        self.onboarding.providers.get(mchid).is_some_and(|said| *said)
    }

    /// Takes an application in. The number of one that was refused overwrites it; any other tells the
    /// application there is (v3-extended.md §9.3).
    pub(crate) fn submit_applyment(
        &mut self,
        platform: &Platform,
        asked: NewApplyment,
        now: Timestamp,
    ) -> u64 {
        let key = (asked.provider.clone(), asked.business_code.clone());
        let known = self.onboarding.codes.get(&key).map(|id| *id);
        let told = known.and_then(|id| self.onboarding.applyments.get(&id));
        if let (Some(id), Some(record)) = (known, &told) {
            let open =
                matches!(record.told.applyment_state, ApplymentState::Rejected | ApplymentState::Editting);
            if !open {
                return id;
            }
        }
        let serial = self.next_serial();
        let id = known.unwrap_or_else(|| 2_000_000_000_000_000 + serial);
        let record = ApplymentRecord {
            told: Applyment {
                business_code: asked.business_code,
                applyment_id: id,
                sub_mchid: None,
                sign_url: None,
                applyment_state: ApplymentState::Auditing,
                applyment_state_msg: state_words(&ApplymentState::Auditing).into(),
                audit_detail: Vec::new(),
            },
            provider: asked.provider,
            merchant_name: asked.merchant_name,
            contact_is_legal: asked.contact_is_legal,
            account: asked.account,
            step: told.map_or(0, |record| record.step),
        };
        self.onboarding.applyments.insert(id, record);
        self.onboarding.codes.insert(key, id);
        self.applyment_steps_to(platform, id, ApplymentState::Auditing, now);
        id
    }

    pub(crate) fn applyment_coded(
        &self,
        provider: &Mchid,
        code: &BusinessCode,
    ) -> Result<Arc<ApplymentRecord>, Refusal> {
        let id = self.onboarding.codes.get(&(provider.clone(), code.clone()));
        id.and_then(|id| self.onboarding.applyments.get(&id)).ok_or_else(unknown)
    }

    pub(crate) fn applyment_of(&self, provider: &Mchid, id: u64) -> Result<Arc<ApplymentRecord>, Refusal> {
        self.onboarding.applyments.get(&id).filter(|record| record.provider == *provider).ok_or_else(unknown)
    }

    /// People decide (v3-extended.md §9.4).
    pub(crate) fn decide_applyment(
        &mut self,
        platform: &Platform,
        id: u64,
        decision: Decision,
        now: Timestamp,
    ) -> Result<(), DecisionRefused> {
        let record = self.onboarding.applyments.get(&id).ok_or(DecisionRefused::Unknown)?;
        let state = &record.told.applyment_state;
        let next = match (decision, state) {
            (Decision::Approve, ApplymentState::Auditing) => approved(&record),
            (Decision::Reject(why), ApplymentState::Auditing) => {
                self.onboarding.applyments.get_mut(&id).expect("just found").told.audit_detail = why;
                ApplymentState::Rejected
            }
            (Decision::Verify, ApplymentState::ToBeConfirmed) => ApplymentState::ToBeSigned,
            (Decision::Sign, ApplymentState::ToBeSigned) => ApplymentState::Signing,
            (
                Decision::Cancel,
                ApplymentState::Auditing | ApplymentState::ToBeConfirmed | ApplymentState::ToBeSigned,
            ) => ApplymentState::Canceled,
            (_, _) => return Err(DecisionRefused::State),
        };
        self.applyment_steps_to(platform, id, next, now);
        Ok(())
    }

    /// Something an application does by itself.
    pub(crate) fn onboarding_due(&mut self, platform: &Platform, due: OnboardingDue, at: Timestamp) {
        match due {
            OnboardingDue::Applyment(id, step) => {
                let Some(record) = self.onboarding.applyments.get(&id).filter(|it| it.step == step) else {
                    return;
                };
                let next = match record.told.applyment_state {
                    ApplymentState::Auditing => approved(&record),
                    ApplymentState::ToBeConfirmed => ApplymentState::Rejected,
                    ApplymentState::ToBeSigned => ApplymentState::Canceled,
                    ApplymentState::Signing => ApplymentState::Finished,
                    _ => return,
                };
                if next == ApplymentState::Rejected {
                    let record = self.onboarding.applyments.get_mut(&id).expect("just found");
                    record.told.audit_detail = vec![unverified()];
                }
                self.applyment_steps_to(platform, id, next, at);
            }
            OnboardingDue::Settlement(mchid, number) => self.decide_settlement(&mchid, &number, None, at),
            OnboardingDue::Intent(id, step) => self.intent_moves_on(platform, id, step, at),
        }
    }

    /// Moves an application, and schedules what it does from there by itself.
    fn applyment_steps_to(&mut self, platform: &Platform, id: u64, state: ApplymentState, now: Timestamp) {
        let sub_mchid = (state == ApplymentState::ToBeSigned).then(|| self.new_sub_mchid(platform));
        let record = self.onboarding.applyments.get_mut(&id).expect("callers look it up");
        record.step += 1;
        record.told.applyment_state_msg = state_words(&state).into();
        let signs = matches!(state, ApplymentState::ToBeConfirmed | ApplymentState::ToBeSigned);
        record.told.sign_url = signs.then(|| {
            format!(
                "https://pay.weixin.qq.com/public/apply4ec_sign/s?applymentId={id}&sign={}",
                platform.chance.text(32, LETTERS)
            )
        });
        if state != ApplymentState::Rejected {
            record.told.audit_detail.clear();
        }
        let wait = match state {
            ApplymentState::Auditing => Some(platform.switches.applyment_review_takes),
            ApplymentState::ToBeConfirmed => Some(VERIFIED_WITHIN),
            ApplymentState::ToBeSigned => Some(SIGNED_WITHIN),
            ApplymentState::Signing => Some(SIGNING_TAKES),
            _ => None,
        };
        record.told.applyment_state = state;
        let step = record.step;
        if let Some(sub_mchid) = sub_mchid {
            record.told.sub_mchid = Some(sub_mchid.clone());
            let account = record.account.clone();
            self.onboarding.accounts.insert(sub_mchid.clone(), account);
            self.onboarding.sub_merchants.insert(sub_mchid, id);
        }
        if record.told.applyment_state == ApplymentState::Finished {
            self.adopt(platform, id);
        }
        if let Some(wait) = wait {
            self.schedule(now.plus(wait), Due::Onboarding(OnboardingDue::Applyment(id, step)));
        }
    }

    /// The application that made this merchant, once all is done.
    pub(crate) fn applyment_behind(&self, mchid: &Mchid) -> Option<Arc<ApplymentRecord>> {
        let id = self.onboarding.sub_merchants.get(mchid)?;
        let record = self.onboarding.applyments.get(&*id)?;
        (record.told.applyment_state == ApplymentState::Finished).then_some(record)
    }

    /// The sub-merchants whose applications are done.
    pub(crate) fn onboarded(&self) -> Vec<(Mchid, u64)> {
        let made = self.onboarding.sub_merchants.iter().map(|(mchid, id)| (mchid, *id));
        made.filter(|(mchid, _)| self.applyment_behind(mchid).is_some()).collect()
    }

    /// From now on the sub-merchant takes orders of its provider. Its keys are made should it ever need them.
    pub(crate) fn adopt(&mut self, platform: &Platform, id: u64) {
        let Some(record) = self.onboarding.applyments.get(&id) else { return };
        let Some(mchid) = record.told.sub_mchid.clone() else { return };
        let secret = || platform.chance.text(32, LETTERS);
        let name: String = record.merchant_name.chars().take(SHORT_NAME_MAX).collect();
        let mut settings = MerchantSettings::new(mchid.clone(), &name, secret(), secret());
        settings.providers.push(record.provider.clone());
        match platform.keys_for(&settings) {
            Ok(keys) => {
                if platform.add_merchant(settings, keys, Came::Onboarded) {
                    self.ledger.open_merchant(mchid);
                } else {
                    tracing::warn!(%mchid, "there are as many merchants as the simulator holds");
                }
            }
            Err(error) => tracing::error!(%mchid, %error, "a sub-merchant gets no keys"),
        }
    }

    /// A number that no merchant has.
    fn new_sub_mchid(&mut self, platform: &Platform) -> Mchid {
        loop {
            let text = format!("16{}{:04}", platform.chance.text(4, DIGITS), self.next_serial() % 10_000);
            let mchid = Mchid::parse(&text).expect("ten digits");
            if platform.merchant(&mchid).is_none() && !self.onboarding.sub_merchants.contains_key(&mchid) {
                return mchid;
            }
        }
    }
}

/// No account is verified when the contact is the legal person (v3-extended.md §9.4).
fn approved(record: &ApplymentRecord) -> ApplymentState {
    if record.contact_is_legal { ApplymentState::ToBeSigned } else { ApplymentState::ToBeConfirmed }
}

fn unverified() -> AuditDetail {
    AuditDetail {
        field: None,
        field_name: Some("账户验证".into()),
        reject_reason: Some("超过10天未完成账户验证，申请单已自动驳回".into()),
    }
}

fn state_words(state: &ApplymentState) -> &'static str {
    match state {
        ApplymentState::Editting => "提交中",
        ApplymentState::Auditing | ApplymentState::WaittingForAudit => "审核中",
        ApplymentState::Rejected => "已驳回",
        ApplymentState::ToBeConfirmed => "待账户验证",
        ApplymentState::ToBeSigned => "待签约",
        ApplymentState::Signing => "开通权限中",
        ApplymentState::Finished => "完成",
        ApplymentState::Canceled => "已作废",
        ApplymentState::WaittingForConfirmContact => "待确认联系信息",
        ApplymentState::WaittingForConfirmLegalperson => "待账户验证",
        ApplymentState::Passed => "审核通过",
        ApplymentState::Freezed => "已冻结",
        ApplymentState::Unknown(_) => "",
    }
}

fn no_auth(message: &str) -> Refusal {
    Refusal::new(403, "NO_AUTH", message, cause::PERMISSION)
}

/// The status is not printed (v3-extended.md §9.3 \[I\]).
fn unknown() -> Refusal {
    Refusal::new(404, "APPLYMENT_NOT_EXIST", "申请单不存在", cause::ORDER_NOT_FOUND)
}

/// Of the licence's name, for the cashier.
const SHORT_NAME_MAX: usize = 20;
/// v3-extended.md §9.4.
const VERIFIED_WITHIN: Duration = Duration::from_secs(10 * 86_400);
const SIGNED_WITHIN: Duration = Duration::from_secs(30 * 86_400);
const SIGNING_TAKES: Duration = Duration::from_secs(30 * 60);
