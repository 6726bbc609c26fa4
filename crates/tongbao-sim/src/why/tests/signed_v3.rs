//! Requests of v3.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};

use super::super::recover::Hash;
use super::super::v3::{Asked, explain};
use super::super::{Why, hex};
use super::{OTHERS_SERIAL, PLATFORM_SERIAL, Ring, SERIAL, encrypt_bare, ids, sign_pss, sign_with};

const NOW: i64 = 1_772_330_400;
const NONCE: &str = "593BEC0C930BF1AFEB40B4A08C8FB242";
const PREPAY: &str = "/v3/pay/transactions/jsapi";
const QUERY: &str = "/v3/pay/transactions/out-trade-no/T1?mchid=1900000001";
const BODY: &str =
    r#"{"mchid":"1900000001","description":"龙井/茶","attach":"a<b","none":null,"amount":{"total":990}}"#;

/// What is sent, and what is signed for it.
struct Sent<'a> {
    method: &'a str,
    target: &'a str,
    body: &'a str,
    timestamp: String,
    nonce: &'a str,
    serial: &'a str,
    mchid: &'a str,
}

impl Default for Sent<'_> {
    fn default() -> Self {
        Self {
            method: "POST",
            target: PREPAY,
            body: BODY,
            timestamp: NOW.to_string(),
            nonce: NONCE,
            serial: SERIAL,
            mchid: "1900000001",
        }
    }
}

impl Sent<'_> {
    fn get() -> Self {
        Self { method: "GET", target: QUERY, body: "", ..Self::default() }
    }

    fn explained(&self, signature: &str) -> Option<Why> {
        let authorization = format!(
            r#"WECHATPAY2-SHA256-RSA2048 mchid="{}",nonce_str="{}",signature="{signature}",timestamp="{}",serial_no="{}""#,
            self.mchid, self.nonce, self.timestamp, self.serial
        );
        let asked = Asked {
            method: self.method,
            target: self.target,
            host: "127.0.0.1:8900",
            authorization: Some(&authorization),
            body: self.body.as_bytes(),
            transport: NOW,
            business: NOW,
        };
        explain(&asked, &Ring::new().keys())
    }

    fn message(&self) -> String {
        format!("{}\n{}\n{}\n{}\n{}\n", self.method, self.target, self.timestamp, self.nonce, self.body)
    }

    /// Signs `message` instead of the right one.
    #[track_caller]
    fn check(&self, message: &str, expected: &[&str]) {
        let why = self.explained(&sign_with(Hash::Sha256, message.as_bytes()));
        assert_eq!(ids(why.as_ref()), expected, "{message}");
        if let Some(signature) = why.and_then(|why| why.signature) {
            assert_eq!(signature.expected, self.message());
            let proven = !expected.contains(&"unknown_string");
            assert_eq!(signature.signed.as_deref(), proven.then_some(message));
            assert_eq!(
                signature.signed_digest.unwrap(),
                format!("SHA-256 {}", hex(&Hash::Sha256.of(message.as_bytes())))
            );
        }
    }

    /// Signs with another body in the right place.
    #[track_caller]
    fn body(&self, signed: &str, expected: &[&str]) {
        let message =
            format!("{}\n{}\n{}\n{}\n{signed}\n", self.method, self.target, self.timestamp, self.nonce);
        self.check(&message, expected);
    }
}

#[test]
fn what_is_right_is_not_explained() {
    for sent in [Sent::default(), Sent::get()] {
        sent.check(&sent.message(), &[]);
    }
    let pretty = Sent { body: "{\n  \"a\": \"\\u5e97\"\n}\n", ..Sent::default() };
    pretty.check(&pretty.message(), &[]);
    let no_json = Sent { body: "{", ..Sent::default() };
    no_json.check(&no_json.message(), &[]);
}

#[test]
fn a_body_that_was_serialised_anew_is_recognised() {
    let sent = Sent::default();
    let python = r#"{"mchid": "1900000001", "description": "\u9f99\u4e95/\u8336", "attach": "a<b", "none": null, "amount": {"total": 990}}"#;
    sent.body(python, &["body_spacing", "body_unicode_escaped"]);
    let php = r#"{"mchid":"1900000001","description":"\u9f99\u4e95\/\u8336","attach":"a<b","none":null,"amount":{"total":990}}"#;
    sent.body(php, &["body_unicode_escaped", "body_slashes_escaped"]);
    let go = r#"{"amount":{"total":990},"attach":"a\u003cb","description":"龙井/茶","mchid":"1900000001","none":null}"#;
    sent.body(go, &["body_html_escaped", "body_sorted"]);
    let without = r#"{"mchid":"1900000001","description":"龙井/茶","attach":"a<b","amount":{"total":990}}"#;
    sent.body(without, &["body_nulls_dropped"]);
    let indented = "{\n    \"mchid\": \"1900000001\",\n    \"description\": \"龙井/茶\",\n    \"attach\": \"a<b\",\n    \"none\": null,\n    \"amount\": {\n        \"total\": 990\n    }\n}";
    sent.body(indented, &["body_pretty"]);
    Sent { body: indented, ..Sent::default() }.body(BODY, &["body_compact"]);
    Sent { body: python, ..Sent::default() }.body(BODY, &["body_compact", "body_unicode_raw"]);
    Sent { body: php, ..Sent::default() }.body(BODY, &["body_unicode_raw", "body_slashes_raw"]);
}

#[test]
fn what_is_no_json_of_the_body_is_recognised() {
    let sent = Sent::default();
    sent.body("", &["body_empty"]);
    sent.body("null", &["body_nothing_word"]);
    sent.body("[object Object]", &["body_object_word"]);
    let python = "{'mchid': '1900000001', 'description': '龙井/茶', 'attach': 'a<b', 'none': None, 'amount': {'total': 990}}";
    sent.body(python, &["body_python_repr"]);
    sent.body(
        "map[amount:map[total:990] attach:a<b description:龙井/茶 mchid:1900000001 none:<nil>]",
        &["body_object_word"],
    );
    let form = "mchid=1900000001&description=龙井/茶&attach=a<b&none=null&amount[total]=990";
    sent.body(form, &["body_form"]);
    sent.body(&format!("{BODY}\n"), &["body_newline_signed"]);
    sent.body(&serde_json::to_string(BODY).unwrap(), &["body_quoted_twice"]);
    Sent { body: "{\"a\":1}\n", ..Sent::default() }.body("{\"a\":1}", &["body_newline_sent"]);
    Sent { body: " {\"a\":1}", ..Sent::default() }.body("{\"a\":1}", &["body_trimmed"]);
    let get = Sent::get();
    get.body("{}", &["body_braces"]);
    get.body("undefined", &["body_nothing_word"]);
    get.body("mchid=1900000001", &["body_query"]);
    let latin =
        b"POST\n/v3/pay/transactions/jsapi\n1772330400\n593BEC0C930BF1AFEB40B4A08C8FB242\n{\"a\":\"?\"}\n";
    let why = Sent { body: r#"{"a":"店"}"#, ..Sent::default() }.explained(&sign_with(Hash::Sha256, latin));
    assert_eq!(ids(why.as_ref()), ["body_charset"]);
    let gbk = [latin.split_at(latin.len() - 4).0, b"\xb5\xea\"}\n"].concat();
    let why = Sent { body: r#"{"a":"店"}"#, ..Sent::default() }.explained(&sign_with(Hash::Sha256, &gbk));
    assert_eq!(ids(why.as_ref()), ["body_charset"]);
}

#[test]
fn another_method_path_time_or_nonce_is_recognised() {
    let get = Sent::get();
    let with = |from: &str, to: &str| get.message().replace(from, to);
    for (message, mistake) in [
        (with("GET\n", "get\n"), "method_case"),
        (with("GET\n", "Get\n"), "method_case"),
        (with("GET\n", "POST\n"), "method_other"),
        (with("?mchid=1900000001", ""), "target_query_missing"),
        (with("/v3", "https://api.mch.weixin.qq.com/v3"), "target_full_url"),
        (with("/v3", "http://127.0.0.1:8900/v3"), "target_full_url"),
        (with("T1?", "T1/?"), "target_slash_added"),
        (with("\n/v3", "\nv3"), "target_slash_lost"),
        (with("/v3/pay", "/pay"), "target_prefix_missing"),
        (with("/T1", "/{out_trade_no}"), "target_template"),
        (with("/out-trade-no/T1", "/id/T1"), "target_other_call"),
        (with("1772330400", "1772330400000"), "timestamp_milliseconds"),
        (with("1772330400", "1772330400123"), "timestamp_milliseconds"),
        (with("1772330400", "1772330401"), "timestamp_twice"),
        (with("1772330400", "1772330395"), "timestamp_twice"),
        (with(NONCE, &NONCE.to_lowercase()), "nonce_case"),
        (with(NONCE, ""), "nonce_empty"),
        (with(NONCE, "593BEC0C-930B-F1AF-EB40-B4A08C8FB242"), "nonce_dashes"),
    ] {
        get.check(&message, &[mistake]);
    }
    let post = Sent::default();
    post.check(&post.message().replace("jsapi", "app"), &["target_other_call"]);
    post.check(&post.message().replace("jsapi", "jsapi?"), &["target_question_mark"]);
    let sorted = Sent { target: "/v3/bill/tradebill?b=2&a=1%2B1", ..Sent::get() };
    sorted.check(&sorted.message().replace("b=2&a=1%2B1", "a=1%2B1&b=2"), &["target_query_sorted"]);
    sorted.check(&sorted.message().replace("%2B", "+"), &["target_decoded"]);
    sorted.check(&sorted.message().replace("&a=1%2B1", ""), &["target_query_missing"]);
    let plus = Sent { target: "/v3/bill/tradebill?a=1:1", ..Sent::get() };
    plus.check(&plus.message().replace("1:1", "1%3A1"), &["target_encoded"]);
}

#[test]
fn lines_that_are_put_together_otherwise_are_recognised() {
    let sent = Sent::default();
    let right = sent.message();
    let lines: Vec<&str> = right.trim_end().split('\n').collect();
    for (message, mistakes) in [
        (right.trim_end().to_owned(), &["newline_last_missing"][..]),
        (format!("{right}\n"), &["body_newline_signed"]),
        (right.replace('\n', "\r\n"), &["newline_crlf"]),
        (right.replace('\n', "\\n"), &["newline_literal"]),
        (right.trim_end().replace('\n', "\\n"), &["newline_literal", "newline_last_missing"]),
        (lines.concat(), &["newline_none"]),
        (lines.join(","), &["newline_other_separator"]),
        (format!("{}\n", lines[2..].join("\n")), &["line_answer_form"]),
        (format!("{}\n", lines[..4].join("\n")), &["line_body_missing"]),
        ([lines[0], lines[1], lines[3], lines[2], lines[4], ""].join("\n"), &["line_order"]),
    ] {
        sent.check(&message, mistakes);
    }
    let get = Sent::get();
    get.check(get.message().strip_suffix('\n').unwrap(), &["newline_last_missing"]);
    get.check(&format!("{}\n", get.message()), &["newline_extra"]);
    // Two at once.
    let both = right.trim_end().replace("POST", "post");
    sent.check(&both, &["method_case", "newline_last_missing"]);
    sent.check(&get.message().replace("GET", "nothing like it"), &["unknown_string"]);
}

#[test]
fn the_right_string_signed_in_another_manner_is_recognised() {
    let sent = Sent::default();
    let message = sent.message().into_bytes();
    let digest = Hash::Sha256.of(&message);
    let right = sign_with(Hash::Sha256, &message);
    let bytes = STANDARD.decode(&right).unwrap();
    for (signature, mistake) in [
        (sign_with(Hash::Sha1, &message), "hash_sha1"),
        (sign_with(Hash::Md5, &message), "hash_md5"),
        (sign_with(Hash::Sha512, &message), "hash_other"),
        (sign_pss(&message), "padding_pss"),
        (encrypt_bare(&digest), "padding_no_digest_info"),
        (encrypt_bare(hex(&digest).as_bytes()), "padding_no_digest_info"),
        (sign_with(Hash::Sha256, &digest), "hashed_before"),
        (sign_with(Hash::Sha256, hex(&digest).as_bytes()), "hashed_before"),
        (sign_with(Hash::Sha256, STANDARD.encode(&digest).as_bytes()), "hashed_before"),
        (hex(&bytes), "encoding_hex"),
        (URL_SAFE.encode(&bytes), "encoding_url_safe"),
        (STANDARD.encode(&right), "encoding_base64_twice"),
        (STANDARD.encode(hex(&bytes)), "encoding_hex_in_base64"),
        (right.replace('=', ""), "encoding_unpadded"),
        ("!".into(), "signature_unreadable"),
        (STANDARD.encode(&bytes[..200]), "signature_length"),
        (STANDARD.encode([1; 256]), "unknown_key"),
    ] {
        let why = sent.explained(&signature);
        assert_eq!(ids(why.as_ref()), [mistake]);
    }
    let short = Sent { body: "", ..Sent::get() };
    let why = short.explained(&encrypt_bare(short.message().as_bytes()));
    assert_eq!(ids(why.as_ref()), ["padding_message_encrypted"]);
}

#[test]
fn another_signer_or_serial_number_is_recognised() {
    let ring = Ring::new();
    let sent = Sent::default();
    let message = sent.message();
    let right = ring.own.sign(message.as_bytes());
    let check = |sent: &Sent<'_>, signature: &str, expected: &[&str]| {
        assert_eq!(ids(sent.explained(signature).as_ref()), expected, "{}", sent.serial);
    };
    check(&sent, &ring.others.sign(message.as_bytes()), &["key_other_merchant"]);
    check(&sent, &ring.platform.sign(message.as_bytes()), &["key_platform"]);
    let named = |serial| Sent { serial, ..Sent::default() };
    check(&named(OTHERS_SERIAL), &right, &["serial_other_merchant"]);
    check(&named(PLATFORM_SERIAL), &right, &["serial_platform"]);
    let lower = SERIAL.to_lowercase();
    check(&named(&lower), &right, &["serial_case"]);
    check(&named(&SERIAL[2..]), &right, &["serial_zeros"]);
    check(&named("FF"), &right, &["serial_unknown"]);
    let colons: Vec<String> =
        SERIAL.as_bytes().chunks(2).map(|two| String::from_utf8_lossy(two).into()).collect();
    let colons = colons.join(":");
    check(&named(&colons), &right, &["serial_decorated"]);
    let decimal = rsa::BigUint::parse_bytes(SERIAL.as_bytes(), 16).unwrap().to_str_radix(10);
    check(&named(&decimal), &right, &["serial_decimal"]);
    let wrong = sign_with(Hash::Sha256, message.trim_end().as_bytes());
    check(&named("FF"), &wrong, &["serial_unknown", "newline_last_missing"]);
    let stranger = Sent { mchid: "1999999999", ..Sent::default() };
    check(&stranger, &right, &["mchid_unknown"]);
}

#[test]
fn a_wrong_header_or_clock_is_told_before_the_signature() {
    let late = Sent { timestamp: (NOW - 3600 * 8).to_string(), ..Sent::default() };
    assert_eq!(ids(late.explained("x").as_ref()), ["clock_time_zone", "clock_stale"]);
    let milliseconds = Sent { timestamp: format!("{NOW}000"), ..Sent::default() };
    assert_eq!(ids(milliseconds.explained("x").as_ref()), ["header_timestamp_milliseconds"]);
}

#[test]
fn a_stand_in_signature_is_explained_too() {
    use super::super::signer::{KnownKey, Owner};
    use crate::crypto::SigningKey;
    let (key, other) = (SigningKey::stand_in(b"secret"), SigningKey::stand_in(b"other"));
    let ring = Ring::new();
    let keys = [
        KnownKey { owner: Owner::Merchant(&ring.other), serial: OTHERS_SERIAL, key: &other },
        KnownKey { owner: Owner::Merchant(&ring.mchid), serial: SERIAL, key: &key },
    ];
    let sent = Sent::get();
    let explained = |signature: &str| {
        let authorization = format!(
            r#"WECHATPAY2-SHA256-RSA2048 mchid="1900000001",nonce_str="{NONCE}",signature="{signature}",timestamp="{NOW}",serial_no="{SERIAL}""#
        );
        let asked = Asked {
            method: "GET",
            target: QUERY,
            host: "",
            authorization: Some(&authorization),
            body: b"",
            transport: NOW,
            business: NOW,
        };
        ids(explain(&asked, &keys).as_ref()).join(" ")
    };
    let message = sent.message();
    assert_eq!(explained(&key.sign(message.as_bytes())), "");
    assert_eq!(explained(&key.sign(&message.as_bytes()[..message.len() - 1])), "newline_last_missing");
    assert_eq!(explained(&other.sign(message.as_bytes())), "key_other_merchant");
    assert_eq!(explained(&other.sign(b"x")), "unknown_key");
}
