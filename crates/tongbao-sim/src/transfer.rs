//! Transfers to users (商家转账, user-confirm mode): locked, confirmed, received or given back
//! (v3-extended.md §10.1).

mod authorization;
mod notice;
mod receipt;
mod scene;

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tongbao_wire::transfer::{Transfer as Told, TransferFailReason, TransferStarted};
use tongbao_wire::{
    Appid, AuthorizationId, Fen, Mchid, Openid, OutAuthorizationNo, OutBillNo, Timestamp, TransferBillNo,
    TransferState,
};

use crate::ledger::{Short, Transfer as Locked};
use crate::people::{Line, LineKind};
use crate::platform::Platform;
use crate::refusal::{Refusal, cause};
use crate::settings::{DIGITS, LETTERS};
use crate::shelf::{Shelf, shelves};
use crate::state::{Due, State};

pub(crate) use authorization::{Authorization, NewAuthorization};
pub(crate) use receipt::{RECEIPT_FILE, Receipt};
pub(crate) use scene::check_scene;

/// A transfer's number is unique per merchant.
pub(crate) type BillKey = (Mchid, OutBillNo);
/// So is an authorisation's.
pub(crate) type AuthorizationKey = (Mchid, OutAuthorizationNo);

/// Every transfer, and what goes with them.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Transfers {
    pub(crate) bills: Shelf<BillKey, Bill>,
    /// As they came.
    ages: Shelf<u64, BillKey>,
    numbers: Shelf<TransferBillNo, BillKey>,
    /// What a `package_info` opens.
    packages: Shelf<String, Package>,
    pub(crate) authorizations: Shelf<AuthorizationKey, Authorization>,
    /// The one that a user has in a scene and that is not closed.
    authorizing: Shelf<(Mchid, String, String), OutAuthorizationNo>,
    authorization_ids: Shelf<AuthorizationId, AuthorizationKey>,
    receipts: Shelf<BillKey, Receipt>,
    /// What a receipt's download address opens, and until when.
    receipt_tokens: Shelf<String, (BillKey, Timestamp)>,
    /// Scenes opened for a merchant; all, unless they were set.
    pub(crate) scenes: Shelf<Mchid, Vec<String>>,
}

shelves! {
    Transfers {
        "transfers" => bills,
        "transfer_ages" => ages,
        "transfer_numbers" => numbers,
        "transfer_packages" => packages,
        "transfer_authorizations" => authorizations,
        "transfer_authorizing" => authorizing,
        "transfer_authorization_ids" => authorization_ids,
        "transfer_receipts" => receipts,
        "transfer_receipt_tokens" => receipt_tokens,
        "transfer_scenes" => scenes,
    }
}

/// What the confirmation page shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Package {
    Bill(BillKey),
    Authorization(AuthorizationKey),
}

/// What transfers do by themselves.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum TransferDue {
    /// The money reaches the user.
    Arrive(BillKey),
    /// A cancellation is done.
    Cancel(BillKey),
    /// Nobody confirmed for 24 hours.
    Expire(BillKey),
    ExpireAuthorization(AuthorizationKey),
    FinishReceipt(BillKey),
}

/// What a merchant asks for, checked.
pub(crate) struct NewBill {
    pub(crate) mchid: Mchid,
    pub(crate) out_bill_no: OutBillNo,
    pub(crate) appid: Appid,
    pub(crate) openid: Openid,
    /// Who that is.
    pub(crate) payer: String,
    pub(crate) user_name: Option<String>,
    pub(crate) amount: Fen,
    pub(crate) remark: String,
    pub(crate) scene: String,
    pub(crate) perception: Option<String>,
    pub(crate) notify_url: Option<String>,
    /// Another merchant who pays.
    pub(crate) sponsor: Option<Mchid>,
    /// Digest of the whole request, its sealed members opened: sealing twice gives two texts.
    pub(crate) terms: String,
    pub(crate) confirmed_by: Confirmation,
}

/// Who lets the money go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Confirmation {
    /// The user, on a page.
    User,
    /// The user, who is asked for an authorisation as well.
    UserAuthorizing(AuthorizationKey),
    /// An authorisation in force.
    Authorization(AuthorizationKey),
}

/// A transfer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Bill {
    pub(crate) told: Told,
    pub(crate) payer: String,
    pub(crate) scene: String,
    pub(crate) perception: Option<String>,
    pub(crate) package_info: Option<String>,
    pub(crate) notify_url: Option<String>,
    user_name: Option<String>,
    locked: Locked,
    terms: String,
    confirmed_by: Confirmation,
    /// What it fails with when the money should arrive, set by hand.
    fails_with: Option<String>,
}

/// Why a person cannot do something about a transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TransferRefused {
    /// `package_info` or number unknown; the front end's words are `package_info信息有误`.
    Unknown,
    /// Somebody else's.
    Payer,
    /// It does not follow from where it stands.
    State,
}

impl Bill {
    pub(crate) fn user_name(&self) -> Option<&str> {
        self.user_name.as_deref()
    }

    /// As starting it answers.
    pub(crate) fn started(&self) -> TransferStarted {
        let waiting = self.told.state == TransferState::WaitUserConfirm;
        let asked = match &self.confirmed_by {
            Confirmation::UserAuthorizing((_, number)) => Some(number.clone()),
            Confirmation::User | Confirmation::Authorization(_) => None,
        };
        TransferStarted {
            out_bill_no: self.told.out_bill_no.clone(),
            transfer_bill_no: self.told.transfer_bill_no.clone(),
            create_time: self.told.create_time,
            state: self.told.state.clone(),
            fail_reason: self.told.fail_reason.clone(),
            package_info: self.package_info.clone().filter(|_| waiting),
            user_display_name: None,
            out_authorization_no: asked,
        }
    }
}

impl State {
    /// Starts a transfer, or tells the one with this number.
    pub(crate) fn transfer(
        &mut self,
        platform: &Platform,
        asked: NewBill,
        now: Timestamp,
    ) -> Result<Arc<Bill>, Refusal> {
        let key = (asked.mchid.clone(), asked.out_bill_no.clone());
        if let Some(known) = self.transfers.bills.get(&key) {
            return if known.terms == asked.terms { Ok(known) } else { Err(already_exists()) };
        }
        let serial = self.next_serial();
        let number = format!("1330000{}{}{serial:012}", &now.digits()[..8], platform.chance.text(10, DIGITS));
        let number = TransferBillNo::parse(&number).expect("digits");
        let locked = Locked {
            mchid: asked.sponsor.clone().unwrap_or_else(|| asked.mchid.clone()),
            transfer_bill_no: number.to_string(),
            out_bill_no: asked.out_bill_no.to_string(),
            amount: asked.amount,
            remark: asked.remark.clone(),
        };
        self.ledger.transfer_locked(&locked, now).map_err(|Short| {
            let message = "运营账户资金不足，请充值后再试";
            Refusal::new(403, "NOT_ENOUGH", message, cause::REFUND)
        })?;
        let waits = !matches!(asked.confirmed_by, Confirmation::Authorization(_));
        let package_info = waits.then(|| platform.chance.text(64, LETTERS) + "==");
        let told = Told {
            mch_id: asked.mchid,
            out_bill_no: asked.out_bill_no,
            transfer_bill_no: number.clone(),
            appid: Some(asked.appid),
            state: if waits { TransferState::WaitUserConfirm } else { TransferState::Processing },
            transfer_amount: asked.amount,
            transfer_remark: asked.remark,
            fail_reason: None,
            openid: Some(asked.openid),
            user_name: None,
            create_time: now,
            update_time: Some(now),
        };
        let bill = Bill {
            told,
            payer: asked.payer,
            scene: asked.scene,
            perception: asked.perception,
            package_info: package_info.clone(),
            notify_url: asked.notify_url,
            user_name: asked.user_name,
            locked,
            terms: asked.terms,
            confirmed_by: asked.confirmed_by,
            fails_with: None,
        };
        self.transfers.bills.insert(key.clone(), bill);
        self.transfers.ages.insert(serial, key.clone());
        self.transfers.numbers.insert(number, key.clone());
        if let Some(package) = package_info {
            let payer = self.transfers.bills.get(&key).expect("just put in").payer.clone();
            self.offered(&payer, &package, now);
            self.transfers.packages.insert(package, Package::Bill(key.clone()));
            self.schedule(now.plus(CONFIRMED_WITHIN), Due::Transfer(TransferDue::Expire(key.clone())));
        } else {
            let at = now.plus(platform.switches.transfer_takes);
            self.schedule(at, Due::Transfer(TransferDue::Arrive(key.clone())));
        }
        Ok(self.transfers.bills.get(&key).expect("just put in"))
    }

    /// A merchant's transfer, for 30 days.
    pub(crate) fn transfer_of(&self, key: &BillKey, now: Timestamp) -> Result<Arc<Bill>, Refusal> {
        let found = self.transfers.bills.get(key);
        found.filter(|bill| now.since(bill.told.create_time) <= TOLD_FOR).ok_or_else(not_found)
    }

    /// The same by the platform's number.
    pub(crate) fn transfer_numbered(
        &self,
        mchid: &Mchid,
        number: &TransferBillNo,
        now: Timestamp,
    ) -> Result<Arc<Bill>, Refusal> {
        let key = self.transfers.numbers.get(number).filter(|key| key.0 == *mchid).ok_or_else(not_found)?;
        self.transfer_of(&key, now)
    }

    /// Takes a transfer back that the user has not confirmed; accepted now, done a moment later.
    pub(crate) fn cancel_transfer(
        &mut self,
        platform: &Platform,
        key: &BillKey,
        now: Timestamp,
    ) -> Result<Arc<Bill>, Refusal> {
        let bill = self
            .transfers
            .bills
            .get_mut(key)
            .ok_or_else(|| Refusal::invalid("转账单不存在", cause::ORDER_NOT_FOUND))?;
        match bill.told.state {
            TransferState::Canceling | TransferState::Cancelled => {}
            TransferState::WaitUserConfirm => {
                bill.told.state = TransferState::Canceling;
                bill.told.update_time = Some(now);
                let at = now.plus(platform.switches.transfer_takes);
                self.schedule(at, Due::Transfer(TransferDue::Cancel(key.clone())));
            }
            TransferState::Accepted
            | TransferState::Processing
            | TransferState::Transfering
            | TransferState::Success
            | TransferState::Fail
            | TransferState::Unknown(_) => {
                return Err(Refusal::invalid("转账单当前状态不支持撤销", cause::PARAMETER));
            }
        }
        Ok(self.transfers.bills.get(key).expect("just found"))
    }

    /// What a `package_info` opens, for the person it is meant for.
    pub(crate) fn transfer_package(&self, package: &str) -> Result<Package, TransferRefused> {
        self.transfers
            .packages
            .get(&package.to_owned())
            .map(|it| (*it).clone())
            .ok_or(TransferRefused::Unknown)
    }

    /// The user confirms: the money leaves, and an authorisation that was asked for takes effect.
    pub(crate) fn confirm_transfer(
        &mut self,
        platform: &Platform,
        key: &BillKey,
        payer: Option<&str>,
        now: Timestamp,
    ) -> Result<(), TransferRefused> {
        let bill = self.transfers.bills.get_mut(key).ok_or(TransferRefused::Unknown)?;
        if payer.is_some_and(|payer| payer != bill.payer) {
            return Err(TransferRefused::Payer);
        }
        if bill.told.state != TransferState::WaitUserConfirm {
            return Err(TransferRefused::State);
        }
        bill.told.state = TransferState::Transfering;
        bill.told.update_time = Some(now);
        let asked = match &bill.confirmed_by {
            Confirmation::UserAuthorizing(asked) => Some(asked.clone()),
            Confirmation::User | Confirmation::Authorization(_) => None,
        };
        let at = now.plus(platform.switches.transfer_takes);
        self.schedule(at, Due::Transfer(TransferDue::Arrive(key.clone())));
        if let Some(asked) = asked {
            // It may have run out or been ended meanwhile; the money goes all the same.
            let _ = self.confirm_authorization(platform, &asked, None, now);
        }
        Ok(())
    }

    /// The user confirms what a page shows.
    pub(crate) fn confirm_package(
        &mut self,
        platform: &Platform,
        package: &str,
        payer: Option<&str>,
        now: Timestamp,
    ) -> Result<(), TransferRefused> {
        match self.transfer_package(package)? {
            Package::Bill(key) => self.confirm_transfer(platform, &key, payer, now),
            Package::Authorization(key) => self.confirm_authorization(platform, &key, payer, now),
        }
    }

    /// Whom a page is meant for.
    pub(crate) fn meant_by(&self, package: &str) -> Result<String, TransferRefused> {
        let meant = match self.transfer_package(package)? {
            Package::Bill(key) => self.transfers.bills.get(&key).map(|bill| bill.payer.clone()),
            Package::Authorization(key) => {
                self.transfers.authorizations.get(&key).map(|one| one.payer.clone())
            }
        };
        meant.ok_or(TransferRefused::Unknown)
    }

    /// Decides by hand that a transfer fails: at once, or when the money should arrive.
    pub(crate) fn fail_transfer(
        &mut self,
        platform: &Platform,
        key: &BillKey,
        reason: &str,
        later: bool,
        now: Timestamp,
    ) -> Result<(), TransferRefused> {
        let bill = self.transfers.bills.get_mut(key).ok_or(TransferRefused::Unknown)?;
        if bill.told.state.is_final() || bill.told.state == TransferState::Canceling {
            return Err(TransferRefused::State);
        }
        if later {
            bill.fails_with = Some(reason.into());
        } else {
            self.end_transfer(platform, key, TransferState::Fail, Some(reason), now);
        }
        Ok(())
    }

    /// Something a transfer does by itself.
    pub(crate) fn transfer_due(&mut self, platform: &Platform, due: TransferDue, at: Timestamp) {
        match due {
            TransferDue::Arrive(key) => self.transfer_arrives(platform, &key, at),
            TransferDue::Cancel(key) => {
                if self.transfer_is(&key, &TransferState::Canceling) {
                    self.end_transfer(platform, &key, TransferState::Cancelled, Some("MCH_CANCEL"), at);
                }
            }
            TransferDue::Expire(key) => {
                if self.transfer_is(&key, &TransferState::WaitUserConfirm) {
                    self.end_transfer(platform, &key, TransferState::Fail, Some("OVERDUE_CLOSE"), at);
                }
            }
            TransferDue::ExpireAuthorization(key) => self.expire_authorization(platform, &key, at),
            TransferDue::FinishReceipt(key) => self.finish_receipt(&key, at),
        }
    }

    fn transfer_is(&self, key: &BillKey, state: &TransferState) -> bool {
        self.transfers.bills.get(key).is_some_and(|bill| bill.told.state == *state)
    }

    fn transfer_arrives(&mut self, platform: &Platform, key: &BillKey, at: Timestamp) {
        let Some(bill) = self.transfers.bills.get(key) else { return };
        if !matches!(bill.told.state, TransferState::Transfering | TransferState::Processing) {
            return;
        }
        let real_name = self.payers.get(&bill.payer).map(|payer| payer.name.clone());
        // v3-extended.md §10.1: a name is compared with the real one; when, is not said [I].
        let misnamed = bill.user_name.is_some() && bill.user_name != real_name;
        let reason = bill.fails_with.as_deref().or(misnamed.then_some("NAME_NOT_CORRECT"));
        let state = if reason.is_some() { TransferState::Fail } else { TransferState::Success };
        self.end_transfer(platform, key, state, reason, at);
    }

    /// The end: the money is with the user or back, and the merchant is told.
    fn end_transfer(
        &mut self,
        platform: &Platform,
        key: &BillKey,
        state: TransferState,
        reason: Option<&str>,
        at: Timestamp,
    ) {
        let bill = self.transfers.bills.get_mut(key).expect("callers look it up");
        let moved = if state == TransferState::Success {
            self.ledger.transfer_arrived(&bill.locked, &bill.payer, at)
        } else {
            self.ledger.transfer_returned(&bill.locked, at)
        };
        moved.expect("what was locked is on its way until the transfer ends");
        if state == TransferState::Success {
            let line = Line {
                at,
                kind: LineKind::Transfer,
                amount: bill.told.transfer_amount,
                mchid: key.0.clone(),
                number: key.1.to_string(),
                platform_number: bill.told.transfer_bill_no.to_string(),
                description: bill.told.transfer_remark.clone(),
                bank_type: "OTHERS".into(),
            };
            let payer = bill.payer.clone();
            self.add_line(&payer, line);
        }
        let bill = self.transfers.bills.get_mut(key).expect("just found");
        bill.told.state = state;
        bill.told.fail_reason = reason.map(TransferFailReason::from);
        bill.told.update_time = Some(at);
        self.tell_transfer_end(platform, key, at);
    }

    /// Transfers, newest first.
    pub(crate) fn transfers_newest(&self) -> impl Iterator<Item = Arc<Bill>> {
        self.transfers.ages.iter().rev().filter_map(|(_, key)| self.transfers.bills.get(&key))
    }
}

fn already_exists() -> Refusal {
    Refusal::new(400, "ALREADY_EXISTS", "单号已存在但信息不一致，请查单后比较确认", cause::REENTRY)
}

fn not_found() -> Refusal {
    Refusal::new(404, "NOT_FOUND", "记录不存在", cause::ORDER_NOT_FOUND)
}

/// v3-extended.md §10.1.
const CONFIRMED_WITHIN: Duration = Duration::from_secs(24 * 3600);
/// Queries reach back so far (v3-extended.md §10.1).
const TOLD_FOR: Duration = Duration::from_secs(30 * 86_400);
