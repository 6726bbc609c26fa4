//! Consumer complaints (消费者投诉): read, answered, settled (v3-extended.md §10.2).
//!
//! The first reply moves a complaint from `PENDING` to `PROCESSING`. It is settled by
//! [`Complaints::complete`], by refusing the refund it asks for, or by that refund's arrival; the consumer may
//! carry on after that.
//!
//! `complainted_mchid` is the merchant complained about: the caller, or a sub-merchant of it.

mod instant;
mod query;
mod reply;

use serde::Serialize;
use tongbao_wire::complaint::{
    Complaint, ComplaintHistoryPage, ComplaintNotificationUrl, ComplaintPage, InstantReplySent,
};
use tongbao_wire::{Call, ComplaintId, Mchid};

pub use self::instant::InstantReply;
pub use self::query::{ComplaintQuery, Page};
pub use self::reply::{ComplaintReply, RefundAnswer, RefundDecision, ReplyLink, ReplyMiniProgram};
use crate::call_error::CallError;
use crate::client::Client;
use crate::client::outgoing::Outgoing;
use crate::unsendable;

/// The calls of complaints; made by [`Client::complaints`].
#[derive(Clone, Copy, Debug)]
pub struct Complaints<'a>(&'a Client);

impl Client {
    /// The calls of complaints.
    #[must_use]
    pub fn complaints(&self) -> Complaints<'_> {
        Complaints(self)
    }
}

impl Complaints<'_> {
    /// Lists complaints, a page at a time; [`ComplaintPage::next_offset`] says where the next begins.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn list(&self, query: &ComplaintQuery) -> Result<ComplaintPage, CallError> {
        let call = Call::ListComplaints;
        query.check().map_err(CallError::unsendable(call))?;
        self.0.answer(query.fill(Outgoing::to(call))).await
    }

    /// Reads a complaint. [`Client::unseal`] opens the consumer's phone number.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn read(&self, complaint_id: &ComplaintId) -> Result<Complaint, CallError> {
        self.0.answer(about(Call::ReadComplaint, complaint_id)).await
    }

    /// Reads what was said and done about a complaint, up to 300 entries a page.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn history(
        &self,
        complaint_id: &ComplaintId,
        page: Page,
    ) -> Result<ComplaintHistoryPage, CallError> {
        let call = Call::ComplaintHistory;
        page.check(1..=HISTORY_LIMIT_MAX, "must be from 1 to 300").map_err(CallError::unsendable(call))?;
        self.0.answer(page.fill(about(call, complaint_id))).await
    }

    /// Replies to a complaint; the consumer reads it at once.
    ///
    /// # Errors
    /// [`CallError`]. Sending it again says it twice: when the outcome is unknown, read the history first.
    pub async fn reply(&self, complaint_id: &ComplaintId, reply: &ComplaintReply) -> Result<(), CallError> {
        let call = Call::ReplyToComplaint;
        reply.check().map_err(CallError::unsendable(call))?;
        self.0.done(about(call, complaint_id).json(reply)).await
    }

    /// Reports a complaint as dealt with.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn complete(
        &self,
        complaint_id: &ComplaintId,
        complainted_mchid: &Mchid,
    ) -> Result<(), CallError> {
        #[derive(Serialize)]
        struct Body<'a> {
            complainted_mchid: &'a Mchid,
        }
        self.0.done(about(Call::CompleteComplaint, complaint_id).json(&Body { complainted_mchid })).await
    }

    /// Approves or refuses the refund a complaint asks for. Approving moves no money:
    /// [`Client::refund`] as usual, and when that arrives the complaint is settled.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn answer_refund(
        &self,
        complaint_id: &ComplaintId,
        answer: &RefundAnswer,
    ) -> Result<(), CallError> {
        let call = Call::AnswerComplaintRefund;
        answer.check().map_err(CallError::unsendable(call))?;
        self.0.done(about(call, complaint_id).json(answer)).await
    }

    /// Replies with a message built of blocks, to a complaint of which
    /// [`Complaint::need_immediate_service`] is true.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn reply_instantly(
        &self,
        complaint_id: &ComplaintId,
        reply: &InstantReply,
    ) -> Result<InstantReplySent, CallError> {
        let call = Call::ReplyInstantly;
        reply.check().map_err(CallError::unsendable(call))?;
        self.0.answer(about(call, complaint_id).json(reply)).await
    }

    /// Sets where complaints are notified. A service provider is told of those of all its sub-merchants.
    ///
    /// # Errors
    /// [`CallError`]; presumably when there is an address already, which [`Complaints::change_notification_url`]
    /// replaces.
    pub async fn create_notification_url(&self, url: &str) -> Result<ComplaintNotificationUrl, CallError> {
        self.set_notification_url(Call::CreateComplaintUrl, url).await
    }

    /// Changes where complaints are notified.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn change_notification_url(&self, url: &str) -> Result<ComplaintNotificationUrl, CallError> {
        self.set_notification_url(Call::ChangeComplaintUrl, url).await
    }

    async fn set_notification_url(
        &self,
        call: Call,
        url: &str,
    ) -> Result<ComplaintNotificationUrl, CallError> {
        #[derive(Serialize)]
        struct Body<'a> {
            url: &'a str,
        }
        unsendable::address("url", url, URL_CHARS_MAX).map_err(CallError::unsendable(call))?;
        self.0.answer(Outgoing::to(call).json(&Body { url })).await
    }

    /// Asks where complaints are notified.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn notification_url(&self) -> Result<ComplaintNotificationUrl, CallError> {
        self.0.answer(Outgoing::to(Call::ReadComplaintUrl)).await
    }

    /// Has complaints notified no longer.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn delete_notification_url(&self) -> Result<(), CallError> {
        self.0.done(Outgoing::to(Call::DeleteComplaintUrl)).await
    }
}

fn about(call: Call, complaint_id: &ComplaintId) -> Outgoing {
    Outgoing::to(call).part("complaint_id", complaint_id.as_str())
}

/// Entries of one page of history (v3-extended.md §10.2).
const HISTORY_LIMIT_MAX: u32 = 300;
/// `url` (v3-extended.md §10.2).
const URL_CHARS_MAX: usize = 255;
