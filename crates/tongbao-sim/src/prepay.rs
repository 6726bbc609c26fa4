//! What orders are opened with: `prepay_id`, and the addresses of H5 and Native that stand for one.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use tongbao_wire::{PrepayId, Timestamp, TradeType};

use crate::pay::PayRefused;
use crate::platform::Platform;
use crate::settings::{DIGITS, LETTERS, LOWER_HEX};
use crate::state::{OrderKey, State};

/// One `prepay_id` of an order.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Prepay {
    pub(crate) id: PrepayId,
    pub(crate) issued_at: Timestamp,
    /// What its address adds to it: `pr` of a `code_url`, `package` of an `h5_url`.
    pub(crate) token: Option<String>,
}

/// What a `prepay_id` opens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Opens {
    Order(OrderKey),
    /// Several orders with one password (v3.md §4).
    Combined(OrderKey),
}

impl Prepay {
    /// What the QR code of a Native order says (v3.md §2.1).
    pub(crate) fn code_url(&self) -> String {
        format!("{CODE_URL}{}", self.token.as_deref().unwrap_or_default())
    }

    /// Where the browser of an H5 order is sent (v3.md §2.1): at the simulator unless the platform's own host
    /// is wanted.
    pub(crate) fn h5_url(&self, platform: &Platform) -> String {
        let of_platform = format!("https://{H5_HOST}");
        let host = if platform.switches.h5_url_of_platform { &of_platform } else { &platform.base_url };
        let package = self.token.as_deref().unwrap_or_default();
        format!("{host}{H5_PATH}?prepay_id={}&package={package}", self.id)
    }

    /// Opens the cashier at `now`.
    pub(crate) fn is_live(&self, now: Timestamp) -> bool {
        now < self.issued_at.plus(PREPAY_LIVES)
    }

    /// Adds itself to those of an order, of which too many and too old ones are forgotten.
    pub(crate) fn push_to(&self, prepays: &mut Vec<Self>, now: Timestamp) -> Vec<Self> {
        let stale = prepays.iter().filter(|prepay| !prepay.is_live(now)).count();
        let over = (prepays.len() + 1).saturating_sub(PREPAYS_MAX).max(stale);
        let gone = prepays.drain(..over).collect();
        prepays.push(self.clone());
        gone
    }
}

impl State {
    /// A new `prepay_id`, which opens what it says from now on.
    pub(crate) fn new_prepay(
        &mut self,
        platform: &Platform,
        opens: &Opens,
        scene: &TradeType,
        now: Timestamp,
    ) -> Prepay {
        let id = format!(
            "wx{}{}{:010}",
            now.digits(),
            platform.chance.text(10, LOWER_HEX),
            self.next_serial() % 10_000_000_000
        );
        let id = PrepayId::parse(&id).expect("36 letters and digits");
        let token = match scene {
            TradeType::Native => Some(platform.chance.text(9, LETTERS)),
            TradeType::Mweb => Some(platform.chance.text(10, DIGITS)),
            TradeType::Jsapi
            | TradeType::App
            | TradeType::Micropay
            | TradeType::Facepay
            | TradeType::Unknown(_) => None,
        };
        self.prepays.insert(id.clone(), opens.clone());
        self.ordered(opens, &id, now);
        if let (TradeType::Native, Some(token)) = (scene, &token) {
            self.scans.insert(token.clone(), id.clone());
        }
        Prepay { id, issued_at: now, token }
    }

    /// Forgets what `prepay_id`s opened.
    pub(crate) fn forget_prepays(&mut self, gone: Vec<Prepay>) {
        for prepay in gone {
            self.prepays.remove(&prepay.id);
            if let Some(token) = prepay.token {
                self.scans.remove(&token);
            }
        }
    }

    /// The `prepay_id` behind a scanned `code_url`: the newest of its order, within two hours (v3.md §2.4: a
    /// new one kills the one before).
    pub(crate) fn scan(&self, code_url: &str, now: Timestamp) -> Result<PrepayId, PayRefused> {
        let token = code_url.strip_prefix(CODE_URL).ok_or(PayRefused::Prepay)?;
        let id = self.scans.get(token).ok_or(PayRefused::Prepay)?;
        let newest = self.prepays_of(&id).pop().filter(|prepay| prepay.id == *id && prepay.is_live(now));
        newest.map(|prepay| prepay.id).ok_or(PayRefused::Prepay)
    }

    /// The `prepay_id` that the two values of an `h5_url` name, for five minutes (v3.md §2.1).
    pub(crate) fn open_h5(
        &self,
        prepay_id: &PrepayId,
        package: &str,
        now: Timestamp,
    ) -> Result<PrepayId, PayRefused> {
        let named = self.prepays_of(prepay_id).into_iter().find(|prepay| prepay.id == *prepay_id);
        let live = |prepay: &Prepay| {
            prepay.token.as_deref() == Some(package) && now < prepay.issued_at.plus(H5_URL_LIVES)
        };
        named.filter(live).map(|prepay| prepay.id).ok_or(PayRefused::Prepay)
    }

    /// The newest `prepay_id` of an order, or of several together.
    pub(crate) fn newest_prepay(&self, opens: &Opens) -> Option<Prepay> {
        match opens {
            Opens::Order(key) => self.orders.get(key)?.prepays.last().cloned(),
            Opens::Combined(key) => self.combined.get(key)?.prepays.last().cloned(),
        }
    }

    /// All of the order that `id` opens, oldest first.
    pub(crate) fn prepays_of(&self, id: &PrepayId) -> Vec<Prepay> {
        let Some(opens) = self.prepays.get(id) else { return Vec::new() };
        let prepays = match &*opens {
            Opens::Order(key) => self.orders.get(key).map(|order| order.prepays.clone()),
            Opens::Combined(key) => self.combined.get(key).map(|whole| whole.prepays.clone()),
        };
        prepays.unwrap_or_default()
    }
}

/// A `prepay_id` opens the cashier for so long (v3.md §2.1).
const PREPAY_LIVES: Duration = Duration::from_secs(2 * 3600);
/// An `h5_url` is opened within this time (v3.md §2.1).
const H5_URL_LIVES: Duration = Duration::from_secs(5 * 60);
/// Renewals of one order that are remembered at once.
const PREPAYS_MAX: usize = 100;
const CODE_URL: &str = "weixin://wxpay/bizpayurl?pr=";
/// Where the platform's own `h5_url` is.
pub(crate) const H5_HOST: &str = "wx.tenpay.com";
/// Under the platform's host and the simulator's alike.
pub(crate) const H5_PATH: &str = "/cgi-bin/mmpayweb-bin/checkmweb";
