//! What WeChat lends for a while: tokens and tickets, kept until shortly before their end (miniprogram.md §1.4).

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tongbao_wire::Timestamp;
use tongbao_wire::seam::Chance;

use super::secret_text::SecretText;
use super::{WeixinClient, WeixinError};

/// One thing lent. One caller fetches it while the others wait for what becomes of that.
#[derive(Default)]
pub(super) struct Lending {
    /// How many fetches have ended. A caller who has seen fewer has waited for the last one.
    fetches: AtomicU64,
    state: tokio::sync::Mutex<State>,
}

#[derive(Default)]
struct State {
    lent: Option<Lent>,
    /// How the last fetch failed, if it did.
    failure: Option<WeixinError>,
    /// What was forgotten last.
    forgotten: Option<SecretText>,
}

struct Lent {
    text: SecretText,
    /// WeChat refuses it and lends it out again: forgetting it before this would not bring another.
    keep_until: Timestamp,
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
    /// What is held, or else what `fetch` brings. When that fails while what is held is still good, it is given;
    /// otherwise all who waited for it fail with it, rather than each in turn.
    pub(super) async fn get(
        &self,
        client: &WeixinClient,
        fetch: impl Future<Output = Result<Fetched, WeixinError>>,
    ) -> Result<SecretText, WeixinError> {
        let seen = self.fetches.load(Ordering::Relaxed);
        let mut state = self.state.lock().await;
        let now = client.clock().now();
        if let Some(lent) = state.lent.as_ref().filter(|lent| now < lent.refresh_at) {
            return Ok(lent.text.clone());
        }
        if let Some(failure) = state.failure.as_ref().filter(|_| seen < self.fetches.load(Ordering::Relaxed))
        {
            return Err(failure.of_another());
        }
        let fetched = fetch.await;
        self.fetches.fetch_add(1, Ordering::Relaxed);
        state.settle(fetched, client)
    }

    /// Forgets `text`, unless something newer is at hand, or WeChat lent it out again a moment ago.
    pub(super) async fn forget(&self, text: &SecretText, now: Timestamp) {
        let mut state = self.state.lock().await;
        if state.lent.as_ref().is_some_and(|lent| lent.text == *text && lent.keep_until <= now) {
            (state.lent, state.forgotten) = (None, Some(text.clone()));
        }
    }
}

impl State {
    fn settle(
        &mut self,
        fetched: Result<Fetched, WeixinError>,
        client: &WeixinClient,
    ) -> Result<SecretText, WeixinError> {
        let now = client.clock().now();
        let error = match fetched {
            Ok(fetched) => {
                let again = self.forgotten.take().is_some_and(|forgotten| forgotten == fetched.text);
                let keep_until = if again { now.plus(REFRESH_PAUSE) } else { now };
                let lent = self.lent.insert(Lent::new(fetched, now, keep_until, client.chance()));
                self.failure = None;
                return Ok(lent.text.clone());
            }
            Err(error) => error,
        };
        if let Some(lent) = self.lent.as_mut().filter(|lent| now < lent.expires_at) {
            tracing::warn!(appid = %client.appid(), error = error.code(), "token or ticket not refreshed, the old one is used");
            lent.refresh_at = now.plus(REFRESH_PAUSE);
            return Ok(lent.text.clone());
        }
        self.failure = Some(error.of_another());
        Err(error)
    }
}

impl Lent {
    fn new(fetched: Fetched, now: Timestamp, keep_until: Timestamp, chance: &Chance) -> Self {
        let life = Duration::from_secs(fetched.expires_in.into());
        // Later by up to a minute, so that many processes do not ask in the same second. Never earlier:
        // WeChat gives the same again until five minutes before its end.
        let jitter =
            Duration::from_millis(u64::from(u16::from_le_bytes(chance.bytes::<2>())) * 60_000 / 65_536);
        let until = life.saturating_sub(BEFORE_END);
        let refresh_after = if until.is_zero() { REFRESH_PAUSE.min(life) } else { until + jitter };
        let (refresh_at, expires_at) = (now.plus(refresh_after), now.plus(life));
        Self { text: fetched.text, keep_until, refresh_at, expires_at }
    }
}

/// WeChat gives a new one from five minutes before the end of the old one.
const BEFORE_END: Duration = Duration::from_secs(300);
/// How long to leave WeChat alone when it gave nothing new.
const REFRESH_PAUSE: Duration = Duration::from_secs(30);
