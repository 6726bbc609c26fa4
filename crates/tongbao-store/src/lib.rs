//! All SQL, behind a narrow waist.
