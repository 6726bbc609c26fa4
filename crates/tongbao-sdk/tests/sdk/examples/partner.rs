//! Examples of a service provider's payments.

use tongbao_sdk::partner::{AppPrepay, CodePay, H5Prepay, JsapiPrepay, NativePrepay, Parties, Payer};
use tongbao_sdk::{Call, CodePayOutcome};
use tongbao_wire::{Appid, Fen, Mchid, Openid, PrepayId, TransactionId};

use super::payments::{NOTIFY_URL, appid, at_cashier, auth_code, code_scene, h5_scene, number, scene, terms};
use crate::fixtures::exchange;
use crate::scripted::{Scripted, client, signed};

fn sub_mchid() -> Mchid {
    Mchid::parse("1900000109").unwrap()
}

fn parties() -> Parties {
    let mut parties = Parties::new(appid(), sub_mchid());
    parties.sub_appid = Some(Appid::parse("wx00000000000000bb").unwrap());
    parties
}

fn openid() -> Openid {
    Openid::parse("oExample02").unwrap()
}

fn jsapi() -> JsapiPrepay {
    let mut prepay = JsapiPrepay::new(parties(), terms(), Payer::SubOpenid(openid()), NOTIFY_URL);
    at_cashier(&mut prepay.cashier);
    prepay.scene_info = Some(scene());
    prepay.order.profit_sharing = Some(true);
    prepay.subsidy_amount = Some(Fen::new(10));
    prepay
}

#[tokio::test]
async fn an_order_of_each_scene_sends_and_reads_its_example() {
    let address = |scene: &str| format!("/v3/pay/partner/transactions/{scene}");
    exchange(Call::PartnerJsapiPrepay, &address("jsapi"), async |client| {
        client.partner().jsapi_prepay(&jsapi()).await
    })
    .await;

    let mut app = AppPrepay::new(parties(), terms(), NOTIFY_URL);
    at_cashier(&mut app.cashier);
    app.scene_info = Some(scene());
    exchange(Call::PartnerAppPrepay, &address("app"), async |client| client.partner().app_prepay(&app).await)
        .await;

    let mut h5 = H5Prepay::new(parties(), terms(), h5_scene(), NOTIFY_URL);
    at_cashier(&mut h5.cashier);
    exchange(Call::PartnerH5Prepay, &address("h5"), async |client| client.partner().h5_prepay(&h5).await)
        .await;

    let mut native = NativePrepay::new(parties(), terms(), NOTIFY_URL);
    at_cashier(&mut native.cashier);
    native.scene_info = Some(scene());
    exchange(Call::PartnerNativePrepay, &address("native"), async |client| {
        client.partner().native_prepay(&native).await
    })
    .await;
}

#[tokio::test]
async fn a_payment_code_is_charged_and_reversed_as_its_examples_say() {
    let mut order = CodePay::new(parties(), terms(), auth_code(), code_scene());
    order.order.profit_sharing = Some(true);
    exchange(Call::PartnerCodePay, "/v3/pay/partner/transactions/codepay", async |client| {
        match client.partner().code_pay(&order).await? {
            CodePayOutcome::Paid(transaction) => Ok(transaction),
            other => panic!("paid, says the example, not {other:?}"),
        }
    })
    .await;
    let address = "/v3/pay/partner/transactions/out-trade-no/T20260301A/reverse";
    exchange(Call::PartnerReverse, address, async |client| {
        client.partner().reverse(&parties(), &number()).await
    })
    .await;
}

#[tokio::test]
async fn asking_and_closing_name_provider_and_sub_merchant() {
    let query = "sp_mchid=1900007291&sub_mchid=1900000109";
    let address = format!("/v3/pay/partner/transactions/out-trade-no/T20260301A?{query}");
    exchange(Call::PartnerQuery, &address, async |client| {
        client.partner().query_by_out_trade_no(&sub_mchid(), &number()).await
    })
    .await;
    let id = TransactionId::parse("4200000001202603010000000001").unwrap();
    let address = format!("/v3/pay/partner/transactions/id/{id}?{query}");
    exchange(Call::PartnerQueryById, &address, async |client| {
        client.partner().query_by_transaction_id(&sub_mchid(), &id).await
    })
    .await;
    let address = "/v3/pay/partner/transactions/out-trade-no/T20260301A/close";
    exchange(Call::PartnerClose, address, async |client| {
        client.partner().close(&sub_mchid(), &number()).await
    })
    .await;
}

#[tokio::test]
async fn the_rules_of_who_is_who_are_checked_before_sending() {
    let refused = async |change: fn(&mut JsapiPrepay)| {
        let outbound = Scripted::new(|_, _| signed(200, "{}"));
        let mut prepay = jsapi();
        change(&mut prepay);
        let error = client(outbound.clone()).partner().jsapi_prepay(&prepay).await.unwrap_err();
        assert!(outbound.seen().is_empty());
        error.to_string()
    };
    let named = |error: String, member: &str| assert!(error.contains(member), "{error}");
    named(refused(|p| p.parties.sub_mchid = Mchid::parse("1900007291").unwrap()).await, "sub_mchid");
    named(refused(|p| p.parties.sub_appid = Some(p.parties.sp_appid.clone())).await, "sub_appid");
    named(refused(|p| p.parties.sub_appid = None).await, "sub_appid");
    named(refused(|p| p.subsidy_amount = Some(Fen::ZERO)).await, "settle_info.subsidy_amount");
    named(refused(|p| p.subsidy_amount = Some(Fen::new(500_001))).await, "settle_info.subsidy_amount");
    let own = Mchid::parse("1900007291").unwrap();
    let asked = client(Scripted::new(|_, _| signed(200, "{}")));
    assert!(asked.partner().close(&own, &number()).await.is_err());
    assert!(asked.partner().query_by_out_trade_no(&own, &number()).await.is_err());
}

#[test]
fn the_app_of_a_sub_merchant_opens_with_the_sub_merchants_number() {
    let client = client(Scripted::new(|_, _| signed(200, "{}")));
    let prepay_id = PrepayId::parse("wx201410272009395522657a690389285100").unwrap();
    let app = Appid::parse("wx2421b1c4370ec43b").unwrap();
    let opened = client.partner().invoke_app(&app, &sub_mchid(), &prepay_id).unwrap();
    assert_eq!(opened.partner_id, sub_mchid());
    assert_eq!(opened.sign, client.invoke_app(&app, &prepay_id).unwrap().sign, "who it is, is not signed");
}
