//! Notifications in the language of v2: payments signed, refunds encrypted (v2.md §4).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{Request, header};
use tongbao_wire::Timestamp;

use super::answer::forged;
use super::fields::Fields;
use super::sign::{SignType, sign};
use super::{refunds, told, xml};
use crate::crypto::v2::{aes_256_ecb, md5_hex};
use crate::faults::Forgery;
use crate::notice::{NewNotice, Notice, Tongue, event_id};
use crate::order::Order;
use crate::platform::Platform;
use crate::refund::RefundRecord;
use crate::settings::{LETTERS, UPPER_HEX};
use crate::state::State;

impl State {
    /// A payment, told to the address of its order.
    pub(crate) fn tell_paid_v2(
        &mut self,
        platform: &Platform,
        order: &Order,
        sign_type: SignType,
        url: String,
        now: Timestamp,
    ) {
        let payment = order.payment().expect("callers tell what was paid");
        let mut said = greeting(platform, order);
        said.text("result_code", "SUCCESS");
        said.may("device_info", order.asked.device_id.as_deref());
        said.append(told::paid(order, payment));
        if sign_type == SignType::HmacSha256 {
            said.text("sign_type", "HMAC-SHA256");
        }
        let Some(merchant) = platform.merchant(&order.asked.mchid) else { return };
        let signature = sign(sign_type, said.iter(), &merchant.settings.apiv2_key);
        said.text("sign", signature);
        let event = new_notice(order, None, "TRANSACTION.SUCCESS", url);
        self.keep_notice(&event, event_id(platform), Tongue::V2(sign_type), written(&said), now);
    }

    /// The end of a refund. Nothing is signed: its proof is that it could be encrypted (v2.md §4.2).
    pub(crate) fn tell_refund_v2(
        &mut self,
        platform: &Platform,
        record: &RefundRecord,
        event_type: &'static str,
        url: String,
        now: Timestamp,
    ) {
        let key = (record.mchid.clone(), record.told.out_trade_no.clone());
        let Some(order) = self.orders.get(&key) else { return };
        let Some(merchant) = platform.merchant(&record.mchid) else { return };
        let mut said = greeting(platform, &order);
        said.text("req_info", req_info(record, &merchant.settings.apiv2_key));
        let event = new_notice(&order, Some(record), event_type, url);
        self.keep_notice(&event, event_id(platform), record.dialect.into(), written(&said), now);
    }
}

/// What both begin with.
fn greeting(platform: &Platform, order: &Order) -> Fields {
    let asked = &order.asked;
    let mut said = Fields::new();
    said.text("return_code", "SUCCESS");
    said.text("appid", asked.appid.as_str());
    said.text("mch_id", asked.mchid.as_str());
    if let Some(sub) = &asked.sub {
        said.may("sub_appid", sub.appid.as_ref().map(tongbao_wire::Appid::as_str));
        said.text("sub_mch_id", sub.mchid.as_str());
    }
    said.text("nonce_str", platform.chance.text(32, LETTERS));
    said
}

fn new_notice(
    order: &Order,
    record: Option<&RefundRecord>,
    event_type: &'static str,
    url: String,
) -> NewNotice {
    NewNotice {
        mchid: order.asked.mchid.clone(),
        out_trade_no: Some(order.asked.out_trade_no.clone()),
        out_refund_no: record.map(|record| record.told.out_refund_no.clone()),
        event_type,
        original_type: "",
        summary: "",
        url,
        plain: Vec::new(),
    }
}

/// Elements of notifications come in the order of their names (seen in the field).
fn written(said: &Fields) -> String {
    xml::write("xml", &said.sorted())
}

/// The refund, encrypted under the MD5 of the merchant's key.
fn req_info(record: &RefundRecord, key: &str) -> String {
    let refund = &record.told;
    let mut inside = Fields::new();
    inside.text("out_refund_no", refund.out_refund_no.as_str());
    inside.text("out_trade_no", refund.out_trade_no.as_str());
    inside.text("refund_account", refunds::account(refund));
    inside.text("refund_fee", refund.amount.refund.get().to_string());
    inside.text("refund_id", refund.refund_id.as_str());
    inside.text("refund_recv_accout", refund.user_received_account.as_str());
    inside.text("refund_request_source", "API");
    inside.text("refund_status", refunds::status(&refund.status));
    inside.text("settlement_refund_fee", refund.amount.settlement_refund.get().to_string());
    inside.text("settlement_total_fee", refund.amount.settlement_total.get().to_string());
    if let Some(at) = refund.success_time {
        inside.text("success_time", at.civil());
    }
    inside.text("total_fee", refund.amount.total.get().to_string());
    inside.text("transaction_id", refund.transaction_id.as_str());
    let key = md5_hex(key.as_bytes());
    let key = key.as_bytes().try_into().expect("MD5 has 32 digits");
    STANDARD.encode(aes_256_ecb(key, xml::write("root", &inside).as_bytes()))
}

/// The request of one send, forged as told.
pub(crate) fn letter(platform: &Platform, notice: &Notice, forgery: Option<Forgery>) -> Request<Bytes> {
    let body = match forgery {
        None => notice.body.clone(),
        Some(forgery) => unbelievable(platform, &notice.body, forgery),
    };
    Request::post(&notice.url)
        .header(header::CONTENT_TYPE, "text/xml")
        .header(header::ACCEPT, "*/*")
        .header(header::USER_AGENT, "Mozilla/4.0")
        .body(Bytes::from(body))
        .expect("the address was checked when it was given")
}

/// Another signature, another amount, or a resource that cannot be decrypted.
fn unbelievable(platform: &Platform, body: &str, forgery: Forgery) -> String {
    let mut said = xml::parse("xml", body.as_bytes()).expect("the platform's own writing");
    if let Some(sealed) = said.get("req_info") {
        let other = platform.chance.text(sealed.len(), UPPER_HEX);
        said.change("req_info", other);
    } else if forgery == Forgery::Tamper {
        let more = format!("{}0", said.get("total_fee").unwrap_or_default());
        said.change("total_fee", more);
    } else {
        let right = said.get("sign").unwrap_or_default().to_owned();
        said.change("sign", forged(platform, right, Some(forgery)));
    }
    xml::write("xml", &said)
}

/// Whether a merchant's answer says so: XML with `return_code` of `SUCCESS` (v2.md §4.1).
pub(crate) fn accepts(body: &[u8]) -> bool {
    let said = xml::parse("xml", body.trim_ascii()).ok();
    said.is_some_and(|said| said.get("return_code") == Some("SUCCESS"))
}

#[cfg(test)]
mod tests {
    use super::accepts;

    #[test]
    fn only_the_words_in_the_body_accept() {
        for body in [
            "<xml><return_code><![CDATA[SUCCESS]]></return_code><return_msg><![CDATA[OK]]></return_msg></xml>",
            "<xml>\n  <return_code>SUCCESS</return_code>\n</xml>\n",
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><xml><return_code>SUCCESS</return_code></xml>",
        ] {
            assert!(accepts(body.as_bytes()), "{body}");
        }
        for body in [
            "",
            "SUCCESS",
            "success",
            "{\"code\":\"SUCCESS\"}",
            "<xml><return_code>FAIL</return_code></xml>",
            "<xml><return_code>SUCCESS</return_code>",
            "<xml><return_code>SUCCESS></return_code></xml>",
            "<xml><return_code><![CDATA[SUCCESS]]></return_code></xml>SUCCESS",
            "<html></html>",
        ] {
            assert!(!accepts(body.as_bytes()), "{body}");
        }
    }
}
