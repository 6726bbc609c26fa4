//! The cashier opened with signatures of v2 (v2.md §2.6).

use http::Request;

use super::client::{Form, sign};
use crate::world::World;

/// Opens the cashier of a mini program and tells whether a sheet is shown.
async fn opens(world: &World, prepay_id: &str, sign_type: &str, change: Option<(&str, &str)>) -> bool {
    let appid = world.env.merchants[0].apps[0].appid.to_string();
    let package = format!("prepay_id={prepay_id}");
    let stamp = world.base.now().seconds().to_string();
    let signed: Vec<(String, String)> = [
        ("appId", &*appid),
        ("timeStamp", &stamp),
        ("nonceStr", "5K8264ILTKCH16CQ2502SI8ZNMTM67VS"),
        ("package", &package),
        ("signType", sign_type),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .collect();
    let pay_sign = sign(&signed, &world.env.merchants[0].apiv2_key, sign_type == "HMAC-SHA256");
    let mut query: Vec<(String, String)> =
        signed.into_iter().map(|(name, value)| (name.replace("appId", "appid"), value)).collect();
    query.push(("paySign".into(), pay_sign));
    if let Some((name, value)) = change {
        query.retain(|(known, _)| known != name);
        query.push((name.into(), value.into()));
    }
    shows(world, &query).await
}

async fn shows(world: &World, query: &[(String, String)]) -> bool {
    let encoded = |text: &str| -> String { text.bytes().map(|byte| format!("%{byte:02X}")).collect() };
    let query: Vec<String> = query.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    let told =
        world.raw(Request::get(format!("/cashier?{}", query.join("&"))).body("".into()).unwrap()).await;
    String::from_utf8(told.body.to_vec()).unwrap().contains("data-session")
}

#[tokio::test(start_paused = true)]
async fn an_order_opens_with_the_sign_type_it_was_placed_with() {
    let world = World::new();
    let md5 = world.ordered_v2("V20260301A").await.get("prepay_id").to_owned();
    assert!(opens(&world, &md5, "MD5", None).await);
    assert!(!opens(&world, &md5, "HMAC-SHA256", None).await);
    let hmac = Form::order(&world, "V20260301B").hmac().send(&world).await.get("prepay_id").to_owned();
    assert!(opens(&world, &hmac, "HMAC-SHA256", None).await);
    assert!(!opens(&world, &hmac, "MD5", None).await);
}

#[tokio::test(start_paused = true)]
async fn any_sign_type_opens_by_switch() {
    let world = World::with(|settings| settings.switches.v2_invoke_sign_type_checked = false);
    let md5 = world.ordered_v2("V20260301A").await.get("prepay_id").to_owned();
    assert!(opens(&world, &md5, "HMAC-SHA256", None).await);
}

#[tokio::test(start_paused = true)]
async fn an_order_of_v3_opens_with_a_signature_of_v2() {
    let world = World::new();
    let prepay_id = world.created("T20260301A").await;
    assert!(opens(&world, &prepay_id, "MD5", None).await);
}

#[tokio::test(start_paused = true)]
async fn what_was_not_signed_does_not_open() {
    let world = World::new();
    let prepay_id = world.ordered_v2("V20260301A").await.get("prepay_id").to_owned();
    for change in [
        ("paySign", "22D9B4E54AB1950F51E0649E8810ACD6"),
        ("nonceStr", "another"),
        ("signType", "SHA1"),
        ("timeStamp", "1490840662"),
    ] {
        assert!(!opens(&world, &prepay_id, "MD5", Some(change)).await, "{change:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_app_signs_in_lower_case_names() {
    let world = World::new();
    let form = Form::order(&world, "V20260301A").with("trade_type", "APP").without("openid");
    let prepay_id = form.send(&world).await.get("prepay_id").to_owned();
    let merchant = &world.env.merchants[0];
    let stamp = world.base.now().seconds().to_string();
    let fields: Vec<(String, String)> = [
        ("appid", merchant.apps[0].appid.as_str()),
        ("noncestr", "5K8264ILTKCH16CQ2502SI8ZNMTM67VS"),
        ("package", "Sign=WXPay"),
        ("partnerid", merchant.mchid.as_str()),
        ("prepayid", &prepay_id),
        ("timestamp", &stamp),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .collect();
    let right = sign(&fields, &merchant.apiv2_key, false);
    for (sign, opens) in [(right, true), ("0".repeat(32), false)] {
        let mut query: Vec<(String, String)> = fields
            .iter()
            .map(|(name, value)| {
                let spelled = match name.as_str() {
                    "noncestr" => "nonceStr",
                    "partnerid" => "partnerId",
                    "prepayid" => "prepayId",
                    "timestamp" => "timeStamp",
                    other => other,
                };
                (spelled.to_owned(), value.clone())
            })
            .collect();
        query.push(("scene".into(), "app".into()));
        query.push(("sign".into(), sign));
        assert_eq!(shows(&world, &query).await, opens);
    }
}
