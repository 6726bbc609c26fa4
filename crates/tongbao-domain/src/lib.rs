//! The rules of money, pure.
//!
//! No `async`, no `now()`, no randomness, no SQL, no HTTP: an order, an input and the time go in, the new
//! order comes out with the events that tell its story and the jobs that its new state calls for. The
//! caller commits the three in one write, or none of them.
//!
//! Where to look: [`step()`] is the only way an order changes; [`Order::ask`] decides what a payer who taps
//! "pay" gets; `step/observe.rs` decides that an order was paid.

mod event;
mod job;
mod millis;
mod observation;
mod order;
mod payment;
mod policy;
mod refund;
mod refusal;
mod step;

pub use event::{Event, EventKind};
pub use job::{JobChange, JobKey};
pub use observation::{Cause, Mismatch, PaymentObservation, RefundObservation, SeenPayment};
pub use order::{Asked, CloseReason, Order, OrderLine, OrderState, OrderTerms, PAYMENTS_MAX, Standing};
pub use payment::{Payment, PaymentState, Receipt, Scene};
pub use policy::{Ladder, Policy, SurplusPolicy};
pub use refund::{REFUND_WINDOW, REFUNDS_MAX, Refund, RefundState};
pub use refusal::Refusal;
pub use step::{Cashier, ClientResult, Input, PlatformRefusal, Sent, Step, create, step};
