//! Login codes and access tokens of `api.weixin.qq.com` (miniprogram.md §1.1, §1.4).

use std::collections::VecDeque;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tongbao_wire::seam::Chance;
use tongbao_wire::{Appid, Timestamp};

use crate::settings::LETTERS;
use crate::shelf::{Recent, shelves};

/// Codes that `wx.login` gave out.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct LoginCodes {
    codes: Recent<LoginCode>,
}

shelves! { LoginCodes { "login_codes" => codes.rows, "login_code_order" => codes.order, } }

#[derive(Clone, Debug, Serialize, Deserialize)]
struct LoginCode {
    appid: Appid,
    payer: String,
    expires_at: Timestamp,
    used: bool,
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

/// Why a code says nothing about a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CodeRefused {
    /// Wrong, expired, or of another appid: 40029.
    Invalid,
    /// 40163.
    Used,
}

impl LoginCodes {
    pub(crate) fn issue(&mut self, appid: Appid, payer: String, now: Timestamp, chance: &Chance) -> String {
        let code = format!("0{}", chance.text(31, LETTERS));
        let expires_at = now.plus(CODE_LIVES);
        self.codes.insert(code.clone(), LoginCode { appid, payer, expires_at, used: false }, CODES_MAX);
        code
    }

    /// Burns a code and says whose it is.
    pub(crate) fn redeem(
        &mut self,
        code: &str,
        appid: &Appid,
        now: Timestamp,
    ) -> Result<String, CodeRefused> {
        let found = self.codes.get_mut(code).ok_or(CodeRefused::Invalid)?;
        if &found.appid != appid || now >= found.expires_at {
            return Err(CodeRefused::Invalid);
        }
        if std::mem::replace(&mut found.used, true) {
            return Err(CodeRefused::Used);
        }
        Ok(found.payer.clone())
    }
}

/// The stable token of one appid.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct StableToken {
    current: Option<(String, Timestamp)>,
    forced: VecDeque<Timestamp>,
}

/// Why no token is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenRefused {
    /// Forced again within 30 seconds: 45011.
    TooSoon,
    /// Forced more than 20 times a day: 45009.
    TooOften,
}

impl StableToken {
    /// The token and how long it still lives.
    pub(crate) fn take(
        &mut self,
        force_refresh: bool,
        now: Timestamp,
        chance: &Chance,
    ) -> Result<(String, Duration), TokenRefused> {
        if force_refresh {
            self.count_forced(now)?;
        } else if let Some((token, expires_at)) = &self.current {
            let left = expires_at.since(now);
            if left > TOKEN_RENEWED_BEFORE {
                return Ok((token.clone(), left));
            }
        }
        let token = chance.text(136, LETTERS);
        self.current = Some((token.clone(), now.plus(TOKEN_LIVES)));
        Ok((token, TOKEN_LIVES))
    }

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

const CODE_LIVES: Duration = Duration::from_secs(300);
/// Codes remembered, so that used ones are told from unknown ones without growing for ever.
const CODES_MAX: u64 = 10_000;
const TOKEN_LIVES: Duration = Duration::from_secs(7200);
const TOKEN_RENEWED_BEFORE: Duration = Duration::from_secs(300);
const DAY: Duration = Duration::from_secs(86_400);
const FORCED_APART: Duration = Duration::from_secs(30);
const FORCED_A_DAY: usize = 20;
