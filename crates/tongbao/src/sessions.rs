//! Logins of the mini program.

use axum::extract::FromRequestParts;
use http::request::Parts;
use tongbao_store::sessions;
use tongbao_wire::Openid;

use crate::account::Account;
use crate::api::bearer;
use crate::api_key::sha256;
use crate::app::App;
use crate::failure::Failure;
use crate::problem::{Code, Problem};

/// A payer who is logged in.
pub struct Payer {
    app: App,
    account: String,
    /// As the account's appid sees them.
    pub openid: Openid,
}

impl Payer {
    /// The account whose shop they are in.
    ///
    /// # Panics
    /// Never: the account was found when the session was.
    #[must_use]
    pub fn account(&self) -> &Account {
        self.app.account(&self.account).expect("found with the session")
    }
}

impl FromRequestParts<App> for Payer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let refuse = || Problem::new(Code::Unauthorized, "log in first: POST /client/v1/login");
        let token = bearer(parts).ok_or_else(refuse)?;
        let digest = hex::encode(sha256(token.as_bytes()));
        let session = app
            .store
            .read(|reader| sessions::find(reader, &digest, app.clock.now()))
            .map_err(Failure::from)?;
        let session = session.ok_or_else(refuse)?;
        let account =
            app.accounts.values().find(|account| account.mchid == session.mchid).ok_or_else(refuse)?;
        Ok(Self { app: app.clone(), account: account.name.clone(), openid: session.openid })
    }
}
