//! Invocations of the cashier.

use tongbao_wire::Mchid;

use super::super::invoke::{Asked, Order, explain};
use super::super::{hex, recover};
use super::{Ring, ids};

const NOW: i64 = 1_772_330_400;
const NONCE: &str = "593BEC0C930BF1AFEB40B4A08C8FB242";
const APPID: &str = "wx00000000000000aa";
const PACKAGE: &str = "prepay_id=wx201410272009395522657a690389285100";
const KEY: &str = "TongbaoSimulatorFixedAPIv2Key000";

struct Sent {
    time_stamp: String,
    package: &'static str,
    sign_type: &'static str,
    is_v2: bool,
}

impl Default for Sent {
    fn default() -> Self {
        Self { time_stamp: NOW.to_string(), package: PACKAGE, sign_type: "RSA", is_v2: false }
    }
}

impl Sent {
    fn message(&self) -> String {
        format!("{APPID}\n{}\n{NONCE}\n{}\n", self.time_stamp, self.package)
    }

    fn named(&self, pay_sign: &str) -> Vec<String> {
        let ring = Ring::new();
        let mchid: &Mchid = &ring.mchid;
        let asked = Asked {
            appid: APPID,
            time_stamp: &self.time_stamp,
            nonce_str: NONCE,
            package: self.package,
            sign_type: self.sign_type,
            pay_sign,
            transport: NOW,
            business: NOW,
            window: 7200,
            order: Some(Order { mchid, is_v2: self.is_v2, prepay_ids: vec!["wx20older", "wx20newer"] }),
            appids: vec!["wx00000000000000bb"],
            v2_keys: vec![(mchid, KEY)],
        };
        ids(explain(&asked, &ring.keys()).as_ref()).into_iter().map(str::to_owned).collect()
    }

    #[track_caller]
    fn check(&self, message: &str, mistakes: &[&str]) {
        assert_eq!(self.named(&Ring::new().own.sign(message.as_bytes())), mistakes, "{message}");
    }
}

fn v2_string(sent: &Sent) -> String {
    format!(
        "appId={APPID}&nonceStr={NONCE}&package={}&signType={}&timeStamp={}&key={KEY}",
        sent.package, sent.sign_type, sent.time_stamp
    )
}

fn md5(string: &str) -> String {
    hex(&recover::md5(string.as_bytes())).to_uppercase()
}

#[test]
fn what_is_right_is_not_explained() {
    let sent = Sent::default();
    sent.check(&sent.message(), &[]);
    let v2 = Sent { sign_type: "MD5", is_v2: true, ..Sent::default() };
    assert!(v2.named(&md5(&v2_string(&v2))).is_empty());
}

#[test]
fn another_string_is_recognised() {
    let sent = Sent::default();
    let with = |from: &str, to: &str| sent.message().replace(from, to);
    sent.check(&with("prepay_id=", ""), &["package_prefix_not_signed"]);
    sent.check(&with(APPID, "wx00000000000000bb"), &["appid_other"]);
    sent.check(&with(APPID, ""), &["appid_other"]);
    sent.check(&with(PACKAGE, "prepay_id=wx20older"), &["prepay_id_other"]);
    sent.check(&with(PACKAGE, "Sign=WXPay"), &["invoke_app_form"]);
    sent.check(&with("1772330400", "1772330400123"), &["invoke_timestamp_other_unit"]);
    sent.check(&with("1772330400", "1772330401"), &["timestamp_twice"]);
    sent.check(sent.message().trim_end(), &["newline_last_missing"]);
    sent.check(&sent.message().replace('\n', "\\n"), &["newline_literal"]);
    sent.check(&format!("{APPID}\n{NONCE}\n{NOW}\n{PACKAGE}\n"), &["invoke_line_order"]);
    sent.check("another", &["unknown_string"]);
    let stranger = Ring::new().others.sign(sent.message().as_bytes());
    assert_eq!(sent.named(&stranger), ["key_other_merchant"]);
    let plus_lost = Ring::new().own.sign(sent.message().as_bytes()).replace('+', " ");
    assert_eq!(sent.named(&plus_lost), ["encoding_plus_lost"]);
}

#[test]
fn what_is_wrong_by_itself_is_told_though_the_signature_fits() {
    let bare = Sent { package: "wx201410272009395522657a690389285100", ..Sent::default() };
    bare.check(&bare.message(), &["package_prefix_missing"]);
    bare.check(
        &bare.message().replace("\nwx2014", "\nprepay_id=wx2014"),
        &["package_prefix_missing", "package_prefix_signed_only"],
    );
    let milliseconds = Sent { time_stamp: format!("{NOW}000"), ..Sent::default() };
    milliseconds.check(&milliseconds.message(), &["invoke_timestamp_milliseconds"]);
    let stale = Sent { time_stamp: (NOW - 7201).to_string(), ..Sent::default() };
    stale.check(&stale.message(), &["invoke_timestamp_stale"]);
}

#[test]
fn a_signature_of_the_other_version_is_recognised() {
    let v2_on_v3 = Sent { sign_type: "MD5", ..Sent::default() };
    assert_eq!(v2_on_v3.named(&md5(&v2_string(&v2_on_v3))), ["pay_sign_v2", "sign_type_other"]);
    let renamed = md5(&v2_string(&v2_on_v3).replace("appId", "appid"));
    assert_eq!(v2_on_v3.named(&renamed), ["pay_sign_v2", "sign_type_other"]);
    let called_rsa = Sent::default();
    assert_eq!(called_rsa.named(&md5(&v2_string(&called_rsa))), ["pay_sign_v2"]);
    let v2 = Sent { sign_type: "RSA", is_v2: true, ..Sent::default() };
    assert_eq!(v2.named(&Ring::new().own.sign(v2.message().as_bytes())), ["v2_rsa"]);
    let wrong = Sent { sign_type: "MD5", is_v2: true, ..Sent::default() };
    let lower = md5(&v2_string(&wrong).replace("appId", "appid"));
    assert_eq!(wrong.named(&lower), ["v2_name_case"]);
}
