//! The platform's keys: what answers and notifications are verified with (v3.md §1.7, §1.8).

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, RwLock};

use tongbao_wire::Timestamp;

use crate::certificate;
use crate::merchant_key::described;
use crate::pem::{self, PemError, PemKind};
use crate::sealed::{SealError, Sealed, SealingKey};
use crate::signer::Verifier;

/// The platform's keys by serial number: public keys (`PUB_KEY_ID_…`) and certificates, several at once.
///
/// A handle: clones share one set, which `Client::refresh_certificates` and the methods of this handle
/// change while calls and notifications run. Each of them sees the set before a change or after it.
/// Serial numbers are matched exactly.
///
/// The migration from certificates to the public key (v3.md §1.8) needs no restart: add the public key
/// ([`PlatformKeys::add_public_key`]) and both kinds are accepted, in any order; at its end
/// [`PlatformKeys::stop_downloads`] and [`PlatformKeys::remove`] the certificates. To go back on the way,
/// [`PlatformKeys::announce`] a certificate: answers are signed with what is announced, and notifications
/// that are still signed with the public key keep being believed.
#[derive(Clone)]
pub struct PlatformKeys(Arc<RwLock<Arc<KeySet>>>);

#[derive(Clone, Default)]
struct KeySet {
    keys: BTreeMap<Box<str>, PlatformKey>,
    announced: Option<Box<str>>,
    /// What was asked to be announced, as long as it is there.
    chosen: Option<Box<str>>,
    downloads: bool,
}

#[derive(Clone)]
pub(crate) struct PlatformKey {
    verifier: Verifier,
    sealing: Option<SealingKey>,
    kind: KeyKind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum KeyKind {
    /// Given by configuration; a refresh keeps it.
    PublicKey,
    /// Valid until then; a refresh replaces it.
    Certificate { not_after: Timestamp },
}

/// Why a platform key cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlatformKeyError {
    /// The file is not PEM.
    #[error("WeChat Pay key: {0}")]
    File(#[source] PemError),
    /// Another kind of file where the public key belongs.
    #[error(
        "WeChat Pay public key: this is {found}; the public key is pub_key.pem and begins with -----BEGIN PUBLIC KEY-----"
    )]
    NotAPublicKey {
        /// What it is.
        found: &'static str,
    },
    /// Another kind of file where the certificate belongs.
    #[error(
        "WeChat Pay certificate: this is {found}; a platform certificate begins with -----BEGIN CERTIFICATE-----"
    )]
    NotACertificate {
        /// What it is.
        found: &'static str,
    },
    /// A key that is damaged, or neither RSA of at least 2048 bits nor, with the feature `sm`, SM2.
    #[error("WeChat Pay key: damaged, or not an RSA key of 2048 to 8192 bits (nor SM2, with the feature sm)")]
    Unusable,
    /// An id that cannot be a header's value.
    #[error(
        "WeChat Pay public key id: must be 1 to 128 visible characters without blanks, such as PUB_KEY_ID_0114232134912410000000000000"
    )]
    Id,
}

impl PlatformKeyError {
    /// Stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::File(_) => "platform_key_file",
            Self::NotAPublicKey { .. } => "platform_public_key_wrong_kind",
            Self::NotACertificate { .. } => "platform_certificate_wrong_kind",
            Self::Unusable => "platform_key_unusable",
            Self::Id => "platform_public_key_id",
        }
    }
}

impl PlatformKeys {
    /// Public-key mode (微信支付公钥): the key and its id, both from the merchant platform.
    ///
    /// # Errors
    /// [`PlatformKeyError`].
    pub fn from_public_key(id: &str, pem: &[u8]) -> Result<Self, PlatformKeyError> {
        Self::empty().and_public_key(id, pem)
    }

    /// Certificate mode (平台证书) from a certificate at hand; later ones are downloaded.
    ///
    /// # Errors
    /// [`PlatformKeyError`].
    pub fn from_certificate(pem: &[u8]) -> Result<Self, PlatformKeyError> {
        Self::empty().and_certificate(pem)
    }

    /// Certificate mode with nothing at hand: certificates are downloaded when the first answer needs one.
    #[must_use]
    pub fn downloaded() -> Self {
        Self::empty().and_downloaded()
    }

    /// For deterministic simulation only: `serial` verifies with [`Verifier::stand_in`] of `secret`.
    #[must_use]
    pub fn stand_in(serial: &str, secret: &[u8]) -> Self {
        Self::empty().and_stand_in(serial, secret)
    }

    /// Also accepts this public key, as during the migration between the two modes.
    ///
    /// # Errors
    /// [`PlatformKeyError`].
    pub fn and_public_key(self, id: &str, pem: &[u8]) -> Result<Self, PlatformKeyError> {
        self.add_public_key(id, pem)?;
        Ok(self)
    }

    /// Also accepts this platform certificate, and downloads later ones.
    ///
    /// # Errors
    /// [`PlatformKeyError`].
    pub fn and_certificate(self, pem: &[u8]) -> Result<Self, PlatformKeyError> {
        self.add_certificate(pem)?;
        Ok(self)
    }

    /// Also downloads certificates when an answer names a serial number that is not known.
    #[must_use]
    pub fn and_downloaded(self) -> Self {
        self.start_downloads();
        self
    }

    /// For deterministic simulation only: also accepts a stand-in.
    #[must_use]
    pub fn and_stand_in(self, serial: &str, secret: &[u8]) -> Self {
        let key =
            PlatformKey { verifier: Verifier::stand_in(secret), sealing: None, kind: KeyKind::PublicKey };
        self.change(|set| drop(set.keys.insert(serial.into(), key)));
        self
    }

    /// From now on also accepts this public key, and announces it unless another choice was made.
    ///
    /// # Errors
    /// [`PlatformKeyError`]; then nothing changes.
    pub fn add_public_key(&self, id: &str, pem: &[u8]) -> Result<(), PlatformKeyError> {
        if !(1..=128).contains(&id.len()) || !id.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(PlatformKeyError::Id);
        }
        let block = pem::first_block(pem).map_err(PlatformKeyError::File)?;
        if block.kind != PemKind::PublicKey {
            return Err(PlatformKeyError::NotAPublicKey { found: described(block.kind) });
        }
        let key = PlatformKey::new(&block.der, KeyKind::PublicKey).ok_or(PlatformKeyError::Unusable)?;
        self.change(|set| drop(set.keys.insert(id.into(), key)));
        Ok(())
    }

    /// From now on also accepts this platform certificate, and downloads later ones. Gives its serial number.
    ///
    /// # Errors
    /// [`PlatformKeyError`]; then nothing changes.
    pub fn add_certificate(&self, pem: &[u8]) -> Result<String, PlatformKeyError> {
        let (serial_no, key) = PlatformKey::from_certificate(pem)?;
        self.change(|set| {
            set.keys.insert(serial_no.as_str().into(), key);
            set.downloads = true;
        });
        Ok(serial_no)
    }

    /// From now on refuses what is signed with `serial`; false when it was not accepted anyway. Answers to
    /// requests that were sealed for it are refused too, so let those end first. A certificate that the
    /// platform still has comes back with the next download.
    pub fn remove(&self, serial: &str) -> bool {
        let mut removed = false;
        self.change(|set| removed = set.keys.remove(serial).is_some());
        removed
    }

    /// From now on announces `serial` instead of the usual choice, as long as it is accepted; false, and
    /// nothing changes, when it is not.
    pub fn announce(&self, serial: &str) -> bool {
        let mut known = false;
        self.change(|set| {
            known = set.keys.contains_key(serial);
            if known {
                set.chosen = Some(serial.into());
            }
        });
        known
    }

    /// From now on downloads certificates when an answer names a serial number that is not known.
    pub fn start_downloads(&self) {
        self.change(|set| set.downloads = true);
    }

    /// From now on downloads no certificates by itself. Those at hand stay.
    pub fn stop_downloads(&self) {
        self.change(|set| set.downloads = false);
    }

    /// What `Wechatpay-Serial` of a request says: what was chosen with [`PlatformKeys::announce`], else the
    /// public key's id when there is one, else the certificate that ends last. The platform signs its
    /// answer with that key (v3.md §1.8).
    #[must_use]
    pub fn announced(&self) -> Option<String> {
        self.snapshot().announced.as_deref().map(str::to_owned)
    }

    /// Every serial number accepted, with the end of its validity where it has one.
    #[must_use]
    pub fn serials(&self) -> Vec<(String, Option<Timestamp>)> {
        let snapshot = self.snapshot();
        let entries = snapshot.keys.iter().map(|(serial, key)| match key.kind {
            KeyKind::PublicKey => (serial.to_string(), None),
            KeyKind::Certificate { not_after } => (serial.to_string(), Some(not_after)),
        });
        entries.collect()
    }

    /// True when `serial` is one of these keys.
    #[must_use]
    pub fn knows(&self, serial: &str) -> bool {
        self.snapshot().keys.contains_key(serial)
    }

    /// True when certificates are downloaded on need.
    #[must_use]
    pub fn downloads_certificates(&self) -> bool {
        self.snapshot().downloads
    }

    /// Encrypts a sensitive member (敏感字段) for the platform with the announced key (v3.md §1.9).
    ///
    /// # Errors
    /// [`SealError`] when the text is too long, or no RSA key is at hand.
    pub fn seal(&self, text: &str) -> Result<Sealed, SealError> {
        let snapshot = self.snapshot();
        let serial = snapshot.announced.as_deref().ok_or(SealError::NoKey)?;
        let key = snapshot.keys[serial].sealing.as_ref().ok_or(SealError::NoKey)?;
        key.seal(serial, text)
    }

    /// The key for `serial`.
    pub(crate) fn verifier(&self, serial: &str) -> Option<Verifier> {
        self.snapshot().keys.get(serial).map(|key| key.verifier.clone())
    }

    /// Replaces all certificates at once; public keys stay.
    #[cfg(feature = "client")]
    pub(crate) fn replace_certificates(&self, certificates: Vec<(String, PlatformKey)>) {
        self.change(|set| {
            set.keys.retain(|_, key| key.kind == KeyKind::PublicKey);
            for (serial, key) in certificates {
                // A certificate never takes the place of a key the merchant configured.
                set.keys.entry(serial.into()).or_insert(key);
            }
        });
    }

    fn empty() -> Self {
        Self(Arc::default())
    }

    fn snapshot(&self) -> Arc<KeySet> {
        self.0.read().expect("no writer panics while it holds the lock").clone()
    }

    /// Changes the set in one step: the lock is held throughout, so no change is lost to another.
    fn change(&self, change: impl FnOnce(&mut KeySet)) {
        let mut current = self.0.write().expect("no writer panics while it holds the lock");
        let mut set = KeySet::clone(&current);
        change(&mut set);
        set.announced = set.to_announce();
        *current = Arc::new(set);
    }
}

impl KeySet {
    fn to_announce(&self) -> Option<Box<str>> {
        let chosen = self.chosen.as_ref().filter(|serial| self.keys.contains_key(*serial));
        let usual = || self.keys.iter().max_by_key(|(_, key)| key.rank()).map(|(serial, _)| serial);
        chosen.or_else(usual).cloned()
    }
}

impl PlatformKey {
    /// Reads a platform certificate: its serial number and its key.
    pub(crate) fn from_certificate(pem: &[u8]) -> Result<(String, Self), PlatformKeyError> {
        let block = pem::first_block(pem).map_err(PlatformKeyError::File)?;
        if block.kind != PemKind::Certificate {
            return Err(PlatformKeyError::NotACertificate { found: described(block.kind) });
        }
        let facts = certificate::read(&block.der).ok_or(PlatformKeyError::Unusable)?;
        let kind = KeyKind::Certificate { not_after: facts.not_after };
        let key = Self::new(&facts.spki, kind).ok_or(PlatformKeyError::Unusable)?;
        Ok((facts.serial_no, key))
    }

    #[cfg(feature = "client")]
    pub(crate) fn verifier(&self) -> &Verifier {
        &self.verifier
    }

    /// The greatest is announced: public keys before certificates, and of those the one that ends last.
    fn rank(&self) -> (bool, Option<Timestamp>) {
        (self.kind == KeyKind::PublicKey, self.not_after())
    }

    /// Until when its certificate is valid.
    pub(crate) fn not_after(&self) -> Option<Timestamp> {
        match self.kind {
            KeyKind::PublicKey => None,
            KeyKind::Certificate { not_after } => Some(not_after),
        }
    }

    fn new(spki: &[u8], kind: KeyKind) -> Option<Self> {
        Some(Self { verifier: Verifier::from_spki(spki)?, sealing: Some(SealingKey::from_spki(spki)?), kind })
    }
}

impl fmt::Debug for PlatformKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut list = f.debug_list();
        for (serial, _) in self.serials() {
            list.entry(&serial);
        }
        list.finish()
    }
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::digest::{SHA256, digest};
    use tongbao_wire::Certificates;

    use super::{PlatformKey, PlatformKeyError, PlatformKeys};
    use crate::apiv3_key::{Aead, ApiV3Key};
    use crate::sealed::SealError;
    use crate::{pem, published};

    const ID: &str = "PUB_KEY_ID_0114232134912410000000000000";

    #[test]
    fn the_published_public_key_is_the_one_the_dossier_names() {
        let block = pem::first_block(published::DOC_PUBLIC_KEY).expect("official");
        assert_eq!(
            hex::encode(digest(&SHA256, &block.der)),
            "a8d7b42d00ddcbece3ecbb528419f1e9cc1f740794def051f932fd3a23a4593c"
        );
    }

    #[test]
    fn the_published_certificate_download_decrypts_to_a_usable_key() {
        let list: Certificates = serde_json::from_slice(published::GO_CERTIFICATES).expect("official");
        let sealed = &list.data[0].encrypt_certificate;
        let key = ApiV3Key::of_128_bits(b"mockAPIv3Key1234");
        let pem = key
            .open(Aead::Aes256Gcm, &sealed.nonce, &sealed.associated_data, &sealed.ciphertext)
            .expect("official");
        assert_eq!(
            hex::encode(digest(&SHA256, &pem)),
            "9cd63a58efc776e9c852a58aca6fb5bad688371b07bb8f2d2e5bd40262e042cc"
        );
        let (serial, key) = PlatformKey::from_certificate(&pem).expect("a certificate");
        assert_eq!(serial, list.data[0].serial_no);
        assert_eq!(key.not_after(), Some(list.data[0].expire_time));
    }

    #[test]
    fn both_kinds_are_held_at_once_and_the_public_key_is_announced() {
        let keys = PlatformKeys::from_certificate(published::GO_CERTIFICATE).expect("a certificate");
        assert_eq!(keys.announced().as_deref(), Some("D7CE59D1F522D701"));
        assert!(keys.downloads_certificates());
        let keys = keys.and_public_key(ID, published::DOC_PUBLIC_KEY).expect("a public key");
        assert_eq!(keys.announced().as_deref(), Some(ID));
        assert!(keys.knows(ID) && keys.knows("D7CE59D1F522D701") && !keys.knows("d7ce59d1f522d701"));
        assert_eq!(format!("{keys:?}"), format!("[\"D7CE59D1F522D701\", \"{ID}\"]"));
    }

    #[cfg(feature = "client")]
    #[test]
    fn a_replacement_reaches_every_clone_and_spares_the_public_key() {
        let keys = PlatformKeys::from_public_key(ID, published::DOC_PUBLIC_KEY)
            .and_then(|keys| keys.and_certificate(published::GO_CERTIFICATE))
            .expect("both");
        let clone = keys.clone();
        clone.replace_certificates(Vec::new());
        assert!(keys.knows(ID) && !keys.knows("D7CE59D1F522D701"));
        let certificate = PlatformKey::from_certificate(published::GO_CERTIFICATE).expect("a certificate");
        keys.replace_certificates(vec![certificate]);
        assert!(clone.knows("D7CE59D1F522D701"));
    }

    #[test]
    fn mistakes_in_files_are_named() {
        let code = |id, pem| PlatformKeys::from_public_key(id, pem).map(drop).map_err(|error| error.code());
        assert_eq!(code(ID, published::GO_CERTIFICATE), Err("platform_public_key_wrong_kind"));
        assert_eq!(code(ID, published::GO_KEY), Err("platform_public_key_wrong_kind"));
        assert_eq!(code("", published::DOC_PUBLIC_KEY), Err("platform_public_key_id"));
        assert_eq!(code("a b", published::DOC_PUBLIC_KEY), Err("platform_public_key_id"));
        let error = PlatformKeys::from_certificate(published::DOC_PUBLIC_KEY).expect_err("a public key");
        assert_eq!(error, PlatformKeyError::NotACertificate { found: "a public key" });
    }

    #[test]
    fn sensitive_members_are_sealed_for_the_announced_key() {
        let keys = PlatformKeys::from_public_key(ID, published::DOC_PUBLIC_KEY).expect("a public key");
        let sealed = keys.seal("张三").expect("fits");
        assert_eq!((sealed.serial(), sealed.base64().len()), (ID, 344));
        let long = "x".repeat(215);
        assert_eq!(keys.seal(&long), Err(SealError::TooLong { bytes: 215, limit: 214 }));
        assert_eq!(PlatformKeys::downloaded().seal("张三"), Err(SealError::NoKey));
        assert_eq!(PlatformKeys::stand_in("S", b"seed").seal("张三"), Err(SealError::NoKey));
    }
}
