//! What is encrypted in an exchange, opened with the simulator's own keys.

use serde_json::Value;
use tongbao_wire::{Mchid, NotificationEnvelope, PlatformCertificate};

use super::exchange::Exchange;
use super::view::Unsealed;
use crate::Simulator;

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

const CERTIFICATES_MAX: usize = 10;
