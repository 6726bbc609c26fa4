//! The use cases of a payment, one file each.

pub mod close;
pub mod create;
pub mod observe;
pub mod pay;
pub mod query;

pub use close::close;
pub use create::{Created, NewOrder, create};
pub use observe::observe;
pub use pay::{Invoked, pay};
pub use query::{confirm, query, refreshed};
