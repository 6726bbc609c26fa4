//! Telling the platform how its calls went (交易保障, v2.md §3.11). Nothing depends on it: a payment never
//! waits for a report, nor fails with it.

use std::net::IpAddr;
use std::time::Duration;

use serde::{Serialize, Serializer};
use tongbao_wire::{Appid, Call, OutTradeNo, Timestamp};

use crate::unsendable::{self, Unsendable, UnsendableReason};
use crate::v2::call_error::CallError;
use crate::v2::client::Client;
use crate::v2::client::outgoing::Outgoing;
use crate::v2::order_options::{fits, json};

/// How one call went.
#[derive(Clone, Debug)]
pub struct CallReport {
    /// The appid of the call.
    pub appid: Appid,
    /// Its address; at most 127 characters.
    pub interface_url: String,
    /// How long it took.
    pub execute_time: Duration,
    /// What it was answered.
    pub outcome: ReportedOutcome,
    /// The order it was about.
    pub out_trade_no: Option<OutTradeNo>,
    /// The caller's address.
    pub user_ip: IpAddr,
    /// The merchant's device; at most 32 characters.
    pub device_info: Option<String>,
    /// When it was made.
    pub time: Option<Timestamp>,
}

/// What a call was answered.
#[derive(Clone, Debug)]
pub enum ReportedOutcome {
    /// Both codes were `SUCCESS`.
    Success,
    /// `return_code` was `FAIL`.
    NotAccepted {
        /// `return_msg`; at most 128 characters.
        return_msg: String,
    },
    /// `result_code` was `FAIL`.
    Refused {
        /// At most 32 characters.
        err_code: String,
        /// At most 128 characters.
        err_code_des: String,
    },
}

/// How charges of payment codes went, together.
#[derive(Clone, Debug)]
pub struct MicropayReport {
    /// The appid of the charges.
    pub appid: Appid,
    /// The caller's address.
    pub user_ip: IpAddr,
    /// The charges; at most 1024 characters as JSON.
    pub trades: Vec<ReportedTrade>,
}

/// How one charge went.
#[derive(Clone, Debug, Serialize)]
pub struct ReportedTrade {
    /// The merchant's number.
    pub out_trade_no: OutTradeNo,
    /// When it began.
    #[serde(serialize_with = "digits")]
    pub begin_time: Timestamp,
    /// When it ended.
    #[serde(serialize_with = "digits")]
    pub end_time: Timestamp,
    /// How it ended.
    pub state: ReportedState,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub err_msg: Option<String>,
}

/// How a charge ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum ReportedState {
    /// Paid.
    #[serde(rename = "OK")]
    Ok,
    /// Failed.
    #[serde(rename = "FAIL")]
    Fail,
    /// Reversed (the platform spells it so).
    #[serde(rename = "CANCLE")]
    Cancel,
}

fn digits<S: Serializer>(time: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&time.digits())
}

impl CallReport {
    fn check(&self) -> Result<(), Unsendable> {
        unsendable::text("interface_url", &self.interface_url, 127)?;
        unsendable::optional("device_info", self.device_info.as_ref(), 32)?;
        match &self.outcome {
            ReportedOutcome::Success => Ok(()),
            ReportedOutcome::NotAccepted { return_msg } => unsendable::text("return_msg", return_msg, 128),
            ReportedOutcome::Refused { err_code, err_code_des } => {
                unsendable::text("err_code", err_code, 32)?;
                unsendable::text("err_code_des", err_code_des, 128)
            }
        }
    }

    fn outgoing(&self) -> Outgoing {
        let outgoing = Outgoing::to(Call::Report)
            .field("appid", self.appid.as_str())
            .field("interface_url", &self.interface_url)
            .field(EXECUTE_TIME, &self.execute_time.as_millis().to_string())
            .field_if("out_trade_no", self.out_trade_no.as_ref().map(OutTradeNo::as_str))
            .field("user_ip", &self.user_ip.to_string())
            .field_if("device_info", self.device_info.as_deref())
            .field_if("time", self.time.map(Timestamp::digits).as_deref());
        match &self.outcome {
            ReportedOutcome::Success => {
                outgoing.field("return_code", "SUCCESS").field("result_code", "SUCCESS")
            }
            ReportedOutcome::NotAccepted { return_msg } => outgoing
                .field("return_code", "FAIL")
                .field("return_msg", return_msg)
                .field("result_code", "FAIL"),
            ReportedOutcome::Refused { err_code, err_code_des } => outgoing
                .field("return_code", "SUCCESS")
                .field("result_code", "FAIL")
                .field("err_code", err_code)
                .field("err_code_des", err_code_des),
        }
    }
}

impl Client {
    /// Reports one call.
    ///
    /// # Errors
    /// [`CallError`], which may be forgotten.
    pub async fn report(&self, report: &CallReport) -> Result<(), CallError> {
        report.check().map_err(CallError::unsendable(Call::Report))?;
        self.answer(report.outgoing(), |_| Ok(())).await
    }

    /// Reports charges of payment codes.
    ///
    /// # Errors
    /// [`CallError`], which may be forgotten.
    pub async fn report_micropay(&self, report: &MicropayReport) -> Result<(), CallError> {
        let refuse = CallError::unsendable(Call::Report);
        if report.trades.is_empty() {
            return Err(refuse(Unsendable::new("trades", UnsendableReason::Empty)));
        }
        let trades = json(&report.trades);
        fits("trades", &trades, TRADES_CHARS_MAX).map_err(refuse)?;
        let outgoing = Outgoing::to(Call::Report)
            .field("appid", report.appid.as_str())
            .field("interface_url", MICROPAY_REPORT)
            .field("user_ip", &report.user_ip.to_string())
            .field("trades", &trades);
        self.answer(outgoing, |_| Ok(())).await
    }
}

/// Documents say `execute_time`; the platform's own SDKs send this.
const EXECUTE_TIME: &str = "execute_time_";
/// What `interface_url` says when charges are reported together.
const MICROPAY_REPORT: &str = "https://api.mch.weixin.qq.com/pay/batchreport/micropay/total";
/// `trades` as JSON.
const TRADES_CHARS_MAX: usize = 1024;
