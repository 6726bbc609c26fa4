//! Closing: asked for, racing a payment, and by the platform.

use std::time::Duration;

use tongbao_wire::TradeState;

use crate::certify::adapter::{Ability, State};
use crate::certify::case::{Case, Demand, Gate, Judged, Time, failed, not_judged, passed, text};
use crate::certify::interference::Kind;
use crate::certify::scene::Scene;
use crate::certify::server::Standing;
use crate::config::Words;

pub(in crate::certify) const CASES: &[Case] = &[
    Case {
        id: "close",
        title: text("关单：平台也关了", "Closing: the platform is closed too"),
        demand: Demand::Should,
        lines: &["6", "20"],
        needs: &[Ability::Close],
        gate: Gate::Places,
        fix: text(
            "关单要调用平台的关单接口，成功后才算关闭",
            "closing calls the platform's close, and counts when that has succeeded",
        ),
        time: Time::Now,
        run: |scene| Box::pin(close(scene)),
    },
    Case {
        id: "close-races-payment",
        title: text("关单时付款人刚好付了款", "The payer paid just before the order is closed"),
        demand: Demand::Must,
        lines: &["6"],
        needs: &[Ability::Close],
        gate: Gate::Takes,
        fix: text(
            "平台说订单已支付时，本地不能关闭：查询并记为已支付",
            "when the platform says the order is paid, do not close it here: query, and take it for paid",
        ),
        time: Time::Now,
        run: |scene| Box::pin(close_paid(scene)),
    },
    Case {
        id: "late-payment",
        title: text(
            "迟到的付款通知在关单之后到达",
            "The payment's notification comes after the order was closed",
        ),
        demand: Demand::Must,
        lines: &["6"],
        needs: &[Ability::Close],
        gate: Gate::Takes,
        fix: text(
            "钱到了就不能当没发生：恢复为已支付，或自动退款",
            "money that came cannot be ignored: take the order for paid, or refund it",
        ),
        time: Time::Now,
        run: |scene| Box::pin(late(scene)),
    },
    Case {
        id: "expiry",
        title: text(
            "过期的订单：平台关闭后不再拿来付款",
            "An order that expired: once the platform closed it, it is not offered any more",
        ),
        demand: Demand::Should,
        lines: &["20"],
        needs: &[],
        gate: Gate::Places,
        fix: text(
            "定时清理未支付的订单：查询平台，关单，再更新本地",
            "sweep unpaid orders: query the platform, close, then update here",
        ),
        time: Time::Ahead,
        run: |scene| Box::pin(expiry(scene)),
    },
];

async fn close(scene: &Scene<'_>) -> Judged<Words> {
    let deal = scene.order().await?;
    let said = scene.act(&deal, Ability::Close, &[]).await?;
    if !said.is_success() {
        let said = said.in_short();
        return failed(format!("关单被拒绝：{said}"), format!("closing was refused: {said}"));
    }
    let closed = scene.wait_for(&deal, |standing| standing.state == State::Closed).await?;
    if closed.is_err() {
        return failed("关单之后订单不显示关闭", "after closing, the order does not show as closed");
    }
    match scene.at_platform(&deal).trade_state {
        TradeState::Closed => passed("两边都已关闭", "closed on both sides"),
        state => failed(
            format!("本地已关闭，平台上还是 {state}：付款人仍能付款"),
            format!("closed here, but {state} at the platform: the payer can still pay"),
        ),
    }
}

async fn close_paid(scene: &Scene<'_>) -> Judged<Words> {
    let deal = scene.order().await?;
    scene.world.platform.interference.withhold(deal.out_trade_no.as_str(), Kind::Payment);
    scene.pay(&deal).await?;
    scene.act(&deal, Ability::Close, &[]).await?;
    scene.until_paid(&deal).await?;
    passed("关单没有成功，订单记为已支付", "the order was not closed but taken for paid")
}

async fn late(scene: &Scene<'_>) -> Judged<Words> {
    let deal = scene.order().await?;
    let number = deal.out_trade_no.as_str();
    scene.world.platform.interference.withhold(number, Kind::Payment);
    scene.pay(&deal).await?;
    scene.act(&deal, Ability::Close, &[]).await?;
    scene.world.platform.interference.release(number);
    let notice = scene.notice(&deal, Kind::Payment).await?;
    let attempt = scene.resend(&notice.id).await?;
    scene.acknowledged(&attempt)?;
    let settled = scene.wait_for(&deal, |standing| standing.state.has_money()).await?;
    let refunded = !scene.at_platform(&deal).refunds.is_empty();
    match settled {
        Ok(_) => passed("迟到的付款记为已支付", "the late payment made the order paid"),
        Err(_) if refunded => passed("迟到的付款已自动退款", "the late payment was refunded"),
        Err(standing) => {
            let word = standing.state.as_str();
            failed(
                format!("应答了通知，但订单仍是 {word}，也没有退款：钱不见了"),
                format!(
                    "the notification was acknowledged, yet the order is {word} and nothing was refunded: the money is lost"
                ),
            )
        }
    }
}

async fn expiry(scene: &Scene<'_>) -> Judged<Words> {
    let deal = scene.order().await?;
    scene.world.platform.simulator.advance(PLATFORM_CLOSES_AFTER).await;
    scene.note(
        "平台的时间前进了八天（商户服务的时间没有变）",
        "the platform's clock moved eight days ahead (the server's did not)",
    );
    let state = scene.at_platform(&deal).trade_state;
    if state != TradeState::Closed {
        return not_judged(
            format!("平台上的订单是 {state}"),
            format!("the order is {state} at the platform"),
        );
    }
    let before = scene.calls(&deal, "GET ");
    let asked = |standing: &Standing| standing.state == State::Closed || scene.calls(&deal, "GET ") > before;
    let _either_way = scene.wait_for(&deal, asked).await?;
    // What the server was just told, it has written down by then.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let standing = scene.read(&deal).await?;
    if standing.state == State::Closed {
        return passed(
            "平台关闭之后，服务也显示关闭",
            "once the platform had closed it, the server shows it as closed",
        );
    }
    // An order may outlive its payment; what counts is what the next tap gets.
    match scene.try_create(&deal.order_no, deal.amount_fen).await {
        Ok(Ok(placed)) if placed.out_trade_no == deal.out_trade_no.as_str() => failed(
            "再次点击仍得到平台早已关闭的那一笔，付款人付不了",
            "the next tap is given the payment that the platform closed long ago, and cannot pay",
        ),
        Ok(Ok(_)) => passed("再次点击得到新的一笔", "the next tap is given a new payment"),
        Ok(Err(said)) => {
            let said = said.in_short();
            passed(
                format!("再次点击被拒绝，没有给出已关闭的一笔：{said}"),
                format!("the next tap is refused and not given the closed payment: {said}"),
            )
        }
        Err(error) => {
            failed(format!("再次点击没有应答：{error}"), format!("the next tap was not answered: {error}"))
        }
    }
}

/// The platform closes what nobody paid after seven days (v3.md §2.1).
const PLATFORM_CLOSES_AFTER: Duration = Duration::from_secs(8 * 86_400);
