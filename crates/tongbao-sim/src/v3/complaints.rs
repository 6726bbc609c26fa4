//! Complaints over HTTP (v3-extended.md §10.2).

use std::time::Duration;

use serde_json::Value;
use tongbao_wire::complaint::{
    Complaint, ComplaintHistoryPage, ComplaintNotificationUrl, ComplaintPage, InstantReplySent, Message,
    MessageBlock,
};
use tongbao_wire::{Appid, Call, ComplaintId, Mchid, Timestamp};

use super::answer::Answer;
use super::bodies::{self, text};
use super::orders::check_content_type;
use super::schema::{self, Kind, Member, breaks_rule, may, missing, must};
use super::target::Target;
use super::{Handled, sealed};
use crate::Simulator;
use crate::complaint::{Approval, ComplaintRecord, Reply, found_at};
use crate::platform::Platform;
use crate::received::Received;
use crate::refusal::{Refusal, cause};

/// The calls answered here.
pub(super) const CALLS: &[Handled] = &[
    (Call::ListComplaints, list),
    (Call::ReadComplaint, detail),
    (Call::ComplaintHistory, history),
    (Call::ReplyToComplaint, reply),
    (Call::CompleteComplaint, complete),
    (Call::AnswerComplaintRefund, answer_refund),
    (Call::ReplyInstantly, reply_instantly),
    (Call::CreateComplaintUrl, create_url),
    (Call::ReadComplaintUrl, read_url),
    (Call::ChangeComplaintUrl, change_url),
    (Call::DeleteComplaintUrl, delete_url),
];

const MCHID: Kind = Kind::Ruled(64, |t| Mchid::parse(t).is_ok(), "letters and digits");
const HTTPS: Kind = Kind::Ruled(512, |t| t.starts_with("https://") && t.len() > 8, "must be https");

static REPLY: &[Member] = &[
    must("complainted_mchid", "被诉商户号", MCHID),
    must("response_content", "回复内容", Kind::Text(500)),
    may("response_images", "回复图片", Kind::UpTo(4, &Kind::Text(512))),
    may("jump_url", "跳转链接", HTTPS),
    may("jump_url_text", "跳转链接文案", Kind::Text(10)),
    may(
        "mini_program_jump_info",
        "跳转小程序信息",
        Kind::Object(&[
            must(
                "appid",
                "跳转小程序APPID",
                Kind::Ruled(32, |t| Appid::parse(t).is_ok(), "letters and digits"),
            ),
            must("path", "跳转小程序页面PATH", Kind::Text(512)),
            must("text", "跳转小程序页面名称", Kind::Text(512)),
        ]),
    ),
];

static COMPLETE: &[Member] = &[must("complainted_mchid", "被诉商户号", MCHID)];

static REFUND_PROGRESS: &[Member] = &[
    must("action", "审批动作", Kind::Ruled(32, |t| matches!(t, "REJECT" | "APPROVE"), "REJECT or APPROVE")),
    may("launch_refund_day", "预计发起退款时间", Kind::Count),
    may("reject_reason", "拒绝退款原因", Kind::Text(200)),
    may("reject_media_list", "拒绝退款的举证图片列表", Kind::UpTo(4, &Kind::Text(512))),
    may("remark", "备注", Kind::Text(200)),
];

static INSTANT: &[Member] = &[
    must("complainted_mchid", "被诉商户号", MCHID),
    must(
        "message",
        "消息内容",
        Kind::Object(&[
            must("blocks", "消息内容", Kind::List(&Kind::Any)),
            may(
                "sender_identity",
                "发送者身份",
                Kind::Ruled(
                    32,
                    |t| matches!(t, "UNKNOWN" | "MANUAL" | "MACHINE"),
                    "UNKNOWN, MANUAL or MACHINE",
                ),
            ),
            may("custom_data", "自定义数据", Kind::Text(4096)),
        ]),
    ),
    must("idempotent_id", "幂等ID", Kind::Text(128)),
];

static URL: &[Member] = &[must("url", "通知地址", Kind::Text(255))];

/// `GET /v3/merchant-service/complaints-v2`.
fn list(simulator: &Simulator, call: &Received, signer: &Mchid) -> Result<Answer, Refusal> {
    let target = Target::read(call)?;
    let (begin, end) = window(&target, simulator.inner.platform.switches.complaint_days_max)?;
    let limit = target.number("limit", 1..=50)?.unwrap_or(10);
    let offset = target.number("offset", 0..=u32::MAX)?.unwrap_or(0);
    let against = target.query("complainted_mchid").filter(|text| !text.is_empty());
    simulator.with_state(|state, platform, _| {
        let mut mine = platform.served_by(signer);
        mine.retain(|mchid| against.is_none_or(|said| said == mchid.as_str()));
        let found: Vec<_> =
            mine.iter().flat_map(|mchid| state.complaints.between(mchid, begin, end)).collect();
        let page = found.iter().skip(usize_of(offset)).take(usize_of(limit));
        let data =
            page.map(|record| Complaint { payer_openid: None, ..shown(platform, call, signer, record) });
        let total_count = Some(u32::try_from(found.len()).unwrap_or(u32::MAX));
        Ok(Answer::json(&ComplaintPage { data: data.collect(), limit, offset, total_count }))
    })
}

/// Both days included, Beijing's.
fn window(target: &Target<'_>, days_max: u32) -> Result<(Timestamp, Timestamp), Refusal> {
    let day = |name: &str, title: &str| {
        let said = target.must(name, title)?;
        let plain = said.len() == 10 && said.is_ascii();
        let read = Timestamp::parse_rfc3339(&format!("{said}T00:00:00+08:00")).ok();
        read.filter(|_| plain).ok_or_else(|| target.breaks(name, title, "must be YYYY-MM-DD"))
    };
    let (begin, end) = (day("begin_date", "开始日期")?, day("end_date", "结束日期")?);
    if end < begin {
        return Err(target.breaks("end_date", "结束日期", "is before begin_date"));
    }
    if end.since(begin) > DAY * days_max {
        return Err(target.breaks("end_date", "结束日期", "too long after begin_date"));
    }
    Ok((begin, end.plus(DAY)))
}

/// A complaint for `signer`, the phone number sealed under its certificate.
fn shown(platform: &Platform, call: &Received, signer: &Mchid, record: &ComplaintRecord) -> Complaint {
    let phone = record.phone.as_deref();
    let mut told = record.told.clone();
    told.payer_phone = phone.and_then(|phone| sealed::for_merchant(platform, signer, phone));
    found_at(&call.origin(platform), &mut told.complaint_media_list);
    told
}

/// `GET …/complaints-v2/{complaint_id}`.
fn detail(simulator: &Simulator, call: &Received, signer: &Mchid) -> Result<Answer, Refusal> {
    let id = complaint_id(call, "")?;
    simulator.with_state(|state, platform, _| {
        let record = state.complaints.seen_by(platform, &id, signer)?;
        Ok(Answer::json(&shown(platform, call, signer, &record)))
    })
}

/// `GET …/negotiation-historys`: newest first \[I\].
fn history(simulator: &Simulator, call: &Received, signer: &Mchid) -> Result<Answer, Refusal> {
    let id = complaint_id(call, "/negotiation-historys")?;
    let target = Target::read(call)?;
    let limit = target.number("limit", 1..=300)?.unwrap_or(50);
    let offset = target.number("offset", 0..=u32::MAX)?.unwrap_or(0);
    simulator.with_state(|state, platform, _| {
        let record = state.complaints.seen_by(platform, &id, signer)?;
        let page = record.history.iter().rev().skip(usize_of(offset)).take(usize_of(limit));
        let total_count = Some(u32::try_from(record.history.len()).unwrap_or(u32::MAX));
        let origin = call.origin(platform);
        let mut data: Vec<_> = page.cloned().collect();
        for line in &mut data {
            found_at(&origin, &mut line.complaint_media_list);
            line.image_list.iter_mut().for_each(|url| url.insert_str(0, &origin));
        }
        Ok(Answer::json(&ComplaintHistoryPage { data, limit, offset, total_count }))
    })
}

/// `POST …/response`.
fn reply(simulator: &Simulator, call: &Received, signer: &Mchid) -> Result<Answer, Refusal> {
    let id = complaint_id(call, "/response")?;
    let body = read(simulator, call, REPLY)?;
    let linked = (body.get("jump_url").is_some(), body.get("jump_url_text").is_some());
    match linked {
        (true, false) => return Err(missing("/jump_url_text", "跳转链接文案")),
        (false, true) => return Err(missing("/jump_url", "跳转链接")),
        (true, true) | (false, false) => {}
    }
    let reply = Reply {
        complainted_mchid: complainted(&body),
        content: said(&body, "/response_content"),
        images: texts(&body, "/response_images"),
    };
    simulator
        .with_state(|state, platform, now| state.reply_to_complaint(platform, signer, &id, &reply, now))?;
    Ok(Answer::NoContent)
}

/// `POST …/complete`.
fn complete(simulator: &Simulator, call: &Received, signer: &Mchid) -> Result<Answer, Refusal> {
    let id = complaint_id(call, "/complete")?;
    let body = read(simulator, call, COMPLETE)?;
    let against = complainted(&body);
    simulator
        .with_state(|state, platform, now| state.complete_complaint(platform, signer, &id, &against, now))?;
    Ok(Answer::NoContent)
}

/// `POST …/update-refund-progress`.
fn answer_refund(simulator: &Simulator, call: &Received, signer: &Mchid) -> Result<Answer, Refusal> {
    let id = complaint_id(call, "/update-refund-progress")?;
    let body = read(simulator, call, REFUND_PROGRESS)?;
    let approval = if text(&body, "/action") == Some("APPROVE") {
        if body.get("launch_refund_day").is_none() {
            return Err(missing("/launch_refund_day", "预计发起退款时间"));
        }
        Approval::Approve
    } else {
        let reason =
            text(&body, "/reject_reason").ok_or_else(|| missing("/reject_reason", "拒绝退款原因"))?;
        Approval::Reject { reason: reason.into(), images: texts(&body, "/reject_media_list") }
    };
    simulator.with_state(|state, platform, now| {
        state.answer_complaint_refund(platform, signer, &id, approval, now)
    })?;
    Ok(Answer::NoContent)
}

/// `POST …/response-immediate-service`.
fn reply_instantly(simulator: &Simulator, call: &Received, signer: &Mchid) -> Result<Answer, Refusal> {
    let id = complaint_id(call, "/response-immediate-service")?;
    let body = read(simulator, call, INSTANT)?;
    let value = body["message"].clone();
    let refuse = |at: &str, issue: &str| breaks_rule(at, "消息内容", &Value::Null, issue);
    let message: Message =
        serde_json::from_value(value).map_err(|why| refuse("/message", &why.to_string()))?;
    let odd = message.blocks.iter().position(|block| matches!(block, MessageBlock::Other(_)));
    if let Some(index) = odd {
        return Err(refuse(&format!("/message/blocks/{index}"), "not one of the documented blocks"));
    }
    let (against, idempotent_id) = (complainted(&body), said(&body, "/idempotent_id"));
    let log_id = simulator.with_state(|state, platform, now| {
        state.reply_instantly(platform, signer, &id, &against, (message, idempotent_id), now)
    })?;
    Ok(Answer::json(&InstantReplySent { log_id: Some(log_id) }))
}

/// `POST /v3/merchant-service/complaint-notifications`: there is one address \[I\].
fn create_url(simulator: &Simulator, call: &Received, signer: &Mchid) -> Result<Answer, Refusal> {
    let url = address(simulator, call)?;
    simulator.with_state(|state, _, _| {
        if state.complaints.urls.contains_key(signer) {
            return Err(Refusal::invalid("投诉通知回调地址已存在", cause::REENTRY));
        }
        state.complaints.urls.insert(signer.clone(), url.clone());
        Ok(Answer::json(&ComplaintNotificationUrl { mchid: signer.clone(), url }))
    })
}

/// `GET` of the same.
fn read_url(simulator: &Simulator, _: &Received, signer: &Mchid) -> Result<Answer, Refusal> {
    simulator.with_state(|state, _, _| {
        let url = state.complaints.urls.get(signer).ok_or_else(no_url)?;
        Ok(Answer::json(&ComplaintNotificationUrl { mchid: signer.clone(), url: (*url).clone() }))
    })
}

/// `PUT` of the same.
fn change_url(simulator: &Simulator, call: &Received, signer: &Mchid) -> Result<Answer, Refusal> {
    let url = address(simulator, call)?;
    simulator.with_state(|state, _, _| {
        *state.complaints.urls.get_mut(signer).ok_or_else(no_url)? = url.clone();
        Ok(Answer::json(&ComplaintNotificationUrl { mchid: signer.clone(), url }))
    })
}

/// `DELETE` of the same; deleting none is no fault.
fn delete_url(simulator: &Simulator, _: &Received, signer: &Mchid) -> Result<Answer, Refusal> {
    simulator.with_state(|state, _, _| state.complaints.urls.remove(signer));
    Ok(Answer::NoContent)
}

fn no_url() -> Refusal {
    Refusal::invalid("未设置投诉通知回调地址", cause::ORDER_NOT_FOUND)
}

fn address(simulator: &Simulator, call: &Received) -> Result<String, Refusal> {
    let body = read(simulator, call, URL)?;
    bodies::check_address(&body, "/url", &simulator.inner.platform.switches)?;
    Ok(said(&body, "/url"))
}

fn read(simulator: &Simulator, call: &Received, members: &'static [Member]) -> Result<Value, Refusal> {
    check_content_type(simulator, call)?;
    schema::read(&call.body, members, &simulator.inner.platform.switches)
}

fn complaint_id(call: &Received, suffix: &str) -> Result<ComplaintId, Refusal> {
    let target = Target::read(call)?;
    target.id("complaint_id", "/v3/merchant-service/complaints-v2/", suffix, ComplaintId::parse)
}

fn complainted(body: &Value) -> Mchid {
    Mchid::parse(&said(body, "/complainted_mchid")).expect("the schema checked it")
}

/// A text that the schema demands.
fn said(body: &Value, at: &str) -> String {
    text(body, at).expect("the schema demands it").to_owned()
}

fn texts(body: &Value, at: &str) -> Vec<String> {
    let items = body.pointer(at).and_then(Value::as_array);
    items.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn usize_of(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

const DAY: Duration = Duration::from_secs(86_400);
