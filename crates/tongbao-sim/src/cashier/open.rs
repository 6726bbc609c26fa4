//! Opening: everything is checked before the sheet is shown.

use std::collections::BTreeMap;

use tongbao_wire::{Appid, PrepayId, Timestamp};

use super::Session;
use crate::pay::{Attempt, JSAPI, PayRefused};
use crate::platform::Platform;
use crate::settings::LETTERS;
use crate::state::State;
use crate::view::EventKind;

/// The fields of an invocation, all present.
struct Invocation<'a> {
    appid: &'a str,
    time_stamp: &'a str,
    nonce_str: &'a str,
    package: &'a str,
    sign_type: &'a str,
    pay_sign: &'a str,
}

/// What the sheet shows.
pub(super) struct Sheet {
    /// The session's id, for the calls of the page.
    pub(super) session: String,
    /// The merchant's short name.
    pub(super) merchant: String,
    /// Yuan.
    pub(super) amount: String,
    pub(super) description: String,
    /// Who pays.
    pub(super) payer: String,
    /// Yuan.
    pub(super) balance: String,
}

/// Opens a cashier, or says why not, in the order of miniprogram.md §2.10.
pub(super) fn open(
    state: &mut State,
    platform: &Platform,
    query: &BTreeMap<String, String>,
    now: Timestamp,
) -> Result<Sheet, PayRefused> {
    let invocation = Invocation::read(query)?;
    let prepay_id = invocation.prepay_id();
    if !invocation.signed(platform, state, prepay_id.as_ref()) {
        return Err(PayRefused::Signature);
    }
    let prepay_id = prepay_id.ok_or(PayRefused::Prepay)?;
    let appid = Appid::parse(invocation.appid).map_err(|_| PayRefused::Appid)?;
    let payer = query.get("payer").filter(|id| !id.is_empty()).unwrap_or(&platform.first_payer).clone();
    let scene = query.get("scene").map_or(JSAPI, String::as_str);
    let attempt = Attempt { prepay_id: &prepay_id, scene, appid: &appid, payer: &payer };
    let order = state.payable(platform, &attempt, now)?;
    let key = order.key();
    let merchant = platform.merchant(&key.0).expect("orders belong to merchants");
    let sheet = Sheet {
        session: platform.chance.text(32, LETTERS),
        merchant: merchant.settings.name.clone(),
        amount: order.asked.total.to_string(),
        description: order.asked.description.clone(),
        payer: state.payers.get(&payer).expect("payable looked it up").name.clone(),
        balance: state.ledger.payer(&payer).to_string(),
    };
    state.orders.get_mut(&key).expect("just found").note(now, EventKind::CashierOpened, payer.as_str());
    state.keep_session(sheet.session.clone(), Session { prepay_id, appid, payer, opened_at: now });
    Ok(sheet)
}

impl<'a> Invocation<'a> {
    fn read(query: &'a BTreeMap<String, String>) -> Result<Self, PayRefused> {
        let field = |name: &str, field: &'static str| {
            let value = query.get(name).filter(|value| !value.is_empty());
            value.map(String::as_str).ok_or(PayRefused::Missing { field })
        };
        Ok(Self {
            appid: field("appid", "appId")?,
            time_stamp: field("timeStamp", "timeStamp")?,
            nonce_str: field("nonceStr", "nonceStr")?,
            package: field("package", "package")?,
            sign_type: field("signType", "signType")?,
            pay_sign: field("paySign", "paySign")?,
        })
    }

    /// The id in `package`, which an instalment choice may follow (v3.md §2.7, 分付).
    fn prepay_id(&self) -> Option<PrepayId> {
        let said = self.package.strip_prefix("prepay_id=")?;
        PrepayId::parse(said.split('&').next()?).ok()
    }

    /// True when the merchant of the order signed these values, recently. For a `prepay_id` nobody knows,
    /// any merchant of the appid will do: that it is unknown is told after.
    fn signed(&self, platform: &Platform, state: &State, prepay_id: Option<&PrepayId>) -> bool {
        let sane = self.sign_type == "RSA"
            && self.nonce_str.len() <= 32
            && self.time_stamp.parse::<i64>().is_ok_and(|seconds| {
                let now = platform.clock.transport().seconds();
                u128::from(now.abs_diff(seconds)) <= u128::from(platform.switches.invoke_window.as_secs())
            });
        let message = format!("{}\n{}\n{}\n{}\n", self.appid, self.time_stamp, self.nonce_str, self.package);
        let owner = prepay_id.and_then(|id| state.prepays.get(id)).map(|key| key.0.clone());
        let merchants = platform.merchants();
        let mut owners = merchants
            .iter()
            .filter(|merchant| owner.as_ref().is_none_or(|owner| *owner == merchant.settings.mchid));
        sane && owners.any(|merchant| merchant.keys.key.verifies(message.as_bytes(), self.pay_sign))
    }
}

impl State {
    fn keep_session(&mut self, id: String, session: Session) {
        self.sessions.insert(id, session, SESSIONS_MAX);
    }
}

/// Cashiers open at once; the oldest is forgotten first.
const SESSIONS_MAX: u64 = 10_000;
