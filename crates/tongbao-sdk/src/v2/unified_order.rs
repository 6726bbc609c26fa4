//! The unified order (统一下单): every scene but payment codes (v2.md §2).

use std::net::IpAddr;

use serde::Serialize;
use tongbao_wire::{Call, Fen, Openid, OutTradeNo, PrepayId, TradeType};

use crate::client::outgoing::encoded;
use crate::json::Misfit;
use crate::unsendable::{self, Unsendable, UnsendableReason};
use crate::v2::call_error::CallError;
use crate::v2::client::Client;
use crate::v2::client::outgoing::Outgoing;
use crate::v2::fields::Fields;
use crate::v2::merchant::Party;
use crate::v2::order_options::{Identity, OrderOptions, SCENE_INFO_CHARS_MAX, fits, json};

/// An order to create. The same order again, unchanged, gives the current `prepay_id` again; a changed one is
/// refused (v2.md §2.4), so keep it.
#[derive(Clone, Debug)]
pub struct UnifiedOrder {
    /// Whose order it is.
    pub party: Party,
    /// Where it is paid.
    pub scene: Scene,
    /// The merchant's number.
    pub out_trade_no: OutTradeNo,
    /// What is bought, such as `腾讯充值中心-QQ会员充值`; at most 127 characters.
    pub body: String,
    /// What it costs.
    pub total_fee: Fen,
    /// The caller's address; with H5 the payer's.
    pub spbill_create_ip: IpAddr,
    /// Where the platform sends the notification; absolute, without a query, at most 256 characters.
    pub notify_url: String,
    /// Who the payer must be.
    pub identity: Option<Identity>,
    /// What else may be said.
    pub options: OrderOptions,
}

/// Where an order is paid, with what only this scene needs.
#[derive(Clone, Debug)]
pub enum Scene {
    /// Mini program, or a page in the WeChat browser (`JSAPI`).
    Jsapi(OrderPayer),
    /// A QR code scanned by the payer (`NATIVE`).
    Native {
        /// The merchant's number of what is bought; at most 32 characters.
        product_id: String,
    },
    /// A browser outside WeChat (`MWEB`, H5).
    Mweb(H5Info),
    /// A mobile app (`APP`).
    App,
}

/// Who will pay.
#[derive(Clone, Debug)]
pub enum OrderPayer {
    /// As `appid` sees them.
    Openid(Openid),
    /// As `sub_appid` sees them.
    SubOpenid(Openid),
}

/// Where an H5 payment comes from (`scene_info.h5_info`).
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "type")]
pub enum H5Info {
    /// A page.
    Wap {
        /// Its address.
        wap_url: String,
        /// Its name.
        wap_name: String,
    },
    /// An app on iOS.
    #[serde(rename = "IOS")]
    Ios {
        /// Its name.
        app_name: String,
        /// Its number.
        bundle_id: String,
    },
    /// An app on Android.
    Android {
        /// Its name.
        app_name: String,
        /// Its number.
        package_name: String,
    },
}

impl UnifiedOrder {
    /// An order with what every order has; the rest is set on the value.
    #[must_use]
    pub fn new(
        party: Party,
        scene: Scene,
        out_trade_no: OutTradeNo,
        body: impl Into<String>,
        total_fee: Fen,
        spbill_create_ip: IpAddr,
        notify_url: impl Into<String>,
    ) -> Self {
        Self {
            party,
            scene,
            out_trade_no,
            body: body.into(),
            total_fee,
            spbill_create_ip,
            notify_url: notify_url.into(),
            identity: None,
            options: OrderOptions::default(),
        }
    }

    /// Checks what the platform would refuse.
    pub(super) fn check(&self) -> Result<(), Unsendable> {
        unsendable::text("body", &self.body, BODY_CHARS_MAX)?;
        unsendable::positive("total_fee", self.total_fee)?;
        unsendable::address("notify_url", &self.notify_url, 256)?;
        self.options.check()?;
        self.identity.as_ref().map_or(Ok(()), Identity::check)?;
        self.scene.check(self)
    }

    fn outgoing(&self) -> Outgoing {
        let outgoing = Outgoing::to(Call::UnifiedOrder)
            .party(&self.party)
            .field("out_trade_no", self.out_trade_no.as_str())
            .field("body", &self.body)
            .fen("total_fee", self.total_fee)
            .field("spbill_create_ip", &self.spbill_create_ip.to_string())
            .field("notify_url", &self.notify_url);
        let outgoing = self.scene.put(self.options.put(outgoing));
        match &self.identity {
            Some(identity) => identity.put(outgoing),
            None => outgoing,
        }
    }
}

impl Scene {
    fn check(&self, order: &UnifiedOrder) -> Result<(), Unsendable> {
        let refuse = |member: &'static str, reason| {
            Err(Unsendable::new(member, UnsendableReason::Combination(reason)))
        };
        match self {
            Self::Jsapi(OrderPayer::Openid(_)) | Self::App => Ok(()),
            Self::Jsapi(OrderPayer::SubOpenid(_)) => {
                match order.party.sub.as_ref().and_then(|sub| sub.sub_appid.as_ref()) {
                    Some(_) => Ok(()),
                    None => refuse("sub_openid", "needs the sub_appid it belongs to"),
                }
            }
            Self::Native { product_id } => unsendable::text("product_id", product_id, 32),
            Self::Mweb(_) if order.options.store_info.is_some() => {
                refuse("scene_info.store_info", "cannot be sent with H5, whose scene is the page")
            }
            // The platform refuses this with a sentence that names no member (v2.md §1.7).
            Self::Mweb(_) if order.spbill_create_ip.is_loopback() => {
                refuse("spbill_create_ip", "must be the payer's address with H5")
            }
            Self::Mweb(h5) => h5.check(),
        }
    }

    fn put(&self, outgoing: Outgoing) -> Outgoing {
        match self {
            Self::Jsapi(OrderPayer::Openid(openid)) => {
                outgoing.field("trade_type", "JSAPI").field("openid", openid.as_str())
            }
            Self::Jsapi(OrderPayer::SubOpenid(openid)) => {
                outgoing.field("trade_type", "JSAPI").field("sub_openid", openid.as_str())
            }
            Self::Native { product_id } => {
                outgoing.field("trade_type", "NATIVE").field("product_id", product_id)
            }
            Self::Mweb(h5) => outgoing.field("trade_type", "MWEB").field("scene_info", &h5.scene_info()),
            Self::App => outgoing.field("trade_type", "APP"),
        }
    }
}

impl H5Info {
    fn check(&self) -> Result<(), Unsendable> {
        let (place, name) = match self {
            Self::Wap { wap_url, wap_name } => (wap_url, wap_name),
            Self::Ios { app_name, bundle_id } => (bundle_id, app_name),
            Self::Android { app_name, package_name } => (package_name, app_name),
        };
        unsendable::text("scene_info.h5_info", place, SCENE_INFO_CHARS_MAX)?;
        unsendable::text("scene_info.h5_info", name, SCENE_INFO_CHARS_MAX)?;
        fits("scene_info", &self.scene_info(), SCENE_INFO_CHARS_MAX)
    }

    fn scene_info(&self) -> String {
        #[derive(Serialize)]
        struct SceneInfo<'a> {
            h5_info: &'a H5Info,
        }
        json(&SceneInfo { h5_info: self })
    }
}

/// What a created order is opened with (v2.md §2.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnifiedOrderAnswer {
    /// As ordered.
    pub trade_type: TradeType,
    /// What the cashier is opened with; valid for two hours.
    pub prepay_id: PrepayId,
    /// With `NATIVE`: the text of the QR code, valid for two hours. Its form is not fixed.
    pub code_url: Option<String>,
    /// With `MWEB`: where the browser goes, valid for five minutes.
    pub mweb_url: Option<String>,
}

impl UnifiedOrderAnswer {
    fn read(fields: &Fields) -> Result<Self, Misfit> {
        let trade_type = fields.required("trade_type")?;
        let code_url = match trade_type {
            TradeType::Native => Some(fields.required("code_url")?),
            _ => fields.optional("code_url")?,
        };
        let mweb_url = match trade_type {
            TradeType::Mweb => Some(fields.required("mweb_url")?),
            _ => fields.optional("mweb_url")?,
        };
        Ok(Self { trade_type, prepay_id: fields.required("prepay_id")?, code_url, mweb_url })
    }

    /// `mweb_url`, which leads back to `redirect_url` afterwards, whether paid or not (v2.md §2.8).
    #[must_use]
    pub fn mweb_url_back_to(&self, redirect_url: &str) -> Option<String> {
        let mweb_url = self.mweb_url.as_ref()?;
        Some(format!("{mweb_url}&redirect_url={}", encoded(redirect_url)))
    }
}

impl Client {
    /// Creates an order (v2.md §2).
    ///
    /// # Errors
    /// [`CallError`]; when its outcome is unknown, the same order may be sent again.
    pub async fn unified_order(&self, order: &UnifiedOrder) -> Result<UnifiedOrderAnswer, CallError> {
        order.check().map_err(CallError::unsendable(Call::UnifiedOrder))?;
        self.answer(order.outgoing(), UnifiedOrderAnswer::read).await
    }
}

/// Pages say 127 or 128 (v2.md §1.7).
pub(super) const BODY_CHARS_MAX: usize = 127;
