//! Examples of transfers.

use tongbao_sdk::transfer::{
    AuthorizationInfo, AuthorizationRequest, AuthorizationScene, AuthorizedTransfer, AuthorizingTransfer,
    DeviceType, GivenAuthorization, SceneReport, TransferBill, TransferRequest, UserRecvStyle,
};
use tongbao_sdk::{Call, CallErrorKind, Client, Retry, Sealed};
use tongbao_wire::transfer::{TransferAuthorizationState, TransferFailReason, TransferReceiptState};
use tongbao_wire::{Appid, Fen, Mchid, Openid, OutAuthorizationNo, OutBillNo, TransferBillNo, TransferState};

use crate::fixtures::{exchange, text};
use crate::scripted::{Scripted, client, lost, refusal, signed};

const BILLS: &str = "/v3/fund-app/mch-transfer/transfer-bills";
const AUTHORIZATIONS: &str = "/v3/fund-app/mch-transfer/user-confirm-authorization";
const RECEIPTS: &str = "/v3/fund-app/mch-transfer/elecsign";
const BILL_NO: &str = "1330000071100999991182020050700019480001";

fn appid() -> Appid {
    Appid::parse("wxf636efh567hg4356").unwrap()
}

fn openid() -> Openid {
    Openid::parse("o-MYE42l80oelYMDE34nYD456Xoy").unwrap()
}

fn out_bill_no() -> OutBillNo {
    OutBillNo::parse("plfk2020042013").unwrap()
}

fn bill_no() -> TransferBillNo {
    TransferBillNo::parse(BILL_NO).unwrap()
}

fn authorization_no() -> OutAuthorizationNo {
    OutAuthorizationNo::parse("auth2020042013").unwrap()
}

fn bill() -> TransferBill {
    let reports =
        vec![SceneReport::new("活动名称", "注册会员有礼"), SceneReport::new("奖励说明", "抽中一等奖")];
    let amount = Fen::new(400_000);
    let mut bill = TransferBill::new(appid(), out_bill_no(), "1000", amount, "新会员奖励", reports);
    bill.user_name = Some(Sealed::kept("7132D72A", "c2VhbGVkLW5hbWU="));
    bill.notify_url = Some("https://pay.example.com/notify/transfer".into());
    bill.user_recv_perception = Some("现金奖励".into());
    bill
}

fn transfer() -> TransferRequest {
    let mut transfer = TransferRequest::new(bill(), openid());
    transfer.user_recv_style = Some(UserRecvStyle::ConfirmPage);
    transfer
}

fn info() -> AuthorizationInfo {
    let address = "https://pay.example.com/notify/authorization";
    AuthorizationInfo::new("wx_123456", authorization_no(), address)
}

#[tokio::test]
async fn a_transfer_sends_and_reads_its_example() {
    let make = async |client: Client| client.transfers().start(&transfer()).await;
    let started = exchange(Call::StartTransfer, BILLS, make).await;
    assert_eq!(started.state, TransferState::WaitUserConfirm);
}

#[tokio::test]
async fn a_transfer_that_asks_for_an_authorisation_sends_and_reads_its_example() {
    let mut request = AuthorizingTransfer::new(bill(), openid(), info());
    request.sponsor_mchid = Some(Mchid::parse("1900001109").unwrap());
    let address = format!("{BILLS}/pre-transfer-with-authorization");
    let make = async |client: Client| client.transfers().start_with_authorization(&request).await;
    let started = exchange(Call::StartTransferWithAuthorization, &address, make).await;
    assert_eq!(started.out_authorization_no, Some(authorization_no()));
}

#[tokio::test]
async fn a_transfer_under_an_authorisation_sends_and_reads_its_example() {
    let authorization = GivenAuthorization::OutAuthorizationNo(authorization_no());
    let mut request = AuthorizedTransfer::new(bill(), authorization);
    request.sponsor_mchid = Some(Mchid::parse("1900001109").unwrap());
    let address = format!("{BILLS}/transfer");
    let make = async |client: Client| client.transfers().under_authorization(&request).await;
    let transfer = exchange(Call::TransferUnderAuthorization, &address, make).await;
    assert!(!transfer.state.is_final());
}

#[tokio::test]
async fn a_transfer_is_looked_up_by_either_number() {
    let address = format!("{BILLS}/out-bill-no/plfk2020042013");
    let make = async |client: Client| client.transfers().query(&out_bill_no()).await;
    let failed = exchange(Call::QueryTransfer, &address, make).await;
    assert_eq!(failed.fail_reason, Some(TransferFailReason::OverdueClose));
    assert!(failed.state.allows_new_number());

    let address = format!("{BILLS}/transfer-bill-no/{BILL_NO}");
    let make = async |client: Client| client.transfers().query_by_bill_no(&bill_no()).await;
    let arrived = exchange(Call::QueryTransferByBillNo, &address, make).await;
    assert!(arrived.state.is_final() && !arrived.state.allows_new_number());
}

#[tokio::test]
async fn cancelling_is_only_accepted() {
    let address = format!("{BILLS}/out-bill-no/plfk2020042013/cancel");
    let make = async |client: Client| client.transfers().cancel(&out_bill_no()).await;
    let cancellation = exchange(Call::CancelTransfer, &address, make).await;
    assert!(!cancellation.state.is_final());
}

#[tokio::test]
async fn an_authorisation_is_asked_for_looked_up_shown_and_closed() {
    let mut request = AuthorizationRequest::new(appid(), openid(), "1000", info());
    request.user_recv_perception = Some("现金奖励".into());
    request.scene_info = Some(AuthorizationScene {
        client_ip: Some("113.84.136.9".into()),
        device_id: Some("8d67f169fe104008cd20b72573a0c8c9".into()),
        device_type: Some(DeviceType::Harmony),
    });
    let make = async |client: Client| client.transfers().request_authorization(&request).await;
    let asked = exchange(Call::RequestTransferAuthorization, AUTHORIZATIONS, make).await;
    assert_eq!(asked.state, TransferAuthorizationState::WaitUserConfirm);

    let address = format!("{AUTHORIZATIONS}/out-authorization-no/auth2020042013");
    let make = async |client: Client| client.transfers().query_authorization(&authorization_no()).await;
    let found = exchange(Call::QueryTransferAuthorization, &address, make).await;
    assert_eq!(found.state, TransferAuthorizationState::TakingEffect);

    let shown = format!("{address}?is_display_authorization=true");
    let make = async |client: Client| client.transfers().show_authorization(&authorization_no()).await;
    exchange(Call::QueryTransferAuthorization, &shown, make).await;

    let close = format!("{address}/close");
    let make = async |client: Client| client.transfers().close_authorization(&authorization_no()).await;
    let closed = exchange(Call::CloseTransferAuthorization, &close, make).await;
    assert_eq!(closed.close_info.unwrap().close_reason, "CLOSE_VIA_MCH_API");
}

#[tokio::test]
async fn a_receipt_is_asked_for_and_looked_up_by_either_number() {
    let address = format!("{RECEIPTS}/out-bill-no");
    let make = async |client: Client| client.transfers().request_receipt(&out_bill_no()).await;
    let asked = exchange(Call::RequestTransferReceipt, &address, make).await;
    assert_eq!(asked.state, TransferReceiptState::Generating);

    let address = format!("{RECEIPTS}/out-bill-no/plfk2020042013");
    let make = async |client: Client| client.transfers().query_receipt(&out_bill_no()).await;
    let made = exchange(Call::QueryTransferReceipt, &address, make).await;
    assert_eq!(made.state, TransferReceiptState::Finished);

    let address = format!("{RECEIPTS}/transfer-bill-no");
    let make = async |client: Client| client.transfers().request_receipt_by_bill_no(&bill_no()).await;
    exchange(Call::RequestTransferReceiptByBillNo, &address, make).await;

    let address = format!("{RECEIPTS}/transfer-bill-no/{BILL_NO}");
    let make = async |client: Client| client.transfers().query_receipt_by_bill_no(&bill_no()).await;
    let failed = exchange(Call::QueryTransferReceiptByBillNo, &address, make).await;
    assert_eq!(failed.state, TransferReceiptState::Failed);
}

#[tokio::test]
async fn the_key_that_sealed_the_name_is_announced() {
    let answer = text("v3", "start_transfer.answer.json").unwrap();
    let outbound = Scripted::new(move |_, _| signed(200, &answer));
    client(outbound.clone()).transfers().start(&transfer()).await.unwrap();
    assert_eq!(outbound.seen()[0].headers()["Wechatpay-Serial"], "7132D72A");
}

#[tokio::test]
async fn a_transfer_in_doubt_is_never_repeated_by_itself_and_wants_a_query() {
    for reply in [lost, || refusal(500, "SYSTEM_ERROR"), || refusal(429, "FREQUENCY_LIMIT_EXCEED")] {
        let outbound = Scripted::new(move |_, _| reply());
        let error = client(outbound.clone()).transfers().start(&transfer()).await.unwrap_err();
        assert!(error.outcome_unknown(), "{error}");
        assert_eq!(error.retry(), Retry::AfterQuery);
        assert_eq!(outbound.seen().len(), 1);
    }
}

#[tokio::test]
async fn a_transfer_that_would_be_refused_is_not_sent() {
    let outbound = Scripted::new(|_, _| signed(500, ""));
    let mut transfer = transfer();
    transfer.bill.user_name = None;
    let error = client(outbound.clone()).transfers().start(&transfer).await.unwrap_err();
    let CallErrorKind::Unsendable(fault) = &error.kind else { panic!("{error}") };
    assert_eq!(fault.member, "user_name");
    assert!(outbound.seen().is_empty());
}

#[test]
fn the_front_end_opens_the_page_with_three_members() {
    let client = client(Scripted::new(|_, _| signed(500, "")));
    let page = client.transfers().confirmation(&appid(), "affffddafdfafddffda==");
    let expected = serde_json::json!({
        "mchId": "1900007291", "appId": "wxf636efh567hg4356", "package": "affffddafdfafddffda==",
    });
    assert_eq!(serde_json::to_value(&page).unwrap(), expected);
}
