//! Telephone numbers of a parcel, masked: WeChat is not told whole ones (miniprogram.md §4.3).

use serde::Serialize;

use crate::unsendable::{Unsendable, UnsendableReason};

/// Whom the express company calls; at least one of the two. SF (顺丰) does not tell where a parcel is without it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Contact {
    /// The sender's number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consignor_contact: Option<MaskedNumber>,
    /// The receiver's number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receiver_contact: Option<MaskedNumber>,
}

/// A telephone number of which only parts show, the last four digits among them: `189****1234`,
/// `+86-177****1234`, `021-**34-12`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MaskedNumber(Box<str>);

/// Text that is not such a number. It is not repeated: it may be a whole one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MaskError {
    /// Characters other than digits, `*`, `+`, `-` and blanks, or far too many.
    #[error("a telephone number has digits, +, - and blanks, at most {NUMBER_CHARS_MAX}")]
    NotANumber,
    /// Too few digits to hide any.
    #[error("a telephone number has at least {MASKABLE_DIGITS_MIN} digits")]
    TooShort,
    /// No `*`.
    #[error("a whole number; hide its middle with MaskedNumber::mask")]
    Whole,
    /// The last four digits do not show.
    #[error("the last four digits must show")]
    EndHidden,
}

impl Contact {
    /// The sender's number.
    #[must_use]
    pub fn consignor(number: MaskedNumber) -> Self {
        Self { consignor_contact: Some(number), receiver_contact: None }
    }

    /// The receiver's number.
    #[must_use]
    pub fn receiver(number: MaskedNumber) -> Self {
        Self { consignor_contact: None, receiver_contact: Some(number) }
    }

    pub(super) fn check(&self) -> Result<(), Unsendable> {
        if self.consignor_contact.is_none() && self.receiver_contact.is_none() {
            return Err(Unsendable::new(
                "contact",
                UnsendableReason::Combination("must name one of the two"),
            ));
        }
        Ok(())
    }
}

impl MaskedNumber {
    /// Hides the middle of a whole number: `13800001234` becomes `138****1234`.
    ///
    /// # Errors
    /// [`MaskError`] when it is not a telephone number.
    pub fn mask(number: &str) -> Result<Self, MaskError> {
        let digits = number.bytes().filter(u8::is_ascii_digit).count();
        if number.contains('*') || !number.bytes().all(in_numbers) || number.len() > NUMBER_CHARS_MAX {
            return Err(MaskError::NotANumber);
        }
        if digits < MASKABLE_DIGITS_MIN {
            return Err(MaskError::TooShort);
        }
        let hidden = digits.saturating_sub(DIGITS_SHOWN + DIGITS_HIDDEN)..digits - DIGITS_SHOWN;
        let mut position = 0..;
        let masked = number.chars().map(|character| match character {
            '0'..='9' if position.next().is_some_and(|position| hidden.contains(&position)) => '*',
            shown => shown,
        });
        Ok(Self(masked.collect()))
    }

    /// Takes a number that is masked already.
    ///
    /// # Errors
    /// [`MaskError`] when it is whole, or its end does not show.
    pub fn parse(masked: &str) -> Result<Self, MaskError> {
        if !masked.bytes().all(in_numbers) || masked.len() > NUMBER_CHARS_MAX {
            return Err(MaskError::NotANumber);
        }
        if !masked.contains('*') {
            return Err(MaskError::Whole);
        }
        let mut end = masked.bytes().rev().filter(|byte| byte.is_ascii_digit() || *byte == b'*');
        if (0..DIGITS_SHOWN).all(|_| end.next().is_some_and(|byte| byte.is_ascii_digit())) {
            Ok(Self(masked.into()))
        } else {
            Err(MaskError::EndHidden)
        }
    }

    /// The masked number.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn in_numbers(byte: u8) -> bool {
    byte.is_ascii_digit() || matches!(byte, b'*' | b'+' | b'-' | b' ')
}

/// The last four digits show.
const DIGITS_SHOWN: usize = 4;
/// As many as the official examples hide.
const DIGITS_HIDDEN: usize = 4;
/// The shortest numbers of a subscriber.
const MASKABLE_DIGITS_MIN: usize = 7;
/// No number with its country has more.
const NUMBER_CHARS_MAX: usize = 32;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{MaskError, MaskedNumber};

    #[test]
    fn the_middle_is_hidden_and_the_last_four_digits_show() {
        for (whole, masked) in [
            ("13800001234", "138****1234"),
            ("+86-17712341234", "+86-177****1234"),
            ("021-55551234", "021-****1234"),
            ("1234567", "***4567"),
        ] {
            assert_eq!(MaskedNumber::mask(whole).as_ref().map(MaskedNumber::as_str), Ok(masked));
        }
        for (other, error) in [
            ("", MaskError::TooShort),
            ("123456", MaskError::TooShort),
            ("138****1234", MaskError::NotANumber),
            ("name 13800001234", MaskError::NotANumber),
            (&"1".repeat(33), MaskError::NotANumber),
        ] {
            assert_eq!(MaskedNumber::mask(other), Err(error), "{other}");
        }
    }

    #[test]
    fn a_masked_number_is_taken_and_a_whole_one_is_not() {
        for masked in ["189****1234", "+86-177****1234", "021-**34-12"] {
            assert!(MaskedNumber::parse(masked).is_ok(), "{masked}");
        }
        for (other, error) in [
            ("13800001234", MaskError::Whole),
            ("1380000****", MaskError::EndHidden),
            ("138****234", MaskError::EndHidden),
            ("****", MaskError::EndHidden),
            ("张三****1234", MaskError::NotANumber),
        ] {
            assert_eq!(MaskedNumber::parse(other), Err(error), "{other}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_masked_would_be_taken(number in "[0-9 +-]{7,32}") {
            if let Ok(masked) = MaskedNumber::mask(&number) {
                prop_assert_eq!(MaskedNumber::parse(masked.as_str()), Ok(masked));
            }
        }
    }
}
