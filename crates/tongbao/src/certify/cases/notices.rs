//! Genuine payment notifications: once, many, slow, twice, at once, again.

use std::time::Duration;

use futures_util::future::join_all;
use tongbao_sim::{ComposedBy, KeyMode, Outcome};

use crate::certify::case::{Case, Demand, Gate, Judged, Time, failed, not_judged, not_offered, passed, text};
use crate::certify::interference::Kind;
use crate::certify::scene::{Deal, Scene};
use crate::config::Words;

pub(in crate::certify) const CASES: &[Case] = &[
    Case {
        id: TAKES,
        title: text(
            "支付通知：验签、解密、应答、记为已支付",
            "A payment notification: verified, opened, acknowledged, paid",
        ),
        demand: Demand::Must,
        lines: &["4"],
        needs: &[],
        gate: Gate::Places,
        fix: text(
            "用原始请求体验签，用 APIv3 密钥解密，落库后五秒内应答 200 或 204",
            "verify over the raw body, decrypt with the APIv3 key, write it down, and answer 200 or 204 within five seconds",
        ),
        time: Time::Now,
        run: |scene| Box::pin(taken(scene)),
    },
    Case {
        id: "notice-burst",
        title: text("同时到达的多笔通知", "Many notifications at once"),
        demand: Demand::Must,
        lines: &["4"],
        needs: &[],
        gate: Gate::Takes,
        fix: text(
            "重活放到应答之后做；不要让一个通知堵住其它通知",
            "do heavy work after answering, and let no notification hold up another",
        ),
        time: Time::Now,
        run: |scene| Box::pin(burst(scene)),
    },
    Case {
        id: "slow-platform",
        title: text(
            "平台查询很慢时仍在五秒内应答通知",
            "Notifications are answered within five seconds while the platform's queries are slow",
        ),
        demand: Demand::Must,
        lines: &["4"],
        needs: &[],
        gate: Gate::Takes,
        fix: text(
            "不要在通知的应答之前等待对平台的调用，或给它短于五秒的时限",
            "do not wait for calls of the platform before you answer, or give them less than five seconds",
        ),
        time: Time::Now,
        run: |scene| Box::pin(slow_platform(scene)),
    },
    Case {
        id: "duplicate",
        title: text("同一通知来三次", "The same notification three more times"),
        demand: Demand::Must,
        lines: &["4"],
        needs: &[],
        gate: Gate::Takes,
        fix: text(
            "按订单状态和通知 id 去重；重复的照样应答成功",
            "tell duplicates by the order's state and the id, and acknowledge them all the same",
        ),
        time: Time::Now,
        run: |scene| Box::pin(duplicate(scene)),
    },
    Case {
        id: "duplicate-parallel",
        title: text("同一通知同时来六份", "The same notification six times at the same moment"),
        demand: Demand::Must,
        lines: &["4"],
        needs: &[],
        gate: Gate::Takes,
        fix: text(
            "先加锁或用带条件的更新，再处理；不要先查后改",
            "lock, or update under a condition, before you act; do not look first and change later",
        ),
        time: Time::Now,
        run: |scene| Box::pin(duplicate_parallel(scene)),
    },
    Case {
        id: "replay",
        title: text("原样重放一条真实通知", "A genuine notification is replayed byte for byte"),
        demand: Demand::Must,
        lines: &["4"],
        needs: &[],
        gate: Gate::Takes,
        fix: text(
            "重放与重复同样对待：订单已支付就不再处理",
            "treat a replay as a duplicate: a paid order is not processed again",
        ),
        time: Time::Now,
        run: |scene| Box::pin(replay(scene)),
    },
    Case {
        id: "new-members",
        title: text("通知里有新字段和新枚举值", "A notification has new members and new words"),
        demand: Demand::Should,
        lines: &["4"],
        needs: &[],
        gate: Gate::Takes,
        fix: text(
            "忽略不认识的字段；不认识的银行、类型照常处理",
            "ignore members you do not know, and take unknown banks and types as they are",
        ),
        time: Time::Now,
        run: |scene| Box::pin(new_members(scene)),
    },
    Case {
        id: "both-keys",
        title: text(
            "迁移期间两种平台密钥签名的通知都接受",
            "During the migration, notifications signed by either kind of platform key are taken",
        ),
        demand: Demand::Should,
        lines: &["D2"],
        needs: &[],
        gate: Gate::Takes,
        fix: text(
            "按 Wechatpay-Serial 选择平台证书或微信支付公钥来验签",
            "choose the platform certificate or the public key by Wechatpay-Serial",
        ),
        time: Time::Now,
        run: |scene| Box::pin(both_keys(scene)),
    },
];

/// The gate of everything that is about refusing.
pub(in crate::certify) const TAKES: &str = "notice";

async fn taken(scene: &Scene<'_>) -> Judged<Words> {
    let deal = scene.order().await?;
    scene.pay(&deal).await?;
    let notice = scene.notice(&deal, Kind::Payment).await?;
    scene.acknowledged(&notice.attempts[0])?;
    let standing = scene.until_paid(&deal).await?;
    scene.delivered_once(&standing)?;
    passed("第一次发送就得到应答，订单已支付", "the first send was acknowledged, and the order is paid")
}

async fn burst(scene: &Scene<'_>) -> Judged<Words> {
    let mut deals = Vec::new();
    for _ in 0..BURST {
        deals.push(scene.order().await?);
    }
    for paid in join_all(deals.iter().map(|deal| scene.pay(deal))).await {
        paid?;
    }
    for deal in &deals {
        let notice = scene.notice(deal, Kind::Payment).await?;
        scene.acknowledged(&notice.attempts[0])?;
        let standing = scene.until_paid(deal).await?;
        scene.delivered_once(&standing)?;
    }
    passed(
        format!("{BURST} 条通知都在第一次发送时得到应答"),
        format!("all {BURST} were acknowledged at their first send"),
    )
}

async fn slow_platform(scene: &Scene<'_>) -> Judged<Words> {
    let deal = scene.order().await?;
    scene.world.platform.interference.slow_down(deal.out_trade_no.as_str(), QUERY_TAKES);
    scene.note(
        "从现在起平台六秒后才答复查询",
        "from now on the platform answers queries after six seconds only",
    );
    scene.pay(&deal).await?;
    let notice = scene.notice(&deal, Kind::Payment).await?;
    let first = &notice.attempts[0];
    if let Outcome::NoAnswer(reason) = &first.outcome {
        return failed(
            format!("平台一慢，通知就得不到应答：{reason}"),
            format!("while the platform is slow, the notification gets no answer: {reason}"),
        );
    }
    let standing = scene.until_paid(&deal).await?;
    scene.delivered_once(&standing)?;
    passed("五秒内应答了，订单已支付", "answered within five seconds, and the order is paid")
}

async fn duplicate(scene: &Scene<'_>) -> Judged<Words> {
    let deal = scene.paid().await?;
    let notice = scene.notice(&deal, Kind::Payment).await?;
    for _ in 0..3 {
        let again = scene.resend(&notice.id).await?;
        scene.acknowledged(&again)?;
    }
    still_paid_once(scene, &deal).await
}

async fn duplicate_parallel(scene: &Scene<'_>) -> Judged<Words> {
    let deal = scene.order().await?;
    let number = deal.out_trade_no.as_str();
    scene.world.platform.interference.withhold(number, Kind::Payment);
    scene.pay(&deal).await?;
    let notice = scene.notice(&deal, Kind::Payment).await?;
    let Some(letter) = scene.world.platform.post.captured(&notice.id) else {
        return not_judged("没有截到通知", "the notification was not captured");
    };
    scene.world.platform.interference.release(number);
    let at_once = (0..6).map(|_| {
        scene.post("同一条真实通知，六份同时", "one genuine notification, six copies at once", letter.clone())
    });
    let answers = join_all(at_once).await;
    if !answers.iter().any(|answer| matches!(answer, Ok(200 | 204))) {
        let again = scene.resend(&notice.id).await?;
        scene.acknowledged(&again)?;
    }
    still_paid_once(scene, &deal).await
}

async fn replay(scene: &Scene<'_>) -> Judged<Words> {
    let deal = scene.paid().await?;
    let notice = scene.notice(&deal, Kind::Payment).await?;
    let Some(letter) = scene.world.platform.post.captured(&notice.id) else {
        return not_judged("没有截到通知", "the notification was not captured");
    };
    let answer = scene.post("原样重放", "replayed as it was", letter).await;
    if let Err(reason) = answer {
        return failed(format!("重放没有得到应答：{reason}"), format!("the replay got no answer: {reason}"));
    }
    still_paid_once(scene, &deal).await
}

async fn still_paid_once(scene: &Scene<'_>, deal: &Deal) -> Judged<Words> {
    scene.until_paid(deal).await?;
    tokio::time::sleep(SETTLED_AFTER).await;
    let standing = scene.read(deal).await?;
    if !standing.state.has_money() {
        return failed(
            "重复之后订单不再显示已支付",
            "after the repetition the order no longer shows as paid",
        );
    }
    scene.delivered_once(&standing)?;
    match standing.delivered {
        Some(_) => passed("订单已支付，只处理了一次", "the order is paid and was processed once"),
        None => passed(
            "订单已支付；服务没有报告 delivered，处理了几次请人工核对",
            "the order is paid; the server does not report `delivered`, so look by hand how often it acted",
        ),
    }
}

async fn new_members(scene: &Scene<'_>) -> Judged<Words> {
    let deal = scene.order().await?;
    scene.world.platform.interference.withhold(deal.out_trade_no.as_str(), Kind::Payment);
    scene.pay(&deal).await?;
    let mut plain = scene.claim(&deal);
    plain["bank_type"] = "NEWBANK_DEBIT".into();
    plain["member_of_tomorrow"] = serde_json::json!({ "list": [1, 2, { "deep": null }], "text": "新" });
    plain["payer"]["member_of_tomorrow"] = true.into();
    let letter = scene.composed(&scene.message(&deal, &plain))?;
    match scene
        .post(
            "真实付款的通知，带有新字段和新银行",
            "a genuine payment, told with new members and a new bank",
            letter,
        )
        .await
    {
        Ok(200..=299) => {}
        Ok(status) => {
            return failed(
                format!("应答了 HTTP {status}：平台加一个字段，收款通知就全部失败"),
                format!(
                    "answered HTTP {status}: one new member at the platform, and every notification fails"
                ),
            );
        }
        Err(reason) => return failed(format!("没有应答：{reason}"), format!("no answer: {reason}")),
    }
    scene.until_paid(&deal).await?;
    passed("应答成功，订单已支付", "acknowledged, and the order is paid")
}

async fn both_keys(scene: &Scene<'_>) -> Judged<Words> {
    if scene.world.platform.key_mode != KeyMode::Both {
        return not_offered("加 --key-mode both 才会检查", "examined with --key-mode both only");
    }
    for (seal, zh, en) in [
        (ComposedBy::Certificate, "平台证书", "the platform certificate"),
        (ComposedBy::PublicKey, "微信支付公钥", "the public key"),
    ] {
        let deal = scene.order().await?;
        scene.world.platform.interference.withhold(deal.out_trade_no.as_str(), Kind::Payment);
        scene.pay(&deal).await?;
        let mut message = scene.message(&deal, &scene.claim(&deal));
        message.seal = seal;
        let letter = scene.composed(&message)?;
        match scene
            .post(&format!("真实付款，用{zh}签名"), &format!("a genuine payment, signed with {en}"), letter)
            .await
        {
            Ok(200..=299) => {}
            Ok(status) => {
                return failed(
                    format!("用{zh}签名的通知得到 HTTP {status}"),
                    format!("signed with {en}, it was answered HTTP {status}"),
                );
            }
            Err(reason) => return failed(format!("没有应答：{reason}"), format!("no answer: {reason}")),
        }
    }
    passed("两种密钥签名的通知都应答成功", "both kinds were acknowledged")
}

/// So many payments end in the same moment in a small shop's best minute.
const BURST: usize = 8;
/// Longer than the platform waits for an answer.
const QUERY_TAKES: Duration = Duration::from_secs(6);
/// What a server does after it answered shows by then.
const SETTLED_AFTER: Duration = Duration::from_millis(300);
