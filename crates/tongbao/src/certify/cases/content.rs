//! Messages that the platform truly signed, and that are not about this order's payment.
//!
//! They are judged by what becomes of the order; how they are answered is the server's choice, as long as
//! it answers.

use serde_json::Value;
use tongbao_sim::ComposedContent;

use crate::certify::case::{Case, Demand, Gate, Judged, Running, Time, failed, passed, text};
use crate::certify::scene::Scene;
use crate::config::Words;

/// What differs from the order.
#[derive(Clone, Copy)]
enum Wrong {
    Less,
    More,
    Currency,
    Merchant,
    App,
    NotSuccess,
    UnknownState,
    UnknownEvent,
}

impl Wrong {
    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Less => ("金额只有一分", "the amount is one fen"),
            Self::More => ("金额多了一百倍", "the amount is a hundredfold"),
            Self::Currency => ("币种是美元", "the currency is USD"),
            Self::Merchant => ("mchid 是别的商户", "the mchid is another merchant's"),
            Self::App => ("appid 是别的小程序", "the appid is another mini program's"),
            Self::NotSuccess => ("trade_state 是 NOTPAY", "trade_state is NOTPAY"),
            Self::UnknownState => ("trade_state 是没见过的词", "trade_state is a word nobody has seen"),
            Self::UnknownEvent => ("事件类型没见过", "the event's type is one nobody has seen"),
        }
    }

    fn apply(self, scene: &Scene<'_>, plain: &mut Value) {
        let set = |plain: &mut Value, pointer: &str, value: Value| {
            if let Some(place) = plain.pointer_mut(pointer) {
                *place = value;
            }
        };
        let total = plain["amount"]["total"].as_i64().unwrap_or_default();
        match self {
            Self::Less => {
                ["/amount/total", "/amount/payer_total"].iter().for_each(|at| set(plain, at, 1.into()))
            }
            Self::More => {
                ["/amount/total", "/amount/payer_total"]
                    .iter()
                    .for_each(|at| set(plain, at, (total * 100).into()));
            }
            Self::Currency => {
                ["/amount/currency", "/amount/payer_currency"]
                    .iter()
                    .for_each(|at| set(plain, at, "USD".into()));
            }
            Self::Merchant => set(plain, "/mchid", scene.foreign_mchid().as_str().into()),
            Self::App => {
                let appid = &scene.world.platform.foreign.apps[0].appid;
                set(plain, "/appid", appid.as_str().into());
            }
            Self::NotSuccess => set(plain, "/trade_state", "NOTPAY".into()),
            Self::UnknownState => set(plain, "/trade_state", "SETTLED_TOMORROW".into()),
            Self::UnknownEvent => {}
        }
    }
}

const COMPARE: tongbao_wire::Text = text(
    "验签之后还要核对 appid、mchid、out_trade_no、amount.total、币种和 trade_state，任何一项不符都不能记为已支付",
    "after verifying, compare appid, mchid, out_trade_no, amount.total, currency and trade_state; whatever differs must not become a payment",
);

const fn case(
    id: &'static str,
    title: tongbao_wire::Text,
    lines: &'static [&'static str],
    run: for<'a> fn(&'a Scene<'a>) -> Running<'a>,
) -> Case {
    Case {
        id,
        title,
        demand: Demand::Must,
        lines,
        needs: &[],
        gate: Gate::Takes,
        fix: COMPARE,
        time: Time::Now,
        run,
    }
}

pub(in crate::certify) const CASES: &[Case] = &[
    case("amount-less", text("金额比订单少", "Less than the order's amount"), &["4", "Q5"], |scene| {
        Box::pin(disbelieved(scene, Wrong::Less))
    }),
    case("amount-more", text("金额比订单多", "More than the order's amount"), &["4", "Q5"], |scene| {
        Box::pin(disbelieved(scene, Wrong::More))
    }),
    case("currency", text("币种不同", "Another currency"), &["4", "Q5"], |scene| {
        Box::pin(disbelieved(scene, Wrong::Currency))
    }),
    case("foreign-merchant", text("别的商户的付款", "Another merchant's payment"), &["4"], |scene| {
        Box::pin(disbelieved(scene, Wrong::Merchant))
    }),
    case("foreign-app", text("别的小程序的付款", "Another mini program's payment"), &["4"], |scene| {
        Box::pin(disbelieved(scene, Wrong::App))
    }),
    case("not-success", text("不是成功的状态", "A state that is not success"), &["4"], |scene| {
        Box::pin(disbelieved(scene, Wrong::NotSuccess))
    }),
    case("unknown-state", text("没见过的状态", "A state nobody has seen"), &["4"], |scene| {
        Box::pin(disbelieved(scene, Wrong::UnknownState))
    }),
    case(
        "unknown-event",
        text("没见过的事件类型", "A type of event nobody has seen"),
        &["4"],
        |scene| Box::pin(disbelieved(scene, Wrong::UnknownEvent)),
    ),
    case("unknown-order", text("不存在的订单", "An order that does not exist"), &["4"], |scene| {
        Box::pin(unknown_order(scene))
    }),
];

async fn disbelieved(scene: &Scene<'_>, wrong: Wrong) -> Judged<Words> {
    let deal = scene.order().await?;
    let mut plain = scene.claim(&deal);
    wrong.apply(scene, &mut plain);
    let mut message = scene.message(&deal, &plain);
    if let (Wrong::UnknownEvent, ComposedContent::Event { event_type, original_type, .. }) =
        (wrong, &mut message.content)
    {
        *event_type = "PARCEL.SHIPPED".into();
        *original_type = "parcel".into();
    }
    let letter = scene.composed(&message)?;
    let (zh, en) = wrong.words();
    let answer =
        scene.post(&format!("平台的真签名，但{zh}"), &format!("truly signed, but {en}"), letter).await;
    scene.stays_unpaid(&deal).await?;
    match answer {
        Ok(status) => {
            passed(format!("没有相信它（HTTP {status}）"), format!("it was not believed (HTTP {status})"))
        }
        Err(reason) => failed(format!("没有应答：{reason}"), format!("no answer: {reason}")),
    }
}

async fn unknown_order(scene: &Scene<'_>) -> Judged<Words> {
    let deal = scene.order().await?;
    let mut plain = scene.claim(&deal);
    plain["out_trade_no"] = format!("N{}", deal.order_no).into();
    let letter = scene.composed(&scene.message(&deal, &plain))?;
    let answer =
        scene.post("平台的真签名，但订单不存在", "truly signed, but there is no such order", letter).await;
    scene.stays_unpaid(&deal).await?;
    match answer {
        Ok(status) => passed(
            format!("应答 HTTP {status}，其它订单没有变"),
            format!("answered HTTP {status}; other orders did not change"),
        ),
        Err(reason) => failed(format!("没有应答：{reason}"), format!("no answer: {reason}")),
    }
}
