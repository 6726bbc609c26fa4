//! What WeChat lends for a while: tokens and tickets, kept until shortly before their end (miniprogram.md §1.4).

use std::time::Duration;

use tongbao_wire::Timestamp;
use tongbao_wire::seam::Chance;

use super::secret_text::SecretText;
use super::{WeixinClient, WeixinError};

/// One thing lent. One caller fetches it while the others wait.
#[derive(Default)]
pub(super) struct Lending(tokio::sync::Mutex<Option<Lent>>);

struct Lent {
    text: SecretText,
    refresh_at: Timestamp,
    expires_at: Timestamp,
}

/// What was fetched.
pub(super) struct Fetched {
    pub(super) text: SecretText,
    /// Seconds.
    pub(super) expires_in: u32,
}

impl Lending {
    /// What is held, or else what `fetch` brings. When that fails while what is held is still good, it is given.
    pub(super) async fn get(
        &self,
        client: &WeixinClient,
        fetch: impl Future<Output = Result<Fetched, WeixinError>>,
    ) -> Result<SecretText, WeixinError> {
        let mut held = self.0.lock().await;
        let now = client.clock().now();
        if let Some(lent) = held.as_ref().filter(|lent| now < lent.refresh_at) {
            return Ok(lent.text.clone());
        }
        match fetch.await {
            Ok(fetched) => {
                let text = fetched.text.clone();
                *held = Some(Lent::new(fetched, client.clock().now(), client.chance()));
                Ok(text)
            }
            Err(error) => match held.as_mut().filter(|lent| now < lent.expires_at) {
                Some(lent) => {
                    tracing::warn!(appid = %client.appid(), error = error.code(), "token or ticket not refreshed, the old one is used");
                    lent.refresh_at = now.plus(REFRESH_PAUSE);
                    Ok(lent.text.clone())
                }
                None => Err(error),
            },
        }
    }

    /// Forgets `text`, unless something newer is at hand.
    pub(super) async fn forget(&self, text: &SecretText) {
        let mut held = self.0.lock().await;
        if held.as_ref().is_some_and(|lent| lent.text == *text) {
            *held = None;
        }
    }
}

impl Lent {
    fn new(fetched: Fetched, now: Timestamp, chance: &Chance) -> Self {
        let life = Duration::from_secs(fetched.expires_in.into());
        // Later by up to a minute, so that many processes do not ask in the same second. Never earlier:
        // WeChat gives the same again until five minutes before its end.
        let jitter =
            Duration::from_millis(u64::from(u16::from_le_bytes(chance.bytes::<2>())) * 60_000 / 65_536);
        let until = life.saturating_sub(BEFORE_END);
        let refresh_after = if until.is_zero() { REFRESH_PAUSE.min(life) } else { until + jitter };
        Self { text: fetched.text, refresh_at: now.plus(refresh_after), expires_at: now.plus(life) }
    }
}

/// WeChat gives a new one from five minutes before the end of the old one.
const BEFORE_END: Duration = Duration::from_secs(300);
/// How long to leave WeChat alone when it gave nothing new.
const REFRESH_PAUSE: Duration = Duration::from_secs(30);
