//! Examples of bills: asking where they are, and downloading them.

use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::{Request, Response};
use tongbao_sdk::bill::{
    AccountType, BillError, BillLimits, BillOutcome, BillReader, BillType, DownloadedBill,
    FundFlowBillRequest, ProfitSharingBillRequest, SubMerchantFundFlowBillRequest, TradeBillRequest,
    in_sequence,
};
use tongbao_sdk::{
    Body, BoxFuture, Call, CallErrorKind, CallFailure, Chunks, Client, Hosts, Outbound, Retry,
};
use tongbao_wire::bill::{BillLocation, SealedBill, SealedBills};
use tongbao_wire::seam::{Chance, Clock};
use tongbao_wire::{BillDate, Ciphertext, Mchid, Timestamp};

use crate::fixtures::{self, exchange};
use crate::scripted::{NOW, Scripted, client, merchant, refusal, stand_in_keys, unsigned};

/// The day before that of the tests' clock.
fn yesterday() -> BillDate {
    BillDate::of(Timestamp::from_seconds(NOW)).yesterday()
}

fn sub_mchid() -> Mchid {
    Mchid::parse("1900000109").unwrap()
}

#[tokio::test]
async fn a_trade_bill_is_asked_for_and_its_place_is_read() {
    let request = TradeBillRequest::new(yesterday());
    let address = "/v3/bill/tradebill?bill_date=2019-04-01&tar_type=GZIP";
    let ask = async |client: Client| client.bills().trade(&request).await.map(|bill| bill.ready().unwrap());
    exchange(Call::TradeBill, address, ask).await;

    let mut request = TradeBillRequest::new(yesterday());
    (request.sub_mchid, request.bill_type, request.tar_type) =
        (Some(sub_mchid()), Some(BillType::Refund), None);
    let address = "/v3/bill/tradebill?bill_date=2019-04-01&sub_mchid=1900000109&bill_type=REFUND";
    let ask = async |client: Client| client.bills().trade(&request).await.map(|bill| bill.ready().unwrap());
    exchange(Call::TradeBill, address, ask).await;
}

#[tokio::test]
async fn a_fund_flow_bill_is_asked_for_and_its_place_is_read() {
    let mut request = FundFlowBillRequest::new(yesterday());
    request.account_type = Some(AccountType::Operation);
    let address = "/v3/bill/fundflowbill?bill_date=2019-04-01&account_type=OPERATION&tar_type=GZIP";
    let ask =
        async |client: Client| client.bills().fund_flow(&request).await.map(|bill| bill.ready().unwrap());
    exchange(Call::FundFlowBill, address, ask).await;
}

#[tokio::test]
async fn a_sub_merchants_fund_flow_bill_is_asked_for_and_its_places_are_read() {
    let request = SubMerchantFundFlowBillRequest::new(sub_mchid(), yesterday(), AccountType::Deposit);
    let address = "/v3/bill/sub-merchant-fundflowbill?bill_date=2019-04-01&sub_mchid=1900000109&account_type=DEPOSIT&algorithm=AEAD_AES_256_GCM";
    let ask = async |client: Client| {
        client.bills().sub_merchant_fund_flow(&request).await.map(|bill| bill.ready().unwrap())
    };
    let bills = exchange(Call::SubMerchantFundFlowBill, address, ask).await;
    let tokens: Vec<_> = in_sequence(&bills).unwrap().iter().map(|file| &file.download_url[56..]).collect();
    assert_eq!(tokens, ["first", "second"]);
}

#[tokio::test]
async fn a_profit_sharing_bill_is_asked_for_and_its_place_is_read() {
    let mut request = ProfitSharingBillRequest::new(yesterday());
    request.sub_mchid = Some(sub_mchid());
    let address = "/v3/profitsharing/bills?bill_date=2019-04-01&sub_mchid=1900000109&tar_type=GZIP";
    let ask = async |client: Client| {
        client.bills().profit_sharing(&request).await.map(|bill| bill.ready().unwrap())
    };
    exchange(Call::ProfitSharingBill, address, ask).await;
}

#[tokio::test]
async fn no_bill_is_a_result_and_a_bill_that_is_being_made_is_asked_for_later() {
    let request = TradeBillRequest::new(yesterday());
    let none = client(Scripted::new(|_, _| refusal(400, "NO_STATEMENT_EXIST")));
    assert_eq!(none.bills().trade(&request).await.unwrap(), BillOutcome::NoBill);

    let making = client(Scripted::new(|_, _| refusal(400, "STATEMENT_CREATING")));
    let error = making.bills().trade(&request).await.unwrap_err();
    assert_eq!((error.retry(), error.outcome_unknown()), (Retry::Later, false));

    let wrong = client(Scripted::new(|_, _| refusal(400, "INVALID_REQUEST")));
    assert_eq!(wrong.bills().trade(&request).await.unwrap_err().retry(), Retry::Never);
}

#[tokio::test]
async fn a_day_that_is_not_over_and_an_account_of_others_are_not_asked_for() {
    let outbound = Scripted::new(|_, _| refusal(400, "INVALID_REQUEST"));
    let client = client(outbound.clone());
    let today = BillDate::of(Timestamp::from_seconds(NOW));
    let mut deposit = FundFlowBillRequest::new(yesterday());
    deposit.account_type = Some(AccountType::Deposit);
    let sub_merchant = SubMerchantFundFlowBillRequest::new(sub_mchid(), today, AccountType::Basic);
    let bills = client.bills();
    for (error, member) in [
        (bills.trade(&TradeBillRequest::new(today)).await.unwrap_err(), "bill_date"),
        (bills.fund_flow(&FundFlowBillRequest::new(today)).await.unwrap_err(), "bill_date"),
        (bills.profit_sharing(&ProfitSharingBillRequest::new(today)).await.unwrap_err(), "bill_date"),
        (bills.sub_merchant_fund_flow(&sub_merchant).await.unwrap_err(), "bill_date"),
        (bills.fund_flow(&deposit).await.unwrap_err(), "account_type"),
    ] {
        let CallErrorKind::Unsendable(fault) = &error.kind else { panic!("{error}") };
        assert_eq!(fault.member, member);
    }
    assert!(outbound.seen().is_empty());
}

/// A platform that sends a file in pieces, and breaks off where it is told to.
struct Sending {
    file: Vec<u8>,
    piece: usize,
    breaks: bool,
}

impl Outbound for Sending {
    fn call(&self, _: Request<Bytes>) -> BoxFuture<'_, Result<Response<Bytes>, CallFailure>> {
        unreachable!("files are opened")
    }

    fn open(&self, request: Request<Bytes>) -> BoxFuture<'_, Result<Response<Body>, CallFailure>> {
        assert!(
            request.headers()["Authorization"].to_str().unwrap().starts_with("WECHATPAY2-SHA256-RSA2048 ")
        );
        assert_eq!(
            request.uri(),
            "https://api.mch.weixin.qq.com/v3/billdownload/file?token=a%2Fb&tartype=gzip"
        );
        let pieces = self.file.chunks(self.piece).map(Bytes::copy_from_slice).collect::<Vec<_>>();
        let pieces = Pieces { left: pieces.into_iter(), breaks: self.breaks };
        Box::pin(std::future::ready(Ok(Response::new(Body::coming(pieces)))))
    }
}

struct Pieces {
    left: std::vec::IntoIter<Bytes>,
    breaks: bool,
}

impl Chunks for Pieces {
    fn next(&mut self) -> BoxFuture<'_, Result<Option<Bytes>, CallFailure>> {
        Box::pin(std::future::ready(match self.left.next() {
            None if self.breaks => Err(CallFailure::Unknown("connection reset".into())),
            piece => Ok(piece),
        }))
    }
}

fn sending(file: &[u8], piece: usize, breaks: bool) -> Client {
    let outbound = Arc::new(Sending { file: file.to_vec(), piece, breaks });
    let clock = Clock::fixed(Timestamp::from_seconds(NOW));
    let chance = Chance::new(|buffer| buffer.fill(7));
    Client::new(merchant(), stand_in_keys(), Hosts::production(), outbound, clock, chance)
}

fn gzipped(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn bill() -> Vec<u8> {
    fixtures::text("bill", "all.csv").unwrap().into_bytes()
}

/// Where `all.csv` is; the digest is sha1sum's.
fn location() -> BillLocation {
    BillLocation {
        hash_type: "SHA1".into(),
        hash_value: "555AFBA036DDE2A97FEFA62888DA4CBBAD05E21E".into(),
        download_url: "https://api2.mch.weixin.qq.com/v3/billdownload/file?token=a%2Fb&tartype=gzip".into(),
    }
}

/// Downloads `file` as if it were `all.csv`.
async fn download(file: &[u8], limits: BillLimits) -> Result<(DownloadedBill, Vec<u8>), BillError> {
    let mut text = Vec::new();
    let bill = sending(file, 100, false).bills().download(&location(), &mut text, limits).await?;
    Ok((bill, text))
}

/// A download may be a task of its own.
fn may_move<F: Future + Send>(future: F) -> F {
    future
}

#[tokio::test]
async fn a_bill_is_downloaded_with_a_signature_and_decompressed() {
    let (text, packed) = (bill(), gzipped(&bill()));
    for (file, piece) in
        [(&text, 1), (&text, 7), (&text, 1 << 20), (&packed, 1), (&packed, 7), (&packed, 1 << 20)]
    {
        let client = sending(file, piece, false);
        let mut written = Vec::new();
        let (location, bills) = (location(), client.bills());
        let download = may_move(bills.download(&location, &mut written, BillLimits::default()));
        let downloaded = download.await.unwrap();
        assert_eq!(written, text);
        assert_eq!(
            (downloaded.download_bytes, downloaded.content_bytes),
            (file.len() as u64, text.len() as u64)
        );

        let mut raw = Vec::new();
        bills.download_packed(&location, &mut raw, BillLimits::default()).await.unwrap();
        assert_eq!(&raw, file);
        let mut reader = BillReader::open(&raw[..]).unwrap();
        while reader.next_row().unwrap().is_some() {}
        assert_eq!(reader.rows(), 4);
    }
    let mut lower = location();
    lower.hash_value = lower.hash_value.to_lowercase();
    sending(&text, 9, false).bills().download(&lower, io::sink(), BillLimits::default()).await.unwrap();
}

#[tokio::test]
async fn what_is_not_the_announced_bill_is_refused() {
    let (text, packed) = (bill(), gzipped(&bill()));
    let altered = String::from_utf8(text.clone()).unwrap().replace("29.90", "29.91").into_bytes();
    let mut damaged = packed.clone();
    *damaged.last_mut().unwrap() ^= 1;
    let mut followed = packed.clone();
    followed.extend_from_slice(b"more");
    for (file, code) in [
        (altered.clone(), "digest_differs"),
        (gzipped(&altered), "digest_differs"),
        (text[..text.len() - 1].to_vec(), "digest_differs"),
        (Vec::new(), "digest_differs"),
        (damaged, "gzip_damaged"),
        (followed, "gzip_damaged"),
        (b"\x1f\x8bnot gzip".to_vec(), "gzip_damaged"),
    ] {
        let error = download(&file, BillLimits::default()).await.unwrap_err();
        assert_eq!((error.code(), error.retry()), (code, Retry::SameRequest), "{error}");
    }
    for length in [1, 9, packed.len() / 2, packed.len() - 1] {
        let error = download(&packed[..length], BillLimits::default()).await.unwrap_err();
        assert_eq!(error.code(), "gzip_truncated", "{length} of {}", packed.len());
    }
}

#[tokio::test]
async fn sizes_are_bounded_before_and_after_decompressing() {
    let text = bill();
    let length = text.len() as u64;
    let limits = |download_bytes_max, content_bytes_max| BillLimits { download_bytes_max, content_bytes_max };
    assert!(download(&text, limits(length, length)).await.is_ok());
    for (limits, code) in [
        (limits(length - 1, length), "download_too_large"),
        (limits(length, length - 1), "content_too_large"),
    ] {
        let error = download(&text, limits).await.unwrap_err();
        assert_eq!((error.code(), error.retry()), (code, Retry::Never), "{error}");
    }
    let bomb = gzipped(&vec![b'x'; 10_000_000]);
    assert!(bomb.len() < 20_000);
    let mut written = Vec::new();
    let client = sending(&bomb, 1 << 20, false);
    let limits = limits(1 << 20, 200_000);
    let error = client.bills().download(&location(), &mut written, limits).await.unwrap_err();
    assert_eq!(error.code(), "content_too_large");
    assert!(written.len() <= 200_000, "{} bytes came out", written.len());
}

#[tokio::test]
async fn a_signature_never_goes_to_a_foreign_host() {
    let outbound = Scripted::new(|_, _| unsigned(200, ""));
    let client = client(outbound.clone());
    for address in
        ["https://files.example/v3/billdownload/file?token=x", "//files.example/x", "file:///etc/passwd"]
    {
        let mut location = location();
        location.download_url = address.into();
        let error = client.bills().download(&location, io::sink(), BillLimits::default()).await.unwrap_err();
        assert!(matches!(error.code(), "foreign_host" | "not_an_address"), "{error}");
        assert_eq!(error.retry(), Retry::Never);
    }
    let mut unknown = location();
    unknown.hash_type = "SM3".into();
    let error = client.bills().download(&unknown, io::sink(), BillLimits::default()).await.unwrap_err();
    assert_eq!(error.code(), "unknown_digest");
    assert!(outbound.seen().is_empty());
}

#[tokio::test]
async fn refusals_broken_connections_and_full_disks_are_told_apart() {
    let expired = client(Scripted::new(|_, _| refusal(400, "INVALID_REQUEST")));
    let error = expired.bills().download(&location(), io::sink(), BillLimits::default()).await.unwrap_err();
    let BillError::Call(call) = &error else { panic!("{error}") };
    assert_eq!((call.call, call.code(), error.retry()), (Call::DownloadBill, "refused", Retry::SameRequest));
    let foreign = client(Scripted::new(|_, _| refusal(403, "NO_AUTH")));
    let error = foreign.bills().download(&location(), io::sink(), BillLimits::default()).await.unwrap_err();
    assert_eq!(error.retry(), Retry::Never);

    let broken = sending(&bill(), 100, true);
    let error = broken.bills().download(&location(), io::sink(), BillLimits::default()).await.unwrap_err();
    assert_eq!((error.code(), error.retry()), ("call", Retry::SameRequest));

    struct Full;
    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::Error::from(io::ErrorKind::StorageFull))
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let client = sending(&gzipped(&bill()), 100, false);
    let error = client.bills().download(&location(), Full, BillLimits::default()).await.unwrap_err();
    assert_eq!((error.code(), error.retry()), ("sink", Retry::Never));
    let error = client.bills().download_packed(&location(), Full, BillLimits::default()).await.unwrap_err();
    assert_eq!(error.code(), "sink");
}

/// A refusal that comes byte by byte and never ends.
struct Dripping;

impl Outbound for Dripping {
    fn call(&self, _: Request<Bytes>) -> BoxFuture<'_, Result<Response<Bytes>, CallFailure>> {
        unreachable!("files are opened")
    }

    fn open(&self, _: Request<Bytes>) -> BoxFuture<'_, Result<Response<Body>, CallFailure>> {
        let mut response = Response::new(Body::coming(Dripping));
        *response.status_mut() = http::StatusCode::FORBIDDEN;
        Box::pin(std::future::ready(Ok(response)))
    }
}

impl Chunks for Dripping {
    fn next(&mut self) -> BoxFuture<'_, Result<Option<Bytes>, CallFailure>> {
        Box::pin(async {
            tokio::time::sleep(Duration::from_secs(9)).await;
            Ok(Some(Bytes::from_static(b"x")))
        })
    }
}

#[tokio::test(start_paused = true)]
async fn a_refusal_that_never_ends_is_not_waited_for() {
    let clock = Clock::fixed(Timestamp::from_seconds(NOW));
    let chance = Chance::new(|buffer| buffer.fill(7));
    let client =
        Client::new(merchant(), stand_in_keys(), Hosts::production(), Arc::new(Dripping), clock, chance);
    let before = tokio::time::Instant::now();
    let error = client.bills().download(&location(), io::sink(), BillLimits::default()).await.unwrap_err();
    let BillError::Call(call) = &error else { panic!("{error}") };
    assert!(matches!(call.kind, CallErrorKind::Refused { status: 403, .. }), "{call}");
    assert!(before.elapsed() <= Duration::from_secs(10), "{:?}", before.elapsed());
}

/// What is downloaded, and what opens it.
struct SealedFile {
    key: &'static [u8; 32],
    bytes: Vec<u8>,
}

/// A bill in two files, each with a key of its own. One is announced with the digest of its text, the other
/// with that of the file.
fn sealed_files() -> (SealedBills, [SealedFile; 2]) {
    let text = fixtures::text("bill", "sub_merchant_fund_flow.csv").unwrap().into_bytes();
    let keys = [b"a7cde1ZJB1kG2e7VfTs3jQzaWizur8Gb", b"b7cde1ZJB1kG2e7VfTs3jQzaWizur8Gb"];
    let (first, second) = text.split_at(500);
    let files = [seal(keys[0], "a8607ef79034c49c", first), seal(keys[1], "a8607ef79034", second)];
    let file = |bill_sequence, nonce: &str, hash_value: &str| SealedBill {
        bill_sequence,
        download_url: location().download_url,
        encrypt_key: Ciphertext::new("c2VhbGVk"),
        hash_type: "SHA1".into(),
        hash_value: hash_value.into(),
        nonce: nonce.into(),
    };
    let of_text = sha1(first);
    let of_file = sha1(&files[1]);
    let list = vec![file(2, "a8607ef79034", &of_file), file(1, "a8607ef79034c49c", &of_text)];
    let [one, two] = files;
    let bills = SealedBills { download_bill_count: 2, download_bill_list: list };
    (bills, [SealedFile { key: keys[0], bytes: one }, SealedFile { key: keys[1], bytes: two }])
}

/// As the platform seals: the tag at the end, no associated data.
fn seal(key: &[u8; 32], nonce: &str, text: &[u8]) -> Vec<u8> {
    use aes_gcm::AesGcm;
    use aes_gcm::aead::consts::{U12, U16};
    use aes_gcm::aead::{Aead, KeyInit};
    use aes_gcm::aes::Aes256;
    match nonce.len() {
        12 => AesGcm::<Aes256, U12>::new(key.into()).encrypt(nonce.as_bytes().try_into().unwrap(), text),
        _ => AesGcm::<Aes256, U16>::new(key.into()).encrypt(nonce.as_bytes().try_into().unwrap(), text),
    }
    .unwrap()
}

fn sha1(bytes: &[u8]) -> String {
    hex::encode(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA1_FOR_LEGACY_USE_ONLY, bytes))
}

#[tokio::test]
async fn an_encrypted_bill_in_two_files_is_opened_and_joined() {
    let (bills, files) = sealed_files();
    let mut text = Vec::new();
    for (file, SealedFile { key, bytes }) in in_sequence(&bills).unwrap().into_iter().zip(&files) {
        let client = sending(bytes, 64, false);
        let limits = BillLimits::default();
        client.bills().download_sealed(file, &key[..], &mut text, limits).await.unwrap();
    }
    assert_eq!(Some(text), fixtures::text("bill", "sub_merchant_fund_flow.csv").map(String::into_bytes));
}

#[tokio::test]
async fn an_encrypted_file_that_does_not_open_is_not_written() {
    let (bills, files) = sealed_files();
    let file = in_sequence(&bills).unwrap()[0].clone();
    let SealedFile { key, bytes } = &files[0];
    let mut altered = bytes.clone();
    altered[9] ^= 1;
    let mut other_digest = file.clone();
    other_digest.hash_value = "0".repeat(40);
    let small = BillLimits { download_bytes_max: 100, ..BillLimits::default() };
    let little = BillLimits { content_bytes_max: 499, ..BillLimits::default() };
    for (file, key, bytes, limits, code) in [
        (&file, &key[..], &altered, BillLimits::default(), "cannot_open"),
        (&file, &[7; 32][..], bytes, BillLimits::default(), "cannot_open"),
        (&file, &key[..31], bytes, BillLimits::default(), "key_length"),
        (&other_digest, &key[..], bytes, BillLimits::default(), "digest_differs"),
        (&file, &key[..], bytes, small, "download_too_large"),
        (&file, &key[..], bytes, little, "content_too_large"),
    ] {
        let mut text = Vec::new();
        let client = sending(bytes, 64, false);
        let error = client.bills().download_sealed(file, key, &mut text, limits).await.unwrap_err();
        assert_eq!(error.code(), code, "{error}");
        assert!(text.is_empty());
    }
}
