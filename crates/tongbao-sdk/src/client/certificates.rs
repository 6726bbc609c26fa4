//! Downloading the platform's certificates (v3.md §1.8).

use std::time::Duration;

use tongbao_wire::{Call, Certificates, Timestamp};

use super::Client;
use super::outgoing::Outgoing;
use super::send::Answer;
use crate::apiv3_key::Aead;
use crate::call_error::{CallError, CallErrorKind};
use crate::json::{self, Misfit};
use crate::platform_keys::PlatformKey;
use crate::signature::SignatureHeaders;
use crate::signer::SignatureType;

/// What a refresh brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificatesRefreshed {
    /// Serial numbers of the certificates now accepted, with the end of their validity.
    pub certificates: Vec<(String, Timestamp)>,
}

/// Guards refreshing: one at a time, and not again at once.
#[derive(Default)]
pub(super) struct Refreshing {
    last_attempt: Option<Timestamp>,
}

impl Refreshing {
    /// A clock that was set back since holds nothing up.
    fn is_due(&self, now: Timestamp) -> bool {
        self.last_attempt.is_none_or(|at| now < at || now.since(at) >= REFRESH_PAUSE)
    }
}

impl Client {
    /// Downloads the platform's certificates and replaces those at hand; a configured public key stays.
    ///
    /// The answer is decrypted with the `APIv3` key, verified with the certificates it brings, and only
    /// then are they put in place, all at once. Call at least every twelve hours in certificate mode.
    ///
    /// # Errors
    /// [`CallError`]; then the keys at hand stay.
    pub async fn refresh_certificates(&self) -> Result<CertificatesRefreshed, CallError> {
        let mut refreshing = self.0.refreshing.lock().await;
        self.refresh(&mut refreshing).await
    }

    /// As [`Client::refresh_certificates`], unless that was tried within the last minute: then `None`.
    ///
    /// For when a notification names an unknown serial number, which anybody can make up: strangers must
    /// not be able to make this client call the platform as often as they like.
    ///
    /// # Errors
    /// [`CallError`]; then the keys at hand stay.
    pub async fn refresh_certificates_if_due(&self) -> Result<Option<CertificatesRefreshed>, CallError> {
        let mut refreshing = self.0.refreshing.lock().await;
        if !refreshing.is_due(self.0.clock.now()) {
            return Ok(None);
        }
        self.refresh(&mut refreshing).await.map(Some)
    }

    /// Tries to learn the key `serial` for an answer that waits to be verified. Whoever waited while
    /// another did so finds the key in place.
    pub(super) async fn learn(&self, serial: &str) {
        // Boxed, for refreshing is itself a call.
        let refreshed = Box::pin(async {
            let mut refreshing = self.0.refreshing.lock().await;
            if self.0.keys.knows(serial) || !refreshing.is_due(self.0.clock.now()) {
                return Ok(());
            }
            self.refresh(&mut refreshing).await.map(drop)
        });
        if let Err(error) = refreshed.await {
            // The answer that waits is refused as signed with an unknown key; this is why.
            tracing::warn!(mchid = %self.mchid(), error = %error, "platform certificates were not refreshed");
        }
    }

    async fn refresh(&self, refreshing: &mut Refreshing) -> Result<CertificatesRefreshed, CallError> {
        refreshing.last_attempt = Some(self.0.clock.now());
        let answer = self.send(&self.download()).await?;
        let keys = self
            .open_certificates(&answer)
            .map_err(|kind| CallError::new(Call::Certificates, kind).answered(&answer.request_id))?;
        let certificates =
            keys.iter().filter_map(|(serial, key)| Some((serial.clone(), key.not_after()?))).collect();
        self.0.keys.replace_certificates(keys);
        Ok(CertificatesRefreshed { certificates })
    }

    /// Without a word the platform sends its RSA certificates (v3.md §1.8).
    fn download(&self) -> Outgoing {
        let outgoing = Outgoing::to(Call::Certificates);
        match self.0.merchant.signer.signature_type() {
            SignatureType::Rsa => outgoing,
            #[cfg(feature = "sm")]
            SignatureType::Sm2 => outgoing.query("algorithm_type", "SM2"),
        }
    }

    /// Decrypts, then verifies the answer with what it brought: the first download has nothing else.
    fn open_certificates(&self, answer: &Answer) -> Result<Vec<(String, PlatformKey)>, CallErrorKind> {
        let list: Certificates = json::decode(&answer.body).map_err(CallErrorKind::Undecodable)?;
        let mut keys = Vec::new();
        for (position, entry) in list.data.into_iter().take(CERTIFICATES_MAX).enumerate() {
            let misfit = |reason: String| {
                CallErrorKind::Undecodable(Misfit { member: format!("data[{position}]"), reason })
            };
            let sealed = entry.encrypt_certificate;
            let aead = Aead::named(&sealed.algorithm)
                .ok_or_else(|| misfit("encrypt_certificate.algorithm is not supported".into()))?;
            let pem = self
                .0
                .merchant
                .open(aead, &sealed.nonce, &sealed.associated_data, &sealed.ciphertext)
                .ok_or(CallErrorKind::CannotDecrypt)?;
            let (serial, key) =
                PlatformKey::from_certificate(&pem).map_err(|error| misfit(error.to_string()))?;
            if serial != entry.serial_no {
                return Err(misfit("serial_no differs from the certificate's".into()));
            }
            keys.push((serial, key));
        }
        if keys.is_empty() {
            // Those at hand are worth more than none.
            let reason = "is empty".into();
            return Err(CallErrorKind::Undecodable(Misfit { member: "data".into(), reason }));
        }
        let signed = SignatureHeaders::read(&answer.headers, self.0.clock.now())
            .map_err(CallErrorKind::UnverifiableAnswer)?;
        let brought = keys.iter().find(|(serial, _)| serial == signed.serial);
        let verified = match brought {
            Some((_, key)) => signed.verify_with(key.verifier(), &answer.body),
            // Signed with the configured public key, when that is what the request announced.
            None => signed.verify(&self.0.keys, &answer.body),
        };
        verified.map_err(CallErrorKind::UnverifiableAnswer)?;
        Ok(keys)
    }
}

/// Between two refreshes that something unknown asked for.
const REFRESH_PAUSE: Duration = Duration::from_secs(60);
/// There is one certificate, or two while they rotate; more than this is not the platform.
const CERTIFICATES_MAX: usize = 16;
