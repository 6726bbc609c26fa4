//! The account a sub-merchant is paid to (v3-extended.md §9.5).

use serde::{Deserialize, Serialize};
use tongbao_wire::onboarding::{
    AccountVerification, ApplicationNo, SettlementAccount, SettlementChange, SettlementChangeState,
};
use tongbao_wire::{Mchid, Timestamp};

use super::{OnboardingDue, no_auth};
use crate::platform::Platform;
use crate::refusal::{Refusal, cause};
use crate::settings::DIGITS;
use crate::state::{Due, State};

/// An account, as the provider gave it, opened.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct AccountSaid {
    /// For a company, and not a person.
    pub(crate) business: bool,
    pub(crate) bank: String,
    pub(crate) branch_name: Option<String>,
    pub(crate) branch_id: Option<String>,
    pub(crate) number: String,
    pub(crate) name: String,
    /// It was changed, so that queries tell whether it was verified.
    pub(crate) changed: Option<AccountVerification>,
}

/// A change of the account.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct SettlementRecord {
    account: AccountSaid,
    state: SettlementChangeState,
    fail_reason: Option<String>,
    finished_at: Option<Timestamp>,
}

impl AccountSaid {
    pub(crate) fn new(business: bool, bank: String, number: String, name: String) -> Self {
        Self { business, bank, number, name, ..Self::default() }
    }

    fn kind(&self) -> &'static str {
        if self.business { "ACCOUNT_TYPE_BUSINESS" } else { "ACCOUNT_TYPE_PRIVATE" }
    }
}

impl State {
    /// The account of a sub-merchant that `signer` onboarded or serves.
    fn settlement_account(
        &self,
        platform: &Platform,
        signer: &Mchid,
        sub: &Mchid,
    ) -> Result<AccountSaid, Refusal> {
        let made = self.onboarding.sub_merchants.get(sub).and_then(|id| self.onboarding.applyments.get(&id));
        let mine = made.as_ref().is_some_and(|record| record.provider == *signer);
        if !mine && (sub == signer || !platform.serves(signer, sub)) {
            return Err(no_auth("服务商与特约商户无受理关系"));
        }
        let account = self.onboarding.accounts.get(sub).map(|account| (*account).clone());
        Ok(account.unwrap_or_else(|| {
            platform.merchant(sub).map_or_else(AccountSaid::default, |merchant| {
                // A merchant of the settings: an account is made up of its number.
                let number = format!("6200000000{sub}");
                AccountSaid::new(true, "其他银行".into(), number, merchant.settings.name.clone())
            })
        }))
    }

    pub(crate) fn settlement_of(
        &self,
        platform: &Platform,
        signer: &Mchid,
        sub: &Mchid,
    ) -> Result<SettlementAccount, Refusal> {
        let account = self.settlement_account(platform, signer, sub)?;
        Ok(SettlementAccount {
            account_type: account.kind().into(),
            account_number: masked(&account.number),
            account_bank: account.bank,
            bank_name: account.branch_name,
            bank_branch_id: account.branch_id,
            verify_result: account.changed,
            verify_fail_reason: None,
        })
    }

    /// Asks for another account: five times a day.
    pub(crate) fn modify_settlement(
        &mut self,
        platform: &Platform,
        signer: &Mchid,
        sub: &Mchid,
        account: AccountSaid,
        now: Timestamp,
    ) -> Result<ApplicationNo, Refusal> {
        let present = self.settlement_account(platform, signer, sub)?;
        let day = (sub.clone(), now.beijing_date());
        let changes = self.onboarding.changes.get(&day).map_or(0, |changes| *changes);
        if changes >= CHANGES_A_DAY {
            // The platform's spelling (v3-extended.md §9.5).
            let message = "修改结算账户次数超过当日限制，请明日再试";
            return Err(Refusal::new(429, "FREQENCY_LIMIT", message, cause::TOO_FREQUENT));
        }
        self.onboarding.changes.insert(day, changes + 1);
        let serial = self.next_serial();
        let text = format!("10{}{}{serial:06}", &now.digits()[..8], platform.chance.text(4, DIGITS));
        let number = ApplicationNo::parse(&text).expect("digits");
        let name = if account.name.is_empty() { present.name } else { account.name.clone() };
        let record = SettlementRecord {
            account: AccountSaid { name, ..account },
            state: SettlementChangeState::Auditing,
            fail_reason: None,
            finished_at: None,
        };
        self.onboarding.settlements.insert((sub.clone(), number.to_string()), record);
        let due = Due::Onboarding(OnboardingDue::Settlement(sub.clone(), number.to_string()));
        self.schedule(now.plus(platform.switches.applyment_review_takes), due);
        Ok(number)
    }

    pub(crate) fn settlement_change(
        &self,
        platform: &Platform,
        signer: &Mchid,
        sub: &Mchid,
        number: &ApplicationNo,
    ) -> Result<SettlementChange, Refusal> {
        self.settlement_account(platform, signer, sub)?;
        let record =
            self.onboarding.settlements.get(&(sub.clone(), number.to_string())).ok_or_else(|| {
                Refusal::new(404, "ORDER_NOT_EXIST", "申请单不存在", cause::ORDER_NOT_FOUND)
            })?;
        let account = &record.account;
        Ok(SettlementChange {
            account_name: masked_name(&account.name),
            account_type: account.kind().into(),
            account_bank: account.bank.clone(),
            bank_name: account.branch_name.clone(),
            bank_branch_id: account.branch_id.clone(),
            account_number: masked(&account.number),
            verify_result: record.state.clone(),
            verify_fail_reason: record.fail_reason.clone(),
            verify_finish_time: record.finished_at,
        })
    }

    /// A change is decided: in force, or refused for a reason. Decided ones stay.
    pub(crate) fn decide_settlement(
        &mut self,
        sub: &Mchid,
        number: &str,
        refused: Option<String>,
        at: Timestamp,
    ) {
        let key = (sub.clone(), number.to_owned());
        let Some(record) = self.onboarding.settlements.get_mut(&key) else { return };
        if record.state != SettlementChangeState::Auditing {
            return;
        }
        record.finished_at = Some(at);
        if refused.is_some() {
            record.state = SettlementChangeState::Fail;
            record.fail_reason = refused;
            return;
        }
        record.state = SettlementChangeState::Success;
        let account = AccountSaid { changed: Some(AccountVerification::Success), ..record.account.clone() };
        self.onboarding.accounts.insert(sub.clone(), account);
    }
}

/// `62*************78` (v3-extended.md §9.5); what the second masking rule shows is not printed.
fn masked(number: &str) -> String {
    let characters: Vec<char> = number.chars().collect();
    let hidden = |index: usize| index >= 2 && index + 2 < characters.len();
    characters.iter().enumerate().map(|(index, c)| if hidden(index) { '*' } else { *c }).collect()
}

/// `张*`.
fn masked_name(name: &str) -> String {
    name.chars().enumerate().map(|(index, c)| if index == 0 { c } else { '*' }).collect()
}

/// v3-extended.md §9.1.
const CHANGES_A_DAY: u32 = 5;

#[cfg(test)]
mod tests {
    use super::{masked, masked_name};

    #[test]
    fn numbers_keep_their_ends_and_names_their_beginning() {
        for (number, shown) in [("6200000000000000078", "62***************78"), ("1234", "1234"), ("", "")] {
            assert_eq!(masked(number), shown);
        }
        assert_eq!(masked_name("张三丰"), "张**");
    }
}
