//! The inspector: every exchange with the platform's endpoints and every send of a notification, kept for a
//! while, told live, and explained.
//!
//! [`record`] stands around the platform's routes and copies what passes; nothing is parsed, formatted or
//! judged until somebody looks ([`facts`], [`explain`], [`view`]). `/sim/v1/exchanges` ([`api`], [`stream`])
//! is for programs, `/inspector` ([`pages`]) for people.

mod api;
mod curl;
mod exchange;
mod explain;
mod facts;
pub(crate) mod flat_xml;
mod keyring;
mod pages;
mod record;
mod recorder;
mod stream;
mod unsealed;
mod view;

pub use view::{BodyView, ExchangeDetail, ExchangeSummary, MessageView, Unsealed};

pub(crate) use api::routes as api_routes;
pub(crate) use exchange::{CashierRefused, Faulted};
pub(crate) use pages::routes as page_routes;
pub(crate) use record::{Send, record, sent};
pub(crate) use recorder::Recorder;
