//! Bodies of payment-code orders (v3.md §2.8, §3).

use super::order::{AMOUNT, DIRECT, PARTNER, PARTNER_SETTLE_INFO, SETTLE};
use super::{ADDRESS, APPID, MCHID, OUT_TRADE_NO};
use crate::v3::schema::{Kind, Member, may, must};

/// `POST /v3/pay/transactions/codepay`, in groups.
pub(in crate::v3) const CODE_PAY: &[&[Member]] = &[DIRECT, ORDER, SETTLE];

/// The same of a provider.
pub(in crate::v3) const PARTNER_CODE_PAY: &[&[Member]] = &[PARTNER, ORDER, PARTNER_SETTLE];

/// `POST …/reverse`.
pub(in crate::v3) const REVERSE: &[Member] =
    &[must("appid", "公众号ID", APPID), must("mchid", "直连商户号", MCHID)];

/// The same of a provider.
pub(in crate::v3) const PARTNER_REVERSE: &[Member] = &[
    may("sp_appid", "服务商应用ID", APPID),
    must("sp_mchid", "服务商户号", MCHID),
    may("sub_appid", "子商户应用ID", APPID),
    must("sub_mchid", "子商户号", MCHID),
];

const ORDER: &[Member] = &[
    must("description", "商品描述", Kind::Text(127)),
    must("out_trade_no", "商户订单号", OUT_TRADE_NO),
    may("attach", "附加数据", Kind::Text(128)),
    may("goods_tag", "订单优惠标记", Kind::Text(32)),
    may("support_fapiao", "电子发票入口开放标识", Kind::Boolean),
    must("payer", "支付者", Kind::Object(&[must("auth_code", "授权码", Kind::Text(32))])),
    must("amount", "订单金额", AMOUNT),
    must(
        "scene_info",
        "场景信息",
        Kind::Object(&[
            may("device_id", "商户端设备号", Kind::Text(32)),
            may("device_ip", "商户端设备IP", ADDRESS),
            must(
                "store_info",
                "商户门店信息",
                Kind::Object(&[
                    may("id", "门店编号", Kind::Text(32)),
                    may("out_id", "商家自定义编码", Kind::Text(32)),
                ]),
            ),
        ]),
    ),
    may("detail", "优惠功能", Kind::Object(DETAIL)),
];

const PARTNER_SETTLE: &[Member] = &[may("settle_info", "结算信息", Kind::Object(PARTNER_SETTLE_INFO))];

const DETAIL: &[Member] = &[
    may("cost_price", "订单原价", Kind::Count),
    may("invoice_id", "商品小票ID", Kind::Text(32)),
    may(
        "goods_detail",
        "单品列表",
        Kind::List(&Kind::Object(&[
            must("merchant_goods_id", "商品编码", Kind::Text(32)),
            may("wxpay_goods_id", "微信支付商品编码", Kind::Text(32)),
            may("goods_name", "商品名称", Kind::Text(256)),
            must("quantity", "商品数量", Kind::Fen),
            must("unit_price", "商品单价", Kind::Count),
        ])),
    ),
];
