//! Refusals of our APIs: `application/problem+json` with a stable code and the way to mend it.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, HeaderName};
use http::{HeaderValue, StatusCode};
use serde::Serialize;
use tongbao_wire::Text;
use tracing::Instrument;

use crate::app::App;
use crate::failure::Failure;
use crate::lang::Lang;
use crate::numbers;

mod table;

pub use table::{Code, Entry};

/// A refusal on its way out. The language and the request id are filled in by [`render`].
#[derive(Clone, Debug)]
pub struct Problem {
    /// What kind.
    pub code: Code,
    /// What exactly, in the language of the code base; facts of this one refusal.
    pub detail: String,
    /// How to mend this one, where more is known than its code's [`Entry`] says.
    pub fix: Option<Text>,
}

/// Every refusal and answer carries this, and so does its log line.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("request-id");

impl Problem {
    /// A refusal with the facts of this one.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), fix: None }
    }
}

/// The body of a refusal (RFC 9457 with our `code`, `fix` and `request_id`).
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct ProblemBody {
    /// A name of the kind of refusal (`urn:tongbao:error:` and the code).
    #[serde(rename = "type")]
    pub kind: String,
    /// What kind of refusal, for people.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What kind of refusal, for programs. Never changes.
    pub code: String,
    /// What exactly.
    pub detail: String,
    /// How to mend it.
    pub fix: String,
    /// To be told to support.
    pub request_id: String,
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.code.entry().status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        let code = Code::of(&failure);
        if code.entry().status.is_server_error() {
            let mut chain = failure.to_string();
            let mut source = std::error::Error::source(&failure);
            while let Some(error) = source {
                chain.push_str(": ");
                chain.push_str(&error.to_string());
                source = error.source();
            }
            tracing::error!(code = code.as_str(), "{chain}");
        }
        let detail = match &failure {
            Failure::Platform(error) => error.to_string(),
            failure => failure.to_string(),
        };
        Self { code, detail, fix: failure.platform_fix() }
    }
}

/// Gives every answer a request id, and every refusal its body, in the language asked for.
pub async fn render(State(app): State<App>, request: Request, next: Next) -> Response {
    let lang = Lang::of(request.headers());
    let request_id = numbers::sortable_id(app.clock.now(), &app.chance);
    // Every log line of the request carries its id, so that support finds it.
    let span = tracing::info_span!("request", id = request_id);
    let mut response = next.run(request).instrument(span).await;
    if response.extensions().get::<Problem>().is_none()
        && let Some(problem) = of_bare_status(response.status())
    {
        response.extensions_mut().insert(problem);
    }
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        app.metrics.refused(problem.code.as_str());
        response = body_of(&problem, lang, &request_id);
    }
    if let Ok(value) = HeaderValue::from_str(&request_id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}

/// What the framework refuses by itself, such as an unknown path or a body that is too large.
fn of_bare_status(status: StatusCode) -> Option<Problem> {
    let code = match status {
        // An address that is not UTF-8 once its percent signs are read.
        StatusCode::BAD_REQUEST => Code::Invalid,
        StatusCode::NOT_FOUND => Code::NotFound,
        StatusCode::METHOD_NOT_ALLOWED => Code::MethodNotAllowed,
        StatusCode::PAYLOAD_TOO_LARGE => Code::TooLarge,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Code::NotJson,
        _ => return None,
    };
    Some(Problem::new(code, code.entry().title.1))
}

fn body_of(problem: &Problem, lang: Lang, request_id: &str) -> Response {
    let entry = problem.code.entry();
    let body = ProblemBody {
        kind: format!("urn:tongbao:error:{}", problem.code.as_str()),
        title: lang.pick(entry.title.0, entry.title.1).into(),
        status: entry.status.as_u16(),
        code: problem.code.as_str().into(),
        detail: problem.detail.chars().take(DETAIL_CHARS_MAX).collect(),
        fix: problem.fix.map_or_else(|| lang.pick(entry.fix.0, entry.fix.1), |fix| lang.say(fix)).into(),
        request_id: request_id.into(),
    };
    let json = serde_json::to_vec(&body).expect("a problem is plain text and a number");
    let mut response = (entry.status, json).into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    response
}

/// A detail may quote what was sent, which has no bound of its own.
const DETAIL_CHARS_MAX: usize = 500;
