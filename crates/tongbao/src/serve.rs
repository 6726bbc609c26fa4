//! `tongbao serve`: the merchant's server, from a checked configuration to a graceful stop.

use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tongbao_store::{Statement, idempotency, sessions};
use tongbao_wire::seam::{Chance, Clock};

use crate::app::App;
use crate::config::Checked;
use crate::start::{self, StartError};
use crate::tasks::Tasks;
use crate::{listen, router, worker};

/// Serves until `shutdown` is ready.
///
/// # Errors
/// [`StartError`] before anything listens.
pub async fn run(checked: Checked, shutdown: impl Future<Output = ()>) -> Result<(), StartError> {
    let address = checked.server.listen;
    let listener = TcpListener::bind(address)
        .await
        .map_err(|source| StartError::Listen { address: address.to_string(), source })?;
    let app = start::app(&checked, Clock::system(), Chance::system())?;
    tracing::info!(%address, public_url = checked.server.public_url, accounts = app.accounts.len(), "ready");
    on(listener, app, &checked, Router::new(), shutdown).await;
    Ok(())
}

/// Serves `app` and `pages` on a listener that is bound, with its background work.
pub async fn on(
    listener: TcpListener,
    app: App,
    checked: &Checked,
    pages: Router<App>,
    shutdown: impl Future<Output = ()>,
) {
    let tasks = Tasks::new();
    tasks.spawn("worker", worker::run(app.clone()));
    tasks.spawn("certificates", keep_certificates(app.clone()));
    tasks.spawn("tidy", tidy(app.clone()));
    let options =
        listen::Options { connections_max: checked.server.connections_max, ..listen::Options::default() };
    let stopped = listen::serve(listener, router::with_pages(app.clone(), pages), options, shutdown).await;
    // Jobs that are cut off here are taken up again when their lease is over.
    tasks.abort_all();
    if let Err(error) = app.store.checkpoint().await {
        tracing::warn!("the write-ahead log was left as it is: {error}");
    }
    tracing::info!(?stopped, "stopped");
}

/// The official client refreshes hourly; the platform asks for twelve hours at most (v3.md §1.8).
const CERTIFICATES_EVERY: Duration = Duration::from_secs(3600);

/// While there is no certificate at all, nothing can be verified: ask again soon.
const CERTIFICATES_AGAIN: Duration = Duration::from_secs(30);

/// Keeps the platform certificates of accounts that use them.
async fn keep_certificates(app: App) {
    let using =
        || app.accounts.values().filter(|account| account.client.platform_keys().downloads_certificates());
    if using().next().is_none() {
        return;
    }
    loop {
        let mut pause = CERTIFICATES_EVERY;
        for account in using() {
            match account.client.refresh_certificates().await {
                Ok(_) => app.metrics.certificates_refreshed(),
                Err(error) => {
                    tracing::error!(
                        account = account.name,
                        code = error.code(),
                        "platform certificates could not be downloaded: {error}"
                    );
                    pause = CERTIFICATES_AGAIN;
                }
            }
        }
        tokio::time::sleep(pause).await;
    }
}

/// How often what is over is forgotten.
const TIDY_EVERY: Duration = Duration::from_secs(600);

/// Forgets logins that are over and answers that nobody asks for any more.
async fn tidy(app: App) {
    loop {
        tokio::time::sleep(TIDY_EVERY).await;
        let now = app.clock.now();
        let forget: Vec<Statement> = vec![sessions::prune(now), idempotency::prune(now)];
        if let Err(error) = app.store.write(forget).await {
            tracing::warn!("what is over could not be forgotten now: {error}");
        }
    }
}
