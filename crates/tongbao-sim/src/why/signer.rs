//! Who made an RSA signature, and of what.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tongbao_wire::Mchid;

use crate::crypto::SigningKey;

use super::matcher::Matcher;
use super::mistake::{Mistake, made};
use super::recover::{Hash, Recovered, recover};
use super::search::{Frame, Variant, search};
use super::{Said, Signature, Why, encoding, hex};

/// A key the simulator knows.
#[derive(Clone, Copy)]
pub(crate) struct KnownKey<'a> {
    pub(crate) owner: Owner<'a>,
    /// The serial number of its certificate, or the id of the public key.
    pub(crate) serial: &'a str,
    pub(crate) key: &'a SigningKey,
}

/// Whose key it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Owner<'a> {
    Merchant(&'a Mchid),
    PlatformCertificate,
    PlatformPublicKey,
    /// The example of the documentation.
    Published,
}

impl Owner<'_> {
    fn said(self) -> Said {
        match self {
            Self::Merchant(mchid) => {
                Said::new(format!("商户号 {mchid} 的私钥"), format!("the private key of merchant {mchid}"))
            }
            Self::PlatformCertificate => Said::new("平台证书的私钥", "the key of the platform certificate"),
            Self::PlatformPublicKey => {
                Said::new("微信支付公钥对应的私钥", "the key of the WeChat Pay public key")
            }
            Self::Published => Said::new("文档里公开的示例私钥", "the published example key"),
        }
    }
}

/// What should have been signed, and what else may have been.
pub(crate) struct Claim<'a> {
    /// The parts in every form, the right one first.
    pub(crate) parts: Vec<Vec<Variant>>,
    pub(crate) frames: &'a [Frame],
    /// As it was sent.
    pub(crate) signature: &'a str,
    /// Who should have signed; unknown when nobody is named whom the simulator knows.
    pub(crate) mchid: Option<&'a Mchid>,
}

/// What came out.
pub(crate) enum Judged {
    /// The right string, by the right key.
    Right,
    /// Something else, proven or not.
    Wrong(Box<Why>),
}

/// Finds who signed what.
pub(crate) fn judge(claim: &Claim<'_>, keys: &[KnownKey<'_>]) -> Judged {
    let expected = expected(claim);
    let story = |signed: Option<&[u8]>, digest: Option<(Hash, &[u8])>, owner: Option<Owner<'_>>| Signature {
        scheme: "SHA256-RSA2048".into(),
        signed: signed.map(|signed| String::from_utf8_lossy(signed).into_owned()),
        expected_digest: digest_text(Hash::Sha256, &Hash::Sha256.of(&expected)),
        expected: String::from_utf8_lossy(&expected).into_owned(),
        signed_digest: digest.map(|(hash, digest)| digest_text(hash, digest)),
        signed_with: owner.map(Owner::said),
    };
    let unproven = |mistake| Judged::Wrong(Box::new(Why::of([mistake], false).with(story(None, None, None))));
    let Some((bytes, written)) = encoding::read(claim.signature) else {
        return unproven(made::UNREADABLE);
    };
    let own = |owner: Owner<'_>| matches!(owner, Owner::Merchant(mchid) if claim.mchid == Some(mchid));
    let mut keys: Vec<KnownKey<'_>> = keys.to_vec();
    keys.sort_by_key(|known| !own(known.owner));
    keys.truncate(KEYS_TRIED_MAX);
    for (known, matcher) in matchers(&keys, &bytes, &expected) {
        let found = search(&claim.parts, claim.frames, &|candidate| matcher.fits(candidate));
        if found.is_none() && !matcher.is_certain() {
            continue;
        }
        let mut mistakes = key_mistakes(known.owner, claim.mchid);
        mistakes.extend(matcher.mistakes());
        mistakes.extend(&written);
        mistakes.extend(found.iter().flat_map(|found| found.mistakes.clone()));
        if found.is_none() {
            mistakes.push(made::UNKNOWN_STRING);
        } else if mistakes.is_empty() {
            return Judged::Right;
        }
        let signed = found.as_ref().map(|found| found.message.as_slice());
        let story = story(signed, matcher.digest(), Some(known.owner));
        return Judged::Wrong(Box::new(Why::of(mistakes, true).with(story)));
    }
    let length = keys.first().and_then(|known| known.key.public_numbers()).map(|(modulus, _)| modulus.len());
    if length.is_some_and(|length| length != bytes.len()) {
        return unproven(made::LENGTH);
    }
    unproven(made::UNKNOWN_KEY)
}

/// The keys that may have made the signature, the likeliest first.
fn matchers<'a>(keys: &[KnownKey<'a>], bytes: &[u8], expected: &[u8]) -> Vec<(KnownKey<'a>, Matcher<'a>)> {
    let mut perhaps = Vec::new();
    for (place, known) in keys.iter().enumerate() {
        match recover(known.key, bytes) {
            Some(found @ (Recovered::Digest(..) | Recovered::Bare(_))) => {
                return vec![(*known, Matcher::Recovered(found))];
            }
            Some(found @ Recovered::Pss(_)) => perhaps.push((*known, Matcher::Recovered(found))),
            None if known.key.public_numbers().is_none() => {
                let matcher = Matcher::StandIn(known.key, STANDARD.encode(bytes));
                // Stand-ins cannot be turned around: others than the first are asked about the right string only.
                if place == 0 || matcher.fits(expected) {
                    perhaps.push((*known, matcher));
                }
            }
            None => {}
        }
    }
    perhaps
}

fn key_mistakes(owner: Owner<'_>, mchid: Option<&Mchid>) -> Vec<Mistake> {
    match owner {
        Owner::Merchant(signer) if mchid.is_none_or(|mchid| mchid == signer) => Vec::new(),
        Owner::Merchant(_) => vec![made::OTHER_MERCHANT],
        Owner::PlatformCertificate | Owner::PlatformPublicKey => vec![made::PLATFORM_KEY],
        Owner::Published => vec![made::PUBLISHED_KEY],
    }
}

fn expected(claim: &Claim<'_>) -> Vec<u8> {
    let right = search(&claim.parts, &claim.frames[..1], &|_| true);
    right.map(|found| found.message).unwrap_or_default()
}

fn digest_text(hash: Hash, digest: &[u8]) -> String {
    format!("{} {}", hash.name(), hex(digest))
}

/// A public operation takes some tenths of a millisecond.
const KEYS_TRIED_MAX: usize = 256;
