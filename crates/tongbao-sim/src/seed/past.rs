//! What a seed says has happened, lived through in the order of its times.

use tongbao_wire::{Fen, Timestamp, TradeType};

use super::{SeedOrder, SeedRefund};
use crate::SimError;
use crate::crypto::sha256_hex;
use crate::order::{Dialect, NewOrder, SubMerchant};
use crate::pay::Attempt;
use crate::payer;
use crate::platform::Platform;
use crate::refund::{NewRefund, OrderNamed};
use crate::settings::AppSettings;
use crate::state::{Appointment, State};
use crate::v3::notify_url_fault;

/// One thing that happened.
enum Deed<'a> {
    Placed,
    Paid,
    Refunded(&'a SeedRefund),
}

impl State {
    /// Places, pays and refunds orders, each at its time, none of which is to come.
    pub(super) fn live_through(
        &mut self,
        platform: &Platform,
        orders: &[SeedOrder],
        now: Timestamp,
    ) -> Result<(), SimError> {
        let mut deeds = Vec::new();
        for (index, order) in orders.iter().enumerate() {
            let placed = order.created_at.or(order.paid_at).unwrap_or(now);
            deeds.push((placed, index, Deed::Placed));
            deeds.extend(order.paid_at.map(|at| (at, index, Deed::Paid)));
            deeds.extend(order.refunds.iter().map(|refund| (refund.at, index, Deed::Refunded(refund))));
        }
        // Stable: what happens at one instant happens in the order it is written.
        deeds.sort_by_key(|(at, _, _)| *at);
        for (at, index, deed) in deeds {
            let refuse =
                |why: &str| SimError::Settings { field: "seed", reason: format!("orders[{index}]: {why}") };
            if at > now {
                return Err(refuse(&format!(
                    "{} is to come: business begins at {}",
                    at.rfc3339(),
                    now.rfc3339()
                )));
            }
            self.settle(platform, at);
            self.relive(platform, &orders[index], &deed, at).map_err(|why| refuse(&why))?;
        }
        self.settle(platform, now);
        self.hush_refunds();
        Ok(())
    }

    /// Refunds name no address here, so their ends would go to the merchant's own: nobody waits for them.
    fn hush_refunds(&mut self) {
        let sends: Vec<Appointment> = self.sends.iter().map(|(appointment, _)| appointment).collect();
        for (at, number) in sends {
            if let Some(notice) =
                self.notices.get_mut(&number).filter(|notice| notice.out_refund_no.is_some())
            {
                notice.next_at = None;
                self.sends.remove(&(at, number));
            }
        }
    }

    fn relive(
        &mut self,
        platform: &Platform,
        order: &SeedOrder,
        deed: &Deed<'_>,
        at: Timestamp,
    ) -> Result<(), String> {
        let asked = asked(platform, order)?;
        let key = asked.key();
        match deed {
            Deed::Placed => {
                if self.orders.contains_key(&key) {
                    return Err("another order has its number".into());
                }
                self.create(platform, asked, at).map(drop).map_err(|why| format!("it is refused: {why:?}"))
            }
            Deed::Paid => {
                let order = self.orders.get(&key).ok_or("it is paid before it was placed")?;
                let payer = order.payer.clone().unwrap_or_else(|| platform.first_payer.clone());
                let prepay = order.prepays.last().cloned().ok_or("it cannot be opened")?;
                let scene = TradeType::Jsapi;
                let attempt = Attempt { prepay_id: &prepay.id, scene: &scene, appid: None, payer: &payer };
                self.pay(platform, &attempt, at).map(drop).map_err(|why| why.to_string())
            }
            Deed::Refunded(refund) => {
                let wanted = NewRefund {
                    dialect: Dialect::V3,
                    mchid: key.0,
                    sub_mchid: order.sub_mchid.clone(),
                    order: OrderNamed::ByOutTradeNo(order.out_trade_no.clone()),
                    out_refund_no: refund.out_refund_no.clone(),
                    notify_url: None,
                    refund: refund.refund_fen,
                    total: order.total_fen,
                    from: Vec::new(),
                    funds_account: None,
                };
                if refund.refund_fen <= Fen::ZERO {
                    return Err("a refund is of one fen at least".into());
                }
                let told = self.refund(platform, wanted, at);
                told.map(drop).map_err(|why| format!("refund {} is refused: {why:?}", refund.out_refund_no))
            }
        }
    }
}

/// The order as its merchant placed it, for the payer under the appid of whoever placed it.
fn asked(platform: &Platform, order: &SeedOrder) -> Result<NewOrder, String> {
    let merchants = platform.merchants();
    let whose = order.mchid.as_ref();
    let merchant = merchants.iter().find(|it| whose.is_none_or(|mchid| it.settings.mchid == *mchid));
    let merchant = merchant.ok_or("there is no such merchant")?;
    let AppSettings { appid, .. } = merchant.settings.apps.first().ok_or("its merchant has no appid")?;
    if !(1..=crate::ledger::AMOUNT_MAX).contains(&order.total_fen.get()) {
        return Err("total_fen is from 1 to 1000000000000".into());
    }
    if let Some(why) = order.notify_url.as_ref().and_then(|said| notify_url_fault(said, &platform.switches)) {
        return Err(format!("notify_url {why}"));
    }
    let within =
        |text: &Option<String>, most| text.as_ref().is_none_or(|it| (1..=most).contains(&it.chars().count()));
    if !within(&order.description, 127) || !within(&order.attach, 128) || !within(&order.notify_url, 255) {
        return Err("description has 1 to 127 characters, attach 1 to 128, notify_url 1 to 255".into());
    }
    let payer = order.payer.as_ref().unwrap_or(&platform.first_payer);
    Ok(NewOrder {
        dialect: Dialect::V3,
        scene: TradeType::Jsapi,
        mchid: merchant.settings.mchid.clone(),
        appid: appid.clone(),
        sub: order.sub_mchid.clone().map(|mchid| SubMerchant { mchid, appid: None }),
        out_trade_no: order.out_trade_no.clone(),
        combined: None,
        description: order.description.clone().unwrap_or_else(|| order.out_trade_no.to_string()),
        attach: order.attach.clone(),
        notify_url: order.notify_url.clone(),
        time_expire: None,
        total: order.total_fen,
        openid: Some(payer::openid(appid, payer)),
        sub_openid: None,
        profit_sharing: false,
        device_id: None,
        // No request of the API is the same.
        terms: sha256_hex(b"seed"),
    })
}
