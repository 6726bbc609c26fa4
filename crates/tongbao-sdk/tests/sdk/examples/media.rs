//! Examples of media.
