//! The access token, fetched in stable mode (miniprogram.md §1.4).

use serde::{Deserialize, Serialize};
use tongbao_wire::Call;

use super::client::Asking;
use super::lending::Fetched;
use super::secret_text::SecretText;
use super::{WeixinClient, WeixinError};

/// An access token. Wiped when the last clone is dropped, never printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessToken(SecretText);

impl AccessToken {
    /// The token, for the query of a call.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl WeixinClient {
    /// The access token of this appid, from the cache until five minutes before it ends.
    ///
    /// One caller fetches while the others wait. When fetching fails while the token at hand is still
    /// good, that token is given; otherwise all of them fail at once. Only calls of your own need it: those of
    /// this crate take it themselves.
    ///
    /// # Errors
    /// [`WeixinError`] when there is no token to give.
    pub async fn stable_token(&self) -> Result<AccessToken, WeixinError> {
        self.token().get(self, self.fetch_token()).await.map(AccessToken)
    }

    /// Forgets `token` because WeChat refused it (errcodes 40001, 40014, 42001), unless a newer one is
    /// already at hand. A token that WeChat lends out again although it refuses it is kept for half a minute, so
    /// that asking for another does not use up the day's calls.
    pub async fn forget_token(&self, token: &AccessToken) {
        self.token().forget(&token.0, self.clock().now()).await;
    }

    async fn fetch_token(&self) -> Result<Fetched, WeixinError> {
        #[derive(Serialize)]
        struct Ask<'a> {
            grant_type: &'static str,
            appid: &'a str,
            secret: &'a str,
            force_refresh: bool,
        }
        #[derive(Deserialize)]
        struct Token {
            access_token: SecretText,
            expires_in: u32,
        }
        let ask = Ask {
            grant_type: "client_credential",
            appid: self.appid().as_str(),
            secret: self.secret().as_str(),
            force_refresh: false,
        };
        let read: Token = self.ask(&Asking::to(Call::StableToken).json(&ask)).await?;
        Ok(Fetched { text: read.access_token, expires_in: read.expires_in })
    }
}
