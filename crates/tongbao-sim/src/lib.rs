//! WeChat Pay and WeChat login as the platform: a simulator that judges.
