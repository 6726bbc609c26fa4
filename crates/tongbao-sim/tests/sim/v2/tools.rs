//! Short addresses and reports (v2.md §3.10, §3.11).

use super::client::Form;
use crate::world::World;

const REPORT: &str = "/payitil/report";

#[tokio::test(start_paused = true)]
async fn a_long_address_becomes_a_short_one() {
    let world = World::new();
    let long = "weixin://wxpay/bizpayurl?sign=S&appid=A&mch_id=M&product_id=P&time_stamp=T&nonce_str=N";
    let said = Form::new(&world, "/tools/shorturl").with("long_url", long).send(&world).await;
    assert!(said.succeeded().get("short_url").starts_with("weixin://wxpay/s/"));
    // Signed raw, sent URL-encoded.
    let raw = Form::new(&world, "/tools/shorturl").with("long_url", long);
    let encoded = long.replace(':', "%3A").replace('/', "%2F").replace('&', "%26").replace('?', "%3f");
    let body = raw.document().replace(&long.replace('&', "&amp;"), &encoded).replace(long, &encoded);
    assert!(body.contains("%2F%2Fwxpay"), "{body}");
    let said = raw.send_body(&world, body.clone()).await;
    assert!(said.succeeded().get("short_url").starts_with("weixin://wxpay/s/"));
    raw.send_body(&world, body.replace("product_id", "produkt_id")).await.unsigned("签名错误");
    let other = Form::new(&world, "/tools/shorturl").with("long_url", "https://example.com");
    other.send(&world).await.failed("PARAM_ERROR", "long_url参数格式错误");
}

#[tokio::test(start_paused = true)]
async fn reports_of_both_shapes_are_taken_and_the_answer_is_unsigned() {
    let world = World::new();
    let base = Form::new(&world, REPORT)
        .with("interface_url", "https://api.mch.weixin.qq.com/pay/unifiedorder")
        .with("user_ip", "8.8.8.8");
    let classic = base
        .clone()
        .with("execute_time_", "1000")
        .with("return_code", "SUCCESS")
        .with("result_code", "SUCCESS");
    let trades =
        r#"[{"out_trade_no":"1","begin_time":"20160602203256","end_time":"20160602203257","state":"OK"}]"#;
    let batch = base.clone().with("trades", trades);
    for form in [classic, batch] {
        let said = form.send(&world).await;
        assert_eq!(said.names(), ["return_code", "return_msg", "result_code"], "{}", said.text());
    }
    base.clone().with("trades", "{}").send(&world).await.unsigned("trades参数格式错误");
    base.send(&world).await.unsigned("缺少参数execute_time");
}
