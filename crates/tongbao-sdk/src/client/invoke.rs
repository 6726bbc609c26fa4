//! The parameters that open the cashier, signed now.

use tongbao_wire::{Appid, Mchid, PrepayId};

use super::Client;
use crate::invoke::{AppInvoke, BridgeInvoke, ChooseWxPay, Package, RequestPayment};
use crate::signer::SignError;

/// Freshly signed each time, and never sent to the platform by us.
///
/// `appid` is the one in which the cashier opens: that of the order, `combine_appid` for combined orders, and
/// for service providers `sp_appid` or `sub_appid`, depending on whose app it is (v3.md §3); a `sub_appid` must
/// then have been in the order. The key is always that of the merchant who created the order.
///
/// H5 and Native need no signature: [`h5_address`](crate::h5_address), and `code_url` as it is.
impl Client {
    /// What a mini program needs to open the cashier.
    ///
    /// # Errors
    /// [`SignError`] when the merchant key cannot sign.
    pub fn invoke_mini_program(
        &self,
        appid: &Appid,
        package: impl Into<Package>,
    ) -> Result<RequestPayment, SignError> {
        self.0.merchant.invoke_mini_program(appid, package, self.seconds(), &self.nonce())
    }

    /// What a page in the WeChat browser needs to open the cashier by `WeixinJSBridge`.
    ///
    /// # Errors
    /// [`SignError`] when the merchant key cannot sign.
    pub fn invoke_jsapi(
        &self,
        appid: &Appid,
        package: impl Into<Package>,
    ) -> Result<BridgeInvoke, SignError> {
        self.0.merchant.invoke_jsapi(appid, package, self.seconds(), &self.nonce())
    }

    /// What a page in the WeChat browser needs to open the cashier by the JS-SDK.
    ///
    /// # Errors
    /// [`SignError`] when the merchant key cannot sign.
    pub fn invoke_choose_wx_pay(
        &self,
        appid: &Appid,
        package: impl Into<Package>,
    ) -> Result<ChooseWxPay, SignError> {
        self.0.merchant.invoke_choose_wx_pay(appid, package, self.seconds(), &self.nonce())
    }

    /// What a mobile app needs to open the cashier. `partnerId` is this merchant, as for ordinary and
    /// combined orders; for a provider's orders see
    /// [`Partner::invoke_app`](crate::partner::Partner::invoke_app).
    ///
    /// # Errors
    /// [`SignError`] when the merchant key cannot sign.
    pub fn invoke_app(&self, appid: &Appid, prepay_id: &PrepayId) -> Result<AppInvoke, SignError> {
        self.invoke_app_as(appid, self.mchid(), prepay_id)
    }

    pub(crate) fn invoke_app_as(
        &self,
        appid: &Appid,
        partner_id: &Mchid,
        prepay_id: &PrepayId,
    ) -> Result<AppInvoke, SignError> {
        self.0.merchant.invoke_app(appid, partner_id, prepay_id, self.seconds(), &self.nonce())
    }

    fn seconds(&self) -> i64 {
        self.0.clock.now().seconds()
    }
}
