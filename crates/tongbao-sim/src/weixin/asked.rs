//! One request as the handlers see it: its query, its body, and whose access token it carries.

use std::collections::BTreeMap;

use axum::extract::Query;
use bytes::Bytes;
use http::Uri;
use serde::de::DeserializeOwned;
use tongbao_wire::{Appid, Openid};

use super::{Errcode, FORMAT, INVALID_OPENID};
use crate::Simulator;

/// A request.
pub(super) struct Asked {
    query: BTreeMap<String, String>,
    body: Bytes,
}

impl Asked {
    pub(super) fn new(uri: &Uri, body: Bytes) -> Self {
        let query = Query::<BTreeMap<String, String>>::try_from_uri(uri);
        Self { query: query.map(|Query(query)| query).unwrap_or_default(), body }
    }

    /// A value of the query; nothing when it is not there.
    pub(super) fn said(&self, name: &str) -> &str {
        self.query.get(name).map_or("", String::as_str)
    }

    /// A value of the query that must be there.
    pub(super) fn must(&self, name: &str, missing: Errcode) -> Result<&str, Errcode> {
        let said = self.said(name);
        if said.is_empty() { Err(missing) } else { Ok(said) }
    }

    /// An openid of the query.
    pub(super) fn openid(&self) -> Result<Openid, Errcode> {
        Openid::parse(self.said("openid")).map_err(|_| INVALID_OPENID)
    }

    /// The body.
    pub(super) fn json<T: DeserializeOwned>(&self) -> Result<T, Errcode> {
        serde_json::from_slice(&self.body).map_err(|_| FORMAT)
    }

    /// Whose access token the call carries (miniprogram.md §1.4).
    pub(super) fn app(&self, simulator: &Simulator) -> Result<Appid, Errcode> {
        let token = self.must("access_token", Errcode::new(41_001, "access_token missing"))?;
        simulator.with_state(|state, _, now| state.access_tokens.owner(token, now))
    }

    /// The appid of the query, when its secret is beside it.
    pub(super) fn app_by_secret(&self, simulator: &Simulator) -> Result<Appid, Errcode> {
        check_app(simulator, self.said("appid"), self.said("secret"))
    }
}

/// The appid that this secret belongs to.
pub(super) fn check_app(simulator: &Simulator, appid: &str, secret: &str) -> Result<Appid, Errcode> {
    for (value, errcode) in
        [(appid, Errcode::new(41_002, "appid missing")), (secret, Errcode::new(41_004, "appsecret missing"))]
    {
        if value.is_empty() {
            return Err(errcode);
        }
    }
    let unknown = || Errcode::new(40_013, "invalid appid");
    let appid = Appid::parse(appid).map_err(|_| unknown())?;
    let app = simulator.inner.platform.app(&appid).ok_or_else(unknown)?;
    if app.secret == secret { Ok(appid) } else { Err(Errcode::new(40_125, "invalid appsecret")) }
}
