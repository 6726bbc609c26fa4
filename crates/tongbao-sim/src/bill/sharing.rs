//! Profit-sharing bills (分账账单). Their columns are not published: these are the simulator's own
//! (v3-extended.md §8.4), behind [`crate::Switches::profit_sharing_bills`].

use std::io::{self, Write};

use tongbao_wire::{Fen, Mchid};

use super::paper::Paper;
use super::{Bill, Content};
use crate::ledger::{Account, Entry, Kind};

/// Of shares: the asker's own, and for a provider those it made for its sub-merchants.
pub(super) fn is_for(bill: &Bill, entry: &Entry) -> bool {
    if entry.kind != Kind::Share {
        return false;
    }
    let Content::Sharing { sub_mchid } = &bill.content else { return false };
    let from = payer_of(entry);
    let asked = from == Some(&bill.asker) || entry.told.applicant.as_ref() == Some(&bill.asker);
    asked && sub_mchid.as_ref().is_none_or(|sub| from == Some(sub))
}

fn payer_of(entry: &Entry) -> Option<&Mchid> {
    entry.moves.iter().find_map(|leg| leg.from.purse()).map(|(mchid, _)| mchid)
}

/// A profit-sharing bill being written.
pub(super) struct Form {
    count: u64,
    sum: Fen,
}

impl Form {
    pub(super) fn begin(paper: &mut Paper<impl Write>) -> io::Result<Self> {
        paper.titles(["时间", "微信订单号", "分账单号", "接收方", "金额(元)"])?;
        Ok(Self { count: 0, sum: Fen::ZERO })
    }

    pub(super) fn add(&mut self, entry: &Entry, paper: &mut Paper<impl Write>) -> io::Result<()> {
        for leg in &entry.moves {
            self.count += 1;
            self.sum = self.sum.checked_add(leg.amount).expect("a day's shares add up within 63 bits");
            let receiver = match &leg.to {
                Account::Available(mchid) => mchid.as_str(),
                _ => "",
            };
            let transaction = entry.told.transaction.as_ref().map_or("", |id| id.as_str());
            let (at, amount) = (entry.at.civil(), leg.amount.to_string());
            paper.values([&at, transaction, &entry.told.business, receiver, &amount])?;
        }
        Ok(())
    }

    pub(super) fn end(&self, paper: &mut Paper<impl Write>) -> io::Result<()> {
        paper.titles(["总笔数", "总金额"])?;
        paper.values([self.count.to_string(), self.sum.to_string()])
    }
}
