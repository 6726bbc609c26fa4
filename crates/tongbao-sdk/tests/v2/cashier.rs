//! The second signature: what opens the cashier, and what a printed code says.

use std::sync::Arc;

use tongbao_sdk::Hosts;
use tongbao_sdk::v2::{ApiV2Key, Client, Fields, Merchant, NotificationRefused, Party, SignType};
use tongbao_wire::seam::{Chance, Clock};
use tongbao_wire::{Mchid, PrepayId, Timestamp};

use crate::platform::{Scripted, appid, direct, fixture, key, own, provider, sub};

/// A client at a time of its own, with a nonce of its own.
fn client(merchant: Merchant, seconds: i64, nonce: &'static str) -> Client {
    let clock = Clock::fixed(Timestamp::from_seconds(seconds));
    let chance = Chance::new(move |buffer| {
        let nonce = hex::decode(nonce).unwrap();
        buffer.copy_from_slice(&nonce[..buffer.len()]);
    });
    Client::new(merchant, Hosts::production(), Scripted::unused() as Arc<_>, clock, chance)
}

/// The nonces of the published vectors are not hexadecimal, so vectors are checked on the key itself.
#[test]
fn the_published_second_signatures_come_out() {
    let mini = |sign_type: SignType| {
        let key = ApiV2Key::parse(b"qazwsxedcrfvtgbyhnujmikolp111111").unwrap();
        let signed: Fields = [
            ("appId", "wxd678efh567hg6787"),
            ("nonceStr", "5K8264ILTKCH16CQ2502SI8ZNMTM67VS"),
            ("package", "prepay_id=wx2017033010242291fcfe0db70013231072"),
            ("signType", sign_type.as_str()),
            ("timeStamp", "1490840662"),
        ]
        .into_iter()
        .collect();
        key.sign(sign_type, &signed)
    };
    assert_eq!(mini(SignType::Md5), "22D9B4E54AB1950F51E0649E8810ACD6");
    assert_eq!(
        mini(SignType::HmacSha256),
        "FB9D1EFB5C509131BBFF729F88A99CA2DE9B724D06D3B3262832A53083862BC0"
    );

    let app: Fields = [
        ("appid", "wx2421b1c4370ec43b"),
        ("noncestr", "5K8264ILTKCH16CQ2502SI8ZNMTM67VS"),
        ("package", "Sign=WXPay"),
        ("partnerid", "10000100"),
        ("prepayid", "wx201410272009395522657a690389285100"),
        ("timestamp", "1412000000"),
    ]
    .into_iter()
    .collect();
    assert_eq!(key().sign(SignType::Md5, &app), "15EB3357EADE28484013EC8869FACEEB");
    assert_eq!(
        key().sign(SignType::HmacSha256, &app),
        "824B1B562BECCDFFDA29397FBD2FCF7EBBF72435BD674418E6737469A713665D"
    );
}

fn prepay_id() -> PrepayId {
    PrepayId::parse("wx201410272009395522657a690389285100").unwrap()
}

/// Signs again what the cashier would be opened with.
fn signed(value: &serde_json::Value, names: &[(&str, &str)], sign_type: SignType) -> String {
    let fields: Fields = names
        .iter()
        .map(|(name, member)| (*name, if let Some(text) = value[*member].as_str() { text } else { *member }))
        .collect();
    key().sign(sign_type, &fields)
}

#[test]
fn a_page_and_a_mini_program_sign_the_same_five_names() {
    for sign_type in [SignType::Md5, SignType::HmacSha256] {
        let client = client(Merchant { sign_type, ..direct() }, 1_490_840_662, crate::platform::NONCE);
        let mini = serde_json::to_value(client.invoke_mini_program(&own(), &prepay_id())).unwrap();
        assert_eq!(mini["timeStamp"], "1490840662");
        assert_eq!(mini["package"], "prepay_id=wx201410272009395522657a690389285100");
        assert_eq!(mini["signType"], sign_type.as_str());
        let names = [
            ("appId", "wx2421b1c4370ec43b"),
            ("nonceStr", "nonceStr"),
            ("package", "package"),
            ("signType", "signType"),
            ("timeStamp", "timeStamp"),
        ];
        assert_eq!(mini["paySign"], signed(&mini, &names, sign_type));
        assert_eq!(mini.as_object().unwrap().len(), 5, "the appid is signed but not handed over");

        let bridge = serde_json::to_value(client.invoke_jsapi(&own(), &prepay_id())).unwrap();
        assert_eq!((&bridge["appId"], &bridge["paySign"]), (&"wx2421b1c4370ec43b".into(), &mini["paySign"]));

        let js_sdk = client.invoke_js_sdk(&own(), &prepay_id());
        assert!(!format!("{js_sdk:?}").contains(&js_sdk.pay_sign));
        let js_sdk = serde_json::to_value(js_sdk).unwrap();
        assert_eq!((&js_sdk["timestamp"], &js_sdk["timeStamp"]), (&"1490840662".into(), &().into()));
        assert_eq!(js_sdk["paySign"], mini["paySign"]);
    }
}

#[test]
fn an_app_is_opened_with_lower_case_names_and_no_sign_type() {
    let merchant = Merchant { sign_type: SignType::Md5, ..direct() };
    let pay = client(merchant, 1_412_000_000, crate::platform::NONCE).invoke_app(&own(), &prepay_id());
    let value = serde_json::to_value(&pay).unwrap();
    let names =
        ["appid", "noncestr", "package", "partnerid", "prepayid", "timestamp"].map(|name| (name, name));
    assert_eq!(value["sign"], signed(&value, &names, SignType::Md5));
    assert_eq!((&value["package"], &value["partnerid"]), (&"Sign=WXPay".into(), &"10000100".into()));
    assert_eq!(value.as_object().unwrap().len(), 7);
}

#[test]
fn the_cashier_of_a_sub_merchant_opens_under_its_appid() {
    let client = client(provider(), 1_412_000_000, crate::platform::NONCE);
    let app = client.invoke_app(&sub(), &prepay_id());
    assert_eq!((app.appid.as_str(), app.partnerid.as_str()), ("wx8888888888888888", "1900000109"));
    assert_eq!(client.invoke_jsapi(&sub(), &prepay_id()).app_id.as_str(), "wx8888888888888888");
    let without = Party::sub_merchant(appid(), Mchid::parse("1900000109").unwrap());
    assert_eq!(client.invoke_jsapi(&without, &prepay_id()).app_id, appid());
}

#[test]
fn a_red_packet_signs_four_names_and_hands_over_an_encoded_package() {
    let client = client(direct(), 1_412_000_000, crate::platform::NONCE);
    let packet = serde_json::to_value(client.invoke_red_packet(&appid(), "sendid=a&ver=8")).unwrap();
    assert_eq!((&packet["package"], &packet["signType"]), (&"sendid%3Da%26ver%3D8".into(), &"MD5".into()));
    let names = [
        ("appId", "wx2421b1c4370ec43b"),
        ("nonceStr", "nonceStr"),
        ("package", "sendid=a&ver=8"),
        ("timeStamp", "timeStamp"),
    ];
    assert_eq!(packet["paySign"], signed(&packet, &names, SignType::Md5));
}

#[test]
fn a_product_code_bears_its_signature_and_encodes_its_product() {
    let vector: Fields = [
        ("appid", "wx2421b1c4370ec43b"),
        ("mch_id", "10000100"),
        ("nonce_str", "f6808210402125e30663234f94c87a8c"),
        ("product_id", "88888"),
        ("time_stamp", "1415949957"),
    ]
    .into_iter()
    .collect();
    assert_eq!(key().sign(SignType::Md5, &vector), "F0EC9E12CA0103D99F52CA941F444CF9");

    let client = client(direct(), 1_415_949_957, crate::platform::NONCE);
    let code = client.product_code(&appid(), "88888").unwrap();
    let same = vector.with("nonce_str", crate::platform::NONCE);
    let sign = key().sign(SignType::Md5, &same);
    assert_eq!(
        code,
        format!(
            "weixin://wxpay/bizpayurl?sign={sign}&appid=wx2421b1c4370ec43b&mch_id=10000100&nonce_str={}&product_id=88888&time_stamp=1415949957",
            crate::platform::NONCE
        )
    );
    let odd = client.product_code(&appid(), "茶&x=1").unwrap();
    assert!(odd.contains("&product_id=%E8%8C%B6%26x%3D1&"), "{odd}");
    for product_id in ["", &"9".repeat(33)] {
        client.product_code(&appid(), product_id).unwrap_err();
    }
}

#[test]
fn a_scanned_product_code_is_answered_with_an_order_or_a_sentence() {
    let body = fixture("notification/v2_product_scanned.xml");
    let scanned = direct().open_product_scanned(body.as_bytes()).unwrap().into_inner();
    assert_eq!((scanned.product_id.as_str(), &scanned.appid), ("88888", &appid()));
    let forged = body.replace("88888", "88889");
    let refused = direct().open_product_scanned(forged.as_bytes()).unwrap_err();
    assert!(matches!(refused, NotificationRefused::Sign(_)), "{refused}");

    let client = client(direct(), 1_415_949_957, crate::platform::NONCE);
    let read = |answer: String| {
        let fields = Fields::parse(answer.as_bytes()).unwrap();
        assert_eq!(key().verify(SignType::Md5, &fields), Ok(()));
        ["return_code", "result_code", "prepay_id", "err_code_des", "mch_id", "appid", "nonce_str"]
            .map(|name| fields.get(name).map(str::to_owned))
    };
    let prepay = prepay_id();
    let texts = |texts: [Option<&str>; 4]| {
        let [a, b, c, d] = texts;
        [a, b, c, d, Some("10000100"), Some("wx2421b1c4370ec43b"), Some(crate::platform::NONCE)]
            .map(|text| text.map(str::to_owned))
    };
    assert_eq!(
        read(client.product_answer(&scanned, Ok(&prepay)).unwrap()),
        texts([Some("SUCCESS"), Some("SUCCESS"), Some(prepay.as_str()), None])
    );
    assert_eq!(
        read(client.product_answer(&scanned, Err("卖完了 <再见>")).unwrap()),
        texts([Some("SUCCESS"), Some("FAIL"), None, Some("卖完了 <再见>")])
    );
    let error = client.product_answer(&scanned, Err("]]>")).unwrap_err();
    assert_eq!(error.code(), "xml_cdata_end");
}
