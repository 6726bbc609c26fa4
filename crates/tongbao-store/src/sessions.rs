//! Logins of mini program users.

use tongbao_wire::{Appid, Mchid, Openid, Timestamp};

use crate::{Reader, Row, Rows, Sql, Statement, StoreError, Value};

/// The most sessions of one person; a new one ends the oldest.
pub const SESSIONS_MAX: usize = 10;

/// The most sessions forgotten by one [`prune`].
pub const PRUNE_MAX: usize = 1000;

pub(crate) const SQL: &[&Sql] = &[&INSERT, &TRIM, &FIND, &PRUNE];

const INSERT: Sql = Sql {
    name: "sessions.insert",
    text: "
insert into sessions (token_hash, mchid, appid, openid, created_at, expires_at)
values ($1, $2, $3, $4, $5, $6)
    on conflict (token_hash) do nothing",
};

const TRIM: Sql = Sql {
    name: "sessions.trim",
    text: "
delete from sessions
 where mchid = $1 and appid = $2 and openid = $3
   and token_hash not in (
       select token_hash
         from sessions
        where mchid = $1 and appid = $2 and openid = $3
        order by created_at desc, token_hash
        limit $4)",
};

const FIND: Sql = Sql {
    name: "sessions.find",
    text: "
select mchid, appid, openid, created_at, expires_at
  from sessions
 where token_hash = $1 and expires_at > $2",
};

const PRUNE: Sql = Sql {
    name: "sessions.prune",
    text: "
delete from sessions
 where token_hash in (
       select token_hash
         from sessions
        where expires_at <= $1
        order by expires_at
        limit $2)",
};

/// A login.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// A digest of the token. The token itself is never stored.
    pub token_hash: String,
    /// The merchant.
    pub mchid: Mchid,
    /// The mini program.
    pub appid: Appid,
    /// The person.
    pub openid: Openid,
    /// When they logged in.
    pub created_at: Timestamp,
    /// Until when the token is taken.
    pub expires_at: Timestamp,
}

/// The statements that record a login and end the person's oldest beyond [`SESSIONS_MAX`].
#[must_use]
pub fn insert(session: &Session) -> Vec<Statement> {
    let person: [Value; 3] = [(&session.mchid).into(), (&session.appid).into(), (&session.openid).into()];
    let mut recorded = vec![session.token_hash.as_str().into()];
    recorded.extend(person.clone());
    recorded.extend([session.created_at.into(), session.expires_at.into()]);
    let mut trimmed = Vec::from(person);
    trimmed.push(Value::count(SESSIONS_MAX));
    vec![Statement::new(&INSERT, recorded, Rows::Exactly(1)), Statement::new(&TRIM, trimmed, Rows::Any)]
}

/// The login with that digest, unless it is over.
///
/// # Errors
/// [`StoreError::Read`], [`StoreError::Corrupt`].
pub fn find(reader: &Reader, token_hash: &str, now: Timestamp) -> Result<Option<Session>, StoreError> {
    reader.one(&FIND, &[token_hash.into(), now.into()], |row| session(row, token_hash))
}

/// The statement that forgets up to [`PRUNE_MAX`] logins that are over.
#[must_use]
pub fn prune(now: Timestamp) -> Statement {
    Statement::new(&PRUNE, [now.into(), Value::count(PRUNE_MAX)], Rows::AtMost(PRUNE_MAX))
}

fn session(row: &Row, token_hash: &str) -> Result<Session, StoreError> {
    Ok(Session {
        token_hash: token_hash.to_owned(),
        mchid: row.id(0, Mchid::parse)?,
        appid: row.id(1, Appid::parse)?,
        openid: row.id(2, Openid::parse)?,
        created_at: row.time(3)?,
        expires_at: row.time(4)?,
    })
}
