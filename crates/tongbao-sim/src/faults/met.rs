//! A call meets its fault: what happens before it is executed, instead of it, and to its answer.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::response::Response;
use tokio::sync::oneshot;
use tongbao_wire::{Mchid, OutTradeNo};

use super::about::About;
use super::book::{Awaited, Seen, Struck};
use super::carry::{self, Delayed, dropped};
use super::script::Does;
use super::{CallFault, CallSeen, DeliveryFault, DeliverySeen, NextOf};
use crate::Simulator;
use crate::inspector::Faulted;
use crate::notice::Notice;
use crate::pay::{Opened, PayRefused};
use crate::received::Received;
use crate::view::EventKind;

/// A call on its way through the platform. When it is dropped, whoever was held back for it goes.
pub(crate) struct Met {
    pub(crate) fault: CallFault,
    /// What the inspector is told.
    told: Option<String>,
    /// How long a connection without an answer stays open.
    wait: Duration,
    /// The payer tries to pay when this is over.
    pays_after: Option<About>,
    about: About,
    simulator: Simulator,
}

impl Simulator {
    /// Asks what goes wrong with a call, does what happens beside it, and holds it back when it is to come out of
    /// its order.
    pub(crate) async fn meet(&self, call: &Received) -> Met {
        let seen = CallSeen { endpoint: call.endpoint, target: &call.target, body: &call.body };
        let fault = self.call_fault(&seen);
        let told = (fault != CallFault::Pass).then(|| format!("{fault:?}"));
        let mut met = Met {
            fault,
            told,
            wait: Duration::ZERO,
            pays_after: None,
            about: About::default(),
            simulator: self.clone(),
        };
        if met.told.is_some() {
            return met;
        }
        let asked = self.with_state(|state, _, now| {
            if state.faults.script().is_empty() {
                return None;
            }
            let about = About::of(call, state);
            let awaited = self.inner.held.awaited(&about);
            let struck = state.faults.strike(&Seen::Call(call, &about), &awaited, now);
            Some((about, struck))
        });
        if let Some((about, struck)) = asked {
            met.about = about;
            met.take(struck).await;
        }
        met
    }

    /// What goes wrong with a send, by the script.
    pub(crate) fn scripted_delivery(&self, number: u64) -> (DeliveryFault, Option<&'static str>) {
        let struck = self.with_state(|state, _, now| {
            let notice = state.notices.get(&number).filter(|_| !state.faults.script().is_empty())?;
            let awaited = state.is_awaited(&notice);
            Some(state.faults.strike(&Seen::Send(&notice), &awaited, now))
        });
        let Some(Struck { beside, by }) = struck else { return (DeliveryFault::Pass, None) };
        for does in &beside {
            self.turn_keys(does);
        }
        match by {
            Some((kind, does)) => (of_delivery(&does), Some(kind)),
            None => (DeliveryFault::Pass, None),
        }
    }

    fn turn_keys(&self, does: &Does) {
        let turned = match does {
            Does::RotateKey => self.rotate_platform_certificate(),
            Does::SwitchKeyMode(mode) => self.set_key_mode(*mode),
            _ => Ok(()),
        };
        if let Err(error) = turned {
            tracing::warn!(%error, "a fault script could not change the platform's keys");
        }
    }

    /// The payer of the order tries to pay.
    fn payer_taps(&self, about: &About) {
        let Some(number) = about.order.as_ref().and_then(|order| OutTradeNo::parse(order).ok()) else {
            return;
        };
        let theirs = |mchid: Option<&Mchid>| self.pay_of(mchid, &number, None);
        // Of a provider's call the order is the sub-merchant's.
        let paid = match theirs(about.mchid.as_ref()) {
            Err(PayRefused::UnknownOrder) => theirs(None),
            told => told,
        };
        // Who taps on a closed order sees it closed; everything else is noted where it is refused.
        if let Err(refused @ PayRefused::Closed) = paid {
            self.with_state(|state, _, now| {
                let key = state
                    .order_key(about.mchid.as_ref(), &number)
                    .or_else(|_| state.order_key(None, &number));
                if let Some(order) = key.ok().and_then(|key| state.orders.get(&key)) {
                    let detail = refused.to_string();
                    state.note_opened(&Opened::One(order), now, EventKind::PaymentRefused, &detail);
                }
            });
        }
    }

    /// What closures say about a send.
    pub(crate) fn delivery_fault_of(&self, notice: &Notice) -> DeliveryFault {
        let seen = DeliverySeen {
            mchid: &notice.mchid,
            id: &notice.id,
            event_type: &notice.event_type,
            send: notice.sends + 1,
        };
        self.delivery_fault(&seen)
    }
}

impl Met {
    async fn take(&mut self, struck: Struck) {
        for does in &struck.beside {
            match does {
                Does::PayRacesClose => self.simulator.payer_taps(&self.about),
                Does::CloseRacesPay => self.pays_after = Some(self.about.clone()),
                other => self.simulator.turn_keys(other),
            }
        }
        let Some((kind, does)) = struck.by else { return };
        self.told = Some(kind.to_owned());
        self.fault = match does {
            Does::DropRequest { wait } => {
                self.wait = wait;
                CallFault::DropBefore
            }
            Does::DropAnswer { wait } => {
                self.wait = wait;
                CallFault::DropAfter
            }
            Does::SystemError => CallFault::SystemErrorAfter,
            Does::Answer { execute, words } => CallFault::Answer { executed: execute, words },
            Does::TooMany => CallFault::TooMany,
            Does::BadGateway { execute } => CallFault::BadGateway { executed: execute },
            Does::Delay(wait) => CallFault::Delay(wait),
            Does::SlowBytes { per_second } => CallFault::Slow(per_second),
            Does::TruncateBody { after } => CallFault::Truncate(after),
            Does::Reset { execute } => CallFault::Reset { executed: execute },
            Does::Duplicate => CallFault::Twice,
            Does::Forge(forgery) => CallFault::Forge(forgery),
            Does::Reorder { next_of, at_most } => {
                let held = self.simulator.inner.held.hold(self.about.clone(), next_of);
                if let Some(held) = held {
                    let _gone_or_late = tokio::time::timeout(at_most.unwrap_or(HELD_AT_MOST), held).await;
                }
                CallFault::Pass
            }
            Does::RotateKey | Does::SwitchKeyMode(_) | Does::PayRacesClose | Does::CloseRacesPay => {
                CallFault::Pass
            }
        };
    }

    /// The answer, when nothing is executed and no signature looked at.
    pub(crate) fn instead(&self) -> Option<Response> {
        match &self.fault {
            CallFault::DropBefore => Some(dropped()),
            CallFault::BadGateway { executed: false } => Some(carry::bad_gateway()),
            CallFault::Reset { executed: false } => Some(carry::reset()),
            _ => None,
        }
    }

    /// Executes, twice if need be.
    pub(crate) async fn execute<T, F>(&self, work: impl Fn() -> F) -> T
    where
        F: Future<Output = T> + Send,
    {
        let once = work().await;
        let told = if self.fault == CallFault::Twice { work().await } else { once };
        if let Some(about) = &self.pays_after {
            self.simulator.payer_taps(about);
        }
        told
    }

    /// Does to the answer what is to happen on its way out.
    pub(crate) async fn carry(self, answer: Response) -> Response {
        let mut answer = match &self.fault {
            CallFault::DropAfter => dropped(),
            CallFault::BadGateway { executed: true } => carry::bad_gateway(),
            CallFault::Reset { executed: true } => carry::reset(),
            CallFault::Truncate(after) => carry::truncated(answer, *after).await,
            CallFault::Slow(bytes_per_second) => carry::throttled(answer, *bytes_per_second).await,
            _ => answer,
        };
        let wait = if let CallFault::Delay(wait) = self.fault { wait } else { self.wait };
        if !wait.is_zero() {
            answer.extensions_mut().insert(Delayed(wait));
        }
        if let Some(told) = &self.told {
            answer.extensions_mut().insert(Faulted(told.clone()));
        }
        answer
    }
}

impl Drop for Met {
    fn drop(&mut self) {
        self.simulator.inner.held.gone(&self.about);
    }
}

fn of_delivery(does: &Does) -> DeliveryFault {
    match does {
        Does::DropRequest { .. } => DeliveryFault::Lose,
        Does::DropAnswer { .. } => DeliveryFault::LoseAnswer,
        Does::Delay(wait) => DeliveryFault::Delay(*wait),
        Does::TruncateBody { after } => DeliveryFault::Truncate(*after),
        Does::Duplicate => DeliveryFault::Duplicate,
        Does::Reorder { next_of, at_most } => {
            DeliveryFault::Hold { next_of: *next_of, at_most: at_most.unwrap_or(NOTICE_HELD_AT_MOST) }
        }
        Does::Forge(forgery) => DeliveryFault::Forge(*forgery),
        Does::SystemError
        | Does::Answer { .. }
        | Does::TooMany
        | Does::BadGateway { .. }
        | Does::SlowBytes { .. }
        | Does::Reset { .. }
        | Does::RotateKey
        | Does::SwitchKeyMode(_)
        | Does::PayRacesClose
        | Does::CloseRacesPay => DeliveryFault::Pass,
    }
}

/// Requests that are held back until another has passed.
#[derive(Default)]
pub(crate) struct Held(Mutex<Vec<Waiting>>);

struct Waiting {
    about: About,
    next_of: NextOf,
    go: oneshot::Sender<()>,
}

impl Waiting {
    fn waits_for(&self, other: &About) -> bool {
        let by_order = self.next_of == NextOf::Order && self.about.order.is_some();
        other.mchid == self.about.mchid && (!by_order || other.order == self.about.order)
    }
}

impl Held {
    /// Whether somebody waits for such a request.
    fn awaited(&self, about: &About) -> Awaited {
        let waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let by = |next_of| {
            let mut theirs = waiting.iter().filter(|one| one.next_of == next_of && !one.go.is_closed());
            theirs.any(|one| one.waits_for(about))
        };
        Awaited { by_order: by(NextOf::Order), by_merchant: by(NextOf::Merchant) }
    }

    /// Nothing when too many wait.
    fn hold(&self, about: About, next_of: NextOf) -> Option<oneshot::Receiver<()>> {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Those whose time ran out wait no more.
        waiting.retain(|one| !one.go.is_closed());
        if waiting.len() >= HELD_MAX {
            return None;
        }
        let (go, gone) = oneshot::channel();
        waiting.push(Waiting { about, next_of, go });
        Some(gone)
    }

    fn gone(&self, about: &About) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (going, staying) = waiting.drain(..).partition(|one: &Waiting| one.waits_for(about));
        *waiting = staying;
        for one in going {
            // Whoever left meanwhile need not be told.
            let _ = one.go.send(());
        }
    }
}

/// How long a request is held unless said otherwise.
const HELD_AT_MOST: Duration = Duration::from_secs(5);
/// How long a notification is held unless said otherwise, in business time.
const NOTICE_HELD_AT_MOST: Duration = Duration::from_secs(3600);
/// Requests held at once.
const HELD_MAX: usize = 200;
