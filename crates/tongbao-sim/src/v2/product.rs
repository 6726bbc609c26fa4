//! Native mode 1: a printed QR code names a product, and its merchant is asked for an order when it is scanned
//! (v2.md §2.7). Behind a switch, for the platform no longer does.

use std::collections::BTreeMap;

use axum::extract::Query;
use bytes::Bytes;
use http::{Request, Uri, header};
use tongbao_wire::{Appid, Mchid, PrepayId};

use super::fields::Fields;
use super::sign::{SignType, sign};
use super::tools::SHORT;
use super::xml;
use crate::pay::PayRefused;
use crate::postman::ANSWER_WITHIN;
use crate::settings::LETTERS;
use crate::{Simulator, payer};

impl Simulator {
    /// True for a code of mode 1, or the short address of one.
    pub(crate) fn is_product_code(code: &str) -> bool {
        code.starts_with(SHORT) || (code.starts_with(LONG) && code.contains("product_id="))
    }

    /// Asks the merchant for an order of the product that `payer` has scanned.
    ///
    /// # Errors
    /// [`PayRefused::Signature`] for a code that is not the merchant's, [`PayRefused::Prepay`] for whatever
    /// else comes to nothing.
    pub(crate) async fn scan_product(&self, code: &str, payer_id: &str) -> Result<PrepayId, PayRefused> {
        if !self.inner.platform.switches.v2_native_mode_1 {
            return Err(PayRefused::Prepay);
        }
        let (request, key) = self.ask_for_product(code, payer_id)?;
        let answered = tokio::time::timeout(ANSWER_WITHIN, self.inner.postman.post(request)).await;
        let answer = answered.ok().and_then(Result::ok).ok_or(PayRefused::Prepay)?;
        let said = xml::parse("xml", answer.body().trim_ascii()).map_err(|_| PayRefused::Prepay)?;
        let succeeded = ["return_code", "result_code"].iter().all(|name| said.get(name) == Some("SUCCESS"));
        if said.get("sign") != Some(sign(SignType::Md5, said.iter(), &key).as_str()) {
            return Err(PayRefused::Signature);
        }
        let prepay_id = said.get("prepay_id").filter(|_| succeeded);
        prepay_id.and_then(|id| PrepayId::parse(id).ok()).ok_or(PayRefused::Prepay)
    }

    /// What is posted to the merchant's 扫码支付回调URL, and the key it is signed with.
    fn ask_for_product(&self, code: &str, payer_id: &str) -> Result<(Request<Bytes>, String), PayRefused> {
        let platform = &self.inner.platform;
        let short = code.strip_prefix(SHORT).map(str::to_owned);
        let long = match short {
            None => code.to_owned(),
            Some(token) => {
                let known = self.with_state(|state, _, _| state.short_urls.get(&token));
                known.map(|long| (*long).clone()).ok_or(PayRefused::Prepay)?
            }
        };
        let said = parameters(&long).ok_or(PayRefused::Prepay)?;
        let get = |name: &str| said.get(name).map_or("", String::as_str);
        let mchid = Mchid::parse(get("mch_id")).map_err(|_| PayRefused::Prepay)?;
        let appid = Appid::parse(get("appid")).map_err(|_| PayRefused::Appid)?;
        let merchant = platform.merchant(&mchid).ok_or(PayRefused::Prepay)?;
        let key = merchant.settings.apiv2_key.clone();
        let expected = sign(SignType::Md5, said.iter().map(|(name, text)| (&**name, &**text)), &key);
        if get("sign") != expected {
            return Err(PayRefused::Signature);
        }
        if !platform.is_bound(&appid, &mchid) {
            return Err(PayRefused::Appid);
        }
        let url = merchant.settings.scan_callback_url.as_ref().ok_or(PayRefused::Prepay)?;
        let mut asked = Fields::new();
        asked.text("appid", appid.as_str());
        asked.text("openid", payer::openid(&appid, payer_id).as_str());
        asked.text("mch_id", mchid.as_str());
        asked.text("is_subscribe", "N");
        asked.text("nonce_str", platform.chance.text(32, LETTERS));
        asked.text("product_id", get("product_id"));
        let signature = sign(SignType::Md5, asked.iter(), &key);
        asked.text("sign", signature);
        let request = Request::post(url).header(header::CONTENT_TYPE, "text/xml");
        let request = request.body(Bytes::from(xml::write("xml", &asked))).map_err(|_| PayRefused::Prepay)?;
        Ok((request, key))
    }
}

/// The parameters of the code, in whatever order.
fn parameters(long: &str) -> Option<BTreeMap<String, String>> {
    let (_, query) = long.split_once('?')?;
    let uri: Uri = format!("/?{query}").parse().ok()?;
    Query::<BTreeMap<String, String>>::try_from_uri(&uri).ok().map(|Query(said)| said)
}

const LONG: &str = "weixin://wxpay/bizpayurl?";
