//! `APIv2`: a test for every row of the tables of v2.md.

mod bills;
mod cashier;
mod checks;
pub(crate) mod client;
mod closing;
mod explained;
mod faults;
mod micropay;
mod notifications;
mod partner;
mod product;
mod queries;
mod refunds;
mod sandbox;
mod tools;
mod unified;
