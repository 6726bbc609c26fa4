//! The `Authorization` header of a request (v3.md §1.5).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderValue, Method};

use crate::merchant::Merchant;
use crate::signer::SignError;

/// Signs method, path with query, time, nonce and body.
///
/// The host is not covered, so one header serves the primary and the backup host.
pub(crate) fn header(
    merchant: &Merchant,
    method: &Method,
    path_and_query: &str,
    seconds: i64,
    nonce: &str,
    body: &[u8],
) -> Result<HeaderValue, SignError> {
    let mut message = format!("{method}\n{path_and_query}\n{seconds}\n{nonce}\n").into_bytes();
    message.extend_from_slice(body);
    message.push(b'\n');
    let signature = STANDARD.encode(merchant.signer.sign(&message)?);
    let scheme = merchant.signer.signature_type().name();
    let (mchid, serial_no) = (&merchant.mchid, &merchant.serial_no);
    let value = format!(
        "{scheme} mchid=\"{mchid}\",nonce_str=\"{nonce}\",signature=\"{signature}\",timestamp=\"{seconds}\",serial_no=\"{serial_no}\""
    );
    let mut value = HeaderValue::try_from(value).map_err(|_| SignError)?;
    value.set_sensitive(true);
    Ok(value)
}
