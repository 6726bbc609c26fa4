//! What the merchant does about a complaint.

use tongbao_wire::complaint::{
    ComplaintAction, ComplaintHistoryEntry, ComplaintMedia, ComplaintOperation, ComplaintProblem,
    ComplaintState, Message,
};
use tongbao_wire::{ComplaintId, Mchid, Timestamp};

use super::{ComplaintRecord, entry, picture_path};
use crate::media::Purpose;
use crate::platform::Platform;
use crate::refusal::{Refusal, cause};
use crate::state::State;

/// A reply, checked against its schema.
pub(crate) struct Reply {
    pub(crate) complainted_mchid: Mchid,
    pub(crate) content: String,
    pub(crate) images: Vec<String>,
}

/// What the merchant says to the refund that is asked for.
pub(crate) enum Approval {
    Approve,
    Reject { reason: String, images: Vec<String> },
}

impl State {
    /// Replies; the first moves the complaint on \[I\].
    pub(crate) fn reply_to_complaint(
        &mut self,
        platform: &Platform,
        signer: &Mchid,
        id: &ComplaintId,
        reply: &Reply,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        self.open_complaint(platform, signer, id, Some(&reply.complainted_mchid))?;
        self.check_complaint_images(signer, &reply.images, "/response_images")?;
        let line = entry(now, MERCHANT, ComplaintOperation::MerchantResponse, reply.content.as_str());
        self.merchant_said(platform, id, with_images(line, &reply.images), now);
        Ok(())
    }

    /// Replies with a message of blocks. The same `idempotent_id` says it once.
    pub(crate) fn reply_instantly(
        &mut self,
        platform: &Platform,
        signer: &Mchid,
        id: &ComplaintId,
        complainted: &Mchid,
        (message, idempotent_id): (Message, String),
        now: Timestamp,
    ) -> Result<String, Refusal> {
        let record = self.complaints.seen_by(platform, id, signer)?;
        check_merchant(&record, complainted)?;
        let key = (id.clone(), idempotent_id);
        if let Some(log_id) = self.complaints.instant.get(&key) {
            return Ok((*log_id).clone());
        }
        if record.told.need_immediate_service != Some(true) {
            return Err(Refusal::invalid("该投诉单不需要即时服务", cause::PARAMETER));
        }
        if record.is_settled() {
            return Err(settled());
        }
        let mut line = entry(now, MERCHANT, ComplaintOperation::MerchantResponse, "");
        line.normal_message = Some(message);
        let log_id = self.merchant_said(platform, id, line, now);
        self.complaints.instant.insert(key, log_id.clone());
        Ok(log_id)
    }

    fn merchant_said(
        &mut self,
        platform: &Platform,
        id: &ComplaintId,
        line: ComplaintHistoryEntry,
        now: Timestamp,
    ) -> String {
        let told = &mut self.complaints.rows.get_mut(id).expect("just found").told;
        told.complaint_state = ComplaintState::Processing;
        told.incoming_user_response = false;
        let log_id = self.complaint_log(platform, id, line);
        self.complaint_notice(platform, id, ComplaintAction::MerchantResponse, now);
        log_id
    }

    /// Reports a complaint as dealt with; again changes nothing.
    pub(crate) fn complete_complaint(
        &mut self,
        platform: &Platform,
        signer: &Mchid,
        id: &ComplaintId,
        complainted: &Mchid,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let record = self.complaints.seen_by(platform, id, signer)?;
        check_merchant(&record, complainted)?;
        if record.is_settled() {
            return Ok(());
        }
        self.settle_complaint(id);
        let operation = ComplaintOperation::MerchantConfirmComplete;
        self.complaint_log(platform, id, entry(now, MERCHANT, operation, ""));
        self.complaint_notice(platform, id, ComplaintAction::MerchantConfirmComplete, now);
        Ok(())
    }

    /// Approves or refuses the refund that is asked for. Refusing settles the complaint; approving moves no
    /// money.
    pub(crate) fn answer_complaint_refund(
        &mut self,
        platform: &Platform,
        signer: &Mchid,
        id: &ComplaintId,
        approval: Approval,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let record = self.complaints.seen_by(platform, id, signer)?;
        if record.told.problem_type != Some(ComplaintProblem::Refund) {
            return Err(Refusal::invalid("该投诉单不是申请退款类型", cause::PARAMETER));
        }
        if record.is_settled() {
            return Err(settled());
        }
        let (line, action) = match approval {
            Approval::Approve => {
                self.complaints.rows.get_mut(id).expect("just found").refund_approved = true;
                let line = entry(now, MERCHANT, ComplaintOperation::MerchantApproveRefund, "");
                (line, ComplaintAction::MerchantApproveRefund)
            }
            Approval::Reject { reason, images } => {
                self.check_complaint_images(signer, &images, "/reject_media_list")?;
                self.settle_complaint(id);
                let line = entry(now, MERCHANT, ComplaintOperation::MerchantRefuseRerund, reason);
                (with_images(line, &images), ComplaintAction::MerchantRejectRefund)
            }
        };
        self.complaint_log(platform, id, line);
        self.complaint_notice(platform, id, action, now);
        Ok(())
    }

    fn settle_complaint(&mut self, id: &ComplaintId) {
        let record = self.complaints.rows.get_mut(id).expect("callers look it up");
        record.told.complaint_state = ComplaintState::Processed;
        record.told.incoming_user_response = false;
        record.refund_approved = false;
    }

    fn open_complaint(
        &self,
        platform: &Platform,
        signer: &Mchid,
        id: &ComplaintId,
        complainted: Option<&Mchid>,
    ) -> Result<(), Refusal> {
        let record = self.complaints.seen_by(platform, id, signer)?;
        complainted.map_or(Ok(()), |said| check_merchant(&record, said))?;
        if record.is_settled() { Err(settled()) } else { Ok(()) }
    }

    /// Pictures are named by what uploading them answered, to the same merchant.
    fn check_complaint_images(&self, signer: &Mchid, images: &[String], at: &str) -> Result<(), Refusal> {
        let foreign = images.iter().position(|image| !self.media.has(image, signer, Purpose::ComplaintImage));
        foreign.map_or(Ok(()), |index| {
            let value = serde_json::Value::String(images[index].clone());
            Err(Refusal::param("图片media_id无效").at(
                "body",
                &format!("{at}/{index}"),
                Some(&value),
                "not a picture this merchant uploaded for complaints",
            ))
        })
    }
}

fn with_images(mut line: ComplaintHistoryEntry, images: &[String]) -> ComplaintHistoryEntry {
    if images.is_empty() {
        return line;
    }
    let media_url: Vec<String> = images.iter().map(|id| picture_path(id)).collect();
    line.image_list.clone_from(&media_url);
    line.complaint_media_list =
        vec![ComplaintMedia { media_type: Some("OPERATION_IMAGE".into()), media_url }];
    line
}

fn check_merchant(record: &ComplaintRecord, said: &Mchid) -> Result<(), Refusal> {
    if record.told.complainted_mchid == *said {
        return Ok(());
    }
    let value = serde_json::Value::String(said.to_string());
    Err(Refusal::param("被诉商户号与投诉单不匹配").at(
        "body",
        "/complainted_mchid",
        Some(&value),
        "the complaint is against another merchant",
    ))
}

/// v3-extended.md §10.2: no replies to what is settled. The sentence is ours.
fn settled() -> Refusal {
    Refusal::invalid("投诉单已处理完成，不能再操作", cause::PARAMETER)
}

const MERCHANT: &str = "商户";
