//! The columns of bills by their titles (v3.md §7.3, v2.md §3.5). The order differs from type to type, so
//! nothing is found by position.

use super::fault::BillFaultReason;
use super::reader::BillKind;

macro_rules! columns {
    ($($name:ident = $title:literal $(| $other:literal)*;)*) => {
        /// A column this crate reads. The first title is today's; the others are older or of another type.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Column {
            $($name,)*
        }

        impl Column {
            pub(crate) const COUNT: usize = [$(Column::$name,)*].len();

            pub(crate) const fn title(self) -> &'static str {
                match self {
                    $(Self::$name => $title,)*
                }
            }

            fn of(title: &str) -> Option<Self> {
                match title {
                    $($title $(| $other)* => Some(Self::$name),)*
                    _ => None,
                }
            }
        }
    };
}

columns! {
    // Trade bills.
    TradeTime = "交易时间";
    Appid = "公众账号ID";
    Mchid = "商户号";
    SubMchid = "特约商户号" | "子商户号";
    DeviceInfo = "设备号";
    TransactionId = "微信订单号";
    OutTradeNo = "商户订单号";
    Openid = "用户标识";
    TradeType = "交易类型";
    TradeState = "交易状态";
    BankType = "付款银行";
    Currency = "货币种类";
    SettlementTotal = "应结订单金额";
    Coupon = "代金券金额" | "代金券或立减优惠金额" | "企业红包金额";
    RefundAppliedTime = "退款申请时间";
    RefundSuccessTime = "退款成功时间";
    RefundId = "微信退款单号";
    OutRefundNo = "商户退款单号";
    SettlementRefund = "退款金额";
    CouponRefund = "充值券退款金额" | "代金券或立减优惠退款金额" | "企业红包退款金额";
    RefundChannel = "退款类型";
    RefundStatus = "退款状态";
    GoodsName = "商品名称";
    Attach = "商户数据包";
    Fee = "手续费" | "返还手续费";
    Rate = "费率";
    Total = "订单金额" | "总金额";
    Refund = "申请退款金额";
    RateNote = "费率备注";
    // Their summary.
    Count = "总交易单数";
    SumSettlementTotal = "应结订单总金额";
    SumSettlementRefund = "退款总金额" | "总退款金额";
    SumCouponRefund = "充值券退款总金额" | "总代金券或立减优惠退款金额" | "总企业红包退款金额" | "企业红包退款总金额";
    SumFee = "手续费总金额";
    SumTotal = "订单总金额" | "总交易额";
    SumRefund = "申请退款总金额";
    // Fund-flow bills. Both widths of brackets occur.
    AccountingTime = "记账时间";
    BusinessNo = "微信支付业务单号";
    FlowNo = "资金流水单号";
    BusinessName = "业务名称";
    BusinessType = "业务类型";
    Direction = "收支类型";
    Amount = "收支金额(元)" | "收支金额（元）";
    Balance = "账户结余(元)" | "账户结余（元）";
    Applicant = "资金变更提交申请人";
    Remark = "备注";
    VoucherNo = "业务凭证号";
    // Their summary.
    FlowCount = "资金流水总笔数";
    IncomeCount = "收入笔数";
    Income = "收入金额";
    ExpenseCount = "支出笔数";
    Expense = "支出金额";
}

/// The line of titles over rows or over the summary.
pub(crate) struct Titles {
    texts: Vec<Box<str>>,
    places: [Option<usize>; Column::COUNT],
}

impl Titles {
    /// Reads a line of titles. They are separated by commas and have no backticks.
    pub(crate) fn read(line: &str) -> Result<Self, BillFaultReason> {
        let mut titles = Self { texts: Vec::new(), places: [None; Column::COUNT] };
        for title in line.split(',').map(str::trim) {
            if titles.texts.len() == COLUMNS_MAX {
                return Err(BillFaultReason::TooManyColumns(COLUMNS_MAX));
            }
            if let Some(column) = Column::of(title) {
                titles.places[column as usize].get_or_insert(titles.texts.len());
            }
            titles.texts.push(title.into());
        }
        Ok(titles)
    }

    pub(crate) fn len(&self) -> usize {
        self.texts.len()
    }

    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> {
        self.texts.iter().map(|title| &**title)
    }

    pub(crate) fn place(&self, column: Column) -> Option<usize> {
        self.places[column as usize]
    }

    pub(crate) fn has(&self, column: Column) -> bool {
        self.place(column).is_some()
    }

    /// Where the title stands; brackets of either width are alike.
    pub(crate) fn find(&self, title: &str) -> Option<usize> {
        self.texts.iter().position(|text| text.chars().map(narrow).eq(title.chars().map(narrow)))
    }

    /// The type of bill that has these titles.
    pub(crate) fn kind(&self) -> BillKind {
        let trade = self.has(Column::TradeTime) && self.has(Column::TransactionId);
        let flow = self.has(Column::AccountingTime) && self.has(Column::FlowNo);
        match (trade, flow) {
            (true, _) if self.find("返还手续费").is_some() => BillKind::RechargeRefund,
            (true, _) if self.has(Column::RefundAppliedTime) => BillKind::Refund,
            (true, _) if self.has(Column::RefundId) => BillKind::All,
            (true, _) => BillKind::Success,
            (false, true) => BillKind::FundFlow,
            (false, false) => BillKind::Other,
        }
    }
}

fn narrow(character: char) -> char {
    match character {
        '（' => '(',
        '）' => ')',
        other => other,
    }
}

/// The widest bill documented has 29 columns.
pub const COLUMNS_MAX: usize = 64;
