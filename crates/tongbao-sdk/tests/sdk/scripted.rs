//! A network that answers as a test says, and the platform's half of the signature.

use std::sync::{Arc, Mutex};

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, Response};
use tongbao_sdk::{
    ApiV3Key, BoxFuture, CallFailure, Client, Hosts, JsapiPrepay, Merchant, MerchantKey, OrderTerms,
    Outbound, PlatformKeys, Signer,
};
use tongbao_wire::seam::{Chance, Clock};
use tongbao_wire::{Appid, Fen, Mchid, Openid, OutTradeNo, Timestamp};

/// The time of the published vectors.
pub(crate) const NOW: i64 = 1_554_208_460;
pub(crate) const APIV3_KEY: &[u8; 32] = b"a7cde1ZJB1kG2e7VfTs3jQzaWizur8Gb";
pub(crate) const STAND_IN_SERIAL: &str = "PUB_KEY_ID_STAND_IN";
const STAND_IN_SECRET: &[u8] = b"platform of the test";

/// What the network does with one request.
pub(crate) type Reply = Result<Response<Bytes>, CallFailure>;
/// A reply written down for later.
pub(crate) type Plan = fn() -> Reply;
type Script = Box<dyn Fn(usize, &Request<Bytes>) -> Reply + Send + Sync>;

/// Answers as the script says and remembers what was asked.
pub(crate) struct Scripted {
    script: Script,
    seen: Mutex<Vec<Request<Bytes>>>,
}

impl Scripted {
    /// `script` is told the position of the request, from 0, and the request.
    pub(crate) fn new(script: impl Fn(usize, &Request<Bytes>) -> Reply + Send + Sync + 'static) -> Arc<Self> {
        Arc::new(Self { script: Box::new(script), seen: Mutex::default() })
    }

    pub(crate) fn seen(&self) -> Vec<Request<Bytes>> {
        self.seen.lock().unwrap().clone()
    }

    /// The addresses asked, in order.
    pub(crate) fn addresses(&self) -> Vec<String> {
        self.seen().iter().map(|request| request.uri().to_string()).collect()
    }
}

impl Outbound for Scripted {
    fn call(&self, request: Request<Bytes>) -> BoxFuture<'_, Reply> {
        Box::pin(async move {
            let position = {
                let mut seen = self.seen.lock().unwrap();
                seen.push(request.clone());
                seen.len() - 1
            };
            // Lets calls made at the same time overlap.
            tokio::task::yield_now().await;
            (self.script)(position, &request)
        })
    }
}

pub(crate) fn not_sent() -> Reply {
    Err(CallFailure::NotSent("connection refused".into()))
}

pub(crate) fn lost() -> Reply {
    Err(CallFailure::Unknown("connection reset".into()))
}

/// An answer without a signature.
pub(crate) fn unsigned(status: u16, body: &str) -> Reply {
    let mut response = Response::new(Bytes::copy_from_slice(body.as_bytes()));
    *response.status_mut() = status.try_into().unwrap();
    Ok(response)
}

/// A refusal as the platform writes it.
pub(crate) fn refusal(status: u16, code: &str) -> Reply {
    unsigned(status, &format!(r#"{{"code":"{code}","message":"because"}}"#))
}

/// A reply with the platform's number of the call.
pub(crate) fn with_request_id(reply: Reply, request_id: &'static str) -> Reply {
    let mut response = reply?;
    response.headers_mut().insert("Request-ID", HeaderValue::from_static(request_id));
    Ok(response)
}

/// An answer signed by the stand-in platform, now.
pub(crate) fn signed(status: u16, body: &str) -> Reply {
    let mut response = unsigned(status, body)?;
    let signer = Signer::stand_in(STAND_IN_SECRET);
    *response.headers_mut() = signature_headers(&signer, STAND_IN_SERIAL, NOW, body.as_bytes());
    Ok(response)
}

/// The same answer with another signature, such as a probe.
pub(crate) fn with_signature(reply: Reply, signature: &'static str) -> Reply {
    let mut response = reply?;
    let value = HeaderValue::from_static(signature);
    response.headers_mut().insert("Wechatpay-Signature", value);
    Ok(response)
}

/// The headers of something the platform signed.
pub(crate) fn signature_headers(signer: &Signer, serial: &str, at: i64, body: &[u8]) -> HeaderMap {
    let mut message = format!("{at}\n5K8264ILTKCH16CQ\n").into_bytes();
    message.extend_from_slice(body);
    message.push(b'\n');
    let signature = STANDARD.encode(signer.sign(&message).unwrap());
    let mut headers = HeaderMap::new();
    for (name, value) in [
        ("Wechatpay-Timestamp", at.to_string()),
        ("Wechatpay-Nonce", "5K8264ILTKCH16CQ".into()),
        ("Wechatpay-Serial", serial.into()),
        ("Wechatpay-Signature", signature),
        ("Request-ID", "08E6F6C2A706-CF05-0".into()),
    ] {
        headers.insert(name, HeaderValue::try_from(value).unwrap());
    }
    headers
}

/// The headers of the stand-in platform.
pub(crate) fn stand_in_headers(at: i64, body: &[u8]) -> HeaderMap {
    signature_headers(&Signer::stand_in(STAND_IN_SECRET), STAND_IN_SERIAL, at, body)
}

pub(crate) fn stand_in_keys() -> PlatformKeys {
    PlatformKeys::stand_in(STAND_IN_SERIAL, STAND_IN_SECRET)
}

/// Base64 of `text` encrypted with the APIv3 key of the tests.
pub(crate) fn encrypted(nonce: &[u8; 12], associated_data: &str, text: &[u8]) -> String {
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, APIV3_KEY).unwrap());
    let mut buffer = text.to_vec();
    let nonce = Nonce::assume_unique_for_key(*nonce);
    key.seal_in_place_append_tag(nonce, Aad::from(associated_data.as_bytes()), &mut buffer).unwrap();
    STANDARD.encode(buffer)
}

/// The merchant of the published vectors.
pub(crate) fn merchant() -> Merchant {
    let pem = include_bytes!("../published/doc_merchant_key.pem");
    let key = MerchantKey::with_serial(pem, "408B07E79B8269FEC3D5D3E6AB8ED163A6A380DB").unwrap();
    let mchid = Mchid::parse("1900007291").unwrap();
    Merchant::new(mchid, &key, ApiV3Key::parse(APIV3_KEY).unwrap())
}

/// A client at the time, and with the nonce, of the published vectors.
pub(crate) fn client_with(outbound: Arc<Scripted>, keys: PlatformKeys, hosts: Hosts) -> Client {
    let clock = Clock::fixed(Timestamp::from_seconds(NOW));
    let chance = Chance::new(|buffer| {
        let nonce = hex::decode("593BEC0C930BF1AFEB40B4A08C8FB242").unwrap();
        buffer.copy_from_slice(&nonce[..buffer.len()]);
    });
    Client::new(merchant(), keys, hosts, outbound, clock, chance)
}

pub(crate) fn client(outbound: Arc<Scripted>) -> Client {
    client_with(outbound, stand_in_keys(), Hosts::production())
}

/// The order of the published vector.
pub(crate) fn order() -> JsapiPrepay {
    JsapiPrepay::new(
        Appid::parse("wxd678efh567hg6787").unwrap(),
        OrderTerms::new(out_trade_no(), "Image形象店-深圳腾大-QQ公仔", Fen::new(100)),
        Openid::parse("oUpF8uMuAJO_M2pxb1Q9zNjWeS6o").unwrap(),
        "https://www.weixin.qq.com/wxpay/pay.php",
    )
}

pub(crate) fn out_trade_no() -> OutTradeNo {
    OutTradeNo::parse("1217752501201407033233368018").unwrap()
}

pub(crate) const PREPAID: &str = r#"{"prepay_id":"wx201410272009395522657a690389285100"}"#;
pub(crate) const UNPAID: &str = r#"{"appid":"wxd678efh567hg6787","mchid":"1900007291","out_trade_no":"1217752501201407033233368018","trade_state":"NOTPAY","trade_state_desc":"订单未支付","amount":{"total":100,"currency":"CNY"}}"#;
