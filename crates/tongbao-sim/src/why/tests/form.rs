//! Signatures of v2.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::{digest, hmac};
use tongbao_wire::Mchid;

use super::super::form::{Algorithm, Asked, KeyKind, explain};
use super::super::{hex, recover};
use super::ids;

const KEY: &str = "192006250b4c09247ec02edce69f6a2d";
const V3_KEY: &str = "TongbaoSimulatorFixedAPIv3Key000";
const SECRET: &str = "00000000000000000000000000000001";
const OTHERS: &str = "TongbaoSimulatorFixedAPIv2Key000";

/// The edge set of v2.md §1.3, in an order of its own.
const SENT: &[(&str, &str)] = &[
    ("total_fee", "1"),
    ("body", "深圳分店"),
    ("appid", "wxd930ea5d5a258f4f"),
    ("Zeta", "1"),
    ("attach", ""),
    ("detail", "a&b=c d"),
    ("mch_id", "10000100"),
    ("nonce_str", "ibuaiVcKdpRxkhJA"),
];
const STRING: &str = "Zeta=1&appid=wxd930ea5d5a258f4f&body=深圳分店&detail=a&b=c d&mch_id=10000100&nonce_str=ibuaiVcKdpRxkhJA&total_fee=1&key=192006250b4c09247ec02edce69f6a2d";

fn fields(sent: &[(&str, &str)]) -> Vec<(String, String)> {
    sent.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn md5(string: &[u8]) -> String {
    hex(&recover::md5(string)).to_uppercase()
}

fn hmac(key: &str, string: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes());
    hex(hmac::sign(&key, string.as_bytes()).as_ref()).to_uppercase()
}

fn named(sent: &[(&str, &str)], algorithm: Algorithm, sign: &str) -> Vec<String> {
    let other = Mchid::parse("1900000002").unwrap();
    let fields = fields(sent);
    let asked = Asked {
        fields: &fields,
        sign,
        algorithm,
        key: KEY,
        other_keys: vec![
            (KeyKind::V3, V3_KEY),
            (KeyKind::AppSecret, SECRET),
            (KeyKind::Other(&other), OTHERS),
        ],
    };
    let why = explain(&asked);
    let shown = why.as_ref().and_then(|why| why.signature.as_ref());
    assert!(shown.is_none_or(|shown| !shown.expected.contains(KEY)), "the key is masked");
    ids(why.as_ref()).into_iter().map(str::to_owned).collect()
}

#[track_caller]
fn check(string: &str, mistakes: &[&str]) {
    assert_eq!(named(SENT, Algorithm::Md5, &md5(string.as_bytes())), mistakes, "{string}");
}

#[test]
fn what_is_right_is_not_explained() {
    check(STRING, &[]);
    assert_eq!(md5(STRING.as_bytes()), "E924D1787C554E429E2393E2008C978A", "v2.md §1.3, vector 5");
    assert_eq!(named(SENT, Algorithm::HmacSha256, &hmac(KEY, STRING)), Vec::<String>::new());
}

#[test]
fn another_algorithm_or_another_way_to_write_it_is_recognised() {
    let right = md5(STRING.as_bytes());
    let bytes: Vec<u8> = recover::md5(STRING.as_bytes()).to_vec();
    let plain = hex(digest::digest(&digest::SHA256, STRING.as_bytes()).as_ref()).to_uppercase();
    for (algorithm, sign, mistakes) in [
        (Algorithm::HmacSha256, right.clone(), &["v2_md5_for_hmac"][..]),
        (Algorithm::Md5, hmac(KEY, STRING), &["v2_hmac_for_md5"]),
        (Algorithm::HmacSha256, plain, &["v2_sha256_plain"]),
        (Algorithm::Md5, right.to_lowercase(), &["v2_lower_case"]),
        (Algorithm::Md5, STANDARD.encode(bytes), &["v2_base64"]),
        (Algorithm::HmacSha256, hmac("", STRING), &["v2_hmac_key_other"]),
        (Algorithm::HmacSha256, hmac(KEY, STRING.split("&key").next().unwrap()), &["v2_key_missing"]),
        (Algorithm::HmacSha256, hmac(V3_KEY, &STRING.replace(KEY, V3_KEY)), &["v2_key_of_v3"]),
        (Algorithm::Md5, String::new(), &["v2_sign_missing"]),
        (Algorithm::Md5, "no signature".into(), &["v2_unknown"]),
        (Algorithm::Md5, md5(b"another string"), &["v2_unknown"]),
        (Algorithm::Md5, STANDARD.encode([1; 256]), &["v2_rsa"]),
    ] {
        assert_eq!(named(SENT, algorithm, &sign), mistakes, "{sign}");
    }
}

#[test]
fn another_key_is_recognised() {
    check(&STRING.replace(KEY, V3_KEY), &["v2_key_of_v3"]);
    check(&STRING.replace(KEY, SECRET), &["v2_key_app_secret"]);
    check(&STRING.replace(KEY, OTHERS), &["v2_key_other_merchant"]);
    check(&STRING.replace(&format!("&key={KEY}"), ""), &["v2_key_missing"]);
    check(&STRING.replace("key=", ""), &["v2_key_bare"]);
    check(&STRING.replace("&key=", "&apikey="), &["v2_key_name"]);
    check(&format!("{STRING}\n"), &["v2_key_blanks"]);
    let sorted_in = format!(
        "Zeta=1&appid=wxd930ea5d5a258f4f&body=深圳分店&detail=a&b=c d&key={KEY}&mch_id=10000100&nonce_str=ibuaiVcKdpRxkhJA&total_fee=1"
    );
    check(&sorted_in, &["v2_key_sorted_in"]);
}

#[test]
fn other_parameters_or_another_order_are_recognised() {
    check(&STRING.replace("&body", "&attach=&body"), &["v2_empty_signed"]);
    check(&STRING.replace("&total_fee", "&sign=&total_fee"), &["v2_sign_signed"]);
    check(&STRING.replace("&mch_id=10000100", ""), &["v2_parameter_left_out"]);
    check(&STRING.replace("&total_fee", "&sign_type=MD5&total_fee"), &["v2_sign_type_added"]);
    let sent: Vec<_> = SENT.iter().filter(|(_, value)| !value.is_empty()).collect();
    let unsorted: Vec<String> = sent.iter().map(|(name, value)| format!("{name}={value}")).collect();
    check(&format!("{}&key={KEY}", unsorted.join("&")), &["v2_unsorted"]);
    let (first, rest) = STRING.split_once('&').unwrap();
    check(&rest.replace("&key", &format!("&{first}&key")), &["v2_sorted_ignoring_case"]);
    let mut pairs: Vec<&str> = vec![
        "Zeta=1",
        "appid=wxd930ea5d5a258f4f",
        "body=深圳分店",
        "detail=a&b=c d",
        "mch_id=10000100",
        "nonce_str=ibuaiVcKdpRxkhJA",
        "total_fee=1",
    ];
    check(&format!("{}&key={KEY}", pairs.join(",")), &["v2_other_separator"]);
    pairs.reverse();
    check(&format!("{}&key={KEY}", pairs.join("&")), &["v2_sorted_backwards"]);
    let typed = [SENT, &[("sign_type", "HMAC-SHA256")]].concat();
    assert_eq!(named(&typed, Algorithm::HmacSha256, &hmac(KEY, STRING)), ["v2_sign_type_left_out"]);
}

#[test]
fn values_written_otherwise_are_recognised() {
    let encoded = "%E6%B7%B1%E5%9C%B3%E5%88%86%E5%BA%97";
    let of_values = |body: &str, detail: &str| STRING.replace("深圳分店", body).replace("a&b=c d", detail);
    check(&of_values(encoded, "a%26b%3Dc%20d"), &["v2_url_encoded"]);
    check(&of_values(encoded, "a%26b%3Dc+d"), &["v2_url_encoded"]);
    check(&of_values(&encoded.to_lowercase(), "a%26b%3dc+d"), &["v2_url_encoded"]);
    check(&of_values("深圳分店", "a&amp;b=c d"), &["v2_xml_escaped"]);
    let cdata: Vec<String> = ["Zeta=1", "appid=wxd930ea5d5a258f4f", "body=深圳分店", "detail=a&b=c d"]
        .iter()
        .chain(&["mch_id=10000100", "nonce_str=ibuaiVcKdpRxkhJA", "total_fee=1"])
        .map(|pair| pair.split_once('=').unwrap())
        .map(|(name, value)| format!("{name}=<![CDATA[{value}]]>"))
        .collect();
    check(&format!("{}&key={KEY}", cdata.join("&")), &["v2_cdata_signed"]);
    check(&STRING.replace("total_fee=1", "total_fee=1.0"), &["v2_number_format"]);
    check(&STRING.replace("total_fee=1", "total_fee=0.01"), &["v2_number_format"]);
    let gbk = encoding_rs::GBK.encode(STRING).0.into_owned();
    assert_eq!(named(SENT, Algorithm::Md5, &md5(&gbk)), ["v2_charset"]);
    check(&STRING.replace("深圳分店", "????"), &["v2_charset"]);
    let blanks = [("a", " x "), ("b", "y")];
    let trimmed = format!("a=x&b=y&key={KEY}");
    assert_eq!(named(&blanks, Algorithm::Md5, &md5(trimmed.as_bytes())), ["v2_trimmed"]);
    // Two at once.
    let both = of_values(encoded, "a%26b%3Dc+d").replace(&format!("&key={KEY}"), "");
    check(&both, &["v2_url_encoded", "v2_key_missing"]);
}

#[test]
fn names_of_another_scene_are_recognised() {
    let invocation = [
        ("appId", "wxd678efh567hg6787"),
        ("timeStamp", "1490840662"),
        ("nonceStr", "5K8264ILTKCH16CQ2502SI8ZNMTM67VS"),
        ("package", "prepay_id=wx2017033010242291fcfe0db70013231072"),
        ("signType", "MD5"),
    ];
    let string = format!(
        "appId=wxd678efh567hg6787&nonceStr=5K8264ILTKCH16CQ2502SI8ZNMTM67VS&package=prepay_id=wx2017033010242291fcfe0db70013231072&signType=MD5&timeStamp=1490840662&key={KEY}"
    );
    let check = |string: &str, mistakes: &[&str]| {
        assert_eq!(named(&invocation, Algorithm::Md5, &md5(string.as_bytes())), mistakes, "{string}");
    };
    check(&string, &[]);
    check(&string.replace("appId", "appid"), &["v2_name_case"]);
    let lower = "appid=wxd678efh567hg6787&noncestr=5K8264ILTKCH16CQ2502SI8ZNMTM67VS&package=prepay_id=wx2017033010242291fcfe0db70013231072&signtype=MD5&timestamp=1490840662";
    check(&format!("{lower}&key={KEY}"), &["v2_name_case"]);
    check(&string.replace("&signType=MD5", ""), &["v2_sign_type_left_out"]);
}
