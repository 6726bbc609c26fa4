//! TLS as the platform offers it: its names, a certificate for them, and what a handshake tells of whoever
//! calls (v2.md §1.6).
//!
//! A listener that speaks TLS asks for a certificate, takes the handshake with or without one, and puts a
//! [`TlsClient`] into the extensions of every request. Whether a call needs the certificate is decided by
//! the call, as the platform decides by path.

mod asking;
mod authority;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{Extensions, StatusCode, Uri, header};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use serde::Serialize;
use tongbao_wire::Mchid;

use crate::crypto::{self, fixed};
use crate::{CryptoSettings, Settings, SimError, Simulator, guard};
use asking::Asking;
use authority::Authority;

/// That a simulator is reached by TLS, and how.
#[derive(Clone, Debug, Default)]
pub struct TlsSettings {
    /// Where it is reached by TLS, such as `https://127.0.0.1:8900`. No slash at the end.
    pub base_url: String,
    /// Names and addresses that its certificate is valid for besides the platform's, those of this machine
    /// and the hosts of both base addresses.
    pub names: Vec<String>,
    /// Where the key of its certificate authority is kept, so that clients need to trust it once only. In
    /// memory alone when there is none; made when the directory has none yet.
    pub authority_directory: Option<PathBuf>,
    /// It is also an HTTP proxy for the names of its certificate.
    pub proxy: bool,
}

/// What a client needs to reach a simulator by TLS.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TlsEnv {
    /// Stands for `https://api.mch.weixin.qq.com`.
    pub base_url: String,
    /// The certificate of the authority to trust, in PEM.
    pub authority_pem: String,
    /// The HTTP proxy that leads the platform's names here, when it is one.
    pub proxy_url: Option<String>,
    /// What the simulator's certificate is valid for.
    pub names: Vec<String>,
}

/// A certificate for the platform's names, ready to be shown.
pub(crate) struct Tls {
    #[cfg_attr(not(feature = "server"), allow(dead_code, reason = "for listeners"))]
    pub(crate) config: Arc<ServerConfig>,
    pub(crate) authority_pem: String,
    pub(crate) base_url: String,
    pub(crate) proxy: bool,
    /// In lower case, without brackets.
    pub(crate) names: BTreeSet<String>,
}

impl Tls {
    /// Draws or takes the keys, and issues the certificate.
    pub(crate) fn new(settings: &Settings, asked: &TlsSettings) -> Result<Self, SimError> {
        let own_host = host(&settings.base_url);
        let Some(tls_host) = host(&asked.base_url).filter(|_| asked.base_url.starts_with("https://")) else {
            let reason = format!("`{}` is not an https address", asked.base_url);
            return Err(SimError::Settings { field: "tls.base_url", reason });
        };
        let given = asked.names.iter().map(|name| bare(name));
        let usual = PLATFORM_HOSTS.iter().chain(&LOCAL_HOSTS).map(|host| (*host).to_owned());
        let names: BTreeSet<String> = usual.chain(own_host).chain([tls_host]).chain(given).collect();
        let fixed = !matches!(settings.crypto, CryptoSettings::Generate);
        let made = |count| crypto::generate::keys(count, &settings.chance);
        let one = |mut keys: Vec<String>| keys.pop().expect("as many as were asked for");
        let (authority, key) = match (&asked.authority_directory, fixed) {
            (Some(directory), _) => (Authority::kept(directory, || made(1).map(one))?, one(made(1)?)),
            (None, true) => (Authority::published()?, fixed::SERVER_PEM.to_owned()),
            (None, false) => {
                let mut keys = made(2)?;
                (Authority::of_key(&keys.remove(0))?, one(keys))
            }
        };
        let leaf = authority.issue(&names, key, settings.clock.now())?;
        Ok(Self {
            config: Arc::new(config(leaf.certificate_der, &leaf.key_pem)?),
            authority_pem: authority.pem,
            base_url: asked.base_url.clone(),
            proxy: asked.proxy,
            names,
        })
    }
}

/// TLS 1.2 and 1.3, HTTP/1.1, and a certificate of the client if it has one.
fn config(certificate_der: Vec<u8>, key_pem: &str) -> Result<ServerConfig, SimError> {
    let refused = |reason: String| SimError::Key { what: "the TLS server", reason };
    let key = PrivateKeyDer::from_pem_slice(key_pem.as_bytes()).map_err(|e| refused(e.to_string()))?;
    // The provider is named, so that whoever embeds the simulator need not install one.
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let asking = Arc::new(Asking(provider.clone()));
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|e| refused(e.to_string()))?
        .with_client_cert_verifier(asking)
        .with_single_cert(vec![CertificateDer::from(certificate_der)], key)
        .map_err(|e| refused(e.to_string()))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

fn host(url: &str) -> Option<String> {
    url.parse::<Uri>().ok().and_then(guard::host_of).map(|host| bare(&host))
}

fn bare(host: &str) -> String {
    host.trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase()
}

/// Marks a request that came over TLS, with what the handshake proved. A request without one came over plain
/// HTTP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsClient {
    /// Nothing when the client presented no certificate.
    pub certificate: Option<ClientCertificate>,
}

/// A merchant's `API` certificate (API证书), presented by a client that holds its private key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientCertificate {
    /// The merchant it was issued to: its common name.
    pub mchid: Mchid,
    /// Its serial number, 40 upper-case hexadecimal digits.
    pub serial_no: String,
}

/// Marks a request over TLS whose client presented a certificate of nobody known.
#[derive(Clone)]
struct UnknownCertificate;

/// Why a call that needs the merchant's certificate goes no further. Answers as the platform's nginx does:
/// HTTP 400 with a page in HTML, no XML (v2.md §1.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum CertificateRefused {
    /// The client presented none.
    Missing,
    /// It belongs to somebody else.
    Foreign,
}

impl Simulator {
    /// How it is reached by TLS, when it is.
    #[must_use]
    pub fn tls_env(&self) -> Option<TlsEnv> {
        let platform = &self.inner.platform;
        platform.tls.as_ref().map(|tls| TlsEnv {
            base_url: tls.base_url.clone(),
            authority_pem: tls.authority_pem.clone(),
            proxy_url: tls.proxy.then(|| platform.base_url.clone()),
            names: tls.names.iter().cloned().collect(),
        })
    }

    /// What a handshake proved, given the certificates the client presented, its own first.
    #[cfg_attr(not(feature = "server"), allow(dead_code, reason = "for listeners"))]
    pub(crate) fn introduce(&self, shown: &[CertificateDer<'static>]) -> Extensions {
        let mut extensions = Extensions::new();
        let holder = shown.first().map(|shown| {
            let mut known = self.inner.platform.merchants().into_iter();
            known.find(|merchant| {
                merchant.keys.pair_made().is_some_and(|pair| pair.certificate.der == **shown)
            })
        });
        let certificate = match holder {
            Some(Some(merchant)) => Some(ClientCertificate {
                mchid: merchant.settings.mchid.clone(),
                serial_no: merchant.keys.pair().certificate.serial_no.clone(),
            }),
            Some(None) => {
                extensions.insert(UnknownCertificate);
                None
            }
            None => None,
        };
        extensions.insert(TlsClient { certificate });
        extensions
    }

    /// Whether the request with these extensions came with the certificate of `mchid`.
    ///
    /// Over plain HTTP nobody can present one; then the switch `certificate_needed_on_plain_http` decides.
    ///
    /// # Errors
    /// [`CertificateRefused`], which is its own answer.
    pub(crate) fn check_certificate(
        &self,
        extensions: &Extensions,
        mchid: &Mchid,
    ) -> Result<(), CertificateRefused> {
        match extensions.get::<TlsClient>() {
            None if self.inner.platform.switches.certificate_needed_on_plain_http => {
                Err(CertificateRefused::Missing)
            }
            None => Ok(()),
            Some(TlsClient { certificate: None }) => Err(CertificateRefused::Missing),
            Some(TlsClient { certificate: Some(shown) }) if &shown.mchid == mchid => Ok(()),
            Some(TlsClient { certificate: Some(_) }) => Err(CertificateRefused::Foreign),
        }
    }
}

/// Refuses every request whose client presented a certificate of nobody known, as nginx does.
pub(crate) async fn refuse_unknown(request: Request, next: Next) -> Response {
    if request.extensions().get::<UnknownCertificate>().is_some() {
        return CertificateRefused::Foreign.into_response();
    }
    next.run(request).await
}

impl CertificateRefused {
    /// What nginx calls it.
    const fn title(&self) -> &'static str {
        match self {
            Self::Missing => "No required SSL certificate was sent",
            Self::Foreign => "The SSL certificate error",
        }
    }
}

impl IntoResponse for CertificateRefused {
    fn into_response(self) -> Response {
        let title = self.title();
        let page = format!(
            "<html>\r\n<head><title>400 {title}</title></head>\r\n<body>\r\n<center><h1>400 Bad Request</h1>\
             </center>\r\n<center>{title}</center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
        );
        (StatusCode::BAD_REQUEST, [(header::CONTENT_TYPE, "text/html")], page).into_response()
    }
}

/// The platform's names (v3.md §1.1, v2.md §1.1, miniprogram.md "Hosts").
pub(crate) const PLATFORM_HOSTS: [&str; 8] = [
    "api.mch.weixin.qq.com",
    "api2.mch.weixin.qq.com",
    "fraud.mch.weixin.qq.com",
    "api.wechatpay.cn",
    "api2.wechatpay.cn",
    "api.weixin.qq.com",
    "open.weixin.qq.com",
    "wx.tenpay.com",
];
const LOCAL_HOSTS: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

#[cfg(test)]
mod tests;
