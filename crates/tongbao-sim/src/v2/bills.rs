//! Bills (v2.md §3.5, §3.6): a file, or a refusal in plain XML.

use flate2::Compression;
use flate2::write::GzEncoder;
use tongbao_wire::{BillDate, Call};

use super::LongHandler;
use super::answer::Answer;
use super::form::{Kind, Member, may, must};
use super::gate::Asked;
use super::refused::Refused;
use crate::Simulator;
use crate::bill::{AccountType, Bill, BillType, Content, Face, NoBill};

/// The calls answered here.
pub(super) const CALLS: &[(Call, &[Member], LongHandler)] = &[
    (Call::DownloadTradeBill, TRADE, |simulator, asked| Box::pin(trade(simulator, asked))),
    (Call::DownloadFundFlow, FUND_FLOW, |simulator, asked| Box::pin(fund_flow(simulator, asked))),
];

const TRADE: &[Member] = &[must("bill_date", BILL_DATE), may("tar_type", Kind::OneOf(&["GZIP"]))];

const FUND_FLOW: &[Member] = &[
    must("bill_date", BILL_DATE),
    must("account_type", Kind::OneOf(&["Basic", "Operation", "Fees"])),
    must("sign_type", Kind::OneOf(&["HMAC-SHA256"])),
    may("tar_type", Kind::OneOf(&["GZIP"])),
];

const BILL_DATE: Kind = Kind::Ruled(is_date);

/// `POST /pay/downloadbill`.
async fn trade(simulator: &Simulator, asked: &Asked<'_>) -> Result<Answer, Refused> {
    let rows = match asked.get("bill_type") {
        None => BillType::All,
        Some(said) => {
            BillType::parse(said).ok_or_else(|| Refused::signed("invalid bill_type", "invalid bill_type"))?
        }
    };
    let sub_mchid = asked.sub.as_ref().map(|sub| sub.mchid.clone());
    file(simulator, asked, Content::Trade { sub_mchid, rows }).await
}

/// `POST /pay/downloadfundflow`.
async fn fund_flow(simulator: &Simulator, asked: &Asked<'_>) -> Result<Answer, Refused> {
    let account = AccountType::parse(asked.said("account_type")).expect("the form checked it");
    file(simulator, asked, Content::FundFlow { mchid: asked.mchid().clone(), account }).await
}

async fn file(simulator: &Simulator, asked: &Asked<'_>, content: Content) -> Result<Answer, Refused> {
    let day = day(asked.said("bill_date")).ok_or(NoBill::NotPast).map_err(absent)?;
    let bill = Bill { asker: asked.mchid().clone(), day, content, face: Face::V2 };
    bill.check(&simulator.inner.platform.switches, simulator.now()).map_err(absent)?;
    if asked.get("tar_type").is_none() {
        return Ok(Answer::File(simulator.print_bill(&bill, Vec::new()).await.map_err(absent)?));
    }
    let packed = GzEncoder::new(Vec::new(), Compression::default());
    let packed = simulator.print_bill(&bill, packed).await.map_err(absent)?;
    Ok(Answer::File(packed.finish().expect("memory takes what is written")))
}

fn absent(why: NoBill) -> Refused {
    match why {
        NoBill::NotPast | NoBill::TooOld => Refused::signed("invalid bill_date", "bill_date参数错误"),
        NoBill::Creating => Refused::signed("BILL_CREATING", "账单生成中"),
        NoBill::Nothing => Refused::signed("NO_BILL_EXIST", "账单不存在"),
        NoBill::Forgotten => Refused::system_error(),
    }
}

/// `yyyyMMdd`, a day of the calendar or not.
fn is_date(said: &str) -> bool {
    said.len() == 8 && said.bytes().all(|byte| byte.is_ascii_digit())
}

fn day(said: &str) -> Option<BillDate> {
    let (year, month, date) = (said.get(..4)?, said.get(4..6)?, said.get(6..)?);
    BillDate::parse(&format!("{year}-{month}-{date}")).ok()
}
