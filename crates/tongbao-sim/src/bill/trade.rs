//! Trade bills (交易账单): payments and refunds of a day.

use std::borrow::Cow;
use std::io::{self, Write};
use std::sync::Arc;

use tongbao_wire::{Fen, RefundStatus, Timestamp};

use super::columns::{self, Column};
use super::paper::{Paper, free_text};
use super::{Bill, BillType, Content};
use crate::Switches;
use crate::ledger::{GivingBack, Ledger, Sale, Trade};

/// A payment, or a refund of one.
pub(super) struct Line {
    sale: Arc<Sale>,
    back: Option<Arc<GivingBack>>,
    /// The instant the bill is of.
    as_of: Timestamp,
}

/// What a trade comes to on a bill, if it belongs there.
pub(super) fn line(
    bill: &Bill,
    rows: BillType,
    ledger: &Ledger,
    as_of: Timestamp,
    trade: &Trade,
) -> Option<Line> {
    let line = match trade {
        Trade::Sale(id) => Line { sale: ledger.sale(id)?, back: None, as_of },
        Trade::Refund(id) => {
            let back = ledger.giving_back(id)?;
            Line { sale: ledger.sale(&back.transaction_id)?, back: Some(back), as_of }
        }
    };
    let wanted = match rows {
        BillType::All => true,
        BillType::Success => line.back.is_none(),
        BillType::Refund => line.back.is_some(),
        BillType::RechargeRefund => false,
    };
    (wanted && is_for(bill, &line.sale)).then_some(line)
}

/// The asker's own trades, and for a provider those of its sub-merchants.
fn is_for(bill: &Bill, sale: &Sale) -> bool {
    let Content::Trade { sub_mchid, .. } = &bill.content else { return false };
    let asked = sale.provider.as_ref() == Some(&bill.asker) || sale.payee == bill.asker;
    asked && sub_mchid.as_ref().is_none_or(|sub| *sub == sale.payee)
}

/// A trade bill being written.
pub(super) struct Form {
    rows: BillType,
    columns: Vec<Column>,
    sums: Sums,
}

impl Form {
    pub(super) fn begin(
        rows: BillType,
        paper: &mut Paper<impl Write>,
        switches: &Switches,
    ) -> io::Result<Self> {
        let legacy = switches.bill_legacy_columns;
        let columns = columns::columns(rows, legacy);
        paper.titles(columns.iter().map(|column| column.title(legacy)))?;
        Ok(Self { rows, columns, sums: Sums::default() })
    }

    pub(super) fn add(
        &mut self,
        line: &Line,
        paper: &mut Paper<impl Write>,
        switches: &Switches,
    ) -> io::Result<()> {
        self.sums.add(line);
        paper.values(self.columns.iter().map(|column| line.value(*column, switches)))
    }

    pub(super) fn end(&self, paper: &mut Paper<impl Write>, switches: &Switches) -> io::Result<()> {
        let (legacy, full) = (switches.bill_legacy_columns, switches.bill_success_summary_full);
        let titles = columns::summary(self.rows, legacy, full);
        paper.titles(titles.iter().copied())?;
        paper.values(titles.iter().map(|title| self.sums.value(title)))
    }
}

impl Line {
    fn value(&self, column: Column, switches: &Switches) -> Cow<'_, str> {
        let (sale, words) = (&*self.sale, &self.sale.words);
        match column {
            Column::Time => self.back.as_ref().map_or(sale.paid_at, |back| back.accepted_at).civil().into(),
            Column::PaidTime => sale.paid_at.civil().into(),
            Column::Appid => words.appid.as_str().into(),
            Column::Mchid => sale.provider.as_ref().unwrap_or(&sale.payee).as_str().into(),
            Column::SubMchid if sale.provider.is_some() => sale.payee.as_str().into(),
            Column::SubMchid => "0".into(),
            Column::DeviceInfo => free_text(&words.device_info, switches).into(),
            Column::TransactionId => sale.transaction_id.as_str().into(),
            Column::OutTradeNo => sale.out_trade_no.as_str().into(),
            Column::Openid => words.openid.as_str().into(),
            Column::TradeType => words.trade_type.as_str().into(),
            Column::TradeState => self.state().into(),
            Column::BankType => words.bank_type.as_str().into(),
            Column::Currency => "CNY".into(),
            Column::SettlementTotal | Column::Total => self.paid().to_string().into(),
            // Nobody has coupons here.
            Column::Coupon | Column::CouponRefund => Fen::ZERO.to_string().into(),
            Column::GoodsName => free_text(&words.description, switches).into(),
            Column::Attach => free_text(&words.attach, switches).into(),
            Column::Fee => fee_text(self.fee()).into(),
            Column::FeeReturned => fee_text(minus(Fen::ZERO, self.fee())).into(),
            Column::Rate => sale.rate.to_string().into(),
            Column::SettlementRefund | Column::Refund => self.returned().to_string().into(),
            Column::RateNote => "".into(),
            Column::RefundAppliedTime
            | Column::RefundSuccessTime
            | Column::RefundId
            | Column::OutRefundNo
            | Column::RefundChannel
            | Column::RefundStatus => self.of_refund(column),
        }
    }

    /// Payments have `0` for numbers of refunds, and nothing else (v3.md §7.3).
    fn of_refund(&self, column: Column) -> Cow<'_, str> {
        let Some(back) = &self.back else {
            let number = matches!(column, Column::RefundId | Column::OutRefundNo);
            return if number { "0".into() } else { "".into() };
        };
        match column {
            Column::RefundAppliedTime => back.accepted_at.civil().into(),
            Column::RefundSuccessTime => {
                back.arrived_by(self.as_of).map(Timestamp::civil).unwrap_or_default().into()
            }
            Column::RefundId => back.refund_id.as_str().into(),
            Column::OutRefundNo => back.out_refund_no.as_deref().unwrap_or("0").into(),
            Column::RefundChannel => back.channel_at(self.as_of).into(),
            Column::RefundStatus => status_word(&back.status_at(self.as_of)).into(),
            _ => "".into(),
        }
    }

    fn state(&self) -> &'static str {
        match &self.back {
            None => "SUCCESS",
            Some(back) if back.out_refund_no.is_some() => "REFUND",
            Some(_) => "REVOKED",
        }
    }

    fn paid(&self) -> Fen {
        if self.back.is_none() { self.sale.total } else { Fen::ZERO }
    }

    fn returned(&self) -> Fen {
        self.back.as_ref().map_or(Fen::ZERO, |back| back.paid.amount)
    }

    /// Below zero where it is returned.
    fn fee(&self) -> Fen {
        self.back.as_ref().map_or(self.sale.fee, |back| minus(Fen::ZERO, back.fee_told))
    }
}

/// Bills have words of their own (v3.md §7.3).
fn status_word(status: &RefundStatus) -> &'static str {
    match status {
        RefundStatus::Success => "SUCCESS",
        RefundStatus::Processing | RefundStatus::Unknown(_) => "PROCESSING",
        RefundStatus::Closed => "FAIL",
        RefundStatus::Abnormal => "CHANGE",
    }
}

#[derive(Default)]
struct Sums {
    count: u64,
    paid: Fen,
    returned: Fen,
    fee: Fen,
}

impl Sums {
    fn add(&mut self, line: &Line) {
        self.count += 1;
        self.paid = plus(self.paid, line.paid());
        self.returned = plus(self.returned, line.returned());
        self.fee = plus(self.fee, line.fee());
    }

    fn value(&self, title: &str) -> String {
        match title {
            "总交易单数" => self.count.to_string(),
            "应结订单总金额" | "订单总金额" | "总交易额" => self.paid.to_string(),
            "退款总金额" | "申请退款总金额" | "总退款金额" => self.returned.to_string(),
            "手续费总金额" => fee_text(self.fee),
            // Nobody has coupons here.
            _ => Fen::ZERO.to_string(),
        }
    }
}

/// Fees have five decimals.
fn fee_text(fee: Fen) -> String {
    format!("{fee}000")
}

fn plus(a: Fen, b: Fen) -> Fen {
    a.checked_add(b).expect("a day's trades add up within 63 bits")
}

fn minus(a: Fen, b: Fen) -> Fen {
    a.checked_sub(b).expect("a fee is far from the ends")
}
