//! What the server learns by asking: lost notifications, front ends that lie, answers that are not the
//! platform's.

use tongbao_sim::{CallFault, Forgery};

use crate::certify::adapter::Ability;
use crate::certify::case::{Case, Demand, Gate, Judged, Time, failed, not_judged, passed, text};
use crate::certify::interference::{Calls, Kind};
use crate::certify::scene::{Deal, Scene};
use crate::config::Words;

pub(in crate::certify) const CASES: &[Case] = &[
    Case {
        id: "lost-notification",
        title: text(
            "通知全部丢失，靠查询得知已支付",
            "Every notification is lost, and queries find the payment",
        ),
        demand: Demand::Must,
        lines: &["5", "Q4"],
        needs: &[],
        gate: Gate::Places,
        fix: text(
            "对未支付的订单按 out_trade_no 定时查询（例如 5、15、30、60 秒…），读订单时也可以查询",
            "query unpaid orders by out_trade_no on a schedule (5, 15, 30, 60 seconds…), and when somebody reads them",
        ),
        time: Time::Now,
        run: |scene| Box::pin(lost(scene)),
    },
    Case {
        id: "query-fails-first",
        title: text(
            "第一次查询失败，之后仍能得知",
            "The first query fails, and the payment is found all the same",
        ),
        demand: Demand::Must,
        lines: &["5"],
        needs: &[],
        gate: Gate::Places,
        fix: text(
            "查询失败不代表订单失败：稍后再查",
            "a query that fails says nothing of the order: ask again later",
        ),
        time: Time::Now,
        run: |scene| Box::pin(fails_first(scene)),
    },
    Case {
        id: "confirm-asks",
        title: text(
            "小程序说支付成功：服务去查询",
            "The mini program says it paid: the server asks the platform",
        ),
        demand: Demand::Should,
        lines: &["5"],
        needs: &[Ability::Confirm],
        gate: Gate::Places,
        fix: text(
            "收到前端的成功回调就立即查询平台",
            "query the platform at once when the front end reports success",
        ),
        time: Time::Now,
        run: |scene| Box::pin(confirm_asks(scene)),
    },
    Case {
        id: "front-end-lies",
        title: text("小程序谎称支付成功", "The mini program lies about having paid"),
        demand: Demand::Must,
        lines: &["Q5"],
        needs: &[Ability::Confirm],
        gate: Gate::Places,
        fix: text(
            "前端说的成功什么也不证明：只有平台的通知或查询才算",
            "what the front end says proves nothing: only the platform's notification or answer does",
        ),
        time: Time::Now,
        run: |scene| Box::pin(front_end_lies(scene)),
    },
    Case {
        id: "forged-answer",
        title: text("查询的应答签名不对", "An answer to a query that the platform did not sign"),
        demand: Demand::Must,
        lines: &["Q5"],
        needs: &[],
        gate: Gate::Places,
        fix: text(
            "平台的应答也要验签，不通过就当作没有应答",
            "verify the platform's answers too, and take one that does not hold for none",
        ),
        time: Time::Now,
        run: |scene| Box::pin(forged_answer(scene)),
    },
];

/// An order that is paid, and whose notifications never arrive.
async fn paid_in_silence(scene: &Scene<'_>) -> Judged<Deal> {
    let deal = scene.order().await?;
    scene.world.platform.interference.withhold(deal.out_trade_no.as_str(), Kind::Payment);
    scene.pay(&deal).await?;
    Ok(deal)
}

async fn lost(scene: &Scene<'_>) -> Judged<Words> {
    let deal = paid_in_silence(scene).await?;
    let standing = scene.until_paid(&deal).await?;
    scene.delivered_once(&standing)?;
    passed("没有通知也得知已支付", "it learned of the payment without a notification")
}

async fn fails_first(scene: &Scene<'_>) -> Judged<Words> {
    let deal = scene.order().await?;
    scene.world.platform.interference.withhold(deal.out_trade_no.as_str(), Kind::Payment);
    scene.upset(Calls::Query, &deal, CallFault::SystemErrorAfter, 1);
    scene.pay(&deal).await?;
    let standing = scene.until_paid(&deal).await?;
    scene.delivered_once(&standing)?;
    passed("之后的查询得知已支付", "a later query found the payment")
}

async fn confirm_asks(scene: &Scene<'_>) -> Judged<Words> {
    let deal = paid_in_silence(scene).await?;
    let said = scene.act(&deal, Ability::Confirm, &[]).await?;
    if !said.is_success() {
        let said = said.in_short();
        return failed(format!("confirm 被拒绝：{said}"), format!("`confirm` was refused: {said}"));
    }
    scene.until_paid(&deal).await?;
    passed(
        "确认之后查询平台，订单已支付",
        "it asked the platform after the confirmation, and the order is paid",
    )
}

async fn front_end_lies(scene: &Scene<'_>) -> Judged<Words> {
    let deal = scene.order().await?;
    scene.act(&deal, Ability::Confirm, &[]).await?;
    scene.stays_unpaid(&deal).await?;
    passed("没有相信前端", "it did not believe the front end")
}

async fn forged_answer(scene: &Scene<'_>) -> Judged<Words> {
    let deal = paid_in_silence(scene).await?;
    let number = deal.out_trade_no.as_str();
    scene.upset(Calls::Query, &deal, CallFault::Forge(Forgery::WrongKey), u32::MAX);
    scene.note(
        "从现在起，查询的应答不是平台的密钥签的",
        "from now on, answers to queries are not signed by the platform's key",
    );
    let asked = || scene.calls(&deal, "GET ");
    // The first reading after a forged answer tells.
    let mut believed = scene.wait_for(&deal, |standing| standing.state.has_money() || asked() > 0).await?;
    if believed.is_err() && scene.offers(Ability::Confirm) {
        scene.act(&deal, Ability::Confirm, &[]).await?;
        believed = Ok(scene.read(&deal).await?);
    }
    let queries = asked();
    let believed = match believed {
        Ok(standing) | Err(standing) if standing.state.has_money() => true,
        Ok(_) => scene.stays_unpaid(&deal).await.is_err(),
        Err(_) => false,
    };
    scene.world.platform.interference.calm(number);
    if believed {
        return failed("相信了签名不对的应答", "it believed an answer whose signature is wrong");
    }
    if queries == 0 {
        return not_judged("等待期间服务没有查询平台", "the server did not query the platform meanwhile");
    }
    scene.until_paid(&deal).await?;
    passed(
        "没有相信它；真的应答来了才记为已支付",
        "it was not believed; the order became paid by a true answer only",
    )
}
