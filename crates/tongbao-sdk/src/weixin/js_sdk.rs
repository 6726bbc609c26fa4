//! `wx.config`: what a page in WeChat's browser needs before it may use the JS-SDK (miniprogram.md §1.6).
//!
//! Opening the cashier by `WeixinJSBridge` needs none of this.

use std::fmt;

use serde::Serialize;
use tongbao_wire::Appid;

use super::digest;
use super::secret_text::SecretText;

/// What `js_api_list` must name for payments.
pub const CHOOSE_WX_PAY: &str = "chooseWXPay";

/// A ticket for the JS-SDK (`jsapi_ticket`). Wiped when the last clone is dropped, never printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsapiTicket(pub(super) SecretText);

impl JsapiTicket {
    /// A ticket fetched elsewhere.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(SecretText::new(text))
    }

    /// The ticket.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

/// What a page hands to `wx.config`, as it stands.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct JsConfig {
    /// Shows every result in a box; for development.
    pub debug: bool,
    /// The service account.
    pub app_id: Appid,
    /// Seconds since 1970.
    pub timestamp: i64,
    /// Chance. Signed as `noncestr`, handed over as `nonceStr`.
    pub nonce_str: String,
    /// The signature.
    pub signature: String,
    /// What the page will use.
    pub js_api_list: Vec<String>,
}

impl JsConfig {
    /// Signs for the page at `url`, which is as the address bar has it (`location.href`); what follows `#` is
    /// cut off here. On iOS a page that changes its address by script counts as the address it was entered at.
    #[must_use]
    pub fn sign(
        ticket: &JsapiTicket,
        appid: &Appid,
        url: &str,
        js_api_list: &[&str],
        nonce: String,
        timestamp: i64,
    ) -> Self {
        let page = url.split('#').next().unwrap_or_default();
        let time = timestamp.to_string();
        let ticket = ticket.as_str();
        let signature = digest::sha1(&[
            "jsapi_ticket=",
            ticket,
            "&noncestr=",
            &nonce,
            "&timestamp=",
            &time,
            "&url=",
            page,
        ]);
        Self {
            debug: false,
            app_id: appid.clone(),
            timestamp,
            nonce_str: nonce,
            signature,
            js_api_list: js_api_list.iter().map(|&name| name.to_owned()).collect(),
        }
    }
}

impl fmt::Debug for JsConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JsConfig")
            .field("app_id", &self.app_id)
            .field("timestamp", &self.timestamp)
            .field("js_api_list", &self.js_api_list)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use tongbao_wire::Appid;

    use super::{CHOOSE_WX_PAY, JsConfig, JsapiTicket};

    fn signed(url: &str) -> JsConfig {
        let ticket = JsapiTicket::new(
            "sM4AOVdWfPE4DxkXGEs8VMCPGGVi4C3VM0P37wVUCFvkVAy_90u5h9nbSlYy3-Sl-HhTdfl2fzFy1AOcHKP7qg",
        );
        let appid = Appid::parse("wx8888888888888888").expect("an appid");
        JsConfig::sign(&ticket, &appid, url, &[CHOOSE_WX_PAY], "Wm3WZYTPz0wzccnW".into(), 1_414_587_457)
    }

    #[test]
    fn the_published_signature_comes_out_and_a_fragment_does_not_count() {
        let signature = "0f9de62fce790f9a083d5c99e95740ceb90c27ed";
        assert_eq!(signed("http://mp.weixin.qq.com?params=value").signature, signature);
        assert_eq!(signed("http://mp.weixin.qq.com?params=value#/pay?a#b").signature, signature);
        assert_ne!(signed("http://mp.weixin.qq.com").signature, signature);
    }

    #[test]
    fn the_config_spells_its_members_as_the_page_needs_them() {
        let config = signed("http://mp.weixin.qq.com?params=value");
        let expected = serde_json::json!({
            "debug": false, "appId": "wx8888888888888888", "timestamp": 1_414_587_457,
            "nonceStr": "Wm3WZYTPz0wzccnW", "signature": "0f9de62fce790f9a083d5c99e95740ceb90c27ed",
            "jsApiList": ["chooseWXPay"],
        });
        assert_eq!(serde_json::to_value(&config).expect("serialises"), expected);
        assert!(!format!("{config:?}").contains(&config.signature));
    }
}
