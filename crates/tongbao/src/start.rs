//! From a configuration that works to a server that can run.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use tongbao_sdk::{Client, HttpOptions, HttpOutbound, HttpOutboundError, Outbound, WeixinClient};
use tongbao_store::{Options, Store, StoreError};
use tongbao_wire::Fen;
use tongbao_wire::seam::{Chance, Clock};

use crate::account::Account;
use crate::api_key::ApiKey;
use crate::app::{App, Parts, Rules};
use crate::config::{Checked, CheckedAccount};
use crate::freshness::Freshness;
use crate::goods::Good;
use crate::metrics::Metrics;

/// Why a server did not start although its configuration is right.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The database cannot be used.
    #[error("the database {path} cannot be used")]
    Store {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: StoreError,
    },
    /// The HTTP client cannot be made.
    #[error("the HTTP client cannot be made")]
    Outbound(#[source] HttpOutboundError),
    /// The address cannot be listened on.
    #[error("cannot listen on {address}; is another server running there?")]
    Listen {
        /// The address.
        address: String,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
}

/// Opens the database and makes the clients. Nothing is sent and nothing listens yet.
///
/// # Errors
/// [`StartError`].
pub fn app(checked: &Checked, clock: Clock, chance: Chance) -> Result<App, StartError> {
    let store = Store::open(&checked.server.database, &Options::default())
        .map_err(|source| StartError::Store { path: checked.server.database.clone(), source })?;
    // One client, one pool of connections, for every account: they call the same hosts.
    let outbound = HttpOutbound::new(&HttpOptions::default()).map_err(StartError::Outbound)?;
    let outbound: Arc<dyn Outbound> = Arc::new(outbound);
    let made = checked.accounts.iter().map(|(name, known)| {
        (name.clone(), account(checked, known, outbound.clone(), clock.clone(), chance.clone()))
    });
    let accounts: BTreeMap<_, _> = made.collect();
    // The mini program logs in to the first account; what others sell is not on its shelf.
    let shop = accounts.keys().next().cloned().unwrap_or_default();
    let goods = checked.goods.iter().filter(|good| good.account == shop).map(good);
    Ok(App::new(Parts {
        store,
        goods: goods.collect(),
        api_keys: api_keys(checked),
        rules: Rules {
            order_life: checked.order_life,
            session_life: checked.session_life,
            payment_enabled: checked.payment_enabled,
        },
        accounts,
        clock,
        chance,
        metrics: Metrics::default(),
        freshness: Freshness::default(),
        wake: tokio::sync::Notify::new(),
    }))
}

fn account(
    checked: &Checked,
    known: &CheckedAccount,
    outbound: Arc<dyn Outbound>,
    clock: Clock,
    chance: Chance,
) -> Account {
    let client = Client::new(
        known.merchant.clone(),
        known.platform_keys.clone(),
        checked.platform.hosts.clone(),
        outbound.clone(),
        clock.clone(),
        chance.clone(),
    );
    let weixin = WeixinClient::new(
        known.appid.clone(),
        known.app_secret.clone(),
        &checked.platform.login_url,
        outbound,
        clock,
        chance,
    );
    Account {
        name: known.name.clone(),
        merchant_name: known.merchant_name.clone(),
        mchid: known.merchant.mchid.clone(),
        appid: known.appid.clone(),
        client,
        weixin,
        policy: known.policy.clone(),
        notify_url: known.notify_url.clone(),
    }
}

fn api_keys(checked: &Checked) -> Vec<ApiKey> {
    let key = |key: &crate::config::CheckedApiKey| ApiKey::new(&key.name, &key.account, key.secret.expose());
    checked.api_keys.iter().map(key).collect()
}

fn good(good: &crate::config::Good) -> Good {
    Good {
        id: good.id.clone(),
        name: good.name.clone(),
        name_en: good.name_en.clone(),
        description: good.description.clone(),
        description_en: good.description_en.clone(),
        price: Fen::new(good.price_fen),
        picture: good.picture.clone(),
    }
}
