//! One order as the platform has it.

use askama::Template;
use axum::extract::State as Shared;
use axum::response::Response;
use tongbao_wire::{Mchid, OutTradeNo};

use super::books::OrderRow;
use super::frame::{Frame, moment};
use super::notifications::NoticeRow;
use super::{html, missing};
use crate::control::Segments;
use crate::view::OrderView;
use crate::{EventKind, Simulator};

#[derive(Template)]
#[template(path = "inspector/order.html")]
struct Page<'a> {
    f: &'a Frame,
    order: OrderRow,
    facts: Vec<(&'static str, String)>,
    events: Vec<Event>,
    refunds: Vec<RefundRow>,
    notices: Vec<NoticeRow>,
}

struct Event {
    when: String,
    what: String,
    detail: String,
}

struct RefundRow {
    out_refund_no: String,
    amount: String,
    status: String,
}

pub(super) async fn page(
    Shared(simulator): Shared<Simulator>,
    frame: Frame,
    Segments((mchid, number)): Segments<(String, String)>,
) -> Response {
    let found = Mchid::parse(&mchid).ok().zip(OutTradeNo::parse(&number).ok());
    let Some(view) = found.and_then(|(mchid, number)| simulator.order(&mchid, &number)) else {
        return missing(&frame);
    };
    let now = simulator.now();
    let notices = simulator.with_state(|state, platform, _| {
        let mine = state.notices.iter().rev().filter(|(_, notice)| {
            notice.mchid == view.mchid && notice.out_trade_no.as_ref() == Some(&view.out_trade_no)
        });
        mine.take(NOTICES).map(|(_, notice)| NoticeRow::of(&notice, platform, now)).collect()
    });
    let page = Page {
        order: OrderRow::of(&view),
        facts: facts(&view),
        events: view
            .events
            .iter()
            .map(|event| Event {
                when: moment(event.at),
                what: told(event.kind, &frame),
                detail: event.detail.clone(),
            })
            .collect(),
        refunds: view
            .refunds
            .iter()
            .map(|refund| RefundRow {
                out_refund_no: refund.out_refund_no.to_string(),
                amount: refund.amount.refund.to_string(),
                status: refund.status.to_string(),
            })
            .collect(),
        notices,
        f: &frame,
    };
    html(&page, &frame)
}

/// What is known of it, under the protocol's own names.
fn facts(view: &OrderView) -> Vec<(&'static str, String)> {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let time = |value: Option<tongbao_wire::Timestamp>| value.map(moment).unwrap_or_default();
    let all = [
        ("transaction_id", view.transaction_id.as_ref().map(ToString::to_string).unwrap_or_default()),
        ("prepay_id", view.prepay_id.as_ref().map(ToString::to_string).unwrap_or_default()),
        ("appid", view.appid.to_string()),
        ("openid", view.openid.as_ref().map(|openid| openid.as_str().to_owned()).unwrap_or_default()),
        ("trade_type", view.trade_type.to_string()),
        ("attach", text(&view.attach)),
        ("notify_url", text(&view.notify_url)),
        ("time_expire", time(view.time_expire)),
        ("success_time", time(view.success_time)),
        ("closed_at", time(view.closed_at)),
    ];
    all.into_iter().filter(|(_, value)| !value.is_empty()).collect()
}

/// An event in words, found by the name it is written down with; one without a row goes by that.
fn told(kind: EventKind, frame: &Frame) -> String {
    let written = serde_json::to_value(kind).unwrap_or_default();
    let name = written.as_str().unwrap_or_default();
    let words = EVENTS.iter().find(|(known, ..)| *known == name);
    words.map_or(name, |(_, zh, en)| frame.say(zh, en)).to_owned()
}

const EVENTS: &[(&str, &str, &str)] = &[
    ("created", "商户下单", "The merchant created it"),
    ("prepay_issued", "发出 prepay_id", "A prepay_id was given out"),
    ("cashier_opened", "付款人打开收银台", "The payer saw the cashier"),
    ("wrong_password", "支付密码错误", "Wrong password"),
    ("insufficient", "余额不足", "Insufficient balance"),
    ("cashier_cancelled", "付款人关闭收银台", "The payer closed the cashier"),
    ("app_closed", "付款人退出了微信", "The payer left the app"),
    ("payer_waits", "付款人稍后再付", "The payer will pay later"),
    ("payment_refused", "付款被拒绝", "The cashier refused"),
    ("paid", "支付成功", "Paid"),
    ("closed", "订单关闭", "Closed"),
    ("refund_accepted", "受理退款", "A refund was accepted"),
    ("refund_decided", "退款有了结果", "A refund was decided"),
];
const NOTICES: usize = 50;
