//! Why the cashier does not open: `paySign` and what belongs to it (v3.md §2.7, v2.md §2.6).

use tongbao_wire::Mchid;

use super::form::{self, Algorithm, KeyKind};
use super::mistake::{Mistake, cashier as mistake, form as form_mistake};
use super::search::Variant;
use super::signer::{Claim, Judged, KnownKey, judge};
use super::{Why, lines, v3};

/// What the cashier was opened with.
pub(crate) struct Asked<'a> {
    pub(crate) appid: &'a str,
    pub(crate) time_stamp: &'a str,
    pub(crate) nonce_str: &'a str,
    pub(crate) package: &'a str,
    pub(crate) sign_type: &'a str,
    pub(crate) pay_sign: &'a str,
    /// When, in the time signatures go by; seconds since 1970.
    pub(crate) transport: i64,
    /// The same moment in business time.
    pub(crate) business: i64,
    /// How far `timeStamp` may be off, in seconds.
    pub(crate) window: u64,
    pub(crate) order: Option<Order<'a>>,
    /// Appids that may have been signed instead.
    pub(crate) appids: Vec<&'a str>,
    /// The `APIv2` keys to try.
    pub(crate) v2_keys: Vec<(&'a Mchid, &'a str)>,
}

/// The order that `package` names.
pub(crate) struct Order<'a> {
    pub(crate) mchid: &'a Mchid,
    /// Made over v2, so its cashier opens with a v2 signature.
    pub(crate) is_v2: bool,
    /// Every `prepay_id` it had.
    pub(crate) prepay_ids: Vec<&'a str>,
}

/// What is wrong with the invocation; `None` when nothing is that can be seen from it alone.
pub(crate) fn explain(asked: &Asked<'_>, keys: &[KnownKey<'_>]) -> Option<Why> {
    if asked.order.as_ref().is_some_and(|order| order.is_v2) {
        return of_v2(asked);
    }
    let plain = shape(asked);
    let signed_as_v2 = !matches!(asked.sign_type, "RSA") || asked.pay_sign.len() <= 64;
    if signed_as_v2 {
        let by_v2 = v2_signed(asked);
        let mut found: Vec<Mistake> = by_v2.then_some(mistake::V2_ON_V3).into_iter().collect();
        if asked.sign_type != "RSA" {
            found.push(mistake::SIGN_TYPE);
        }
        if !found.is_empty() {
            return Some(Why::of(found.into_iter().chain(plain), true));
        }
    }
    match judge(&claim(asked), keys) {
        Judged::Right if plain.is_empty() => None,
        Judged::Right => Some(Why::of(plain, true)),
        Judged::Wrong(why) if plain.is_empty() => Some(*why),
        Judged::Wrong(why) => {
            let mut with = Why::of(plain, true);
            with.signature = why.signature;
            with.reasons.extend(why.reasons.into_iter().filter(|_| why.proven));
            Some(with)
        }
    }
}

/// What shows without any key.
fn shape(asked: &Asked<'_>) -> Vec<Mistake> {
    let mut found = Vec::new();
    if !asked.package.starts_with("prepay_id=") {
        found.push(mistake::PREFIX_MISSING);
    }
    if asked.nonce_str.len() > NONCE_BYTES_MAX {
        found.push(mistake::NONCE_LONG);
    }
    if asked.time_stamp.len() == 13 {
        found.push(mistake::TIME_MILLISECONDS);
        return found;
    }
    let seconds: i64 = asked.time_stamp.parse().unwrap_or(0);
    if seconds.abs_diff(asked.transport) > asked.window {
        found.push(mistake::TIME_STALE);
        let business = seconds.abs_diff(asked.business) <= asked.window;
        found.extend(business.then_some(super::mistake::header::CLOCK_BUSINESS));
    }
    found
}

fn claim<'a>(asked: &Asked<'a>) -> Claim<'a> {
    Claim {
        parts: vec![appids(asked), times(asked.time_stamp), v3::nonces(asked.nonce_str), packages(asked)],
        frames: &lines::INVOCATION,
        signature: asked.pay_sign,
        mchid: asked.order.as_ref().map(|order| order.mchid),
    }
}

fn appids(asked: &Asked<'_>) -> Vec<Variant> {
    let mut forms = vec![Variant::right(asked.appid)];
    let others = asked.appids.iter().copied().chain(["", "undefined", "null"]);
    let others = others.filter(|other| *other != asked.appid);
    forms.extend(others.map(|other| Variant::wrong(other, mistake::OTHER_APPID)));
    if let Some(order) = &asked.order {
        forms.push(Variant::wrong(order.mchid.as_str(), mistake::OTHER_APPID));
    }
    forms
}

fn times(time_stamp: &str) -> Vec<Variant> {
    if time_stamp.len() == 13 && time_stamp.is_ascii() {
        let seconds = Variant::wrong(&time_stamp.as_bytes()[..10], mistake::TIME_OTHER_UNIT);
        return vec![Variant::right(time_stamp), seconds];
    }
    let mut forms = v3::timestamps(time_stamp);
    for form in &mut forms {
        if form.mistakes == [super::mistake::line::MILLISECONDS] {
            form.mistakes = vec![mistake::TIME_OTHER_UNIT];
        }
    }
    forms
}

fn packages(asked: &Asked<'_>) -> Vec<Variant> {
    let mut forms = vec![Variant::right(asked.package)];
    match asked.package.strip_prefix("prepay_id=") {
        Some(bare) => {
            forms.push(Variant::wrong(bare, mistake::PREFIX_NOT_SIGNED));
            forms.push(Variant::wrong(format!("prepay_id%3D{bare}"), mistake::PREFIX_NOT_SIGNED));
            forms.push(Variant::wrong("Sign=WXPay", mistake::APP_FORM));
        }
        None => {
            let with = format!("prepay_id={}", asked.package);
            forms.push(Variant::wrong(with, mistake::PREFIX_SIGNED_ONLY));
        }
    }
    for other in asked.order.iter().flat_map(|order| &order.prepay_ids) {
        let package = format!("prepay_id={other}");
        if package != asked.package {
            forms.push(Variant::wrong(package, mistake::OTHER_PREPAY));
            forms.push(Variant::wrong(*other, mistake::OTHER_PREPAY));
        }
    }
    forms
}

fn fields(asked: &Asked<'_>) -> Vec<(String, String)> {
    [
        ("appId", asked.appid),
        ("timeStamp", asked.time_stamp),
        ("nonceStr", asked.nonce_str),
        ("package", asked.package),
        ("signType", asked.sign_type),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec()
}

/// True when `paySign` is a v2 signature by a key known here, give or take one mistake.
fn v2_signed(asked: &Asked<'_>) -> bool {
    let fields = fields(asked);
    asked.v2_keys.iter().take(KEYS_MAX).any(|(_, key)| {
        let algorithm = if asked.pay_sign.len() == 64 { Algorithm::HmacSha256 } else { Algorithm::Md5 };
        let form = form::Asked { fields: &fields, sign: asked.pay_sign, algorithm, key, other_keys: vec![] };
        form::explain(&form).is_none_or(|why| why.proven)
    })
}

fn of_v2(asked: &Asked<'_>) -> Option<Why> {
    let plain = shape(asked);
    let order = asked.order.as_ref().expect("only an order is one of v2");
    let key = asked.v2_keys.iter().find(|(mchid, _)| *mchid == order.mchid).map_or("", |(_, key)| *key);
    let others = asked.v2_keys.iter().filter(|(mchid, _)| *mchid != order.mchid);
    let fields = fields(asked);
    let form = form::Asked {
        fields: &fields,
        sign: asked.pay_sign,
        algorithm: if asked.sign_type == "HMAC-SHA256" { Algorithm::HmacSha256 } else { Algorithm::Md5 },
        key,
        other_keys: others.map(|(mchid, key)| (KeyKind::Other(mchid), *key)).collect(),
    };
    let why = form::explain(&form);
    if asked.sign_type == "RSA" {
        return Some(Why::of(plain.into_iter().chain([form_mistake::RSA_ON_V2]), true));
    }
    match why {
        None if plain.is_empty() => None,
        None => Some(Why::of(plain, true)),
        Some(mut why) => {
            let shape = plain.into_iter().map(super::Reason::from).collect::<Vec<_>>();
            if let Some(first) = shape.first() {
                why.verdict = first.what.clone();
            }
            why.reasons.splice(0..0, shape);
            Some(why)
        }
    }
}

const NONCE_BYTES_MAX: usize = 32;
const KEYS_MAX: usize = 64;
