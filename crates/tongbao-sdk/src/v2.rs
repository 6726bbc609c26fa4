//! WeChat Pay `APIv2`: XML, MD5 and HMAC-SHA256 (v2.md).
