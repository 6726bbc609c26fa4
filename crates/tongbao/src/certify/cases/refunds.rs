//! Refunds: one intent, one number, never more than was paid.

use futures_util::future::join;
use tongbao_sim::CallFault;

use crate::certify::adapter::Ability;
use crate::certify::case::{Case, Demand, Gate, Judged, Running, Time, failed, passed, text};
use crate::certify::interference::Calls;
use crate::certify::scene::{Deal, Scene};
use crate::config::Words;

const ONE_NUMBER: tongbao_wire::Text = text(
    "退款前先记下 out_refund_no，之后无论超时还是出错都用同一个号重试",
    "write the out_refund_no down before you call, and repeat under that number whatever happens",
);

const fn case(
    id: &'static str,
    title: tongbao_wire::Text,
    demand: Demand,
    lines: &'static [&'static str],
    fix: tongbao_wire::Text,
    run: for<'a> fn(&'a Scene<'a>) -> Running<'a>,
) -> Case {
    Case { id, title, demand, lines, needs: &[Ability::Refund], gate: Gate::Takes, fix, time: Time::Now, run }
}

pub(in crate::certify) const CASES: &[Case] = &[
    case(
        "refund",
        text("全额退款", "A full refund"),
        Demand::Must,
        &["7"],
        text(
            "申请退款要带 out_refund_no、refund 和 total，金额用分",
            "a refund carries out_refund_no, refund and total, in fen",
        ),
        |scene| Box::pin(full(scene)),
    ),
    case(
        "refund-answer-lost",
        text(
            "退款的应答丢失，用同一个号重试",
            "The refund's answer is lost, and it is repeated under one number",
        ),
        Demand::Fatal,
        &["3", "7"],
        ONE_NUMBER,
        |scene| Box::pin(retried(scene, CallFault::DropAfter)),
    ),
    case(
        "refund-system-error",
        text(
            "退款得到 SYSTEM_ERROR，用同一个号重试",
            "The refund gets SYSTEM_ERROR, and is repeated under one number",
        ),
        Demand::Fatal,
        &["3", "7"],
        ONE_NUMBER,
        |scene| Box::pin(retried(scene, CallFault::SystemErrorAfter)),
    ),
    case(
        "refund-double-tap",
        text("连点两下退款", "Two taps on refund"),
        Demand::Fatal,
        &["3"],
        text(
            "同一退款意图并发到达时只能产生一个 out_refund_no",
            "one intent that arrives twice must make one out_refund_no",
        ),
        |scene| Box::pin(double(scene)),
    ),
    case(
        "refund-exceeds",
        text("部分退款合计超过实付", "Parts that add up to more than was paid"),
        Demand::Must,
        &["Q6"],
        text(
            "本地累计已退和在退的金额，超出就拒绝，不要靠平台来拦",
            "sum what went and is going back, refuse beyond it, and do not leave that to the platform",
        ),
        |scene| Box::pin(exceeds(scene)),
    ),
    case(
        "refund-fifty",
        text("一单最多五十次部分退款", "At most fifty parts of one order"),
        Demand::Must,
        &["19"],
        text("第五十一次在本地就拒绝", "refuse the fifty-first by yourself"),
        |scene| Box::pin(fifty(scene)),
    ),
];

async fn full(scene: &Scene<'_>) -> Judged<Words> {
    let deal = scene.paid().await?;
    let said = scene.refund(&deal, &scene.refund_no(), deal.amount_fen).await?;
    if !said.is_success() {
        let said = said.in_short();
        return failed(format!("退款被拒绝：{said}"), format!("the refund was refused: {said}"));
    }
    at_platform(scene, &deal, deal.amount_fen).await?;
    passed("平台上有一笔全额退款", "the platform has one refund of the whole amount")
}

/// Waits for the platform to have exactly one refund, of this amount.
async fn at_platform(scene: &Scene<'_>, deal: &Deal, amount_fen: i64) -> Judged<()> {
    let arrived = scene.wait_for(deal, |_| !scene.at_platform(deal).refunds.is_empty()).await?;
    let refunds = scene.at_platform(deal).refunds;
    if arrived.is_err() && refunds.is_empty() {
        return failed("平台没有收到退款", "the platform got no refund");
    }
    let sum: i64 = refunds.iter().map(|refund| refund.amount.refund.get()).sum();
    if refunds.len() != 1 || sum != amount_fen {
        let numbers: Vec<_> = refunds.iter().map(|refund| refund.out_refund_no.as_str()).collect();
        let (count, numbers) = (refunds.len(), numbers.join(", "));
        return failed(
            format!("应退一笔 {amount_fen} 分，平台上有 {count} 笔共 {sum} 分：{numbers}"),
            format!(
                "one refund of {amount_fen} fen was wanted, the platform has {count} of {sum}: {numbers}"
            ),
        );
    }
    Ok(())
}

/// A part is refunded, so that a second number would take more money.
async fn retried(scene: &Scene<'_>, fault: CallFault) -> Judged<Words> {
    let deal = scene.paid().await?;
    let (refund_no, part) = (scene.refund_no(), deal.amount_fen / 4);
    scene.upset(Calls::Refund, &deal, fault, 1);
    let mut said = scene.refund(&deal, &refund_no, part).await?;
    for _ in 0..TRIES {
        if said.is_success() {
            break;
        }
        tokio::time::sleep(TRY_EVERY).await;
        said = scene.refund(&deal, &refund_no, part).await?;
    }
    at_platform(scene, &deal, part).await?;
    // Whoever repeats under another number does so by now or at the next tap.
    scene.refund(&deal, &refund_no, part).await?;
    tokio::time::sleep(TRY_EVERY).await;
    at_platform(scene, &deal, part).await?;
    passed("重试用的是同一个号，只退了一次", "it was repeated under one number, and the money went back once")
}

async fn double(scene: &Scene<'_>) -> Judged<Words> {
    let deal = scene.paid().await?;
    let (refund_no, part) = (scene.refund_no(), deal.amount_fen / 4);
    let (one, other) =
        join(scene.refund(&deal, &refund_no, part), scene.refund(&deal, &refund_no, part)).await;
    if !one?.is_success() && !other?.is_success() {
        return failed("两次点击都没能退款", "neither of the two taps was given a refund");
    }
    at_platform(scene, &deal, part).await?;
    tokio::time::sleep(TRY_EVERY).await;
    at_platform(scene, &deal, part).await?;
    passed("只产生了一笔退款", "one refund was made")
}

async fn exceeds(scene: &Scene<'_>) -> Judged<Words> {
    let deal = scene.paid().await?;
    let part = deal.amount_fen * 6 / 10;
    let first = scene.refund(&deal, &scene.refund_no(), part).await?;
    if !first.is_success() {
        let said = first.in_short();
        return failed(
            format!("第一笔部分退款被拒绝：{said}"),
            format!("the first part was refused: {said}"),
        );
    }
    at_platform(scene, &deal, part).await?;
    let calls = || scene.calls(&deal, REFUND_CALL);
    let before = calls();
    scene.refund(&deal, &scene.refund_no(), part).await?;
    tokio::time::sleep(TRY_EVERY).await;
    let standing = scene.read(&deal).await?;
    if standing.refunded_fen.is_some_and(|fen| fen > deal.amount_fen) {
        return failed("refunded_fen 超过了实付金额", "refunded_fen is more than was paid");
    }
    if calls() > before {
        return failed(
            "超额的退款发给了平台，只靠平台拒绝",
            "the refund beyond what was paid was sent to the platform, which alone refused it",
        );
    }
    passed("超额的退款没有发出", "the refund beyond what was paid was not sent")
}

async fn fifty(scene: &Scene<'_>) -> Judged<Words> {
    let deal = scene.paid().await?;
    for part in 1..=PARTS_MAX {
        let said = scene.refund(&deal, &scene.refund_no(), 1).await?;
        if !said.is_success() {
            let said = said.in_short();
            return failed(
                format!("第 {part} 次部分退款被拒绝：{said}"),
                format!("part {part} was refused: {said}"),
            );
        }
    }
    let all = scene.wait_for(&deal, |_| scene.at_platform(&deal).refunds.len() == PARTS_MAX).await?;
    if all.is_err() {
        let arrived = scene.at_platform(&deal).refunds.len();
        return failed(
            format!("五十次只到了 {arrived} 次"),
            format!("of fifty parts, {arrived} reached the platform"),
        );
    }
    let calls = || scene.calls(&deal, REFUND_CALL);
    let before = calls();
    scene.refund(&deal, &scene.refund_no(), 1).await?;
    tokio::time::sleep(TRY_EVERY).await;
    if calls() > before {
        return failed("第五十一次发给了平台", "the fifty-first was sent to the platform");
    }
    passed("五十次之后没有再发出", "nothing was sent after the fiftieth")
}

/// How calls that refund begin in the log.
const REFUND_CALL: &str = "POST /v3/refund/";
/// Parts of one order (v3.md §5.2).
const PARTS_MAX: usize = 50;
/// Taps of an operator who got an error.
const TRIES: usize = 5;
const TRY_EVERY: std::time::Duration = std::time::Duration::from_millis(500);
