//! `tongbao serve` and `tongbao check`.

use std::path::PathBuf;

use clap::Args;
use tongbao_wire::seam::Clock;

use super::outcome::{CliError, chain};
use super::{Context, Threads, block_on};
use crate::config::{Checked, Config};
use crate::lang::Lang;
use crate::{logging, serve};

/// Which configuration.
#[derive(Args)]
pub(super) struct ConfigArgs {
    /// The configuration file   配置文件
    #[arg(long, value_name = "FILE", default_value = "tongbao.toml")]
    pub(super) config: PathBuf,
}

/// Serves until Ctrl-C or SIGTERM.
pub(super) fn serve(args: &ConfigArgs, context: &Context) -> Result<String, CliError> {
    let checked = checked(args, context)?;
    logging::start(&checked.server.log, checked.server.log_format);
    for warning in &checked.warnings {
        tracing::warn!(
            code = warning.code,
            field = warning.field,
            fix = warning.fix.en,
            "{}",
            warning.reason.en
        );
    }
    let served = block_on(Threads::Many, serve::run(checked, stop()))?;
    served.map_err(|error| CliError::system("tongbao serve", &error))?;
    Ok(String::new())
}

/// Checks and tells.
pub(super) fn check(args: &ConfigArgs, context: &Context) -> Result<String, CliError> {
    let checked = checked(args, context)?;
    let lang = context.lang;
    let mut text = String::new();
    for warning in &checked.warnings {
        text.push_str(lang.pick("警告：", "warning: "));
        text.push_str(&warning.in_words(lang));
        text.push('\n');
    }
    text.push_str(lang.pick("配置没有错误。\n", "The configuration has no mistake.\n"));
    for account in checked.accounts.values() {
        let (mchid, notify_url) = (&account.merchant.mchid, &account.notify_url);
        text.push_str(&match lang {
            Lang::Zh => format!("  账户 {}：商户号 {mchid}，通知地址 {notify_url}\n", account.name),
            Lang::En => {
                format!("  account {}: merchant {mchid}, notify address {notify_url}\n", account.name)
            }
        });
    }
    Ok(text)
}

fn checked(args: &ConfigArgs, context: &Context) -> Result<Checked, CliError> {
    let config = Config::load(Some(&args.config), &context.environment)?;
    Ok(config.check(&context.environment, Clock::system().now())?)
}

/// Ready on Ctrl-C or SIGTERM.
pub(super) async fn stop() {
    let interrupted = async {
        if let Err(error) = tokio::signal::ctrl_c().await {
            tracing::warn!("Ctrl-C cannot be heard: {}", chain(&error));
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        () = interrupted => {}
        () = terminated() => {}
    }
}

#[cfg(unix)]
async fn terminated() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut signals) => {
            signals.recv().await;
        }
        Err(error) => {
            tracing::warn!("SIGTERM cannot be heard: {}", chain(&error));
            std::future::pending::<()>().await;
        }
    }
}

#[cfg(not(unix))]
async fn terminated() {
    std::future::pending::<()>().await;
}
