//! WeChat Pay and WeChat login as a client: sign, verify, decrypt, call.
