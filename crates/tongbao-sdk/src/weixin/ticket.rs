//! The ticket for the JS-SDK, fetched and kept (miniprogram.md §1.6).

use serde::Deserialize;
use tongbao_wire::Call;

use super::client::Asking;
use super::js_sdk::{JsConfig, JsapiTicket};
use super::lending::Fetched;
use super::secret_text::SecretText;
use super::{WeixinClient, WeixinError};

impl WeixinClient {
    /// The ticket of this service account, from the cache until five minutes before it ends. One caller fetches
    /// while the others wait.
    ///
    /// # Errors
    /// [`WeixinError`] when there is no ticket to give.
    pub async fn jsapi_ticket(&self) -> Result<JsapiTicket, WeixinError> {
        self.ticket().get(self, self.fetch_ticket()).await.map(JsapiTicket)
    }

    /// What the page at `url` hands to `wx.config` ([`JsConfig::sign`]). Take `url` from the page, and check that
    /// it is one of yours.
    ///
    /// # Errors
    /// [`WeixinError`] when there is no ticket to sign with.
    pub async fn js_config(&self, url: &str, js_api_list: &[&str]) -> Result<JsConfig, WeixinError> {
        let ticket = self.jsapi_ticket().await?;
        let nonce = self.chance().text(NONCE_CHARS, NONCE_LETTERS);
        let seconds = self.clock().now().seconds();
        Ok(JsConfig::sign(&ticket, self.appid(), url, js_api_list, nonce, seconds))
    }

    async fn fetch_ticket(&self) -> Result<Fetched, WeixinError> {
        #[derive(Deserialize)]
        struct Ticket {
            ticket: SecretText,
            expires_in: u32,
        }
        let asking = Asking::to(Call::JsapiTicket).query("type", "jsapi");
        let read: Ticket = self.ask_with_token(&asking).await?;
        Ok(Fetched { text: read.ticket, expires_in: read.expires_in })
    }
}

/// As many as the official example has.
const NONCE_CHARS: usize = 16;
const NONCE_LETTERS: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
