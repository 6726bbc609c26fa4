//! Login codes of mini programs, session keys, unionids (miniprogram.md §1.1 to §1.3).

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tongbao_wire::seam::Chance;
use tongbao_wire::{Appid, Call, Mchid, OutTradeNo, Timestamp, TransactionId};

use super::asked::Asked;
use super::{Errcode, FREQUENCY, GRANT_TYPE, Handled, INVALID_OPENID, ok};
use crate::crypto::v2::hmac_sha256_hex;
use crate::order::OrderState;
use crate::settings::LETTERS;
use crate::shelf::{Recent, Shelf, shelves};
use crate::state::State;
use crate::{Simulator, payer};

pub(super) const CALLS: &[Handled] = &[
    (Call::CodeToSession, code_to_session),
    (Call::CheckSession, check_session),
    (Call::ResetSessionKey, reset_session_key),
    (Call::PaidUnionid, paid_unionid),
];

/// Codes that `wx.login` gave out, and the sessions they began.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct LoginCodes {
    codes: Recent<LoginCode>,
    /// By app and person.
    sessions: Shelf<(Appid, String), Session>,
}

shelves! {
    LoginCodes {
        "login_codes" => codes.rows,
        "login_code_order" => codes.order,
        "login_sessions" => sessions,
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct LoginCode {
    appid: Appid,
    payer: String,
    expires_at: Timestamp,
    used: bool,
}

/// A person in a mini program.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Session {
    /// As it was told, in Base64.
    key: String,
    /// Logins of a minute.
    logins: (i64, u32),
}

/// Why nobody logs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LoginRefused {
    /// No merchant here has this mini program.
    #[error("no merchant of this simulator has this mini program; see GET /sim/v1/env")]
    UnknownAppid,
    /// No such person.
    #[error("there is no such payer; see GET /sim/v1/payers")]
    UnknownPayer,
}

impl LoginCodes {
    pub(crate) fn issue(&mut self, appid: Appid, payer: String, now: Timestamp, chance: &Chance) -> String {
        let code = format!("0{}", chance.text(31, LETTERS));
        let expires_at = now.plus(CODE_LIVES);
        self.codes.insert(code.clone(), LoginCode { appid, payer, expires_at, used: false }, CODES_MAX);
        code
    }

    /// Burns a code and says whose it is.
    fn redeem(&mut self, code: &str, appid: &Appid, now: Timestamp) -> Result<String, Errcode> {
        let invalid = || Errcode::new(40_029, "invalid code");
        let found = self.codes.get_mut(code).ok_or_else(invalid)?;
        if &found.appid != appid || now >= found.expires_at {
            return Err(invalid());
        }
        if std::mem::replace(&mut found.used, true) {
            return Err(Errcode::new(40_163, "code been used"));
        }
        Ok(found.payer.clone())
    }

    /// A new key for a person, which takes the place of the one before.
    fn begin(
        &mut self,
        appid: &Appid,
        payer: &str,
        now: Timestamp,
        chance: &Chance,
    ) -> Result<String, Errcode> {
        let at = (appid.clone(), payer.to_owned());
        let before = self.sessions.get(&at).map(|session| session.logins);
        let minute = now.seconds().div_euclid(60);
        let logins = before.filter(|(of, _)| *of == minute).map_or(0, |(_, logins)| logins);
        if logins >= LOGINS_A_MINUTE {
            return Err(FREQUENCY);
        }
        let key = STANDARD.encode(chance.bytes::<16>());
        self.sessions.insert(at, Session { key: key.clone(), logins: (minute, logins + 1) });
        Ok(key)
    }

    /// The session of whoever this signature proves the key of.
    fn proven(&self, at: &(Appid, String), signature: &str) -> Result<Arc<Session>, Errcode> {
        let session = self.sessions.get(at).filter(|session| !session.key.is_empty());
        let proven = session.filter(|session| hmac_sha256_hex(session.key.as_bytes(), b"") == signature);
        proven.ok_or(Errcode::new(87_009, "invalid signature"))
    }
}

impl State {
    /// Forgets a person's session key, as the platform does when it pleases.
    pub(crate) fn end_login(&mut self, appid: &Appid, payer: &str) {
        self.codes.sessions.remove(&(appid.clone(), payer.to_owned()));
    }
}

/// Fields, appid, secret, then the code, which is burnt only when the others pass.
fn code_to_session(simulator: &Simulator, asked: &Asked) -> Result<Value, Errcode> {
    asked.must("appid", Errcode::new(41_002, "appid missing"))?;
    asked.must("secret", Errcode::new(41_004, "appsecret missing"))?;
    let code = asked.must("js_code", Errcode::new(41_008, "missing code"))?;
    if asked.said("grant_type") != "authorization_code" {
        return Err(GRANT_TYPE);
    }
    let appid = asked.app_by_secret(simulator)?;
    let (person, key) = simulator.with_state(|state, platform, now| {
        let person = state.codes.redeem(code, &appid, now)?;
        let key = state.codes.begin(&appid, &person, now, &platform.chance)?;
        Ok::<_, Errcode>((person, key))
    })?;
    let mut told = json!({ "session_key": key, "openid": payer::openid(&appid, &person) });
    if simulator.inner.platform.switches.unionids {
        told["unionid"] = payer::unionid(&person).into();
    }
    Ok(told)
}

/// The person of an openid that is one of this app's.
pub(super) fn person_of(simulator: &Simulator, appid: &Appid, asked: &Asked) -> Result<String, Errcode> {
    let openid = asked.openid()?;
    let found = simulator.with_state(|state, _, _| state.person(&openid));
    found.filter(|found| found.0 == *appid).map(|found| found.1.clone()).ok_or(INVALID_OPENID)
}

fn session_of(simulator: &Simulator, asked: &Asked) -> Result<(Appid, String), Errcode> {
    let appid = asked.app(simulator)?;
    let person = person_of(simulator, &appid, asked)?;
    if asked.said("sig_method") != "hmac_sha256" {
        return Err(Errcode::new(40_097, "invalid args"));
    }
    let at = (appid, person);
    simulator.with_state(|state, _, _| state.codes.proven(&at, asked.said("signature")))?;
    Ok(at)
}

fn check_session(simulator: &Simulator, asked: &Asked) -> Result<Value, Errcode> {
    session_of(simulator, asked)?;
    Ok(ok())
}

fn reset_session_key(simulator: &Simulator, asked: &Asked) -> Result<Value, Errcode> {
    let (appid, person) = session_of(simulator, asked)?;
    let key = simulator
        .with_state(|state, platform, now| state.codes.begin(&appid, &person, now, &platform.chance))?;
    let mut told = ok();
    told["openid"] = asked.said("openid").into();
    told["session_key"] = key.into();
    Ok(told)
}

/// Within five minutes of a payment \[R\].
fn paid_unionid(simulator: &Simulator, asked: &Asked) -> Result<Value, Errcode> {
    let appid = asked.app(simulator)?;
    let person = person_of(simulator, &appid, asked)?;
    if !simulator.inner.platform.switches.unionids {
        // Recalled, not in the dossier: the app is bound to no Open Platform account; the order is not one.
        return Err(Errcode::new(89_002, "open not exists"));
    }
    let paid = simulator.with_state(|state, _, now| {
        let key = match TransactionId::parse(asked.said("transaction_id")) {
            Ok(id) => (*state.transactions.get(&id)?).clone(),
            Err(_) => {
                let mchid = Mchid::parse(asked.said("mch_id")).ok()?;
                (mchid, OutTradeNo::parse(asked.said("out_trade_no")).ok()?)
            }
        };
        let order = state.orders.get(&key)?;
        match &order.state {
            OrderState::Paid(payment) if payment.payer == person => {
                (now.since(payment.success_time) <= UNIONID_WITHIN).then_some(())
            }
            _ => None,
        }
    });
    paid.ok_or(Errcode::new(89_300, "invalid order"))?;
    let mut told = ok();
    told["unionid"] = payer::unionid(&person).into();
    Ok(told)
}

const CODE_LIVES: Duration = Duration::from_secs(300);
/// Codes remembered, so that used ones are told from unknown ones without growing for ever.
const CODES_MAX: u64 = 10_000;
const LOGINS_A_MINUTE: u32 = 100;
const UNIONID_WITHIN: Duration = Duration::from_secs(300);
