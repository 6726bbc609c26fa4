//! Bills, written down as they come (v2.md §3.5, §3.6). What they mean is [`bill`](crate::bill)'s to read.

use std::io::{self, Write};

use bytes::{Bytes, BytesMut};
use flate2::write::GzDecoder;
use tongbao_wire::{Appid, BillDate, Call, ErrorCode};

use crate::json::Misfit;
use crate::outbound::Body;
use crate::v2::call_error::{CallError, CallErrorKind};
use crate::v2::client::outgoing::Outgoing;
use crate::v2::client::{Client, Course};
use crate::v2::envelope::{self, Envelope};
use crate::v2::fields::Fields;
use crate::v2::merchant::Party;
use crate::v2::sign::SignType;
use crate::v2::xml::BYTES_MAX;

/// The trade bill of a day (交易账单).
#[derive(Clone, Debug)]
pub struct TradeBillRequest {
    /// Whose bill; a service provider that names no sub-merchant gets all of them.
    pub party: Party,
    /// A day before today in Beijing, of the last three months.
    pub bill_date: BillDate,
    /// Which lines.
    pub bill_type: TradeBillType,
}

/// Which lines a trade bill has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TradeBillType {
    /// Payments and refunds.
    #[default]
    All,
    /// Payments.
    Success,
    /// Refunds.
    Refund,
    /// Refunds of prepaid coupons' money.
    RechargeRefund,
}

/// The fund-flow bill of a day (资金账单).
#[derive(Clone, Debug)]
pub struct FundFlowRequest {
    /// An appid of the merchant.
    pub appid: Appid,
    /// A day before today in Beijing.
    pub bill_date: BillDate,
    /// Which account.
    pub account_type: FundAccount,
}

/// An account of the merchant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FundAccount {
    /// 基本账户.
    Basic,
    /// 运营账户.
    Operation,
    /// 手续费账户.
    Fees,
}

/// What a day had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Downloaded {
    /// A bill, unpacked.
    Bill {
        /// How many bytes were written.
        bytes: u64,
    },
    /// Nothing happened that day. This is final.
    NoBill,
}

impl Client {
    /// Downloads a trade bill, unpacked, into `file` (v2.md §3.5). There from 10:00 the next day.
    ///
    /// # Errors
    /// [`CallError`]; `STATEMENT_CREATING` before the bill is made. What was written then is not the bill.
    pub async fn download_trade_bill(
        &self,
        request: &TradeBillRequest,
        file: &mut (impl Write + Send),
    ) -> Result<Downloaded, CallError> {
        let bill_type = match request.bill_type {
            TradeBillType::All => "ALL",
            TradeBillType::Success => "SUCCESS",
            TradeBillType::Refund => "REFUND",
            TradeBillType::RechargeRefund => "RECHARGE_REFUND",
        };
        let outgoing = Outgoing::to(Call::DownloadTradeBill).party(&request.party);
        self.download(outgoing.field("bill_type", bill_type), request.bill_date, file).await
    }

    /// Downloads a fund-flow bill, unpacked, into `file` (v2.md §3.6). There from 10:00 the next day. Needs the
    /// client certificate.
    ///
    /// # Errors
    /// [`CallError`], as for [`Client::download_trade_bill`].
    pub async fn download_fund_flow(
        &self,
        request: &FundFlowRequest,
        file: &mut (impl Write + Send),
    ) -> Result<Downloaded, CallError> {
        let account_type = match request.account_type {
            FundAccount::Basic => "Basic",
            FundAccount::Operation => "Operation",
            FundAccount::Fees => "Fees",
        };
        let outgoing = Outgoing::to(Call::DownloadFundFlow)
            .field("appid", request.appid.as_str())
            .field("account_type", account_type)
            // The only signature this call takes.
            .signed_with(SignType::HmacSha256);
        self.download(outgoing, request.bill_date, file).await
    }

    async fn download(
        &self,
        outgoing: Outgoing,
        bill_date: BillDate,
        file: &mut (impl Write + Send),
    ) -> Result<Downloaded, CallError> {
        let call = outgoing.call();
        let outgoing = outgoing.field("bill_date", &bill_date.digits()).field("tar_type", "GZIP");
        let mut course = self.start(outgoing)?;
        loop {
            match self.attempt_bill(&course).await {
                Ok((start, body)) => return write_down(call, start, body, file).await,
                Err(error) if error.refusal() == Some(&ErrorCode::NoStatementExist) => {
                    return Ok(Downloaded::NoBill);
                }
                // Nothing was written yet, so the call may be repeated.
                Err(error) => self.carry_on(&mut course, error).await?,
            }
        }
    }

    /// A bill that begins, or the refusal in its place: plain XML, even where gzip was asked for.
    async fn attempt_bill(&self, course: &Course) -> Result<(Bytes, Body), CallError> {
        let call = course.call();
        let mut body = self.attempt_open(course).await?;
        let mut start = BytesMut::new();
        // Two bytes tell gzip from text.
        read_up_to(GZIP.len(), &mut start, &mut body).await.map_err(|failure| failure.of(call))?;
        if !start.is_empty() && start[0] != b'<' {
            return Ok((start.freeze(), body));
        }
        read_up_to(BYTES_MAX + 1, &mut start, &mut body).await.map_err(|failure| failure.of(call))?;
        Err(CallError::new(call, refusal(&start)))
    }
}

/// Reads on until there are `length` bytes, or no more come.
async fn read_up_to(length: usize, read: &mut BytesMut, body: &mut Body) -> Result<(), BrokenOff> {
    while read.len() < length {
        match body.next().await {
            Ok(Some(chunk)) => read.extend_from_slice(&chunk),
            Ok(None) => break,
            Err(failure) => return Err(BrokenOff(failure)),
        }
    }
    Ok(())
}

/// A body that did not come to its end.
struct BrokenOff(crate::outbound::CallFailure);

impl BrokenOff {
    fn of(self, call: Call) -> CallError {
        CallError::from_failure(call, self.0)
    }
}

/// Why there is no bill. The code stands in `err_code`, or its text in `return_msg`.
fn refusal(body: &[u8]) -> CallErrorKind {
    let fields = match Fields::parse(body) {
        Ok(fields) => fields,
        Err(error) => return CallErrorKind::NotAMessage(error),
    };
    match (envelope::transport(&fields), envelope::business(&fields)) {
        (Envelope::Refused { message, .. }, _) => {
            CallErrorKind::Rejected { code: bill_code(&message), message }
        }
        (Envelope::Accepted, Envelope::Refused { code, message }) => {
            CallErrorKind::Refused { code: bill_code(code.as_str()), message, recall: false }
        }
        (Envelope::Missing(misfit), _) => CallErrorKind::Undecodable(misfit),
        (Envelope::Accepted, Envelope::Accepted | Envelope::Missing(_)) => {
            let reason = "a success without a bill".into();
            CallErrorKind::Undecodable(Misfit { member: ".".into(), reason })
        }
    }
}

/// The code a text of refusal stands for; letter case differs between the documents and the platform
/// (v2.md §3.5, §3.6).
fn bill_code(text: &str) -> ErrorCode {
    match text.trim_ascii().to_ascii_lowercase().as_str() {
        "no bill exist" => ErrorCode::NoStatementExist,
        "bill creating" => ErrorCode::StatementCreating,
        "compressgzip error" | "uncompressgzip error" => ErrorCode::SystemError,
        "invalid bill_type" | "data format error" => ErrorCode::ParamError,
        "missing parameter" => ErrorCode::LackParams,
        "sign error" | "签名失败" | "签名错误" => ErrorCode::SignError,
        _ => ErrorCode::from(text.trim_ascii()),
    }
}

/// Writes a bill down, unpacked if it comes packed.
async fn write_down(
    call: Call,
    start: Bytes,
    mut body: Body,
    file: &mut (impl Write + Send),
) -> Result<Downloaded, CallError> {
    let counted = Counted { file, bytes: 0, begun: false };
    let mut unpacked = match start.starts_with(&GZIP) {
        true => Unpacked::Gzip(Box::new(GzDecoder::new(counted))),
        false => Unpacked::Plain(counted),
    };
    let unwritten = |error| CallError::new(call, CallErrorKind::Unwritten(error));
    let mut chunk = Some(start);
    while let Some(piece) = chunk {
        unpacked.write_all(&piece).map_err(unwritten)?;
        chunk = body.next().await.map_err(|failure| BrokenOff(failure).of(call))?;
    }
    let bytes = unpacked.finish().map_err(unwritten)?;
    Ok(Downloaded::Bill { bytes })
}

enum Unpacked<W: Write> {
    Plain(Counted<W>),
    Gzip(Box<GzDecoder<Counted<W>>>),
}

impl<W: Write> Unpacked<W> {
    fn write_all(&mut self, piece: &[u8]) -> io::Result<()> {
        match self {
            Self::Plain(file) => file.write_all(piece),
            Self::Gzip(decoder) => decoder.write_all(piece),
        }
    }

    /// Checks that gzip came to its end, with the checksum it states.
    fn finish(self) -> io::Result<u64> {
        let mut file = match self {
            Self::Plain(file) => file,
            Self::Gzip(decoder) => decoder.finish()?,
        };
        file.flush()?;
        Ok(file.bytes)
    }
}

/// Counts what is written, and stops before it fills a disk, or at a refusal that came packed.
struct Counted<W> {
    file: W,
    bytes: u64,
    /// The first character was seen.
    begun: bool,
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        if self.bytes >= BILL_BYTES_MAX {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, "larger than any bill"));
        }
        // A byte order mark and white space may stand before the first character, of a bill or of XML.
        let first = piece.iter().find(|byte| !BOM.contains(byte) && !byte.is_ascii_whitespace());
        if !self.begun && first == Some(&b'<') {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "a message in place of a bill"));
        }
        self.begun |= first.is_some();
        let written = self.file.write(piece)?;
        self.bytes = self.bytes.saturating_add(u64::try_from(written).unwrap_or(u64::MAX));
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// How gzip begins.
const GZIP: [u8; 2] = [0x1f, 0x8b];
/// The byte order mark that bills begin with.
const BOM: [u8; 3] = [0xef, 0xbb, 0xbf];
/// A line has about 400 bytes: some five million payments a day.
const BILL_BYTES_MAX: u64 = 2 * 1024 * 1024 * 1024;
