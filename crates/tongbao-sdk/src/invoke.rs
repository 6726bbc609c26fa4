//! The parameters that open the cashier (调起支付, v3.md §2.7), signed with the merchant's key.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use tongbao_wire::{Appid, Mchid, PrepayId};

use crate::merchant::Merchant;
use crate::percent::encoded;
use crate::signer::{SignError, Signer};

/// What the cashier opens: `prepay_id=…`, and the instalments (分付) the payer chose in the shop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package(String);

impl Package {
    /// Opens at `number` instalments, one of those the order's `subsidy_info` offered by the period.
    #[must_use]
    pub fn with_instalments(prepay_id: &PrepayId, number: u32) -> Self {
        Self(format!("prepay_id={prepay_id}&subsidy_period_type=PERIOD&selected_installment_number={number}"))
    }

    /// The text that is signed and handed over.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&PrepayId> for Package {
    fn from(prepay_id: &PrepayId) -> Self {
        Self(format!("prepay_id={prepay_id}"))
    }
}

/// What a mini program hands to `wx.requestPayment`, as it stands.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestPayment {
    /// Seconds since 1970, as text.
    #[serde(rename = "timeStamp")]
    pub time_stamp: String,
    /// At most 32 characters of chance.
    #[serde(rename = "nonceStr")]
    pub nonce_str: String,
    /// `prepay_id=wx…`.
    pub package: String,
    /// `RSA`.
    #[serde(rename = "signType")]
    pub sign_type: String,
    /// The signature, Base64.
    #[serde(rename = "paySign")]
    pub pay_sign: String,
}

impl fmt::Debug for RequestPayment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestPayment")
            .field("time_stamp", &self.time_stamp)
            .field("package", &self.package)
            .finish_non_exhaustive()
    }
}

/// What a page in the WeChat browser hands to
/// `WeixinJSBridge.invoke('getBrandWCPayRequest', …)`, as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BridgeInvoke {
    /// The service account the order was created with.
    #[serde(rename = "appId")]
    pub app_id: Appid,
    /// The rest, the same as for a mini program.
    #[serde(flatten)]
    pub payment: RequestPayment,
}

/// What a page in the WeChat browser hands to the JS-SDK's `wx.chooseWXPay`, as it stands.
///
/// The same as for a mini program but for one letter: `timestamp` (miniprogram.md §2.4).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChooseWxPay {
    /// Seconds since 1970, as text.
    pub timestamp: String,
    /// At most 32 characters of chance.
    #[serde(rename = "nonceStr")]
    pub nonce_str: String,
    /// `prepay_id=wx…`.
    pub package: String,
    /// `RSA`; of `APIv2`, `MD5` or `HMAC-SHA256`.
    #[serde(rename = "signType")]
    pub sign_type: String,
    /// The signature.
    #[serde(rename = "paySign")]
    pub pay_sign: String,
}

impl From<RequestPayment> for ChooseWxPay {
    fn from(payment: RequestPayment) -> Self {
        let RequestPayment { time_stamp: timestamp, nonce_str, package, sign_type, pay_sign } = payment;
        Self { timestamp, nonce_str, package, sign_type, pay_sign }
    }
}

impl fmt::Debug for ChooseWxPay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChooseWxPay")
            .field("timestamp", &self.timestamp)
            .field("package", &self.package)
            .finish_non_exhaustive()
    }
}

/// What a mobile app puts into the OpenSDK's `PayReq` (miniprogram.md §2.5).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppInvoke {
    /// The mobile app.
    #[serde(rename = "appId")]
    pub app_id: Appid,
    /// The merchant. Not part of what is signed.
    #[serde(rename = "partnerId")]
    pub partner_id: Mchid,
    /// The order.
    #[serde(rename = "prepayId")]
    pub prepay_id: PrepayId,
    /// `Sign=WXPay`; the property is named `package` on iOS.
    #[serde(rename = "packageValue")]
    pub package_value: String,
    /// At most 32 characters of chance.
    #[serde(rename = "nonceStr")]
    pub nonce_str: String,
    /// Seconds since 1970, as text.
    #[serde(rename = "timeStamp")]
    pub time_stamp: String,
    /// The signature, Base64.
    pub sign: String,
}

impl fmt::Debug for AppInvoke {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AppInvoke")
            .field("app_id", &self.app_id)
            .field("partner_id", &self.partner_id)
            .field("prepay_id", &self.prepay_id)
            .field("time_stamp", &self.time_stamp)
            .finish_non_exhaustive()
    }
}

/// For servers that keep time and chance themselves; [`Client`](crate::Client) has the same with its own.
///
/// `appid` is the one in which the cashier opens, `seconds` the time since 1970, `nonce` at most 32 characters
/// of chance.
impl Merchant {
    /// What a mini program needs to open the cashier.
    ///
    /// # Errors
    /// [`SignError`] when the merchant key cannot sign.
    pub fn invoke_mini_program(
        &self,
        appid: &Appid,
        package: impl Into<Package>,
        seconds: i64,
        nonce: &str,
    ) -> Result<RequestPayment, SignError> {
        let Package(package) = package.into();
        Ok(RequestPayment {
            pay_sign: signed(&self.signer, appid, seconds, nonce, &package)?,
            time_stamp: seconds.to_string(),
            nonce_str: nonce.to_owned(),
            package,
            sign_type: "RSA".into(),
        })
    }

    /// What a page in the WeChat browser needs to open the cashier by `WeixinJSBridge`.
    ///
    /// # Errors
    /// [`SignError`] when the merchant key cannot sign.
    pub fn invoke_jsapi(
        &self,
        appid: &Appid,
        package: impl Into<Package>,
        seconds: i64,
        nonce: &str,
    ) -> Result<BridgeInvoke, SignError> {
        let payment = self.invoke_mini_program(appid, package, seconds, nonce)?;
        Ok(BridgeInvoke { app_id: appid.clone(), payment })
    }

    /// What a page in the WeChat browser needs to open the cashier by the JS-SDK.
    ///
    /// # Errors
    /// [`SignError`] when the merchant key cannot sign.
    pub fn invoke_choose_wx_pay(
        &self,
        appid: &Appid,
        package: impl Into<Package>,
        seconds: i64,
        nonce: &str,
    ) -> Result<ChooseWxPay, SignError> {
        self.invoke_mini_program(appid, package, seconds, nonce).map(ChooseWxPay::from)
    }

    /// What a mobile app needs to open the cashier. `partner_id` is the merchant of the order, the initiator
    /// of a combined one; for a provider's orders the sub-merchant, by what v2 documents
    /// (v3.md §3, uncertain for v3).
    ///
    /// # Errors
    /// [`SignError`] when the merchant key cannot sign.
    pub fn invoke_app(
        &self,
        appid: &Appid,
        partner_id: &Mchid,
        prepay_id: &PrepayId,
        seconds: i64,
        nonce: &str,
    ) -> Result<AppInvoke, SignError> {
        Ok(AppInvoke {
            app_id: appid.clone(),
            partner_id: partner_id.clone(),
            prepay_id: prepay_id.clone(),
            package_value: "Sign=WXPay".into(),
            nonce_str: nonce.to_owned(),
            time_stamp: seconds.to_string(),
            // Unlike elsewhere, without `prepay_id=` in front.
            sign: signed(&self.signer, appid, seconds, nonce, prepay_id.as_str())?,
        })
    }
}

/// Where an H5 payer's browser is sent, and to come back to `redirect_url`, which must lie on the H5 domain set
/// on the merchant platform. Without a way back, `h5_url` is used as it is.
///
/// The payer may come back before having paid, after about five seconds (miniprogram.md §2.6).
#[must_use]
pub fn h5_address(h5_url: &str, redirect_url: &str) -> String {
    format!("{h5_url}&redirect_url={}", encoded(redirect_url))
}

/// Signs the four lines of an invocation; the last says what is opened.
fn signed(
    signer: &Signer,
    appid: &Appid,
    seconds: i64,
    nonce: &str,
    opened: &str,
) -> Result<String, SignError> {
    let message = format!("{appid}\n{seconds}\n{nonce}\n{opened}\n");
    signer.sign(message.as_bytes()).map(|signature| STANDARD.encode(signature))
}

#[cfg(test)]
mod tests {
    use tongbao_wire::{Appid, Mchid, PrepayId};

    use super::{Package, h5_address};
    use crate::apiv3_key::ApiV3Key;
    use crate::merchant::Merchant;
    use crate::merchant_key::MerchantKey;
    use crate::published;

    const SECONDS: i64 = 1_554_208_460;
    const NONCE: &str = "593BEC0C930BF1AFEB40B4A08C8FB242";

    fn merchant() -> Merchant {
        let key = MerchantKey::with_serial(published::DOC_MERCHANT_KEY, "1").expect("official key");
        let mchid = Mchid::parse("1900007291").expect("valid");
        Merchant::new(mchid, &key, ApiV3Key::parse(&[b'k'; 32]).expect("32 bytes"))
    }

    fn appid() -> Appid {
        Appid::parse("wx2421b1c4370ec43b").expect("official example")
    }

    fn prepay_id() -> PrepayId {
        PrepayId::parse("wx201410272009395522657a690389285100").expect("official example")
    }

    #[test]
    fn every_way_into_the_wechat_cashier_has_the_published_signature() {
        let (merchant, expected) = (merchant(), published::signature("doc_v4"));
        let mini = merchant.invoke_mini_program(&appid(), &prepay_id(), SECONDS, NONCE).expect("signs");
        assert_eq!(mini.pay_sign, expected);
        let bridge = merchant.invoke_jsapi(&appid(), &prepay_id(), SECONDS, NONCE).expect("signs");
        assert_eq!((bridge.app_id, bridge.payment), (appid(), mini));
        let choose = merchant.invoke_choose_wx_pay(&appid(), &prepay_id(), SECONDS, NONCE).expect("signs");
        assert_eq!((choose.timestamp.as_str(), choose.pay_sign), ("1554208460", expected));
    }

    #[test]
    fn an_app_is_signed_for_with_the_bare_prepay_id() {
        let merchant = merchant();
        let app = merchant
            .invoke_app(&appid(), &merchant.mchid, &prepay_id(), SECONDS, NONCE)
            .expect("the official key signs");
        assert_eq!(app.sign, published::signature("doc_v5"));
        assert!(!format!("{app:?}").contains(&app.sign));
    }

    #[test]
    fn chosen_instalments_are_part_of_what_is_signed() {
        let package = Package::with_instalments(&prepay_id(), 3);
        let end = "&subsidy_period_type=PERIOD&selected_installment_number=3";
        assert_eq!(package.as_str(), format!("prepay_id={}{end}", prepay_id()));
        let mini = merchant().invoke_mini_program(&appid(), package, SECONDS, NONCE).expect("signs");
        assert!(mini.package.ends_with(end));
        assert_ne!(mini.pay_sign, published::signature("doc_v4"));
    }

    #[test]
    fn the_way_back_from_h5_is_encoded() {
        let h5_url = "https://wx.tenpay.com/cgi-bin/mmpayweb-bin/checkmweb?prepay_id=wx1&package=2";
        assert_eq!(
            h5_address(h5_url, "https://shop.example.com/orders?no=1&x=茶"),
            format!("{h5_url}&redirect_url=https%3A%2F%2Fshop.example.com%2Forders%3Fno%3D1%26x%3D%E8%8C%B6")
        );
    }
}
