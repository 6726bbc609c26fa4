//! Profit-sharing bills (分账账单). Their columns are not published: these are the simulator's own
//! (v3-extended.md §8.4), behind [`Switches::profit_sharing_bills`].

use std::io::{self, Write};
use std::sync::Arc;

use tongbao_wire::{Fen, Mchid};

use super::paper::Paper;
use super::{Bill, Content};
use crate::Switches;
use crate::ledger::{Account, Entry, Kind, Ledger};

/// The shares of a day, in the order they were made.
pub(super) fn lines<'a>(bill: &'a Bill, ledger: &'a Ledger) -> impl Iterator<Item = Arc<Entry>> {
    let of_bill = |entry: &Arc<Entry>| entry.kind == Kind::Share && is_for(bill, entry);
    ledger.entries_of(bill.day).filter(of_bill)
}

/// The asker's own shares, and for a provider those it made for its sub-merchants.
fn is_for(bill: &Bill, entry: &Entry) -> bool {
    let Content::Sharing { sub_mchid } = &bill.content else { return false };
    let from = payer_of(entry);
    let asked = from == Some(&bill.asker) || entry.told.applicant.as_ref() == Some(&bill.asker);
    asked && sub_mchid.as_ref().is_none_or(|sub| from == Some(sub))
}

fn payer_of(entry: &Entry) -> Option<&Mchid> {
    entry.moves.iter().find_map(|leg| leg.from.purse()).map(|(mchid, _)| mchid)
}

pub(super) fn write(bill: &Bill, ledger: &Ledger, switches: &Switches, out: impl Write) -> io::Result<()> {
    let mut paper = Paper::new(out, switches)?;
    paper.titles(["时间", "微信订单号", "分账单号", "接收方", "金额(元)"])?;
    let (mut count, mut sum) = (0_u64, Fen::ZERO);
    for entry in lines(bill, ledger) {
        for leg in &entry.moves {
            count += 1;
            sum = sum.checked_add(leg.amount).expect("a day's shares add up within 63 bits");
            let receiver = match &leg.to {
                Account::Available(mchid) => mchid.as_str(),
                _ => "",
            };
            let transaction = entry.told.transaction.as_ref().map_or("", |id| id.as_str());
            let (at, amount) = (entry.at.civil(), leg.amount.to_string());
            paper.values([&at, transaction, &entry.told.business, receiver, &amount])?;
        }
    }
    paper.titles(["总笔数", "总金额"])?;
    paper.values([count.to_string(), sum.to_string()])
}
