//! The self-test of keys and addresses (v3.md §1.13).

use tongbao_wire::echo::{SecurityEcho, SecurityEchoNotice};
use tongbao_wire::{Call, Mchid};

use super::answer::Answer;
use super::bodies::{self, text};
use super::schema::{Kind, Member, may, must};
use super::{Handled, sealed};
use crate::Simulator;
use crate::notice::NewNotice;
use crate::received::Received;
use crate::refusal::Refusal;

/// The calls answered here.
pub(super) const CALLS: &[Handled] = &[(Call::SecurityEcho, echo)];

/// The documents print no lengths.
static ECHO: &[Member] = &[
    must("echo_message", "回显消息", Kind::Text(1024)),
    may("encrypted_echo_message", "加密的回显消息", Kind::Sealed),
    may("notify_url", "通知地址", Kind::Text(256)),
];

/// `POST /v3/security/echo`.
fn echo(simulator: &Simulator, call: &Received, signer: &Mchid) -> Result<Answer, Refusal> {
    let body = sealed::read(simulator, call, ECHO)?;
    let platform = &simulator.inner.platform;
    bodies::check_notify_url(&body, &platform.switches)?;
    let echo_message = text(&body, "/echo_message").expect("the schema demands it").to_owned();
    let seal = || {
        let plain = text(&body, "/encrypted_echo_message")?;
        sealed::for_merchant(platform, signer, plain)
    };
    if let Some(url) = text(&body, "/notify_url") {
        let plain = SecurityEchoNotice { echo_message: echo_message.clone(), encrypt_echo_message: seal() };
        let notice = NewNotice {
            mchid: signer.clone(),
            out_trade_no: None,
            out_refund_no: None,
            event_type: "SECURITY_ECHO.SUCCESS",
            original_type: "security",
            summary: "安全回显",
            url: url.into(),
            plain: serde_json::to_vec(&plain).expect("an echo is plain data"),
        };
        simulator.with_state(|state, platform, now| state.notify(platform, notice, now));
    }
    Ok(Answer::json(&SecurityEcho { echo_message, encrypted_echo_message: seal() }))
}
