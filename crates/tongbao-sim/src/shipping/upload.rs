//! Recording how an order is shipped, in one parcel or in several, and once more (miniprogram.md §4.3).

use tongbao_wire::weixin::{DeliveryMode, LogisticsType, ShippedParcel, ShippingState};
use tongbao_wire::{Openid, Timestamp};

use super::{EXPRESS_CONFIRMS, Found, OTHERS_CONFIRM, ShippingDue};
use crate::platform::Platform;
use crate::state::{Due, State};

/// What a merchant says of shipping an order; its form was checked.
#[derive(Clone, Debug)]
pub(crate) struct Upload {
    pub(crate) mode: DeliveryMode,
    pub(crate) logistics: LogisticsType,
    /// Nothing more comes.
    pub(crate) last: bool,
    pub(crate) parcels: Vec<ShippedParcel>,
    pub(crate) at: Timestamp,
    pub(crate) openid: Openid,
    /// Everything but the time, to know the same when it comes again.
    pub(crate) said: String,
}

/// Why it is not recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UploadRefused {
    /// 10060031.
    Openid,
    /// 10060004.
    NotShippable,
    /// 10060023.
    NothingChanged,
    /// 10060002.
    AllDelivered,
    /// 10060003.
    Spent,
    /// 10060014: `upload_time` does not rise.
    Time,
    /// 10060024.
    TooMany,
}

impl State {
    /// Whether it may be recorded; nothing has changed yet.
    pub(crate) fn check_upload(&self, found: &Found, upload: &Upload) -> Result<(), UploadRefused> {
        let order = &found.order;
        if order.openid != upload.openid {
            return Err(UploadRefused::Openid);
        }
        let state = self.shipping_state(&found.id);
        if !matches!(state, Some(ShippingState::ToShip | ShippingState::Shipped)) {
            return Err(UploadRefused::NotShippable);
        }
        if order.said == upload.said {
            return Err(UploadRefused::NothingChanged);
        }
        let split = upload.mode == DeliveryMode::Split;
        if order.finished && split && order.mode == Some(DeliveryMode::Split) && !upload.last {
            return Err(UploadRefused::AllDelivered);
        }
        // Everything was shipped, or begun another way: only once more (重新发货).
        if order.finished && order.finishes > 1 {
            return Err(UploadRefused::Spent);
        }
        if order.uploaded_at.is_some_and(|before| upload.at <= before) {
            return Err(UploadRefused::Time);
        }
        let before = if order.continues(upload) { order.parcels.len() } else { 0 };
        if before + upload.parcels.len() > PARCELS_MAX {
            return Err(UploadRefused::TooMany);
        }
        Ok(())
    }

    /// Records it. Whether parcels of a later call are added or replace those before is not told in the documents:
    /// they are added while the order is not shipped completely \[I\].
    pub(crate) fn upload_shipping(
        &mut self,
        platform: &Platform,
        found: &Found,
        upload: Upload,
        now: Timestamp,
    ) -> Result<(), UploadRefused> {
        self.check_upload(found, &upload)?;
        let order = self.shipping.orders.get_mut(&found.id).expect("just found");
        let switched = !order.finished && !order.parcels.is_empty() && !order.continues(&upload);
        if !order.continues(&upload) {
            order.parcels.clear();
            order.finished = false;
        }
        if switched {
            // Another way of shipping spends the one chance.
            order.finishes += 1;
        }
        order.parcels.extend(upload.parcels);
        (order.mode, order.logistics) = (Some(upload.mode), Some(upload.logistics));
        (order.said, order.uploaded_at) = (upload.said, Some(upload.at));
        if !upload.last {
            return Ok(());
        }
        order.finished = true;
        order.finishes += 1;
        order.shipped_at = Some(now);
        let (reminding, confirming) = (order.reminding.take(), order.confirming.take());
        for appointment in [reminding, confirming].into_iter().flatten() {
            self.unschedule(appointment);
        }
        let after =
            if upload.logistics == LogisticsType::Express { EXPRESS_CONFIRMS } else { OTHERS_CONFIRM };
        let due = Due::Shipping(ShippingDue::Confirm(found.id.clone()));
        let appointment = self.schedule(now.plus(after), due);
        let order = self.shipping.orders.get_mut(&found.id).expect("just found");
        order.confirming = Some(appointment);
        self.push_settlement(platform, &found.id, now);
        Ok(())
    }
}

impl super::ManagedOrder {
    /// More parcels of an order that is being shipped in several.
    fn continues(&self, upload: &Upload) -> bool {
        let split = Some(DeliveryMode::Split);
        !self.finished
            && self.mode == split
            && upload.mode == DeliveryMode::Split
            && self.logistics == Some(upload.logistics)
    }
}

/// Parcels of one order (miniprogram.md §4.3).
pub(crate) const PARCELS_MAX: usize = 15;
