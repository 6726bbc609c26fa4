//! Signatures: RSASSA-PKCS1-v1_5 with SHA-256, or the stand-in of the same shape.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::rand::SystemRandom;
use ring::rsa::PublicKeyComponents as RsaPublicKeyComponents;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair, UnparsedPublicKey};
use ring::{digest, hmac};

use crate::SimError;

/// A key that signs and whose signatures can be checked. The simulator holds both sides' keys, but for merchants
/// who brought a certificate alone.
pub(crate) enum SigningKey {
    /// RSA-2048.
    Rsa(Box<RsaKeyPair>),
    /// The public half alone, PKCS#1 in DER: a merchant keeps the other one.
    Public(Vec<u8>),
    /// HMAC-SHA256, repeated to 256 bytes.
    StandIn(hmac::Key),
}

impl SigningKey {
    /// From PKCS#8 DER.
    pub(crate) fn from_pkcs8(der: &[u8]) -> Result<Self, SimError> {
        let pair = RsaKeyPair::from_pkcs8(der)
            .map_err(|e| SimError::Key { what: "an RSA key", reason: e.to_string() })?;
        Ok(Self::Rsa(Box::new(pair)))
    }

    /// A stand-in under `secret`.
    pub(crate) fn stand_in(secret: &[u8]) -> Self {
        Self::StandIn(hmac::Key::new(hmac::HMAC_SHA256, secret))
    }

    /// The signature of `message` in Base64; a public key makes none.
    pub(crate) fn sign(&self, message: &[u8]) -> String {
        let signature = match self {
            Self::Rsa(pair) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                // The system's randomness only blinds the computation; the signature is the same every time.
                pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature)
                    .expect("the buffer has the length of the modulus");
                signature
            }
            Self::Public(_) => Vec::new(),
            Self::StandIn(key) => hmac::sign(key, message).as_ref().repeat(STAND_IN_REPEATS),
        };
        STANDARD.encode(signature)
    }

    /// Modulus and exponent, big-endian; a stand-in has none.
    pub(crate) fn public_numbers(&self) -> Option<(Vec<u8>, Vec<u8>)> {
        match self {
            Self::Rsa(pair) => {
                let public = RsaPublicKeyComponents::<Vec<u8>>::from(pair.public());
                Some((public.n, public.e))
            }
            Self::Public(key) => super::x509::numbers(key),
            Self::StandIn(_) => None,
        }
    }

    /// True when `signature`, in Base64, is this key's of `message`.
    pub(crate) fn verifies(&self, message: &[u8], signature: &str) -> bool {
        let Ok(signature) = STANDARD.decode(signature) else {
            return false;
        };
        let of_public = |key: &[u8]| {
            UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key).verify(message, &signature).is_ok()
        };
        match self {
            Self::Rsa(pair) => of_public(pair.public().as_ref()),
            Self::Public(key) => of_public(key),
            Self::StandIn(key) => {
                let tag_bytes = digest::SHA256_OUTPUT_LEN;
                signature.len() == tag_bytes * STAND_IN_REPEATS
                    && signature.chunks(tag_bytes).all(|tag| hmac::verify(key, message, tag).is_ok())
            }
        }
    }
}

/// The digest an openid is spelled from: the same person under the same appid, always.
pub(crate) fn openid_digest(appid: &str, payer: &str) -> [u8; 32] {
    let mut context = digest::Context::new(&digest::SHA256);
    for part in ["tongbao openid", appid, payer] {
        context.update(part.as_bytes());
        context.update(&[0]);
    }
    context.finish().as_ref().try_into().expect("SHA-256 has 32 bytes")
}

/// SHA-256 in lower-case hexadecimal.
pub(crate) fn sha256_hex(bytes: &[u8]) -> String {
    let digest = digest::digest(&digest::SHA256, bytes);
    digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// 8 × 32 bytes: the length of an RSA-2048 signature.
const STAND_IN_REPEATS: usize = 8;

#[cfg(test)]
mod tests {
    use super::SigningKey;
    use crate::crypto::fixed;

    fn check(key: &SigningKey, message: &str, signature: &str) {
        assert_eq!(key.sign(message.as_bytes()), signature);
        assert!(key.verifies(message.as_bytes(), signature));
        assert!(!key.verifies(format!("{message}\n").as_bytes(), signature));
    }

    /// v3.md §11.1.
    #[test]
    fn the_official_signing_vectors_come_out_as_published() {
        let key = fixed::merchant_key().expect("published key");
        let (timestamp, nonce) = ("1554208460", "593BEC0C930BF1AFEB40B4A08C8FB242");
        let body = r#"{"appid":"wxd678efh567hg6787","mchid":"1900007291","description":"Image形象店-深圳腾大-QQ公仔","out_trade_no":"1217752501201407033233368018","notify_url":"https://www.weixin.qq.com/wxpay/pay.php","amount":{"total":100,"currency":"CNY"},"payer":{"openid":"oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"}}"#;
        assert_eq!(body.len(), 295);
        check(
            &key,
            &format!("POST\n/v3/pay/transactions/jsapi\n{timestamp}\n{nonce}\n{body}\n"),
            "jnks4dlrPw3ZX+ozVvSK39oa0t7OMBsg83BHAwd8BRdUFiVaQNTLTvci+wURgP1OQBbKYhFGvt7iqYpDSTQkp7Uq1sltaQKyncCyrA1g88m5bsKERQfPyT0ahSwKTYJ1CAn9QiJuSJRq1QsQs07eehbU/k9BCS51jTyc1Jpsi2H77HF9f/BnjXAOP3/sPObg6V5Ee4EzwLox684hhuMuIwHo7D8KFk3LIHOKDcNI4It1aCXydFWNpNK+SG86VUDe5kwoDpw4Ulqfu9z8OFDGbDs9TCxEv8iqQzbpxOlEVoOe2kalSYM5kApQb3nZcxdUtoE0liJGW3RGUNE0t4v01A==",
        );
        check(
            &key,
            &format!("GET\n/v3/refund/domestic/refunds/123123123123\n{timestamp}\n{nonce}\n\n"),
            "Lc9VXxmeonkdV8Xk9tmigQFLhl0vRWTerdmoRu01aAnYwIrD/5nsSwE1WlmZGLRlAFTNQ3QsMa0+VRDlJp1Wp5p0nO8EK68b5sJBbjouxaFciIfq1zfDWWz+jqhcMoKXI1A6dPm1AW7D4d30WsMTNzp6g23OXakIsh9LO3lUmwvTuE0BY8ncf6tNGk4wKmvXwERd/ZpoQY3MAVKz+Nakwc+2XBmzT66KcUehU5kr4IvGa/lEU5RZb/q00zP9VLdBhC/jQSX3X1UcJLCtEc4gTmib4tnmAT+bHF/e17ZAuxDNcx6rqT8gNEXqaJGG+1OflMSTU2tpyG65G4dMKdFcoA==",
        );
        check(
            &key,
            &format!(
                "wx2421b1c4370ec43b\n{timestamp}\n{nonce}\nprepay_id=wx201410272009395522657a690389285100\n"
            ),
            "mI35pfNEQV6777ke/1T+LJLQDNTm7yeoUJH+j/adPGhmCCi0PbgkvYQTRcXH0uibcLVtvFLdGLpmoYO9FV6lBBsTAjuhh5YOvQi0e2g3e0yytitiNET9FEuqM0pjnKfRW4K6LIZDdbWJv9KhZUx3DrJa5TL7OJ7VdADVivxVySIlPVKjGwuCXzuXSJes0UcILgWQUMyha5/3nYofuHtS7r+KYyMuxD+oJ9VM1Qdxk4UIG59CP5Y3wtYIFybyF3bdu1caHTRRX+DLyMXyYA/IrTmiW01c4RPjpHBX5Dk1sZyY1zVsWNsvMHr2e1NTWtBxKJ+qk5N61J7caYoepHFaxw==",
        );
    }

    /// v3.md §11.2.
    #[test]
    fn the_official_answer_verifies_under_its_published_key() {
        use base64::Engine as _;
        let spki = base64::engine::general_purpose::STANDARD
            .decode("MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAwXNI6sdlknHBnK8Fu2U6Cwor9qY747jP8KAfeBMeveEt1TqaHkLfaSD07trZLhGpfs8/AHqjhgSMO1O10YQWOrrJ4hjIWPKqxbgrYMkBQc+mwdiWp4W3ByCqxBRagCveCXRWCmuJYovl9H/bsDI0iGbpVtEOghJtfciisYSgxcLufUDTRkvwxjIBK1pCRjk33jJ5YTBWTHMRtMAOcFLNF6hdEYdX8SPsgHHeLZ5Lv2T/686w1xtgCHef/sd4uSfWmyzsalQdHG/e4IyYmrhx+O3VBoNDzE3nx23bFeV/RVNCG7cV6VhmYokJNHa/erIPkEmEFID6A5wQOXuxUkmJWwIDAQAB")
            .expect("published key");
        // An RSA-2048 SubjectPublicKeyInfo is 24 bytes of header around the PKCS#1 key that ring reads.
        let key = ring::signature::UnparsedPublicKey::new(
            &ring::signature::RSA_PKCS1_2048_8192_SHA256,
            &spki[24..],
        );
        let message = "1722850421\nd824f2e086d3c1df967785d13fcd22ef\n{\"code_url\":\"weixin://wxpay/bizpayurl?pr=JyC91EIz1\"}\n";
        let signature = base64::engine::general_purpose::STANDARD
            .decode("mfI1CPqvBrgcXfgXMFjdNIhBf27ACE2YyeWsWV9ZI7T7RU0vHvbQpu9Z32ogzc+k8ZC5n3kz7h70eWKjgqNdKQF0eRp8mVKlmfzMLBVHbssB9jEZEDXThOX1XFqX7s7ymia1hoHQxQagPGzkdWxtlZPZ4ZPvr1RiqkgAu6Is8MZgXXrRoBKqjmSdrP1N7uxzJ/cjfSiis9FiLjuADoqmQ1P7p2N876YPAol7Rn0+GswwAwxldbdLrmVSjfytfSBJFqTMHn4itojgxSWWN1byuckQt8hSTEv/Lg97QoeGniYP17T80pJeQyL3b+295FPHSO2AtvCgyIbKMZ0BALilAA==")
            .expect("published signature");
        assert!(key.verify(message.as_bytes(), &signature).is_ok());
        assert!(key.verify(&message.as_bytes()[1..], &signature).is_err());
    }

    #[test]
    fn a_stand_in_has_the_shape_of_rsa_and_knows_its_secret() {
        let key = SigningKey::stand_in(b"seed");
        let signature = key.sign(b"message");
        assert_eq!(signature.len(), 344);
        assert!(key.verifies(b"message", &signature));
        assert!(!key.verifies(b"massage", &signature));
        assert!(!SigningKey::stand_in(b"other").verifies(b"message", &signature));
        assert!(!key.verifies(b"message", "WECHATPAY/SIGNTEST/x"));
    }
}
