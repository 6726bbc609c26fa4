//! What is said of refunds afterwards: told, lost, out of order, forged, gone wrong.

use serde_json::json;
use tongbao_sim::{ComposedBy, ComposedContent};
use tongbao_wire::{OutRefundNo, RefundStatus};

use crate::certify::adapter::{Ability, State};
use crate::certify::case::{Case, Demand, Gate, Judged, Running, Time, failed, not_judged, passed, text};
use crate::certify::interference::Kind;
use crate::certify::scene::{Deal, Scene};
use crate::config::Words;

const fn case(
    id: &'static str,
    title: tongbao_wire::Text,
    lines: &'static [&'static str],
    fix: tongbao_wire::Text,
    run: for<'a> fn(&'a Scene<'a>) -> Running<'a>,
) -> Case {
    Case {
        id,
        title,
        demand: Demand::Must,
        lines,
        needs: &[Ability::Refund],
        gate: Gate::Takes,
        fix,
        time: Time::Now,
        run,
    }
}

pub(in crate::certify) const CASES: &[Case] = &[
    case(
        "refund-notice",
        text("退款通知：应答，记为已退款", "The refund's notification: acknowledged, refunded"),
        &["8"],
        text(
            "退款通知与支付通知同样验签解密；状态字段是 refund_status",
            "verify and open it like a payment's; its state is called refund_status",
        ),
        |scene| Box::pin(told(scene)),
    ),
    case(
        "refund-notice-lost",
        text(
            "退款通知全部丢失，靠查询得知已退款",
            "The refund's notifications are lost, and queries find it",
        ),
        &["9"],
        text(
            "退款处理中就按 out_refund_no 定时查询",
            "query refunds that are under way by out_refund_no, on a schedule",
        ),
        |scene| Box::pin(lost(scene)),
    ),
    case(
        "reordered",
        text("退款通知先到，支付通知后到", "The refund's notification comes before the payment's"),
        &["8"],
        text(
            "状态只能向前：迟到的支付通知不能把已退款改回已支付",
            "states move forward only: a late payment notification must not turn a refunded order back",
        ),
        |scene| Box::pin(reordered(scene)),
    ),
    case(
        "refund-forged",
        text("伪造的退款通知", "A forged refund notification"),
        &["8", "Q5"],
        text("退款通知同样先验签", "verify refund notifications first, too"),
        |scene| Box::pin(forged(scene)),
    ),
    case(
        "refund-abnormal",
        text("退款异常：不能显示已退款", "The refund became abnormal: not to be shown as refunded"),
        &["8"],
        text(
            "只有 refund_status 为 SUCCESS 才算退到账；ABNORMAL 要人工处理",
            "only SUCCESS means that the money is back; ABNORMAL is for a person to settle",
        ),
        |scene| Box::pin(abnormal(scene)),
    ),
];

async fn refunding(scene: &Scene<'_>) -> Judged<Deal> {
    let deal = scene.paid().await?;
    ask(scene, &deal).await?;
    Ok(deal)
}

async fn ask(scene: &Scene<'_>, deal: &Deal) -> Judged<()> {
    let said = scene.refund(deal, &scene.refund_no(), deal.amount_fen).await?;
    if said.is_success() {
        return Ok(());
    }
    let said = said.in_short();
    not_judged(
        format!("退款被拒绝（见 refund）：{said}"),
        format!("the refund was refused (see refund): {said}"),
    )
}

async fn until_refunded(scene: &Scene<'_>, deal: &Deal) -> Judged<()> {
    match scene.wait_for(deal, |standing| standing.is_refunded(deal.amount_fen)).await? {
        Ok(_) => Ok(()),
        Err(standing) => {
            let (word, fen) = (standing.state.as_str(), standing.refunded_fen.unwrap_or_default());
            failed(
                format!("平台已退款，服务仍说 {word}（refunded_fen = {fen}）"),
                format!("the platform has refunded; the server still says {word} (refunded_fen = {fen})"),
            )
        }
    }
}

async fn told(scene: &Scene<'_>) -> Judged<Words> {
    let deal = refunding(scene).await?;
    let notice = scene.notice(&deal, Kind::Refund).await?;
    scene.acknowledged(&notice.attempts[0])?;
    until_refunded(scene, &deal).await?;
    let again = scene.resend(&notice.id).await?;
    scene.acknowledged(&again)?;
    until_refunded(scene, &deal).await?;
    passed("应答成功（重复的也是），订单已退款", "acknowledged, repetitions too, and the order is refunded")
}

async fn lost(scene: &Scene<'_>) -> Judged<Words> {
    let deal = scene.paid().await?;
    scene.world.platform.interference.withhold(deal.out_trade_no.as_str(), Kind::Refund);
    ask(scene, &deal).await?;
    until_refunded(scene, &deal).await?;
    passed("没有通知也得知已退款", "it learned of the refund without a notification")
}

async fn reordered(scene: &Scene<'_>) -> Judged<Words> {
    let deal = scene.order().await?;
    let number = deal.out_trade_no.as_str();
    scene.world.platform.interference.withhold(number, Kind::Payment);
    scene.pay(&deal).await?;
    if scene.until_paid(&deal).await.is_err() {
        return not_judged(
            "没有支付通知，服务不知道已支付（见 lost-notification）",
            "without the payment's notification the server does not know of the payment (see lost-notification)",
        );
    }
    ask(scene, &deal).await?;
    let refund = scene.notice(&deal, Kind::Refund).await?;
    scene.acknowledged(&refund.attempts[0])?;
    until_refunded(scene, &deal).await?;
    scene.world.platform.interference.release(number);
    let payment = scene.notice(&deal, Kind::Payment).await?;
    let late = scene.resend(&payment.id).await?;
    scene.acknowledged(&late)?;
    let standing = scene.read(&deal).await?;
    if !standing.is_refunded(deal.amount_fen) {
        return failed(
            "迟到的支付通知把订单改回了未退款",
            "the late payment notification turned the order back to not refunded",
        );
    }
    scene.delivered_once(&standing)?;
    passed(
        "迟到的支付通知应答成功，订单仍是已退款",
        "the late notification was acknowledged, and the order is still refunded",
    )
}

async fn forged(scene: &Scene<'_>) -> Judged<Words> {
    let deal = scene.paid().await?;
    let claim = scene.claim(&deal);
    let plain = json!({
        "mchid": claim["mchid"], "out_trade_no": claim["out_trade_no"], "transaction_id": claim["transaction_id"],
        "out_refund_no": scene.refund_no(), "refund_id": "50000000000000000000000000001",
        "refund_status": "SUCCESS", "success_time": claim["success_time"], "user_received_account": "支付用户零钱",
        "amount": { "total": deal.amount_fen, "refund": deal.amount_fen, "payer_total": deal.amount_fen, "payer_refund": deal.amount_fen },
    });
    let mut message = scene.message(&deal, &plain);
    message.seal = ComposedBy::Stray;
    if let ComposedContent::Event { event_type, original_type, .. } = &mut message.content {
        *event_type = "REFUND.SUCCESS".into();
        *original_type = "refund".into();
    }
    let letter = scene.composed(&message)?;
    let answer =
        scene.post("声称已退款，签名不是平台的", "claims a refund, not signed by the platform", letter).await;
    let standing = scene.read(&deal).await?;
    if standing.state != State::Paid || standing.refunded_fen.unwrap_or_default() > 0 {
        return failed("伪造的退款通知改变了订单", "a forged refund notification changed the order");
    }
    match answer {
        Ok(status @ 200..=299) => failed(
            format!("应答了 HTTP {status}，等于承认它"),
            format!("answered HTTP {status}, which acknowledges it"),
        ),
        Ok(status) => passed(format!("拒绝了（HTTP {status}）"), format!("refused (HTTP {status})")),
        Err(reason) => failed(format!("没有应答：{reason}"), format!("no answer: {reason}")),
    }
}

async fn abnormal(scene: &Scene<'_>) -> Judged<Words> {
    let deal = refunding(scene).await?;
    let forced = scene
        .wait_for(&deal, |_| {
            let refunds = scene.at_platform(&deal).refunds;
            let number = refunds.first().map(|refund| refund.out_refund_no.clone());
            number.is_some_and(|number| force(scene, &number))
        })
        .await?;
    if forced.is_err() {
        return not_judged("平台上的退款没有变成异常", "the refund did not become abnormal at the platform");
    }
    scene.note("退款在平台上变成 ABNORMAL", "the refund became ABNORMAL at the platform");
    let notice = scene.notice(&deal, Kind::Refund).await?;
    scene.acknowledged(&notice.attempts[0])?;
    let standing = scene.read(&deal).await?;
    if standing.is_refunded(deal.amount_fen) {
        return failed(
            "退款异常，服务却说已退款",
            "the refund is abnormal, and yet the server says refunded",
        );
    }
    passed("应答成功，没有显示已退款", "acknowledged, and not shown as refunded")
}

fn force(scene: &Scene<'_>, number: &OutRefundNo) -> bool {
    let platform = scene.world.platform;
    platform.simulator.force_refund(platform.mchid(), number, RefundStatus::Abnormal).is_some()
}
