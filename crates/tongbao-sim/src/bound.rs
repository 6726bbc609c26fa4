//! How many orders memory holds: past that, the oldest that are over are forgotten, with everything that hangs on
//! them, and when none is over, new ones are refused. With a data directory there is no bound.

use serde::Serialize;
use tongbao_wire::{BillDate, RefundStatus};

use crate::Simulator;
use crate::order::{Order, OrderState, Refused};
use crate::platform::Platform;
use crate::state::{OrderKey, State};

/// What was forgotten so far, and where the search for more goes on.
#[derive(Default)]
pub(crate) struct Bound {
    /// Orders before this number were looked at.
    looked_until: u64,
    forgotten: u64,
    refused: u64,
}

/// How many orders there are, and may be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OrdersHeld {
    /// Orders in memory; with a data directory those used of late.
    pub in_memory: usize,
    /// How many there may be; no bound with a data directory.
    pub at_most: Option<usize>,
    /// Orders that were forgotten.
    pub forgotten: u64,
    /// Orders that were refused because none was over.
    pub refused: u64,
    /// Bills of this day and the days before are incomplete, so that there are none any more.
    pub bills_forgotten_through: Option<BillDate>,
}

impl Simulator {
    /// How many orders there are, and may be.
    #[must_use]
    pub fn orders_held(&self) -> OrdersHeld {
        self.with_state(|state, platform, _| OrdersHeld {
            in_memory: state.orders.in_memory(),
            at_most: platform.orders_in_memory,
            forgotten: state.bound.forgotten,
            refused: state.bound.refused,
            bills_forgotten_through: state.ledger.forgotten_through(),
        })
    }
}

impl State {
    /// Makes room for so many more orders.
    ///
    /// # Errors
    /// [`Refused::Full`] when there are as many as may be, and too few of them are over.
    pub(crate) fn make_room(&mut self, platform: &Platform, coming: usize) -> Result<(), Refused> {
        let Some(most) = platform.orders_in_memory else { return Ok(()) };
        self.ledger.trim(most.saturating_mul(TRADES_PER_ORDER));
        let over = (self.orders.in_memory() + coming).saturating_sub(most);
        if over == 0 {
            return Ok(());
        }
        self.forget(over.max(most / BATCHES));
        if self.orders.in_memory() + coming <= most {
            return Ok(());
        }
        self.bound.refused += 1;
        if self.bound.refused.is_power_of_two() {
            tracing::warn!(
                most,
                refused = self.bound.refused,
                "memory holds no more orders, and none is over"
            );
        }
        Err(Refused::Full)
    }

    /// Forgets so many orders that are over, or as many as there are: the oldest first, going on where it ended.
    fn forget(&mut self, wanted: usize) {
        let began = self.bound.looked_until;
        let (mut gone, mut again) = (0, false);
        loop {
            let rest = self.order_numbers.range(self.bound.looked_until..).take(PAGE);
            let page: Vec<(u64, OrderKey)> = rest.map(|(number, key)| (number, (*key).clone())).collect();
            if page.is_empty() {
                if again {
                    return;
                }
                (again, self.bound.looked_until) = (true, 0);
            }
            for (number, key) in page {
                if again && number >= began {
                    return;
                }
                self.bound.looked_until = number + 1;
                let together = self.over_together(&key);
                gone += together.len();
                for key in together {
                    self.forget_order(&key);
                }
                if gone >= wanted {
                    return;
                }
            }
        }
    }

    /// The order, or all that were ordered with it, when nothing more will happen to them.
    fn over_together(&self, key: &OrderKey) -> Vec<OrderKey> {
        let Some(order) = self.orders.get(key) else { return Vec::new() };
        let whole = order.asked.combined.as_ref().and_then(|whole| self.combined.get(whole));
        let keys = match &whole {
            Some(whole) => whole.asked.orders.iter().map(crate::order::NewOrder::key).collect(),
            None => vec![key.clone()],
        };
        let over = |key: &OrderKey| self.orders.get(key).is_some_and(|order| self.is_over(&order));
        let told = whole.is_none_or(|whole| self.are_told(&whole.notices));
        if told && keys.iter().all(over) { keys } else { Vec::new() }
    }

    fn is_over(&self, order: &Order) -> bool {
        let payment = match &order.state {
            OrderState::Open | OrderState::UserPaying { .. } => return false,
            OrderState::Paid(payment) => Some(payment),
            OrderState::Revoked { payment, .. } => payment.as_ref(),
            OrderState::Failed { .. } | OrderState::Closed { .. } => None,
        };
        let key = order.key();
        let settled = order.refunds.iter().all(|number| {
            let record = self.refunds.get(&(key.0.clone(), number.clone()));
            record.is_none_or(|it| matches!(it.told.status, RefundStatus::Success | RefundStatus::Closed))
        });
        let free = payment.is_none_or(|payment| {
            let held = self.ledger.sale(&payment.transaction_id).is_some_and(|sale| sale.frozen.get() > 0);
            let id = &payment.transaction_id;
            !held && !self.sharing.is_shared(id) && !self.shipping.manages(id)
        });
        settled && free && self.are_told(&order.notices) && !self.complaints.is_about(&key)
    }

    fn are_told(&self, notices: &[u64]) -> bool {
        notices.iter().all(|number| {
            let over = self.notices.get(number).is_none_or(|it| it.delivered || it.next_at.is_none());
            over && !self.sending.contains_key(number)
        })
    }

    /// Takes an order that is over out of everything.
    fn forget_order(&mut self, key: &OrderKey) {
        self.unschedule_closing(key);
        let Some(order) = self.orders.remove(key) else { return };
        self.bound.forgotten += 1;
        self.order_numbers.remove(&order.number);
        self.forget_prepays(order.prepays.clone());
        self.forget_notices(&order.notices);
        for number in &order.refunds {
            if let Some(record) = self.refunds.remove(&(key.0.clone(), number.clone())) {
                self.refund_ids.remove(&record.told.refund_id);
            }
        }
        if let OrderState::Paid(payment) | OrderState::Revoked { payment: Some(payment), .. } = &order.state {
            self.transactions.remove(&payment.transaction_id);
            self.ledger.retire(&payment.transaction_id);
        }
        if let Some(whole) = order.asked.combined.as_ref().and_then(|whole| self.combined.remove(whole)) {
            self.unschedule(whole.closing);
            self.forget_prepays(whole.prepays.clone());
            self.forget_notices(&whole.notices);
        }
    }

    fn forget_notices(&mut self, notices: &[u64]) {
        for number in notices {
            if let Some(notice) = self.notices.remove(number) {
                self.notice_ids.remove(notice.id.as_str());
            }
        }
    }

    /// Whose event a notice is: it goes with the order.
    pub(crate) fn note_notice(&mut self, key: &OrderKey, number: u64) {
        if let Some(order) = self.orders.get_mut(key) {
            order.notices.push(number);
        } else if let Some(whole) = self.combined.get_mut(key) {
            whole.notices.push(number);
        }
    }
}

/// Payments and refunds that bills tell of, for each order that memory holds: bills know more than the orders that
/// are left.
const TRADES_PER_ORDER: usize = 2;
/// What is forgotten at once is a so-many-th of what memory holds: the search is worth its while.
const BATCHES: usize = 10;
/// Orders looked at in one go.
const PAGE: usize = 200;
