//! `tongbao demo`: the server and the platform wired together, with a shop to buy from.
//!
//! Nothing to configure: keys, certificates, a merchant, an app and payers with virtual money are made for
//! the run. The server gets a real configuration file and reads it as any server does.

pub mod once;
mod settings;
mod shop;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::net::TcpListener;
use tongbao_sim::{HttpPostman, KeyMode, Settings, SimError, Simulator};
use tongbao_wire::seam::{Chance, Clock};

use crate::app::App;
use crate::config::{Checked, Config, ConfigErrors, Environment};
use crate::lang::Lang;
use crate::start::{self, StartError};
use crate::tasks::Tasks;
use crate::{console, listen, serve};

/// What a demo may be told.
#[derive(Clone, Debug)]
pub struct DemoOptions {
    /// Where data lives; a new temporary directory when it is not said.
    pub data: Option<PathBuf>,
    /// Where the shop listens; the simulator takes the next free port.
    pub listen: SocketAddr,
    /// Which platform keys sign.
    pub key_mode: KeyMode,
    /// The language of pages and output.
    pub lang: Lang,
}

/// Why a demo did not start.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// A file or directory of the demo cannot be written.
    #[error("{path} cannot be written")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
    /// No port is free.
    #[error("no port is free on {address}")]
    Port {
        /// Where one was looked for.
        address: SocketAddr,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
    /// The simulator cannot be made.
    #[error(transparent)]
    Simulator(#[from] SimError),
    /// The configuration the demo wrote is refused: a mistake of ours.
    #[error("the demo's configuration is refused")]
    Config(#[source] ConfigErrors),
    /// The server cannot start.
    #[error(transparent)]
    Start(#[from] StartError),
}

/// A demo that runs.
pub struct Demo {
    /// The server.
    pub app: App,
    /// The platform.
    pub simulator: Simulator,
    /// Where to look.
    pub links: Links,
    /// Where data lives.
    pub data: PathBuf,
    checked: Checked,
    listener: TcpListener,
    pages: axum::Router<App>,
    platform: Tasks,
}

/// Where to look at a demo.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Links {
    /// The shop.
    pub shop: String,
    /// The orders, with their stories.
    pub orders: String,
    /// The simulator.
    pub simulator: String,
}

impl Demo {
    /// Makes everything and starts the platform; [`Demo::serve`] starts the server.
    ///
    /// # Errors
    /// [`DemoError`].
    pub async fn prepare(options: &DemoOptions) -> Result<Self, DemoError> {
        let (clock, chance) = (Clock::system(), Chance::system());
        let data = directory(options, &chance)?;
        let listener = bind(options.listen).await?;
        let platform_listener = bind(SocketAddr::new(options.listen.ip(), 0)).await?;
        let simulator_url = url(&platform_listener);
        let shop_url = url(&listener);
        let simulator = simulator(options, &clock, &chance, &simulator_url)?;
        let platform = Tasks::new();
        simulator.keep_running(&platform);
        let answering = simulator.router();
        platform.spawn("platform-http", async move {
            let forever = std::future::pending();
            listen::serve(platform_listener, answering, listen::Options::default(), forever).await;
        });
        let (path, key) = (data.join("tongbao.toml"), chance.text(40, LETTERS));
        settings::write(&simulator, &data, &shop_url, &key)
            .map_err(|source| DemoError::File { path: path.clone(), source })?;
        let environment = Environment::empty();
        let checked = Config::load(Some(&path), &environment)
            .and_then(|config| config.check(&environment, clock.now()))
            .map_err(DemoError::Config)?;
        let app = start::app(&checked, clock, chance)?;
        let pages =
            console::router().merge(shop::router(shop_config(&simulator, &simulator_url, options.lang)));
        let links = Links {
            shop: format!("{shop_url}/shop/?lang={}", options.lang.as_str()),
            orders: format!("{shop_url}/console/orders?lang={}", options.lang.as_str()),
            simulator: simulator_url,
        };
        Ok(Self { app, simulator, links, data, checked, listener, pages, platform })
    }

    /// Serves until `shutdown` is ready.
    pub async fn serve(self, shutdown: impl Future<Output = ()>) {
        serve::on(self.listener, self.app, &self.checked, self.pages, shutdown).await;
        self.platform.abort_all();
    }
}

const LETTERS: &str = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

fn simulator(
    options: &DemoOptions,
    clock: &Clock,
    chance: &Chance,
    simulator_url: &str,
) -> Result<Simulator, SimError> {
    let postman = Arc::new(HttpPostman::new());
    let mut settings = Settings::local(clock.clone(), chance.clone(), postman, simulator_url.to_owned());
    settings.key_mode = options.key_mode;
    Simulator::new(settings)
}

fn shop_config(simulator: &Simulator, simulator_url: &str, lang: Lang) -> shop::ShopConfig {
    let env = simulator.env();
    let app = &env.merchants[0].apps[0];
    let payers: Vec<_> = app.openids.iter().map(|(payer, _)| payer.clone()).collect();
    shop::ShopConfig {
        simulator: simulator_url.to_owned(),
        appid: app.appid.to_string(),
        payer: payers.first().cloned().unwrap_or_default(),
        payers,
        lang: lang.as_str(),
    }
}

fn directory(options: &DemoOptions, chance: &Chance) -> Result<PathBuf, DemoError> {
    let data = options.data.clone().unwrap_or_else(|| {
        std::env::temp_dir().join(format!("tongbao-demo-{}", hex::encode(chance.bytes::<6>())))
    });
    std::fs::create_dir_all(&data).map_err(|source| DemoError::File { path: data.clone(), source })?;
    Ok(data)
}

/// The port that is asked for, or any that is free when another program has it.
async fn bind(address: SocketAddr) -> Result<TcpListener, DemoError> {
    if let Ok(listener) = TcpListener::bind(address).await {
        return Ok(listener);
    }
    let any = SocketAddr::new(address.ip(), 0);
    TcpListener::bind(any).await.map_err(|source| DemoError::Port { address, source })
}

fn url(listener: &TcpListener) -> String {
    let address = listener.local_addr().expect("a bound listener has an address");
    format!("http://{address}")
}
