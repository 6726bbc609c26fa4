//! The parameters that open the cashier (调起支付, v3.md §2.7), signed with the merchant's key.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use tongbao_wire::{Appid, PrepayId};

use crate::signer::{SignError, Signer};

/// What a mini program hands to `wx.requestPayment`, as it stands.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestPayment {
    /// Seconds since 1970, as text.
    #[serde(rename = "timeStamp")]
    pub time_stamp: String,
    /// 32 characters of chance.
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

/// Signs the four lines `appid`, time, nonce and `prepay_id=…`.
pub(crate) fn request_payment(
    signer: &Signer,
    appid: &Appid,
    prepay_id: &PrepayId,
    seconds: i64,
    nonce: String,
) -> Result<RequestPayment, SignError> {
    let time_stamp = seconds.to_string();
    let package = format!("prepay_id={prepay_id}");
    let message = format!("{appid}\n{time_stamp}\n{nonce}\n{package}\n");
    let pay_sign = STANDARD.encode(signer.sign(message.as_bytes())?);
    Ok(RequestPayment { time_stamp, nonce_str: nonce, package, sign_type: "RSA".into(), pay_sign })
}
