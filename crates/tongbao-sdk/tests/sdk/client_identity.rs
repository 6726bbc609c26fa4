//! A server that asks for the merchant's certificate, as APIv2 does where money moves.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned};
use tongbao_sdk::{CallFailure, ClientIdentity, HttpOptions, HttpOutbound, MerchantKeyError, Outbound};

const KEY: &[u8] = include_bytes!("../published/go_key.pem");
const CERTIFICATE: &[u8] = include_bytes!("../keys/apiclient_cert.pem");
const CA: &[u8] = include_bytes!("../keys/ca.pem");
const SERVER_KEY: &[u8] = include_bytes!("../keys/server_key.pem");
const SERVER: &[u8] = include_bytes!("../keys/server.pem");

fn certificate(pem: &[u8]) -> CertificateDer<'static> {
    CertificateDer::from_pem_slice(pem).unwrap()
}

fn config() -> Arc<ServerConfig> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut roots = RootCertStore::empty();
    roots.add(certificate(CA)).unwrap();
    let verifier =
        WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider.clone()).build().unwrap();
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_client_cert_verifier(verifier)
        .with_single_cert(vec![certificate(SERVER)], PrivateKeyDer::from_pem_slice(SERVER_KEY).unwrap());
    Arc::new(config.unwrap())
}

/// Serves one connection. The answer says how many certificates were shown, the merchant's first.
fn serve() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("https://{}/secapi/pay/refund", listener.local_addr().unwrap());
    tokio::task::spawn_blocking(move || {
        let (socket, _) = listener.accept().unwrap();
        let mut stream = StreamOwned::new(ServerConnection::new(config()).unwrap(), socket);
        // Fails when no certificate is shown; then the connection just ends.
        let Ok(1..) = stream.read(&mut [0; 4096]) else { return };
        let shown = stream.conn.peer_certificates().unwrap();
        assert_eq!(shown[0], certificate(CERTIFICATE));
        let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n{}", shown.len());
        stream.write_all(answer.as_bytes()).unwrap();
        stream.conn.send_close_notify();
        stream.flush().unwrap();
    });
    address
}

async fn call(identity: Option<ClientIdentity>) -> Result<Response<Bytes>, CallFailure> {
    let options = HttpOptions { identity, extra_roots: vec![CA.to_vec()], ..HttpOptions::default() };
    let outbound = HttpOutbound::new(&options).unwrap();
    let request = Request::post(serve()).body(Bytes::from_static(b"<xml></xml>")).unwrap();
    outbound.call(request).await
}

#[tokio::test]
async fn a_server_that_asks_for_the_merchants_certificate_is_shown_it() {
    let pem = ClientIdentity::from_pem(KEY, CERTIFICATE).unwrap();
    let pkcs1 =
        ClientIdentity::from_pem(include_bytes!("../published/go_key_pkcs1.pem"), CERTIFICATE).unwrap();
    let p12 = ClientIdentity::from_pkcs12(include_bytes!("../keys/legacy.p12"), "1900007291").unwrap();
    for (identity, shown) in [(pem, "1"), (pkcs1, "1"), (p12, "2")] {
        let answer = call(Some(identity)).await.unwrap();
        assert_eq!(answer.body(), shown, "the chain of a PKCS#12 file is shown whole");
    }
}

#[tokio::test]
async fn without_a_certificate_that_server_refuses() {
    assert!(call(None).await.is_err());
    // One that its authority did not issue.
    let own = include_bytes!("../published/go_platform_certificate.pem");
    assert!(call(Some(ClientIdentity::from_pem(KEY, own).unwrap())).await.is_err());
}

#[test]
fn mistakes_in_files_are_named_and_the_key_is_never_printed() {
    let code =
        |key: &[u8], certificate: &[u8]| ClientIdentity::from_pem(key, certificate).unwrap_err().code();
    assert_eq!(code(CERTIFICATE, KEY), "merchant_key_wrong_kind");
    assert_eq!(code(KEY, KEY), "merchant_certificate_wrong_kind");
    let error = ClientIdentity::from_pem(KEY, include_bytes!("../keys/new_platform_certificate.pem"));
    let serial_no = "5157F09EFDC096DE15EBE81A47057A7232F1B8E1".into();
    assert_eq!(error.unwrap_err(), MerchantKeyError::Mismatch { serial_no });
    let error = ClientIdentity::from_pkcs12(include_bytes!("../keys/modern.p12"), "wrong").unwrap_err();
    assert_eq!(error.code(), "p12_wrong_password");
    let identity = ClientIdentity::from_pem(KEY, CERTIFICATE).unwrap();
    let shown = "ClientIdentity(certificate 408B07E79B8269FEC3D5D3E6AB8ED163A6A380DB, key redacted)";
    assert_eq!(format!("{identity:?}"), shown);
}
