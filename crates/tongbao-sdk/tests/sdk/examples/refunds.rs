//! Examples of refunds.
