//! Examples of complaints.
