//! Fund-flow bills (资金账单): what moved a purse on a day, and what was in it after each.

use std::io::{self, Write};
use std::sync::Arc;

use tongbao_wire::{BillDate, Fen, Mchid};

use super::paper::{Paper, free_text};
use super::{AccountType, Bill, Face};
use crate::Switches;
use crate::ledger::{Entry, Kind};

/// One flow: the entry, what it did to the purse, and what was there afterwards.
pub(super) struct Line {
    entry: Arc<Entry>,
    flow: Fen,
    balance: Fen,
}

/// What an entry of the journal does to a purse, if anything.
pub(super) fn line(mchid: &Mchid, account: AccountType, entry: &Arc<Entry>) -> Option<Line> {
    let (flow, balance) = entry.flow(mchid, account.purse()?)?;
    Some(Line { entry: Arc::clone(entry), flow, balance })
}

/// A fund-flow bill being written.
pub(super) struct Form {
    mchid: Mchid,
    day: BillDate,
    income: Sum,
    expense: Sum,
}

impl Form {
    pub(super) fn begin(mchid: &Mchid, bill: &Bill, paper: &mut Paper<impl Write>) -> io::Result<Self> {
        let (amount, balance) = match bill.face {
            Face::V3 => ("收支金额(元)", "账户结余(元)"),
            Face::V2 => ("收支金额（元）", "账户结余（元）"),
        };
        paper.titles([
            "记账时间",
            "微信支付业务单号",
            "资金流水单号",
            "业务名称",
            "业务类型",
            "收支类型",
            amount,
            balance,
            "资金变更提交申请人",
            "备注",
            "业务凭证号",
        ])?;
        Ok(Self { mchid: mchid.clone(), day: bill.day, income: Sum::default(), expense: Sum::default() })
    }

    pub(super) fn add(
        &mut self,
        line: &Line,
        paper: &mut Paper<impl Write>,
        switches: &Switches,
    ) -> io::Result<()> {
        let (sum, word) =
            if line.flow > Fen::ZERO { (&mut self.income, "收入") } else { (&mut self.expense, "支出") };
        let size = Fen::new(line.flow.get().abs());
        sum.count += 1;
        sum.amount = sum.amount.checked_add(size).expect("a day's flows add up within 63 bits");
        let (entry, told) = (&line.entry, &line.entry.told);
        let name = name(entry.kind);
        paper.values([
            entry.at.civil(),
            told.business.clone(),
            flow_number(&self.mchid, self.day, entry.number),
            name.into(),
            name.into(),
            word.into(),
            size.to_string(),
            line.balance.to_string(),
            told.applicant.as_ref().map_or_else(|| "system".into(), |mchid| format!("{mchid}API")),
            free_text(&told.remark, switches),
            told.voucher.clone(),
        ])
    }

    pub(super) fn end(&self, paper: &mut Paper<impl Write>) -> io::Result<()> {
        paper.titles(["资金流水总笔数", "收入笔数", "收入金额", "支出笔数", "支出金额"])?;
        paper.values([
            (self.income.count + self.expense.count).to_string(),
            self.income.count.to_string(),
            self.income.amount.to_string(),
            self.expense.count.to_string(),
            self.expense.amount.to_string(),
        ])
    }
}

#[derive(Default)]
struct Sum {
    count: u64,
    amount: Fen,
}

/// 业务名称 and 业务类型, which are the same word in the bills at hand (v3.md §7.3); for transfers and
/// returned shares it is inferred \[I\].
fn name(kind: Kind) -> &'static str {
    match kind {
        Kind::Payment => "交易",
        Kind::Fee => "扣除交易手续费",
        Kind::Refund | Kind::RefundArrived => "退款",
        Kind::RefundClosed => "退款关闭",
        Kind::Share => "分账",
        Kind::ShareReturn => "分账回退",
        Kind::Transfer | Kind::TransferArrived => "商家转账",
        Kind::TransferReturned => "商家转账退回",
        Kind::Withdrawal => "提现",
        Kind::TopUp | Kind::Issue => "充值",
        Kind::Unfreeze => "解冻",
    }
}

/// The merchant, the day and ten digits, as in a bill seen (v2.md §3.6).
fn flow_number(mchid: &Mchid, day: BillDate, number: u64) -> String {
    format!("{mchid}{}{:010}", day.digits(), number % 10_000_000_000)
}
