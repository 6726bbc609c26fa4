//! Notifications that the platform never sent, from somebody who knows everything but its key, and
//! notifications that are signed with its key and say what is not so.

use std::sync::Arc;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::Request;
use serde_json::{Value, json};
use tongbao_domain::Order;
use tongbao_sdk::Signer;
use tongbao_sim::Postman;

use crate::auditor::all;
use crate::dice::Dice;
use crate::stage::{Belief, Stage};
use crate::world::STAND_IN;

/// What is wrong with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lie {
    /// Signed with another key.
    Key,
    /// Signed 301 seconds ago, or ahead.
    Age,
    /// A signature probe.
    Probe,
    /// The body is not the signed one.
    Body,
    /// Truly signed: another amount.
    Amount,
    /// Truly signed: another payer.
    Payer,
    /// Truly signed: another appid.
    Appid,
    /// Truly signed: another merchant.
    Mchid,
    /// Truly signed: an order nobody has.
    Number,
}

const LIES: [Lie; 9] =
    [Lie::Key, Lie::Age, Lie::Probe, Lie::Body, Lie::Amount, Lie::Payer, Lie::Appid, Lie::Mchid, Lie::Number];

impl Lie {
    fn belief(self) -> Belief {
        match self {
            Self::Key | Self::Age | Self::Probe | Self::Body => Belief::Forged,
            Self::Amount | Self::Payer | Self::Appid | Self::Mchid | Self::Number => Belief::Lying,
        }
    }
}

/// Tells the server a few times that an order is paid.
pub(crate) async fn attack(stage: Arc<Stage>, dice: Dice, times: u64) {
    for _ in 0..times {
        stage.pause(dice.seconds(5..=240)).await;
        let orders = all(&stage);
        if orders.is_empty() {
            continue;
        }
        let order = dice.pick(&orders);
        if order.payments.is_empty() {
            continue;
        }
        let lie = *dice.pick(&LIES);
        stage.trace.note(format_args!("somebody lies about {}: {lie:?}", order.order_no));
        let (id, request) = letter(&stage, &dice, order, lie);
        stage.suspect(&id, lie.belief());
        // A client that gives up; what matters is what the server makes of it.
        let posting = stage.world().door.post(request);
        let _ = tokio::time::timeout(std::time::Duration::from_secs(5), posting).await;
    }
}

fn letter(stage: &Arc<Stage>, dice: &Dice, order: &Order, lie: Lie) -> (String, Request<Bytes>) {
    let id = format!("lie-{:016x}", dice.next());
    let plain = transaction(stage, order, lie, dice);
    let env = stage.world().sim.env();
    let nonce = format!("{:012}", dice.below(1_000_000_000_000));
    let ciphertext = sealed(&env.merchants[0].apiv3_key, &nonce, plain.to_string().into_bytes());
    let now = stage.world().clock.now();
    let body = json!({
        "id": id, "create_time": now.rfc3339(), "event_type": "TRANSACTION.SUCCESS",
        "resource_type": "encrypt-resource", "summary": "支付成功",
        "resource": { "algorithm": "AEAD_AES_256_GCM", "ciphertext": ciphertext, "nonce": nonce,
            "associated_data": "transaction", "original_type": "transaction" },
    })
    .to_string();
    let age: i64 = match (lie, dice.one_in(2)) {
        (Lie::Age, true) => 301,
        // Ahead of the platform's clock by more than the server's ever is.
        (Lie::Age, false) => -601,
        _ => 0,
    };
    let seconds = now.seconds() - age;
    let secret: &[u8] = if lie == Lie::Key { b"another" } else { STAND_IN };
    let signature = match lie {
        Lie::Probe => format!("WECHATPAY/SIGNTEST/{:064}", dice.next()),
        _ => sign(secret, seconds, &body),
    };
    let body = if lie == Lie::Body { body.replacen("SUCCESS", "SUCCEED", 1) } else { body };
    let serial = match (&env.platform_public_key, &env.platform_certificate) {
        (Some(key), _) => key.id.clone(),
        (None, Some(certificate)) => certificate.serial_no.clone(),
        (None, None) => unreachable!("every mode has a key"),
    };
    let request = Request::post("http://127.0.0.1:8080/notify/main/v3")
        .header("content-type", "application/json")
        .header("Wechatpay-Timestamp", seconds.to_string())
        .header("Wechatpay-Nonce", NONCE)
        .header("Wechatpay-Serial", serial)
        .header("Wechatpay-Signature", signature)
        .body(Bytes::from(body))
        .expect("a well-formed request");
    (id, request)
}

const NONCE: &str = "0123456789ABCDEF0123456789ABCDEF";

/// A stand-in signature over what a notification signs (v3.md §1.7).
pub(crate) fn sign(secret: &[u8], seconds: i64, body: &str) -> String {
    let message = format!("{seconds}\n{NONCE}\n{body}\n");
    STANDARD.encode(Signer::stand_in(secret).sign(message.as_bytes()).expect("the stand-in signs"))
}

/// The nonce that [`sign`] signs with.
pub(crate) fn nonce() -> &'static str {
    NONCE
}

fn transaction(stage: &Stage, order: &Order, lie: Lie, dice: &Dice) -> Value {
    let payment = order.payments.last().expect("looked at before");
    let total = order.terms.total.get();
    let now = stage.world().clock.now();
    let mut plain = json!({
        "mchid": order.mchid, "appid": order.terms.appid, "out_trade_no": payment.out_trade_no,
        "transaction_id": format!("42{:026}", dice.next()), "trade_type": "JSAPI",
        "trade_state": "SUCCESS", "trade_state_desc": "支付成功", "bank_type": "OTHERS",
        "success_time": now.rfc3339(), "payer": { "openid": payment.openid },
        "amount": { "total": total, "payer_total": total, "currency": "CNY", "payer_currency": "CNY" },
    });
    match lie {
        Lie::Amount => {
            let other = if total > 1 && dice.one_in(2) { 1 } else { total + 1 };
            plain["amount"]["total"] = json!(other);
            plain["amount"]["payer_total"] = json!(other);
        }
        Lie::Payer => plain["payer"]["openid"] = json!("o_somebody_else_0123456789ab"),
        Lie::Appid => plain["appid"] = json!("wx00000000000000bb"),
        Lie::Mchid => plain["mchid"] = json!("1900000002"),
        Lie::Number => plain["out_trade_no"] = json!(format!("unknown{:020}", dice.next())),
        Lie::Key | Lie::Age | Lie::Probe | Lie::Body => {}
    }
    plain
}

/// AES-256-GCM as the platform seals (v3.md §1.9).
fn sealed(key: &str, nonce: &str, mut plain: Vec<u8>) -> String {
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key.as_bytes()).expect("32 bytes"));
    let nonce = Nonce::try_assume_unique_for_key(nonce.as_bytes()).expect("12 bytes");
    key.seal_in_place_append_tag(nonce, Aad::from("transaction"), &mut plain).expect("it seals");
    STANDARD.encode(plain)
}
