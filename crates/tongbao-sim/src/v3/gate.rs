//! Steps 3 to 8 of v3.md §1.6: everything before the body is read.

use http::header;
use tongbao_wire::{Call, Mchid};

use super::is_transaction;

use super::authorization::{Authorization, Malformed};
use super::multipart::Form;
use crate::Simulator;
use crate::platform::Platform;
use crate::received::{Received, is_upload};
use crate::refusal::Refusal;
use crate::standing::CertificateStanding;

/// Lets a call in and says who makes it.
pub(super) fn admit(simulator: &Simulator, call: &Received) -> Result<Mchid, Refusal> {
    let platform = &simulator.inner.platform;
    check_presence(platform, call)?;
    let header = call.headers.get(header::AUTHORIZATION).map(|value| value.to_str().unwrap_or(""));
    let said = Authorization::parse(header).map_err(|why| malformed(platform, call.endpoint, why))?;
    // The window comes before the signature: whoever has a wrong clock is told so.
    if platform.clock.transport().seconds().abs_diff(said.seconds) > WINDOW_SECONDS {
        let message = "Http头Authorization中的timestamp与发起请求的时间不得超过5分钟";
        return Err(Refusal::sign(message));
    }
    let mchid = check_signature(simulator, call, &said)?;
    check_platform_serial(platform, call)?;
    Ok(mchid)
}

/// Step 3.
fn check_presence(platform: &Platform, call: &Received) -> Result<(), Refusal> {
    let exempt = is_transaction(call.endpoint) && !platform.switches.accept_checked_everywhere;
    let has = |name| call.headers.get(name).is_some_and(|value: &http::HeaderValue| !value.is_empty());
    if exempt || (has(header::ACCEPT) && has(header::USER_AGENT)) {
        return Ok(());
    }
    Err(Refusal::invalid("Http头缺少Accept或User-Agent", crate::refusal::cause::PARAMETER))
}

/// Step 4.
fn malformed(platform: &Platform, endpoint: Call, why: Malformed) -> Refusal {
    Refusal::sign(match why {
        Malformed::Scheme if platform.switches.wrong_scheme_named => "HTTP头Authorization认证类型不正确",
        Malformed::Scheme | Malformed::Format if is_transaction(endpoint) => "签名信息错误，验签失败",
        Malformed::Scheme | Malformed::Format => {
            "Http头Authorization值格式错误，请参考《微信支付商户REST API签名规则》"
        }
    })
}

/// Steps 6 and 7. An unknown merchant is told no more than a wrong signature.
fn check_signature(
    simulator: &Simulator,
    call: &Received,
    said: &Authorization<'_>,
) -> Result<Mchid, Refusal> {
    let platform = &simulator.inner.platform;
    let wrong = || Refusal::sign("签名错误");
    let mchid = Mchid::parse(said.mchid).map_err(|_| wrong())?;
    let merchant = platform.merchant(&mchid).ok_or_else(wrong)?;
    let keys = merchant.keys.pair();
    let standing = simulator.with_state(|state, _, _| state.standing(&mchid));
    if standing.certificate == CertificateStanding::None {
        standing.certificate.check()?;
    }
    let certificate = &keys.certificate;
    let same_serial = if platform.switches.serial_case_ignored {
        certificate.serial_no.eq_ignore_ascii_case(said.serial_no)
    } else {
        certificate.serial_no == said.serial_no
    };
    if !same_serial {
        return Err(if platform.switches.wrong_serial_named {
            Refusal::sign("商户证书序列号有误。请使用签名私钥匹配的证书序列号")
        } else {
            wrong()
        });
    }
    let now = platform.clock.transport();
    if now > certificate.not_after {
        CertificateStanding::Expired.check()?;
    }
    standing.certificate.check()?;
    if standing.apiv3_key_unset {
        return Err(Refusal::sign("商户未设置APIv3密钥。"));
    }
    let mut message =
        format!("{}\n{}\n{}\n{}\n", call.method, call.target, said.timestamp, said.nonce_str).into_bytes();
    message.extend_from_slice(signed_body(call));
    message.push(b'\n');
    if keys.key.verifies(&message, said.signature) { Ok(mchid) } else { Err(wrong()) }
}

/// The fifth line of what is signed: of an upload the text of `meta` alone (v3.md §1.5).
fn signed_body(call: &Received) -> &[u8] {
    if !is_upload(call.endpoint) {
        return &call.body;
    }
    Form::read(&call.headers, &call.body).map_or(&[], |form| form.meta)
}

/// Step 8 for bodies with encrypted members: which key they were encrypted for must be said.
pub(super) fn require_platform_serial(call: &Received) -> Result<(), Refusal> {
    if call.headers.contains_key("Wechatpay-Serial") {
        return Ok(());
    }
    Err(Refusal::param("HTTP header缺少微信支付平台证书序列号(Wechatpay-Serial)"))
}

/// Step 8: a serial that is named must be known.
fn check_platform_serial(platform: &Platform, call: &Received) -> Result<(), Refusal> {
    match call.headers.get("Wechatpay-Serial") {
        None => Ok(()),
        Some(serial) if serial.to_str().is_ok_and(|serial| platform.key_named(serial).is_some()) => Ok(()),
        Some(_) => Err(Refusal::param("平台证书序列号Wechatpay-Serial错误")),
    }
}

/// v3.md §1.6 step 5.
const WINDOW_SECONDS: u64 = 300;
