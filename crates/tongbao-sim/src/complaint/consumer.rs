//! What the consumer does, and the platform for the consumer.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tongbao_wire::complaint::{
    Complaint, ComplaintAction, ComplaintMedia, ComplaintOperation, ComplaintOrder, ComplaintProblem,
    ComplaintState,
};
use tongbao_wire::{ComplaintId, Fen, Timestamp};

use super::{ComplaintRecord, SYSTEM, entry, picture_path};
use crate::media::{MediaFile, Purpose};
use crate::platform::Platform;
use crate::settings::DIGITS;
use crate::state::{OrderKey, State};

/// A complaint to be filed.
pub(crate) struct NewComplaint {
    pub(crate) order: OrderKey,
    pub(crate) detail: String,
    pub(crate) problem_description: String,
    pub(crate) problem_type: Option<ComplaintProblem>,
    pub(crate) apply_refund_amount: Option<Fen>,
    pub(crate) phone: Option<String>,
    pub(crate) tags: Vec<String>,
    pub(crate) need_immediate_service: bool,
    /// JPEG files.
    pub(crate) pictures: Vec<Vec<u8>>,
}

/// What the consumer or the platform does to a complaint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ConsumerAct {
    /// Carries on with a complaint that was settled.
    Continue,
    /// Writes something.
    Respond,
    /// Takes it back.
    Revoke,
    /// Says that it is settled.
    Confirm,
    /// Says how content they are.
    Satisfaction,
    /// Asks the platform to help.
    ApplyPlatformService,
    /// No longer.
    CancelPlatformService,
    /// The platform writes something.
    PlatformRespond,
    /// The platform has helped.
    FinishPlatformService,
}

/// Why the consumer cannot do it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ComplaintRefused {
    /// There is no such complaint.
    Unknown,
    /// The order is not paid.
    NotPaid,
    /// The order has a complaint that is open.
    Open,
    /// It does not follow from where the complaint stands.
    State,
}

impl State {
    /// Files a complaint against a paid order. One that was settled before is carried on by
    /// [`ConsumerAct::Continue`], not filed anew.
    pub(crate) fn complain(
        &mut self,
        platform: &Platform,
        asked: NewComplaint,
        now: Timestamp,
    ) -> Result<ComplaintId, ComplaintRefused> {
        let order = self.orders.get(&asked.order).ok_or(ComplaintRefused::NotPaid)?;
        let payment = order.payment().ok_or(ComplaintRefused::NotPaid)?;
        if self.complaints.of_order.contains_key(&asked.order) {
            return Err(ComplaintRefused::Open);
        }
        let (mchid, out_trade_no) = asked.order.clone();
        let mchid = order.asked.sub.as_ref().map_or(mchid, |sub| sub.mchid.clone());
        let about = ComplaintOrder {
            transaction_id: Some(payment.transaction_id.clone()),
            out_trade_no: out_trade_no.to_string(),
            amount: order.asked.total,
        };
        let (openid, payer) = (payment.openid.clone(), payment.payer.clone());
        let full = self.refunded_in_full(&asked.order);
        let number = self.next_serial();
        let text = format!(
            "200201820{}{}{:06}",
            &now.digits()[..8],
            platform.chance.text(4, DIGITS),
            number % 1_000_000
        );
        let id = ComplaintId::parse(&text).expect("27 digits");
        let media = self.consumer_pictures(platform, &asked, &id, now);
        let line = entry(now, CONSUMER, ComplaintOperation::UserCreateComplaint, asked.detail.clone());
        let told = Complaint {
            complaint_id: id.clone(),
            complaint_time: now,
            complaint_detail: asked.detail,
            complaint_state: ComplaintState::Pending,
            complainted_mchid: mchid.clone(),
            payer_phone: None,
            payer_openid: Some(openid),
            complaint_order_info: vec![about],
            service_order_info: Vec::new(),
            complaint_media_list: media,
            complaint_full_refunded: full,
            incoming_user_response: true,
            problem_description: asked.problem_description,
            user_complaint_times: 1,
            problem_type: asked.problem_type,
            apply_refund_amount: asked.apply_refund_amount,
            user_tag_list: asked.tags,
            additional_info: None,
            in_platform_service: Some(false),
            need_immediate_service: Some(asked.need_immediate_service),
            is_agent_mode: Some(false),
        };
        let record = ComplaintRecord {
            told,
            payer,
            phone: asked.phone,
            history: Vec::new(),
            refund_approved: false,
            order: out_trade_no,
        };
        self.complaints.rows.insert(id.clone(), record);
        self.complaints.ages.insert(number, id.clone());
        self.complaints.of_merchant.insert((mchid, now, number), id.clone());
        self.complaints.of_order.insert(asked.order, id.clone());
        self.complaint_log(platform, &id, line);
        self.complaint_notice(platform, &id, ComplaintAction::CreateComplaint, now);
        Ok(id)
    }

    fn consumer_pictures(
        &mut self,
        platform: &Platform,
        asked: &NewComplaint,
        id: &ComplaintId,
        now: Timestamp,
    ) -> Vec<ComplaintMedia> {
        let mut urls = Vec::new();
        for content in &asked.pictures {
            let file = MediaFile {
                mchid: asked.order.0.clone(),
                purpose: Purpose::ComplaintImage,
                filename: "complaint.jpg".into(),
                sha256: crate::crypto::sha256_hex(content),
                content: STANDARD.encode(content),
                uploaded_at: now,
            };
            let media_id = self.keep_media(platform, file);
            urls.push(picture_path(media_id.as_str()));
            self.complaints.pictures.insert(media_id, id.clone());
        }
        if urls.is_empty() {
            return Vec::new();
        }
        vec![ComplaintMedia { media_type: Some("USER_COMPLAINT_IMAGE".into()), media_url: urls }]
    }

    /// The consumer, or the platform, does something about a complaint.
    pub(crate) fn consumer_acts(
        &mut self,
        platform: &Platform,
        id: &ComplaintId,
        act: ConsumerAct,
        words: &str,
        now: Timestamp,
    ) -> Result<(), ComplaintRefused> {
        let record = self.complaints.rows.get_mut(id).ok_or(ComplaintRefused::Unknown)?;
        let told = &mut record.told;
        let settled = told.complaint_state == ComplaintState::Processed;
        let helped = told.in_platform_service == Some(true);
        let follows = match act {
            ConsumerAct::Continue | ConsumerAct::Satisfaction => settled,
            ConsumerAct::Respond | ConsumerAct::Revoke | ConsumerAct::Confirm => !settled,
            ConsumerAct::ApplyPlatformService => !helped,
            ConsumerAct::CancelPlatformService
            | ConsumerAct::PlatformRespond
            | ConsumerAct::FinishPlatformService => helped,
        };
        if !follows {
            return Err(ComplaintRefused::State);
        }
        match act {
            ConsumerAct::Continue => {
                // v3-extended.md §10.2 [I]: it is open again, and waits for the merchant.
                told.complaint_state = ComplaintState::Pending;
                told.incoming_user_response = true;
                told.user_complaint_times = told.user_complaint_times.saturating_add(1);
            }
            ConsumerAct::Respond => told.incoming_user_response = true,
            ConsumerAct::Revoke | ConsumerAct::Confirm => {
                told.complaint_state = ComplaintState::Processed;
                told.incoming_user_response = false;
            }
            ConsumerAct::ApplyPlatformService => told.in_platform_service = Some(true),
            ConsumerAct::CancelPlatformService | ConsumerAct::FinishPlatformService => {
                told.in_platform_service = Some(false);
            }
            ConsumerAct::Satisfaction | ConsumerAct::PlatformRespond => {}
        }
        let (operator, operation, action) = meaning(act);
        let mut line = entry(now, operator, operation, words);
        if act == ConsumerAct::ApplyPlatformService {
            line.user_appy_platform_service_reason =
                Some(words.into()).filter(|words: &String| !words.is_empty());
        }
        self.complaint_log(platform, id, line);
        if let Some(action) = action {
            self.complaint_notice(platform, id, action, now);
        }
        Ok(())
    }
}

/// How the history and the notification name an act; some are not notified.
fn meaning(act: ConsumerAct) -> (&'static str, ComplaintOperation, Option<ComplaintAction>) {
    use {ComplaintAction as Action, ComplaintOperation as Operation};
    match act {
        ConsumerAct::Continue => {
            (CONSUMER, Operation::UserContinueComplaint, Some(Action::ContinueComplaint))
        }
        ConsumerAct::Respond => (CONSUMER, Operation::UserResponse, Some(Action::UserResponse)),
        ConsumerAct::Revoke => (CONSUMER, Operation::UserRevokeComplaint, None),
        ConsumerAct::Confirm => (CONSUMER, Operation::UserComfirmComplaint, None),
        ConsumerAct::Satisfaction => (CONSUMER, Operation::UserSubmitSatisfaction, None),
        ConsumerAct::ApplyPlatformService => {
            (CONSUMER, Operation::UserApplyPlatformService, Some(Action::UserApplyPlatformService))
        }
        ConsumerAct::CancelPlatformService => {
            (CONSUMER, Operation::UserCancelPlatformService, Some(Action::UserCancelPlatformService))
        }
        ConsumerAct::PlatformRespond => {
            (PLATFORM, Operation::PlatformResponse, Some(Action::ResponseByPlatform))
        }
        ConsumerAct::FinishPlatformService => {
            (SYSTEM, Operation::PlatformServiceFinished, Some(Action::PlatformServiceFinished))
        }
    }
}

const CONSUMER: &str = "投诉人";
const PLATFORM: &str = "微信支付客服";
