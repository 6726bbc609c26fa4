//! Examples of payments.
