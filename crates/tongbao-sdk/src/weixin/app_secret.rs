//! The key of a mini program or service account.

use super::secret_text::SecretText;

/// The `AppSecret` of a mini program or service account. Wiped when dropped, never printed.
#[derive(Clone, Debug)]
pub struct AppSecret(SecretText);

/// Text that is not an `AppSecret`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "an AppSecret has 1 to 128 letters and digits (32 on 微信公众平台 > 开发管理), but {found} characters were given"
)]
pub struct AppSecretError {
    /// How many characters it has.
    pub found: usize,
}

impl AppSecret {
    /// Checks length and alphabet.
    ///
    /// # Errors
    /// [`AppSecretError`] with the length found.
    pub fn parse(text: &str) -> Result<Self, AppSecretError> {
        let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !(1..=128).contains(&text.len()) || !plain {
            return Err(AppSecretError { found: text.chars().count() });
        }
        Ok(Self(SecretText::new(text)))
    }

    pub(super) fn as_str(&self) -> &str {
        self.0.as_str()
    }
}
