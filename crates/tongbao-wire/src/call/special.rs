//! Codes that mean something of their own as the answer to certain calls.
//!
//! A row is the calls, the code, the class of trying again there, then cause and fix, each in Chinese and
//! English. What has no row means the same everywhere ([`ErrorCode::explanation`]).

use super::Call;
use super::Call::{
    AbnormalRefund, AppPrepay, Certificates, Close, CloseOrder, CodePay, CombineAppPrepay, CombineClose,
    CombineH5Prepay, CombineJsapiPrepay, CombineNativePrepay, CombineQuery, DownloadBill, FundFlowBill,
    H5Prepay, JsapiPrepay, Micropay, NativePrepay, OrderQuery, PartnerAppPrepay, PartnerClose,
    PartnerCodePay, PartnerH5Prepay, PartnerJsapiPrepay, PartnerNativePrepay, PartnerQuery, PartnerQueryById,
    PartnerReverse, ProfitSharingBill, Query, QueryById, QueryRefund, QuerySettlementChange, QueryTransfer,
    QueryTransferByBillNo, RefundGoodsQuery, RefundGoodsV2, RefundQuery, RefundV2, Reverse, ReverseOrder,
    ShareProfit, StartTransfer, StartTransferWithAuthorization, SubMerchantFundFlowBill, SubmitApplyment,
    TradeBill, TransferUnderAuthorization, UnfreezeShare, UnifiedOrder,
};
use crate::{ErrorCode, Explanation, Retry, Text};

/// What `code` means as the answer to `call`, where that differs from what it means elsewhere.
pub(super) fn special(call: Call, code: &ErrorCode) -> Option<Explanation> {
    ROWS.iter().find(|row| row.code == *code && row.calls.contains(&call)).map(|row| row.explanation)
}

struct Row {
    calls: &'static [Call],
    code: ErrorCode,
    explanation: Explanation,
}

macro_rules! rows {
    ($($calls:ident $code:ident, $retry:ident,
        $cause_zh:literal $cause_en:literal $fix_zh:literal $fix_en:literal;)*) => {
        const ROWS: &[Row] = &[$(Row {
            calls: $calls,
            code: ErrorCode::$code,
            explanation: Explanation {
                cause: Text { zh: $cause_zh, en: $cause_en },
                fix: Text { zh: $fix_zh, en: $fix_en },
                retry: Retry::$retry,
            },
        },)*];
    };
}

const CREATES: &[Call] = &[
    JsapiPrepay,
    AppPrepay,
    H5Prepay,
    NativePrepay,
    PartnerJsapiPrepay,
    PartnerAppPrepay,
    PartnerH5Prepay,
    PartnerNativePrepay,
    CombineJsapiPrepay,
    CombineAppPrepay,
    CombineH5Prepay,
    CombineNativePrepay,
    UnifiedOrder,
];
const PARTNER_CREATES: &[Call] =
    &[PartnerJsapiPrepay, PartnerAppPrepay, PartnerH5Prepay, PartnerNativePrepay, PartnerCodePay];
const COMBINE_CREATES: &[Call] =
    &[CombineJsapiPrepay, CombineAppPrepay, CombineH5Prepay, CombineNativePrepay];
const CHARGES: &[Call] = &[CodePay, PartnerCodePay, Micropay];
const QUERIES: &[Call] = &[Query, QueryById, PartnerQuery, PartnerQueryById, CombineQuery, OrderQuery];
pub(super) const CLOSES: &[Call] = &[Close, PartnerClose, CombineClose, CloseOrder];
const REVERSES: &[Call] = &[Reverse, PartnerReverse, ReverseOrder];
const REFUNDS: &[Call] = &[super::Call::Refund, RefundV2, RefundGoodsV2];
const REFUND_V3: &[Call] = &[super::Call::Refund];
const REFUNDS_V2: &[Call] = &[RefundV2, RefundGoodsV2];
const ABNORMAL_REFUND: &[Call] = &[AbnormalRefund];
const REFUND_QUERIES: &[Call] = &[QueryRefund, RefundQuery, RefundGoodsQuery];
const BILLS: &[Call] = &[TradeBill, FundFlowBill, SubMerchantFundFlowBill, ProfitSharingBill];
const DOWNLOAD: &[Call] = &[DownloadBill];
const CERTIFICATES: &[Call] = &[Certificates];
const SHARES: &[Call] = &[ShareProfit, UnfreezeShare];
const TRANSFERS: &[Call] = &[StartTransfer, StartTransferWithAuthorization, TransferUnderAuthorization];
const TRANSFER_QUERIES: &[Call] = &[QueryTransfer, QueryTransferByBillNo];
const APPLYMENT: &[Call] = &[SubmitApplyment];
const SETTLEMENT_CHANGE: &[Call] = &[QuerySettlementChange];

rows! {
    CREATES InvalidRequest, Never,
        "多半是请求重入：同一个 out_trade_no 再次下单，参数却和第一次不完全一样；message 会说明。"
        "Most likely the same out_trade_no was sent again with other parameters; the message tells."
        "用第一次的全部参数原样重发。内容确实要改，先关掉原单并查单确认，再用新的 out_trade_no。"
        "Repeat the very first parameters. For other content close the order and query that it is closed, then use a new out_trade_no.";
    CREATES NotEnough, Later,
        "付款人的余额或卡里的钱不够。"
        "The payer has not enough money."
        "请付款人换一张卡或充值，还付这一单，不用换单号。"
        "The payer takes another card or tops up, and pays the same order.";
    CREATES UserPaying, SameRequest,
        "付款人正在输入密码，这一单还没有结果。"
        "The payer is typing the password; the order has no result yet."
        "过几秒用同样的参数重发，或者查单。"
        "Send the same request some seconds later, or query the order.";
    PARTNER_CREATES NoAuth, Never,
        "特约商户没有把这个产品授权给服务商，或者自己没有开通。"
        "The sub-merchant has not opened the product, or not authorised the service provider for it."
        "请特约商户到商户平台 > 产品中心 > 我的授权产品 里授权，约 10 分钟后生效。"
        "The sub-merchant authorises on 商户平台 > 产品中心 > 我的授权产品; it takes about 10 minutes.";
    PARTNER_CREATES AppidMchidNotMatch, Never,
        "sp_appid 没有绑定服务商商户号，或者 sub_appid 没有配给这个特约商户。"
        "sp_appid is not bound to the provider, or sub_appid is not configured for the sub-merchant."
        "sp_appid 在产品中心 > APPID授权管理 绑定；sub_appid 在服务商平台 > 合作伙伴功能 > 开发参数配置 > 特约商户APPID配置 里添加。"
        "Bind sp_appid in 产品中心 > APPID授权管理; add sub_appid in 服务商平台 > 合作伙伴功能 > 开发参数配置 > 特约商户APPID配置.";
    COMBINE_CREATES NoAuth, Never,
        "合单发起方没有发起合单的权限，或者某个子单商户没有接受合单的权限。"
        "The initiator may not start combined orders, or a sub-order's merchant may not take part."
        "到商户平台 > 产品中心，发起方开通发起合单的权限，每个子单商户开通接受合单的权限和对应的支付产品。"
        "On 商户平台 > 产品中心 the initiator opens starting, and every sub-order's merchant opens taking part and the payment product.";
    COMBINE_CREATES AppidMchidNotMatch, Never,
        "combine_appid 没有和合单发起方或某个子单商户号绑定。"
        "combine_appid is not bound to the initiator or to a sub-order's merchant."
        "到产品中心 > APPID授权管理，把 combine_appid 同 combine_mchid 和每个子单的 mchid 都绑定。"
        "Bind combine_appid to combine_mchid and to every sub-order's mchid in 产品中心 > APPID授权管理.";
    CHARGES NotEnough, Never,
        "付款人的余额或卡里的钱不够，这次扣款失败了。"
        "The payer has not enough money; the charge failed."
        "请付款人换一张卡并刷新付款码；先查单确认这一笔没有成功，再用新的 out_trade_no 收款。"
        "The payer takes another card and a fresh code. Query that this charge failed before using a new out_trade_no.";
    CHARGES SystemError, AfterQuery,
        "支付结果不知道：可能已经扣款。"
        "The result is unknown: the payer may have been charged."
        "等 5 秒查单；约 45 秒仍没有成功就撤销订单，千万不要再扣一次。"
        "Wait 5 seconds and query. After about 45 seconds without success reverse the order; never charge once more.";
    CHARGES BankError, AfterQuery,
        "银行超时，支付结果不知道：可能已经扣款。"
        "The bank timed out; the payer may have been charged."
        "马上查单；约 45 秒仍没有成功就撤销订单，千万不要再扣一次。"
        "Query at once. After about 45 seconds without success reverse the order; never charge once more.";
    QUERIES OrderNotExist, Later,
        "微信支付没有这个订单。下单刚超时的话，它也可能还没有落单。"
        "WeChat Pay has no such order. Right after a time-out it may not be there yet."
        "下单超时后 1 分钟内不要当作失败，过几十秒再查；之后仍没有，就核对单号和下单用的商户号，服务商单、合单要用各自的查询接口。"
        "Within a minute of a time-out query again. After that check the number and the merchant; orders of providers and combined orders have queries of their own.";
    CLOSES InvalidRequest, AfterQuery,
        "现在不能关单：付款可能正在进行；合单则可能是子单和下单时不一致。"
        "It cannot be closed now: a payment may be racing, or a combined order's list differs from when it was created."
        "先查单，按订单状态处理；合单关单要把全部子单原样列出。"
        "Query and act on the state. Closing a combined order lists every sub-order as it was created.";
    CLOSES OrderPaid, AfterQuery,
        "订单已经支付，关不掉了。"
        "The order was paid and cannot be closed."
        "查单取回支付结果，按已支付处理：发货，或者退款。"
        "Query the payment and treat it as paid: deliver or refund.";
    CLOSES OrderClosed, AfterQuery,
        "订单早已关闭。"
        "The order is closed already."
        "查单确认状态是 CLOSED，按关单成功处理。"
        "Query that it is CLOSED and take the close as done.";
    CLOSES OrderNotExist, AfterQuery,
        "微信支付没有这个订单，所以也没有可关的。"
        "WeChat Pay has no such order, so there is nothing to close."
        "下单刚超时的话，过 1 分钟再查一次；确认没有，就在自己的系统里关掉它。"
        "Right after a time-out query again a minute later; if it is still not there, close it in your own books.";
    REVERSES SystemError, SameRequest,
        "撤销有没有成功不知道。"
        "Whether it was reversed is unknown."
        "用同一个单号接着撤销，直到明确成功；撤销成功之前不要当作没有收款。"
        "Reverse again under the same number until it succeeds. Until then the payment may stand.";
    REVERSES UserPaying, Later,
        "付款人还在输入密码，现在撤销不了。"
        "The payer is still typing the password, so it cannot be reversed now."
        "等约 10 秒再撤销，直到成功。"
        "Reverse again after about 10 seconds, until it succeeds.";
    REVERSES NotEnough, Later,
        "订单已经收到钱，而商户的余额不够退回。"
        "The order was paid, and the merchant's balance cannot cover the return."
        "在商户平台给账户充值，再用同一个单号撤销。"
        "Top up on 商户平台, then reverse again under the same number.";
    REFUNDS NotEnough, Later,
        "商户的可用余额不够退这笔款。"
        "The merchant's available balance does not cover the refund."
        "在商户平台给账户充值，再用同一个 out_refund_no、同样的参数重发，不要换退款单号。"
        "Top up on 商户平台, then send the same refund under the same out_refund_no, never under another.";
    REFUNDS ResourceNotExists, Never,
        "要退的订单不存在，或者还没有支付。"
        "The order to be refunded does not exist or is not paid."
        "先查原订单：确认已支付，单号和商户号都对，再发退款。"
        "Query the order first: paid, right number, right merchant; then refund.";
    REFUNDS OrderNotExist, Never,
        "要退的订单不存在，或者还没有支付。"
        "The order to be refunded does not exist or is not paid."
        "先查原订单：确认已支付，单号和商户号都对，再发退款。"
        "Query the order first: paid, right number, right merchant; then refund.";
    REFUNDS InvalidRequest, Never,
        "退款和订单或首次请求对不上，或者超出规则：累计不超过实付、最多 50 次、两次至少隔 1 分钟。"
        "The refund does not fit the order or its first request, or breaks a rule: not above what was paid, at most 50 parts, a minute apart."
        "用 out_refund_no 查退款：已受理就以查到的为准；没有受理，按 message 改好再发。"
        "Query by out_refund_no: if it was accepted, that stands; if not, mend what the message names.";
    REFUNDS UserAccountAbnormal, Never,
        "付款人的微信支付账户已经注销或异常，退不回去。"
        "The payer's account was cancelled or is abnormal, so the money cannot go back."
        "联系付款人，改用线下转账等方式退，并留好凭证。"
        "Ask the payer and return the money another way, such as a bank transfer; keep the proof.";
    REFUNDS NoAuth, Never,
        "没有退款接口的权限；服务商要由子商户单独授权退款。"
        "Refunding is not permitted; a service provider needs the sub-merchant's own authorisation for it."
        "请子商户到商户平台 > 产品中心 > 我的授权产品 里授权服务商退款。"
        "The sub-merchant authorises refunds on 商户平台 > 产品中心 > 我的授权产品.";
    REFUNDS SystemError, AfterQuery,
        "退款有没有受理不知道。"
        "Whether the refund was accepted is unknown."
        "先用 out_refund_no 查退款；查不到，再用同一个单号、同样的参数重发，绝不换退款单号。"
        "Query by out_refund_no; if there is none, send the same refund under the same number, never under another.";
    REFUNDS BizErrNeedRetry, AfterQuery,
        "这笔退款正在并发处理，这次没有得出结果。"
        "The refund is being worked on by another request; this one came to no result."
        "停几秒，用 out_refund_no 查退款；查不到，再用同一个单号、同样的参数重发。"
        "Wait some seconds and query by out_refund_no; if there is none, send the same refund under the same number.";
    REFUND_V3 FrequencyLimited, AfterQuery,
        "退款太频繁；但这一次可能已经被受理。"
        "Refunds come too fast, yet this one may already be accepted."
        "先用 out_refund_no 查退款；查不到，再放慢，用同一个单号、同样的参数重发。一个月前的订单限得更紧。"
        "Query by out_refund_no; if there is none, slow down and send the same refund under the same number. Orders older than a month are limited more.";
    REFUNDS_V2 FrequencyLimited, Later,
        "退款太频繁，这一次没有受理；常见于一个月前的订单。"
        "Refunds come too fast, mostly of orders older than a month; this one was not accepted."
        "放慢以后，用同一个 out_refund_no、同样的参数重发。"
        "Slow down and send the same refund under the same out_refund_no.";
    ABNORMAL_REFUND InvalidRequest, Never,
        "只有状态是 ABNORMAL 的退款才能走异常退款，而且收款信息要完整。"
        "Only a refund in state ABNORMAL can be sent another way, with complete account data."
        "先查退款：状态是 ABNORMAL 再发；退到用户银行卡要传 bank_type、bank_account 和 real_name。"
        "Query the refund: it must be ABNORMAL. USER_BANK_CARD needs bank_type, bank_account and real_name.";
    REFUND_QUERIES ResourceNotExists, Never,
        "微信支付没有受理过这个退款单号。"
        "WeChat Pay never accepted a refund under this number."
        "核对 out_refund_no 和商户号；没错的话，可以用同一个退款单号、同样的参数再发一次退款，不要换单号。"
        "Check out_refund_no and the merchant; then the same refund may be sent again under the same number, never under another.";
    REFUND_QUERIES RefundNotExists, Never,
        "微信支付没有受理过这个退款单号。"
        "WeChat Pay never accepted a refund under this number."
        "核对 out_refund_no 和商户号；没错的话，可以用同一个退款单号、同样的参数再发一次退款，不要换单号。"
        "Check out_refund_no and the merchant; then the same refund may be sent again under the same number, never under another.";
    BILLS InvalidRequest, Never,
        "账单日期不对：格式要是 2026-03-01，只能取昨天及以前、三个月以内的。"
        "The date is not acceptable: form 2026-03-01, a past day, at most three months ago."
        "改好 bill_date；三个月以前的账单到商户平台上下载。"
        "Mend bill_date; older bills are downloaded on 商户平台 by hand.";
    BILLS NoAuth, Never,
        "无权取这份账单：不是自己的子商户，或者小微商户不能单独取。"
        "The bill is not yours: another provider's sub-merchant, or a micro merchant, which has no bill of its own."
        "核对 sub_mchid；小微商户的账单，去掉 sub_mchid 取全部子商户的。"
        "Check sub_mchid; micro merchants are in the bill of all sub-merchants, without sub_mchid.";
    DOWNLOAD InvalidRequest, Never,
        "下载链接过期了，它只有几分钟甚至几十秒有效。"
        "The link is too old; it lives for minutes, or even seconds."
        "重新申请账单，拿到 download_url 立即下载，地址一个字符都不要改。"
        "Ask for the bill again and download at once from download_url, unchanged.";
    DOWNLOAD NoAuth, Never,
        "下载账单的商户号不是申请账单的那个。"
        "Another merchant downloads than the one who asked for the bill."
        "用申请账单的商户号和证书签名下载请求。"
        "Sign the download as the merchant who asked for the bill.";
    CERTIFICATES ResourceNotExists, Never,
        "这个商户号没有平台证书：它用的是微信支付公钥。"
        "The merchant has no platform certificates: it uses the WeChat Pay public key."
        "到商户平台 > 账户中心 > API安全 下载微信支付公钥，连同 PUB_KEY_ID_ 开头的公钥ID一起配置，不再下载证书。"
        "Download the WeChat Pay public key (微信支付公钥) on 商户平台 > 账户中心 > API安全 and configure it with its PUB_KEY_ID_ id; do not download certificates.";
    SHARES NotEnough, Later,
        "这个订单剩余的可分账金额不够，或者商户账户余额不足。"
        "Not enough of the payment is left to share, or the merchant's balance is short."
        "先查剩余待分金额；是余额不足就充值，再用同一个 out_order_no、同样的内容重发。"
        "Query the amount left to share. If the balance is short, top up and send the same request under the same out_order_no.";
    SHARES RuleLimit, Never,
        "超出分账规则：比例超过上限（默认 30%），或者次数超过 50 次。"
        "Against the rules of sharing: above the ratio (30 % by default) or more than 50 requests."
        "到商户平台的分账设置里看最大分账比例，按剩余待分金额调整分账金额。"
        "See the largest ratio in the sharing settings of 商户平台 and fit the amounts to what is left.";
    SHARES InvalidRequest, Never,
        "分账不合规则：下单时没有标记分账、接收方没有添加、描述里有敏感词，或者同一单号换了内容；message 会说明。"
        "Against the rules of sharing: not marked when ordering, receiver not added, a forbidden word, or other content under the same number; the message tells."
        "按 message 处理；用过的 out_order_no 先查询结果，要重发就用首次的内容。"
        "Follow the message. Query an out_order_no that was used; repeat only its first content.";
    TRANSFERS NotEnough, Later,
        "商户用来转账的账户余额不足。"
        "The account that pays for transfers is short."
        "在商户平台充值，再用同一个 out_bill_no、同样的参数重发，不要换单号。"
        "Top up on 商户平台, then send the same transfer under the same out_bill_no, never under another.";
    TRANSFERS AlreadyExists, AfterQuery,
        "这个 out_bill_no 已经有一笔转账，而且内容和这次不同。"
        "out_bill_no stands for a transfer with other content."
        "用 out_bill_no 查单，和首次的内容对照；只有查到 FAIL 或 CANCELLED，才能用新的单号另发一笔。"
        "Query by out_bill_no and compare. Only FAIL or CANCELLED permits another transfer under a new number.";
    TRANSFERS SystemError, AfterQuery,
        "转账有没有受理不知道。"
        "Whether the transfer was accepted is unknown."
        "先用 out_bill_no 查单；查不到，再用同一个单号、同样的参数重发，绝不换单号。"
        "Query by out_bill_no; if there is none, send the same transfer under the same number, never under another.";
    TRANSFERS FrequencyLimited, AfterQuery,
        "转账太频繁；但这一次可能已经被受理。"
        "Transfers come too fast, yet this one may already be accepted."
        "先用 out_bill_no 查单；查不到，再放慢，用同一个单号、同样的参数重发。"
        "Query by out_bill_no; if there is none, slow down and send the same transfer under the same number.";
    TRANSFERS InvalidRequest, Never,
        "转账不合规则，例如转账场景没有开通，或者收款感知不属于这个场景；message 会说明。"
        "Against the rules of transfers, such as a scene that is not opened or a perception that is not the scene's; the message tells."
        "先用 out_bill_no 查单确认没有受理，再按 message 改；场景在商户平台 > 产品中心 > 商家转账 里开通。"
        "Query by out_bill_no that nothing was accepted, then follow the message. Scenes are opened on 商户平台 > 产品中心 > 商家转账.";
    TRANSFERS NoAuth, Never,
        "没有开通商家转账，或者调用方的 IP 没有登记。"
        "Transfers are not opened, or the caller's address is not registered."
        "到商户平台 > 产品中心 > 商家转账 开通产品和场景，并把服务器出口 IP 加进接口安全IP。"
        "Open product and scene on 商户平台 > 产品中心 > 商家转账, and register the server's address as 接口安全IP.";
    TRANSFER_QUERIES NotFound, Never,
        "没有这张转账单，或者它是 30 天以前的。"
        "There is no such transfer, or it is older than 30 days."
        "核对单号和商户号；30 天内的查不到，说明没有受理，可以用同一个 out_bill_no、同样的参数重发。"
        "Check number and merchant. Within 30 days it was never accepted, so the same transfer may be sent under the same out_bill_no.";
    APPLYMENT Processing, AfterQuery,
        "这个商户已有一张申请单在处理。"
        "An application of this merchant is being worked on."
        "用 business_code 查询它的状态：被驳回才用同一个 business_code 修改重交。"
        "Query it by business_code; only a rejected one is mended and submitted again under the same code.";
    SETTLEMENT_CHANGE OrderNotExist, Never,
        "没有这个修改结算账户的申请单。"
        "There is no such change of the settlement account."
        "核对 application_no 和 sub_mchid；application_no 是提交修改时返回的。"
        "Check sub_mchid and application_no, which the submission returned.";
}
