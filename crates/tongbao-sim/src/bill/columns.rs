//! The columns of trade bills (v3.md §7.3, v2.md §3.5).

use super::BillType;

/// A column of a trade bill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
    /// 交易时间: when it happened, be it payment or refund.
    Time,
    /// 交易时间 in bills of refunds: when the payment was.
    PaidTime,
    Appid,
    Mchid,
    SubMchid,
    DeviceInfo,
    TransactionId,
    OutTradeNo,
    Openid,
    TradeType,
    TradeState,
    BankType,
    Currency,
    SettlementTotal,
    Coupon,
    RefundAppliedTime,
    RefundSuccessTime,
    RefundId,
    OutRefundNo,
    SettlementRefund,
    CouponRefund,
    RefundChannel,
    RefundStatus,
    GoodsName,
    Attach,
    Fee,
    FeeReturned,
    Rate,
    Total,
    Refund,
    RateNote,
}

use Column as C;

impl Column {
    /// Its title now, or before 2018.
    pub(super) fn title(self, legacy: bool) -> &'static str {
        match self {
            Self::Time | Self::PaidTime => "交易时间",
            Self::Appid => "公众账号ID",
            Self::Mchid => "商户号",
            Self::SubMchid if legacy => "子商户号",
            Self::SubMchid => "特约商户号",
            Self::DeviceInfo => "设备号",
            Self::TransactionId => "微信订单号",
            Self::OutTradeNo => "商户订单号",
            Self::Openid => "用户标识",
            Self::TradeType => "交易类型",
            Self::TradeState => "交易状态",
            Self::BankType => "付款银行",
            Self::Currency => "货币种类",
            Self::SettlementTotal if legacy => "总金额",
            Self::SettlementTotal => "应结订单金额",
            Self::Coupon if legacy => "代金券或立减优惠金额",
            Self::Coupon => "代金券金额",
            Self::RefundAppliedTime => "退款申请时间",
            Self::RefundSuccessTime => "退款成功时间",
            Self::RefundId => "微信退款单号",
            Self::OutRefundNo => "商户退款单号",
            Self::SettlementRefund => "退款金额",
            Self::CouponRefund if legacy => "代金券或立减优惠退款金额",
            Self::CouponRefund => "充值券退款金额",
            Self::RefundChannel => "退款类型",
            Self::RefundStatus => "退款状态",
            Self::GoodsName => "商品名称",
            Self::Attach => "商户数据包",
            Self::Fee => "手续费",
            Self::FeeReturned => "返还手续费",
            Self::Rate => "费率",
            Self::Total => "订单金额",
            Self::Refund => "申请退款金额",
            Self::RateNote => "费率备注",
        }
    }
}

/// The columns of a type, in their order.
pub(super) fn columns(rows: BillType, legacy: bool) -> Vec<Column> {
    let time = match rows {
        BillType::All | BillType::Success => C::Time,
        BillType::Refund | BillType::RechargeRefund => C::PaidTime,
    };
    let refund = [
        C::RefundId,
        C::OutRefundNo,
        C::SettlementRefund,
        C::CouponRefund,
        C::RefundChannel,
        C::RefundStatus,
    ];
    let mut columns = vec![time];
    columns.extend(ORDER);
    match rows {
        BillType::All => columns.extend(refund),
        BillType::Success => {}
        BillType::Refund | BillType::RechargeRefund => {
            columns.extend([C::RefundAppliedTime, C::RefundSuccessTime]);
            columns.extend(refund);
        }
    }
    columns.extend([C::GoodsName, C::Attach]);
    columns.push(if rows == BillType::RechargeRefund { C::FeeReturned } else { C::Fee });
    columns.push(C::Rate);
    if legacy {
        return columns;
    }
    columns.extend(match rows {
        BillType::All | BillType::Refund => &[C::Total, C::Refund, C::RateNote][..],
        BillType::Success => &[C::Total, C::RateNote],
        BillType::RechargeRefund => &[C::Total, C::Refund],
    });
    columns
}

/// After the time, in every type.
const ORDER: [Column; 13] = [
    C::Appid,
    C::Mchid,
    C::SubMchid,
    C::DeviceInfo,
    C::TransactionId,
    C::OutTradeNo,
    C::Openid,
    C::TradeType,
    C::TradeState,
    C::BankType,
    C::Currency,
    C::SettlementTotal,
    C::Coupon,
];

/// The titles of the summary.
pub(super) fn summary(rows: BillType, legacy: bool, full: bool) -> &'static [&'static str] {
    match rows {
        BillType::All | BillType::Success | BillType::Refund | BillType::RechargeRefund if legacy => {
            &["总交易单数", "总交易额", "总退款金额", "总代金券或立减优惠退款金额", "手续费总金额"]
        }
        BillType::Success if !full => &["总交易单数", "应结订单总金额", "手续费总金额", "订单总金额"],
        BillType::All | BillType::Success | BillType::Refund | BillType::RechargeRefund => &[
            "总交易单数",
            "应结订单总金额",
            "退款总金额",
            "充值券退款总金额",
            "手续费总金额",
            "订单总金额",
            "申请退款总金额",
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::{BillType, columns};

    #[test]
    fn each_type_has_as_many_columns_as_the_documents_list() {
        for (rows, legacy, count) in [
            (BillType::All, false, 27),
            (BillType::Success, false, 20),
            (BillType::Refund, false, 29),
            (BillType::RechargeRefund, false, 28),
            (BillType::All, true, 24),
        ] {
            assert_eq!(columns(rows, legacy).len(), count, "{rows:?}");
        }
    }
}
