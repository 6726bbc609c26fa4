//! Onboarding of sub-merchants (特约商户进件): what the platform says of it (v3-extended.md §9).
