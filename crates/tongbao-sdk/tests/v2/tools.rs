//! Whose code it is, short addresses, reports and the sandbox.

use std::net::IpAddr;
use std::time::Duration;

use tongbao_sdk::Call;
use tongbao_sdk::v2::{
    CallReport, Client, CodeHolder, MicropayReport, NegativeTest, OrderNumber, ReportedOutcome,
    ReportedState, ReportedTrade, SignType,
};
use tongbao_wire::{AuthCode, OutTradeNo};

use crate::orders::{at, openid};
use crate::platform::{Scripted, appid, client, direct, exchange, fields, out_trade_no, own, page};

#[tokio::test]
async fn a_payment_code_tells_whose_it_is() {
    let code = AuthCode::parse("120061098828009406").unwrap();
    let call = async |client: Client| client.auth_code_to_openid(&own(), &code).await;
    let answer = exchange(Call::AuthCodeToOpenid, "auth_code_to_openid", direct(), call).await.unwrap();
    assert_eq!(answer, CodeHolder { openid: openid(), sub_openid: None });
}

#[tokio::test]
async fn a_long_address_becomes_a_short_one() {
    let long_url = "weixin://wxpay/bizpayurl?sign=F0EC9E12CA0103D99F52CA941F444CF9&appid=wx2421b1c4370ec43b&mch_id=10000100&product_id=88888&time_stamp=1415949957&nonce_str=f6808210402125e30663234f94c87a8c";
    let call = async |client: Client| client.short_url(&appid(), long_url).await;
    let answer = exchange(Call::ShortUrl, "short_url", direct(), call).await.unwrap();
    assert_eq!(answer, "weixin://wxpay/s/XXXXXX");
}

#[tokio::test]
async fn calls_are_reported_and_the_reply_bears_no_signature() {
    let refused =
        ReportedOutcome::Refused { err_code: "SYSTEMERROR".into(), err_code_des: "系统错误".into() };
    let report = CallReport {
        appid: appid(),
        interface_url: "https://api.mch.weixin.qq.com/pay/unifiedorder".into(),
        execute_time: Duration::from_millis(350),
        outcome: refused,
        out_trade_no: Some(out_trade_no()),
        user_ip: IpAddr::from([8, 8, 8, 8]),
        device_info: Some("WEB".into()),
        time: Some(at("2009-12-27T09:10:10+08:00")),
    };
    let call = async |client: Client| client.report(&report).await;
    exchange(Call::Report, "report", direct(), call).await.unwrap();

    let said = async |outcome| {
        let outbound = Scripted::new(|_, _| page(200, "<xml><return_code>SUCCESS</return_code></xml>"));
        let report = CallReport { outcome, ..report.clone() };
        client(direct(), outbound.clone()).report(&report).await.unwrap();
        let seen = fields(outbound.seen()[0].body());
        ["return_code", "return_msg", "result_code"].map(|name| seen.get(name).map(str::to_owned))
    };
    let texts = |texts: [Option<&str>; 3]| texts.map(|text| text.map(str::to_owned));
    assert_eq!(said(ReportedOutcome::Success).await, texts([Some("SUCCESS"), None, Some("SUCCESS")]));
    let failed = ReportedOutcome::NotAccepted { return_msg: "签名错误".into() };
    assert_eq!(said(failed).await, texts([Some("FAIL"), Some("签名错误"), Some("FAIL")]));
}

#[tokio::test]
async fn charges_are_reported_together() {
    let trade = |number: &str, state, err_msg: Option<&str>| ReportedTrade {
        out_trade_no: OutTradeNo::parse(number).unwrap(),
        begin_time: at("2016-06-02T20:32:56+08:00"),
        end_time: at("2016-06-02T20:32:57+08:00"),
        state,
        err_msg: err_msg.map(str::to_owned),
    };
    let report = |trades| MicropayReport { appid: appid(), user_ip: IpAddr::from([8, 8, 8, 8]), trades };
    let both = report(vec![
        trade("20150806125346", ReportedState::Ok, None),
        trade("20150806125347", ReportedState::Cancel, Some("USERPAYING")),
    ]);
    let outbound = Scripted::new(|_, _| page(200, "<xml><return_code>SUCCESS</return_code></xml>"));
    client(direct(), outbound.clone()).report_micropay(&both).await.unwrap();
    let expected = fields(crate::platform::fixture("v2/report_micropay.request.xml").as_bytes());
    assert_eq!(fields(outbound.seen()[0].body()), expected);

    let nobody = client(direct(), Scripted::unused());
    nobody.report_micropay(&report(Vec::new())).await.unwrap_err();
    let many = vec![trade("20150806125346", ReportedState::Fail, None); 20];
    let error = nobody.report_micropay(&report(many)).await.unwrap_err();
    assert!(error.to_string().contains("trades has"), "{error}");
}

#[tokio::test]
async fn the_sandbox_has_a_key_a_path_and_failures_of_its_own() {
    let call = async |client: Client| client.sandbox_key().await;
    let key = exchange(Call::SandboxKey, "sandbox_key", direct(), call).await.unwrap();

    let sandbox_key = key.clone();
    let outbound = Scripted::new(move |_, _| {
        let fields = fields(
            b"<xml><return_code>SUCCESS</return_code><result_code>SUCCESS</result_code><appid>wx1</appid><mch_id>10000100</mch_id><out_trade_no>20150806125346</out_trade_no><trade_state>NOTPAY</trade_state></xml>",
        );
        let sign = sandbox_key.sign(SignType::Md5, &fields);
        page(200, &fields.with("sign", &sign).to_xml().unwrap())
    });
    let real = client(direct(), outbound.clone());
    let number = OrderNumber::from(out_trade_no());
    real.in_sandbox(key.clone(), None).order_query(&own(), &number).await.unwrap();
    for (failure, name) in [
        (NegativeTest::UserPaying, "MICROPAY_USERPAYING"),
        (NegativeTest::Timeout, "MICROPAY_TIMEOUT"),
        (NegativeTest::PayError, "MICROPAY_PAYERROR"),
        (NegativeTest::PayQueryTimeout, "MICROPAY_PAY_QUERY_TIMEOUT"),
    ] {
        real.in_sandbox(key.clone(), Some(failure)).order_query(&own(), &number).await.unwrap();
        let seen = outbound.seen();
        assert_eq!(seen.last().unwrap().headers()["Wechatpay-Negative-Test"], name);
    }
    let seen = outbound.seen();
    assert_eq!(seen[0].uri().path(), "/xdc/apiv2sandbox/pay/orderquery");
    assert_eq!(seen[0].headers().get("Wechatpay-Negative-Test"), None);
    assert_eq!(fields(seen[0].body()).get("sign_type"), None, "the sandbox takes MD5");
}
