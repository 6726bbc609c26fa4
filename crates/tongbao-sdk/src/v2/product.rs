//! Product codes (Native 模式一): a printed QR code names a product, and the platform asks what it costs when
//! somebody scans it (v2.md §2.7).
//!
//! The platform's support says that new orders are no longer taken in this way; the QR codes of
//! [`Scene::Native`](crate::v2::Scene::Native) are what lives on.

use tongbao_wire::{Appid, Openid, PrepayId};

use crate::client::outgoing::encoded;
use crate::json::Misfit;
use crate::unsendable::{self, Unsendable};
use crate::v2::client::Client;
use crate::v2::fields::Fields;
use crate::v2::merchant::Merchant;
use crate::v2::notification::{Expected, NotificationRefused};
use crate::v2::sign::SignType;
use crate::v2::xml_error::XmlError;
use crate::verified::Verified;

/// Somebody scanned a product code, and the platform asks for an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProductScanned {
    /// Under which appid.
    pub appid: Appid,
    /// Who scanned.
    pub openid: Openid,
    /// What the code names.
    pub product_id: String,
}

impl ProductScanned {
    fn read(fields: &Fields) -> Result<Self, Misfit> {
        Ok(Self {
            appid: fields.required("appid")?,
            openid: fields.required("openid")?,
            product_id: fields.required("product_id")?,
        })
    }
}

impl Merchant {
    /// Verifies and reads the question that a scanned product code raises.
    ///
    /// # Errors
    /// [`NotificationRefused`].
    pub fn open_product_scanned(&self, body: &[u8]) -> Result<Verified<ProductScanned>, NotificationRefused> {
        let fields = self.verify(Fields::parse(body)?, Expected::As(PRODUCT_SIGN_TYPE))?;
        let scanned = ProductScanned::read(&fields).map_err(NotificationRefused::Misfit)?;
        Ok(Verified::vouch(scanned))
    }
}

impl Client {
    /// The text of a QR code that names a product. It can be printed, for it has no end.
    ///
    /// # Errors
    /// [`Unsendable`] when `product_id` has more than 32 characters, or none.
    pub fn product_code(&self, appid: &Appid, product_id: &str) -> Result<String, Unsendable> {
        unsendable::text("product_id", product_id, 32)?;
        let merchant = self.merchant();
        let fields = Fields::new()
            .with("appid", appid.as_str())
            .with("mch_id", merchant.mch_id.as_str())
            .with("nonce_str", &self.nonce())
            .with("product_id", product_id)
            .with("time_stamp", &self.seconds());
        let sign = merchant.key.sign(PRODUCT_SIGN_TYPE, &fields);
        let mut code = format!("weixin://wxpay/bizpayurl?sign={sign}");
        for (name, text) in fields.iter() {
            // The signature covers the text as it is.
            code.push_str(&format!("&{name}={}", encoded(text)));
        }
        Ok(code)
    }

    /// The answer to a scanned product code, to be given within five seconds: the order it is paid with, or a
    /// sentence that the person who scanned is shown.
    ///
    /// # Errors
    /// [`XmlError`] when the sentence cannot be written.
    pub fn product_answer(
        &self,
        scanned: &ProductScanned,
        order: Result<&PrepayId, &str>,
    ) -> Result<String, XmlError> {
        let merchant = self.merchant();
        let answer = Fields::new()
            .with("return_code", "SUCCESS")
            .with("appid", scanned.appid.as_str())
            .with("mch_id", merchant.mch_id.as_str())
            .with("nonce_str", &self.nonce());
        let mut answer = match order {
            Ok(prepay_id) => answer.with("result_code", "SUCCESS").with("prepay_id", prepay_id.as_str()),
            Err(reason) => answer.with("result_code", "FAIL").with("err_code_des", reason),
        };
        answer.set("sign", &merchant.key.sign(PRODUCT_SIGN_TYPE, &answer));
        answer.to_xml()
    }
}

/// Neither the code nor the question has a `sign_type`.
const PRODUCT_SIGN_TYPE: SignType = SignType::Md5;
