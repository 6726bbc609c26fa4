//! Examples of bills.
