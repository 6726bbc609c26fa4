//! Consumer complaints (消费者投诉): filed against a paid order, answered, settled (v3-extended.md §10.2).
//!
//! The first reply moves a complaint from `PENDING` to `PROCESSING` \[I\]. Completing it settles it, and so do
//! refusing the refund it asks for and that refund's arrival; the consumer may carry on after that.

mod consumer;
mod merchant;

use serde::{Deserialize, Serialize};
use tongbao_wire::complaint::{
    Complaint, ComplaintAction, ComplaintHistoryEntry, ComplaintMedia, ComplaintNotice, ComplaintOperation,
    ComplaintState,
};
use tongbao_wire::{ComplaintId, Mchid, MediaId, OutTradeNo, Timestamp};

use crate::notice::NewNotice;
use crate::platform::Platform;
use crate::refusal::{Refusal, cause};
use crate::settings::DIGITS;
use crate::shelf::{Shelf, shelves};
use crate::state::{OrderKey, State};

pub(crate) use consumer::{ComplaintRefused, ConsumerAct, NewComplaint};
pub(crate) use merchant::{Approval, Reply};

/// Every complaint, and where they are told.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Complaints {
    rows: Shelf<ComplaintId, ComplaintRecord>,
    /// Each merchant's by the time they were made.
    of_merchant: Shelf<(Mchid, Timestamp, u64), ComplaintId>,
    /// As they came.
    ages: Shelf<u64, ComplaintId>,
    of_order: Shelf<OrderKey, ComplaintId>,
    pub(crate) urls: Shelf<Mchid, String>,
    /// Instant replies by their `idempotent_id`.
    instant: Shelf<(ComplaintId, String), String>,
    /// Which complaint a consumer's picture belongs to.
    pictures: Shelf<MediaId, ComplaintId>,
}

shelves! {
    Complaints {
        "complaints" => rows,
        "complaints_of_merchant" => of_merchant,
        "complaint_ages" => ages,
        "complaints_of_order" => of_order,
        "complaint_urls" => urls,
        "complaint_instant_replies" => instant,
        "complaint_pictures" => pictures,
    }
}

impl Complaints {
    /// True while a complaint about this order is not settled.
    pub(crate) fn is_open(&self, order: &OrderKey) -> bool {
        let record = self.of_order.get(order).and_then(|id| self.rows.get(&id));
        record.is_some_and(|record| !record.is_settled())
    }
}

/// A complaint and what was said about it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ComplaintRecord {
    /// As answers tell it, without the phone number: that is sealed for whoever asks.
    pub(crate) told: Complaint,
    pub(crate) payer: String,
    pub(crate) phone: Option<String>,
    /// Oldest first.
    pub(crate) history: Vec<ComplaintHistoryEntry>,
    pub(crate) refund_approved: bool,
    order: OutTradeNo,
}

impl ComplaintRecord {
    fn is_settled(&self) -> bool {
        self.told.complaint_state == ComplaintState::Processed
    }
}

impl Complaints {
    /// A complaint that `signer` may see (v3-extended.md §10.2: signed by the merchant, or by its provider).
    pub(crate) fn seen_by(
        &self,
        platform: &Platform,
        id: &ComplaintId,
        signer: &Mchid,
    ) -> Result<std::sync::Arc<ComplaintRecord>, Refusal> {
        let found = self.rows.get(id);
        found.filter(|record| platform.serves(signer, &record.told.complainted_mchid)).ok_or_else(unknown)
    }

    /// Complaints against `mchid` made from `begin` to just before `end`, newest first \[I\].
    pub(crate) fn between(
        &self,
        mchid: &Mchid,
        begin: Timestamp,
        end: Timestamp,
    ) -> impl Iterator<Item = std::sync::Arc<ComplaintRecord>> {
        let range = (mchid.clone(), begin, 0)..(mchid.clone(), end, 0);
        self.of_merchant.range(range).rev().filter_map(|(_, id)| self.rows.get(&id))
    }

    pub(crate) fn get(&self, id: &ComplaintId) -> Option<std::sync::Arc<ComplaintRecord>> {
        self.rows.get(id)
    }

    /// Every complaint, newest first.
    pub(crate) fn newest(&self) -> impl Iterator<Item = std::sync::Arc<ComplaintRecord>> {
        self.ages.iter().rev().filter_map(|(_, id)| self.rows.get(&id))
    }

    /// True when a picture stands in a complaint against `mchid`.
    pub(crate) fn shows(&self, picture: &MediaId, mchid: &Mchid) -> bool {
        let record = self.pictures.get(picture).and_then(|id| self.rows.get(&id));
        record.is_some_and(|record| record.told.complainted_mchid == *mchid)
    }
}

impl Complaints {
    /// True when a payer has complained about the order.
    pub(crate) fn is_about(&self, order: &OrderKey) -> bool {
        self.of_order.contains_key(order)
    }
}

impl State {
    /// Writes down what was said or done. Returns its `log_id`.
    fn complaint_log(
        &mut self,
        platform: &Platform,
        id: &ComplaintId,
        mut entry: ComplaintHistoryEntry,
    ) -> String {
        let serial = self.next_serial();
        let log_id =
            format!("30{}{}{serial:07}", platform.chance.text(8, DIGITS), &entry.operate_time.digits()[..8]);
        entry.log_id.clone_from(&log_id);
        let record = self.complaints.rows.get_mut(id).expect("callers look it up");
        // What comes after the bound is done, and not written down.
        if record.history.len() < HISTORY_MAX {
            record.history.push(entry);
        }
        log_id
    }

    /// Tells what happened, where the merchant wants to be told.
    fn complaint_notice(
        &mut self,
        platform: &Platform,
        id: &ComplaintId,
        action: ComplaintAction,
        at: Timestamp,
    ) {
        let record = self.complaints.rows.get(id).expect("callers look it up");
        let mchid = record.told.complainted_mchid.clone();
        let created = action == ComplaintAction::CreateComplaint;
        let plain = ComplaintNotice { complaint_id: id.clone(), action_type: action };
        let plain = serde_json::to_vec(&plain).expect("a complaint notice is plain data");
        for told in platform.agents_of(&mchid) {
            let Some(url) = self.complaints.urls.get(&told) else { continue };
            let notice = NewNotice {
                mchid: told,
                out_trade_no: Some(record.order.clone()),
                out_refund_no: None,
                event_type: if created { "COMPLAINT.CREATE" } else { "COMPLAINT.STATE_CHANGE" },
                original_type: "complaint",
                summary: if created { "产生新投诉" } else { "投诉单状态变化" },
                url: (*url).clone(),
                plain: plain.clone(),
            };
            self.notify(platform, notice, at);
        }
    }

    /// A refund of an order arrived: a complaint about it hears of that (v3-extended.md §10.2).
    pub(crate) fn complaint_refunded(&mut self, platform: &Platform, order: &OrderKey, at: Timestamp) {
        let Some(id) = self.complaints.of_order.get(order) else { return };
        let full = self.refunded_in_full(order);
        let record = self.complaints.rows.get_mut(&id).expect("orders name complaints");
        record.told.complaint_full_refunded = full;
        let asked = std::mem::take(&mut record.refund_approved);
        if asked {
            record.told.complaint_state = ComplaintState::Processed;
            record.told.incoming_user_response = false;
        }
        let operation = if full {
            ComplaintOperation::ComplaintFullRefundedSystemMessage
        } else {
            ComplaintOperation::ComplaintPartialRefundedSystemMessage
        };
        let words = if full { "订单已全额退款" } else { "订单已部分退款" };
        self.complaint_log(platform, &id, entry(at, SYSTEM, operation, words));
        let action = if asked { ComplaintAction::RefundSuccess } else { ComplaintAction::SellerRefund };
        self.complaint_notice(platform, &id, action, at);
    }

    fn refunded_in_full(&self, key: &OrderKey) -> bool {
        let Some(order) = self.orders.get(key) else { return false };
        let arrived = order.refunds.iter().filter_map(|number| {
            let record = self.refunds.get(&(key.0.clone(), number.clone()))?;
            (record.told.status == tongbao_wire::RefundStatus::Success).then_some(record.told.amount.refund)
        });
        arrived.sum::<tongbao_wire::Fen>() == order.asked.total
    }
}

/// A line of a complaint's history, without its number.
fn entry(
    at: Timestamp,
    operator: &str,
    operation: ComplaintOperation,
    words: impl Into<String>,
) -> ComplaintHistoryEntry {
    let words = words.into();
    ComplaintHistoryEntry {
        log_id: String::new(),
        operator: operator.into(),
        operate_time: at,
        operate_type: operation,
        operate_details: (!words.is_empty()).then_some(words),
        image_list: Vec::new(),
        complaint_media_list: Vec::new(),
        user_appy_platform_service_reason: None,
        user_appy_platform_service_reason_description: None,
        normal_message: None,
        click_message: None,
    }
}

/// The documents list common codes only; the sentence is ours.
fn unknown() -> Refusal {
    Refusal::invalid("投诉单不存在", cause::ORDER_NOT_FOUND)
}

const SYSTEM: &str = "系统";
/// Lines of one complaint's history.
const HISTORY_MAX: usize = 2000;

/// Where a picture is: without a host, which depends on who asks.
fn picture_path(media_id: &str) -> String {
    format!("/v3/merchant-service/images/{media_id}")
}

/// The pictures as whoever asks at `origin` finds them.
pub(crate) fn found_at(origin: &str, media: &mut [ComplaintMedia]) {
    for url in media.iter_mut().flat_map(|media| &mut media.media_url) {
        url.insert_str(0, origin);
    }
}
