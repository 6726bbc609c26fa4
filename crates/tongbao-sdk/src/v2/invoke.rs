//! The second signature (再次签名): the parameters that open the cashier (v2.md §2.6).
//!
//! Always made on the server: the key must not reach the page or the app.

use std::fmt;

use serde::{Deserialize, Serialize};
use tongbao_wire::{Appid, Mchid, PrepayId};

use crate::client::outgoing::encoded;
use crate::invoke::{BridgeInvoke, ChooseWxPay, RequestPayment};
use crate::v2::client::Client;
use crate::v2::fields::Fields;
use crate::v2::merchant::Party;
use crate::v2::sign::SignType;

/// What an app hands to the OpenSDK, as it stands: named as it is signed, unlike
/// [`AppInvoke`](crate::AppInvoke) of `APIv3`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppPay {
    /// The app.
    pub appid: Appid,
    /// The merchant; of a service provider, the sub-merchant.
    pub partnerid: Mchid,
    /// What the cashier is opened with.
    pub prepayid: PrepayId,
    /// `Sign=WXPay`.
    pub package: String,
    /// 32 characters of chance.
    pub noncestr: String,
    /// Seconds since 1970, as text.
    pub timestamp: String,
    /// The signature.
    pub sign: String,
}

/// What a mini program hands to `wx.sendBizRedPacket`, as it stands.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SendBizRedPacket {
    /// Seconds since 1970, as text.
    #[serde(rename = "timeStamp")]
    pub time_stamp: String,
    /// 32 characters of chance.
    #[serde(rename = "nonceStr")]
    pub nonce_str: String,
    /// What the platform gave, percent-encoded.
    pub package: String,
    /// `MD5`.
    #[serde(rename = "signType")]
    pub sign_type: String,
    /// The signature.
    #[serde(rename = "paySign")]
    pub pay_sign: String,
}

macro_rules! without_signature {
    ($($type:ident)*) => {$(
        /// Without the signature, which opens the cashier.
        impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($type)).field("package", &self.package).finish_non_exhaustive()
            }
        }
    )*};
}

without_signature! { AppPay SendBizRedPacket }

impl Client {
    /// What a mini program needs to open the cashier. Signed like the order, afresh each time.
    #[must_use]
    pub fn invoke_mini_program(&self, party: &Party, prepay_id: &PrepayId) -> RequestPayment {
        let merchant = self.merchant();
        let (time_stamp, nonce_str) = (self.seconds(), self.nonce());
        let package = format!("prepay_id={prepay_id}");
        let signed = Fields::new()
            .with("appId", party.cashier_appid().as_str())
            .with("nonceStr", &nonce_str)
            .with("package", &package)
            .with("signType", merchant.sign_type.as_str())
            .with("timeStamp", &time_stamp);
        let pay_sign = merchant.key.sign(merchant.sign_type, &signed);
        let sign_type = merchant.sign_type.as_str().into();
        RequestPayment { time_stamp, nonce_str, package, sign_type, pay_sign }
    }

    /// What a page in the WeChat browser needs to open the cashier with `WeixinJSBridge`.
    #[must_use]
    pub fn invoke_jsapi(&self, party: &Party, prepay_id: &PrepayId) -> BridgeInvoke {
        let payment = self.invoke_mini_program(party, prepay_id);
        BridgeInvoke { app_id: party.cashier_appid().clone(), payment }
    }

    /// The same for a page with the JS-SDK.
    #[must_use]
    pub fn invoke_js_sdk(&self, party: &Party, prepay_id: &PrepayId) -> ChooseWxPay {
        self.invoke_mini_program(party, prepay_id).into()
    }

    /// What an app needs to open the cashier. All names are lower-case, and there is no `signType`.
    #[must_use]
    pub fn invoke_app(&self, party: &Party, prepay_id: &PrepayId) -> AppPay {
        let merchant = self.merchant();
        let partnerid = party.sub.as_ref().map_or(&merchant.mch_id, |sub| &sub.sub_mch_id);
        let mut pay = AppPay {
            appid: party.cashier_appid().clone(),
            partnerid: partnerid.clone(),
            prepayid: prepay_id.clone(),
            package: "Sign=WXPay".into(),
            noncestr: self.nonce(),
            timestamp: self.seconds(),
            sign: String::new(),
        };
        let signed = Fields::new()
            .with("appid", pay.appid.as_str())
            .with("noncestr", &pay.noncestr)
            .with("package", &pay.package)
            .with("partnerid", pay.partnerid.as_str())
            .with("prepayid", pay.prepayid.as_str())
            .with("timestamp", &pay.timestamp);
        pay.sign = merchant.key.sign(merchant.sign_type, &signed);
        pay
    }

    /// What a mini program needs to open a red packet; `package` is what the platform gave for it. Always MD5,
    /// which is not signed itself.
    #[must_use]
    pub fn invoke_red_packet(&self, appid: &Appid, package: &str) -> SendBizRedPacket {
        let (time_stamp, nonce_str) = (self.seconds(), self.nonce());
        let signed = Fields::new()
            .with("appId", appid.as_str())
            .with("nonceStr", &nonce_str)
            .with("package", package)
            .with("timeStamp", &time_stamp);
        let pay_sign = self.merchant().key.sign(SignType::Md5, &signed);
        SendBizRedPacket {
            time_stamp,
            nonce_str,
            package: encoded(package),
            sign_type: SignType::Md5.as_str().into(),
            pay_sign,
        }
    }

    /// The time as the cashier wants it: ten digits, as text.
    pub(super) fn seconds(&self) -> String {
        self.0.clock.now().seconds().to_string()
    }
}
