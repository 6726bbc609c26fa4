//! Messages that are not the platform's, or not of now: to be refused, and to change nothing.
//!
//! They are sealed with the right `APIv3` key, as though it had leaked: only verification stands between
//! them and the order.

use bytes::Bytes;
use http::{HeaderValue, Request};
use tongbao_sim::{ComposedBy, ComposedContent};

use crate::certify::case::{Case, Demand, Gate, Judged, Time, failed, not_judged, passed, text};
use crate::certify::interference::Kind;
use crate::certify::scene::{Deal, Scene};
use crate::config::Words;

/// What is wrong with a message.
#[derive(Clone, Copy)]
enum Forged {
    StrayKey,
    Tampered,
    Unsigned,
    UnknownSerial,
    Probe,
    Stale,
    Future,
    FreshTime,
    ForeignKey,
}

impl Forged {
    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::StrayKey => ("签名不是平台的密钥做的", "signed with a key that is not the platform's"),
            Self::Tampered => ("请求体在签名之后被改动", "the body was changed after it was signed"),
            Self::Unsigned => ("没有任何签名头", "no signature headers at all"),
            Self::UnknownSerial => {
                ("序列号不认识，签名是另一把钥匙的", "an unknown serial, and a signature by some other key")
            }
            Self::Probe => ("签名探测 WECHATPAY/SIGNTEST/", "a signature probe, WECHATPAY/SIGNTEST/"),
            Self::Stale => {
                ("平台的真签名，但时间是十分钟前", "truly signed by the platform, ten minutes ago")
            }
            Self::Future => {
                ("平台的真签名，但时间在十分钟后", "truly signed by the platform, ten minutes ahead")
            }
            Self::FreshTime => {
                ("截获的旧通知，把时间戳改成现在", "an old message, its timestamp changed to now")
            }
            Self::ForeignKey => ("用别的商户的 APIv3 密钥加密", "sealed with another merchant's APIv3 key"),
        }
    }
}

const VERIFY: tongbao_wire::Text = text(
    "先按 Wechatpay-Serial 取平台公钥，对“时间戳\\n随机串\\n原始请求体\\n”验签，通过之前不解析、不处理，不通过应答 4xx 或 5xx",
    "take the platform's key by Wechatpay-Serial and verify “timestamp\\nnonce\\nraw body\\n”; before that holds, parse and do nothing, and answer 4xx or 5xx",
);
const WINDOW: tongbao_wire::Text = text(
    "拒绝 Wechatpay-Timestamp 与当前时间相差五分钟以上的通知",
    "refuse what Wechatpay-Timestamp puts more than five minutes from now",
);
const PROBES: tongbao_wire::Text = text(
    "签名以 WECHATPAY/SIGNTEST/ 开头的是平台的探测，必须当作验签失败；应答 200 会被平台认定没有验签",
    "a signature that begins with WECHATPAY/SIGNTEST/ is the platform's probe and must fail; answering 200 tells the platform that you do not verify",
);
const DECRYPT: tongbao_wire::Text =
    text("解密失败就应答 5xx，不要吞掉", "answer 5xx when decryption fails; do not swallow it");

const fn case(
    id: &'static str,
    title: tongbao_wire::Text,
    fix: tongbao_wire::Text,
    run: for<'a> fn(&'a Scene<'a>) -> crate::certify::case::Running<'a>,
) -> Case {
    Case {
        id,
        title,
        demand: Demand::Must,
        lines: &["4", "Q5"],
        needs: &[],
        gate: Gate::Takes,
        fix,
        time: Time::Now,
        run,
    }
}

pub(in crate::certify) const CASES: &[Case] = &[
    case(
        "forged-signature",
        text("伪造：签名不是平台的", "Forged: not the platform's signature"),
        VERIFY,
        |scene| Box::pin(refused(scene, Forged::StrayKey)),
    ),
    case(
        "tampered-body",
        text("篡改：签名之后改了内容", "Tampered: changed after signing"),
        VERIFY,
        |scene| Box::pin(refused(scene, Forged::Tampered)),
    ),
    case("unsigned", text("没有签名的通知", "A notification without a signature"), VERIFY, |scene| {
        Box::pin(refused(scene, Forged::Unsigned))
    }),
    case("unknown-serial", text("序列号不认识的通知", "A serial nobody knows"), VERIFY, |scene| {
        Box::pin(refused(scene, Forged::UnknownSerial))
    }),
    Case {
        lines: &["4", "D3"],
        ..case(
            "signature-probe",
            text("平台的签名探测", "The platform's signature probe"),
            PROBES,
            |scene| Box::pin(refused(scene, Forged::Probe)),
        )
    },
    case("stale", text("十分钟前签名的通知", "Signed ten minutes ago"), WINDOW, |scene| {
        Box::pin(refused(scene, Forged::Stale))
    }),
    case(
        "from-the-future",
        text("十分钟后签名的通知", "Signed ten minutes ahead"),
        WINDOW,
        |scene| Box::pin(refused(scene, Forged::Future)),
    ),
    case(
        "replay-fresh-time",
        text("重放旧通知并改新时间戳", "Replayed under a new timestamp"),
        VERIFY,
        |scene| Box::pin(refused(scene, Forged::FreshTime)),
    ),
    case(
        "foreign-key",
        text("别的商户的密钥加密的通知", "Sealed for another merchant"),
        DECRYPT,
        |scene| Box::pin(refused(scene, Forged::ForeignKey)),
    ),
    case(
        "forged-then-genuine",
        text("先来假的，再来同 id 的真通知", "A forgery first, then the genuine one of the same id"),
        text("验签通过之前不要记录通知 id", "do not remember the id of what has not been verified"),
        |scene| Box::pin(forged_then_genuine(scene)),
    ),
];

async fn refused(scene: &Scene<'_>, forged: Forged) -> Judged<Words> {
    let deal = scene.order().await?;
    let letter = forge(scene, &deal, forged)?;
    let (zh, en) = forged.words();
    let answer = scene.post(&format!("声称已付款：{zh}"), &format!("claims a payment: {en}"), letter).await;
    scene.stays_unpaid(&deal).await?;
    match answer {
        Ok(status @ 200..=299) => failed(
            format!("应答了 HTTP {status}，等于承认它（{zh}）"),
            format!("answered HTTP {status}, which acknowledges it ({en})"),
        ),
        Ok(status) => passed(
            format!("拒绝了（HTTP {status}），订单没有变"),
            format!("refused (HTTP {status}), and the order did not change"),
        ),
        Err(reason) => failed(format!("没有应答：{reason}"), format!("no answer: {reason}")),
    }
}

fn forge(scene: &Scene<'_>, deal: &Deal, forged: Forged) -> Judged<Request<Bytes>> {
    let mut message = scene.message(deal, &scene.claim(deal));
    match forged {
        Forged::StrayKey | Forged::UnknownSerial => message.seal = ComposedBy::Stray,
        Forged::Probe => message.seal = ComposedBy::Probe,
        Forged::Stale | Forged::FreshTime => message.age_seconds = 600,
        Forged::Future => message.age_seconds = -600,
        Forged::ForeignKey => {
            if let ComposedContent::Event { sealed_for, .. } = &mut message.content {
                *sealed_for = scene.foreign_mchid().clone();
            }
        }
        Forged::Tampered | Forged::Unsigned => {}
    }
    let mut letter = scene.composed(&message)?;
    match forged {
        Forged::Tampered => {
            // What was signed is another event's body; what is sent claims the payment.
            let other = scene.composed(&message)?;
            *letter.body_mut() = other.into_body();
        }
        Forged::Unsigned => {
            let headers = letter.headers_mut();
            for name in ["timestamp", "nonce", "serial", "signature", "signature-type"] {
                headers.remove(format!("wechatpay-{name}"));
            }
        }
        Forged::UnknownSerial => {
            letter.headers_mut().insert(
                "wechatpay-serial",
                HeaderValue::from_static("5157F09EFDC096DE15EBE81A47057A7232F1B8E1"),
            );
        }
        Forged::FreshTime => {
            let now = scene.world.platform.clock.now().seconds();
            letter.headers_mut().insert("wechatpay-timestamp", now.into());
        }
        Forged::StrayKey | Forged::Probe | Forged::Stale | Forged::Future | Forged::ForeignKey => {}
    }
    Ok(letter)
}

async fn forged_then_genuine(scene: &Scene<'_>) -> Judged<Words> {
    let deal = scene.order().await?;
    let number = deal.out_trade_no.as_str();
    scene.world.platform.interference.withhold(number, Kind::Payment);
    scene.pay(&deal).await?;
    let notice = scene.notice(&deal, Kind::Payment).await?;
    let mut message = scene.message(&deal, &scene.claim(&deal));
    message.seal = ComposedBy::Stray;
    if let ComposedContent::Event { id, .. } = &mut message.content {
        *id = Some(notice.id.clone());
    }
    let forgery = scene.composed(&message)?;
    let answer = scene.post("同 id 的伪造通知", "a forgery with the same id", forgery).await;
    if !matches!(answer, Ok(status) if !(200..=299).contains(&status)) {
        return not_judged(
            "伪造的通知没有被拒绝（见 forged-signature）",
            "the forgery was not refused (see forged-signature)",
        );
    }
    scene.world.platform.interference.release(number);
    let genuine = scene.resend(&notice.id).await?;
    scene.acknowledged(&genuine)?;
    let standing = scene.until_paid(&deal).await?;
    scene.delivered_once(&standing)?;
    passed("假的被拒绝，真的照常处理", "the forgery was refused and the genuine one taken")
}
