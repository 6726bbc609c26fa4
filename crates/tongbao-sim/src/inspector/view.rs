//! Exchanges as they are shown, to programs and to the pages.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use tongbao_wire::Call;

use super::exchange::{Direction, End, Exchange, Message};
use super::unsealed::unsealed;
use crate::Simulator;
use crate::why::Why;

/// An exchange in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ExchangeSummary {
    /// Rises in the order in which exchanges end; unique within one run.
    pub id: u64,
    /// When it began, in business time.
    pub at: String,
    /// The same moment in the time signatures go by.
    pub transport_at: String,
    /// How long it took, in microseconds.
    pub took_micros: u64,
    /// `in`: a client called the platform. `out`: a notification.
    pub direction: &'static str,
    /// HTTP method.
    pub method: String,
    /// Path and query, or the address of a notification; secrets in it are masked.
    pub target: String,
    /// The call's name, such as `jsapi_prepay`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub call: Option<&'static str>,
    /// The answer's status; none when no answer came or left.
    pub status: Option<u16>,
    /// True when somebody did not get what they asked for.
    pub refused: bool,
    /// The platform's word for it, such as `SIGN_ERROR`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub code: String,
    /// The sentence that came with it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub message: String,
    /// The merchant, when known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mchid: Option<String>,
    /// The merchant's number of the order, when known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub out_trade_no: Option<String>,
    /// `Request-ID`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// The notification that was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notification: Option<String>,
    /// What was done to it on purpose.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
}

/// One exchange whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ExchangeDetail {
    /// What lists show.
    #[serde(flatten)]
    pub summary: ExchangeSummary,
    /// What was sent.
    pub request: MessageView,
    /// What came back.
    pub answer: MessageView,
    /// How it ended, when not with a whole answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub broke_off: Option<String>,
    /// What was encrypted in it, opened.
    pub unsealed: Vec<Unsealed>,
    /// Why it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<Why>,
}

/// Headers and body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MessageView {
    /// Names in lower case, and values, in their order.
    pub headers: Vec<(String, String)>,
    /// The body as far as it is kept.
    pub body: BodyView,
}

/// A body, as text where it is text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BodyView {
    /// How long it was, in bytes.
    pub length: usize,
    /// True when only its beginning is kept.
    pub cut: bool,
    /// The body as text; none when it is not UTF-8.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The bytes in Base64 when they are no text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base64: Option<String>,
}

/// Something that was encrypted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unsealed {
    /// Where it stood, such as `resource`.
    pub place: String,
    /// What it says.
    pub text: String,
}

impl Exchange {
    /// As lists show it.
    pub(crate) fn summary(&self) -> ExchangeSummary {
        let facts = self.facts();
        let refused = facts.refusal.clone();
        let (code, message) =
            refused.map_or_else(Default::default, |refused| (refused.code, refused.message));
        ExchangeSummary {
            id: self.id,
            at: self.at.rfc3339_millis(),
            transport_at: self.transport_at.rfc3339_millis(),
            took_micros: u64::try_from(self.took.as_micros()).unwrap_or(u64::MAX),
            direction: match self.direction {
                Direction::In => "in",
                Direction::Out => "out",
            },
            method: self.method.clone(),
            target: masked(&self.target),
            call: facts.call.map(Call::name),
            status: self.status,
            refused: facts.refusal.is_some(),
            code,
            message,
            mchid: facts.mchid.clone(),
            out_trade_no: facts.out_trade_no.clone(),
            request_id: facts.request_id.clone(),
            notification: self.notice.as_ref().map(|notice| notice.id.clone()),
            fault: self.fault.clone(),
        }
    }

    /// Everything there is to show.
    pub(crate) fn detail(&self, simulator: &Simulator) -> ExchangeDetail {
        ExchangeDetail {
            summary: self.summary(),
            request: MessageView::of(&self.asked),
            answer: MessageView::of(&self.answered),
            broke_off: match &self.end {
                End::Whole => None,
                End::Broken => Some("the answer broke off".into()),
                End::Left => Some("the client went away before the answer was complete".into()),
                End::NoAnswer(reason) => Some(reason.clone()),
            },
            unsealed: unsealed(self, simulator),
            why: self.why(simulator).cloned(),
        }
    }
}

impl MessageView {
    fn of(message: &Message) -> Self {
        let headers = message.headers().map(|(name, value)| {
            let value = String::from_utf8_lossy(value).into_owned();
            (name.to_owned(), value)
        });
        Self { headers: headers.collect(), body: BodyView::of(message) }
    }
}

impl BodyView {
    fn of(message: &Message) -> Self {
        let (mut text, mut base64) = (None, None);
        match std::str::from_utf8(&message.body) {
            Ok(whole) => text = Some(whole.to_owned()),
            // A cut may fall into the middle of a character.
            Err(error) if message.is_cut() && error.error_len().is_none() => {
                text = Some(String::from_utf8_lossy(&message.body[..error.valid_up_to()]).into_owned());
            }
            Err(_) => base64 = Some(STANDARD.encode(&message.body)),
        }
        Self { length: message.length, cut: message.is_cut(), text, base64 }
    }
}

/// Values that open something are not shown in addresses.
pub(crate) fn masked(target: &str) -> String {
    let Some((path, query)) = target.split_once('?') else { return target.to_owned() };
    let pairs = query.split('&').map(|pair| match pair.split_once('=') {
        Some((name, value)) if SECRET.contains(&name) && !value.is_empty() => format!("{name}=***"),
        _ => pair.to_owned(),
    });
    format!("{path}?{}", pairs.collect::<Vec<_>>().join("&"))
}

const SECRET: &[&str] = &["secret", "access_token", "appsecret", "refresh_token", "ticket"];

#[cfg(test)]
mod tests {
    use super::masked;

    #[test]
    fn secrets_in_addresses_are_masked_and_nothing_else() {
        let target = "/sns/jscode2session?appid=wx1&secret=abc&js_code=c&secret=";
        assert_eq!(masked(target), "/sns/jscode2session?appid=wx1&secret=***&js_code=c&secret=");
        assert_eq!(masked("/v3/certificates"), "/v3/certificates");
        assert_eq!(masked("/x?access_token=a&b"), "/x?access_token=***&b");
    }
}
