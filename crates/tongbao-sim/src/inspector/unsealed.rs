//! What is encrypted in an exchange, opened with the simulator's own keys.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use tongbao_wire::{Mchid, NotificationEnvelope, PlatformCertificate};

use super::exchange::Exchange;
use super::flat_xml;
use super::view::Unsealed;
use crate::Simulator;
use crate::crypto::v2::{aes_256_ecb_open, md5_hex};

/// Everything in an exchange that can be opened.
pub(crate) fn unsealed(exchange: &Exchange, simulator: &Simulator) -> Vec<Unsealed> {
    let mchid = exchange.facts().mchid.as_deref().and_then(|mchid| Mchid::parse(mchid).ok());
    let Some(merchant) = mchid.and_then(|mchid| simulator.inner.platform.merchant(&mchid)) else {
        return Vec::new();
    };
    let open = |place: &str, nonce: &str, associated_data: &str, ciphertext: &str| {
        let plain = merchant.keys.sealer.open(nonce, associated_data, ciphertext)?;
        let text = String::from_utf8(plain).ok()?;
        Some(Unsealed { place: place.into(), text })
    };
    let mut found = Vec::new();
    if let Ok(envelope) = serde_json::from_slice::<NotificationEnvelope>(&exchange.asked.body) {
        let it = envelope.resource;
        found.extend(open("resource", &it.nonce, &it.associated_data, &it.ciphertext));
    }
    if let Some(sealed) = flat_xml::value(&exchange.asked.body, "req_info") {
        found.extend(req_info(&sealed, &merchant.settings.apiv2_key));
    }
    let answer: Option<Value> = serde_json::from_slice(&exchange.answered.body).ok();
    let certificates = answer.as_ref().and_then(|answer| answer.get("data")).and_then(Value::as_array);
    for (place, value) in certificates.into_iter().flatten().enumerate().take(CERTIFICATES_MAX) {
        let Ok(one) = serde_json::from_value::<PlatformCertificate>(value.clone()) else { continue };
        let it = one.encrypt_certificate;
        let place = format!("data[{place}].encrypt_certificate");
        found.extend(open(&place, &it.nonce, &it.associated_data, &it.ciphertext));
    }
    found
}

/// What a v2 refund notification says (v2.md §4.2).
fn req_info(sealed: &str, apiv2_key: &str) -> Option<Unsealed> {
    let key = md5_hex(apiv2_key.as_bytes());
    let key = key.as_bytes().try_into().expect("MD5 has 32 digits");
    let plain = aes_256_ecb_open(key, &STANDARD.decode(sealed).ok()?)?;
    Some(Unsealed { place: "req_info".into(), text: String::from_utf8(plain).ok()? })
}

const CERTIFICATES_MAX: usize = 10;
