//! Every scene between the SDK and the simulator: what one writes, the other reads, verified and strictly typed.

use std::sync::Arc;
use std::time::Duration;

use tongbao_sdk::combine::{self, CombineNumbers, CombinePayer, CombineTerms, SubOrder, SubOrderNumbers};
use tongbao_sdk::partner::{self, Parties, Payer};
use tongbao_sdk::{
    AbnormalRefundRequest, AbnormalRefundTo, AppPrepay, Client, CodePay, CodePayOutcome, CodePayScene,
    CodePayStore, H5Prepay, H5SceneInfo, H5Type, NativePrepay, OrderTerms, RefundRequest, RefundedPayment,
};
use tongbao_wire::{
    Appid, ErrorCode, Fen, Mchid, Openid, OutRefundNo, OutTradeNo, RefundChannel, RefundStatus, TradeState,
    TradeType,
};

use crate::world::{Plan, World};

const NOTIFY: &str = "http://127.0.0.1:8080/notify/main/v3";

fn world() -> (Arc<World>, Client) {
    let world = World::new(Plan { real_crypto: true, ..Plan::default() });
    let client = world.client_of(0);
    (world, client)
}

fn number(text: &str) -> OutTradeNo {
    OutTradeNo::parse(text).expect("a number")
}

fn terms(text: &str) -> OrderTerms {
    OrderTerms::new(number(text), "龙井一盒", Fen::new(100))
}

/// The mchid and first appid of a merchant.
fn merchant(world: &World, index: usize) -> (Mchid, Appid) {
    let env = world.sim.env();
    let merchant = &env.merchants[index];
    (merchant.mchid.clone(), merchant.apps[0].appid.clone())
}

fn openid(world: &World, index: usize) -> Openid {
    world.sim.env().merchants[index].apps[0].openids[0].1.clone()
}

fn shop_scene() -> CodePayScene {
    CodePayScene::new(CodePayStore { id: Some("0001".into()), out_id: None })
}

#[tokio::test(start_paused = true)]
async fn orders_of_apps_browsers_and_qr_codes_are_created_and_paid() {
    let (world, client) = world();
    let appid = world.appid();
    let app = AppPrepay::new(appid.clone(), terms("T20260301A"), NOTIFY);
    client.app_prepay(&app).await.expect("a prepay_id");
    let scene = H5SceneInfo::new("203.0.113.7", H5Type::Wap);
    let h5 = H5Prepay::new(appid.clone(), terms("T20260301B"), scene, NOTIFY);
    let url = client.h5_prepay(&h5).await.expect("an address").h5_url;
    assert!(url.contains("/cgi-bin/mmpayweb-bin/checkmweb?prepay_id="), "{url}");
    let native = NativePrepay::new(appid, terms("T20260301C"), NOTIFY);
    let code_url = client.native_prepay(&native).await.expect("a code").code_url;
    assert!(world.sim.scan(&code_url, Some("payer-2")).is_ok());
    for (text, trade_type) in
        [("T20260301A", TradeType::App), ("T20260301B", TradeType::Mweb), ("T20260301C", TradeType::Native)]
    {
        world.sim.pay(&number(text), None).await.expect("paid");
        let told = client.query_by_out_trade_no(&number(text)).await.expect("told");
        assert_eq!((told.trade_state, told.trade_type), (TradeState::Success, Some(trade_type)));
    }
}

#[tokio::test(start_paused = true)]
async fn a_payment_code_is_charged_asked_for_and_taken_back() {
    let (world, client) = world();
    let appid = world.appid();
    let code = world.sim.payment_code(None).expect("a code");
    let order = CodePay::new(appid.clone(), terms("T20260301A"), code, shop_scene());
    let CodePayOutcome::Paid(paid) = client.code_pay(&order).await.expect("an answer") else {
        panic!("a small amount is paid at once");
    };
    assert_eq!(paid.trade_type, Some(TradeType::Micropay));
    let reversed = client.reverse(&appid, &number("T20260301A")).await.expect("taken back");
    assert_eq!(reversed.out_trade_no, number("T20260301A"));
    let told = client.query_by_out_trade_no(&number("T20260301A")).await.expect("told");
    assert_eq!(told.trade_state, TradeState::Revoked);

    let code = world.sim.payment_code_with_password(None).expect("a code");
    let order = CodePay::new(appid, terms("T20260301B"), code, shop_scene());
    let paying = client.code_pay(&order).await.expect("an answer");
    assert!(matches!(paying, CodePayOutcome::Paying));
    world.sim.type_password(None, &number("T20260301B"), "123456").expect("typed");
    let told = client.query_by_out_trade_no(&number("T20260301B")).await.expect("told");
    assert_eq!(told.trade_state, TradeState::Success);
}

#[tokio::test(start_paused = true)]
async fn a_used_code_is_refused_by_its_name() {
    let (world, client) = world();
    let code = world.sim.payment_code(None).expect("a code");
    let charge = |text| CodePay::new(world.appid(), terms(text), code.clone(), shop_scene());
    client.code_pay(&charge("T20260301A")).await.expect("paid");
    let refused = client.code_pay(&charge("T20260301B")).await.expect_err("used");
    assert_eq!(refused.refusal(), Some(&ErrorCode::AuthCodeInvalid));
}

#[tokio::test(start_paused = true)]
async fn a_provider_orders_queries_refunds_and_closes_for_its_sub_merchant() {
    let (world, _) = world();
    let client = world.client_of(1);
    let ((_, sp_appid), (sub_mchid, sub_appid)) = (merchant(&world, 1), merchant(&world, 2));
    let mut parties = Parties::new(sp_appid, sub_mchid.clone());
    parties.sub_appid = Some(sub_appid.clone());
    let payer = Payer::SubOpenid(openid(&world, 2));
    let prepay = partner::JsapiPrepay::new(parties.clone(), terms("T20260301A"), payer, NOTIFY);
    client.partner().jsapi_prepay(&prepay).await.expect("a prepay_id");
    world.sim.pay(&number("T20260301A"), None).await.expect("paid");
    let paid = client.partner().query_by_out_trade_no(&sub_mchid, &number("T20260301A")).await.expect("told");
    assert_eq!((&paid.sub_mchid, paid.trade_state), (&sub_mchid, TradeState::Success));
    assert_eq!(paid.payer.and_then(|payer| payer.sub_openid), Some(openid(&world, 2)));

    let refund_no = OutRefundNo::parse("R1").expect("a number");
    let payment = RefundedPayment::OutTradeNo(number("T20260301A"));
    let mut refund = RefundRequest::new(payment, refund_no.clone(), Fen::new(40), Fen::new(100));
    refund.sub_mchid = Some(sub_mchid.clone());
    client.refund(&refund).await.expect("accepted");
    world.wait(Duration::from_secs(3)).await;
    let told = client.query_sub_merchant_refund(&sub_mchid, &refund_no).await.expect("told");
    assert_eq!(told.status, RefundStatus::Success);

    let native = partner::NativePrepay::new(parties, terms("T20260301B"), NOTIFY);
    client.partner().native_prepay(&native).await.expect("a code");
    client.partner().close(&sub_mchid, &number("T20260301B")).await.expect("closed");
    let closed = client.partner().query_by_out_trade_no(&sub_mchid, &number("T20260301B")).await;
    assert_eq!(closed.expect("told").trade_state, TradeState::Closed);
}

#[tokio::test(start_paused = true)]
async fn a_combined_order_is_paid_as_a_whole_and_another_closed() {
    let (world, client) = world();
    let (mchid, appid) = merchant(&world, 0);
    let part = |text, fen| SubOrder::new(mchid.clone(), number(text), "龙井一盒", Fen::new(fen), "a");
    let whole = |text, parts| CombineTerms::new(appid.clone(), number(text), parts, NOTIFY);
    let parts = vec![part("S20260301A", 60), part("S20260301B", 40)];
    let payer = CombinePayer::new(openid(&world, 0));
    let prepay = combine::JsapiPrepay::new(whole("C20260301A", parts), payer);
    client.combine().jsapi_prepay(&prepay).await.expect("a prepay_id");
    world.sim.pay(&number("C20260301A"), None).await.expect("paid");
    let paid = client.combine().query(&number("C20260301A")).await.expect("told");
    assert!(paid.sub_orders.iter().all(|part| part.trade_state == TradeState::Success));
    assert_eq!(paid.combine_payer_info.map(|payer| payer.openid), Some(openid(&world, 0)));

    let parts = vec![part("S20260301C", 60), part("S20260301D", 40)];
    let native = combine::NativePrepay::new(whole("C20260301B", parts));
    client.combine().native_prepay(&native).await.expect("a code");
    let named = |text| SubOrderNumbers {
        mchid: mchid.clone(),
        out_trade_no: number(text),
        sub_mchid: None,
        sub_appid: None,
    };
    let numbers = CombineNumbers {
        combine_appid: appid.clone(),
        combine_out_trade_no: number("C20260301B"),
        sub_orders: vec![named("S20260301D"), named("S20260301C")],
    };
    client.combine().close(&numbers).await.expect("closed");
    let closed = client.combine().query(&number("C20260301B")).await.expect("told");
    assert!(closed.sub_orders.iter().all(|part| part.trade_state == TradeState::Closed));
}

#[tokio::test(start_paused = true)]
async fn an_abnormal_refund_goes_to_a_card_whose_number_is_sealed() {
    let (world, client) = world();
    let native = NativePrepay::new(world.appid(), terms("T20260301A"), NOTIFY);
    client.native_prepay(&native).await.expect("a code");
    world.sim.pay(&number("T20260301A"), None).await.expect("paid");
    let refund_no = OutRefundNo::parse("R1").expect("a number");
    let payment = RefundedPayment::OutTradeNo(number("T20260301A"));
    let request = RefundRequest::new(payment, refund_no.clone(), Fen::new(40), Fen::new(100));
    let refund_id = client.refund(&request).await.expect("accepted").refund_id;
    world.sim.set_payer_abnormal("payer-1", true);
    world.wait(Duration::from_secs(3)).await;
    assert_eq!(client.query_refund(&refund_no).await.expect("told").status, RefundStatus::Abnormal);
    let keys = world.platform_keys();
    let to = AbnormalRefundTo::UserBankCard {
        bank_type: "CMB_DEBIT".into(),
        bank_account: keys.seal("6214830000000403").expect("sealed"),
        real_name: keys.seal("张三").expect("sealed"),
    };
    let another = AbnormalRefundRequest::new(refund_no.clone(), to);
    let told = client.abnormal_refund(&refund_id, &another).await.expect("accepted");
    assert_eq!((told.status, told.channel), (RefundStatus::Processing, RefundChannel::OtherBankcard));
    world.wait(Duration::from_secs(3)).await;
    let told = client.query_refund(&refund_no).await.expect("told");
    assert_eq!(told.status, RefundStatus::Success);
    assert_eq!(told.user_received_account, "招商银行借记卡0403");
    assert!(world.sim.books().balanced());
}
