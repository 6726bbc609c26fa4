//! Examples of onboarding.
