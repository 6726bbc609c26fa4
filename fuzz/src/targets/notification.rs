//! Notifications of v3.

use std::sync::LazyLock;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderName, HeaderValue};
use tongbao_sdk::{ApiV3Key, Content, Merchant, PlatformKeys, Signer};
use tongbao_wire::{Mchid, Timestamp};

const NOW: i64 = 1_772_330_400;
const SERIAL: &str = "PUB_KEY_ID_FUZZ";
const SECRET: &[u8] = b"fuzz";
const APIV3_KEY: &[u8; 32] = b"0123456789abcdef0123456789abcdef";

/// A notification: headers and body of a stranger, a body the platform signed, and a content it sealed.
pub(crate) fn notification(data: &[u8]) {
    let (mode, data) = data.split_first().unwrap_or((&0, &[]));
    match mode % 3 {
        0 => {
            let (headers, body) = strangers(data);
            assert!(open(&headers, body).is_none(), "a stranger was believed");
        }
        1 => {
            open(&signed(data), data);
        }
        _ => {
            let body = sealed(data);
            open(&signed(&body), &body);
        }
    }
}

fn open(headers: &HeaderMap, body: &[u8]) -> Option<Content> {
    static MERCHANT: LazyLock<Merchant> = LazyLock::new(|| {
        let mchid = Mchid::parse("1900000001").expect("valid");
        Merchant::stand_in(mchid, "1", SECRET, ApiV3Key::parse(APIV3_KEY).expect("32 bytes"))
    });
    static KEYS: LazyLock<PlatformKeys> = LazyLock::new(|| PlatformKeys::stand_in(SERIAL, SECRET));
    let now = Timestamp::from_seconds(NOW);
    let opened = MERCHANT.open_notification(&KEYS, now, headers, body);
    opened.ok().map(|verified| verified.into_inner().content)
}

/// The first five lines are the headers, the rest is the body.
fn strangers(data: &[u8]) -> (HeaderMap, &[u8]) {
    let names = ["timestamp", "nonce", "serial", "signature", "signature-type"];
    let mut headers = HeaderMap::new();
    let mut rest = data;
    for name in names {
        let (line, after) = match rest.iter().position(|byte| *byte == b'\n') {
            Some(at) => (&rest[..at], &rest[at + 1..]),
            None => (rest, &rest[rest.len()..]),
        };
        if let (Ok(name), Ok(value)) =
            (HeaderName::try_from(format!("wechatpay-{name}")), HeaderValue::from_bytes(line))
        {
            headers.insert(name, value);
        }
        rest = after;
    }
    (headers, rest)
}

/// Headers as the platform signs `body`.
fn signed(body: &[u8]) -> HeaderMap {
    let mut message = format!("{NOW}\nnonce\n").into_bytes();
    message.extend_from_slice(body);
    message.push(b'\n');
    let signature = STANDARD.encode(Signer::stand_in(SECRET).sign(&message).expect("a stand-in signs"));
    let mut headers = HeaderMap::new();
    for (name, value) in [
        ("wechatpay-timestamp", NOW.to_string()),
        ("wechatpay-nonce", "nonce".into()),
        ("wechatpay-serial", SERIAL.into()),
        ("wechatpay-signature", signature),
    ] {
        headers.insert(name, HeaderValue::try_from(value).expect("a header value"));
    }
    headers
}

/// An envelope around `content`, whose first byte chooses the kind it claims to be.
fn sealed(content: &[u8]) -> Vec<u8> {
    const KINDS: [(&str, &str); 8] = [
        ("TRANSACTION.SUCCESS", "transaction"),
        ("REFUND.SUCCESS", "refund"),
        ("PROFITSHARING.SUCCESS", "profitsharing"),
        ("MCHTRANSFER.BILL.FINISHED", "mch_payment"),
        ("MCHTRANSFER.AUTHORIZATION.CLOSED", "mch_payment"),
        ("COMPLAINT.CREATE", "complaint"),
        ("SECURITY_ECHO.SUCCESS", "security"),
        ("TOMORROW", "news"),
    ];
    let (kind, content) = content.split_first().unwrap_or((&0, &[]));
    let (event_type, original_type) = KINDS[usize::from(*kind) % KINDS.len()];
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, APIV3_KEY).expect("32 bytes"));
    let mut buffer = content.to_vec();
    let nonce = Nonce::assume_unique_for_key(*b"0123456789ab");
    key.seal_in_place_append_tag(nonce, Aad::from(b""), &mut buffer).expect("sealed");
    let ciphertext = STANDARD.encode(buffer);
    format!(
        r#"{{"id":"1","create_time":"2026-03-01T10:00:00+08:00","event_type":"{event_type}","resource_type":"encrypt-resource","resource":{{"algorithm":"AEAD_AES_256_GCM","ciphertext":"{ciphertext}","nonce":"0123456789ab","original_type":"{original_type}"}}}}"#
    )
    .into_bytes()
}
