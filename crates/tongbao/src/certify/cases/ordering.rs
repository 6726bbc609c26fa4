//! Ordering: what is placed, what `wx.requestPayment` gets, and taps that come twice.

use http::{Request, header};
use tongbao_sim::{CallFault, EventKind};
use tongbao_wire::TradeState;
use tower::ServiceExt as _;

use crate::certify::case::{Case, Demand, Gate, Judged, Time, Unmet, failed, not_judged, passed, text};
use crate::certify::interference::Calls;
use crate::certify::scene::{Deal, Scene};
use crate::config::Words;

pub(in crate::certify) const CASES: &[Case] = &[
    Case {
        id: PLACES,
        title: text(
            "下单：平台收到的订单与要求一致",
            "Ordering: the platform gets the order that was asked for",
        ),
        demand: Demand::Must,
        lines: &["11"],
        needs: &[],
        gate: Gate::None,
        fix: text(
            "下单时原样传递金额（分）和 openid；检查服务是否用了本次模拟器的地址和密钥；服务自己拒绝时，检查适配器里的路径和凭据",
            "pass the amount (in fen) and the openid on as they are; check that the server uses this simulator's address and keys; where the server itself refuses, check the adapter's path and secrets",
        ),
        time: Time::Now,
        run: |scene| Box::pin(places(scene)),
    },
    Case {
        id: "invoke",
        title: text("调起支付的参数和签名", "The argument of wx.requestPayment and its signature"),
        demand: Demand::Fatal,
        lines: &["1", "2"],
        needs: &[],
        gate: Gate::Places,
        fix: text(
            "签名串四行：appId、timeStamp、nonceStr、prepay_id=…，每行以 \\n 结尾；用下单的同一把商户 API 私钥，RSA-SHA256",
            "sign four lines, appId, timeStamp, nonceStr and prepay_id=…, each ended by \\n, with the very merchant API key that signed the order, RSA-SHA256",
        ),
        time: Time::Now,
        run: |scene| Box::pin(invoke(scene)),
    },
    Case {
        id: "fen-exact",
        title: text("金额精确到分", "Amounts arrive to the fen"),
        demand: Demand::Must,
        lines: &["Q3"],
        needs: &[],
        gate: Gate::Places,
        fix: text(
            "金额全程用整数分，不用浮点数",
            "keep money in integers of fen all the way; no floating point",
        ),
        time: Time::Now,
        run: |scene| Box::pin(fen_exact(scene)),
    },
    Case {
        id: "notify-address",
        title: text("通知地址的形式", "The form of the notify address"),
        demand: Demand::Must,
        lines: &["4"],
        needs: &[],
        gate: Gate::Places,
        fix: text(
            "notify_url 用完整路径，不带查询参数；上线时用 https 与公网域名",
            "give notify_url a full path and no query; in production, https on a public name",
        ),
        time: Time::Now,
        run: |scene| Box::pin(notify_address(scene)),
    },
    Case {
        id: "double-tap",
        title: text("连点两下支付：只有一笔能付", "Two taps at once: only one payment can be paid"),
        demand: Demand::Must,
        lines: &["3", "Q2"],
        needs: &[],
        gate: Gate::Takes,
        fix: text(
            "同一业务单并发下单要落到同一个 out_trade_no：先以业务单号做唯一约束，再调用平台",
            "two requests for one order must meet in one out_trade_no: make the business number unique before you call the platform",
        ),
        time: Time::Now,
        run: |scene| Box::pin(double_tap(scene)),
    },
    Case {
        id: "tap-again",
        title: text("取消后再次支付：还是同一笔", "Cancelled and tapped again: still one payment"),
        demand: Demand::Should,
        lines: &["3", "D4"],
        needs: &[],
        gate: Gate::Takes,
        fix: text(
            "付款人再次发起时沿用原 out_trade_no，重新签名即可",
            "when the payer tries again, keep the out_trade_no and sign anew",
        ),
        time: Time::Now,
        run: |scene| Box::pin(tap_again(scene)),
    },
    Case {
        id: "create-answer-lost",
        title: text(
            "下单的应答丢失：重试不产生第二笔",
            "The answer to ordering is lost: trying again makes no second order",
        ),
        demand: Demand::Must,
        lines: &["3", "Q1"],
        needs: &[],
        gate: Gate::Takes,
        fix: text(
            "超时不等于失败：用同一个 out_trade_no、同样的参数重试",
            "a time-out is no failure: repeat with the same out_trade_no and the same members",
        ),
        time: Time::Now,
        run: |scene| Box::pin(unsure(scene, CallFault::DropAfter)),
    },
    Case {
        id: "create-system-error",
        title: text(
            "下单得到 SYSTEM_ERROR：重试不产生第二笔",
            "Ordering gets SYSTEM_ERROR: trying again makes no second order",
        ),
        demand: Demand::Must,
        lines: &["3", "Q1"],
        needs: &[],
        gate: Gate::Takes,
        fix: text(
            "SYSTEM_ERROR 时结果未知：用同一个 out_trade_no 重试或查询",
            "SYSTEM_ERROR leaves the outcome open: repeat with, or query, the same out_trade_no",
        ),
        time: Time::Now,
        run: |scene| Box::pin(unsure(scene, CallFault::SystemErrorAfter)),
    },
];

/// The gate that every other case stands behind.
pub(in crate::certify) const PLACES: &str = "order";

async fn places(scene: &Scene<'_>) -> Judged<Words> {
    // Elsewhere an order has to be there first; here it is what is judged.
    let deal = scene.order().await.map_err(|unmet| match unmet {
        Unmet::NotJudged(why) => Unmet::Failed(why),
        other => other,
    })?;
    let order = scene.at_platform(&deal);
    if order.total.get() != deal.amount_fen {
        let total = order.total.get();
        return failed(
            format!("要求 {} 分，平台收到 {total} 分", deal.amount_fen),
            format!("{} fen were asked for, the platform got {total}", deal.amount_fen),
        );
    }
    let standing = scene.read(&deal).await?;
    if standing.state.has_money() {
        return failed("还没付款，订单已显示为已支付", "the order is shown as paid before anybody paid");
    }
    if standing.amount_fen.is_some_and(|fen| fen != deal.amount_fen) {
        return failed(
            "查询到的 amount_fen 与下单不一致",
            "amount_fen as read differs from what was ordered",
        );
    }
    passed(
        "平台收到的订单金额与付款人都对",
        "the platform's order has the amount and the payer that were asked for",
    )
}

async fn invoke(scene: &Scene<'_>) -> Judged<Words> {
    let deal = scene.order().await?;
    let field = |name: &str| deal.pay[name].as_str().unwrap_or_default();
    if !field("package").starts_with("prepay_id=") {
        return failed("package 不是 prepay_id=… 的形式", "package has not the form prepay_id=…");
    }
    let fields = ["timeStamp", "nonceStr", "package", "signType", "paySign"];
    if let Some(missing) = fields.iter().find(|name| field(name).is_empty()) {
        return failed(
            format!("缺少 {missing}（应为非空字符串）"),
            format!("{missing} is missing; it must be a text"),
        );
    }
    if !open_cashier(scene, &deal).await {
        return failed(
            "收银台拒绝：支付验证签名失败，或参数不对（签名、appId、signType、时间之一）",
            "the cashier refuses: the signature, the appId, signType or the time is not right",
        );
    }
    passed("收银台打开了，签名验证通过", "the cashier opened; the signature verifies")
}

/// Opens the cashier as the mini program would, and says whether it opened.
async fn open_cashier(scene: &Scene<'_>, deal: &Deal) -> bool {
    let platform = scene.world.platform;
    let base = platform.env().base_url;
    let mut query = format!("appid={}", platform.appid());
    for name in ["timeStamp", "nonceStr", "package", "signType", "paySign"] {
        let value = deal.pay[name].as_str().unwrap_or_default();
        let encoded: String = value.bytes().map(|byte| format!("%{byte:02X}")).collect();
        query += &format!("&{name}={encoded}");
    }
    let host = base.trim_start_matches("http://").to_owned();
    let request =
        Request::get(format!("/cashier?{query}")).header(header::HOST, host).body(axum::body::Body::empty());
    let Ok(request) = request else { return false };
    let _page = platform.simulator.router().oneshot(request).await;
    let opened = scene.at_platform(deal).events.iter().any(|event| event.kind == EventKind::CashierOpened);
    let (zh, en) = if opened { ("打开", "opens") } else { ("拒绝", "refuses") };
    scene.note(format!("小程序调起收银台：{zh}"), format!("the mini program calls the cashier: it {en}"));
    opened
}

async fn fen_exact(scene: &Scene<'_>) -> Judged<Words> {
    for fen in TREACHEROUS_FEN {
        let (order_no, _) = scene.fresh();
        let deal = scene.order_of(&order_no, fen).await?;
        let arrived = scene.at_platform(&deal).total.get();
        if arrived != fen {
            return failed(
                format!("{fen} 分到平台成了 {arrived} 分"),
                format!("{fen} fen became {arrived} at the platform"),
            );
        }
    }
    passed("容易算错的金额都准确到分", "amounts that floating point gets wrong arrived to the fen")
}

async fn notify_address(scene: &Scene<'_>) -> Judged<Words> {
    let url = scene.order().await?.notify_url;
    scene.note(format!("notify_url 是 {url}"), format!("notify_url is {url}"));
    let Ok(parsed) = url.parse::<http::Uri>() else {
        return failed(format!("{url} 不是地址"), format!("{url} is no address"));
    };
    if parsed.query().is_some() || url.contains('#') {
        return failed(
            format!("{url} 带有查询参数，平台不接受"),
            format!("{url} has a query, which the platform refuses"),
        );
    }
    if parsed.path().len() < 2 {
        return failed(format!("{url} 没有路径"), format!("{url} has no path"));
    }
    match parsed.scheme_str() {
        Some("https") => passed("https，完整路径，没有查询参数", "https, a full path, no query"),
        _ => passed(
            "完整路径，没有查询参数；上线时要换成 https",
            "a full path and no query; production wants https",
        ),
    }
}

async fn double_tap(scene: &Scene<'_>) -> Judged<Words> {
    let (order_no, amount_fen) = scene.fresh();
    let (one, other) =
        tokio::join!(scene.try_create(&order_no, amount_fen), scene.try_create(&order_no, amount_fen));
    let placed: Vec<_> = [one, other].into_iter().filter_map(|said| said.ok()?.ok()).collect();
    if placed.is_empty() {
        return failed("两次点击都没能下单", "neither of the two taps was given an order");
    }
    let mut deals = Vec::new();
    for placed in placed {
        deals.push(scene.deal(&order_no, amount_fen, placed)?);
    }
    paid_once(scene, amount_fen, &deals).await
}

async fn tap_again(scene: &Scene<'_>) -> Judged<Words> {
    let first = scene.order().await?;
    let cancelled =
        scene.world.platform.simulator.cancel(Some(scene.world.platform.mchid()), &first.out_trade_no);
    if cancelled.is_err() {
        return not_judged("收银台没能取消", "the cashier could not be cancelled");
    }
    scene.note("付款人关掉了收银台", "the payer closed the cashier");
    let placed = match scene.try_create(&first.order_no, first.amount_fen).await {
        Ok(Ok(placed)) => placed,
        Ok(Err(said)) => {
            let said = said.in_short();
            return failed(
                format!("再次点击没有得到收银台：{said}"),
                format!("the second tap got no cashier: {said}"),
            );
        }
        Err(error) => {
            return failed(
                format!("再次点击没有应答：{error}"),
                format!("the second tap was not answered: {error}"),
            );
        }
    };
    let again = scene.deal(&first.order_no, first.amount_fen, placed)?;
    paid_once(scene, first.amount_fen, &[first, again]).await
}

/// A request whose outcome the server cannot know, then as many taps as it takes.
async fn unsure(scene: &Scene<'_>, fault: CallFault) -> Judged<Words> {
    let (order_no, amount_fen) = scene.fresh();
    scene.world.platform.interference.upset(Calls::Prepay(amount_fen), Vec::new(), fault, 1);
    let deadline = tokio::time::Instant::now() + scene.world.patience;
    let placed = loop {
        if let Ok(Ok(placed)) = scene.try_create(&order_no, amount_fen).await {
            break placed;
        }
        if tokio::time::Instant::now() >= deadline {
            return failed("之后再怎么点都下不了单", "no later tap was given an order");
        }
        tokio::time::sleep(TAP_EVERY).await;
    };
    let deal = scene.deal(&order_no, amount_fen, placed)?;
    paid_once(scene, amount_fen, &[deal]).await
}

/// Somebody pays whatever can be paid: that must be one payment, and the order must be paid in every view.
async fn paid_once(scene: &Scene<'_>, amount_fen: i64, deals: &[Deal]) -> Judged<Words> {
    let paid = scene.pay_everything(amount_fen).await;
    if paid.len() > 1 {
        let numbers: Vec<_> = paid.iter().map(|order| order.out_trade_no.as_str()).collect();
        let numbers = numbers.join(", ");
        return failed(
            format!("付款人可以为一单付两次：{numbers}"),
            format!("the payer could pay one order twice: {numbers}"),
        );
    }
    if paid.is_empty() {
        return failed("没有一笔能付款", "nothing could be paid");
    }
    let (given_up, kept): (Vec<_>, Vec<_>) =
        deals.iter().partition(|deal| scene.at_platform(deal).trade_state == TradeState::Closed);
    for deal in kept {
        scene.until_paid(deal).await?;
    }
    if !given_up.is_empty() {
        return passed(
            "旧的一笔在平台上已关闭，只付了一次",
            "the older one was closed at the platform; one payment was made",
        );
    }
    passed(
        "平台上只有一笔能付，订单显示已支付",
        "one payment could be made at the platform, and the order shows as paid",
    )
}

/// Yuan whose hundredfold is no integer in binary floating point, and some more.
const TREACHEROUS_FEN: [i64; 6] = [1, 57, 113, 115, 435, 1_999];
/// A person taps again after a moment.
const TAP_EVERY: std::time::Duration = std::time::Duration::from_millis(500);
