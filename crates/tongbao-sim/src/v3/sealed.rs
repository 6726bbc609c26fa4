//! Sensitive members (敏感字段): opened on their way in, sealed on their way out (v3.md §1.9).

use serde_json::Value;
use tongbao_wire::{Ciphertext, Mchid};

use super::gate;
use super::orders::check_content_type;
use super::schema::{self, Kind, Member};
use super::walk;
use crate::Simulator;
use crate::crypto::seal_for;
use crate::platform::Platform;
use crate::received::Received;
use crate::refusal::Refusal;

/// Reads a body whose schema has sealed members: which key they were sealed for must be said before anything
/// in the body is judged (v3.md §1.6 step 8). What it gives has the plain texts in their places.
pub(super) fn read(
    simulator: &Simulator,
    call: &Received,
    members: &'static [Member],
) -> Result<Value, Refusal> {
    let platform = &simulator.inner.platform;
    check_content_type(simulator, call)?;
    let mut body = schema::parse(&call.body, &platform.switches)?;
    let mut any = false;
    walk::each(&mut body, members, "", &mut |kind, _, _| {
        any = any || matches!(kind, Kind::Sealed);
        Ok(())
    })?;
    if any {
        gate::require_platform_serial(call)?;
    }
    schema::hold(&body, members, &platform.switches)?;
    walk::each(&mut body, members, "", &mut |kind, at, sealed| {
        if !matches!(kind, Kind::Sealed) {
            return Ok(());
        }
        *sealed =
            open(platform, call, sealed).ok_or_else(|| undecipherable().at("body", at, None, UNREADABLE))?;
        Ok(())
    })?;
    Ok(body)
}

/// What was sealed for the key that `Wechatpay-Serial` names.
pub(super) fn open(platform: &Platform, call: &Received, sealed: &str) -> Option<String> {
    let named = call.headers.get("Wechatpay-Serial").and_then(|serial| serial.to_str().ok())?;
    platform.key_named(named)?.opener.open(sealed)
}

/// The sentence is ours: no document prints it.
pub(super) fn undecipherable() -> Refusal {
    Refusal::param("敏感信息解密失败，请检查加密使用的微信支付公钥或平台证书与Wechatpay-Serial是否一致")
}

/// Seals a short text under the certificate of the merchant who asks.
pub(super) fn for_merchant(platform: &Platform, mchid: &Mchid, plain: &str) -> Option<Ciphertext> {
    let merchant = platform.merchant(mchid)?;
    seal_for(&merchant.keys.pair().certificate.public_key_pem, plain, &platform.chance)
        .map(|text| Ciphertext::new(&text))
}

const UNREADABLE: &str = "RSAES-OAEP with SHA-1 under the key that Wechatpay-Serial names does not open it";
