//! Examples of combined orders.

use tongbao_sdk::combine::{
    AppPrepay, CombineNumbers, CombinePayer, CombineScene, CombineTerms, H5Prepay, H5Scene, JsapiPrepay,
    NativePrepay, SubOrder,
};
use tongbao_sdk::{Call, H5Type, LimitPay};
use tongbao_wire::{Appid, Fen, Mchid, Openid, OutTradeNo, Timestamp};

use super::payments::{NOTIFY_URL, appid};
use crate::fixtures::exchange;
use crate::scripted::{Scripted, client, signed};

fn number() -> OutTradeNo {
    OutTradeNo::parse("C20260301A").unwrap()
}

fn sub_order(name: &str, mchid: &str, fen: i64) -> SubOrder {
    let number = OutTradeNo::parse(&format!("S20260301{name}")).unwrap();
    let mchid = Mchid::parse(mchid).unwrap();
    SubOrder::new(mchid, number, "一壶龙井茶", Fen::new(fen), format!("门店{name}"))
}

/// Two merchants' orders.
fn direct() -> CombineTerms {
    let mut first = sub_order("A", "1900007291", 60);
    first.goods_tag = Some("WXG".into());
    first.detail = Some("龙井一壶".into());
    first.profit_sharing = Some(true);
    let orders = vec![first, sub_order("B", "1900000002", 40)];
    let mut terms = CombineTerms::new(appid(), number(), orders, NOTIFY_URL);
    let time = |text| Some(Timestamp::parse_rfc3339(text).unwrap());
    terms.time_start = time("2026-03-01T09:55:00+08:00");
    terms.time_expire = time("2026-03-01T10:30:00+08:00");
    terms.limit_pay = vec![LimitPay::NoDebit];
    terms
}

/// One order of a provider's sub-merchant.
fn provided() -> CombineTerms {
    let mut only = sub_order("A", "1900007291", 60);
    only.sub_mchid = Some(Mchid::parse("1900000109").unwrap());
    only.sub_appid = Some(Appid::parse("wx00000000000000bb").unwrap());
    only.profit_sharing = Some(true);
    only.subsidy_amount = Some(Fen::new(10));
    CombineTerms::new(appid(), number(), vec![only], NOTIFY_URL)
}

fn scene() -> CombineScene {
    let mut scene = CombineScene::new("14.23.150.211");
    scene.device_id = Some("POS1:1".into());
    scene
}

#[tokio::test]
async fn an_order_of_each_scene_sends_and_reads_its_example() {
    let address = |scene: &str| format!("/v3/combine-transactions/{scene}");
    let payer = CombinePayer::new(Openid::parse("oExample01").unwrap());
    let mut jsapi = JsapiPrepay::new(direct(), payer);
    jsapi.scene_info = Some(scene());
    exchange(Call::CombineJsapiPrepay, &address("jsapi"), async |client| {
        client.combine().jsapi_prepay(&jsapi).await
    })
    .await;
    exchange(Call::CombineAppPrepay, &address("app"), async |client| {
        client.combine().app_prepay(&AppPrepay::new(provided())).await
    })
    .await;
    let mut h5 = H5Prepay::new(provided(), H5Scene::new("14.23.150.211", H5Type::Wap));
    h5.scene_info.scene = scene();
    exchange(Call::CombineH5Prepay, &address("h5"), async |client| client.combine().h5_prepay(&h5).await)
        .await;
    let mut native = NativePrepay::new(provided());
    native.scene_info = Some(scene());
    exchange(Call::CombineNativePrepay, &address("native"), async |client| {
        client.combine().native_prepay(&native).await
    })
    .await;
}

#[tokio::test]
async fn asking_and_closing_send_and_read_their_examples() {
    let address = "/v3/combine-transactions/out-trade-no/C20260301A";
    exchange(Call::CombineQuery, address, async |client| client.combine().query(&number()).await).await;
    let address = "/v3/combine-transactions/out-trade-no/C20260301A/close";
    exchange(Call::CombineClose, address, async |client| {
        client.combine().close(&CombineNumbers::from(&direct())).await
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_combined_is_refused_by_name_before_sending() {
    let refused = async |mut terms: CombineTerms, change: fn(&mut CombineTerms)| {
        change(&mut terms);
        let outbound = Scripted::new(|_, _| signed(200, "{}"));
        let order = NativePrepay::new(terms);
        let error = client(outbound.clone()).combine().native_prepay(&order).await.unwrap_err();
        assert!(outbound.seen().is_empty());
        error.to_string()
    };
    let named = |error: String, member: &str| assert!(error.contains(member), "{member}: {error}");
    named(refused(direct(), |t| t.sub_orders.truncate(1)).await, "sub_orders");
    named(refused(provided(), |t| t.sub_orders.clear()).await, "sub_orders");
    named(
        refused(direct(), |t| {
            t.sub_orders = (0..11).map(|n| sub_order(&format!("{n:02}"), "1900007291", 1)).collect();
        })
        .await,
        "sub_orders",
    );
    named(
        refused(provided(), |t| {
            let one = t.sub_orders[0].clone();
            t.sub_orders = vec![one; 51];
        })
        .await,
        "sub_orders",
    );
    named(
        refused(direct(), |t| t.sub_orders[0].sub_mchid = Some(Mchid::parse("1900000109").unwrap())).await,
        "sub_orders",
    );
    named(
        refused(direct(), |t| t.sub_orders[1] = t.sub_orders[0].clone()).await,
        "sub_orders[1].out_trade_no",
    );
    named(refused(direct(), |t| t.sub_orders[1].attach.clear()).await, "sub_orders[1].attach");
    named(
        refused(direct(), |t| t.sub_orders[0].total_amount = Fen::new(1_000_000_001)).await,
        "sub_orders[0].amount.total_amount",
    );
    named(
        refused(provided(), |t| t.sub_orders[0].sub_mchid = Some(Mchid::parse("1900007291").unwrap())).await,
        "sub_orders[0].sub_mchid",
    );
    named(refused(direct(), |t| t.sub_orders[0].sub_appid = Some(appid())).await, "sub_orders[0].sub_appid");
    named(
        refused(provided(), |t| t.sub_orders[0].subsidy_amount = Some(Fen::new(500_001))).await,
        "sub_orders[0].settle_info.subsidy_amount",
    );
    named(refused(direct(), |t| t.limit_pay = vec![LimitPay::NoCredit]).await, "limit_pay");
    named(refused(direct(), |t| t.notify_url = "/notify".into()).await, "notify_url");
    named(refused(direct(), |t| t.time_expire = t.time_start).await, "time_expire");
}
