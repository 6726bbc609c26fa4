//! Examples of partner.
