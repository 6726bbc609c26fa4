//! Plain messages (明文模式), which nobody signs.

use tongbao_wire::Timestamp;

use super::{Push, PushQuery, PushRefused, PushToken, check_size, check_time, is_encrypted, json_of, read};

/// Receives plain messages (明文模式). Cheap to clone.
///
/// **In this mode WeChat does not sign the message**, only the time, and does not say for which appid it is:
/// whoever sees one call can make up others for [`STALE_SECONDS`](super::STALE_SECONDS). So no
/// [`Verified`](crate::Verified) comes out. Take a message as a hint, and ask WeChat before acting. Better set
/// the console to 安全模式, and use a [`PushReceiver`](super::PushReceiver).
#[derive(Clone, Debug)]
pub struct PlainPushReceiver(PushToken);

impl PlainPushReceiver {
    /// A receiver of what is called with `token`.
    #[must_use]
    pub fn new(token: PushToken) -> Self {
        Self(token)
    }

    /// What to answer when the console checks the address, as [`PushReceiver::echo`](super::PushReceiver::echo).
    ///
    /// # Errors
    /// [`PushRefused`]; answer 403.
    pub fn echo<'a>(&self, query: &'a PushQuery) -> Result<&'a str, PushRefused> {
        self.0.echo(query)
    }

    /// Checks that the caller knows, or has seen, a signature of these minutes, and reads the message. `body` is
    /// the raw body, JSON or XML.
    ///
    /// # Errors
    /// [`PushRefused`]; answer 403, so that WeChat sends again.
    pub fn open_unsigned(&self, query: &PushQuery, body: &[u8], now: Timestamp) -> Result<Push, PushRefused> {
        check_size(body)?;
        check_time(query, now)?;
        self.0.check_signature(query)?;
        let json = json_of(body)?;
        if is_encrypted(&json) {
            return Err(PushRefused::Encrypted);
        }
        read(body, &json)
    }
}
