//! What is before a payer: prompts, open cashiers, orders, transfers.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::Serialize;
use tongbao_wire::transfer::TransferAuthorizationState;
use tongbao_wire::{Appid, Fen, Mchid, OutTradeNo, Timestamp, TradeType, TransferState};

use crate::cashier::Shown;
use crate::order::{Order, OrderState};
use crate::pay::Opened;
use crate::platform::Platform;
use crate::state::{OrderKey, State};
use crate::transfer::{Package, TransferRefused};

/// Everything that waits for one payer, newest first.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Waiting {
    /// Scanned payment codes whose password is asked for.
    pub(crate) prompts: Vec<OpenOrder>,
    /// Cashiers that are open.
    pub(crate) cashiers: Vec<OpenCashier>,
    /// Orders for this payer.
    pub(crate) orders: Vec<OpenOrder>,
    /// Orders for whoever scans or opens them.
    pub(crate) open_to_all: Vec<OpenOrder>,
    /// Transfers and authorisations to confirm.
    pub(crate) transfers: Vec<OpenTransfer>,
}

/// An order that can be paid.
#[derive(Debug, Serialize)]
pub(crate) struct OpenOrder {
    pub(crate) mchid: Mchid,
    pub(crate) out_trade_no: OutTradeNo,
    /// The merchant's short name.
    pub(crate) merchant: String,
    pub(crate) description: String,
    #[serde(rename = "total_fen")]
    pub(crate) total: Fen,
    pub(crate) trade_type: TradeType,
    pub(crate) appid: Appid,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) code_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) h5_url: Option<String>,
    pub(crate) created_at: Timestamp,
}

/// A cashier that is open.
#[derive(Debug, Serialize)]
pub(crate) struct OpenCashier {
    /// What `/cashier/pay` and `/cashier/cancel` take.
    pub(crate) session: String,
    pub(crate) merchant: String,
    pub(crate) description: String,
    #[serde(rename = "total_fen")]
    pub(crate) total: Fen,
    pub(crate) opened_at: Timestamp,
}

/// Money that a merchant sends, or the leave to do so.
#[derive(Debug, Serialize)]
pub(crate) struct OpenTransfer {
    pub(crate) package_info: String,
    pub(crate) mchid: Mchid,
    pub(crate) merchant: String,
    /// None for an authorisation.
    #[serde(rename = "amount_fen", skip_serializing_if = "Option::is_none")]
    pub(crate) amount: Option<Fen>,
    /// `transfer_remark`, or what the authorisation calls the user.
    pub(crate) remark: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) perception: Option<String>,
    /// The page was left without confirming.
    pub(crate) left: bool,
    pub(crate) created_at: Timestamp,
}

impl State {
    /// What is before a payer, as far as the newest of everything go.
    pub(crate) fn waiting(&self, platform: &Platform, payer: &str, now: Timestamp) -> Waiting {
        let mut waiting = Waiting {
            cashiers: self.cashiers_of(platform, payer, now),
            transfers: self.transfers_for(platform, payer),
            ..Waiting::default()
        };
        for order in self.prompts_of(payer) {
            let created_at = order.created_at;
            waiting.prompts.push(OpenOrder::of(platform, &Opened::One(order), created_at));
        }
        for (opened, created_at) in self.can_be_paid(now) {
            let place = match opened.payer() {
                Some(meant) if meant == payer => &mut waiting.orders,
                Some(_) => continue,
                None => &mut waiting.open_to_all,
            };
            place.push(OpenOrder::of(platform, &opened, created_at));
        }
        waiting
    }

    /// Orders whose payment code was scanned and whose password this payer is asked for, newest first.
    pub(super) fn prompts_of(&self, payer: &str) -> Vec<Arc<Order>> {
        let asked = |order: &Order| matches!(&order.state, OrderState::UserPaying { payer: asked, .. } if asked == payer);
        self.newest_orders().filter(|order| asked(order)).collect()
    }

    /// What a cashier could open now, newest first, with when it was ordered.
    pub(super) fn can_be_paid(&self, now: Timestamp) -> Vec<(Opened, Timestamp)> {
        let mut wholes: BTreeSet<OrderKey> = BTreeSet::new();
        let opened = self.newest_orders().filter_map(|order| {
            let created_at = order.created_at;
            let opened = match &order.asked.combined {
                None => Opened::One(order),
                Some(whole) if wholes.insert(whole.clone()) => Opened::Combined(self.combined.get(whole)?),
                Some(_) => return None,
            };
            opened.is_payable(now).then_some((opened, created_at))
        });
        opened.collect()
    }

    pub(super) fn newest_orders(&self) -> impl Iterator<Item = Arc<Order>> {
        let numbers = self.order_numbers.iter().rev().take(LOOKED_AT);
        numbers.filter_map(|(_, key)| self.orders.get(&*key))
    }

    /// The payer leaves the page of a transfer. The platform knows no refusal: the transfer waits, and is
    /// closed after 24 hours (v3-extended.md §10.1).
    pub(crate) fn leave_transfer(&mut self, package_info: &str, payer: &str) -> Result<(), TransferRefused> {
        let waits = match self.transfer_package(package_info)? {
            Package::Bill(key) => {
                let bill = self.transfers.bills.get(&key);
                bill.is_some_and(|bill| bill.told.state == TransferState::WaitUserConfirm)
            }
            Package::Authorization(key) => {
                let one = self.transfers.authorizations.get(&key);
                one.is_some_and(|one| one.told.state == TransferAuthorizationState::WaitUserConfirm)
            }
        };
        if self.meant_by(package_info)? != payer {
            return Err(TransferRefused::Payer);
        }
        if !waits {
            return Err(TransferRefused::State);
        }
        self.people.left.insert(package_info.into(), ());
        Ok(())
    }

    fn cashiers_of(&self, platform: &Platform, payer: &str, now: Timestamp) -> Vec<OpenCashier> {
        let newest = self.sessions.order.iter().rev().take(LOOKED_AT);
        let sessions = newest.filter_map(|(_, id)| Some(((*id).clone(), self.sessions.get(&id)?)));
        let mine = sessions.filter(|(_, session)| session.payer == payer && session.ended.is_none());
        mine.filter_map(|(id, session)| {
            let Shown::Prepay { prepay_id, .. } = &session.shown else { return None };
            let opened = self.opened_by(prepay_id).filter(|opened| opened.is_payable(now))?;
            Some(OpenCashier {
                session: id,
                merchant: name_of(platform, opened.mchid()),
                description: opened.description().into(),
                total: opened.total(),
                opened_at: session.opened_at,
            })
        })
        .collect()
    }

    pub(super) fn transfers_for(&self, platform: &Platform, payer: &str) -> Vec<OpenTransfer> {
        let bills = self
            .transfers_newest()
            .take(LOOKED_AT)
            .filter(|bill| bill.payer == payer && bill.told.state == TransferState::WaitUserConfirm);
        let bills = bills.filter_map(|bill| {
            let package_info = bill.package_info.clone()?;
            Some(OpenTransfer {
                left: self.people.left.contains_key(package_info.as_str()),
                package_info,
                mchid: bill.told.mch_id.clone(),
                merchant: name_of(platform, &bill.told.mch_id),
                amount: Some(bill.told.transfer_amount),
                remark: bill.told.transfer_remark.clone(),
                perception: bill.perception.clone(),
                created_at: bill.told.create_time,
            })
        });
        let asked = self.transfers.authorizations.iter().take(LOOKED_AT).filter(|(_, one)| {
            one.payer == payer && one.told.state == TransferAuthorizationState::WaitUserConfirm
        });
        let asked = asked.map(|(_, one)| OpenTransfer {
            left: self.people.left.contains_key(one.package_info.as_str()),
            package_info: one.package_info.clone(),
            mchid: one.mchid.clone(),
            merchant: name_of(platform, &one.mchid),
            amount: None,
            remark: one.told.user_display_name.clone(),
            perception: one.told.user_recv_perception.clone(),
            created_at: one.told.create_time.unwrap_or(Timestamp::from_millis(0)),
        });
        bills.chain(asked).collect()
    }
}

impl OpenOrder {
    fn of(platform: &Platform, opened: &Opened, created_at: Timestamp) -> Self {
        let (out_trade_no, appid) = match opened {
            Opened::One(order) => (order.asked.out_trade_no.clone(), order.asked.appid.clone()),
            Opened::Combined(whole) => (whole.asked.out_trade_no.clone(), whole.asked.appid.clone()),
        };
        let newest = opened.prepays().last();
        Self {
            mchid: opened.mchid().clone(),
            out_trade_no,
            merchant: name_of(platform, opened.mchid()),
            description: opened.description().into(),
            total: opened.total(),
            trade_type: opened.scene().clone(),
            appid,
            code_url: newest.filter(|_| *opened.scene() == TradeType::Native).map(|it| it.code_url()),
            h5_url: newest.filter(|_| *opened.scene() == TradeType::Mweb).map(|it| it.h5_url(platform)),
            created_at,
        }
    }
}

/// A merchant's short name, or its number.
pub(crate) fn name_of(platform: &Platform, mchid: &Mchid) -> String {
    platform.merchant(mchid).map_or_else(|| mchid.to_string(), |merchant| merchant.settings.name.clone())
}

/// Newest orders, cashiers and transfers that are looked at.
const LOOKED_AT: usize = 300;
