//! Examples of transfers.
