//! Sensitive members (敏感字段): opened on their way in, sealed on their way out (v3.md §1.9).

use serde_json::Value;
use tongbao_wire::{Ciphertext, Mchid};

use super::gate;
use super::orders::check_content_type;
use super::schema::{self, Kind, Member};
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
    each(&mut body, members, "", &mut |_, _| {
        any = true;
        Ok(())
    })?;
    if any {
        gate::require_platform_serial(call)?;
    }
    schema::hold(&body, members, &platform.switches)?;
    each(&mut body, members, "", &mut |at, sealed| {
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
    seal_for(&merchant.keys.certificate.public_key_pem, plain, &platform.chance)
        .map(|text| Ciphertext::new(&text))
}

/// Shows `visit` every sealed member that is there, with its place.
fn each(
    value: &mut Value,
    members: &'static [Member],
    at: &str,
    visit: &mut dyn FnMut(&str, &mut String) -> Result<(), Refusal>,
) -> Result<(), Refusal> {
    for member in members {
        let Some(inner) = value.get_mut(member.name) else { continue };
        within(inner, &member.kind, &format!("{at}/{}", member.name), visit)?;
    }
    Ok(())
}

fn within(
    value: &mut Value,
    kind: &'static Kind,
    at: &str,
    visit: &mut dyn FnMut(&str, &mut String) -> Result<(), Refusal>,
) -> Result<(), Refusal> {
    match (kind, value) {
        (Kind::Sealed, Value::String(text)) => visit(at, text),
        (Kind::Object(members), value @ Value::Object(_)) => each(value, members, at, visit),
        (Kind::List(of) | Kind::UpTo(_, of), Value::Array(items)) => {
            let mut items = items.iter_mut().enumerate();
            items.try_for_each(|(index, item)| within(item, of, &format!("{at}/{index}"), visit))
        }
        (_, _) => Ok(()),
    }
}

const UNREADABLE: &str = "RSAES-OAEP with SHA-1 under the key that Wechatpay-Serial names does not open it";
