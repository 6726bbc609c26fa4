//! Answers as the platform writes them: always HTTP 200, signed where it signs (v2.md §1.1, §1.4).

use axum::body::Body;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderValue, header};
use tongbao_wire::Call;

use super::fields::Fields;
use super::gate::Caller;
use super::refused::Refused;
use super::{sign, xml};
use crate::faults::{Forgery, dropped};
use crate::platform::Platform;
use crate::settings::{DIGITS, LETTERS, UPPER_HEX};

/// A success.
pub(super) enum Answer {
    /// These elements behind the envelope, signed.
    Signed(Fields),
    /// These elements and nothing else.
    Unsigned(Fields),
    /// A bill.
    File(Vec<u8>),
    /// Done, and nothing is answered: the sandbox's time-outs (v2.md §3.12).
    Lost,
}

/// What the caller is told.
pub(super) fn answered(
    platform: &Platform,
    caller: &Caller,
    answer: Answer,
    forgery: Option<Forgery>,
) -> Response {
    match answer {
        Answer::Signed(fields) => {
            let mut told = envelope(platform, caller, "SUCCESS");
            told.append(fields);
            sealed(platform, caller, told, forgery)
        }
        Answer::Unsigned(fields) => document(&fields),
        Answer::Lost => dropped(),
        Answer::File(bytes) => {
            let mut response = Response::new(Body::from(bytes));
            response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain"));
            response
        }
    }
}

/// A refusal of a call whose caller is known.
pub(super) fn refused(platform: &Platform, caller: &Caller, call: Call, refusal: Refused) -> Response {
    match refusal {
        Refused::Signed { code, words } if call == Call::DownloadFundFlow => {
            // As the documents print it: both codes, no signature (v2.md §3.6).
            let mut told = Fields::new();
            told.text("return_code", "SUCCESS");
            told.text("return_msg", "OK");
            told.text("result_code", "FAIL");
            told.text("err_code", code);
            told.text("err_code_des", words);
            document(&told)
        }
        Refused::Signed { code, words } if is_signed(call) => {
            let mut told = envelope(platform, caller, "FAIL");
            told.text("err_code", &*code);
            told.text("err_code_des", words);
            if call == Call::ReverseOrder {
                // Whether the same call is to be made again (v2.md §3.8).
                told.text("recall", if matches!(&*code, "SYSTEMERROR" | "USERPAYING") { "Y" } else { "N" });
            }
            sealed(platform, caller, told, None)
        }
        other => refused_unknown(call, other),
    }
}

/// A refusal of a call that nobody signed.
pub(super) fn refused_unknown(call: Call, refusal: Refused) -> Response {
    let (code, words) = match refusal {
        Refused::Certificate(page) => return page.into_response(),
        Refused::Unsigned { code, words } | Refused::Signed { code, words } => (code, words),
    };
    let mut told = Fields::new();
    told.text("return_code", "FAIL");
    if call == Call::DownloadTradeBill {
        let (words, number) = bill_words(&code);
        told.text("return_msg", words);
        told.text("error_code", number);
    } else {
        told.text("return_msg", words);
    }
    document(&told)
}

/// What downloading a trade bill says in place of a code (v2.md §3.5). Of the numbers only 20002 is seen in
/// official text.
fn bill_words(code: &str) -> (&str, &str) {
    match code {
        "SIGNERROR" => ("SIGN ERROR", "20001"),
        "NO_BILL_EXIST" => ("No Bill Exist", "20002"),
        "BILL_CREATING" => ("Bill Creating", "20003"),
        "LACK_PARAMS" => ("missing parameter", "20100"),
        "FREQUENCY_LIMITED" => ("API limited", "20007"),
        "invalid bill_type" => ("invalid bill_type", "20100"),
        // Seen in the field with this number.
        "invalid bill_date" => ("invalid bill_date", "20001"),
        "PARAM_ERROR" => ("data format error", "20100"),
        other => (other, "20100"),
    }
}

/// Calls whose answers carry a `sign` (v2.md §1.1).
fn is_signed(call: Call) -> bool {
    !matches!(call, Call::DownloadTradeBill | Call::DownloadFundFlow | Call::Report | Call::SandboxKey)
}

/// What stands before the elements of an answer.
fn envelope(platform: &Platform, caller: &Caller, result_code: &str) -> Fields {
    let mut told = Fields::new();
    told.text("return_code", "SUCCESS");
    told.text("return_msg", "OK");
    for echoed in ["appid", "mch_id", "sub_appid", "sub_mch_id", "device_info"] {
        told.may(echoed, caller.fields.get(echoed));
    }
    told.text("nonce_str", platform.chance.text(16, LETTERS));
    told.text("sign", "");
    told.text("result_code", result_code);
    told
}

/// Signs with the request's `sign_type`, or forges as told.
fn sealed(platform: &Platform, caller: &Caller, mut told: Fields, forgery: Option<Forgery>) -> Response {
    let right = sign::sign(caller.sign_type, told.iter(), &caller.key);
    told.change("sign", forged(platform, right, forgery));
    if forgery == Some(Forgery::Tamper) {
        told.change("nonce_str", platform.chance.text(16, DIGITS));
    }
    document(&told)
}

/// There is no serial and no timestamp to forge in v2: what is wrong is the signature, or what it covers.
pub(super) fn forged(platform: &Platform, right: String, forgery: Option<Forgery>) -> String {
    match forgery {
        None | Some(Forgery::Tamper) => right,
        Some(Forgery::SignTest | Forgery::WrongKey | Forgery::WrongSerial | Forgery::StaleTimestamp) => {
            platform.chance.text(right.len(), UPPER_HEX)
        }
    }
}

/// v2.md gives no `Content-Type`; clients do not look at it \[D\].
fn document(told: &Fields) -> Response {
    let mut response = Response::new(Body::from(xml::write("xml", told)));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/xml; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache, must-revalidate"));
    headers.insert(header::SERVER, HeaderValue::from_static("nginx"));
    response
}
