//! Faults by hand: what goes wrong with calls and deliveries, decided by closures.

use std::time::Duration;

use tongbao_wire::{Call, Mchid};

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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
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
    /// Correctly signed, but 301 seconds ago.
    StaleTimestamp,
    /// One byte of the body differs from what was signed.
    Tamper,
}

/// Marks an answer that never leaves: found in a response's extensions by whoever carries it.
///
/// Over a real connection the body breaks off before its first byte, which closes the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dropped;
