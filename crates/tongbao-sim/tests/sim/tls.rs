//! TLS: the platform's names, the merchant's certificate, the proxy.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::routing::get;
use axum::{Extension, Router};
use http::StatusCode;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tongbao_listen::listen::{Options, serve};
use tongbao_sim::{
    ClientCertificate, HttpPostman, PostFailed, Postman as _, Running, Settings, SimError, Simulator,
    TlsClient,
};
use tongbao_wire::seam::{Chance, Clock};

fn started() -> Running {
    Simulator::start_with(Settings::speak_tls).expect("it starts")
}

/// A client that trusts the simulator's authority and nothing else, and resolves the platform's names to it.
fn client(authority_pem: &str, at: SocketAddr, identity: Option<(&str, &str)>) -> reqwest::ClientBuilder {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(authority_pem.as_bytes()).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let trusting = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots);
    let config = match identity {
        Some((certificate, key)) => {
            let certificate = CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap();
            let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap();
            trusting.with_client_auth_cert(vec![certificate], key).unwrap()
        }
        None => trusting.with_no_client_auth(),
    };
    let hosts = ["api.mch.weixin.qq.com", "api.weixin.qq.com", "api.wechatpay.cn", "sim.test", "localhost"];
    let client = reqwest::Client::builder().tls_backend_preconfigured(config).no_proxy();
    hosts.iter().fold(client, |client, host| client.resolve(host, at))
}

async fn asked(client: &reqwest::Client, url: &str) -> (StatusCode, String) {
    let request = client.get(url).header("Accept", "application/json").header("User-Agent", "test");
    let answer = request.send().await.expect("an answer");
    (answer.status(), answer.text().await.expect("a body"))
}

#[tokio::test]
async fn a_client_that_trusts_the_authority_reaches_the_platform_by_its_names() {
    let simulator = started();
    let (at, tls) = (simulator.address(), simulator.tls_env().unwrap());
    let client = client(&tls.authority_pem, at, None).build().unwrap();
    for host in ["api.mch.weixin.qq.com", "api.wechatpay.cn", "api.weixin.qq.com", "localhost", "127.0.0.1"] {
        let url = format!("https://{host}:{}/v3/certificates", at.port());
        let (status, body) = asked(&client, &url).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{host}: the platform's own refusal: {body}");
    }
    assert_eq!(tls.base_url, format!("https://{at}"));
    let health = asked(&client, &format!("{}/sim/v1/health", tls.base_url)).await;
    assert_eq!(health.0, StatusCode::OK, "the control API is there too");
    let elsewhere = client.get(format!("https://sim.test:{}/", at.port())).send().await;
    assert!(elsewhere.unwrap_err().is_connect(), "the certificate is not valid for other names");
}

#[tokio::test]
async fn one_port_takes_plain_http_and_tls() {
    let simulator = started();
    let tls = simulator.tls_env().unwrap();
    let client = client(&tls.authority_pem, simulator.address(), None).build().unwrap();
    for url in [simulator.base_url(), &tls.base_url] {
        assert_eq!(asked(&client, &format!("{url}/sim/v1/health")).await.0, StatusCode::OK, "{url}");
    }
}

#[tokio::test]
async fn names_that_were_added_are_on_the_certificate() {
    let simulator = Simulator::start_with(|settings| {
        settings.speak_tls();
        settings.tls.as_mut().unwrap().names.push("SIM.test".into());
    })
    .unwrap();
    let (at, tls) = (simulator.address(), simulator.tls_env().unwrap());
    let client = client(&tls.authority_pem, at, None).build().unwrap();
    let (status, _) = asked(&client, &format!("https://sim.test:{}/v3/certificates", at.port())).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
}

#[test]
fn the_published_authority_vouches_for_no_strange_names() {
    for (name, fine) in [
        ("sim.test", true),
        ("host.docker.internal", true),
        ("192.168.1.9", true),
        ("fd00::1", true),
        ("www.example.com", false),
        ("notlocalhost", false),
        ("8.8.8.8", false),
        ("2001:db8::1", false),
        ("not a name", false),
    ] {
        let started = Simulator::start_with(|settings| {
            settings.speak_tls();
            settings.tls.as_mut().unwrap().names.push(name.into());
        });
        assert_eq!(started.is_ok(), fine, "{name}");
    }
}

/// Serves a simulator with a route that tells whose certificate the handshake proved.
#[allow(clippy::disallowed_methods, reason = "the listener ends with the test's runtime")]
async fn serving(simulator: &Simulator, options: Options) -> SocketAddr {
    async fn who(client: Option<Extension<TlsClient>>) -> String {
        match client.map(|Extension(client)| client.certificate) {
            None => "plain".into(),
            Some(None) => "nobody".into(),
            Some(Some(ClientCertificate { mchid, serial_no })) => format!("{mchid} {serial_no}"),
        }
    }
    let mut front = simulator.front();
    front.router = front.router.merge(Router::new().route("/who", get(who)));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    tokio::spawn(serve(listener, front, options, std::future::pending()));
    at
}

#[tokio::test]
async fn a_handshake_tells_whose_certificate_was_presented() {
    let simulator = started();
    let at = serving(&simulator, Options::default()).await;
    let (env, pem) = (simulator.env(), simulator.tls_env().unwrap().authority_pem);
    let merchant = &env.merchants[0];
    let identity = (merchant.certificate_pem.as_str(), merchant.private_key_pem.as_str());
    let url = format!("https://api.mch.weixin.qq.com:{}/who", at.port());
    let with = client(&pem, at, Some(identity)).build().unwrap();
    assert_eq!(asked(&with, &url).await.1, format!("{} {}", merchant.mchid, merchant.serial_no));
    let without = client(&pem, at, None).build().unwrap();
    assert_eq!(asked(&without, &url).await.1, "nobody");
    assert_eq!(asked(&without, &format!("http://{at}/who")).await.1, "plain");
}

#[tokio::test]
async fn a_certificate_of_nobody_known_is_refused_at_every_path_as_nginx_does() {
    let simulator = started();
    let pem = simulator.tls_env().unwrap().authority_pem;
    let stranger = rcgen::generate_simple_self_signed(vec!["1900000001".into()]).unwrap();
    let identity = (stranger.cert.pem(), stranger.signing_key.serialize_pem());
    let at = simulator.address();
    let client = client(&pem, at, Some((&identity.0, &identity.1))).build().unwrap();
    for path in ["v3/certificates", "secapi/pay/refund", "sim/v1/health"] {
        let url = format!("https://127.0.0.1:{}/{path}", at.port());
        let (status, page) = asked(&client, &url).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{path}");
        assert!(page.contains("<title>400 The SSL certificate error</title>"), "{page}");
    }
}

#[tokio::test]
async fn a_certificate_without_its_key_ends_the_handshake() {
    let simulator = started();
    let at = simulator.address();
    let tls = simulator.tls_env().unwrap();
    let certificate = simulator.env().merchants[0].certificate_pem.clone();
    let other = rcgen::KeyPair::generate().unwrap().serialize_pem();
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    let key = PrivateKeyDer::from_pem_slice(other.as_bytes()).unwrap();
    let key = provider.key_provider.load_private_key(key).unwrap();
    let chain = vec![CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap()];
    let certified = Arc::new(rustls::sign::CertifiedKey::new(chain, key));
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(tls.authority_pem.as_bytes()).unwrap()).unwrap();
    let config = rustls::ClientConfig::builder_with_provider(Arc::new(provider))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_client_cert_resolver(Arc::new(rustls::client::AlwaysResolvesClientRawPublicKeys::new(
            certified,
        )));
    let client = reqwest::Client::builder().tls_backend_preconfigured(config).no_proxy().build().unwrap();
    let asked = client.get(format!("https://127.0.0.1:{}/v3/certificates", at.port())).send().await;
    assert!(asked.is_err(), "holding a copy of a certificate proves nothing: {asked:?}");
}

#[tokio::test]
async fn the_proxy_leads_the_platforms_names_here_and_refuses_others() {
    let simulator = started();
    let (at, tls) = (simulator.address(), simulator.tls_env().unwrap());
    assert_eq!(tls.proxy_url.as_deref(), Some(simulator.base_url()));
    // Nothing resolves the names to the simulator: only the proxy knows the way.
    let proxied = client(&tls.authority_pem, at, None).no_proxy();
    let proxied = proxied.proxy(reqwest::Proxy::all(simulator.base_url()).unwrap()).build().unwrap();
    for (url, expected) in [
        ("https://api.mch.weixin.qq.com/v3/certificates", StatusCode::UNAUTHORIZED),
        ("http://api.mch.weixin.qq.com/v3/certificates", StatusCode::UNAUTHORIZED),
        ("http://shop.example.com/v3/certificates", StatusCode::FORBIDDEN),
        ("http://api.mch.weixin.qq.com:8080/v3/certificates", StatusCode::UNAUTHORIZED),
    ] {
        assert_eq!(asked(&proxied, url).await.0, expected, "{url}");
    }
    for url in ["https://shop.example.com/", "https://api.mch.weixin.qq.com:8443/"] {
        assert!(proxied.get(url).send().await.is_err(), "{url}: no tunnel");
    }
}

#[tokio::test]
async fn connect_is_answered_as_a_proxy_does() {
    let simulator = started();
    let plain = Simulator::start().unwrap();
    for (at, target, status) in [
        (simulator.address(), "api.mch.weixin.qq.com:443", "200"),
        (simulator.address(), "API.MCH.weixin.qq.com.:443", "200"),
        (simulator.address(), "[::1]:443", "200"),
        (simulator.address(), "api.mch.weixin.qq.com:22", "403"),
        (simulator.address(), "shop.example.com:443", "403"),
        // Without a proxy it is a request that nobody serves.
        (plain.address(), "api.mch.weixin.qq.com:443", "404"),
    ] {
        let mut stream = TcpStream::connect(at).await.unwrap();
        let head = format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).await.unwrap();
        assert_eq!(String::from_utf8_lossy(&answer), format!("HTTP/1.1 {status}"), "{target}");
    }
}

#[tokio::test]
async fn notifications_reach_https_addresses_of_an_authority_that_is_trusted() {
    // Another simulator plays the merchant's server: anything that speaks TLS will do.
    let merchant = started();
    let pem = merchant.tls_env().unwrap().authority_pem;
    let url = format!("{}/notify", merchant.tls_env().unwrap().base_url);
    let request = || http::Request::post(&url).body(bytes::Bytes::from_static(b"{}")).unwrap();
    let trusting = HttpPostman::trusting(pem.as_bytes()).unwrap();
    assert_eq!(trusting.post(request()).await.unwrap().status(), StatusCode::NOT_FOUND, "it was carried");
    let refused = HttpPostman::new().post(request()).await.unwrap_err();
    assert!(matches!(refused, PostFailed::Connect { .. }), "{refused}");
    assert!(HttpPostman::trusting(b"no certificate").is_err());
}

#[tokio::test]
async fn slow_and_garbled_handshakes_hold_nobody_up_and_are_cut() {
    let simulator = started();
    let options = Options { head_within: Duration::from_millis(200), ..Options::default() };
    let at = serving(&simulator, options).await;
    let mut bad = Vec::new();
    for bytes in [
        &[][..],
        &[0x16],
        &[0x16, 3, 1, 0xff, 0xff, 0, 0],
        &[0x16; 64],
        b"CONNECT localhost:443 HTTP/1.1\r\n\r\n",
    ] {
        let mut stream = TcpStream::connect(at).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        bad.push(stream);
    }
    let pem = simulator.tls_env().unwrap().authority_pem;
    let client = client(&pem, at, None).build().unwrap();
    let (status, _) = asked(&client, &format!("https://localhost:{}/v3/certificates", at.port())).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED, "others are served meanwhile");
    for mut stream in bad {
        let mut rest = Vec::new();
        // An alert or a reset, but an end.
        let _ended = tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut rest))
            .await
            .expect("the listener ends it");
    }
}

/// A simulator with published keys but an authority that is kept in `directory`.
fn keeping(directory: PathBuf, chance: Chance) -> Result<Simulator, SimError> {
    let postman = Arc::new(HttpPostman::new());
    let mut settings = Settings::local(Clock::system(), chance, postman, "http://127.0.0.1:1".into());
    settings.publish_keys();
    settings.speak_tls();
    settings.tls.as_mut().unwrap().authority_directory = Some(directory);
    Simulator::new(settings)
}

fn authority_of(simulator: &Simulator) -> String {
    simulator.tls_env().unwrap().authority_pem
}

#[test]
fn the_published_authority_is_the_same_in_every_run() {
    assert_eq!(authority_of(&started()), authority_of(&started()));
}

/// The same bytes in every run of a test.
fn counted() -> Chance {
    let count = std::sync::atomic::AtomicU8::new(0);
    Chance::new(move |buffer| {
        buffer.fill_with(|| count.fetch_add(1, std::sync::atomic::Ordering::SeqCst));
    })
}

/// A directory of this test alone, gone with it.
struct Place(PathBuf);

impl Place {
    fn new(name: &str) -> Self {
        let place = std::env::temp_dir().join(format!("tongbao-sim-{name}-{}", std::process::id()));
        let _left_over = std::fs::remove_dir_all(&place);
        Self(place)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _left_behind = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn the_same_chance_makes_the_same_authority_and_a_kept_one_stays() {
    let place = Place::new("kept");
    let (one, other) = (place.0.join("one"), place.0.join("other"));
    let made = authority_of(&keeping(one.clone(), counted()).unwrap());
    assert_eq!(made, authority_of(&keeping(other, counted()).unwrap()), "drawn from the same chance");
    assert_ne!(made, authority_of(&started()), "not the published one");
    assert_eq!(made, authority_of(&keeping(one.clone(), Chance::system()).unwrap()), "kept");
    assert_eq!(std::fs::read_to_string(one.join("ca.pem")).unwrap(), made);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(one.join("ca_key.pem")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "the key is its owner's only");
    }
}

#[test]
fn an_authority_that_cannot_be_read_is_named() {
    let place = Place::new("damaged");
    std::fs::create_dir_all(&place.0).unwrap();
    let file = place.0.join("ca_key.pem");
    std::fs::write(&file, "-----BEGIN NOTHING-----").unwrap();
    let refused = keeping(place.0.clone(), counted()).err().expect("refused");
    assert!(matches!(refused, SimError::Authority { ref path, .. } if *path == file), "{refused}");
    let taken = keeping(file.join("below a file"), counted()).err().expect("refused");
    assert!(matches!(taken, SimError::Authority { .. }), "{taken}");
}
