//! Examples of sharing.
