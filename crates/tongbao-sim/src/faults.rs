//! Faults: what goes wrong with calls and deliveries, decided by closures or by a script (docs/faults.md).
//!
//! A closure is asked first; what it lets pass, the script is asked about (`book`). What was decided about a
//! call is done in `met`, on the way out in `carry`; what was decided about a notification, by the notifier.

mod about;
mod book;
mod carry;
pub(crate) mod kinds;
mod met;
pub(crate) mod presets;
mod script;
mod told;

use std::sync::Arc;
use std::time::Duration;

use tongbao_wire::{Call, Mchid};

pub(crate) use book::FaultBook;
pub(crate) use carry::dropped;
#[cfg(feature = "server")]
pub(crate) use carry::obey;
pub use carry::{Delayed, Dropped, Reset, Throttled};
pub(crate) use met::Held;
pub use script::{FaultScript, NextOf, ScriptError};
pub use told::{FaultView, FaultsView};

/// A closure that decides what goes wrong with a call.
pub type CallFaults = dyn Fn(&CallSeen<'_>) -> CallFault + Send + Sync;
/// A closure that decides what goes wrong with one send of a notification.
pub type DeliveryFaults = dyn Fn(&DeliverySeen<'_>) -> DeliveryFault + Send + Sync;

/// The fault hooks of a simulator. The default lets everything pass.
pub struct Faults {
    /// Asked once per call, before anything is checked.
    pub call: Box<CallFaults>,
    /// Asked once per send.
    pub delivery: Box<DeliveryFaults>,
}

impl Default for Faults {
    fn default() -> Self {
        Self { call: Box::new(|_| CallFault::Pass), delivery: Box::new(|_| DeliveryFault::Pass) }
    }
}

/// A call as a fault hook sees it.
#[derive(Clone, Copy, Debug)]
pub struct CallSeen<'a> {
    /// What is called.
    pub endpoint: Call,
    /// Path and query as sent.
    pub target: &'a str,
    /// The body.
    pub body: &'a [u8],
}

/// What goes wrong with a call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum CallFault {
    /// Nothing.
    #[default]
    Pass,
    /// The request never arrives: nothing is executed, no answer comes.
    DropBefore,
    /// The request is executed, its answer is lost.
    DropAfter,
    /// The request is executed and answered `SYSTEM_ERROR` all the same.
    SystemErrorAfter,
    /// 429 after the signature was checked, before anything is executed.
    TooMany,
    /// The request is executed and its answer cannot be verified.
    Forge(Forgery),
    /// The request is executed as though it had come twice; what the second came to is answered.
    Twice,
    /// Answered in these words, executed or not; the signature is checked before.
    Answer {
        /// Whether the request is executed all the same.
        executed: bool,
        /// What is answered.
        words: Arc<Words>,
    },
    /// 502 with a page of HTML, executed or not: what stands in front of the platform does not reach it.
    BadGateway {
        /// Whether the request is executed all the same.
        executed: bool,
    },
    /// The answer comes so much later: [`Delayed`].
    Delay(Duration),
    /// The answer's body comes with so many bytes a second: [`Throttled`].
    Slow(u32),
    /// The answer's body breaks off after so many bytes, under the length of the whole.
    Truncate(usize),
    /// The connection is reset, executed or not: [`Reset`].
    Reset {
        /// Whether the request is executed all the same.
        executed: bool,
    },
}

/// What is answered in place of what the platform would say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// HTTP status, of v3.
    pub status: u16,
    /// The code, in v2 the `err_code`, at api.weixin.qq.com the `errcode`.
    pub code: String,
    /// The message.
    pub message: String,
}

/// One send of a notification as a fault hook sees it.
#[derive(Clone, Copy, Debug)]
pub struct DeliverySeen<'a> {
    /// Whose event it is.
    pub mchid: &'a Mchid,
    /// The notification's id.
    pub id: &'a str,
    /// Such as `TRANSACTION.SUCCESS`.
    pub event_type: &'a str,
    /// Which send this is, from 1.
    pub send: u32,
}

/// What goes wrong with one send of a notification.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DeliveryFault {
    /// Nothing.
    #[default]
    Pass,
    /// It never arrives.
    Lose,
    /// It arrives, and the platform misses the answer.
    LoseAnswer,
    /// It arrives with so many bytes of its body.
    Truncate(usize),
    /// This send waits until another notification has gone, so much later at most.
    Hold {
        /// Which one.
        next_of: NextOf,
        /// How long at most, in business time.
        at_most: Duration,
    },
    /// It arrives twice.
    Duplicate,
    /// This send happens so much later.
    Delay(Duration),
    /// It arrives and must not be believed.
    Forge(Forgery),
}

/// What makes a signed message unbelievable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forgery {
    /// A signature probe: `WECHATPAY/SIGNTEST/…` (v3.md §1.7).
    SignTest,
    /// Signed with a key that is not the platform's, under the platform's serial.
    WrongKey,
    /// Correctly signed, under a serial that names no key of the platform.
    WrongSerial,
    /// Correctly signed, but 301 seconds ago.
    StaleTimestamp,
    /// One byte of the body differs from what was signed.
    Tamper,
}

impl Forgery {
    /// The word of the language of scripts.
    pub(crate) fn named(kind: &str) -> Option<Self> {
        match kind {
            "sign_test" => Some(Self::SignTest),
            "corrupt_signature" => Some(Self::WrongKey),
            "wrong_serial" => Some(Self::WrongSerial),
            "stale_timestamp" => Some(Self::StaleTimestamp),
            "tamper" => Some(Self::Tamper),
            _ => None,
        }
    }
}
