//! The go-live checklist (v3.md §12): which lines cases judge, and which a person must look at.

use tongbao_wire::Text;

use super::case::text;

/// One line of the checklist.
pub struct Line {
    /// `1` to `20` as the checklist numbers them; `Q…` what its reviewers ask; `D…` what is added from the
    /// platform's documents.
    pub id: &'static str,
    /// How much it minds: 致命, 必须, 二选一, 推荐, 按需.
    pub severity: Text,
    /// What it wants.
    pub wants: Text,
    /// What to look at where no case can judge, or beside what the cases judge.
    pub by_hand: Option<Text>,
}

const FATAL: Text = text("致命", "fatal");
const MUST: Text = text("必须", "must");
const ONE_OF: Text = text("二选一", "one of");
const SHOULD: Text = text("推荐", "should");
const ASKED: Text = text("评审会问", "asked in reviews");

const fn judged(id: &'static str, severity: Text, wants: Text) -> Line {
    Line { id, severity, wants, by_hand: None }
}

const fn by_hand(id: &'static str, severity: Text, wants: Text, look: Text) -> Line {
    Line { id, severity, wants, by_hand: Some(look) }
}

/// Every line.
pub const LINES: &[Line] = &[
    judged(
        "1",
        FATAL,
        text(
            "调起支付签名的第四行：小程序为 prepay_id=…",
            "Line 4 of the invoke signature: prepay_id=… for mini programs",
        ),
    ),
    judged(
        "2",
        FATAL,
        text(
            "下单与调起支付用同一把商户 API 私钥",
            "Ordering and invoking are signed with the same merchant key",
        ),
    ),
    judged(
        "3",
        FATAL,
        text(
            "out_trade_no、out_refund_no 按业务唯一；退款重试用原 out_refund_no",
            "out_trade_no and out_refund_no are unique per business act; a refund is retried under its number",
        ),
    ),
    judged(
        "4",
        MUST,
        text(
            "支付通知：验签、解密、幂等、五秒内应答",
            "Payment notifications: verify, decrypt, idempotent, answered within five seconds",
        ),
    ),
    judged(
        "5",
        ONE_OF,
        text("按 out_trade_no 或 transaction_id 查询订单", "Query by out_trade_no or by transaction_id"),
    ),
    judged("6", SHOULD, text("使用关单接口", "The close endpoint is used")),
    judged("7", MUST, text("申请退款", "Refunds are applied for")),
    judged("8", MUST, text("处理退款通知", "Refund notifications are handled")),
    judged("9", MUST, text("查询单笔退款", "A single refund is queried")),
    judged("10", SHOULD, text("申请并下载账单", "Bills are applied for and downloaded")),
    by_hand(
        "11",
        MUST,
        text("所用场景的下单与调起方式配套", "Each scene in use orders and invokes as it should"),
        text(
            "这里检查小程序/JSAPI；App、H5、Native 请在各端各付一次",
            "the mini program scene is examined here; pay once in each of App, H5 and Native where you use them",
        ),
    ),
    by_hand(
        "12",
        MUST,
        text(
            "付款码支付：USERPAYING 轮询到终态，失败用撤销而非退款",
            "Code pay: poll USERPAYING to a final state; reverse, not refund, on failure",
        ),
        text(
            "用付款码付一次并在输密码时等待；断网后看是否撤销",
            "pay by code once and wait at the password; cut the network and see that it reverses",
        ),
    ),
    by_hand(
        "13",
        MUST,
        text(
            "合单：只用合单接口，逐个处理 sub_orders",
            "Combined orders: their own endpoints only; every sub_order is handled",
        ),
        text("合单付一次，逐个退子单", "pay a combined order once and refund each part"),
    ),
    by_hand(
        "14",
        MUST,
        text(
            "分账：先加接收方，付款一分钟后请求，按 result 判断",
            "Profit sharing: receivers first, one minute after payment, judged by result",
        ),
        text(
            "看分账是否按接收方的 result 判断成败，并解冻余额",
            "see that success is judged per receiver's result, and that the remainder is unfrozen",
        ),
    ),
    by_hand(
        "15",
        MUST,
        text("进件：先传图片，敏感字段加密", "Onboarding: media first, sensitive members encrypted"),
        text("提交一份进件，看每个状态都有处理", "submit one application and see every state handled"),
    ),
    by_hand(
        "16",
        MUST,
        text(
            "开户意愿确认：加密、唯一 business_code、全部状态",
            "Account-opening intent: encrypted, unique business_code, every state",
        ),
        text("走一遍确认流程，含二维码过期", "go through it once, the expiry of its code included"),
    ),
    by_hand(
        "17",
        MUST,
        text("prepay_id 两小时过期后重新下单", "After two hours the prepay_id is renewed by ordering again"),
        text(
            "在收银台停两小时再付：应得到新的 prepay_id。平台的时间可以拨快，商户服务的不能，所以这里判断不了",
            "leave a cashier for two hours and pay: there should be a new prepay_id. The platform's clock can be moved, the server's cannot, so no case can judge it",
        ),
    ),
    by_hand(
        "18",
        MUST,
        text("每天十点后对账，元与分换算正确", "Reconciled daily after ten; yuan and fen converted right"),
        text(
            "看对账任务的时间、差异如何处理、上一次的结果",
            "look at the task's schedule, how differences are handled, and its last result",
        ),
    ),
    judged("19", MUST, text("一单最多五十次部分退款", "At most fifty partial refunds of an order")),
    by_hand(
        "20",
        SHOULD,
        text("定时清理并关闭未支付订单", "Unpaid orders are swept and closed"),
        text(
            "让一单在商户服务上过期，看平台上是否也关了",
            "let an order expire on the server and see that it is closed at the platform too",
        ),
    ),
    judged(
        "Q1",
        ASKED,
        text("超时重试会不会产生第二笔订单", "Does a time-out lead to retry without a second order?"),
    ),
    judged("Q2", ASKED, text("连点两下会不会产生两笔订单", "Does a double click create two orders?")),
    judged("Q3", ASKED, text("金额有没有用浮点数", "Is any amount a float?")),
    judged(
        "Q4",
        ASKED,
        text("通知丢失能不能靠定时查询恢复", "Is a lost notification recovered by timed queries?"),
    ),
    by_hand(
        "Q5",
        ASKED,
        text(
            "先验签再解析，金额与订单比对；通知、前端、缓存都不可信",
            "Verified before parsing, amount compared; notifications, front ends and caches are not trusted",
        ),
        text(
            "服务若不报告 delivered，请看同一笔付款是否只发货一次",
            "where the server does not report `delivered`, look whether one payment hands the goods over once",
        ),
    ),
    judged("Q6", ASKED, text("退款有没有累计并与总额比较", "Are refunds summed against the total?")),
    by_hand(
        "Q7",
        ASKED,
        text(
            "价格取自服务端数据库，而不是客户端",
            "The price comes from the server's database, not from the client",
        ),
        text(
            "从小程序改价下单，看是否被拒",
            "order from the mini program under a changed price and see it refused",
        ),
    ),
    by_hand(
        "Q8",
        ASKED,
        text("私钥不在代码里", "The private key is outside the code"),
        text(
            "看私钥与 APIv3 密钥放在哪里，谁能读",
            "look where the private key and the APIv3 key are, and who can read them",
        ),
    ),
    by_hand(
        "D1",
        SHOULD,
        text("服务器时钟与 NTP 同步", "The clock is synchronised by NTP"),
        text("看 NTP 状态", "look at the state of NTP"),
    ),
    by_hand(
        "D2",
        SHOULD,
        text("迁移期间平台证书与公钥都接受", "Both key kinds are accepted during the migration"),
        text("加 --key-mode both 再跑一次", "run again with --key-mode both"),
    ),
    judged("D3", SHOULD, text("拒绝签名探测", "Signature probes are rejected")),
    judged(
        "D4",
        SHOULD,
        text("再次支付沿用原 out_trade_no", "The out_trade_no is kept when the payer tries again"),
    ),
    by_hand(
        "D5",
        SHOULD,
        text("H5 后端检查来源与登录", "H5 back ends check Origin and login"),
        text("不带登录与来源请求 H5 下单", "order over H5 without login and Origin"),
    ),
    by_hand(
        "D6",
        SHOULD,
        text("支付按钮防连点", "The pay button is debounced"),
        text("在真机上快速连点", "tap fast on a real phone"),
    ),
    by_hand(
        "D7",
        SHOULD,
        text("主备域名切换", "Host failover"),
        text(
            "断开主域名，看是否改用 api2.mch.weixin.qq.com",
            "cut the main host and see that api2.mch.weixin.qq.com is used",
        ),
    ),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::LINES;
    use crate::certify::cases;

    #[test]
    fn every_line_is_judged_by_cases_or_by_hand_and_every_case_judges_a_line() {
        let known: BTreeSet<&str> = LINES.iter().map(|line| line.id).collect();
        assert_eq!(known.len(), LINES.len());
        for number in 1..=20 {
            assert!(known.contains(number.to_string().as_str()), "line {number} is missing");
        }
        let mut judged = BTreeSet::new();
        let mut ids = BTreeSet::new();
        for case in cases::all() {
            assert!(ids.insert(case.id), "{} stands twice", case.id);
            assert!(!case.lines.is_empty(), "{} judges nothing", case.id);
            for line in case.lines {
                assert!(known.contains(line), "{}: there is no line {line}", case.id);
                judged.insert(*line);
            }
        }
        for line in LINES {
            assert!(judged.contains(line.id) || line.by_hand.is_some(), "nobody looks at line {}", line.id);
        }
    }
}
