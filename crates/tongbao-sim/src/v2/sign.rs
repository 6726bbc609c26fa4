//! Signatures of `APIv2` (v2.md §1.3): pure functions, also for whoever explains a wrong one.

use serde::{Deserialize, Serialize};

use crate::crypto::v2::{hmac_sha256_hex, md5_hex};

/// How a message is signed (`sign_type`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum SignType {
    /// What is meant when nothing is said.
    #[default]
    Md5,
    HmacSha256,
}

impl SignType {
    /// Reads the platform's word; there are two.
    pub(crate) fn parse(word: &str) -> Option<Self> {
        match word {
            "MD5" => Some(Self::Md5),
            "HMAC-SHA256" => Some(Self::HmacSha256),
            _ => None,
        }
    }

    /// Which one a signature is, by its length: where no word says it (v2.md §1.3).
    pub(crate) fn of_length(sign: &str) -> Option<Self> {
        match sign.len() {
            32 => Some(Self::Md5),
            64 => Some(Self::HmacSha256),
            _ => None,
        }
    }
}

/// All that is signed, ordered by the bytes of the names: `a=1&b=2`. `sign` itself and empty texts are left
/// out, nothing is encoded.
pub(crate) fn canonical<'a>(fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut signed: Vec<_> =
        fields.into_iter().filter(|(name, text)| *name != "sign" && !text.is_empty()).collect();
    signed.sort_by_key(|(name, _)| *name);
    let pairs: Vec<String> = signed.iter().map(|(name, text)| format!("{name}={text}")).collect();
    pairs.join("&")
}

/// The canonical string with the key behind it: what is digested (`stringSignTemp`).
pub(crate) fn with_key(canonical: &str, key: &str) -> String {
    let joint = if canonical.is_empty() { "" } else { "&" };
    format!("{canonical}{joint}key={key}")
}

/// The digest of a whole string, in upper-case hexadecimal: 32 characters, or 64.
pub(crate) fn digest(sign_type: SignType, message: &str, key: &str) -> String {
    let hex = match sign_type {
        SignType::Md5 => md5_hex(message.as_bytes()),
        SignType::HmacSha256 => hmac_sha256_hex(key.as_bytes(), message.as_bytes()),
    };
    hex.to_ascii_uppercase()
}

/// The `sign` of these fields.
pub(crate) fn sign<'a>(
    sign_type: SignType,
    fields: impl IntoIterator<Item = (&'a str, &'a str)>,
    key: &str,
) -> String {
    digest(sign_type, &with_key(&canonical(fields), key), key)
}

#[cfg(test)]
mod tests {
    use super::{SignType, canonical, sign};

    const KEY: &str = "192006250b4c09247ec02edce69f6a2d";

    fn check(fields: &[(&str, &str)], key: &str, md5: &str, hmac: &str) {
        for (sign_type, expected) in [(SignType::Md5, md5), (SignType::HmacSha256, hmac)] {
            if !expected.is_empty() {
                assert_eq!(sign(sign_type, fields.iter().copied(), key), expected, "{sign_type:?}");
            }
        }
    }

    /// v2.md §1.3, vectors 1 and 2.
    #[test]
    fn the_official_vectors_come_out_as_published() {
        check(
            &[
                ("mch_id", "10000100"),
                ("appid", "wxd930ea5d5a258f4f"),
                ("device_info", "1000"),
                ("body", "test"),
                ("nonce_str", "ibuaiVcKdpRxkhJA"),
            ],
            KEY,
            "9A0A8659F005D6984697E2CA0A9CF3B7",
            "6A9AE1657590FD6257D693A078E1C3E4BB6BA4DC30B23E0EE2496E54170DACD6",
        );
    }

    /// Vectors 3 and 4.
    #[test]
    fn the_second_signing_of_a_mini_program_comes_out_as_published() {
        for (word, md5, hmac) in [
            ("MD5", "22D9B4E54AB1950F51E0649E8810ACD6", ""),
            ("HMAC-SHA256", "", "FB9D1EFB5C509131BBFF729F88A99CA2DE9B724D06D3B3262832A53083862BC0"),
        ] {
            check(
                &[
                    ("appId", "wxd678efh567hg6787"),
                    ("nonceStr", "5K8264ILTKCH16CQ2502SI8ZNMTM67VS"),
                    ("package", "prepay_id=wx2017033010242291fcfe0db70013231072"),
                    ("signType", word),
                    ("timeStamp", "1490840662"),
                ],
                "qazwsxedcrfvtgbyhnujmikolp111111",
                md5,
                hmac,
            );
        }
    }

    /// Vector 5.
    #[test]
    fn empty_texts_and_sign_are_left_out_and_nothing_is_encoded() {
        let fields = [
            ("Zeta", "1"),
            ("appid", "wxd930ea5d5a258f4f"),
            ("attach", ""),
            ("body", "深圳分店"),
            ("detail", "a&b=c d"),
            ("mch_id", "10000100"),
            ("nonce_str", "ibuaiVcKdpRxkhJA"),
            ("sign", "XX"),
            ("total_fee", "1"),
        ];
        assert_eq!(
            canonical(fields),
            "Zeta=1&appid=wxd930ea5d5a258f4f&body=深圳分店&detail=a&b=c d&mch_id=10000100&nonce_str=ibuaiVcKdpRxkhJA&total_fee=1"
        );
        check(
            &fields,
            KEY,
            "E924D1787C554E429E2393E2008C978A",
            "FFB407AE409F7051A10262A95EE08E408CBEEB9E84940DD14B5147AC3F584818",
        );
    }

    /// Vector 6.
    #[test]
    fn the_second_signing_of_an_app_comes_out() {
        check(
            &[
                ("appid", "wx2421b1c4370ec43b"),
                ("noncestr", "5K8264ILTKCH16CQ2502SI8ZNMTM67VS"),
                ("package", "Sign=WXPay"),
                ("partnerid", "10000100"),
                ("prepayid", "wx201410272009395522657a690389285100"),
                ("timestamp", "1412000000"),
            ],
            KEY,
            "15EB3357EADE28484013EC8869FACEEB",
            "824B1B562BECCDFFDA29397FBD2FCF7EBBF72435BD674418E6737469A713665D",
        );
    }

    /// Vector 7.
    #[test]
    fn the_code_of_native_mode_1_comes_out() {
        check(
            &[
                ("appid", "wx2421b1c4370ec43b"),
                ("mch_id", "10000100"),
                ("nonce_str", "f6808210402125e30663234f94c87a8c"),
                ("product_id", "88888"),
                ("time_stamp", "1415949957"),
            ],
            KEY,
            "F0EC9E12CA0103D99F52CA941F444CF9",
            "",
        );
    }
}
