//! Replies to complaints, and answers to the refunds they ask for (v3-extended.md §10.2).

use serde::Serialize;
use tongbao_wire::{Appid, Mchid, MediaId};

use crate::unsendable::{self, Unsendable, UnsendableReason};

/// A reply to send with `POST …/complaints-v2/{complaint_id}/response`.
#[derive(Clone, Debug, Serialize)]
pub struct ComplaintReply {
    /// The merchant complained about.
    pub complainted_mchid: Mchid,
    /// The words; at most 500 characters, line breaks among them.
    pub response_content: String,
    /// Pictures, uploaded before; at most four.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub response_images: Vec<MediaId>,
    /// A page to open, for merchants permitted to send it.
    #[serde(flatten)]
    pub link: Option<ReplyLink>,
    /// A mini program to open, for merchants permitted to send it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mini_program_jump_info: Option<ReplyMiniProgram>,
}

/// A page that a reply offers.
#[derive(Clone, Debug, Serialize)]
pub struct ReplyLink {
    /// Its https address; at most 512 characters.
    #[serde(rename = "jump_url")]
    pub url: String,
    /// The words to click on; at most 10 characters.
    #[serde(rename = "jump_url_text")]
    pub text: String,
}

/// A mini program that a reply offers.
#[derive(Clone, Debug, Serialize)]
pub struct ReplyMiniProgram {
    /// Which.
    pub appid: Appid,
    /// The page.
    pub path: String,
    /// The page's name.
    pub text: String,
}

impl ComplaintReply {
    /// A reply of words.
    #[must_use]
    pub fn new(complainted_mchid: Mchid, response_content: impl Into<String>) -> Self {
        Self {
            complainted_mchid,
            response_content: response_content.into(),
            response_images: Vec::new(),
            link: None,
            mini_program_jump_info: None,
        }
    }

    /// Checks what the platform would refuse.
    pub(super) fn check(&self) -> Result<(), Unsendable> {
        lines("response_content", &self.response_content, 500)?;
        images("response_images", &self.response_images)?;
        if let Some(link) = &self.link {
            https("jump_url", &link.url)?;
            unsendable::text("jump_url_text", &link.text, 10)?;
        }
        if let Some(program) = &self.mini_program_jump_info {
            program.check().map_err(|fault| fault.within("mini_program_jump_info"))?;
        }
        Ok(())
    }
}

impl ReplyMiniProgram {
    fn check(&self) -> Result<(), Unsendable> {
        unsendable::text("path", &self.path, UNPRINTED_CHARS_MAX)?;
        unsendable::text("text", &self.text, UNPRINTED_CHARS_MAX)
    }
}

/// An answer to the refund a complaint asks for, to send with
/// `POST …/complaints-v2/{complaint_id}/update-refund-progress`.
#[derive(Clone, Debug, Serialize)]
pub struct RefundAnswer {
    /// Yes or no.
    #[serde(flatten)]
    pub decision: RefundDecision,
    /// For the platform's staff; at most 200 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remark: Option<String>,
}

/// Whether the merchant refunds (`action`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "action", rename_all = "UPPERCASE")]
pub enum RefundDecision {
    /// It will, by a refund of its own.
    Approve {
        /// In how many working days; `0` is today.
        launch_refund_day: u32,
    },
    /// It will not. This settles the complaint, so talk to the consumer first.
    Reject {
        /// Why; at most 200 characters.
        reject_reason: String,
        /// Pictures that prove it, uploaded before; at most four.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        reject_media_list: Vec<MediaId>,
    },
}

impl RefundAnswer {
    /// An answer without a remark.
    #[must_use]
    pub fn new(decision: RefundDecision) -> Self {
        Self { decision, remark: None }
    }

    /// Checks what the platform would refuse.
    pub(super) fn check(&self) -> Result<(), Unsendable> {
        if let RefundDecision::Reject { reject_reason, reject_media_list } = &self.decision {
            lines("reject_reason", reject_reason, 200)?;
            images("reject_media_list", reject_media_list)?;
        }
        self.remark.as_ref().map_or(Ok(()), |remark| lines("remark", remark, 200))
    }
}

fn images(member: &'static str, images: &[MediaId]) -> Result<(), Unsendable> {
    if images.len() > IMAGES_MAX {
        return Err(Unsendable::new(member, UnsendableReason::Combination("has more than four pictures")));
    }
    Ok(())
}

/// A text for people, in which line breaks are no fault.
pub(super) fn lines(member: &'static str, value: &str, limit: usize) -> Result<(), Unsendable> {
    if !value.contains('\n') {
        return unsendable::text(member, value, limit);
    }
    let found = value.chars().count();
    if found > limit {
        return Err(Unsendable::new(member, UnsendableReason::TooLong { found, limit }));
    }
    if value.trim().is_empty() {
        return Err(Unsendable::new(member, UnsendableReason::Empty));
    }
    let mut lines = value.split('\n').filter(|line| !line.is_empty());
    lines.try_for_each(|line| unsendable::text(member, line, limit))
}

/// An https address, with or without a query.
pub(super) fn https(member: &'static str, value: &str) -> Result<(), Unsendable> {
    unsendable::text(member, value, 512)?;
    let rest = value.strip_prefix("https://");
    let host_given = rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/'));
    if host_given && value.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(());
    }
    let reason = UnsendableReason::Combination("must be an https address, percent-encoded");
    Err(Unsendable::new(member, reason))
}

/// Pictures of a reply or a refusal (v3-extended.md §10.2).
const IMAGES_MAX: usize = 4;
/// For texts whose limit the documents do not print: more than any that was seen.
const UNPRINTED_CHARS_MAX: usize = 512;

#[cfg(test)]
mod tests {
    use tongbao_wire::{Appid, Mchid, MediaId};

    use super::{ComplaintReply, RefundAnswer, RefundDecision, ReplyLink, ReplyMiniProgram};

    fn reply() -> ComplaintReply {
        ComplaintReply::new(Mchid::parse("1900012181").expect("valid"), "已与用户沟通解决")
    }

    fn images(count: usize) -> Vec<MediaId> {
        vec![MediaId::parse("file23578_21798531.jpg").expect("valid"); count]
    }

    #[test]
    fn absent_members_are_left_out_of_the_body() {
        assert_eq!(
            serde_json::to_string(&reply()).expect("serialises"),
            r#"{"complainted_mchid":"1900012181","response_content":"已与用户沟通解决"}"#
        );
        let approve = RefundAnswer::new(RefundDecision::Approve { launch_refund_day: 3 });
        assert_eq!(
            serde_json::to_string(&approve).expect("serialises"),
            r#"{"action":"APPROVE","launch_refund_day":3}"#
        );
    }

    #[test]
    fn replies_that_would_be_refused_are_named() {
        let with = |change: fn(&mut ComplaintReply)| {
            let mut changed = reply();
            change(&mut changed);
            changed.check().map_err(|error| error.member.into_owned())
        };
        let link = |url: &str, text: &str| Some(ReplyLink { url: url.into(), text: text.into() });
        assert_eq!(with(|_| ()), Ok(()));
        assert_eq!(with(|r| r.response_content = "您好：\n\n已退款。".into()), Ok(()));
        assert_eq!(with(|r| r.response_images = images(4)), Ok(()));
        let mut linked = reply();
        linked.link = link("https://pay.example.com/orders?no=1", "查看订单");
        assert_eq!(linked.check(), Ok(()));
        for (url, text, member) in [
            ("http://pay.example.com", "查看订单", "jump_url"),
            ("https://", "查看订单", "jump_url"),
            ("https://pay.example.com/订单", "查看订单", "jump_url"),
            ("https://pay.example.com", "", "jump_url_text"),
            ("https://pay.example.com", "一二三四五六七八九十一", "jump_url_text"),
        ] {
            linked.link = link(url, text);
            assert_eq!(linked.check().expect_err(url).member, member);
        }
        for (change, member) in [
            ((|r| r.response_content = String::new()) as fn(&mut ComplaintReply), "response_content"),
            (|r| r.response_content = "\n \n".into(), "response_content"),
            (|r| r.response_content = "字".repeat(501), "response_content"),
            (|r| r.response_content = format!("{}\n", "字".repeat(500)), "response_content"),
            (|r| r.response_content = "您好\n🙏".into(), "response_content"),
            (|r| r.response_content = "您好\r\n".into(), "response_content"),
            (|r| r.response_images = images(5), "response_images"),
            (
                |r| {
                    let appid = Appid::parse("wx8888888888888888").expect("valid");
                    let (path, text) = (String::new(), "售后".into());
                    r.mini_program_jump_info = Some(ReplyMiniProgram { appid, path, text });
                },
                "mini_program_jump_info.path",
            ),
        ] {
            assert_eq!(with(change), Err(member.into()));
        }
    }

    #[test]
    fn answers_to_refunds_that_would_be_refused_are_named() {
        let reject = |reason: &str, count| {
            let (reject_reason, reject_media_list) = (reason.into(), images(count));
            let answer = RefundAnswer::new(RefundDecision::Reject { reject_reason, reject_media_list });
            answer.check().map_err(|error| error.member.into_owned())
        };
        assert_eq!(reject("商品已使用", 4), Ok(()));
        assert_eq!(reject("", 0), Err("reject_reason".into()));
        assert_eq!(reject(&"字".repeat(201), 0), Err("reject_reason".into()));
        assert_eq!(reject("商品已使用", 5), Err("reject_media_list".into()));
        let mut approve = RefundAnswer::new(RefundDecision::Approve { launch_refund_day: 0 });
        assert_eq!(approve.check(), Ok(()));
        approve.remark = Some(String::new());
        assert_eq!(approve.check().expect_err("empty").member, "remark");
    }
}
