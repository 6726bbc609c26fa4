//! One test per row of v2.md §1.9 and §1.5: the platform's order of checks.

use axum::body::Body;
use tongbao_sim::FaultLayer;

use super::client::{CLOSE, Form, MICROPAY, QUERY, REFUND, REVERSE, UNIFIED, with_sub_merchant};
use crate::world::World;

#[tokio::test(start_paused = true)]
async fn step_1_anything_but_post_is_refused() {
    let world = World::new();
    for method in ["GET", "PUT", "DELETE"] {
        for path in [UNIFIED, QUERY, REFUND] {
            let mut form = Form::new(&world, path);
            form.method = method;
            form.send(&world).await.unsigned("请使用post方法");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn step_2_an_empty_body_is_refused() {
    let world = World::new();
    Form::new(&world, UNIFIED).send_body(&world, "").await.unsigned("post数据为空");
}

#[tokio::test(start_paused = true)]
async fn step_3_other_encodings_are_refused() {
    let world = World::new();
    let form = Form::order(&world, "V20260301A");
    let gbk = [b"<xml><body>".as_slice(), &[0xD6, 0xD0], b"</body></xml>"].concat();
    form.send_body(&world, Body::from(gbk)).await.unsigned("编码格式错误");
    let declared = format!("<?xml version=\"1.0\" encoding=\"GBK\"?>{}", form.document());
    form.send_body(&world, declared).await.unsigned("编码格式错误");
    form.send_body(&world, format!("\u{feff}{}", form.document())).await.unsigned("编码格式错误");
}

#[tokio::test(start_paused = true)]
async fn step_4_what_is_not_flat_xml_is_refused() {
    let world = World::new();
    let form = Form::order(&world, "V20260301A");
    for body in [
        "{\"appid\":\"wx\"}".to_owned(),
        "appid=wx&mch_id=1".to_owned(),
        "<xml>".to_owned(),
        "<xml><a><b>1</b></a></xml>".to_owned(),
        form.document().replace("</xml>", ""),
        form.document().replace("<xml>", "<xml><body>again</body>"),
    ] {
        form.send_body(&world, body).await.unsigned("XML格式错误");
    }
}

#[tokio::test(start_paused = true)]
async fn step_4_of_another_outermost_element_nothing_counts() {
    let world = World::new();
    let form = Form::order(&world, "V20260301A");
    let body = form.document().replace("<xml>", "<root>").replace("</xml>", "</root>");
    form.send_body(&world, body).await.unsigned("mch_id参数格式错误");
}

#[tokio::test(start_paused = true)]
async fn step_4_a_document_type_is_refused_whatever_it_says() {
    let world = World::new();
    let form = Form::order(&world, "V20260301A");
    for doctype in [
        "<!DOCTYPE xml [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>",
        "<!DOCTYPE xml SYSTEM \"http://127.0.0.1:1/x.dtd\">",
        "<!DOCTYPE xml [<!ENTITY a \"lol\"><!ENTITY b \"&a;&a;&a;&a;\">]>",
    ] {
        let body = format!("{doctype}{}", form.document().replace("QQ会员充值", "&x;"));
        form.send_body(&world, body).await.unsigned("XML格式错误");
    }
}

#[tokio::test(start_paused = true)]
async fn step_5_an_absent_malformed_or_unknown_mch_id_is_refused_before_the_signature() {
    let world = World::new();
    let form = Form::order(&world, "V20260301A");
    form.clone().without("mch_id").send(&world).await.unsigned("mch_id参数格式错误");
    form.clone().with("mch_id", "商户").send(&world).await.unsigned("mch_id参数格式错误");
    form.with("mch_id", "1999999999").send(&world).await.unsigned("商户号mch_id或sub_mch_id不存在");
}

#[tokio::test(start_paused = true)]
async fn step_6_a_missing_or_wrong_sign_is_refused_unsigned() {
    let world = World::new();
    let right = Form::order(&world, "V20260301A");
    for sign in ["", "C380BEC2BFD727A4B6845133519F3AD6", "0"] {
        let mut form = right.clone();
        form.sign = Some(sign.into());
        form.send(&world).await.unsigned("签名错误");
    }
    let mut other_key = right.clone();
    other_key.key = "0".repeat(32);
    other_key.send(&world).await.unsigned("签名错误");
    right.with("sign_type", "RSA").send(&world).await.unsigned("签名错误");
}

#[tokio::test(start_paused = true)]
async fn step_6_the_digest_must_be_of_the_sign_type_that_is_said() {
    let world = World::new();
    let md5 = Form::order(&world, "V20260301A");
    let mut mixed = md5.clone().hmac();
    mixed.sign = Some(super::client::sign(&mixed.fields, &mixed.key, false));
    mixed.send(&world).await.unsigned("签名错误");
    let mut mixed = md5;
    mixed.sign = Some(super::client::sign(&mixed.fields, &mixed.key, true));
    mixed.send(&world).await.unsigned("签名错误");
}

#[tokio::test(start_paused = true)]
async fn step_6_a_lower_case_sign_is_refused_unless_the_switch_lets_it_pass() {
    for lenient in [false, true] {
        let world = World::with(|settings| settings.switches.v2_sign_case_ignored = lenient);
        let mut form = Form::order(&world, "V20260301A");
        form.sign = Some(super::client::sign(&form.fields, &form.key, false).to_lowercase());
        let said = form.send(&world).await;
        assert_eq!(said.get("return_code") == "SUCCESS", lenient, "{}", said.text());
    }
}

#[tokio::test(start_paused = true)]
async fn step_6_empty_values_are_not_signed() {
    let world = World::new();
    Form::order(&world, "V20260301A").with("goods_tag", "").send(&world).await.succeeded();
}

#[tokio::test(start_paused = true)]
async fn step_7_calls_that_move_money_back_need_the_certificate_where_one_can_be_shown() {
    let world = World::with(|settings| settings.switches.certificate_needed_on_plain_http = true);
    for path in [REFUND, "/secapi/pay/refundv2", REVERSE, "/pay/downloadfundflow"] {
        let said = Form::new(&world, path).hmac().send(&world).await;
        assert_eq!(said.told.status, 400, "{path}");
        assert!(said.text().contains("400 No required SSL certificate was sent"), "{}", said.text());
        assert_eq!(said.told.header("content-type"), "text/html");
    }
    for path in [UNIFIED, QUERY, CLOSE, MICROPAY, "/pay/downloadbill", "/pay/refundquery"] {
        assert_eq!(Form::new(&world, path).send(&world).await.told.status, 200, "{path}");
    }
}

#[tokio::test(start_paused = true)]
async fn step_7_the_certificate_comes_after_the_signature() {
    let world = World::with(|settings| settings.switches.certificate_needed_on_plain_http = true);
    let mut form = Form::new(&world, REFUND);
    form.sign = Some("0".repeat(32));
    form.send(&world).await.unsigned("签名错误");
}

#[tokio::test(start_paused = true)]
async fn step_8_an_unknown_appid_does_not_exist() {
    let world = World::new();
    for form in [
        Form::order(&world, "V20260301A").without("appid"),
        Form::order(&world, "V20260301A").with("appid", "wx0000000000000000"),
        Form::new(&world, QUERY).with("appid", "wx0000000000000000"),
    ] {
        form.send(&world).await.failed("APPID_NOT_EXIST", "appid不存在");
    }
}

#[tokio::test(start_paused = true)]
async fn step_8_another_merchants_appid_does_not_match() {
    let world = World::with(with_sub_merchant);
    let form = Form::order(&world, "V20260301A").with("appid", "wx8888888888888888");
    form.send(&world).await.failed("APPID_MCHID_NOT_MATCH", "appid和mch_id不匹配");
}

#[tokio::test(start_paused = true)]
async fn step_8_faults_of_configuration_are_told_in_the_other_layer_by_switch() {
    let world = World::with(|settings| settings.switches.v2_faults = FaultLayer::ReturnMsg);
    Form::order(&world, "V20260301A").without("appid").send(&world).await.unsigned("appid不存在");
    Form::order(&world, "V20260301A").without("body").send(&world).await.unsigned("缺少参数body");
    world.query_v2("V20260301A").await.failed("ORDERNOTEXIST", "订单不存在");
}

#[tokio::test(start_paused = true)]
async fn step_9_products_nobody_has_are_refused_after_the_signature() {
    let world = World::new();
    for path in [
        "/pay/combinedorder",
        "/secapi/pay/profitsharing",
        "/papay/deletecontract",
        "/deposit/micropay",
        "/mmpaymkttransfers/sendredpack",
        "/cgi-bin/mch/customs/customdeclareorder",
        "/billcommentsp/batchquerycomment",
        "/risk/getpublickey",
    ] {
        let form = Form::new(&world, path).hmac();
        form.send(&world).await.failed("NOAUTH", "商户无此接口权限");
        let mut unsigned = form;
        unsigned.sign = Some("0".into());
        unsigned.send(&world).await.unsigned("签名错误");
    }
    // These say it in their own words.
    let mut form = Form::new(&world, "/mmpaymkttransfers/promotion/transfers");
    for (name, _) in &mut form.fields {
        match name.as_str() {
            "appid" => *name = "mch_appid".into(),
            "mch_id" => *name = "mchid".into(),
            _ => {}
        }
    }
    form.send(&world).await.failed("NOAUTH", "商户无此接口权限");
    form.path = "/pay/facepay".into();
    form.send(&world).await.unsigned("mch_id参数格式错误");
}

#[tokio::test(start_paused = true)]
async fn step_9_paying_under_a_named_identity_is_a_permission_nobody_has() {
    let world = World::new();
    let form = Form::order(&world, "V20260301A").with("user_type", "IDCARD");
    form.send(&world).await.failed("NOAUTH", "商户号该产品权限未开通");
}

#[tokio::test(start_paused = true)]
async fn step_10_what_is_missing_is_told_before_what_is_malformed() {
    let world = World::new();
    let order = Form::order(&world, "V20260301A").with("total_fee", "1.5");
    for name in ["nonce_str", "body", "out_trade_no", "spbill_create_ip", "notify_url", "trade_type"] {
        let said = order.clone().without(name).send(&world).await;
        said.failed("LACK_PARAMS", &format!("缺少参数{name}"));
    }
    order.send(&world).await.failed("PARAM_ERROR", "total_fee参数格式错误");
}

#[tokio::test(start_paused = true)]
async fn step_10_every_call_names_what_it_lacks() {
    let world = World::new();
    for (path, name) in [
        (QUERY, "out_trade_no"),
        (CLOSE, "out_trade_no"),
        (REFUND, "out_refund_no"),
        ("/pay/refundquery", "out_trade_no"),
        (MICROPAY, "body"),
        (REVERSE, "out_trade_no"),
        ("/tools/authcodetoopenid", "auth_code"),
        ("/tools/shorturl", "long_url"),
    ] {
        let said = Form::new(&world, path).send(&world).await;
        said.failed("LACK_PARAMS", &format!("缺少参数{name}"));
    }
}

#[tokio::test(start_paused = true)]
async fn step_11_values_have_their_forms() {
    let world = World::new();
    let long = |length: usize| "长".repeat(length);
    for (name, value, malformed) in [
        ("body", long(128), "body参数长度有误"),
        ("attach", long(128), "attach参数长度有误"),
        ("device_info", long(33), "device_info参数长度有误"),
        ("out_trade_no", "12345".into(), "out_trade_no参数格式错误"),
        ("out_trade_no", "订单号订单号".into(), "out_trade_no参数格式错误"),
        ("total_fee", "0".into(), "total_fee参数格式错误"),
        ("total_fee", "-1".into(), "total_fee参数格式错误"),
        ("total_fee", "1.00".into(), "total_fee参数格式错误"),
        ("fee_type", "USD".into(), "fee_type参数格式错误"),
        ("spbill_create_ip", "localhost".into(), "spbill_create_ip参数格式错误"),
        ("time_start", "2026-03-01 10:00:00".into(), "time_start参数格式错误"),
        ("time_expire", "20260230100000".into(), "time_expire参数格式错误"),
        ("notify_url", "/notify".into(), "notify_url参数格式错误"),
        ("notify_url", "https://example.com/n?a=1".into(), "notify_url参数格式错误"),
        ("trade_type", "MICROPAY".into(), "trade_type参数格式错误"),
        ("trade_type", "jsapi".into(), "trade_type参数格式错误"),
        ("limit_pay", "no_debit".into(), "limit_pay参数格式错误"),
        ("receipt", "yes".into(), "receipt参数格式错误"),
        ("profit_sharing", "y".into(), "profit_sharing参数格式错误"),
        ("version", "2.0".into(), "version参数格式错误"),
        ("detail", "[]".into(), "detail参数格式错误"),
        ("scene_info", "shop".into(), "scene_info参数格式错误"),
        ("nonce_str", "n".repeat(33), "nonce_str参数长度有误"),
    ] {
        let said = Form::order(&world, "V20260301A").with(name, &value).send(&world).await;
        said.failed("PARAM_ERROR", malformed);
    }
}

#[tokio::test(start_paused = true)]
async fn step_11_what_only_just_has_its_form_is_taken() {
    let world = World::new();
    for (at, (name, value)) in [
        ("body", "长".repeat(127)),
        ("spbill_create_ip", "2001:db8::1".into()),
        ("total_fee", "1".into()),
        ("limit_pay", "no_credit".into()),
        ("receipt", "Y".into()),
        ("detail", r#"{"goods_detail":[{"goods_id":"1","quantity":1,"price":100}]}"#.into()),
        ("scene_info", r#"{"store_info":{"id":"SZTX001"}}"#.into()),
        ("unheard_of", "1".into()),
    ]
    .iter()
    .enumerate()
    {
        let form = Form::order(&world, &format!("V20260301{at}")).with(name, value);
        form.send(&world).await.succeeded();
    }
}

#[tokio::test(start_paused = true)]
async fn step_12_the_business_comes_last() {
    let world = World::new();
    world.paid_v2("V20260301A").await;
    let again = Form::order(&world, "V20260301A");
    again.clone().with("total_fee", "x").send(&world).await.failed("PARAM_ERROR", "total_fee参数格式错误");
    again.send(&world).await.failed("ORDERPAID", "该订单已支付");
}

#[tokio::test(start_paused = true)]
async fn an_answer_is_signed_as_the_request_was_and_written_as_the_platform_writes() {
    let world = World::new();
    for form in [Form::order(&world, "V20260301A"), Form::order(&world, "V20260301B").hmac()] {
        let said = form.with("device_info", "WEB").send(&world).await;
        said.succeeded();
        assert_eq!(
            said.names(),
            [
                "return_code",
                "return_msg",
                "appid",
                "mch_id",
                "device_info",
                "nonce_str",
                "sign",
                "result_code",
                "trade_type",
                "prepay_id",
            ]
        );
        assert!(said.text().starts_with("<xml><return_code><![CDATA[SUCCESS]]></return_code>\n"));
        assert!(said.told.header("content-type").starts_with("text/xml"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_nonce_may_be_used_again() {
    let world = World::new();
    for _ in 0..2 {
        Form::order(&world, "V20260301A").send(&world).await.succeeded();
    }
}

#[tokio::test(start_paused = true)]
async fn hostile_bodies_never_disturb() {
    let world = World::new();
    let form = Form::order(&world, "V20260301A");
    let deep = "<xml>".to_owned() + &"<a>".repeat(10_000);
    let long = format!("<xml><a>{}</a></xml>", "1".repeat(70 * 1024));
    for body in [deep, long, "<".repeat(5000), "<xml><![CDATA[".into(), "<xml>&#99999999999;</xml>".into()] {
        assert_eq!(form.send_body(&world, body).await.get("return_code"), "FAIL");
    }
    form.send(&world).await.succeeded();
}
