//! The access token, fetched in stable mode and kept until shortly before it ends (miniprogram.md §1.4).

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::Method;
use serde::{Deserialize, Serialize};
use tongbao_wire::Timestamp;
use zeroize::Zeroizing;

use super::{WeixinClient, WeixinError};

/// An access token. Wiped when the last clone is dropped, never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct AccessToken(Arc<Zeroizing<String>>);

impl AccessToken {
    /// The token, for the query of a call.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccessToken(redacted)")
    }
}

/// A token at hand.
pub(super) struct Cached {
    token: AccessToken,
    refresh_at: Timestamp,
    expires_at: Timestamp,
}

impl WeixinClient {
    /// The access token of this appid, from the cache until five minutes before it ends.
    ///
    /// One caller fetches while the others wait. When fetching fails while the token at hand is still
    /// good, that token is given.
    ///
    /// # Errors
    /// [`WeixinError`] when there is no token to give.
    pub async fn stable_token(&self) -> Result<AccessToken, WeixinError> {
        let mut cached = self.0.token.lock().await;
        let now = self.0.clock.now();
        if let Some(held) = cached.as_ref().filter(|held| now < held.refresh_at) {
            return Ok(held.token.clone());
        }
        match self.fetch().await {
            Ok(fetched) => {
                let token = fetched.token.clone();
                *cached = Some(fetched);
                Ok(token)
            }
            Err(error) => match cached.as_mut().filter(|held| now < held.expires_at) {
                Some(held) => {
                    tracing::warn!(appid = %self.0.appid, error = error.code(), "token not refreshed, the old one is used");
                    held.refresh_at = now.plus(REFRESH_PAUSE);
                    Ok(held.token.clone())
                }
                None => Err(error),
            },
        }
    }

    /// Forgets `token` because WeChat refused it (errcodes 40001, 40014, 42001), unless a newer one is
    /// already at hand.
    pub async fn forget_token(&self, token: &AccessToken) {
        let mut cached = self.0.token.lock().await;
        if cached.as_ref().is_some_and(|held| held.token == *token) {
            *cached = None;
        }
    }

    async fn fetch(&self) -> Result<Cached, WeixinError> {
        #[derive(Serialize)]
        struct Ask<'a> {
            grant_type: &'static str,
            appid: &'a str,
            secret: &'a str,
            force_refresh: bool,
        }
        #[derive(Deserialize)]
        struct Token {
            access_token: Zeroizing<String>,
            expires_in: u32,
        }
        let ask = Ask {
            grant_type: "client_credential",
            appid: self.0.appid.as_str(),
            secret: &self.0.secret.0,
            force_refresh: false,
        };
        let body = serde_json::to_vec(&ask).expect("a struct of texts is JSON");
        let read: Token = self.ask(Method::POST, "/cgi-bin/stable_token", Bytes::from(body)).await?;
        let now = self.0.clock.now();
        let life = Duration::from_secs(read.expires_in.into());
        // Later by up to a minute, so that many processes do not ask in the same second. Never earlier:
        // WeChat gives the same token again until five minutes before its end.
        let jitter = Duration::from_millis(
            u64::from(u16::from_le_bytes(self.0.chance.bytes::<2>())) * 60_000 / 65_536,
        );
        let until = life.saturating_sub(BEFORE_END);
        let refresh_after = if until.is_zero() { REFRESH_PAUSE.min(life) } else { until + jitter };
        Ok(Cached {
            token: AccessToken(Arc::new(read.access_token)),
            refresh_at: now.plus(refresh_after),
            expires_at: now.plus(life),
        })
    }
}

/// WeChat gives a new token from five minutes before the end of the old one.
const BEFORE_END: Duration = Duration::from_secs(300);
/// How long to leave WeChat alone when it gave nothing new.
const REFRESH_PAUSE: Duration = Duration::from_secs(30);
