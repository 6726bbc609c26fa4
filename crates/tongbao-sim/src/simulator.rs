//! The handle to a running simulator.

use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use axum::Router;
use tokio::sync::Notify;
use tongbao_wire::{Appid, Fen, Mchid, OutTradeNo, RefundStatus, Timestamp};
use tongbao_wire::{OutRefundNo, Refund};

use crate::clock::SimClock;
use crate::faults::{CallFault, CallSeen, DeliveryFault, DeliverySeen, Faults, Held};
use crate::identity::Identity;
use crate::keeper::Keeper;
use crate::ledger::{Books, Purse};
use crate::order::OrderState;
use crate::pay::PayRefused;
use crate::people::{Did, Sight};
use crate::platform::Platform;
use crate::prepay::Opens;
use crate::refund::OutcomeRefused;
use crate::snapshot::Snapshots;
use crate::state::{OrderKey, State};
use crate::view::{NotificationView, OrderView};
use crate::{
    LoginRefused, PayerSettings, Postman, Seed, Settings, SimError, cashier, control, guard, inspector, tls,
    v2, v3, weixin,
};

/// A simulated platform. Cheap to clone; all clones are the same platform.
#[derive(Clone)]
pub struct Simulator {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) platform: Platform,
    pub(crate) postman: Arc<dyn Postman>,
    state: Mutex<State>,
    faults: RwLock<Arc<Faults>>,
    /// Rung when something new is due.
    pub(crate) bell: Notify,
    /// One advance at a time.
    pub(crate) advancing: tokio::sync::Mutex<()>,
    own_host: Option<String>,
    keeper: Keeper,
    /// Requests that a fault script holds back.
    pub(crate) held: Held,
    /// The people it was set up with.
    pub(crate) payers: Vec<PayerSettings>,
    /// What it was told to begin with.
    pub(crate) seed: Seed,
    pub(crate) snapshots: Mutex<Snapshots>,
    pub(crate) recorder: Arc<inspector::Recorder>,
}

impl Simulator {
    /// Makes a simulator; keys are generated when the settings say so.
    ///
    /// # Errors
    /// [`SimError`] naming the setting that cannot be used.
    pub fn new(mut settings: Settings) -> Result<Self, SimError> {
        let keeper = Keeper::open(settings.data.as_deref())?;
        let platform = match keeper.identity(|kept| Self::as_kept(&mut settings, kept)).transpose()?.flatten()
        {
            Some(platform) => platform,
            None => Platform::new(&settings, None)?,
        };
        let own_host = settings.base_url.parse().ok().and_then(guard::host_of);
        let mut state = keeper.load(&platform, &settings.payers, &settings.seed)?;
        if settings.fault_script.is_some() {
            state.faults.begin(platform.fault_script.clone());
        }
        let inner = Inner {
            platform,
            state: Mutex::new(state),
            postman: settings.postman,
            faults: RwLock::default(),
            bell: Notify::new(),
            advancing: tokio::sync::Mutex::new(()),
            own_host,
            keeper,
            held: Held::default(),
            payers: settings.payers,
            seed: settings.seed,
            snapshots: Mutex::default(),
            recorder: Arc::default(),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// The platform of the last run, if there was one: with its merchants and keys, the switches of these
    /// settings and their key mode.
    fn as_kept(settings: &mut Settings, kept: &Identity) -> Result<Option<Platform>, SimError> {
        if !kept.is_there() {
            return Ok(None);
        }
        settings.crypto = kept.suits(&settings.crypto)?;
        let platform = Platform::new(settings, Some(kept))?;
        if platform.ring().mode != settings.key_mode {
            platform.set_key_mode(settings.key_mode)?;
        }
        Ok(Some(platform))
    }

    /// Everything on one port: the platform's endpoints, the cashier, the control API.
    pub fn router(&self) -> Router {
        // Only on routes: what nobody serves is the platform's empty 404, under any host name.
        let guarded = cashier::routes()
            .merge(control::routes())
            .merge(inspector::api_routes())
            .merge(inspector::page_routes())
            .route_layer(axum::middleware::from_fn_with_state(self.clone(), guard::guard))
            .route_layer(axum::extract::DefaultBodyLimit::max(CONTROL_BYTES_MAX));
        let answered = v3::routes().merge(v2::routes()).merge(weixin::routes()).merge(guarded);
        let answered = if self.inner.platform.tls.is_some() {
            answered.layer(axum::middleware::from_fn(tls::refuse_unknown))
        } else {
            answered
        };
        // Around the answers to unknown paths too.
        let recorded = axum::middleware::from_fn_with_state(self.clone(), inspector::record);
        answered.layer(recorded).with_state(self.clone())
    }

    /// What is wrong with the directory it keeps its state in: `unreadable`, from the first row that was, or
    /// `unwritten`, until everything is.
    #[must_use]
    pub fn data_failing(&self) -> Option<&'static str> {
        self.inner.keeper.failing()
    }

    /// Where it is reached.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.inner.platform.base_url
    }

    /// The payer of an order does what their [`crate::Mood`] says, without a page: a willing one pays.
    ///
    /// # Errors
    /// [`PayRefused`], as the cashier would tell it.
    #[allow(clippy::unused_async, reason = "part of the public interface: paying may come to wait")]
    pub async fn pay(&self, out_trade_no: &OutTradeNo, payer: Option<&str>) -> Result<OrderView, PayRefused> {
        self.pay_of(None, out_trade_no, payer).map(|(order, _)| order)
    }

    pub(crate) fn pay_of(
        &self,
        mchid: Option<&Mchid>,
        out_trade_no: &OutTradeNo,
        payer: Option<&str>,
    ) -> Result<(OrderView, Did), PayRefused> {
        self.with_state(|state, platform, now| {
            let opens = state.opens_of(mchid, out_trade_no)?;
            let key = state.first_of(&opens);
            let order = state.orders.get(&key).expect("just found");
            let sight = if matches!(order.state, OrderState::UserPaying { .. }) {
                Sight::Prompt(key.clone())
            } else {
                let prepay_id = state.newest_prepay(&opens).ok_or(PayRefused::Prepay)?.id;
                let payer = payer.or(order.payer.as_deref()).unwrap_or(&platform.first_payer).to_owned();
                Sight::Order { payer, prepay_id }
            };
            let did = state.payer_decides(platform, &sight, now)?;
            Ok((state.order_view(&state.orders.get(&key).expect("just found")), did))
        })
    }

    /// The payer closes the cashier without paying; the order stays payable.
    ///
    /// # Errors
    /// [`PayRefused`] when there is no such order.
    pub fn cancel(&self, mchid: Option<&Mchid>, out_trade_no: &OutTradeNo) -> Result<OrderView, PayRefused> {
        self.with_state(|state, _, now| {
            let opens = state.opens_of(mchid, out_trade_no)?;
            let key = state.first_of(&opens);
            if state.refuse_password(&key, now).is_err() {
                let order = state.orders.get_mut(&key).expect("just found");
                order.note(now, crate::EventKind::CashierCancelled, "");
            }
            Ok(state.order_view(&state.orders.get(&key).expect("just found")))
        })
    }

    /// Decides a refund by hand (v3.md §5.2): `SUCCESS`, `CLOSED` or `ABNORMAL`. `None` when there is no
    /// such refund or the outcome does not follow its state.
    pub fn force_refund(&self, mchid: &Mchid, number: &OutRefundNo, status: RefundStatus) -> Option<Refund> {
        self.force_outcome(mchid, number, status).ok()
    }

    pub(crate) fn force_outcome(
        &self,
        mchid: &Mchid,
        number: &OutRefundNo,
        status: RefundStatus,
    ) -> Result<Refund, OutcomeRefused> {
        let key = (mchid.clone(), number.clone());
        self.with_state(|state, platform, now| state.force_outcome(platform, &key, status, now))
    }

    /// Takes money out of a merchant's balance, as settlement to a bank would, so that refunds can run
    /// short. False when there is not so much.
    pub fn withdraw(&self, mchid: &Mchid, amount: Fen) -> bool {
        self.with_state(|state, platform, now| {
            platform.merchant(mchid).is_some() && state.ledger.withdraw(mchid, amount, now).is_ok()
        })
    }

    /// Puts money into one of a merchant's purses (充值). False when there is no such merchant, or it would
    /// hold more than the books can.
    pub fn top_up(&self, mchid: &Mchid, purse: Purse, amount: Fen) -> bool {
        self.with_state(|state, platform, now| {
            platform.merchant(mchid).is_some() && state.ledger.top_up(mchid, purse, amount, now).is_ok()
        })
    }

    /// One order.
    #[must_use]
    pub fn order(&self, mchid: &Mchid, out_trade_no: &OutTradeNo) -> Option<OrderView> {
        let key = (mchid.clone(), out_trade_no.clone());
        self.with_state(|state, _, _| state.orders.get(&key).map(|order| state.order_view(&order)))
    }

    /// Every order, newest first.
    #[must_use]
    pub fn orders(&self) -> Vec<OrderView> {
        self.orders_newest(usize::MAX)
    }

    pub(crate) fn orders_newest(&self, most: usize) -> Vec<OrderView> {
        self.with_state(|state, _, _| {
            let newest = state.order_numbers.iter().rev().take(most);
            newest.filter_map(|(_, key)| Some(state.order_view(&*state.orders.get(&key)?))).collect()
        })
    }

    /// Every notification with its sends, newest first.
    #[must_use]
    pub fn notifications(&self) -> Vec<NotificationView> {
        self.with_state(|state, _, _| state.notices.iter().rev().map(|(_, notice)| notice.view()).collect())
    }

    /// What `wx.login` gives `payer` (the first, unless named) in the mini program `appid`: a code for one
    /// use within five minutes.
    ///
    /// # Errors
    /// [`LoginRefused`] when one of them is unknown.
    pub fn login_code(&self, appid: &Appid, payer: Option<&str>) -> Result<String, LoginRefused> {
        self.with_state(|state, platform, now| {
            let payer = payer.unwrap_or(&platform.first_payer);
            if platform.app(appid).is_none() {
                return Err(LoginRefused::UnknownAppid);
            }
            if !state.payers.contains_key(payer) {
                return Err(LoginRefused::UnknownPayer);
            }
            Ok(state.codes.issue(appid.clone(), payer.into(), now, &platform.chance))
        })
    }

    /// Sets what goes wrong from now on.
    pub fn set_faults(&self, faults: Faults) {
        *self.inner.faults.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(faults);
    }

    /// All money, for auditors.
    #[must_use]
    pub fn books(&self) -> Books {
        self.with_state(|state, _, _| state.ledger.books())
    }

    /// The business time: what orders expire by.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.inner.platform.clock.business()
    }

    /// How far business time is ahead of where it would be untouched.
    #[must_use]
    pub fn ahead(&self) -> Duration {
        self.inner.platform.clock.ahead()
    }

    /// Works on the state, after letting everything happen that was due. Never waits.
    pub(crate) fn with_state<T>(&self, work: impl FnOnce(&mut State, &Platform, Timestamp) -> T) -> T {
        let platform = &self.inner.platform;
        // What a panic left is whole: work refuses before it touches anything.
        let mut state = self.inner.state.lock().unwrap_or_else(PoisonError::into_inner);
        let now = platform.clock.business();
        let due_before = state.next_due();
        state.settle(platform, now);
        let told = work(&mut state, platform, now);
        // The notifier sleeps until what was next when it looked; only something sooner need ring.
        let sooner = match (state.next_due(), due_before) {
            (Some(after), Some(before)) => after < before,
            (Some(_), None) => true,
            (None, _) => false,
        };
        state.keep_time(&platform.clock);
        self.inner.keeper.save(&mut state, platform);
        if sooner {
            self.wake();
        }
        told
    }

    /// Puts another state in the place of the one there is, and the clock where it belongs.
    pub(crate) fn begin_again(&self, mut state: State, turn: impl FnOnce(&SimClock)) {
        let mut place = self.inner.state.lock().unwrap_or_else(PoisonError::into_inner);
        turn(&self.inner.platform.clock);
        state.welcome(&self.inner.platform);
        state.open_apps(&self.inner.platform.appids());
        state.keep_time(&self.inner.platform.clock);
        self.inner.keeper.replace(&mut state);
        *place = state;
        drop(place);
        self.wake();
    }

    /// Rings for the notifier.
    pub(crate) fn wake(&self) {
        self.inner.bell.notify_waiters();
    }

    pub(crate) fn call_fault(&self, seen: &CallSeen<'_>) -> CallFault {
        (self.faults().call)(seen)
    }

    pub(crate) fn delivery_fault(&self, seen: &DeliverySeen<'_>) -> DeliveryFault {
        (self.faults().delivery)(seen)
    }

    fn faults(&self) -> Arc<Faults> {
        self.inner.faults.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn own_host(&self) -> Option<String> {
        self.inner.own_host.clone()
    }

    pub(crate) fn control_from_any_origin(&self) -> bool {
        self.inner.platform.switches.control_from_any_origin
    }
}

impl State {
    /// Finds an order by its number, whose merchant may be left out while only one has it.
    pub(crate) fn order_key(
        &self,
        mchid: Option<&Mchid>,
        out_trade_no: &OutTradeNo,
    ) -> Result<OrderKey, PayRefused> {
        let opens = self.named(mchid, out_trade_no)?;
        Ok(self.first_of(&opens))
    }

    /// What is paid when this number is: the order, or the whole that it is a part of.
    pub(crate) fn opens_of(
        &self,
        mchid: Option<&Mchid>,
        out_trade_no: &OutTradeNo,
    ) -> Result<Opens, PayRefused> {
        let named = self.named(mchid, out_trade_no)?;
        let order = self.orders.get(&self.first_of(&named)).expect("just found");
        Ok(order.asked.combined.clone().map_or(named, Opens::Combined))
    }

    fn named(&self, mchid: Option<&Mchid>, out_trade_no: &OutTradeNo) -> Result<Opens, PayRefused> {
        let keys = self
            .ledger
            .mchids()
            .filter(|known| mchid.is_none_or(|asked| asked == known))
            .map(|known| (known, out_trade_no.clone()));
        let mut found = keys.flat_map(|key| {
            let order = self.orders.contains_key(&key).then(|| Opens::Order(key.clone()));
            let whole = self.combined.contains_key(&key).then_some(Opens::Combined(key));
            order.into_iter().chain(whole)
        });
        let first = found.next().ok_or(PayRefused::UnknownOrder)?;
        if found.next().is_some() { Err(PayRefused::Ambiguous) } else { Ok(first) }
    }

    /// The order, or the first of several.
    pub(crate) fn first_of(&self, opens: &Opens) -> OrderKey {
        match opens {
            Opens::Order(key) => key.clone(),
            Opens::Combined(key) => {
                self.combined.get(key).expect("what is named exists").asked.orders[0].key()
            }
        }
    }
}

/// Bodies of the control API are small.
const CONTROL_BYTES_MAX: usize = 64 * 1024;
