//! The platform's half of a notification, for benchmarks: a key of its own, envelopes signed and sealed.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

/// Serial of the platform's public key.
pub(crate) const PUBLIC_KEY_ID: &str = "PUB_KEY_ID_0000000000000000000000000001";
/// The APIv3 key.
pub(crate) const APIV3_KEY: &[u8; 32] = b"0123456789abcdef0123456789abcdef";
/// The merchant.
pub(crate) const MCHID: &str = "1900000001";
/// Its mini program.
pub(crate) const APPID: &str = "wx00000000000000aa";
/// Who pays.
pub(crate) const OPENID: &str = "oBench000000000000000000001";

/// A platform's key pair.
pub(crate) struct Platform(RsaKeyPair);

impl Platform {
    /// A new key.
    pub(crate) fn new() -> Self {
        let pair = KeyPair::generate(KeySize::Rsa2048).expect("a key");
        let pkcs8: Pkcs8V1Der<'_> = pair.as_der().expect("PKCS#8");
        Self(RsaKeyPair::from_pkcs8(pkcs8.as_ref()).expect("the key reads back"))
    }

    /// The public key in PEM.
    pub(crate) fn public_key_pem(&self) -> String {
        let der: PublicKeyX509Der<'_> = self.0.public_key().as_der().expect("SPKI");
        pem("PUBLIC KEY", der.as_ref())
    }

    /// The request that tells the server of the payment at `index`, signed at `seconds`.
    pub(crate) fn notification(&self, index: usize, seconds: i64) -> Vec<u8> {
        let body = envelope(&out_trade_no(index), index);
        let nonce = format!("{index:032X}");
        let message = format!("{seconds}\n{nonce}\n{body}\n");
        let signature = self.sign(message.as_bytes());
        format!(
            "POST /notify/main/v3 HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nUser-Agent: Mozilla/4.0\r\n\
             Wechatpay-Timestamp: {seconds}\r\nWechatpay-Nonce: {nonce}\r\nWechatpay-Serial: {PUBLIC_KEY_ID}\r\n\
             Wechatpay-Signature: {signature}\r\nWechatpay-Signature-Type: WECHATPAY2-SHA256-RSA2048\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .into_bytes()
    }

    fn sign(&self, message: &[u8]) -> String {
        let mut signature = vec![0; self.0.public_modulus_len()];
        self.0.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature).expect("a signature");
        STANDARD.encode(signature)
    }
}

/// The number of the payment at `index`.
pub(crate) fn out_trade_no(index: usize) -> String {
    format!("BENCH{index:025}")
}

/// What every order costs, in fen.
pub(crate) const TOTAL: i64 = 990;

fn envelope(out_trade_no: &str, index: usize) -> String {
    let resource = json!({
        "mchid": MCHID, "appid": APPID, "out_trade_no": out_trade_no,
        "transaction_id": format!("42000000012026{index:014}"), "trade_type": "JSAPI", "trade_state": "SUCCESS",
        "trade_state_desc": "支付成功", "bank_type": "OTHERS", "attach": "", "success_time": "2026-11-22T10:00:00+08:00",
        "payer": { "openid": OPENID },
        "amount": { "total": TOTAL, "payer_total": TOTAL, "currency": "CNY", "payer_currency": "CNY" },
    });
    let nonce = format!("{index:012}");
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, APIV3_KEY).expect("32 bytes"));
    let mut sealed = resource.to_string().into_bytes();
    let iv = Nonce::try_assume_unique_for_key(nonce.as_bytes()).expect("12 bytes");
    key.seal_in_place_append_tag(iv, Aad::from(b"transaction"), &mut sealed).expect("sealed");
    json!({
        "id": format!("EV-{index:032}"), "create_time": "2026-11-22T10:00:00+08:00", "resource_type": "encrypt-resource",
        "event_type": "TRANSACTION.SUCCESS", "summary": "支付成功",
        "resource": { "original_type": "transaction", "algorithm": "AEAD_AES_256_GCM", "nonce": nonce,
                      "associated_data": "transaction", "ciphertext": STANDARD.encode(&sealed) },
    })
    .to_string()
}

/// PEM text.
pub(crate) fn pem(kind: &str, der: &[u8]) -> String {
    let base64 = STANDARD.encode(der);
    let lines: Vec<_> =
        base64.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).expect("ASCII")).collect();
    format!("-----BEGIN {kind}-----\n{}\n-----END {kind}-----\n", lines.join("\n"))
}
