//! Whose certificate a call may come with.

use std::sync::Arc;

use axum::body::to_bytes;
use axum::response::IntoResponse as _;
use http::Extensions;
use tongbao_wire::Mchid;
use tongbao_wire::seam::{Chance, Clock};

use super::{CertificateRefused, ClientCertificate, TlsClient};
use crate::{HttpPostman, Settings, Simulator};

fn simulator(needed_on_plain_http: bool) -> Simulator {
    let postman = Arc::new(HttpPostman::new());
    let mut settings =
        Settings::local(Clock::system(), Chance::system(), postman, "http://127.0.0.1:1".into());
    settings.publish_keys();
    settings.switches.certificate_needed_on_plain_http = needed_on_plain_http;
    Simulator::new(settings).unwrap()
}

fn over_tls(mchid: Option<&str>) -> Extensions {
    let certificate = mchid.map(|mchid| ClientCertificate {
        mchid: Mchid::parse(mchid).unwrap(),
        serial_no: "501F31671880AC09030CB8C70CD595D1E7EA9143".into(),
    });
    let mut extensions = Extensions::new();
    extensions.insert(TlsClient { certificate });
    extensions
}

#[test]
fn a_call_needs_the_certificate_of_its_own_merchant_over_tls_and_by_switch_over_plain_http() {
    let own = Mchid::parse("1900000001").unwrap();
    let refused = |refusal| Err(refusal);
    for (extensions, needed_on_plain_http, expected) in [
        (over_tls(Some("1900000001")), false, Ok(())),
        (over_tls(Some("1900000009")), false, refused(CertificateRefused::Foreign)),
        (over_tls(None), false, refused(CertificateRefused::Missing)),
        (over_tls(None), true, refused(CertificateRefused::Missing)),
        (Extensions::new(), false, Ok(())),
        (Extensions::new(), true, refused(CertificateRefused::Missing)),
    ] {
        let told = simulator(needed_on_plain_http).check_certificate(&extensions, &own);
        assert_eq!(told, expected, "{:?}, {needed_on_plain_http}", extensions.get::<TlsClient>());
    }
}

#[tokio::test]
async fn a_refused_certificate_is_answered_by_nginx_with_a_page() {
    for (refusal, title) in [
        (CertificateRefused::Missing, "No required SSL certificate was sent"),
        (CertificateRefused::Foreign, "The SSL certificate error"),
    ] {
        let answer = refusal.into_response();
        assert_eq!(
            (answer.status().as_u16(), &answer.headers()["content-type"]),
            (400, &"text/html".parse().unwrap())
        );
        let page = to_bytes(answer.into_body(), 4096).await.unwrap();
        let page = String::from_utf8(page.to_vec()).unwrap();
        assert!(page.contains(&format!("<title>400 {title}</title>")) && page.contains("nginx"), "{page}");
    }
}
