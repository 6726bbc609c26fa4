//! Opening: everything is checked before the sheet is shown.

use std::collections::BTreeMap;

use serde::Serialize;
use tongbao_wire::{Appid, PrepayId, Timestamp, TradeType};

use super::{Session, Shown};
use crate::bank::card_in_words;
use crate::ledger::Wallet;
use crate::order::Dialect;
use crate::pay::{Attempt, Opened, PayRefused};
use crate::people::{Acts, Sight, name_of};
use crate::platform::Platform;
use crate::prepay::Opens;
use crate::settings::LETTERS;
use crate::state::{OrderKey, State};
use crate::v2::{SignType, sign};
use crate::view::EventKind;

/// What was invoked, all fields present (v3.md §2.7).
struct Invocation<'a> {
    scene: TradeType,
    appid: &'a str,
    time_stamp: &'a str,
    nonce_str: &'a str,
    prepay_id: Option<PrepayId>,
    /// The fourth line of what is signed.
    package: &'a str,
    sane: bool,
    sign: &'a str,
    /// What is signed when it is signed as v2 does (v2.md §2.6), and how.
    v2: Option<(SignType, Vec<(&'static str, &'a str)>)>,
}

/// What the sheet shows.
#[derive(Serialize)]
pub(crate) struct Sheet {
    /// The session's id, for the calls of the page.
    pub(crate) session: String,
    /// The merchant's short name.
    pub(super) merchant: String,
    /// Yuan.
    pub(super) amount: String,
    pub(super) description: String,
    /// Who pays.
    pub(super) payer: String,
    /// Yuan.
    pub(super) balance: String,
    /// The bank card that pays when the balance does not suffice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) card: Option<String>,
    /// The payer acts without being told to: the page asks what came of it.
    #[serde(skip)]
    pub(super) acts: bool,
}

/// Opens a cashier, or says why not, in the order of miniprogram.md §2.10.
pub(super) fn open(
    state: &mut State,
    platform: &Platform,
    query: &BTreeMap<String, String>,
    now: Timestamp,
) -> Result<Sheet, PayRefused> {
    let invocation = match query.get("scene").map_or("jsapi", String::as_str) {
        "app" => Invocation::of_app(query)?,
        scene => Invocation::of_jsapi(query, scene)?,
    };
    if !invocation.is_signed(platform, state) {
        return Err(PayRefused::Signature);
    }
    let prepay_id = invocation.prepay_id.clone().ok_or(PayRefused::Prepay)?;
    let appid = Appid::parse(invocation.appid).map_err(|_| PayRefused::Appid)?;
    let payer = named_payer(platform, query);
    let shown = Shown::Prepay { prepay_id, scene: invocation.scene, appid: Some(appid) };
    start(state, platform, Session { shown, payer, opened_at: now, ended: None })
}

/// Opens the cashier that an `h5_url` leads to.
pub(super) fn open_in_browser(
    state: &mut State,
    platform: &Platform,
    query: &BTreeMap<String, String>,
    now: Timestamp,
) -> Result<Sheet, PayRefused> {
    let said = |name: &str| query.get(name).map_or("", String::as_str);
    let prepay_id = PrepayId::parse(said("prepay_id")).map_err(|_| PayRefused::Prepay)?;
    let prepay_id = state.open_h5(&prepay_id, said("package"), now)?;
    let payer = named_payer(platform, query);
    start(state, platform, Session::of_prepay(prepay_id, TradeType::Mweb, payer, now))
}

/// Opens the cashier behind a QR code that `payer` has scanned.
pub(crate) fn open_scanned(
    state: &mut State,
    platform: &Platform,
    code_url: &str,
    payer: &str,
    now: Timestamp,
) -> Result<Sheet, PayRefused> {
    let prepay_id = state.scan(code_url, now)?;
    open_native(state, platform, prepay_id, payer, now)
}

/// Opens the cashier of a Native order that a scanned code led to.
pub(crate) fn open_native(
    state: &mut State,
    platform: &Platform,
    prepay_id: PrepayId,
    payer: &str,
    now: Timestamp,
) -> Result<Sheet, PayRefused> {
    start(state, platform, Session::of_prepay(prepay_id, TradeType::Native, payer.into(), now))
}

/// Opens the cashier of an order by hand, as the page of its scene would have: nothing was signed for it. Where
/// a scanned payment code waits for its password, that is asked for.
pub(crate) fn open_by_hand(
    state: &mut State,
    platform: &Platform,
    opens: &Opens,
    payer: &str,
    now: Timestamp,
) -> Result<Sheet, PayRefused> {
    if let Opens::Order(key) = opens
        && let Ok(asked) = state.asked_for_password(key)
    {
        return if asked == payer {
            open_prompt(state, platform, key, payer, now)
        } else {
            Err(PayRefused::Payer)
        };
    }
    let prepay = state.newest_prepay(opens).ok_or(PayRefused::Prepay)?;
    let scene = state.opened_by(&prepay.id).ok_or(PayRefused::Prepay)?.scene().clone();
    start(state, platform, Session::of_prepay(prepay.id, scene, payer.into(), now))
}

/// Opens the prompt for the password of a scanned payment code.
fn open_prompt(
    state: &mut State,
    platform: &Platform,
    key: &OrderKey,
    payer: &str,
    now: Timestamp,
) -> Result<Sheet, PayRefused> {
    let order = state.orders.get(key).ok_or(PayRefused::UnknownOrder)?;
    let sheet = sheet(state, platform, &Opened::One(order), payer);
    let session =
        Session { shown: Shown::Prompt(key.clone()), payer: payer.into(), opened_at: now, ended: None };
    state.keep_session(sheet.session.clone(), session);
    Ok(sheet)
}

/// The sheet of a cashier that is open already.
pub(crate) fn sheet_of(state: &State, platform: &Platform, id: &str) -> Result<Sheet, PayRefused> {
    let session = state.sessions.get(id).filter(|session| session.ended.is_none());
    let session = session.ok_or(PayRefused::SessionGone)?;
    let opened = match &session.shown {
        Shown::Prepay { prepay_id, .. } => state.opened_by(prepay_id),
        Shown::Prompt(key) => state.orders.get(key).map(Opened::One),
    };
    let opened = opened.ok_or(PayRefused::SessionGone)?;
    Ok(Sheet { session: id.into(), ..sheet(state, platform, &opened, &session.payer) })
}

fn sheet(state: &State, platform: &Platform, opened: &Opened, payer: &str) -> Sheet {
    let person = state.payers.get(payer);
    let wallet = state.ledger.wallet_for(payer, opened.total());
    Sheet {
        session: platform.chance.text(32, LETTERS),
        merchant: name_of(platform, opened.mchid()),
        amount: opened.total().to_string(),
        description: opened.description().into(),
        payer: person.as_ref().map_or_else(|| payer.to_owned(), |person| person.name.clone()),
        balance: state.ledger.payer(payer).to_string(),
        card: match wallet {
            Some(Wallet::Card { card, .. }) => Some(card_in_words(&card)),
            Some(Wallet::Balance { .. }) | None => None,
        },
        acts: person.is_some_and(|person| person.acts != Acts::ByHand),
    }
}

fn named_payer(platform: &Platform, query: &BTreeMap<String, String>) -> String {
    query.get("payer").filter(|id| !id.is_empty()).unwrap_or(&platform.first_payer).clone()
}

fn start(state: &mut State, platform: &Platform, session: Session) -> Result<Sheet, PayRefused> {
    let attempt = session.attempt().ok_or(PayRefused::Prepay)?;
    let now = session.opened_at;
    let opened = state.payable(platform, &attempt, now)?;
    let sheet = sheet(state, platform, &opened, &session.payer);
    state.note_opened(&opened, now, EventKind::CashierOpened, &session.payer);
    state.invoked(&session.payer, Sight::Cashier(sheet.session.clone()), now);
    state.keep_session(sheet.session.clone(), session);
    Ok(sheet)
}

impl Session {
    /// What is tried from it; none at a prompt.
    pub(super) fn attempt(&self) -> Option<Attempt<'_>> {
        match &self.shown {
            Shown::Prepay { prepay_id, scene, appid } => {
                Some(Attempt { prepay_id, scene, appid: appid.as_ref(), payer: &self.payer })
            }
            Shown::Prompt(_) => None,
        }
    }
}

impl<'a> Invocation<'a> {
    /// Mini programs and official accounts.
    fn of_jsapi(query: &'a BTreeMap<String, String>, scene: &str) -> Result<Self, PayRefused> {
        let appid = field(query, "appid", "appId")?;
        let time_stamp = field(query, "timeStamp", "timeStamp")?;
        let nonce_str = field(query, "nonceStr", "nonceStr")?;
        let package = field(query, "package", "package")?;
        let sign_type = field(query, "signType", "signType")?;
        let sign = field(query, "paySign", "paySign")?;
        // An instalment choice may follow the id (v3.md §2.7, 分付).
        let said = package.strip_prefix("prepay_id=").and_then(|rest| rest.split('&').next());
        let scene = if scene == "jsapi" { TradeType::Jsapi } else { TradeType::from(scene) };
        let prepay_id = said.and_then(|id| PrepayId::parse(id).ok());
        let v2 = SignType::parse(sign_type).map(|how| {
            let signed = vec![
                ("appId", appid),
                ("nonceStr", nonce_str),
                ("package", package),
                ("signType", sign_type),
                ("timeStamp", time_stamp),
            ];
            (how, signed)
        });
        let sane = sign_type == "RSA" || v2.is_some();
        Ok(Self { scene, appid, time_stamp, nonce_str, prepay_id, package, sane, sign, v2 })
    }

    /// Mobile apps: the bare id is signed, and the app says whose it is.
    fn of_app(query: &'a BTreeMap<String, String>) -> Result<Self, PayRefused> {
        let appid = field(query, "appid", "appId")?;
        let partner = field(query, "partnerId", "partnerId")?;
        let package = field(query, "prepayId", "prepayId")?;
        let package_value = field(query, "package", "packageValue")?;
        let nonce_str = field(query, "nonceStr", "nonceStr")?;
        let time_stamp = field(query, "timeStamp", "timeStamp")?;
        let sign = field(query, "sign", "sign")?;
        let prepay_id = PrepayId::parse(package).ok();
        let sane = package_value == "Sign=WXPay" && !partner.is_empty();
        let v2 = SignType::of_length(sign).map(|how| {
            let signed = vec![
                ("appid", appid),
                ("noncestr", nonce_str),
                ("package", package_value),
                ("partnerid", partner),
                ("prepayid", package),
                ("timestamp", time_stamp),
            ];
            (how, signed)
        });
        let scene = TradeType::App;
        Ok(Self { scene, appid, time_stamp, nonce_str, prepay_id, package, sane, sign, v2 })
    }

    /// True when whoever ordered signed these values, recently. For a `prepay_id` nobody knows, any merchant
    /// will do: that it is unknown is told after.
    fn is_signed(&self, platform: &Platform, state: &State) -> bool {
        let window = platform.switches.invoke_window.as_secs();
        let recent = self
            .time_stamp
            .parse::<i64>()
            .is_ok_and(|seconds| platform.clock.transport().seconds().abs_diff(seconds) <= window);
        let message = format!("{}\n{}\n{}\n{}\n", self.appid, self.time_stamp, self.nonce_str, self.package);
        let opens = self.prepay_id.as_ref().and_then(|id| state.prepays.get(id));
        let owner = opens.map(|opens| match &*opens {
            Opens::Order((mchid, _)) | Opens::Combined((mchid, _)) => mchid.clone(),
        });
        let merchants = platform.merchants();
        let mut owners = merchants
            .iter()
            .filter(|merchant| owner.as_ref().is_none_or(|owner| *owner == merchant.settings.mchid));
        let sane = self.sane && recent && self.nonce_str.len() <= 32;
        sane && match &self.v2 {
            None => owners.any(|merchant| {
                let pair = merchant.keys.pair_made();
                pair.is_some_and(|pair| pair.key.verifies(message.as_bytes(), self.sign))
            }),
            Some((how, signed)) => {
                self.is_signed_like_the_order(platform, state, *how)
                    && owners.any(|merchant| {
                        sign::sign(*how, signed.iter().copied(), &merchant.settings.apiv2_key) == self.sign
                    })
            }
        }
    }

    /// An order of v2 is opened with the `sign_type` it was placed with (v2.md §2.6). One of v3 has none.
    fn is_signed_like_the_order(&self, platform: &Platform, state: &State, how: SignType) -> bool {
        let opens = self.prepay_id.as_ref().and_then(|id| state.prepays.get(id));
        let Some(Opens::Order(key)) = opens.as_deref() else { return true };
        let placed = state.orders.get(key).map(|order| order.asked.dialect);
        match placed {
            Some(Dialect::V2(with)) => with == how || !platform.switches.v2_invoke_sign_type_checked,
            Some(Dialect::V3) | None => true,
        }
    }
}

fn field<'a>(
    query: &'a BTreeMap<String, String>,
    name: &str,
    field: &'static str,
) -> Result<&'a str, PayRefused> {
    let value = query.get(name).filter(|value| !value.is_empty());
    value.map(String::as_str).ok_or(PayRefused::Missing { field })
}

impl State {
    fn keep_session(&mut self, id: String, session: Session) {
        self.sessions.insert(id, session, SESSIONS_MAX);
    }
}

/// Cashiers open at once; the oldest is forgotten first.
const SESSIONS_MAX: u64 = 10_000;
