//! `Authorization` headers.

/// The simulator's reading of an `Authorization` header.
pub(crate) fn authorization(data: &[u8]) {
    if let Ok(header) = std::str::from_utf8(data) {
        let accepted = tongbao_sim::is_authorization(header);
        assert!(!accepted || header.starts_with("WECHATPAY2-SHA256-RSA2048 "), "another scheme was accepted");
    }
}
