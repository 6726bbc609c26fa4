//! Why a request of v3 was refused with 401: header, clock, serial number, signature, in the platform's own
//! order (v3.md §1.6).

use tongbao_wire::Mchid;

use super::mistake::{Mistake, header as mistake, line};
use super::search::Variant;
use super::signer::{Claim, Judged, KnownKey, Owner, judge};
use super::{Why, body, clock, header, lines, serial, target};

/// What was sent.
pub(crate) struct Asked<'a> {
    pub(crate) method: &'a str,
    /// Path and query.
    pub(crate) target: &'a str,
    /// The header `Host`.
    pub(crate) host: &'a str,
    pub(crate) authorization: Option<&'a str>,
    pub(crate) body: &'a [u8],
    /// When, in the time signatures go by; seconds since 1970.
    pub(crate) transport: i64,
    /// The same moment in business time.
    pub(crate) business: i64,
}

/// What is wrong with how it was signed; `None` when nothing is.
pub(crate) fn explain(asked: &Asked<'_>, keys: &[KnownKey<'_>]) -> Option<Why> {
    let (fields, written) = header::read(asked.authorization);
    if !written.is_empty() {
        return Some(Why::of(written, true));
    }
    let seconds = fields.timestamp.parse().unwrap_or(i64::MAX);
    let off = clock::mistakes(seconds, asked.transport, asked.business, WINDOW_SECONDS);
    if !off.is_empty() {
        return Some(Why::of(off, true));
    }
    let mchid = Mchid::parse(fields.mchid).ok();
    let own = |known: &&KnownKey<'_>| matches!(known.owner, Owner::Merchant(owner) if Some(owner) == mchid.as_ref());
    let own = keys.iter().find(own);
    let judged = judge(&claim(asked, &fields, own.and(mchid.as_ref())), keys);
    let named = match own {
        None => Some(mistake::UNKNOWN_MCHID),
        Some(known) if known.serial == fields.serial_no => None,
        Some(known) => Some(serial::mistake(fields.serial_no, known.serial, keys)),
    };
    match (judged, named) {
        (Judged::Right, None) => None,
        // Accepted by default (the switch `serial_case_ignored`), so never the only reason given.
        (Judged::Right, Some(named)) => Some(Why::of([named], true)),
        (Judged::Wrong(why), None) => Some(*why),
        (Judged::Wrong(why), Some(named)) => Some(first(named, *why)),
    }
}

/// What names the signer comes before what was signed.
fn first(named: Mistake, why: Why) -> Why {
    let mut with = Why::of([named], true);
    with.signature = why.signature;
    // When nothing is proven of the signature, the wrong name explains it.
    with.reasons.extend(why.reasons.into_iter().filter(|_| why.proven));
    with
}

fn claim<'a>(asked: &Asked<'a>, fields: &header::Fields<'a>, mchid: Option<&'a Mchid>) -> Claim<'a> {
    let query = asked.target.split_once('?').map_or("", |(_, query)| query);
    Claim {
        parts: vec![
            methods(asked.method),
            target::variants(asked.target, asked.host),
            timestamps(fields.timestamp),
            nonces(fields.nonce_str),
            body::variants(asked.body, query),
        ],
        frames: &lines::REQUEST,
        signature: fields.signature,
        mchid,
    }
}

fn methods(method: &str) -> Vec<Variant> {
    let mut forms = vec![Variant::right(method)];
    let lower = method.to_ascii_lowercase();
    let mut capital = lower.clone();
    if let Some(first) = capital.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    forms.extend([lower, capital].map(|form| Variant::wrong(form, line::METHOD_CASE)));
    let others = ["GET", "POST", "PUT", "PATCH", "DELETE", ""].into_iter().filter(|other| *other != method);
    forms.extend(others.map(|other| Variant::wrong(other, line::METHOD_OTHER)));
    forms
}

pub(crate) fn timestamps(timestamp: &str) -> Vec<Variant> {
    let mut forms = vec![Variant::right(timestamp)];
    if let Ok(seconds) = timestamp.parse::<i64>() {
        forms.push(Variant::wrong(format!("{timestamp}000"), line::MILLISECONDS));
        for apart in 1..=SECONDS_APART_MAX {
            for other in [seconds.saturating_sub(apart), seconds.saturating_add(apart)] {
                forms.push(Variant::alone(other.to_string(), line::TIMESTAMP_TWICE));
            }
        }
        let thousand = (1..1000).map(|ms| Variant::alone(format!("{timestamp}{ms:03}"), line::MILLISECONDS));
        forms.extend(thousand);
    }
    forms
}

pub(crate) fn nonces(nonce: &str) -> Vec<Variant> {
    let mut forms = vec![Variant::right(nonce)];
    let mut add = |form: String, mistake| {
        if form != nonce {
            forms.push(Variant::wrong(form, mistake));
        }
    };
    add(nonce.to_ascii_lowercase(), line::NONCE_CASE);
    add(nonce.to_ascii_uppercase(), line::NONCE_CASE);
    add(String::new(), line::NONCE_EMPTY);
    add(nonce.replace('-', ""), line::NONCE_DASHES);
    if nonce.len() == 32 && nonce.is_ascii() {
        let dashed = [&nonce[..8], &nonce[8..12], &nonce[12..16], &nonce[16..20], &nonce[20..]].join("-");
        add(dashed.to_ascii_lowercase(), line::NONCE_DASHES);
        add(dashed, line::NONCE_DASHES);
    }
    forms
}

/// v3.md §1.6 step 5.
const WINDOW_SECONDS: u64 = 300;
/// How far apart two readings of the clock may be.
const SECONDS_APART_MAX: i64 = 30;
