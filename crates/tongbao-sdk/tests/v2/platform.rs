//! A network that answers as a test says, and the platform's half of the signature.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::{Method, Request, Response};
use tongbao_sdk::v2::{ApiV2Key, CallError, Client, Fields, Merchant, Party, SignType};
use tongbao_sdk::{BoxFuture, Call, CallFailure, Hosts, Outbound};
use tongbao_wire::seam::{Chance, Clock};
use tongbao_wire::{Appid, Mchid, OutTradeNo, Timestamp};

/// The key of the documents' example, and of all fixtures.
pub(crate) const KEY: &[u8] = b"192006250b4c09247ec02edce69f6a2d";
/// Seconds since 1970 for clients of tests.
pub(crate) const NOW: i64 = 1_490_840_662;
/// What clients of tests draw as chance.
pub(crate) const NONCE: &str = "593BEC0C930BF1AFEB40B4A08C8FB242";

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

    /// One that nobody may use.
    pub(crate) fn unused() -> Arc<Self> {
        Self::new(|_, request| panic!("nothing goes out this way, but {} did", request.uri()))
    }

    pub(crate) fn seen(&self) -> Vec<Request<Bytes>> {
        self.seen.lock().unwrap().clone()
    }

    /// The paths asked, in order.
    pub(crate) fn paths(&self) -> Vec<String> {
        self.seen().iter().map(|request| request.uri().path().to_owned()).collect()
    }
}

impl Outbound for Scripted {
    fn call(&self, request: Request<Bytes>) -> BoxFuture<'_, Reply> {
        let position = {
            let mut seen = self.seen.lock().unwrap();
            seen.push(request.clone());
            seen.len() - 1
        };
        Box::pin(std::future::ready((self.script)(position, &request)))
    }
}

pub(crate) fn not_sent() -> Reply {
    Err(CallFailure::NotSent("connection refused".into()))
}

pub(crate) fn lost() -> Reply {
    Err(CallFailure::Unknown("connection reset".into()))
}

/// Any answer.
pub(crate) fn page(status: u16, body: &str) -> Reply {
    let mut response = Response::new(Bytes::copy_from_slice(body.as_bytes()));
    *response.status_mut() = status.try_into().unwrap();
    Ok(response)
}

/// An answer of these elements, signed.
pub(crate) fn signed(elements: &[(&str, &str)]) -> Reply {
    let mut fields: Fields = [("return_code", "SUCCESS"), ("return_msg", "OK"), ("result_code", "SUCCESS")]
        .into_iter()
        .chain([("appid", "wx2421b1c4370ec43b"), ("mch_id", "10000100"), ("nonce_str", "IITRi8Iabbblz1Jc")])
        .chain(elements.iter().copied())
        .collect();
    fields.set("sign", &key().sign(SignType::HmacSha256, &fields));
    page(200, &fields.to_xml().unwrap())
}

/// A signed refusal.
pub(crate) fn refused(code: &str) -> Reply {
    signed(&[("result_code", "FAIL"), ("err_code", code), ("err_code_des", "because")])
}

/// A refusal of the transport, which is not signed.
pub(crate) fn rejected(message: &str) -> Reply {
    let fields: Fields = [("return_code", "FAIL"), ("return_msg", message)].into_iter().collect();
    page(200, &fields.to_xml().unwrap())
}

pub(crate) fn key() -> ApiV2Key {
    ApiV2Key::parse(KEY).unwrap()
}

pub(crate) fn direct() -> Merchant {
    Merchant::direct(Mchid::parse("10000100").unwrap(), key())
}

pub(crate) fn provider() -> Merchant {
    Merchant::service_provider(Mchid::parse("10000100").unwrap(), key())
}

pub(crate) fn appid() -> Appid {
    Appid::parse("wx2421b1c4370ec43b").unwrap()
}

pub(crate) fn own() -> Party {
    Party::own(appid())
}

pub(crate) fn sub() -> Party {
    let (number, appid_there) = (Mchid::parse("1900000109"), Appid::parse("wx8888888888888888"));
    Party::sub_merchant_at(appid(), number.unwrap(), appid_there.unwrap())
}

pub(crate) fn out_trade_no() -> OutTradeNo {
    OutTradeNo::parse("20150806125346").unwrap()
}

/// A client that draws the same chance every time.
pub(crate) fn client(merchant: Merchant, plain: Arc<Scripted>) -> Client {
    let clock = Clock::fixed(Timestamp::from_seconds(NOW));
    let chance = Chance::new(|buffer| {
        let nonce = hex::decode(NONCE).unwrap();
        buffer.copy_from_slice(&nonce[..buffer.len()]);
    });
    Client::new(merchant, Hosts::production(), plain, clock, chance)
}

/// The text of a fixture.
pub(crate) fn fixture(file: &str) -> String {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tongbao-wire/fixtures");
    std::fs::read_to_string(root.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

pub(crate) fn fields(document: &[u8]) -> Fields {
    Fields::parse(document).unwrap()
}

/// Makes one call against a platform that answers with the example of `name`.
///
/// Checks the address, that the client certificate is presented where it is needed and nowhere else, and that
/// what is sent is the example to the last element, signature and all.
pub(crate) async fn exchange<T>(
    call: Call,
    name: &str,
    merchant: Merchant,
    make: impl AsyncFnOnce(Client) -> Result<T, CallError>,
) -> Result<T, CallError> {
    let answer = fixture(&format!("v2/{name}.answer.xml"));
    let used = Scripted::new(move |_, _| page(200, &answer));
    let certified =
        matches!(call, Call::RefundV2 | Call::RefundGoodsV2 | Call::ReverseOrder | Call::DownloadFundFlow);
    let client = if certified {
        client(merchant, Scripted::unused()).with_client_certificate(used.clone())
    } else {
        client(merchant, used.clone()).with_client_certificate(Scripted::unused())
    };
    let result = make(client).await;
    let seen = used.seen();
    let [request] = seen.as_slice() else { panic!("{} requests for {name}", seen.len()) };
    assert_eq!(request.method(), Method::POST);
    assert_eq!(request.uri().to_string(), format!("https://api.mch.weixin.qq.com{}", call.path()));
    assert_eq!(request.headers()["Content-Type"], "text/xml; charset=utf-8");
    let expected = fixture(&format!("v2/{name}.request.xml"));
    let listed =
        |document: &[u8]| fields(document).iter().map(|(n, t)| format!("{n}={t}")).collect::<Vec<_>>();
    assert_eq!(listed(request.body()), listed(expected.as_bytes()), "{name}");
    result
}
