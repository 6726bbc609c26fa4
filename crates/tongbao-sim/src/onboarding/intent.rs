//! Confirmations that a merchant wants its account (商户开户意愿确认, v3-extended.md §9.6).

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tongbao_wire::onboarding::{ApplymentState, AuthorizeState, Intent};
use tongbao_wire::{BusinessCode, Mchid, Timestamp};

use super::{Decision, DecisionRefused, OnboardingDue, no_auth};
use crate::platform::Platform;
use crate::refusal::{Refusal, cause};
use crate::state::{Due, State};

/// An application to confirm an intent.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct IntentRecord {
    pub(crate) told: Intent,
    pub(crate) id: u64,
    pub(crate) business_code: BusinessCode,
    pub(crate) channel: Mchid,
    /// Whom it confirms for.
    mchids: Vec<Mchid>,
    contact_is_legal: bool,
    step: u64,
}

/// An application to be submitted, checked.
pub(crate) struct NewIntent {
    pub(crate) channel: Mchid,
    pub(crate) business_code: BusinessCode,
    pub(crate) contact_is_legal: bool,
    pub(crate) mchids: Vec<Mchid>,
}

impl State {
    /// Takes an intent in; the same number tells the one there is, until that one has ended.
    pub(crate) fn submit_intent(
        &mut self,
        platform: &Platform,
        asked: NewIntent,
        now: Timestamp,
    ) -> Result<u64, Refusal> {
        let key = (asked.channel.clone(), asked.business_code.clone());
        let known = self.onboarding.intent_codes.get(&key).and_then(|id| self.onboarding.intents.get(&id));
        if let Some(record) = known {
            return match record.told.applyment_state {
                ApplymentState::Rejected => {
                    Err(Refusal::invalid("申请单已驳回，请撤销后使用新的业务申请编号", cause::REENTRY))
                }
                ApplymentState::Passed | ApplymentState::Freezed | ApplymentState::Canceled => {
                    Err(Refusal::invalid("业务申请编号已使用", cause::REENTRY))
                }
                _ => Ok(record.id),
            };
        }
        let id = 2_000_000_000_000_000 + self.next_serial();
        let record = IntentRecord {
            told: Intent {
                applyment_state: ApplymentState::WaittingForAudit,
                qrcode_data: None,
                reject_param: None,
                reject_reason: None,
            },
            id,
            business_code: asked.business_code,
            channel: asked.channel,
            mchids: asked.mchids,
            contact_is_legal: asked.contact_is_legal,
            step: 0,
        };
        self.onboarding.intents.insert(id, record);
        self.onboarding.intent_codes.insert(key, id);
        self.intent_steps_to(platform, id, ApplymentState::WaittingForAudit, now);
        Ok(id)
    }

    pub(crate) fn intent_coded(
        &self,
        channel: &Mchid,
        code: &BusinessCode,
    ) -> Result<Arc<IntentRecord>, Refusal> {
        let id = self.onboarding.intent_codes.get(&(channel.clone(), code.clone()));
        id.and_then(|id| self.onboarding.intents.get(&id)).ok_or_else(unknown)
    }

    pub(crate) fn intent_of(&self, channel: &Mchid, id: u64) -> Result<Arc<IntentRecord>, Refusal> {
        self.onboarding.intents.get(&id).filter(|record| record.channel == *channel).ok_or_else(unknown)
    }

    /// Takes an intent back; again changes nothing.
    pub(crate) fn cancel_intent(
        &mut self,
        platform: &Platform,
        id: u64,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let record = self.onboarding.intents.get(&id).ok_or_else(unknown)?;
        match record.told.applyment_state {
            ApplymentState::Canceled => Ok(()),
            ApplymentState::Passed | ApplymentState::Freezed => {
                Err(Refusal::invalid("申请单当前状态不支持撤销", cause::PARAMETER))
            }
            _ => {
                self.intent_steps_to(platform, id, ApplymentState::Canceled, now);
                Ok(())
            }
        }
    }

    /// Whether a merchant that `channel` serves has confirmed.
    pub(crate) fn intent_state(
        &self,
        platform: &Platform,
        channel: &Mchid,
        sub: &Mchid,
    ) -> Result<AuthorizeState, Refusal> {
        let made = self.onboarding.sub_merchants.get(sub).and_then(|id| self.onboarding.applyments.get(&id));
        let mine = made.is_some_and(|record| record.provider == *channel);
        if !mine && !platform.serves(channel, sub) {
            return Err(no_auth("服务商与特约商户无受理关系"));
        }
        let authorized = self.onboarding.authorized.get(sub).is_some_and(|said| *said);
        Ok(if authorized { AuthorizeState::Authorized } else { AuthorizeState::Unauthorized })
    }

    /// People decide.
    pub(crate) fn decide_intent(
        &mut self,
        platform: &Platform,
        id: u64,
        decision: Decision,
        now: Timestamp,
    ) -> Result<(), DecisionRefused> {
        let record = self.onboarding.intents.get(&id).ok_or(DecisionRefused::Unknown)?;
        let next = match (decision, &record.told.applyment_state) {
            (Decision::Approve, ApplymentState::WaittingForAudit) => {
                ApplymentState::WaittingForConfirmContact
            }
            (Decision::Reject(why), ApplymentState::WaittingForAudit) => {
                let told = &mut self.onboarding.intents.get_mut(&id).expect("just found").told;
                let first = why.into_iter().next();
                told.reject_param = first.as_ref().and_then(|detail| detail.field.clone());
                told.reject_reason = first.and_then(|detail| detail.reject_reason);
                ApplymentState::Rejected
            }
            (Decision::Sign, ApplymentState::WaittingForConfirmContact) if record.contact_is_legal => {
                ApplymentState::Passed
            }
            (Decision::Sign, ApplymentState::WaittingForConfirmContact) => {
                ApplymentState::WaittingForConfirmLegalperson
            }
            (Decision::Verify, ApplymentState::WaittingForConfirmLegalperson) => ApplymentState::Passed,
            (_, _) => return Err(DecisionRefused::State),
        };
        self.intent_steps_to(platform, id, next, now);
        Ok(())
    }

    /// The review passes, or 720 hours are over.
    pub(super) fn intent_moves_on(&mut self, platform: &Platform, id: u64, step: u64, at: Timestamp) {
        let Some(record) = self.onboarding.intents.get(&id).filter(|it| it.step == step) else { return };
        let next = match record.told.applyment_state {
            ApplymentState::WaittingForAudit => ApplymentState::WaittingForConfirmContact,
            ApplymentState::WaittingForConfirmContact | ApplymentState::WaittingForConfirmLegalperson => {
                ApplymentState::Canceled
            }
            _ => return,
        };
        self.intent_steps_to(platform, id, next, at);
    }

    fn intent_steps_to(&mut self, platform: &Platform, id: u64, state: ApplymentState, now: Timestamp) {
        let record = self.onboarding.intents.get_mut(&id).expect("callers look it up");
        record.step += 1;
        let waits = matches!(
            state,
            ApplymentState::WaittingForConfirmContact | ApplymentState::WaittingForConfirmLegalperson
        );
        record.told.qrcode_data = waits.then(|| QRCODE.into());
        let wait = match state {
            ApplymentState::WaittingForAudit => Some(platform.switches.applyment_review_takes),
            _ if waits => Some(CONFIRMED_WITHIN),
            _ => None,
        };
        let passed = (state == ApplymentState::Passed).then(|| record.mchids.clone());
        record.told.applyment_state = state;
        let step = record.step;
        for mchid in passed.into_iter().flatten() {
            self.onboarding.authorized.insert(mchid, true);
        }
        if let Some(wait) = wait {
            self.schedule(now.plus(wait), Due::Onboarding(OnboardingDue::Intent(id, step)));
        }
    }

    /// Intents, newest first.
    pub(crate) fn intents_newest(&self) -> impl Iterator<Item = Arc<IntentRecord>> {
        self.onboarding.intents.iter().rev().map(|(_, record)| record)
    }
}

fn unknown() -> Refusal {
    Refusal::invalid("查询申请单不存在", cause::ORDER_NOT_FOUND)
}

/// 720 hours (v3-extended.md §9.6).
const CONFIRMED_WITHIN: Duration = Duration::from_secs(720 * 3600);
/// A picture of one pixel: nobody can scan what no phone would open; `/sim/v1/intents` confirms.
const QRCODE: &str = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==";
