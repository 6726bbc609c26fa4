//! What TLS tells the platform of whoever calls: the merchant's certificate (v2.md §1.6).
//!
//! A listener that speaks TLS asks for a certificate, takes the handshake with or without one, and puts a
//! [`TlsClient`] into the extensions of every request. Whether a call needs the certificate is decided by
//! the call, as the platform decides by path.

use axum::response::{IntoResponse, Response};
use http::{Extensions, StatusCode, header};
use tongbao_wire::Mchid;

use crate::Simulator;

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
    /// Whether the request with these extensions came with the certificate of `mchid`.
    ///
    /// Over plain HTTP nobody can present one; then the switch `certificate_needed_on_plain_http` decides.
    ///
    /// # Errors
    /// [`CertificateRefused`], which is its own answer.
    #[allow(dead_code, reason = "for the calls of v2 that need the certificate")]
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
