//! Order shipping management: the calls, in the order of checks of miniprogram.md §4.5.

use serde::Deserialize;
use serde_json::{Value, json};
use tongbao_wire::weixin::{DeliveryMode, LogisticsType, ParcelContact, ShippedParcel, ShippingState};
use tongbao_wire::{Appid, Call, Mchid, Openid, OutTradeNo, Timestamp, TransactionId};

use super::asked::Asked;
use super::{Errcode, FORMAT, Handled, INVALID_OPENID, ok};
use crate::Simulator;
use crate::shipping::{
    Found, Named, PARCELS_MAX, PageAsked, ReminderRefused, ShippingSettings, Special, Upload, UploadRefused,
};
use crate::state::State;

pub(super) const CALLS: &[Handled] = &[
    (Call::UploadShipping, upload),
    (Call::UploadCombinedShipping, upload_combined),
    (Call::ShippingOrder, order),
    (Call::ListShippingOrders, list),
    (Call::RemindToConfirm, remind),
    (Call::SetShippingMessagePath, set_message_path),
    (Call::IsTradeManaged, is_managed),
    (Call::IsTradeManagementConfirmed, is_confirmed),
    (Call::MarkSpecialOrder, mark_special),
    (Call::ListExpressCompanies, companies),
];

#[derive(Clone, Default, Deserialize)]
struct OrderKeySaid {
    #[serde(default)]
    order_number_type: i64,
    #[serde(default)]
    transaction_id: String,
    #[serde(default)]
    mchid: String,
    #[serde(default)]
    out_trade_no: String,
}

#[derive(Clone, Deserialize)]
struct ParcelSaid {
    #[serde(default)]
    tracking_no: String,
    #[serde(default)]
    express_company: String,
    #[serde(default)]
    item_desc: String,
    #[serde(default)]
    contact: Option<ParcelContact>,
}

/// What is said of one order, alone or as a part.
#[derive(Clone, Deserialize)]
struct ShippingSaid {
    order_key: OrderKeySaid,
    #[serde(default)]
    logistics_type: i64,
    #[serde(default)]
    delivery_mode: i64,
    #[serde(default)]
    is_all_delivered: Option<bool>,
    #[serde(default)]
    shipping_list: Vec<ParcelSaid>,
}

#[derive(Clone, Default, Deserialize)]
struct PayerSaid {
    #[serde(default)]
    openid: String,
}

#[derive(Deserialize)]
struct UploadSaid {
    #[serde(flatten)]
    of: ShippingSaid,
    #[serde(default)]
    upload_time: String,
    #[serde(default)]
    payer: PayerSaid,
}

#[derive(Deserialize)]
struct CombinedSaid {
    order_key: OrderKeySaid,
    sub_orders: Vec<ShippingSaid>,
    #[serde(default)]
    upload_time: String,
    #[serde(default)]
    payer: PayerSaid,
}

impl OrderKeySaid {
    /// The numbers, whichever kind they are.
    fn check(&self) -> Result<(), Errcode> {
        let missing = match self.order_number_type {
            1 if self.mchid.is_empty() => Errcode::new(268_485_196, "mchid is empty"),
            1 if self.out_trade_no.is_empty() => Errcode::new(268_485_197, "out_trade_no is empty"),
            2 if self.transaction_id.is_empty() => Errcode::new(268_485_195, "transaction_id is empty"),
            1 | 2 => return Ok(()),
            _ => return Err(Errcode::new(268_485_194, "order_number_type is illegal")),
        };
        Err(missing)
    }

    fn named(&self) -> Result<Named, Errcode> {
        if self.order_number_type == 2 {
            return TransactionId::parse(&self.transaction_id)
                .map(Named::Transaction)
                .map_err(|_| NO_PAYMENT);
        }
        let mchid = Mchid::parse(&self.mchid).map_err(|_| NO_PAYMENT)?;
        let number = OutTradeNo::parse(&self.out_trade_no).map_err(|_| NO_PAYMENT)?;
        Ok(Named::Number(mchid, number))
    }
}

impl ShippingSaid {
    /// Modes and parcels; the times and the payer come with the whole.
    fn check(&self, at: Timestamp, openid: &Openid) -> Result<Upload, Errcode> {
        let logistics = LogisticsType::from(self.logistics_type);
        if matches!(logistics, LogisticsType::Unknown(_)) {
            return Err(Errcode::new(10_060_005, "logistics_type is wrong"));
        }
        let mode = DeliveryMode::from(self.delivery_mode);
        if matches!(mode, DeliveryMode::Unknown(_)) {
            return Err(Errcode::new(268_485_224, "delivery_mode is illegal"));
        }
        let express = logistics == LogisticsType::Express;
        let split = mode == DeliveryMode::Split;
        if split && !express {
            return Err(Errcode::new(10_060_006, "only express can be split"));
        }
        let last = match self.is_all_delivered {
            None if split => return Err(Errcode::new(10_060_007, "is_all_delivered is missing")),
            said => !split || said == Some(true),
        };
        if !split && self.shipping_list.len() != 1 {
            return Err(Errcode::new(268_485_228, "unified delivery has exactly one parcel"));
        }
        if self.shipping_list.is_empty() {
            return Err(ARGUMENT);
        }
        if self.shipping_list.len() > PARCELS_MAX {
            return Err(TOO_MANY);
        }
        let parcels =
            self.shipping_list.iter().map(|said| said.check(express, at)).collect::<Result<Vec<_>, _>>()?;
        let said = json!([self.logistics_type, self.delivery_mode, last, parcels_said(&parcels)]).to_string();
        Ok(Upload { mode, logistics, last, parcels, at, openid: openid.clone(), said })
    }
}

/// What of parcels tells one upload from another: not when it was.
fn parcels_said(parcels: &[ShippedParcel]) -> Vec<Value> {
    let said =
        |parcel: &ShippedParcel| json!([parcel.tracking_no, parcel.express_company, parcel.goods_desc]);
    parcels.iter().map(said).collect()
}

impl ParcelSaid {
    fn check(&self, express: bool, at: Timestamp) -> Result<ShippedParcel, Errcode> {
        match self.item_desc.chars().count() {
            0 => return Err(Errcode::new(10_060_008, "item_desc is empty")),
            1..=120 => {}
            _ => return Err(Errcode::new(10_060_009, "item_desc is too long")),
        }
        let checks = [
            (&self.tracking_no, 268_485_226, "tracking_no is empty", 10_060_026, "tracking_no is too long"),
            (
                &self.express_company,
                268_485_227,
                "express_company is empty",
                10_060_025,
                "express_company is too long",
            ),
        ];
        for (text, empty, empty_words, long, long_words) in checks {
            if express && text.is_empty() {
                return Err(Errcode::new(empty, empty_words));
            }
            if text.chars().count() > 128 {
                return Err(Errcode::new(long, long_words));
            }
        }
        // 顺丰 calls one of them.
        let called = self.contact.as_ref().is_some_and(|contact| {
            let given = |text: &Option<String>| text.as_deref().is_some_and(|text| !text.is_empty());
            given(&contact.consignor_contact) || given(&contact.receiver_contact)
        });
        if express && self.express_company == "SF" && !called {
            return Err(ARGUMENT);
        }
        let some = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        Ok(ShippedParcel {
            tracking_no: some(&self.tracking_no),
            express_company: some(&self.express_company),
            goods_desc: some(&self.item_desc),
            upload_time: Some(at),
            contact: self.contact.clone(),
        })
    }
}

/// RFC 3339 with milliseconds and an offset.
fn upload_time(said: &str) -> Result<Timestamp, Errcode> {
    let fraction = said.find('.').map(|dot| &said[dot + 1..]);
    let millis = fraction.is_some_and(|rest| rest.bytes().take_while(u8::is_ascii_digit).count() == 3);
    Timestamp::parse_rfc3339(said)
        .ok()
        .filter(|_| millis)
        .ok_or(Errcode::new(268_485_216, "upload_time is not as 2022-12-15T13:29:35.120+08:00"))
}

fn upload(simulator: &Simulator, asked: &Asked) -> Result<Value, Errcode> {
    let appid = asked.app(simulator)?;
    let said: UploadSaid = asked.json()?;
    said.of.order_key.check()?;
    let at = upload_time(&said.upload_time)?;
    let openid = Openid::parse(&said.payer.openid).map_err(|_| INVALID_OPENID)?;
    let upload = said.of.check(at, &openid)?;
    let named = said.of.order_key.named()?;
    simulator.with_state(|state, platform, now| {
        let found = state.managed_order(platform, &appid, &named, now).ok_or(NO_PAYMENT)?;
        state.upload_shipping(platform, &found, upload, now).map_err(Errcode::from)
    })?;
    Ok(ok())
}

/// Every part or none.
fn upload_combined(simulator: &Simulator, asked: &Asked) -> Result<Value, Errcode> {
    let appid = asked.app(simulator)?;
    let said: CombinedSaid = asked.json()?;
    said.order_key.check()?;
    let at = upload_time(&said.upload_time)?;
    let openid = Openid::parse(&said.payer.openid).map_err(|_| INVALID_OPENID)?;
    if said.sub_orders.is_empty() {
        return Err(ARGUMENT);
    }
    let kind = said.order_key.order_number_type;
    let mut parts = Vec::new();
    for part in &said.sub_orders {
        part.order_key.check()?;
        if part.order_key.order_number_type != kind {
            return Err(Errcode::new(268_485_253, "order_number_type of a part differs"));
        }
        parts.push((part.order_key.named()?, part.check(at, &openid)?));
    }
    simulator.with_state(|state, platform, now| {
        let mut found: Vec<(Found, Upload)> = Vec::new();
        for (named, upload) in parts {
            let part = state.managed_order(platform, &appid, &named, now).ok_or(NO_PAYMENT)?;
            if !state.is_part_of(&part, &said.order_key.transaction_id, &said.order_key.out_trade_no) {
                return Err(NO_PAYMENT);
            }
            if found.iter().any(|(before, _)| before.id == part.id) {
                return Err(Errcode::new(10_060_013, "a part is there twice"));
            }
            state.check_upload(&part, &upload)?;
            found.push((part, upload));
        }
        for (part, upload) in found {
            state.upload_shipping(platform, &part, upload, now)?;
        }
        Ok(())
    })?;
    Ok(ok())
}

/// Queries say `merchant_id` where uploads say `mchid`.
#[derive(Deserialize)]
struct IdsSaid {
    #[serde(default)]
    transaction_id: String,
    #[serde(default)]
    merchant_id: String,
    #[serde(default)]
    sub_merchant_id: String,
    #[serde(default)]
    merchant_trade_no: String,
    #[serde(default)]
    received_time: i64,
}

impl IdsSaid {
    fn find(&self, simulator: &Simulator, appid: &Appid) -> Result<Found, Errcode> {
        let merchant =
            if self.sub_merchant_id.is_empty() { &self.merchant_id } else { &self.sub_merchant_id };
        let named = match (self.transaction_id.as_str(), merchant.as_str(), self.merchant_trade_no.as_str()) {
            ("", "", _) | ("", _, "") => return Err(FORMAT),
            ("", mchid, number) => {
                let mchid = Mchid::parse(mchid).map_err(|_| NO_PAYMENT)?;
                Named::Number(mchid, OutTradeNo::parse(number).map_err(|_| NO_PAYMENT)?)
            }
            (id, ..) => Named::Transaction(TransactionId::parse(id).map_err(|_| NO_PAYMENT)?),
        };
        let found =
            simulator.with_state(|state, platform, now| state.managed_order(platform, appid, &named, now));
        found.ok_or(NO_PAYMENT)
    }
}

fn order(simulator: &Simulator, asked: &Asked) -> Result<Value, Errcode> {
    let appid = asked.app(simulator)?;
    let found = asked.json::<IdsSaid>()?.find(simulator, &appid)?;
    let order = simulator.with_state(|state, _, _| state.shipped_order(&found));
    let mut told = ok();
    told["order"] = serde_json::to_value(order).expect("an order is plain data");
    Ok(told)
}

#[derive(Deserialize)]
struct RangeSaid {
    begin_time: i64,
    end_time: i64,
}

#[derive(Deserialize)]
struct ListSaid {
    #[serde(default)]
    pay_time_range: Option<RangeSaid>,
    #[serde(default)]
    order_state: Option<i64>,
    #[serde(default)]
    openid: Option<String>,
    #[serde(default)]
    last_index: Option<String>,
    #[serde(default)]
    page_size: Option<usize>,
}

fn list(simulator: &Simulator, asked: &Asked) -> Result<Value, Errcode> {
    let appid = asked.app(simulator)?;
    let said: ListSaid = asked.json()?;
    let index = || Errcode::new(10_060_011, "last_index is wrong");
    let after = said.last_index.filter(|text| !text.is_empty());
    let after = after.map(|text| text.parse().map_err(|_| index())).transpose()?;
    let range = said.pay_time_range;
    let page = PageAsked {
        paid_between: range.map(|range| {
            (Timestamp::from_seconds(range.begin_time), Timestamp::from_seconds(range.end_time))
        }),
        state: said.order_state.map(ShippingState::from),
        openid: said.openid.map(|text| Openid::parse(&text).map_err(|_| INVALID_OPENID)).transpose()?,
        after,
        size: said.page_size.unwrap_or(PAGE_USUAL).clamp(1, PAGE_USUAL),
    };
    let orders = simulator
        .with_state(|state, platform, now| state.shipped_orders(platform, &appid, &page, now))
        .map_err(|_| index())?;
    let mut told = serde_json::to_value(orders).expect("orders are plain data");
    told["errcode"] = 0.into();
    told["errmsg"] = "ok".into();
    Ok(told)
}

fn remind(simulator: &Simulator, asked: &Asked) -> Result<Value, Errcode> {
    let appid = asked.app(simulator)?;
    let said: IdsSaid = asked.json()?;
    let found = said.find(simulator, &appid)?;
    let at = Timestamp::from_seconds(said.received_time);
    simulator.with_state(|state, _, now| state.remind_payer(&found, at, now)).map_err(
        |refused| match refused {
            ReminderRefused::NotShipped => Errcode::new(10_060_028, "the order is not shipped yet"),
            ReminderRefused::NotExpress => Errcode::new(10_060_032, "only express can be reminded"),
            ReminderRefused::Spent => Errcode::new(10_060_030, "the reminder was used"),
            ReminderRefused::BadTime => Errcode::new(10_060_029, "received_time is illegal"),
        },
    )?;
    Ok(ok())
}

#[derive(Deserialize)]
struct PathSaid {
    path: String,
}

fn set_message_path(simulator: &Simulator, asked: &Asked) -> Result<Value, Errcode> {
    let appid = asked.app(simulator)?;
    let said: PathSaid = asked.json()?;
    if said.path.is_empty() || said.path.len() > 1024 {
        return Err(ARGUMENT);
    }
    simulator.with_state(|state, _, _| {
        let before = state.shipping.settings.get(&appid);
        let before = before.map(|settings| (*settings).clone()).unwrap_or_default();
        let settings = ShippingSettings { message_path: Some(said.path), ..before };
        state.shipping.settings.insert(appid.clone(), settings);
    });
    Ok(ok())
}

#[derive(Deserialize)]
struct AppSaid {
    #[serde(default)]
    appid: String,
}

/// How the app of the token, which the body names again, is managed.
fn managed(simulator: &Simulator, asked: &Asked) -> Result<ShippingSettings, Errcode> {
    let appid = asked.app(simulator)?;
    let said: AppSaid = asked.json()?;
    if said.appid != appid.as_str() {
        return Err(Errcode::new(40_013, "invalid appid"));
    }
    let settings = simulator.with_state(|state, _, _| state.shipping.settings.get(&appid));
    Ok(settings.map(|settings| (*settings).clone()).unwrap_or_default())
}

fn is_managed(simulator: &Simulator, asked: &Asked) -> Result<Value, Errcode> {
    let mut told = ok();
    told["is_trade_managed"] = managed(simulator, asked)?.managed.into();
    Ok(told)
}

fn is_confirmed(simulator: &Simulator, asked: &Asked) -> Result<Value, Errcode> {
    let mut told = ok();
    told["completed"] = managed(simulator, asked)?.confirmed.into();
    Ok(told)
}

#[derive(Deserialize)]
struct SpecialSaid {
    #[serde(default)]
    order_id: String,
    #[serde(default, rename = "type")]
    kind: i64,
    #[serde(default)]
    delay_to: i64,
}

fn mark_special(simulator: &Simulator, asked: &Asked) -> Result<Value, Errcode> {
    let appid = asked.app(simulator)?;
    let said: SpecialSaid = asked.json()?;
    if !matches!(said.kind, 1 | 2) {
        return Err(Errcode::new(268_546_000, "type is illegal"));
    }
    simulator.with_state(|state, platform, now| {
        let found = state.special_order(platform, &appid, &said.order_id, now);
        let found = found.ok_or(Errcode::new(268_546_002, "order not found"))?;
        let special = if said.kind == 2 {
            Special::Test
        } else {
            let until = Timestamp::from_seconds(said.delay_to);
            if until <= now || until > State::may_wait_until(&found) {
                return Err(Errcode::new(268_546_001, "delay_to is illegal"));
            }
            Special::PreSale { until }
        };
        state.mark_special(&found, special);
        Ok(())
    })?;
    Ok(ok())
}

fn companies(simulator: &Simulator, asked: &Asked) -> Result<Value, Errcode> {
    asked.app(simulator)?;
    let list: Vec<_> =
        COMPANIES.iter().map(|(id, name)| json!({ "delivery_id": id, "delivery_name": name })).collect();
    let mut told = ok();
    told["count"] = list.len().into();
    told["delivery_list"] = list.into();
    Ok(told)
}

impl From<UploadRefused> for Errcode {
    fn from(refused: UploadRefused) -> Self {
        match refused {
            UploadRefused::Openid => Self::new(10_060_031, "openid does not match the order"),
            UploadRefused::NotShippable => Self::new(10_060_004, "the order cannot be shipped"),
            UploadRefused::NothingChanged => Self::new(10_060_023, "nothing changed"),
            UploadRefused::AllDelivered => Self::new(10_060_002, "everything was delivered"),
            UploadRefused::Spent => Self::new(10_060_003, "the chance to ship again was used"),
            UploadRefused::Time => ARGUMENT,
            UploadRefused::TooMany => TOO_MANY,
        }
    }
}

const NO_PAYMENT: Errcode = Errcode::new(10_060_001, "payment order does not exist");
const ARGUMENT: Errcode = Errcode::new(10_060_014, "parameter error");
const TOO_MANY: Errcode = Errcode::new(10_060_024, "shipping_list is too long");
const PAGE_USUAL: usize = 100;
/// Those the dossier names (miniprogram.md §4.2); the platform has more.
const COMPANIES: &[(&str, &str)] = &[
    ("STO", "申通快递"),
    ("YTO", "圆通速递"),
    ("ZTO", "中通快递"),
    ("JD", "京东快递"),
    ("SF", "顺丰速运"),
    ("DHL", "DHL"),
];
