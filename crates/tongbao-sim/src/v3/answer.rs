//! Answers: signed when they succeed, unsigned when they refuse (v3.md §1.7).

use std::sync::Arc;

use axum::body::Body;
use axum::response::Response;
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use tongbao_wire::{Call, Certificates, EncryptCertificate, Mchid, PlatformCertificate};

use super::target::Target;
use super::{Handled, is_transaction};
use crate::Simulator;
use crate::crypto::PlatformKey;
use crate::faults::Forgery;
use crate::notifier::tampered;
use crate::platform::Platform;
use crate::received::Received;
use crate::refusal::{Refusal, cause};
use crate::settings::LETTERS;

/// The calls answered here.
pub(super) const CALLS: &[Handled] = &[(Call::Certificates, certificates)];

/// A success: a JSON body with 200, nothing with 204, or a file.
pub(super) enum Answer {
    Json(Vec<u8>),
    NoContent,
    /// Bytes of a media type; not signed (v3.md §1.7).
    File(&'static str, Vec<u8>),
}

impl Answer {
    pub(super) fn json(body: &impl Serialize) -> Self {
        Self::Json(serde_json::to_vec(body).expect("answers are plain data"))
    }
}

/// The pair the request named, or the one that signs for those who named none (v3.md §1.8).
pub(super) fn key_of_answer(platform: &Platform, call: &Received) -> Arc<PlatformKey> {
    let named = call.headers.get("Wechatpay-Serial").and_then(|serial| serial.to_str().ok());
    named.and_then(|serial| platform.key_named(serial)).unwrap_or_else(|| platform.key_unnamed())
}

/// Signs with the pair the request named (v3.md §1.8), or the one that signs for those who named none.
pub(super) fn signed(
    platform: &Platform,
    call: &Received,
    answer: &Answer,
    forgery: Option<Forgery>,
) -> Response {
    let key = key_of_answer(platform, call);
    let (status, body) = match answer {
        Answer::Json(body) => (StatusCode::OK, body.as_slice()),
        Answer::NoContent => (StatusCode::NO_CONTENT, [].as_slice()),
        Answer::File(kind, content) => return file(platform, kind, content, forgery),
    };
    let signed = platform.sign(&key, body, forgery);
    let body = if forgery == Some(Forgery::Tamper) { tampered(body) } else { body.to_vec().into() };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    let mut set = |name: &'static str, value: String| {
        headers.insert(name, value.parse().expect("digits, letters and Base64"));
    };
    set("request-id", platform.request_id(0));
    set("wechatpay-timestamp", signed.timestamp);
    set("wechatpay-nonce", signed.nonce);
    set("wechatpay-serial", signed.serial);
    set("wechatpay-signature", signed.signature);
    set("wechatpay-signature-type", "WECHATPAY2-SHA256-RSA2048".into());
    common(&mut response);
    if status == StatusCode::NO_CONTENT {
        response.headers_mut().remove(header::CONTENT_TYPE);
    }
    response
}

/// A file, unsigned: the digest told before is what vouches for it.
fn file(platform: &Platform, kind: &'static str, content: &[u8], forgery: Option<Forgery>) -> Response {
    let body = if forgery == Some(Forgery::Tamper) { tampered(content) } else { content.to_vec().into() };
    let mut response = Response::new(Body::from(body));
    common(&mut response);
    let headers = response.headers_mut();
    headers.insert("request-id", platform.request_id(0).parse().expect("letters and digits"));
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

/// A refusal, unsigned (v3.md §1.6: observed).
pub(super) fn refused(platform: &Platform, endpoint: Call, refusal: &Refusal) -> Response {
    let body = serde_json::to_vec(&refusal.body).expect("a refusal is plain data");
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::BAD_REQUEST);
    let anonymous = refusal.status == 401 && is_transaction(endpoint);
    if !anonymous || platform.switches.request_id_on_transaction_401 {
        let id = platform.request_id(refusal.cause).parse().expect("letters and digits");
        response.headers_mut().insert("request-id", id);
    }
    common(&mut response);
    response
}

fn common(response: &mut Response) {
    let headers = response.headers_mut();
    let fixed = [
        (header::CONTENT_TYPE, "application/json; charset=utf-8"),
        (header::CACHE_CONTROL, "no-cache, must-revalidate"),
        (header::CONTENT_LANGUAGE, "zh-CN"),
        (header::SERVER, "nginx"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

/// `GET /v3/certificates` (v3.md §1.8).
fn certificates(simulator: &Simulator, call: &Received, mchid: &Mchid) -> Result<Answer, Refusal> {
    let platform = &simulator.inner.platform;
    let target = Target::read(call)?;
    let kind = target.query("algorithm_type");
    if !matches!(kind, None | Some("RSA" | "ALL" | "SM2")) {
        let value = serde_json::Value::String(kind.unwrap_or_default().into());
        return Err(Refusal::param(
            "输入源“/query/algorithm_type”映射到字段“算法类型”规则校验失败，值不在枚举范围内",
        )
        .at("query", "algorithm_type", Some(&value), "must be RSA, SM2 or ALL"));
    }
    let ring = platform.ring();
    let certificates = ring.shown_certificates();
    if certificates.is_empty() || kind == Some("SM2") {
        let message = "无可用的平台证书，请在商户平台-API安全申请使用微信支付公钥。";
        let status = platform.switches.certificates_absent_status;
        return Err(Refusal::new(status, "RESOURCE_NOT_EXISTS", message, cause::PARAMETER));
    }
    let merchant = platform.merchant(mchid).ok_or_else(|| Refusal::sign("签名错误"))?;
    let sealed = |key: &Arc<PlatformKey>| {
        let (certificate, nonce) = (&key.certificate, platform.chance.text(12, LETTERS));
        PlatformCertificate {
            serial_no: certificate.serial_no.clone(),
            effective_time: certificate.not_before,
            expire_time: certificate.not_after,
            encrypt_certificate: EncryptCertificate {
                algorithm: "AEAD_AES_256_GCM".into(),
                ciphertext: merchant.keys.sealer.seal(&nonce, "certificate", certificate.pem.as_bytes()),
                nonce,
                associated_data: "certificate".into(),
            },
        }
    };
    Ok(Answer::json(&Certificates { data: certificates.iter().map(sealed).collect() }))
}
