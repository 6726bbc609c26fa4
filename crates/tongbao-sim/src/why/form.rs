//! Why a v2 signature is wrong: parameters, order, key and algorithm (v2.md §1.3).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::{digest, hmac};
use tongbao_wire::Mchid;

use super::form_values::{Writing, writings};
use super::mistake::{Mistake, form as mistake};
use super::search::fewest;
use super::{Signature, Why, hex, recover};

/// What was sent.
pub(crate) struct Asked<'a> {
    /// Every parameter in the order it came, `sign` (or `paySign`) left out.
    pub(crate) fields: &'a [(String, String)],
    /// The value of `sign`; empty when there is none.
    pub(crate) sign: &'a str,
    pub(crate) algorithm: Algorithm,
    /// The merchant's `APIv2` key.
    pub(crate) key: &'a str,
    /// What may have been taken for it.
    pub(crate) other_keys: Vec<(KeyKind<'a>, &'a str)>,
}

/// How the platform computes the signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Algorithm {
    Md5,
    HmacSha256,
}

/// A secret that is not the `APIv2` key of the merchant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyKind<'a> {
    /// The merchant's `APIv3` key.
    V3,
    /// The secret of one of its apps.
    AppSecret,
    /// The `APIv2` key of another merchant.
    Other(&'a Mchid),
    /// The merchant's own, where the sandbox wants its key.
    Production,
}

impl Algorithm {
    const fn name(self) -> &'static str {
        match self {
            Self::Md5 => "MD5",
            Self::HmacSha256 => "HMAC-SHA256",
        }
    }

    /// Lower-case hexadecimal.
    fn sign(self, message: &[u8], key: &str) -> String {
        match self {
            Self::Md5 => hex(&recover::md5(message)),
            Self::HmacSha256 => {
                hex(hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes()), message).as_ref())
            }
        }
    }
}

/// What is wrong with the signature; `None` when nothing is.
pub(crate) fn explain(asked: &Asked<'_>) -> Option<Why> {
    let right = Form::new(asked).string(&[0; SLOTS]);
    let shown = |string: &[u8]| masked(&String::from_utf8_lossy(string), asked);
    let story = |signed: Option<&[u8]>| Signature {
        scheme: asked.algorithm.name().into(),
        expected: shown(&right),
        signed: signed.map(shown),
        expected_digest: format!(
            "{} {}",
            asked.algorithm.name(),
            asked.algorithm.sign(&right, asked.key).to_uppercase()
        ),
        signed_digest: None,
        signed_with: None,
    };
    if asked.sign.is_empty() {
        return Some(Why::of([mistake::SIGN_MISSING], true).with(story(None)));
    }
    let Some(reading) = Reading::of(asked.sign, asked.algorithm) else {
        let rsa = asked.sign.len() > 300;
        let found = if rsa { mistake::RSA_ON_V2 } else { mistake::UNKNOWN };
        return Some(Why::of([found], rsa).with(story(None)));
    };
    let form = Form::new(asked);
    let sizes = form.sizes();
    let found = fewest(&sizes, &|slot, choice| form.is_alone(slot, choice), TRIES_MAX, &mut |chosen| {
        let string = form.string(chosen);
        let manner = reading.fits(&string, form.tails[chosen[TAIL]].key, asked.key)?;
        Some((form.mistakes(chosen), manner, string))
    });
    let Some((mut mistakes, manner, string)) = found else {
        return Some(Why::of([mistake::UNKNOWN], false).with(story(None)));
    };
    mistakes.extend(manner);
    mistakes.extend(&reading.mistakes);
    if mistakes.is_empty() { None } else { Some(Why::of(mistakes, true).with(story(Some(&string)))) }
}

/// A signature as it is written.
struct Reading {
    digest: String,
    /// The algorithms whose digest is so long, with what is wrong about each.
    mistakes: Vec<Mistake>,
    md5: bool,
    expected: Algorithm,
}

impl Reading {
    fn of(sign: &str, expected: Algorithm) -> Option<Self> {
        let mut mistakes = Vec::new();
        let is_hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let digest = if is_hex(sign) {
            if sign.bytes().any(|byte| byte.is_ascii_lowercase()) {
                mistakes.push(mistake::LOWER_CASE);
            }
            sign.to_ascii_lowercase()
        } else {
            mistakes.push(mistake::BASE64);
            hex(&STANDARD.decode(sign).ok()?)
        };
        let md5 = match digest.len() {
            32 => true,
            64 => false,
            _ => return None,
        };
        Some(Self { digest, mistakes, md5, expected })
    }

    /// The mistakes of the algorithm when it makes this signature of `string`; `None` when none does.
    fn fits(&self, string: &[u8], key: Option<&str>, right: &str) -> Option<Vec<Mistake>> {
        if self.md5 {
            let wrong = self.expected == Algorithm::HmacSha256;
            return (Algorithm::Md5.sign(string, "") == self.digest)
                .then(|| if wrong { vec![mistake::MD5_FOR_HMAC] } else { Vec::new() });
        }
        let wrong = self.expected == Algorithm::Md5;
        let mistakes = |also: Option<Mistake>| {
            wrong.then_some(mistake::HMAC_FOR_MD5).into_iter().chain(also).collect::<Vec<_>>()
        };
        let by = |key: &str| Algorithm::HmacSha256.sign(string, key) == self.digest;
        if by(key.unwrap_or(right)) {
            return Some(mistakes(None));
        }
        if key.is_some_and(|key| key != right) && by(right) {
            return Some(mistakes(None));
        }
        if by("") {
            return Some(mistakes(Some(mistake::HMAC_KEY_OTHER)));
        }
        let plain = hex(digest::digest(&digest::SHA256, string).as_ref());
        (plain == self.digest).then(|| vec![mistake::SHA256_PLAIN])
    }
}

/// Which parameters are signed, with what is wrong about the choice.
struct Set {
    fields: Vec<(String, String)>,
    mistakes: Vec<Mistake>,
}

#[derive(Clone, Copy)]
enum Order {
    Sorted,
    AsSent,
    IgnoringCase,
    Backwards,
}

struct Tail<'a> {
    /// What follows the parameters; `None` where the key is one of them.
    text: Option<String>,
    /// The key that is meant.
    key: Option<&'a str>,
    mistakes: Vec<Mistake>,
}

/// Everything a client may have put together.
struct Form<'a> {
    sets: Vec<Set>,
    orders: [(Order, Option<Mistake>); 4],
    writings: Vec<Writing>,
    tails: Vec<Tail<'a>>,
    separators: [(&'static str, Option<Mistake>); 5],
    key: &'a str,
}

const SET: usize = 0;
const ORDER: usize = 1;
const WRITING: usize = 2;
const TAIL: usize = 3;
const SEPARATOR: usize = 4;
const SLOTS: usize = 5;

impl<'a> Form<'a> {
    fn new(asked: &Asked<'a>) -> Self {
        let other = Some(mistake::OTHER_SEPARATOR);
        Self {
            sets: sets(asked),
            orders: [
                (Order::Sorted, None),
                (Order::AsSent, Some(mistake::UNSORTED)),
                (Order::IgnoringCase, Some(mistake::SORTED_BY_LETTER)),
                (Order::Backwards, Some(mistake::SORTED_BACKWARDS)),
            ],
            writings: writings(asked.fields),
            tails: tails(asked),
            separators: [("&", None), ("", other), (",", other), ("\n", other), ("&amp;", other)],
            key: asked.key,
        }
    }

    fn sizes(&self) -> [usize; SLOTS] {
        [self.sets.len(), self.orders.len(), self.writings.len(), self.tails.len(), self.separators.len()]
    }

    /// Amounts in yuan and the like are rarely the second of two mistakes.
    fn is_alone(&self, slot: usize, choice: usize) -> bool {
        slot == WRITING && self.writings[choice].alone
    }

    fn mistakes(&self, chosen: &[usize]) -> Vec<Mistake> {
        let mut found = self.sets[chosen[SET]].mistakes.clone();
        found.extend(self.orders[chosen[ORDER]].1);
        found.extend(self.writings[chosen[WRITING]].mistake);
        found.extend(&self.tails[chosen[TAIL]].mistakes);
        found.extend(self.separators[chosen[SEPARATOR]].1);
        found
    }

    fn string(&self, chosen: &[usize]) -> Vec<u8> {
        let writing = &self.writings[chosen[WRITING]];
        let tail = &self.tails[chosen[TAIL]];
        let mut fields: Vec<(String, Vec<u8>)> = self.sets[chosen[SET]]
            .fields
            .iter()
            .map(|(name, value)| ((writing.name)(name), (writing.value)(name, value)))
            .collect();
        if tail.text.is_none() {
            fields.push(("key".into(), self.key.as_bytes().to_vec()));
        }
        match self.orders[chosen[ORDER]].0 {
            Order::Sorted => fields.sort(),
            Order::AsSent => {}
            Order::IgnoringCase => fields.sort_by_key(|(name, _)| name.to_ascii_lowercase()),
            Order::Backwards => fields.sort_by(|one, other| other.cmp(one)),
        }
        let separator = self.separators[chosen[SEPARATOR]].0;
        let mut string = Vec::new();
        for (place, (name, value)) in fields.iter().enumerate() {
            if place > 0 {
                string.extend_from_slice(separator.as_bytes());
            }
            string.extend_from_slice(name.as_bytes());
            string.push(b'=');
            string.extend_from_slice(value);
        }
        string.extend_from_slice(tail.text.as_deref().unwrap_or("").as_bytes());
        string
    }
}

fn sets(asked: &Asked<'_>) -> Vec<Set> {
    let full: Vec<_> = asked.fields.iter().filter(|(_, value)| !value.is_empty()).cloned().collect();
    let set = |fields: Vec<(String, String)>, mistake: Mistake| Set { fields, mistakes: vec![mistake] };
    let mut sets = vec![Set { fields: full.clone(), mistakes: Vec::new() }];
    if full.len() != asked.fields.len() {
        sets.push(set(asked.fields.to_vec(), mistake::EMPTY_SIGNED));
    }
    for sign in [asked.sign, ""] {
        let with = [full.as_slice(), &[("sign".to_owned(), sign.to_owned())]].concat();
        sets.push(set(with, mistake::SIGN_SIGNED));
    }
    for (place, (name, _)) in full.iter().enumerate().take(FIELDS_MAX) {
        let mut fewer = full.clone();
        fewer.remove(place);
        let what = if is_sign_type(name) { mistake::SIGN_TYPE_LEFT_OUT } else { mistake::LEFT_OUT };
        sets.push(set(fewer, what));
    }
    if !full.iter().any(|(name, _)| is_sign_type(name)) {
        for (name, value) in [("sign_type", "MD5"), ("sign_type", "HMAC-SHA256"), ("signType", "MD5")] {
            let with = [full.as_slice(), &[(name.to_owned(), value.to_owned())]].concat();
            sets.push(set(with, mistake::SIGN_TYPE_ADDED));
        }
    }
    sets
}

fn is_sign_type(name: &str) -> bool {
    name == "sign_type" || name == "signType"
}

fn tails<'a>(asked: &Asked<'a>) -> Vec<Tail<'a>> {
    let key = asked.key;
    let tail = |text: String, key, mistake: Mistake| Tail { text: Some(text), key, mistakes: vec![mistake] };
    let mut tails = vec![
        Tail { text: Some(format!("&key={key}")), key: Some(key), mistakes: Vec::new() },
        tail(String::new(), Some(key), mistake::KEY_MISSING),
        tail("&key=".into(), None, mistake::KEY_MISSING),
        tail(format!("&{key}"), Some(key), mistake::KEY_BARE),
        tail(key.into(), Some(key), mistake::KEY_BARE),
        tail(format!("key={key}"), Some(key), mistake::KEY_BARE),
        tail(format!("&&key={key}"), Some(key), mistake::KEY_BARE),
        Tail { text: None, key: Some(key), mistakes: vec![mistake::KEY_SORTED_IN] },
    ];
    for name in ["KEY", "Key", "apikey", "apiKey", "api_key", "mch_key", "secret", "appkey", "paySignKey"] {
        tails.push(tail(format!("&{name}={key}"), Some(key), mistake::KEY_NAME));
    }
    for blanks in [" ", "\n", "\r\n"] {
        tails.push(tail(format!("&key={key}{blanks}"), Some(key), mistake::KEY_BLANKS));
        tails.push(tail(format!("&key={blanks}{key}"), Some(key), mistake::KEY_BLANKS));
    }
    for (kind, other) in asked.other_keys.iter().take(KEYS_MAX) {
        let what = match kind {
            KeyKind::V3 => mistake::V3_KEY,
            KeyKind::AppSecret => mistake::APP_SECRET,
            KeyKind::Other(_) => mistake::OTHER_MERCHANT,
            KeyKind::Production => mistake::PRODUCTION_KEY,
        };
        if *other != key {
            tails.push(tail(format!("&key={other}"), Some(other), what));
        }
    }
    tails
}

/// A key is shown by its beginning only: these strings end up in pictures and tickets.
fn masked(string: &str, asked: &Asked<'_>) -> String {
    let keys = asked.other_keys.iter().map(|(_, key)| *key).chain([asked.key]);
    keys.filter(|key| key.len() >= 8).fold(string.to_owned(), |shown, key| {
        let begin: String = key.chars().take(4).collect();
        shown.replace(key, &format!("{begin}…"))
    })
}

const FIELDS_MAX: usize = 40;
const KEYS_MAX: usize = 64;
const TRIES_MAX: usize = 50_000;
