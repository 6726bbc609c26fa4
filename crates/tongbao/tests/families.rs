//! One round trip per family of calls beyond payments: the typed client at the simulator, which parses strictly
//! and verifies every signature of the other side.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tongbao_sdk::complaint::{ComplaintQuery, ComplaintReply, RefundAnswer, RefundDecision};
use tongbao_sdk::media::{Picture, Video};
use tongbao_sdk::onboarding::{
    AccountType, ApplymentKey, ApplymentRequest, BankAccountInfo, BankAccountType, BusinessInfo,
    BusinessLicenseInfo, ContactIdentity, ContactInfo, ContactType, IdCardInfo, IdentityDocument,
    IdentityHolder, IdentityInfo, MiniProgramInfo, Page, Period, SalesInfo, SceneAppid,
    SettlementChangeRequest, SettlementInfo, Subject, SubjectInfo,
};
use tongbao_sdk::profit_sharing::{
    AddReceiver, Relation, ReturnedShare, ShareAccount, ShareReceiver, ShareRequest, ShareReturnRequest,
    UnfreezeRequest,
};
use tongbao_sdk::transfer::{SceneReport, TransferBill, TransferRequest};
use tongbao_sdk::{
    ApiV3Key, BoxFuture, CallFailure, Client, Content, EchoRequest, Hosts, JsapiPrepay, Merchant,
    MerchantKey, OrderTerms, Outbound, PlatformKeys, Sealed,
};
use tongbao_sim::{
    AppSettings, CryptoSettings, Env, MerchantSettings, Posting, Postman, Settings, Simulator,
};
use tongbao_wire::complaint::{ComplaintAction, ComplaintState};
use tongbao_wire::onboarding::{ApplymentState, SettlementChangeState};
use tongbao_wire::profit_sharing::ShareReturnResult;
use tongbao_wire::seam::{Chance, Clock};
use tongbao_wire::transfer::TransferReceiptState;
use tongbao_wire::{
    BusinessCode, Fen, Mchid, Openid, OutBillNo, OutOrderNo, OutReturnNo, OutTradeNo, TransferState,
};
use tower::ServiceExt;

/// The client's way to the simulator.
struct Wire(Router);

impl Outbound for Wire {
    fn call(&self, request: Request<Bytes>) -> BoxFuture<'_, Result<Response<Bytes>, CallFailure>> {
        Box::pin(async move { Ok(answered(self.0.clone(), request.map(Body::from)).await) })
    }
}

async fn answered(router: Router, request: Request<Body>) -> Response<Bytes> {
    let Ok(response) = router.oneshot(request).await;
    let (parts, body) = response.into_parts();
    Response::from_parts(parts, body.collect().await.expect("a whole answer").to_bytes())
}

/// Keeps what the platform tells.
#[derive(Default)]
struct Mailbox(Mutex<Vec<Request<Bytes>>>);

impl Postman for Mailbox {
    fn post(&self, request: Request<Bytes>) -> Posting<'_> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(request);
        Box::pin(async { Ok(Response::new(Bytes::new())) })
    }
}

struct World {
    sim: Simulator,
    env: Env,
    mailbox: Arc<Mailbox>,
    client: Client,
}

const STORE: &str = "1900000102";
const HOOK: &str = "https://shop.example.com/told";

impl World {
    fn new() -> Self {
        let mailbox = Arc::new(Mailbox::default());
        let base = "http://127.0.0.1:8090".to_owned();
        let postman = Arc::clone(&mailbox) as Arc<dyn Postman>;
        let mut settings = Settings::local(Clock::system(), Chance::system(), postman, base);
        settings.crypto = CryptoSettings::Fixed;
        let key = || "0123456789abcdef0123456789abcdef".to_owned();
        let mut store = MerchantSettings::new(parsed(Mchid::parse, STORE), "通宝分店", key(), key());
        let appid = parsed(tongbao_wire::Appid::parse, "wx00000000000000bb");
        store.apps.push(AppSettings { appid, secret: key() });
        settings.merchants.push(store);
        let sim = Simulator::new(settings).expect("a simulator");
        let env = sim.env();
        let merchant = &env.merchants[0];
        let key =
            MerchantKey::from_pem(merchant.private_key_pem.as_bytes(), merchant.certificate_pem.as_bytes());
        let apiv3_key = ApiV3Key::parse(merchant.apiv3_key.as_bytes()).expect("32 bytes");
        let identity = Merchant::new(merchant.mchid.clone(), &key.expect("a key"), apiv3_key);
        let public = env.platform_public_key.as_ref().expect("public-key mode");
        let keys = PlatformKeys::from_public_key(&public.id, public.pem.as_bytes()).expect("a public key");
        let outbound = Arc::new(Wire(sim.router()));
        let hosts = Hosts::only(&env.base_url);
        let client = Client::new(identity, keys, hosts, outbound, Clock::system(), Chance::system());
        Self { sim, env, mailbox, client }
    }

    /// What people do, through the control API.
    async fn ask(&self, path: &str, body: Value) -> Value {
        let request = Request::post(format!("/sim/v1/{path}")).header("host", "localhost");
        let request = request.body(Body::from(body.to_string())).expect("a request");
        let answer = answered(self.sim.router(), request).await;
        assert_eq!(answer.status(), 200, "{path}: {answer:?}");
        serde_json::from_slice(answer.body()).expect("JSON")
    }

    async fn wait(&self, seconds: u64) {
        self.sim.advance(Duration::from_secs(seconds)).await;
    }

    fn seal(&self, text: &str) -> Sealed {
        self.client.platform_keys().seal(text).expect("it fits a block")
    }

    fn openid(&self, payer: &str) -> Openid {
        let openids = &self.env.merchants[0].apps[0].openids;
        openids.iter().find(|(id, _)| id == payer).expect("a payer").1.clone()
    }

    /// Pays an order of 100 yuan.
    async fn paid(&self, number: &str, profit_sharing: bool) -> tongbao_wire::TransactionId {
        let out_trade_no = parsed(OutTradeNo::parse, number);
        let mut order = OrderTerms::new(out_trade_no.clone(), "龙井一盒", Fen::new(10_000));
        order.profit_sharing = profit_sharing.then_some(true);
        let appid = self.env.merchants[0].apps[0].appid.clone();
        let prepay = JsapiPrepay::new(appid, order, self.openid("payer-1"), "https://shop.example.com/paid");
        self.client.jsapi_prepay(&prepay).await.expect("a prepay_id");
        self.sim.pay(&out_trade_no, None).await.expect("paid").transaction_id.expect("a number")
    }

    /// Everything told to [`HOOK`] so far, verified and opened.
    fn told(&self) -> Vec<Content> {
        let letters = self.mailbox.0.lock().unwrap_or_else(PoisonError::into_inner);
        let ours = letters.iter().filter(|letter| letter.uri().path() == "/told");
        let open = |letter: &Request<Bytes>| {
            let opened = self.client.open_notification(letter.headers(), letter.body());
            opened.expect("the platform's word").into_inner().content
        };
        ours.map(open).collect()
    }
}

fn parsed<T>(parse: impl Fn(&str) -> Result<T, tongbao_wire::IdError>, text: &str) -> T {
    parse(text).expect("well formed")
}

#[tokio::test]
async fn the_self_test_goes_round() {
    let world = World::new();
    let mut request = EchoRequest::new("ping");
    request.encrypted_echo_message = Some(world.seal("机密"));
    request.notify_url = Some(HOOK.into());
    let echo = world.client.security_echo(&request).await.expect("an echo");
    let sealed = echo.encrypted_echo_message.expect("sealed for us");
    assert_eq!(&*world.client.unseal(&sealed).expect("ours"), "机密");
    world.wait(1).await;
    assert!(matches!(&world.told()[..], [Content::SecurityEcho(notice)] if notice.echo_message == "ping"));
}

#[tokio::test]
async fn complaints_go_round() {
    let world = World::new();
    world.paid("T20260301A", false).await;
    let complaints = world.client.complaints();
    complaints.create_notification_url(HOOK).await.expect("an address");
    let filed = json!({
        "out_trade_no": "T20260301A", "detail": "茶叶受潮", "problem_type": "REFUND", "phone": "13800000000",
        "apply_refund_amount_fen": 10_000, "pictures": ["/9j/4AAQ"],
    });
    world.ask("complaints", filed).await;
    let now = world.sim.now();
    let page = complaints.list(&ComplaintQuery::new(now, now)).await.expect("a page");
    let id = page.data[0].complaint_id.clone();
    let complaint = complaints.read(&id).await.expect("a complaint");
    let phone = complaint.payer_phone.expect("a number");
    assert_eq!(&*world.client.unseal(&phone).expect("ours"), "13800000000");
    let media = world.client.media();
    let picture = &complaint.complaint_media_list[0].media_url[0];
    assert_eq!(media.complaint_image_at(picture).await.expect("a picture").len(), 6);
    let uploaded = media.upload_complaint_image(&Picture::new("x.png", "picture")).await.expect("a name");
    let mut reply = ComplaintReply::new(complaint.complainted_mchid.clone(), "已为您安排退款");
    reply.response_images.push(uploaded.media_id.clone());
    complaints.reply(&id, &reply).await.expect("said");
    assert_eq!(media.complaint_image(&uploaded.media_id).await.expect("ours"), "picture");
    let approve = RefundAnswer::new(RefundDecision::Approve { launch_refund_day: 1 });
    complaints.answer_refund(&id, &approve).await.expect("approved");
    complaints.complete(&id, &complaint.complainted_mchid).await.expect("done");
    let settled = complaints.read(&id).await.expect("a complaint");
    assert_eq!(settled.complaint_state, ComplaintState::Processed);
    let history = complaints.history(&id, tongbao_sdk::complaint::Page::first(300)).await.expect("a history");
    assert_eq!(history.data.len(), 4);
    world.wait(1).await;
    let actions: Vec<_> = world
        .told()
        .into_iter()
        .map(|content| match content {
            Content::Complaint(notice) => notice.action_type,
            other => panic!("not a complaint: {other:?}"),
        })
        .collect();
    assert_eq!(
        actions,
        [
            ComplaintAction::CreateComplaint,
            ComplaintAction::MerchantResponse,
            ComplaintAction::MerchantApproveRefund,
            ComplaintAction::MerchantConfirmComplete,
        ]
    );
}

#[tokio::test]
async fn a_transfer_goes_round() {
    let world = World::new();
    world.ask("merchants/1900000001/top-up", json!({"amount_fen": 1_000_000, "account": "OPERATION"})).await;
    let transfers = world.client.transfers();
    let number = parsed(OutBillNo::parse, "P1");
    let appid = world.env.merchants[0].apps[0].appid.clone();
    let reports = vec![SceneReport::new("活动名称", "新会员有礼"), SceneReport::new("奖励说明", "注册奖励")];
    let mut bill = TransferBill::new(appid, number.clone(), "1000", Fen::new(200_000), "新会员奖励", reports);
    bill.user_name = Some(world.seal("买家一"));
    bill.notify_url = Some(HOOK.into());
    let request = TransferRequest::new(bill, world.openid("payer-1"));
    let started = transfers.start(&request).await.expect("a transfer");
    assert_eq!(started.state, TransferState::WaitUserConfirm);
    let package = started.package_info.expect("a page to confirm on");
    world.ask("transfers/confirmations", json!({"package_info": package})).await;
    world.wait(60).await;
    let told = transfers.query(&number).await.expect("a transfer");
    assert_eq!(told.state, TransferState::Success);
    assert_eq!(&*world.client.unseal(&told.user_name.expect("a name")).expect("ours"), "买家一");
    transfers.request_receipt(&number).await.expect("accepted");
    world.wait(60).await;
    let receipt = transfers.query_receipt(&number).await.expect("a receipt");
    assert_eq!(receipt.state, TransferReceiptState::Finished);
    assert!(
        matches!(&world.told()[..], [Content::Transfer(notice)] if notice.state == TransferState::Success),
        "{:?}",
        world.told()
    );
}

#[tokio::test]
async fn profit_sharing_goes_round() {
    let world = World::new();
    let transaction_id = world.paid("T20260301A", true).await;
    world.wait(60).await;
    let sharing = world.client.profit_sharing();
    let store = ShareAccount::Merchant(parsed(Mchid::parse, STORE));
    let appid = world.env.merchants[0].apps[0].appid.clone();
    let mut receiver = AddReceiver::new(appid, store.clone(), Relation::Store);
    receiver.name = Some(world.seal("通宝分店"));
    sharing.add_receiver(&receiver).await.expect("added");
    let number = parsed(OutOrderNo::parse, "S1");
    let part = ShareReceiver::new(store, Fen::new(2000), "分给门店");
    let request = ShareRequest::new(transaction_id.clone(), number.clone(), vec![part]);
    assert!(!sharing.share(&request).await.expect("a share").all_succeeded());
    world.wait(60).await;
    assert!(sharing.query(&transaction_id, &number).await.expect("a share").all_succeeded());
    let back = ShareReturnRequest::new(
        ReturnedShare::OutOrderNo(number.clone()),
        parsed(OutReturnNo::parse, "B1"),
        parsed(Mchid::parse, STORE),
        Fen::new(500),
        "用户退款",
    );
    let back = sharing.take_back(&back).await.expect("a return");
    assert_eq!(back.result, ShareReturnResult::Success);
    assert_eq!(sharing.query_return(&number, &back.out_return_no).await.expect("the same"), back);
    let left = sharing.unsplit_amount(&transaction_id).await.expect("an amount").unsplit_amount;
    let end = UnfreezeRequest::new(transaction_id.clone(), parsed(OutOrderNo::parse, "U1"), "解冻");
    let unfrozen = sharing.unfreeze(&end).await.expect("an end");
    assert_eq!(unfrozen.receivers[0].amount, left);
    world.wait(60).await;
    let books = world.sim.books();
    assert!(books.balanced() && books.merchants[world.client.mchid()].frozen == Fen::ZERO);
}

#[tokio::test]
async fn onboarding_goes_round() {
    let world = World::new();
    world.ask("merchants/1900000001/provider", json!({"provider": true})).await;
    let media = world.client.media();
    let picture = media.upload_image(&Picture::new("证照.png", "picture")).await.expect("a name").media_id;
    media.upload_video(&Video::new("x.mp4", "video")).await.expect("a name");
    let number = || world.seal("11010119900101001X");
    let contact = ContactInfo {
        contact_type: ContactType::Legal,
        contact_name: world.seal("法人甲"),
        identity: ContactIdentity::IdNumber(number()),
        mobile_phone: world.seal("13800000000"),
        contact_email: world.seal("a@example.com"),
    };
    let license = BusinessLicenseInfo {
        license_copy: picture.clone(),
        license_number: "123456789012345".into(),
        merchant_name: "示例商贸公司".into(),
        legal_person: "法人甲".into(),
        license_address: None,
        period: None,
    };
    let card = IdCardInfo {
        id_card_copy: picture.clone(),
        id_card_national: picture.clone(),
        id_card_name: world.seal("法人甲"),
        id_card_number: number(),
        id_card_address: None,
        period: Period::new("2020-01-01", "长期").expect("a period"),
    };
    let holder = IdentityHolder::Legal(IdentityDocument::IdCard(card));
    let identity = IdentityInfo { holder, owner: Some(true) };
    let program = MiniProgramInfo {
        appid: SceneAppid::Merchant(world.env.merchants.last().expect("the store").apps[0].appid.clone()),
        mini_program_pics: vec![picture.clone()],
    };
    let business = BusinessInfo {
        merchant_shortname: "示例".into(),
        service_phone: "0755222222".into(),
        sales_info: SalesInfo { mini_program: Some(program), ..SalesInfo::default() },
    };
    let account = BankAccountInfo {
        bank_account_type: BankAccountType::Corporate,
        account_name: world.seal("示例商贸公司"),
        account_bank: "招商银行".into(),
        bank_address_code: "440300".into(),
        branch: None,
        account_number: world.seal("6225880000000078"),
    };
    let request = ApplymentRequest::new(
        parsed(BusinessCode::parse, "1900000001_1"),
        contact,
        SubjectInfo::new(Subject::Enterprise(license), identity),
        business,
        SettlementInfo::new("719", "餐饮"),
        account,
    );
    let onboarding = world.client.onboarding();
    let id = onboarding.submit(&request).await.expect("accepted").applyment_id;
    world.ask(&format!("applyments/{id}/approve"), json!({})).await;
    world.ask(&format!("applyments/{id}/sign"), json!({})).await;
    world.wait(30 * 60).await;
    let done = onboarding.query(&ApplymentKey::ApplymentId(id)).await.expect("an application");
    assert_eq!(done.applyment_state, ApplymentState::Finished);
    let sub = done.sub_mchid.expect("a merchant");
    assert_eq!(onboarding.settlement(&sub).await.expect("an account").account_number, "62************78");
    let change = SettlementChangeRequest::new(
        AccountType::Business,
        "工商银行",
        "440300",
        world.seal("6222020000000099"),
    );
    let change = onboarding.modify_settlement(&sub, &change).await.expect("accepted").application_no;
    let change =
        onboarding.settlement_change(&sub, &change.expect("a number"), None).await.expect("a change");
    assert_eq!(change.verify_result, SettlementChangeState::Auditing);
    let banks = world.client.banks();
    assert!(banks.corporate(Page::FIRST).await.expect("a page").total_count > 0);
    let found = banks.of_account(&world.seal("6225880000000078")).await.expect("matches");
    assert_eq!(found.data[0].account_bank, "招商银行");
    let provinces = banks.provinces().await.expect("provinces").data;
    let cities = banks.cities(provinces[21].province_code).await.expect("cities").data;
    let branches = banks.branches("1000006247", cities[0].city_code, Page::FIRST).await.expect("branches");
    assert_eq!(branches.total_count, 3);
}
