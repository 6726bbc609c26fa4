//! Access tokens in their two kinds, and the ticket of the JS-SDK (miniprogram.md §1.4, §1.6).

use std::collections::VecDeque;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tongbao_wire::seam::Chance;
use tongbao_wire::{Appid, BillDate, Call, Timestamp};

use super::asked::{Asked, check_app};
use super::{Errcode, FREQUENCY, GRANT_TYPE, Handled, Handler, ok};
use crate::Simulator;
use crate::settings::LETTERS;
use crate::shelf::{Recent, Shelf, shelves};

pub(super) const CALLS: &[Handled] = &[(Call::StableToken, stable_token), (Call::JsapiTicket, ticket)];

pub(super) const BESIDE: &[(&str, &str, Handler)] =
    &[("GET", "/cgi-bin/token", plain_token), ("POST", "/cgi-bin/clear_quota", clear_quota)];

/// The tokens and tickets of every app.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct AccessTokens {
    apps: Shelf<Appid, AppTokens>,
    issued: Recent<IssuedToken>,
}

shelves! {
    AccessTokens { "tokens" => apps, "issued_tokens" => issued.rows, "issued_token_order" => issued.order, }
}

/// What an app has.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct AppTokens {
    /// Of stable mode, with its end.
    stable: Option<(String, Timestamp)>,
    /// When it was last forced.
    forced: VecDeque<Timestamp>,
    /// Of the older call.
    plain: Option<String>,
    /// Calls of the older kind on a day in Beijing.
    plain_calls: Option<(BillDate, u32)>,
    ticket: Option<(String, Timestamp)>,
}

/// A token that was given out.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct IssuedToken {
    appid: Appid,
    dies_at: Timestamp,
    /// Another one took its place.
    superseded: bool,
}

/// Why no token is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TokenRefused {
    /// Forced again within 30 seconds: 45011.
    TooSoon,
    /// More often than a day allows: 45009.
    TooOften,
}

impl From<TokenRefused> for Errcode {
    fn from(refused: TokenRefused) -> Self {
        match refused {
            TokenRefused::TooSoon => FREQUENCY,
            TokenRefused::TooOften => Self::new(45_009, "reach max api daily quota limit"),
        }
    }
}

impl AccessTokens {
    /// Whose token this is.
    pub(super) fn owner(&self, token: &str, now: Timestamp) -> Result<Appid, Errcode> {
        let latest = Errcode::new(40_001, "invalid credential, access_token is invalid or not latest");
        let formed =
            token.len() == TOKEN_CHARACTERS && token.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !formed {
            return Err(Errcode::new(40_014, "invalid access_token"));
        }
        let issued = self.issued.get(token).ok_or_else(|| latest.clone())?;
        match (now < issued.dies_at, issued.superseded) {
            (true, _) => Ok(issued.appid.clone()),
            (false, true) => Err(latest),
            (false, false) => Err(Errcode::new(42_001, "access_token expired")),
        }
    }

    /// A token of stable mode, and how long it still lives.
    fn stable(
        &mut self,
        appid: &Appid,
        force_refresh: bool,
        now: Timestamp,
        chance: &Chance,
    ) -> Result<(String, Duration), TokenRefused> {
        let app = self.app(appid);
        if force_refresh {
            app.count_forced(now)?;
            // The one before is dead at once.
            if let Some((token, _)) = app.stable.take() {
                self.supersede(&token, now);
            }
        } else if let Some((token, dies_at)) = &app.stable {
            let left = dies_at.since(now);
            if left > RENEWED_BEFORE {
                return Ok((token.clone(), left));
            }
        }
        let token = self.issue(appid, now, chance);
        self.app(appid).stable = Some((token.clone(), now.plus(TOKEN_LIVES)));
        Ok((token, TOKEN_LIVES))
    }

    /// A token of the older call: each is a new one, and the one before lives for five more minutes.
    fn plain(&mut self, appid: &Appid, now: Timestamp, chance: &Chance) -> Result<String, TokenRefused> {
        let today = BillDate::of(now);
        let app = self.app(appid);
        let calls = app.plain_calls.filter(|(day, _)| *day == today).map_or(0, |(_, calls)| calls);
        if calls >= PLAIN_A_DAY {
            return Err(TokenRefused::TooOften);
        }
        app.plain_calls = Some((today, calls + 1));
        if let Some(token) = app.plain.take() {
            self.supersede(&token, now.plus(OVERLAP));
        }
        let token = self.issue(appid, now, chance);
        self.app(appid).plain = Some(token.clone());
        Ok(token)
    }

    /// The ticket, and how long it still lives.
    fn ticket(&mut self, appid: &Appid, now: Timestamp, chance: &Chance) -> (String, Duration) {
        let app = self.app(appid);
        if let Some((ticket, dies_at)) = app.ticket.as_ref().filter(|(_, dies_at)| now < *dies_at) {
            return (ticket.clone(), dies_at.since(now));
        }
        let ticket = chance.text(TICKET_CHARACTERS, LETTERS);
        app.ticket = Some((ticket.clone(), now.plus(TOKEN_LIVES)));
        (ticket, TOKEN_LIVES)
    }

    fn app(&mut self, appid: &Appid) -> &mut AppTokens {
        if !self.apps.contains_key(appid) {
            self.apps.insert(appid.clone(), AppTokens::default());
        }
        self.apps.get_mut(appid).expect("just put there")
    }

    fn issue(&mut self, appid: &Appid, now: Timestamp, chance: &Chance) -> String {
        let token = chance.text(TOKEN_CHARACTERS, LETTERS);
        let issued = IssuedToken { appid: appid.clone(), dies_at: now.plus(TOKEN_LIVES), superseded: false };
        self.issued.insert(token.clone(), issued, TOKENS_MAX);
        token
    }

    fn supersede(&mut self, token: &str, dies_at: Timestamp) {
        if let Some(issued) = self.issued.get_mut(token) {
            issued.superseded = true;
            issued.dies_at = issued.dies_at.min(dies_at);
        }
    }
}

impl AppTokens {
    fn count_forced(&mut self, now: Timestamp) -> Result<(), TokenRefused> {
        while self.forced.front().is_some_and(|at| now.since(*at) >= DAY) {
            self.forced.pop_front();
        }
        if self.forced.back().is_some_and(|at| now.since(*at) < FORCED_APART) {
            return Err(TokenRefused::TooSoon);
        }
        if self.forced.len() >= FORCED_A_DAY {
            return Err(TokenRefused::TooOften);
        }
        self.forced.push_back(now);
        Ok(())
    }
}

#[derive(Deserialize)]
struct TokenAsked {
    #[serde(default)]
    grant_type: String,
    #[serde(default)]
    appid: String,
    #[serde(default)]
    secret: String,
    #[serde(default)]
    force_refresh: bool,
}

fn stable_token(simulator: &Simulator, asked: &Asked) -> Result<Value, Errcode> {
    let body: TokenAsked = asked.json()?;
    if body.grant_type != CLIENT_CREDENTIAL {
        return Err(GRANT_TYPE);
    }
    let appid = check_app(simulator, &body.appid, &body.secret)?;
    let (token, left) = simulator.with_state(|state, platform, now| {
        state.access_tokens.stable(&appid, body.force_refresh, now, &platform.chance)
    })?;
    Ok(json!({ "access_token": token, "expires_in": left.as_secs() }))
}

fn plain_token(simulator: &Simulator, asked: &Asked) -> Result<Value, Errcode> {
    if asked.said("grant_type") != CLIENT_CREDENTIAL {
        return Err(GRANT_TYPE);
    }
    let appid = asked.app_by_secret(simulator)?;
    let token = simulator
        .with_state(|state, platform, now| state.access_tokens.plain(&appid, now, &platform.chance))?;
    Ok(json!({ "access_token": token, "expires_in": TOKEN_LIVES.as_secs() }))
}

fn ticket(simulator: &Simulator, asked: &Asked) -> Result<Value, Errcode> {
    let appid = asked.app(simulator)?;
    if !matches!(asked.said("type"), "jsapi" | "wx_card") {
        return Err(Errcode::new(40_097, "invalid args"));
    }
    let (ticket, left) = simulator
        .with_state(|state, platform, now| state.access_tokens.ticket(&appid, now, &platform.chance));
    let mut told = ok();
    told["ticket"] = ticket.into();
    told["expires_in"] = left.as_secs().into();
    Ok(told)
}

#[derive(Deserialize)]
struct QuotaAsked {
    appid: Appid,
}

/// Daily counters begin anew, as the button of the console does (45009).
fn clear_quota(simulator: &Simulator, asked: &Asked) -> Result<Value, Errcode> {
    let appid = asked.app(simulator)?;
    let body: QuotaAsked = asked.json()?;
    if body.appid != appid {
        return Err(Errcode::new(40_013, "invalid appid"));
    }
    simulator.with_state(|state, _, _| {
        let app = state.access_tokens.app(&appid);
        app.plain_calls = None;
        app.forced.clear();
    });
    Ok(ok())
}

const CLIENT_CREDENTIAL: &str = "client_credential";
const TOKEN_CHARACTERS: usize = 136;
const TICKET_CHARACTERS: usize = 86;
const TOKEN_LIVES: Duration = Duration::from_secs(7200);
const RENEWED_BEFORE: Duration = Duration::from_secs(300);
/// How long a token of the older call outlives its successor.
const OVERLAP: Duration = Duration::from_secs(300);
const DAY: Duration = Duration::from_secs(86_400);
const FORCED_APART: Duration = Duration::from_secs(30);
const FORCED_A_DAY: usize = 20;
const PLAIN_A_DAY: u32 = 2000;
/// Tokens remembered, so that dead ones are told from invented ones without growing for ever.
const TOKENS_MAX: u64 = 10_000;
