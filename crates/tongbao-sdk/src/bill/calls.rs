//! Asking where bills are (v3.md §7.1).

use serde::de::DeserializeOwned;
use tongbao_wire::bill::{BillLocation, SealedBills};
use tongbao_wire::{BillDate, Call, ErrorCode};

use super::request::{
    FundFlowBillRequest, ProfitSharingBillRequest, SubMerchantFundFlowBillRequest, TradeBillRequest,
};
use crate::call_error::CallError;
use crate::client::Client;
use crate::client::outgoing::Outgoing;
use crate::unsendable::{Unsendable, UnsendableReason};

/// Asks for bills and downloads them. From [`Client::bills`].
///
/// A bill is made from nine o'clock of the next day on; ask after ten. While it is being made the platform
/// answers `STATEMENT_CREATING`, whose [`CallError::retry`] is [`Retry::Later`](tongbao_wire::Retry::Later):
/// every half hour.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/platform.rs"));
/// use tongbao_sdk::bill::{BillLimits, BillOutcome, BillReader, TradeBillRequest};
/// use tongbao_wire::BillDate;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let bill = fixture("bill/all.csv");
/// # let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA1_FOR_LEGACY_USE_ONLY, bill.as_bytes());
/// # let location = format!(
/// #     r#"{{"hash_type":"SHA1","hash_value":"{}","download_url":"https://api.mch.weixin.qq.com/v3/billdownload/file?token=x"}}"#,
/// #     digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect::<String>(),
/// # );
/// # let client = client(vec![("/v3/bill/tradebill", location), ("/v3/billdownload/file", bill)]);
/// let request = TradeBillRequest::new(BillDate::parse("2026-03-01")?);
/// let BillOutcome::Ready(location) = client.bills().trade(&request).await? else {
///     return Ok(()); // Nothing happened that day.
/// };
/// // A file as well; the bill is not to be read before this has said that it is whole.
/// let mut file = Vec::new();
/// client.bills().download(&location, &mut file, BillLimits::default()).await?;
/// let mut reader = BillReader::open(file.as_slice())?;
/// while let Some(row) = reader.next_row()? {
///     let trade = row.trade()?;
///     println!("{} {} fen", trade.out_trade_no, trade.total.get());
/// }
/// # assert!(reader.rows() > 0);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Bills<'a>(pub(super) &'a Client);

/// What came of asking for a bill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BillOutcome<T> {
    /// It is there.
    Ready(T),
    /// Nothing happened that day (`NO_STATEMENT_EXIST`). That is final: there will be no bill.
    NoBill,
}

impl<T> BillOutcome<T> {
    /// The bill, if there is one.
    #[must_use]
    pub fn ready(self) -> Option<T> {
        match self {
            Self::Ready(bill) => Some(bill),
            Self::NoBill => None,
        }
    }
}

impl Client {
    /// Asks for bills and downloads them.
    #[must_use]
    pub fn bills(&self) -> Bills<'_> {
        Bills(self)
    }
}

impl Bills<'_> {
    /// Asks where a trade bill is.
    ///
    /// # Errors
    /// [`CallError`]; see [`Bills`] for a bill that is being made.
    pub async fn trade(&self, request: &TradeBillRequest) -> Result<BillOutcome<BillLocation>, CallError> {
        self.ask(Call::TradeBill, self.past(request.bill_date), request.outgoing()).await
    }

    /// Asks where a fund-flow bill is.
    ///
    /// # Errors
    /// As [`Bills::trade`].
    pub async fn fund_flow(
        &self,
        request: &FundFlowBillRequest,
    ) -> Result<BillOutcome<BillLocation>, CallError> {
        let checked = self.past(request.bill_date).and_then(|()| request.check());
        self.ask(Call::FundFlowBill, checked, request.outgoing()).await
    }

    /// Asks where the files of a sub-merchant's fund-flow bill are. They are encrypted; the addresses of all
    /// are good for five minutes only.
    ///
    /// # Errors
    /// As [`Bills::trade`].
    pub async fn sub_merchant_fund_flow(
        &self,
        request: &SubMerchantFundFlowBillRequest,
    ) -> Result<BillOutcome<SealedBills>, CallError> {
        let call = Call::SubMerchantFundFlowBill;
        self.ask(call, self.past(request.bill_date), request.outgoing()).await
    }

    /// Asks where a profit-sharing bill is. Its address is good for 30 seconds only.
    ///
    /// # Errors
    /// As [`Bills::trade`].
    pub async fn profit_sharing(
        &self,
        request: &ProfitSharingBillRequest,
    ) -> Result<BillOutcome<BillLocation>, CallError> {
        self.ask(Call::ProfitSharingBill, self.past(request.bill_date), request.outgoing()).await
    }

    /// Refuses a day that is not over in Beijing.
    fn past(&self, bill_date: BillDate) -> Result<(), Unsendable> {
        if bill_date < BillDate::of(self.0.now()) {
            return Ok(());
        }
        let reason = UnsendableReason::Combination("must be a day that is over in Beijing");
        Err(Unsendable::new("bill_date", reason))
    }

    async fn ask<T: DeserializeOwned>(
        &self,
        call: Call,
        checked: Result<(), Unsendable>,
        outgoing: Outgoing,
    ) -> Result<BillOutcome<T>, CallError> {
        checked.map_err(CallError::unsendable(call))?;
        match self.0.answer(outgoing).await {
            Ok(bill) => Ok(BillOutcome::Ready(bill)),
            Err(error) if error.refusal() == Some(&ErrorCode::NoStatementExist) => Ok(BillOutcome::NoBill),
            Err(error) => Err(error),
        }
    }
}
