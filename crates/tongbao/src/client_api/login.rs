//! `wx.login`'s code becomes a short token.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use tongbao_sdk::{Reaction, WeixinError};
use tongbao_store::sessions::{self, Session};
use utoipa::ToSchema;

use crate::api_key::sha256;
use crate::app::App;
use crate::failure::Failure;
use crate::json::Json;
use crate::problem::{Code, Problem};

/// What `wx.login` gave.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Login {
    /// Valid for five minutes, once.
    pub code: String,
}

/// A login.
#[derive(Serialize, ToSchema)]
pub struct LoggedIn {
    /// For `Authorization: Bearer`.
    pub token: String,
    /// Until when.
    pub expires_at: String,
    /// Whether this person may pay.
    pub payment_enabled: bool,
}

/// A code is 32 characters today; what is much longer is none.
const CODE_CHARS_MAX: usize = 256;

/// Logs in. The server learns the openid; the mini program never does.
#[utoipa::path(post, path = "/client/v1/login", tag = "client", request_body = Login,
    responses((status = 200, body = LoggedIn), (status = 401, body = crate::problem::ProblemBody)))]
pub async fn login(State(app): State<App>, Json(body): Json<Login>) -> Result<axum::Json<LoggedIn>, Problem> {
    if body.code.is_empty()
        || body.code.len() > CODE_CHARS_MAX
        || !body.code.chars().all(|c| c.is_ascii_graphic())
    {
        return Err(Failure::invalid("/code", "must be what wx.login gave").into());
    }
    let account = app.shop_account().ok_or_else(|| Problem::new(Code::Internal, "no account"))?;
    let person = account.weixin.code_to_session(&body.code).await.map_err(|error| refused(&error))?;
    let now = app.clock.now();
    let token = hex::encode(app.chance.bytes::<32>());
    let session = Session {
        token_hash: hex::encode(sha256(token.as_bytes())),
        mchid: account.mchid.clone(),
        appid: account.appid.clone(),
        openid: person.openid,
        created_at: now,
        expires_at: now.plus(app.rules.session_life),
    };
    app.store.write(sessions::insert(&session)).await.map_err(Failure::from)?;
    let payment_enabled = app.rules.payment_enabled;
    Ok(axum::Json(LoggedIn { token, expires_at: session.expires_at.rfc3339(), payment_enabled }))
}

/// What the payer, or the merchant, can do about it. The secret is in none of these texts.
fn refused(error: &WeixinError) -> Problem {
    tracing::warn!(code = error.code(), "login refused: {error}");
    let code = match error.reaction() {
        Reaction::NewLogin | Reaction::RefreshToken => Code::LoginFailed,
        Reaction::RefusePerson => Code::PersonRefused,
        Reaction::RetrySoon | Reaction::BackOff => Code::LoginLater,
        Reaction::MendConfiguration | Reaction::AskAdministrator | Reaction::ReportFault => {
            Code::LoginMisconfigured
        }
        // Of shipping and messages, never of logins.
        Reaction::NotYet | Reaction::AlreadyDone | Reaction::GiveUp | Reaction::MendData => {
            Code::LoginMisconfigured
        }
    };
    Problem::new(code, error.to_string())
}
