//! One test per row of v3.md §1.6: the platform's order of checks.

use http::Request;
use serde_json::{Value, json};

use crate::world::{JSAPI, REFUNDS, World};

const FORMAT: &str = "Http头Authorization值格式错误，请参考《微信支付商户REST API签名规则》";

#[tokio::test(start_paused = true)]
async fn step_1_an_unknown_path_answers_an_empty_404() {
    let world = World::new();
    for path in ["/v3/unknown", "/", "/v3/pay/transactions/out-trade-no/", "/v3/pay/transactions/jsapi/"] {
        let told = world.raw(Request::get(path).body("".into()).unwrap()).await;
        assert_eq!((told.status.as_u16(), told.body.len()), (404, 0), "{path}");
    }
}

#[tokio::test(start_paused = true)]
async fn step_2_a_known_path_with_a_wrong_method_answers_an_empty_405() {
    let world = World::new();
    for (method, path) in [
        ("GET", JSAPI),
        ("DELETE", "/v3/certificates"),
        ("GET", "/v3/pay/transactions/out-trade-no/123456/close"),
        ("POST", "/v3/pay/transactions/id/4200"),
    ] {
        let told = world.raw(Request::builder().method(method).uri(path).body("".into()).unwrap()).await;
        assert_eq!((told.status.as_u16(), told.body.len()), (405, 0), "{method} {path}");
    }
}

#[tokio::test(start_paused = true)]
async fn step_3_a_missing_accept_or_user_agent_is_refused_before_authentication() {
    let world = World::new();
    for absent in ["accept", "user-agent"] {
        for path in ["/v3/certificates", "/v3/refund/domestic/refunds/R1"] {
            let mut draft = world.draft("GET", path, "");
            draft.headers.retain(|(name, _)| *name != absent);
            draft.authorization = Some(String::new());
            let told = world.send(draft).await;
            told.refused(400, "INVALID_REQUEST");
            assert_eq!(told.message(), "Http头缺少Accept或User-Agent");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn step_3_is_skipped_under_transactions() {
    let world = World::new();
    let mut draft = world.draft("POST", JSAPI, "{}");
    draft.headers.clear();
    draft.authorization = Some(String::new());
    world.send(draft).await.refused(401, "SIGN_ERROR");
}

#[tokio::test(start_paused = true)]
async fn step_4_a_malformed_authorization_is_refused_in_the_paths_own_words() {
    let world = World::new();
    for header in ["", "Bearer abc", "WECHATPAY2-SHA256-RSA2048 mchid=\"1\"", "WECHATPAY2-SM2-WITH-SM3 x"] {
        for (path, message) in
            [("/v3/certificates", FORMAT), ("/v3/pay/transactions/id/1?mchid=1", "签名信息错误，验签失败")]
        {
            let mut draft = world.draft("GET", path, "");
            draft.authorization = Some(header.into());
            let told = world.send(draft).await;
            told.refused(401, "SIGN_ERROR");
            assert_eq!(told.message(), message, "{header}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_401_under_transactions_has_no_request_id_and_others_have_one() {
    let world = World::new();
    for (path, has) in [("/v3/certificates", true), ("/v3/pay/transactions/id/1?mchid=1", false)] {
        let mut draft = world.draft("GET", path, "");
        draft.authorization = Some("Bearer".into());
        let told = world.send(draft).await;
        assert_eq!(told.headers.contains_key("request-id"), has, "{path}");
    }
}

#[tokio::test(start_paused = true)]
async fn step_5_the_clock_window_is_judged_before_the_signature() {
    let world = World::new();
    for (off, inside) in [(-300, true), (300, true), (-301, false), (301, false)] {
        let mut draft = world.draft("GET", "/v3/certificates", "");
        draft.timestamp += off;
        draft.signed_body = Some("not what was sent".into());
        let told = world.send(draft).await;
        told.refused(401, "SIGN_ERROR");
        let late = "Http头Authorization中的timestamp与发起请求的时间不得超过5分钟";
        assert_eq!(told.message() == late, !inside, "{off}");
    }
}

#[tokio::test(start_paused = true)]
async fn step_6_a_serial_that_is_not_the_merchants_is_named() {
    let world = World::new();
    let mut draft = world.draft("GET", "/v3/certificates", "");
    draft.serial = "0".repeat(40);
    let told = world.send(draft).await;
    told.refused(401, "SIGN_ERROR");
    assert_eq!(told.message(), "商户证书序列号有误。请使用签名私钥匹配的证书序列号");
}

#[tokio::test(start_paused = true)]
async fn step_7_a_wrong_signature_or_an_invented_merchant_is_a_signature_error() {
    let world = World::new();
    let wrong_body = {
        let mut draft = world.draft("POST", REFUNDS, "{\"a\": 1}");
        draft.signed_body = Some("{\"a\":1}".into());
        draft
    };
    let invented = {
        let mut draft = world.draft("GET", "/v3/certificates", "");
        draft.mchid = "1999999999".into();
        draft
    };
    for draft in [wrong_body, invented] {
        let told = world.send(draft).await;
        told.refused(401, "SIGN_ERROR");
        assert_eq!((told.message().as_str(), told.cause()), ("签名错误", "268443699"));
    }
}

#[tokio::test(start_paused = true)]
async fn step_7_the_query_is_part_of_what_is_signed() {
    let world = World::new();
    let signed_elsewhere =
        world.sign(&format!("GET\n/v3/pay/transactions/id/1\n{}\nN\n\n", world.base.now().seconds()));
    let mut draft = world.draft("GET", "/v3/pay/transactions/id/1?mchid=1900000001", "");
    draft.authorization = Some(format!(
        r#"WECHATPAY2-SHA256-RSA2048 mchid="1900000001",nonce_str="N",signature="{signed_elsewhere}",timestamp="{}",serial_no="{}""#,
        world.base.now().seconds(),
        draft.serial
    ));
    world.send(draft).await.refused(401, "SIGN_ERROR");
}

#[tokio::test(start_paused = true)]
async fn step_8_an_unknown_platform_serial_is_refused_before_the_body_is_read() {
    let world = World::new();
    let mut draft = world.draft("POST", JSAPI, "not json");
    draft.headers.push(("wechatpay-serial", "PUB_KEY_ID_0".into()));
    let told = world.send(draft).await;
    told.refused(400, "PARAM_ERROR");
    assert_eq!(told.message(), "平台证书序列号Wechatpay-Serial错误");
}

/// Changes the order at a place and says where the refusal points and why.
async fn check_body(world: &World, change: impl FnOnce(&mut Value)) -> (String, String, String) {
    let mut body = world.order("T20260301A");
    change(&mut body);
    let told = world.create(&body).await;
    told.refused(400, "PARAM_ERROR");
    let detail = &told.json()["detail"];
    let place = detail["field"].as_str().unwrap_or_default().to_owned();
    (place, told.cause().to_owned(), told.message())
}

#[tokio::test(start_paused = true)]
async fn step_9_broken_json_is_refused() {
    let world = World::new();
    for body in ["{", "[]", "\"x\"", "{\"a\":}", "nothing", "\u{feff}{}"] {
        world.send(world.draft("POST", JSAPI, body)).await.refused(400, "PARAM_ERROR");
    }
}

#[tokio::test(start_paused = true)]
async fn step_9_wrong_types_are_refused_where_they_are() {
    let world = World::new();
    for wrong in [json!("100"), json!(1.0), json!(1.5), json!(true), json!(null), json!(1e30)] {
        let (place, _, message) = check_body(&world, |body| body["amount"]["total"] = wrong.clone()).await;
        assert_eq!(place, "/amount/total", "{wrong}");
        assert!(message.contains("合法的 64 位有符号整数"), "{message}");
    }
    let (place, _, _) = check_body(&world, |body| body["description"] = json!(7)).await;
    assert_eq!(place, "/description");
    let (place, _, _) = check_body(&world, |body| body["payer"] = json!("o")).await;
    assert_eq!(place, "/payer");
}

#[tokio::test(start_paused = true)]
async fn step_9_values_out_of_range_are_refused_with_the_official_sentence() {
    let world = World::new();
    let (place, cause, message) = check_body(&world, |body| body["amount"]["total"] = json!(0)).await;
    assert_eq!((place.as_str(), cause.as_str()), ("/amount/total", "268435464"));
    assert_eq!(message, "输入源“/body/amount/total”映射到数值字段“总金额”规则校验失败，值低于最小值 1");
    for (member, value) in [
        ("description", "中".repeat(128)),
        ("attach", "x".repeat(129)),
        ("out_trade_no", "short".into()),
        ("out_trade_no", "has blank".into()),
        ("notify_url", "http://127.0.0.1/notify?a=1".into()),
        ("notify_url", "not a url".into()),
        ("time_expire", "2026-03-01 10:00:00".into()),
        ("goods_tag", String::new()),
    ] {
        let (place, _, _) = check_body(&world, |body| body[member] = json!(value)).await;
        assert_eq!(place, format!("/{member}"), "{value}");
    }
    let (place, _, _) = check_body(&world, |body| body["amount"]["currency"] = json!("XYZ")).await;
    assert_eq!(place, "/amount/currency");
}

#[tokio::test(start_paused = true)]
async fn step_9_missing_unknown_and_null_members_are_refused() {
    let world = World::new();
    for member in ["appid", "mchid", "description", "out_trade_no", "notify_url", "amount"] {
        let (place, _, _) =
            check_body(&world, |body| drop(body.as_object_mut().unwrap().remove(member))).await;
        assert_eq!(place, format!("/{member}"));
    }
    let (place, cause, message) =
        check_body(&world, |body| body["scene_info"] = json!({"payer_client_ip": "1.1.1.1", "h5_info": {}}))
            .await;
    assert_eq!((place.as_str(), cause.as_str()), ("/scene_info/h5_info", "270924358"));
    assert_eq!(message, "参数中含有非法的额外参数");
    let (place, _, _) = check_body(&world, |body| body["attach"] = json!(null)).await;
    assert_eq!(place, "/attach");
}

#[tokio::test(start_paused = true)]
async fn step_9_characters_of_four_bytes_are_refused() {
    let world = World::new();
    let (place, _, _) = check_body(&world, |body| body["description"] = json!("茶🍵")).await;
    assert_eq!(place, "/description");
    let escaped = world.order("T20260301A").to_string().replace("龙井一盒", "\\ud83c\\udf75");
    world.send(world.draft("POST", JSAPI, &escaped)).await.refused(400, "PARAM_ERROR");
}

#[tokio::test(start_paused = true)]
async fn step_10_the_mchid_that_signed_must_be_the_mchid_of_the_body() {
    let world = World::new();
    let (_, _, message) = check_body(&world, |body| body["mchid"] = json!("1900000002")).await;
    assert_eq!(message, "http header中的mchid与post payload中的mchid不匹配");
    world.get("/v3/pay/transactions/id/4200?mchid=1900000002").await.refused(400, "PARAM_ERROR");
    let told = world.get("/v3/pay/transactions/id/4200").await;
    told.refused(400, "PARAM_ERROR");
    assert_eq!(told.json()["detail"]["location"], "query");
    let path = "/v3/pay/transactions/out-trade-no/123456/close";
    world.post(path, &json!({"mchid": "1900000002"})).await.refused(400, "PARAM_ERROR");
}

#[tokio::test(start_paused = true)]
async fn step_11_business_rules_come_last() {
    let world = World::new();
    let mut unbound = world.order("T20260301A");
    unbound["appid"] = json!("wx00000000000000bb");
    let told = world.create(&unbound).await;
    told.refused(400, "APPID_MCHID_NOT_MATCH");
    assert_eq!(told.cause(), "268445527");

    let mut stranger = world.order("T20260301A");
    stranger["payer"]["openid"] = json!("oUpF8uMuAJO_M2pxb1Q9zNjWeS6o");
    let told = world.create(&stranger).await;
    told.refused(400, "PARAM_ERROR");
    assert_eq!(told.message(), "无效的openid");

    let mut nobody = world.order("T20260301A");
    nobody.as_object_mut().unwrap().remove("payer");
    let told = world.create(&nobody).await;
    told.refused(400, "PARAM_ERROR");
    assert_eq!((told.message().as_str(), told.cause()), ("JSAPI支付必须传openid", "268501013"));
}

#[tokio::test(start_paused = true)]
async fn an_openid_of_another_mini_program_is_told_apart() {
    let world = World::with(|settings| {
        let mut other = settings.merchants[0].apps[0].clone();
        other.appid = tongbao_wire::Appid::parse("wx00000000000000bb").unwrap();
        settings.merchants[0].apps.push(other);
    });
    let mut body = world.order("T20260301A");
    body["payer"]["openid"] = json!(world.env.merchants[0].apps[1].openids[0].1);
    let told = world.create(&body).await;
    told.refused(400, "INVALID_REQUEST");
    assert_eq!(told.message(), "appid与openid不匹配");
}

#[tokio::test(start_paused = true)]
async fn every_success_is_signed_under_the_serial_it_names() {
    let world = World::new();
    let created = world.create(&world.order("T20260301A")).await;
    let asked = world.query("T20260301A").await;
    let closed = world.close("T20260301A").await;
    assert_eq!((closed.status.as_u16(), closed.body.len()), (204, 0));
    for told in [created, asked, closed] {
        assert!(world.verifies(&told.headers, &told.body), "{told:?}");
        assert_eq!(told.cause(), "0");
        assert_eq!(told.header("wechatpay-signature-type"), "WECHATPAY2-SHA256-RSA2048");
    }
}

#[tokio::test(start_paused = true)]
async fn a_serial_in_lower_case_is_the_same_serial_unless_switched_off() {
    for (ignored, status) in [(true, 200), (false, 401)] {
        let world = World::with(|settings| settings.switches.serial_case_ignored = ignored);
        let mut draft = world.draft("POST", JSAPI, &world.order("T20260301A").to_string());
        draft.serial.make_ascii_lowercase();
        assert_eq!(world.send(draft).await.status, status);
    }
}

#[tokio::test(start_paused = true)]
async fn instalment_subsidies_are_known_members() {
    let world = World::new();
    let mut body = world.order("T20260301A");
    let plan = json!([{"subsidy_installment_num": 3, "subsidy_percent": 100}]);
    body["subsidy_info"] =
        json!({"subsidy_detail": [{"subsidy_period_type": "PERIOD", "subsidy_plan": plan}]});
    assert_eq!(world.create(&body).await.status, 200);
    let at = "/subsidy_info/subsidy_detail/0/subsidy_period_type";
    let (place, _, _) = check_body(&world, |wrong| {
        *wrong = body.clone();
        *wrong.pointer_mut(at).unwrap() = json!("WEEKLY");
    })
    .await;
    assert_eq!(place, at);
    let at = "/subsidy_info/subsidy_detail/0/subsidy_plan/0/subsidy_installment_num";
    let (place, _, _) = check_body(&world, |wrong| {
        *wrong = body.clone();
        *wrong.pointer_mut(at).unwrap() = json!(4);
    })
    .await;
    assert_eq!(place, at);
}

#[tokio::test(start_paused = true)]
async fn step_8_encrypted_members_need_the_serial_they_were_encrypted_for_before_the_body_is_judged() {
    let world = World::new();
    let mut body = world.order("T20260301A");
    body["payer"]["identity"] = json!({"type": "IDCARD", "number": "c2VhbGVk", "name": "c2VhbGVk"});
    body["amount"]["total"] = json!(0);
    let told = world.create(&body).await;
    told.refused(400, "PARAM_ERROR");
    assert_eq!(told.message(), "HTTP header缺少微信支付平台证书序列号(Wechatpay-Serial)");

    let serial = world.env.platform_public_key.as_ref().unwrap().id.clone();
    let send = async |body: &Value| {
        let mut draft = world.draft("POST", JSAPI, &body.to_string());
        draft.headers.push(("wechatpay-serial", serial.clone()));
        world.send(draft).await
    };
    let told = send(&body).await;
    assert_eq!(told.json()["detail"]["field"], "/amount/total");
    body["amount"]["total"] = json!(100);
    let told = send(&body).await;
    told.refused(403, "NO_AUTH");
    assert_eq!(told.message(), "商户号该产品权限未开通，请前往商户平台>产品中心检查后重试");
    body["payer"]["identity"]["type"] = json!("LIBRARY_CARD");
    assert_eq!(send(&body).await.json()["detail"]["field"], "/payer/identity/type");
}

#[tokio::test(start_paused = true)]
async fn a_detail_that_is_too_long_is_named_without_being_repeated() {
    let world = World::new();
    let mut body = world.order("T20260301A");
    let goods =
        json!({"merchant_goods_id": "1", "goods_name": "茶".repeat(200), "quantity": 1, "unit_price": 1});
    body["detail"] = json!({ "goods_detail": vec![goods; 20] });
    let told = world.create(&body).await;
    told.refused(400, "PARAM_ERROR");
    assert_eq!(
        (&told.json()["detail"]["field"], &told.json()["detail"]["value"]),
        (&json!("/detail"), &json!("{…}"))
    );
}
