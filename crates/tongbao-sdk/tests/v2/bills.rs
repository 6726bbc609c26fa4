//! Bills, as they come and as they do not.

use std::io::Write;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::{Request, Response};
use tongbao_sdk::v2::{
    CallError, CallErrorKind, Client, Downloaded, FundAccount, FundFlowRequest, TradeBillRequest,
    TradeBillType,
};
use tongbao_sdk::{Body, BoxFuture, Call, CallFailure, Chunks, ErrorCode, Outbound, Retry};
use tongbao_wire::BillDate;

use crate::platform::{Reply, Scripted, appid, client, direct, exchange, lost, own, page, rejected, sub};

const BILL: &str =
    "\u{feff}交易时间,公众账号ID\r\n`2014-06-03 10:00:00,`wx2421b1c4370ec43b\r\n总交易单数\r\n`1\r\n";

fn day() -> BillDate {
    BillDate::parse("2014-06-03").unwrap()
}

fn request() -> TradeBillRequest {
    TradeBillRequest { party: own(), bill_date: day(), bill_type: TradeBillType::All }
}

fn gzipped(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

fn bytes(body: Vec<u8>) -> Reply {
    Ok(Response::new(body.into()))
}

async fn download(
    reply: impl Fn(usize) -> Reply + Send + Sync + 'static,
) -> (Result<Downloaded, CallError>, Vec<u8>) {
    let outbound = Scripted::new(move |position, _| reply(position));
    let mut file = Vec::new();
    let result = client(direct(), outbound).download_trade_bill(&request(), &mut file).await;
    (result, file)
}

#[tokio::test]
async fn a_bill_is_written_down_unpacked_whether_it_comes_packed_or_not() {
    for body in [gzipped(BILL), BILL.as_bytes().to_vec()] {
        let (result, file) = download(move |_| bytes(body.clone())).await;
        assert_eq!(result.unwrap(), Downloaded::Bill { bytes: BILL.len() as u64 });
        assert_eq!(file, BILL.as_bytes());
    }
}

#[tokio::test]
async fn a_day_without_payments_is_an_answer() {
    let mut file = Vec::new();
    let call = async |client: Client| client.download_trade_bill(&request(), &mut file).await;
    let answer = exchange(Call::DownloadTradeBill, "download_trade_bill", direct(), call).await;
    assert_eq!(answer.unwrap(), Downloaded::NoBill);

    let request = FundFlowRequest { appid: appid(), bill_date: day(), account_type: FundAccount::Basic };
    let call = async |client: Client| client.download_fund_flow(&request, &mut file).await;
    let answer = exchange(Call::DownloadFundFlow, "download_fund_flow", direct(), call).await;
    assert_eq!(answer.unwrap(), Downloaded::NoBill);
    assert!(file.is_empty());

    for message in ["No Bill Exist", "NO Bill Exist", "no bill exist", "NO_BILL_EXIST"] {
        assert_eq!(download(move |_| rejected(message)).await.0.unwrap(), Downloaded::NoBill, "{message}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_bill_that_is_not_there_says_when_to_ask_again() {
    for (message, code, retry) in [
        ("Bill Creating", ErrorCode::StatementCreating, Retry::Later),
        ("SYSTEMERROR", ErrorCode::SystemError, Retry::SameRequest),
        ("CompressGZip Error", ErrorCode::SystemError, Retry::SameRequest),
        ("invalid bill_type", ErrorCode::ParamError, Retry::Never),
        ("missing parameter", ErrorCode::LackParams, Retry::Never),
        ("SIGN ERROR", ErrorCode::SignError, Retry::Never),
        ("签名失败", ErrorCode::SignError, Retry::Never),
    ] {
        let (result, file) = download(move |_| rejected(message)).await;
        let error = result.unwrap_err();
        assert_eq!((error.refusal(), error.retry()), (Some(&code), retry), "{message}");
        assert!(file.is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn what_failed_before_the_first_byte_is_repeated() {
    for failure in [lost as fn() -> Reply, || page(503, "<html>"), || rejected("SYSTEMERROR")] {
        let (result, file) = download(move |position| match position {
            0 => failure(),
            _ => bytes(gzipped(BILL)),
        })
        .await;
        assert!(matches!(result.unwrap(), Downloaded::Bill { .. }));
        assert_eq!(file, BILL.as_bytes());
    }
}

#[tokio::test]
async fn pages_and_nothing_are_no_bills() {
    for (reply, code) in [
        ((|| page(200, "<html><body>404</body></html>")) as fn() -> Reply, "not_a_message"),
        (|| page(200, ""), "not_a_message"),
        (|| page(302, ""), "page"),
        (|| page(200, "<xml><return_code>SUCCESS</return_code></xml>"), "undecodable_answer"),
    ] {
        let (result, file) = download(move |_| reply()).await;
        assert_eq!(result.unwrap_err().code(), code);
        assert!(file.is_empty());
    }
}

#[tokio::test]
async fn a_damaged_archive_is_noticed() {
    let whole = gzipped(&BILL.repeat(50));
    let cut = whole[..whole.len() - 5].to_vec();
    let mut changed = whole.clone();
    let last = changed.len() - 1;
    changed[last] ^= 1;
    for body in [cut, changed] {
        let (result, _) = download(move |_| bytes(body.clone())).await;
        let error = result.unwrap_err();
        assert!(matches!(error.kind, CallErrorKind::Unwritten(_)), "{error}");
        assert_eq!(error.retry(), Retry::SameRequest);
    }
}

/// A network whose answers come byte by byte, and may break off.
struct Dripping {
    body: Vec<u8>,
    breaks: bool,
}

struct Drops(std::vec::IntoIter<u8>, bool);

impl Chunks for Drops {
    fn next(&mut self) -> BoxFuture<'_, Result<Option<Bytes>, CallFailure>> {
        let drop = match self.0.next() {
            Some(byte) => Ok(Some(vec![byte].into())),
            None if self.1 => Err(CallFailure::Unknown("broken off".into())),
            None => Ok(None),
        };
        Box::pin(std::future::ready(drop))
    }
}

impl Outbound for Dripping {
    fn call(&self, _: Request<Bytes>) -> BoxFuture<'_, Reply> {
        panic!("bills are opened")
    }

    fn open(&self, _: Request<Bytes>) -> BoxFuture<'_, Result<Response<Body>, CallFailure>> {
        let drops = Drops(self.body.clone().into_iter(), self.breaks);
        Box::pin(std::future::ready(Ok(Response::new(Body::coming(drops)))))
    }
}

#[tokio::test]
async fn a_bill_may_come_byte_by_byte_and_may_break_off() {
    use std::sync::Arc;
    use tongbao_sdk::Hosts;
    use tongbao_wire::Timestamp;
    use tongbao_wire::seam::{Chance, Clock};
    let download = async |body: Vec<u8>, breaks| {
        let clock = Clock::fixed(Timestamp::from_seconds(0));
        let outbound = Arc::new(Dripping { body, breaks });
        let client = Client::new(direct(), Hosts::production(), outbound, clock, Chance::new(|_| ()));
        let mut file = Vec::new();
        (client.download_trade_bill(&request(), &mut file).await, file)
    };
    for body in [gzipped(BILL), BILL.as_bytes().to_vec()] {
        let (result, file) = download(body.clone(), false).await;
        assert!(matches!(result.unwrap(), Downloaded::Bill { .. }));
        assert_eq!(file, BILL.as_bytes());
        let (result, _) = download(body, true).await;
        assert_eq!(result.unwrap_err().code(), "outcome_unknown");
    }
    let refusal = b"<xml><return_code>FAIL</return_code><return_msg>No Bill Exist</return_msg></xml>";
    assert_eq!(download(refusal.to_vec(), false).await.0.unwrap(), Downloaded::NoBill);
}

#[tokio::test]
async fn a_service_provider_gets_all_bills_or_one() {
    let outbound = Scripted::new(|_, _| bytes(gzipped(BILL)));
    let client = client(crate::platform::provider(), outbound.clone());
    for party in [own(), sub()] {
        let request = TradeBillRequest { party, bill_type: TradeBillType::RechargeRefund, ..request() };
        client.download_trade_bill(&request, &mut Vec::new()).await.unwrap();
    }
    let seen: Vec<_> = outbound.seen().iter().map(|seen| crate::platform::fields(seen.body())).collect();
    assert_eq!((seen[0].get("sub_mch_id"), seen[1].get("sub_mch_id")), (None, Some("1900000109")));
    assert_eq!(seen[0].get("bill_type"), Some("RECHARGE_REFUND"));
}

#[tokio::test]
async fn a_refusal_is_no_bill_however_it_is_packed() {
    let refusal = "<xml><return_code>FAIL</return_code><return_msg>system error</return_msg></xml>";
    for text in [refusal.to_owned(), format!("\u{feff}{refusal}"), format!("\r\n{refusal}")] {
        for body in [gzipped(&text), text.clone().into_bytes()] {
            let (result, file) = download(move |_| bytes(body.clone())).await;
            result.unwrap_err();
            assert!(file.is_empty(), "{text}");
        }
    }
}

#[tokio::test]
async fn a_fund_flow_is_signed_with_hmac_whatever_the_merchant_uses() {
    use tongbao_sdk::v2::{Merchant, SignType};
    let outbound = Scripted::new(|_, _| bytes(gzipped(BILL)));
    let merchant = Merchant { sign_type: SignType::Md5, ..direct() };
    let client = client(merchant, Scripted::unused()).with_client_certificate(outbound.clone());
    for account_type in [FundAccount::Operation, FundAccount::Fees] {
        let request = FundFlowRequest { appid: appid(), bill_date: day(), account_type };
        client.download_fund_flow(&request, &mut Vec::new()).await.unwrap();
    }
    for seen in outbound.seen() {
        let fields = crate::platform::fields(seen.body());
        assert_eq!(fields.get("sign_type"), Some("HMAC-SHA256"));
        assert_eq!(crate::platform::key().verify(SignType::HmacSha256, &fields), Ok(()));
    }
}
