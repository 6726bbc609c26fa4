//! The key of encrypted messages: AES-256-CBC, padded to blocks of 32 (miniprogram.md §5.1).

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::cipher::{AES_256, DecryptingKey, DecryptionContext, UnboundCipherKey};
use aws_lc_rs::iv::FixedLength;
use base64::Engine;
use base64::alphabet;
use base64::engine::general_purpose::STANDARD;
use base64::engine::{GeneralPurpose, GeneralPurposeConfig};
use zeroize::Zeroizing;

/// The key set at 微信公众平台 > 开发管理 > 消息推送 > EncodingAESKey: 43 characters. Wiped when dropped, never
/// printed.
#[derive(Clone)]
pub struct EncodingAesKey(Arc<Zeroizing<[u8; 32]>>);

/// Text that is not an `EncodingAESKey`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an EncodingAESKey has 43 letters and digits, but {found} characters were given")]
pub struct EncodingAesKeyError {
    /// How many characters it has.
    pub found: usize,
}

impl EncodingAesKey {
    /// Takes the 43 characters: the Base64 of 32 bytes, without its `=`.
    ///
    /// # Errors
    /// [`EncodingAesKeyError`] with the length found.
    pub fn parse(text: &str) -> Result<Self, EncodingAesKeyError> {
        let refuse = || EncodingAesKeyError { found: text.chars().count() };
        if text.len() != KEY_CHARS {
            return Err(refuse());
        }
        let padded = Zeroizing::new(format!("{text}="));
        let mut key = Zeroizing::new([0; 32]);
        let written = LENIENT.decode_slice(padded.as_bytes(), key.as_mut()).map_err(|_| refuse())?;
        if written == key.len() { Ok(Self(Arc::new(key))) } else { Err(refuse()) }
    }

    /// The message inside, and the appid it was made for; `None` when it is not this key's.
    pub(super) fn open(&self, encrypted: &str) -> Option<(Vec<u8>, String)> {
        let mut buffer = STANDARD.decode(encrypted).ok()?;
        if buffer.is_empty() || buffer.len() % PADDED_BLOCK != 0 {
            return None;
        }
        let iv: [u8; 16] = self.0.first_chunk().copied()?;
        let key = DecryptingKey::cbc(UnboundCipherKey::new(&AES_256, self.0.as_slice()).ok()?).ok()?;
        key.decrypt(&mut buffer, DecryptionContext::Iv128(FixedLength::from(iv))).ok()?;
        let plain = unpadded(&buffer)?;
        // Sixteen bytes of chance, the length, the message, the appid.
        let (length, rest) = plain.get(16..)?.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        let (message, appid) = rest.split_at_checked(length)?;
        Some((message.to_vec(), String::from_utf8(appid.to_vec()).ok()?))
    }
}

impl fmt::Debug for EncodingAesKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EncodingAesKey(redacted)")
    }
}

/// PKCS#7 with blocks of 32: the last byte says how many bytes, all alike, are padding.
fn unpadded(padded: &[u8]) -> Option<&[u8]> {
    let count = usize::from(*padded.last()?);
    let (plain, padding) = padded.split_at_checked(padded.len().checked_sub(count)?)?;
    let alike = padding.iter().all(|&byte| usize::from(byte) == count);
    ((1..=PADDED_BLOCK).contains(&count) && alike).then_some(plain)
}

/// 43 characters carry two bits more than 32 bytes need; WeChat's own example has them set.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true),
);
const KEY_CHARS: usize = 43;
const PADDED_BLOCK: usize = 32;

#[cfg(test)]
mod tests {
    use super::{EncodingAesKey, EncodingAesKeyError, unpadded};

    const KEY: &str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";

    #[test]
    fn the_published_message_opens() {
        let key = EncodingAesKey::parse(KEY).expect("43 characters");
        let encrypted =
            "jn1L23DB+6ELqJ+6bruv21Y6MD7KeIfP82D6gU39rmkgczbWwt5+3bnyg5K55bgVtVzd832WzZGMhkP72vVOfg==";
        let (message, appid) = key.open(encrypted).expect("opens");
        assert_eq!(message, "我是中文abcd123".as_bytes());
        assert_eq!(appid, "wxb11529c136998cb6");
        for other in ["", "AAAA", "not base64", &encrypted[4..], &"A".repeat(88)] {
            assert_eq!(key.open(other), None, "{other}");
        }
    }

    #[test]
    fn a_key_of_another_length_or_alphabet_is_refused_without_repeating_it() {
        assert_eq!(EncodingAesKey::parse("abc").err(), Some(EncodingAesKeyError { found: 3 }));
        assert!(EncodingAesKey::parse(&KEY.replace('a', "-")).is_err());
        assert_eq!(format!("{:?}", EncodingAesKey::parse(KEY)), "Ok(EncodingAesKey(redacted))");
    }

    #[test]
    fn padding_is_checked_to_the_last_byte() {
        assert_eq!(unpadded(&[5, 2, 2]), Some(&[5][..]));
        assert_eq!(unpadded(&[32; 32]), Some(&[][..]));
        for other in [&[5, 1, 2][..], &[5, 0], &[3, 3], &[33; 64], &[]] {
            assert_eq!(unpadded(other), None, "{other:?}");
        }
    }
}
