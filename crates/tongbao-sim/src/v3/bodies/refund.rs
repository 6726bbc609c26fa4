//! Bodies of refunds (v3.md §5.1, §5.5).

use tongbao_wire::{OutRefundNo, TransactionId};

use super::{CNY, MCHID, OUT_TRADE_NO};
use crate::bank::bank_of_debit_card;
use crate::v3::schema::{Kind, Member, may, must};

/// `POST /v3/refund/domestic/refunds` (v3.md §5.1).
pub(in crate::v3) const REFUND: &[Member] = &[
    may("sub_mchid", "子商户号", MCHID),
    may(
        "transaction_id",
        "微信支付订单号",
        Kind::Ruled(32, |t| TransactionId::parse(t).is_ok(), "letters and digits"),
    ),
    may("out_trade_no", "商户订单号", OUT_TRADE_NO),
    must(
        "out_refund_no",
        "商户退款单号",
        Kind::Ruled(64, |t| OutRefundNo::parse(t).is_ok(), "0-9 A-Z a-z _ - | * @"),
    ),
    may("reason", "退款原因", Kind::Text(80)),
    may("notify_url", "退款结果回调url", Kind::Text(256)),
    may(
        "funds_account",
        "退款资金来源",
        Kind::Ruled(32, |t| matches!(t, "AVAILABLE" | "UNSETTLED"), "AVAILABLE or UNSETTLED"),
    ),
    must(
        "amount",
        "金额信息",
        Kind::Object(&[
            must("refund", "退款金额", Kind::Fen),
            must("total", "原订单金额", Kind::Fen),
            must("currency", "退款币种", CNY),
            may(
                "from",
                "退款出资账户及金额",
                Kind::List(&Kind::Object(&[
                    must(
                        "account",
                        "出资账户类型",
                        Kind::Ruled(
                            32,
                            |t| matches!(t, "AVAILABLE" | "UNAVAILABLE"),
                            "AVAILABLE or UNAVAILABLE",
                        ),
                    ),
                    must("amount", "出资金额", Kind::Fen),
                ])),
            ),
        ]),
    ),
    may(
        "goods_detail",
        "退款商品",
        Kind::List(&Kind::Object(&[
            must("merchant_goods_id", "商户侧商品编码", Kind::Text(32)),
            may("wechatpay_goods_id", "微信支付商品编码", Kind::Text(32)),
            may("goods_name", "商品名称", Kind::Text(256)),
            must("unit_price", "商品单价", Kind::Count),
            must("refund_amount", "商品退款金额", Kind::Count),
            must("refund_quantity", "商品退货数量", Kind::Fen),
        ])),
    ),
];

/// `POST …/apply-abnormal-refund` (v3.md §5.5).
pub(in crate::v3) const ABNORMAL_REFUND: &[Member] = &[
    may("sub_mchid", "子商户号", MCHID),
    must("out_refund_no", "商户退款单号", OUT_REFUND_NO),
    must(
        "type",
        "异常退款处理方式",
        Kind::Ruled(
            32,
            |t| matches!(t, "USER_BANK_CARD" | "MERCHANT_BANK_CARD"),
            "USER_BANK_CARD or MERCHANT_BANK_CARD",
        ),
    ),
    may("bank_type", "开户银行", Kind::Ruled(16, is_bank, "one of the documented banks")),
    may("bank_account", "收款银行卡号", Kind::Sealed),
    may("real_name", "收款用户姓名", Kind::Sealed),
];

const OUT_REFUND_NO: Kind = Kind::Ruled(64, |t| OutRefundNo::parse(t).is_ok(), "0-9 A-Z a-z _ - | * @");

fn is_bank(text: &str) -> bool {
    bank_of_debit_card(text).is_some()
}

/// A bank as `user_received_account` names it.
pub(in crate::v3) fn bank_name(bank_type: &str) -> &'static str {
    bank_of_debit_card(bank_type).unwrap_or_default()
}
