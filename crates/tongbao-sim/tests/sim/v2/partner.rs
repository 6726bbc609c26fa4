//! Service providers (v2.md §6).

use std::time::Duration;

use super::client::{Form, QUERY, REFUND_QUERY, Said, with_sub_merchant};
use crate::world::{Says, World, number};

const SUB: &str = "1900000109";
const SUB_APPID: &str = "wx8888888888888888";

fn world() -> World {
    World::with(with_sub_merchant)
}

fn order(world: &World, out_trade_no: &str) -> Form {
    Form::order(world, out_trade_no).with("sub_mch_id", SUB)
}

fn sub_openid(world: &World) -> String {
    world.env.merchants[1].apps[0].openids[0].1.to_string()
}

async fn query(world: &World, sub: &str) -> Said {
    Form::new(world, QUERY).with("sub_mch_id", sub).with("out_trade_no", "V20260301A").send(world).await
}

#[tokio::test(start_paused = true)]
async fn answers_and_notifications_repeat_the_sub_merchant_who_gets_the_money() {
    let world = world();
    world.mailbox.always(Says::Words(200, super::client::OK));
    let form = order(&world, "V20260301A").with("sub_appid", SUB_APPID).without("openid");
    let said = form.with("sub_openid", &sub_openid(&world)).send(&world).await;
    assert_eq!((said.succeeded().get("sub_mch_id"), said.get("sub_appid")), (SUB, SUB_APPID));
    world.sim.pay(&number("V20260301A"), None).await.unwrap();
    world.sim.advance(Duration::from_secs(1)).await;
    let told = super::client::read(std::str::from_utf8(world.mailbox.letter(0).body()).unwrap());
    let asked = query(&world, SUB).await;
    for fields in [&told, &asked.succeeded().fields] {
        let get = |name: &str| fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
        assert_eq!(get("sub_mch_id").as_deref(), Some(SUB));
        assert_eq!(get("openid"), Some(world.openid("payer-1")));
        assert_eq!(get("sub_openid"), Some(sub_openid(&world)));
        assert_eq!(get("sub_is_subscribe").as_deref(), Some("N"));
    }
    let books = world.sim.books();
    let sub = tongbao_wire::Mchid::parse(SUB).unwrap();
    assert_eq!((books.merchants[&sub].paid.get(), books.merchants[&world.mchid()].paid.get()), (100, 0));
}

#[tokio::test(start_paused = true)]
async fn a_provider_must_name_the_sub_merchant() {
    let world = world();
    let said = Form::order(&world, "V20260301A").send(&world).await;
    said.failed("LACK_PARAMS", "受理机构必须传入sub_mch_id");
}

#[tokio::test(start_paused = true)]
async fn a_provider_is_not_its_own_sub_merchant() {
    let world = world();
    let said =
        Form::order(&world, "V20260301A").with("sub_mch_id", world.mchid().as_str()).send(&world).await;
    said.failed("PARAM_ERROR", "子商户mchid不能与自身mchid相同");
}

#[tokio::test(start_paused = true)]
async fn an_unknown_sub_merchant_does_not_exist() {
    let world = world();
    let said = Form::order(&world, "V20260301A").with("sub_mch_id", "1900000999").send(&world).await;
    said.failed("MCHID_NOT_EXIST", "商户号mch_id或sub_mch_id不存在");
}

#[tokio::test(start_paused = true)]
async fn a_sub_merchant_of_nobody_has_no_relation() {
    let world = World::with(|settings| {
        with_sub_merchant(settings);
        settings.merchants[1].providers.clear();
    });
    order(&world, "V20260301A").send(&world).await.failed("NOAUTH", "受理关系不存在");
}

#[tokio::test(start_paused = true)]
async fn sub_appid_is_one_of_the_sub_merchants() {
    let world = world();
    let said = order(&world, "V20260301A").with("sub_appid", "wx0000000000000000").send(&world).await;
    said.failed("APPID_MCHID_NOT_MATCH", "sub_mch_id与sub_appid不匹配");
}

#[tokio::test(start_paused = true)]
async fn sub_openid_needs_its_appid_and_belongs_to_it() {
    let world = world();
    let form = order(&world, "V20260301A").without("openid").with("sub_openid", &sub_openid(&world));
    form.clone().send(&world).await.failed("LACK_PARAMS", "缺少参数sub_appid");
    let foreign = form.with("sub_appid", SUB_APPID).with("sub_openid", &world.openid("payer-1"));
    foreign.send(&world).await.failed("PARAM_ERROR", "sub_appid和sub_openid不匹配");
}

#[tokio::test(start_paused = true)]
async fn another_sub_merchants_order_does_not_match() {
    let world = World::with(|settings| {
        with_sub_merchant(settings);
        let mut other = settings.merchants[1].clone();
        other.mchid = tongbao_wire::Mchid::parse("1900000110").unwrap();
        other.apps[0].appid = tongbao_wire::Appid::parse("wx9999999999999999").unwrap();
        settings.merchants.push(other);
    });
    order(&world, "V20260301A").send(&world).await.succeeded();
    query(&world, "1900000110").await.failed("INVALID_REQUEST", "子商户号和订单信息不匹配");
    query(&world, SUB).await.succeeded();
}

#[tokio::test(start_paused = true)]
async fn a_provider_refunds_for_the_sub_merchant() {
    let world = world();
    order(&world, "V20260301A").send(&world).await.succeeded();
    world.sim.pay(&number("V20260301A"), None).await.unwrap();
    let refund = Form::refund(&world, "V20260301A", "R1", "40").with("sub_mch_id", SUB);
    assert_eq!(refund.send(&world).await.succeeded().get("sub_mch_id"), SUB);
    let asked = Form::new(&world, REFUND_QUERY).with("sub_mch_id", SUB).with("out_refund_no", "R1");
    assert_eq!(asked.send(&world).await.succeeded().get("refund_fee_0"), "40");
}
