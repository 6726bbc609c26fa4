//! Bills: the day's payments, read to the fen.

use std::time::Duration;

use tongbao_sim::OrderView;

use crate::certify::adapter::Ability;
use crate::certify::case::{Case, Demand, Gate, Judged, Time, failed, not_judged, passed, text};
use crate::certify::platform::BILLS;
use crate::certify::scene::Scene;
use crate::config::Words;

pub(in crate::certify) const CASES: &[Case] = &[Case {
    id: "bill-read",
    title: text("读交易账单，金额精确到分", "The trade bill is read, to the fen"),
    demand: Demand::Should,
    lines: &["10"],
    needs: &[Ability::Bill],
    gate: Gate::None,
    fix: text(
        "次日十点后申请交易账单，校验摘要，逐行读取；账单金额是元，要精确换算成分",
        "apply for the trade bill after ten the next morning, check its digest, read it row by row; its amounts are in yuan and become fen exactly",
    ),
    time: Time::Past,
    run: |scene| Box::pin(read(scene)),
}];

async fn read(scene: &Scene<'_>) -> Judged<Words> {
    scene.note(
        "平台的时间从两天前开始，这样账单日对商户服务来说也已过去",
        "the platform's clock begins two days ago, so that the bill's day is over for the server too",
    );
    let deal = scene.paid().await?;
    let returned = scene.paid().await?;
    if scene.offers(Ability::Refund) {
        // A row that is no payment. Whether the server refunds rightly is judged elsewhere.
        scene.refund(&returned, &scene.refund_no(), returned.amount_fen / 2).await?;
        let _either_way =
            scene.wait_for(&returned, |_| !scene.at_platform(&returned).refunds.is_empty()).await?;
    }
    let platform = scene.world.platform;
    let paid_on =
        |order: &OrderView| order.success_time.map(|at| at.rfc3339().chars().take(10).collect::<String>());
    let Some(day) = paid_on(&scene.at_platform(&deal)) else {
        return not_judged("订单没有支付时间", "the order has no time of payment");
    };
    platform.simulator.advance(BILL_COMES_AFTER).await;
    scene.note("平台的时间前进到次日十点之后", "the platform's clock moved beyond ten the next morning");
    scene.about(BILLS.to_owned());
    let orders = platform.simulator.orders();
    let mine = orders.iter().filter(|order| &order.mchid == platform.mchid());
    let of_the_day: Vec<_> = mine.filter(|order| paid_on(order).as_ref() == Some(&day)).collect();
    let (count, total): (usize, i64) =
        (of_the_day.len(), of_the_day.iter().map(|order| order.total.get()).sum());
    let said = scene.act(&deal, Ability::Bill, &[("bill_date", day.clone())]).await?;
    if scene.evidence().iter().any(crate::certify::evidence::Exchange::is_unserved) {
        return not_judged("模拟器没有账单", "the simulator has no bills");
    }
    if !said.is_success() {
        let said = said.in_short();
        return failed(
            format!("没有读到 {day} 的账单：{said}"),
            format!("the bill of {day} was not read: {said}"),
        );
    }
    match scene.world.server.bill_of(&said) {
        Some((rows, fen)) if usize::try_from(rows) == Ok(count) && fen == total => passed(
            format!("{count} 笔，共 {total} 分，与平台一致"),
            format!("{count} payments of {total} fen together, as the platform has them"),
        ),
        Some((rows, fen)) => failed(
            format!("账单应有 {count} 笔共 {total} 分，服务读到 {rows} 笔共 {fen} 分"),
            format!("the bill has {count} payments of {total} fen, the server read {rows} of {fen}"),
        ),
        None => failed("应答里没有 count 和 total_fen", "the answer has no count and total_fen"),
    }
}

/// Bills are there from ten the next morning (v3.md §7): at most 34 hours after a payment.
const BILL_COMES_AFTER: Duration = Duration::from_secs(35 * 3600);
