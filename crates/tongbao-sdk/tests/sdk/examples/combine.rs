//! Examples of combine.
