//! Bodies of combined orders (v3.md §4).

use tongbao_wire::Call;

use super::order::{H5_INFO, IDENTITY, PARTNER_SETTLE_INFO, SUBSIDY_INFO};
use super::{ADDRESS, APPID, MCHID, OPENID, OUT_TRADE_NO, TIME};
use crate::v3::schema::{Kind, Member, may, must};

/// What the body of a combined order may have, in groups.
pub(in crate::v3) fn combine(call: Call) -> &'static [&'static [Member]] {
    match call {
        Call::CombineJsapiPrepay => &[WHOLE, PAYER, SCENE],
        Call::CombineH5Prepay => &[WHOLE, H5_SCENE],
        // Apps and QR codes.
        _ => &[WHOLE, SCENE],
    }
}

/// `POST …/close`.
pub(in crate::v3) const COMBINE_CLOSE: &[Member] = &[
    must("combine_appid", "合单商户appid", APPID),
    must(
        "sub_orders",
        "子单信息",
        Kind::List(&Kind::Object(&[
            must("mchid", "子单商户号", MCHID),
            must("out_trade_no", "子单商户订单号", OUT_TRADE_NO),
            may("sub_mchid", "二级商户号", MCHID),
            may("sub_appid", "子商户应用ID", APPID),
        ])),
    ),
];

const WHOLE: &[Member] = &[
    must("combine_appid", "合单商户appid", APPID),
    must("combine_mchid", "合单商户号", MCHID),
    must("combine_out_trade_no", "合单商户订单号", OUT_TRADE_NO),
    must("sub_orders", "子单信息", Kind::List(&Kind::Object(PART))),
    may("time_start", "交易起始时间", TIME),
    may("time_expire", "交易结束时间", TIME),
    must("notify_url", "通知地址", Kind::Text(255)),
    may(
        "limit_pay",
        "指定支付方式",
        Kind::List(&Kind::Ruled(
            32,
            |t| matches!(t, "no_balance" | "no_debit" | "balance_only"),
            "no_balance, no_debit or balance_only",
        )),
    ),
    may("subsidy_info", "分付贴息", SUBSIDY_INFO),
];

const PART: &[Member] = &[
    must("mchid", "子单商户号", MCHID),
    must("attach", "附加数据", Kind::Text(128)),
    must(
        "amount",
        "订单金额",
        Kind::Object(&[
            must("total_amount", "标价金额", Kind::Fen),
            must("currency", "标价币种", Kind::Ruled(8, |t| t == "CNY", "Currency code is invalid")),
        ]),
    ),
    must("out_trade_no", "子单商户订单号", OUT_TRADE_NO),
    may("sub_mchid", "二级商户号", MCHID),
    may("sub_appid", "子商户应用ID", APPID),
    may("detail", "商品详情", Kind::Text(6000)),
    may("goods_tag", "订单优惠标记", Kind::Text(32)),
    must("description", "商品描述", Kind::Text(127)),
    may("settle_info", "结算信息", Kind::Object(PARTNER_SETTLE_INFO)),
];

// The absence of a payer has a sentence of its own; see `openid`.
const PAYER: &[Member] = &[may(
    "combine_payer_info",
    "支付者",
    Kind::Object(&[
        may("openid", "用户标识", OPENID),
        may("sub_openid", "用户子标识", OPENID),
        may("identity", "实名支付人", Kind::Object(IDENTITY)),
    ]),
)];

const SCENE: &[Member] = &[may(
    "scene_info",
    "场景信息",
    Kind::Object(&[
        may("device_id", "商户端设备号", Kind::Text(16)),
        must("payer_client_ip", "用户终端IP", ADDRESS),
    ]),
)];

const H5_SCENE: &[Member] = &[must(
    "scene_info",
    "场景信息",
    Kind::Object(&[
        may("device_id", "商户端设备号", Kind::Text(32)),
        must("payer_client_ip", "用户终端IP", ADDRESS),
        must("h5_info", "H5场景信息", Kind::Object(H5_INFO)),
    ]),
)];
