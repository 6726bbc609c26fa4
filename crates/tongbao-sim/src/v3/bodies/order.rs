//! Bodies of orders: every scene, of merchants and of providers (v3.md §2.1, §2.6, §3).

use tongbao_wire::Call;

use super::{ADDRESS, APPID, CNY, LIMITS, MCHID, OPENID, OUT_TRADE_NO, TIME, is_identity};
use crate::v3::schema::{Kind, Member, may, must};

/// What the body of an order may have, in groups.
pub(in crate::v3) fn order(call: Call) -> &'static [&'static [Member]] {
    match call {
        Call::JsapiPrepay => &[DIRECT, ORDER, PAYER, SCENE, SETTLE],
        Call::AppPrepay | Call::NativePrepay => &[DIRECT, ORDER, SCENE, SETTLE],
        Call::H5Prepay => &[DIRECT, ORDER, H5_SCENE, SETTLE],
        Call::PartnerJsapiPrepay => &[PARTNER, ORDER, PARTNER_PAYER, SCENE, PARTNER_SETTLE],
        Call::PartnerH5Prepay => &[PARTNER, ORDER, H5_SCENE, PARTNER_SETTLE],
        // Apps and QR codes.
        _ => &[PARTNER, ORDER, SCENE, PARTNER_SETTLE],
    }
}

/// `POST …/close` (v3.md §2.6).
pub(in crate::v3) const CLOSE: &[Member] = &[must("mchid", "直连商户号", Kind::Text(32))];

/// The same of a provider (v3.md §3).
pub(in crate::v3) const PARTNER_CLOSE: &[Member] =
    &[must("sp_mchid", "服务商户号", Kind::Text(32)), must("sub_mchid", "子商户号", MCHID)];

pub(super) const DIRECT: &[Member] = &[must("appid", "公众号ID", APPID), must("mchid", "直连商户号", MCHID)];

pub(super) const PARTNER: &[Member] = &[
    must("sp_appid", "服务商应用ID", APPID),
    must("sp_mchid", "服务商户号", MCHID),
    may("sub_appid", "子商户/二级商户应用ID", APPID),
    must("sub_mchid", "子商户号", MCHID),
];

const ORDER: &[Member] = &[
    must("description", "商品描述", Kind::Text(127)),
    must("out_trade_no", "商户订单号", OUT_TRADE_NO),
    may("time_expire", "交易结束时间", TIME),
    may("attach", "附加数据", Kind::Text(128)),
    must("notify_url", "通知地址", Kind::Text(255)),
    may("goods_tag", "订单优惠标记", Kind::Text(32)),
    may("support_fapiao", "电子发票入口开放标识", Kind::Boolean),
    must("amount", "订单金额", AMOUNT),
    may("detail", "优惠功能", Kind::Object(DETAIL)),
    may("limit_pay", "指定支付方式", LIMITS),
    may("subsidy_info", "分付贴息", SUBSIDY_INFO),
];

pub(super) const AMOUNT: Kind =
    Kind::Object(&[must("total", "总金额", Kind::Fen), may("currency", "货币类型", CNY)]);

// The absence of a payer has a sentence of its own; see `openid`.
const PAYER: &[Member] = &[may(
    "payer",
    "支付者",
    Kind::Object(&[may("openid", "用户标识", OPENID), may("identity", "实名支付人", Kind::Object(IDENTITY))]),
)];

const PARTNER_PAYER: &[Member] = &[may(
    "payer",
    "支付者",
    Kind::Object(&[
        may("sp_openid", "用户服务标识", OPENID),
        may("sub_openid", "用户子标识", OPENID),
        may("identity", "实名支付人", Kind::Object(IDENTITY)),
    ]),
)];

const SCENE: &[Member] = &[may("scene_info", "场景信息", Kind::Object(SCENE_INFO))];

const H5_SCENE: &[Member] = &[must(
    "scene_info",
    "场景信息",
    Kind::Object(&[
        must("payer_client_ip", "用户终端IP", ADDRESS),
        may("device_id", "商户端设备号", Kind::Text(32)),
        may("store_info", "商户门店信息", Kind::Object(STORE)),
        must("h5_info", "H5场景信息", Kind::Object(H5_INFO)),
    ]),
)];

pub(super) const H5_INFO: &[Member] = &[
    must(
        "type",
        "场景类型",
        Kind::Ruled(32, |t| matches!(t, "iOS" | "Android" | "Wap"), "iOS, Android or Wap"),
    ),
    may("app_name", "应用名称", Kind::Text(64)),
    may("app_url", "网站URL", Kind::Text(128)),
    may("bundle_id", "iOS平台BundleID", Kind::Text(128)),
    may("package_name", "Android平台PackageName", Kind::Text(128)),
];

const SCENE_INFO: &[Member] = &[
    may("payer_client_ip", "用户终端IP", ADDRESS),
    may("device_id", "商户端设备号", Kind::Text(32)),
    may("store_info", "商户门店信息", Kind::Object(STORE)),
];

const STORE: &[Member] = &[
    must("id", "门店编号", Kind::Text(32)),
    may("name", "门店名称", Kind::Text(256)),
    may("area_code", "地区编码", Kind::Text(32)),
    may("address", "详细地址", Kind::Text(512)),
];

pub(super) const SETTLE: &[Member] =
    &[may("settle_info", "结算信息", Kind::Object(&[may("profit_sharing", "是否指定分账", Kind::Boolean)]))];

const PARTNER_SETTLE: &[Member] = &[may("settle_info", "结算信息", Kind::Object(PARTNER_SETTLE_INFO))];

pub(super) const PARTNER_SETTLE_INFO: &[Member] =
    &[may("profit_sharing", "是否指定分账", Kind::Boolean), may("subsidy_amount", "补差金额", Kind::Count)];

pub(super) const SUBSIDY_INFO: Kind =
    Kind::Object(&[may("subsidy_detail", "贴息详情", Kind::List(&Kind::Object(SUBSIDY)))]);

pub(super) const IDENTITY: &[Member] = &[
    may("type", "证件类型", Kind::Ruled(32, is_identity, "one of the documented identity types")),
    // Encrypted: Base64 of 256 bytes.
    may("number", "证件号", Kind::Text(1024)),
    may("name", "证件姓名", Kind::Text(1024)),
];

const SUBSIDY: &[Member] = &[
    may(
        "subsidy_period_type",
        "贴息周期类型",
        Kind::Ruled(32, |t| matches!(t, "DAILY" | "PERIOD"), "DAILY or PERIOD"),
    ),
    may(
        "subsidy_plan",
        "贴息方案",
        Kind::List(&Kind::Object(&[
            may("subsidy_installment_num", "贴息期数", Kind::OneOf(&[3, 6, 12])),
            may("subsidy_percent", "贴息比例", Kind::OneOf(&[0, 100])),
        ])),
    ),
];

pub(super) const DETAIL: &[Member] = &[
    may("cost_price", "订单原价", Kind::Count),
    may("invoice_id", "商品小票ID", Kind::Text(32)),
    may(
        "goods_detail",
        "单品列表",
        Kind::List(&Kind::Object(&[
            must("merchant_goods_id", "商户侧商品编码", Kind::Text(32)),
            may("wechatpay_goods_id", "微信支付商品编码", Kind::Text(32)),
            may("goods_name", "商品名称", Kind::Text(256)),
            must("quantity", "商品数量", Kind::Fen),
            must("unit_price", "商品单价", Kind::Count),
        ])),
    ),
];
