//! What `tongbao simulate` is told about TLS: names, authority, proxy, and whom notifications trust.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use clap::Args;
use http::Uri;
use tongbao_sim::{HttpPostman, Settings, SimError, TlsSettings};

use super::super::outcome::{CliError, Exit};
use crate::config::Words;

/// How it is reached by TLS.
#[derive(Args)]
pub(super) struct TlsArgs {
    /// Take TLS on the same port, with a certificate for the platform's names   同一端口也接受 HTTPS
    #[arg(long)]
    https: bool,
    /// Listen on another port too, such as 127.0.0.1:443 for a hosts file   再监听一个端口，供 hosts 文件使用
    #[arg(long, value_name = "IP:PORT")]
    pub(super) https_listen: Option<SocketAddr>,
    /// Another name or address for the certificate; may be repeated   证书再加一个域名或地址，可重复
    #[arg(long, value_name = "NAME")]
    https_name: Vec<String>,
    /// Keep the CA here, made when there is none, so that it is trusted once   把 CA 保存在此目录，只需信任一次
    #[arg(long, value_name = "DIR")]
    ca_dir: Option<PathBuf>,
    /// Be an HTTP proxy that leads the platform's names here, and no others   兼作 HTTP 代理，只通向模拟器
    #[arg(long)]
    proxy: bool,
    /// Refuse v2 calls that need the merchant's certificate over plain HTTP   明文 HTTP 上也要求商户证书
    #[arg(long)]
    certificate_needed_on_plain_http: bool,
    /// Trust this CA (PEM) when notifying https addresses, besides the public ones   通知 https 地址时额外信任的 CA
    #[arg(long, value_name = "FILE")]
    notify_ca: Option<PathBuf>,
}

impl TlsArgs {
    /// Puts it into the settings. Any option that makes sense only with TLS asks for TLS.
    /// `beside` is the port of [`TlsArgs::https_listen`] as the system gave it.
    pub(super) fn apply(&self, settings: &mut Settings, beside: Option<SocketAddr>) {
        if self.certificate_needed_on_plain_http {
            settings.switches.certificate_needed_on_plain_http = true;
        }
        let asked = self.https
            || self.proxy
            || self.https_listen.is_some()
            || self.ca_dir.is_some()
            || !self.https_name.is_empty();
        settings.tls = asked.then(|| TlsSettings {
            base_url: base_url(&settings.base_url, beside),
            names: self.https_name.clone(),
            authority_directory: self.ca_dir.clone(),
            proxy: self.proxy,
        });
    }

    /// Carries notifications.
    pub(super) fn postman(&self) -> Result<HttpPostman, CliError> {
        let Some(path) = &self.notify_ca else {
            return Ok(HttpPostman::new());
        };
        let pem = std::fs::read(path).map_err(|error| notify_ca(path, &error.to_string()))?;
        HttpPostman::trusting(&pem).map_err(|error| notify_ca(path, &error.to_string()))
    }
}

/// The host clients use for plain HTTP, with the port that takes TLS.
fn base_url(plain: &str, beside: Option<SocketAddr>) -> String {
    let uri: Option<Uri> = plain.parse().ok();
    let host = uri.as_ref().and_then(Uri::host).unwrap_or("127.0.0.1");
    match beside.map(|address| address.port()) {
        Some(HTTPS) => format!("https://{host}"),
        Some(port) => format!("https://{host}:{port}"),
        None => plain.replacen("http://", "https://", 1),
    }
}

fn notify_ca(path: &Path, said: &str) -> CliError {
    let path = path.display();
    CliError::new(
        Exit::Refused,
        Words::new(format!("--notify-ca {path} 不可用：{said}"), format!("--notify-ca {path}: {said}")),
        Words::new("给出含有 CA 证书的 PEM 文件", "name a PEM file that holds the CA's certificate"),
    )
    .coded("simulate.notify_ca")
}

/// What the settings were refused for.
pub(super) fn refused(error: &SimError) -> CliError {
    let (code, zh) = match error {
        SimError::Settings { field: "tls.names", .. } => ("simulate.https_name", "证书不能用于这个域名"),
        SimError::Settings { field: "data", .. } => ("simulate.data", "数据目录不可用"),
        SimError::Settings { .. } => ("simulate.settings", "设置不可用"),
        SimError::Authority { .. } => ("simulate.ca_dir", "CA 目录不可用"),
        SimError::Key { .. } => ("simulate.keys", "密钥或证书无法生成"),
    };
    let fix = match error {
        SimError::Authority { .. } => Words::new(
            "给出可读写的目录；其中 ca_key.pem 须是 RSA 私钥，删除它会换一个新的 CA",
            "name a directory that can be read and written; its ca_key.pem must be an RSA key, and removing it \
             makes a new CA",
        ),
        SimError::Settings { .. } | SimError::Key { .. } => {
            Words::new("按上面的原因改参数后重试", "change the option as is said above and try again")
        }
    };
    CliError::new(Exit::Refused, Words::new(format!("{zh}：{error}"), error.to_string()), fix).coded(code)
}

const HTTPS: u16 = 443;
