//! Onboarding of sub-merchants (特约商户进件) (v3-extended.md §9).
