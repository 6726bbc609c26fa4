//! What the phone shows.

use askama::Template;
use serde::Deserialize;
use tongbao_wire::{Timestamp, TradeType};

use super::super::frame::{Frame, moment, split};
use super::codes::{Drawn, bars, qr};
use super::wallet::{Bill, Wallet, bills, order_of};
use super::words::{ActsRow, MoodRow, acts, mood_words, moods, scene_words};
use crate::cashier::{Ended, sheet_of};
use crate::code_pay::CODE_LIVES;
use crate::payer::Payer;
use crate::people::{Acts, Mood, OpenOrder, OpenTransfer, name_of};
use crate::platform::Platform;
use crate::prepay::H5_PATH;
use crate::state::State;
use crate::why::percent;

/// What the address says beside the payer and the screen.
#[derive(Default, Deserialize)]
pub(super) struct Place {
    /// What came of the last thing done.
    #[serde(default)]
    said: String,
    #[serde(default)]
    session: String,
    #[serde(default)]
    back: String,
    #[serde(default)]
    package_info: String,
    #[serde(default)]
    mchid: String,
    #[serde(default)]
    out_trade_no: String,
}

#[derive(Template)]
#[template(path = "phone/page.html")]
pub(super) struct Page<'a> {
    f: &'a Frame,
    me: Person,
    people: Vec<Person>,
    /// `10:00`.
    time: String,
    toast: Option<Toast>,
    /// How many things wait.
    waits: usize,
    at: &'static str,
    screen: Screen,
    moods: Vec<MoodRow>,
    acts: Vec<ActsRow>,
    times: String,
    seconds: String,
}

/// Somebody who has a phone.
struct Person {
    /// As it stands in an address.
    path: String,
    name: String,
    initial: String,
    tint: usize,
    balance: String,
    mood: &'static str,
    willing: bool,
    chosen: bool,
    password: String,
    locked: bool,
    abnormal: bool,
    acts_alone: bool,
}

struct Toast {
    text: String,
    tone: &'static str,
}

enum Screen {
    Home(Home),
    Scan(Vec<Card>),
    Code(Box<CodeShown>),
    Bills(Vec<Bill>),
    Wallet(Wallet),
    Transfer(Box<Money>),
    Browser(Box<Browser>),
    Pay { session: String, back: String },
}

struct Home {
    prompts: Vec<Card>,
    cashiers: Vec<OpenSheet>,
    transfers: Vec<Money>,
    orders: Vec<Card>,
    open_to_all: Vec<Card>,
    messages: Vec<Message>,
}

/// A subscribe message (订阅消息) that arrived.
struct Message {
    title: String,
    appid: String,
    when: String,
    values: Vec<String>,
}

/// An order that can be paid.
struct Card {
    mchid: String,
    out_trade_no: String,
    merchant: String,
    description: String,
    total: String,
    /// How it is paid, in words.
    scene: &'static str,
    /// Its screen: a browser of some kind; empty when there is none.
    browser: String,
    code_url: String,
    qr: Option<Drawn>,
    when: String,
}

struct OpenSheet {
    session: String,
    merchant: String,
    description: String,
    total: String,
}

/// A transfer or an authorisation to confirm.
struct Money {
    package_info: String,
    address: String,
    merchant: String,
    /// Empty for an authorisation.
    amount: String,
    remark: String,
    perception: String,
    left: bool,
    when: String,
}

struct CodeShown {
    digits: String,
    bars: Option<Drawn>,
    qr: Option<Drawn>,
    /// Seconds until another is shown.
    left: u64,
    of: u64,
    prompt: Option<Card>,
    /// What was just paid by it.
    paid: Option<(String, String)>,
}

/// A page of a merchant in the phone: an official account, a mini program, an app, or a browser with an
/// `h5_url`.
struct Browser {
    card: Card,
    host: String,
    kind: &'static str,
    appid: String,
    call: &'static str,
    /// What the frame of an H5 page loads; empty otherwise.
    frame: String,
}

impl<'a> Page<'a> {
    /// A payer's phone with a screen; none when there is no such payer, screen, or what it is about.
    pub(super) fn of(
        state: &mut State,
        platform: &Platform,
        frame: &'a Frame,
        payer: &str,
        screen: &str,
        place: &Place,
        now: Timestamp,
    ) -> Option<Self> {
        let person = state.payers.get(payer)?;
        // A payer who acts alone may be done before the cashier is shown.
        let ended = state.sessions.get(&place.session).and_then(|session| match session.ended.clone()? {
            Ended::Paid => Some("ok".to_owned()),
            Ended::Cancelled => Some("cancel".to_owned()),
            Ended::Refused(why) => Some(why),
        });
        let (at, screen) = screen_of(state, platform, frame, payer, screen, place, now)?;
        let waiting = state.waiting(platform, payer, now);
        let people = state
            .payers
            .iter()
            .take(PEOPLE)
            .enumerate()
            .map(|(at, (id, one))| Person::of(state, frame, &one, at, id == payer, now));
        let people: Vec<_> = people.collect();
        let tint = people.iter().find(|one| one.chosen).map_or(0, |one| one.tint);
        let (times, seconds) = match person.mood {
            Mood::WrongPassword { times } => (times.map(|times| times.to_string()).unwrap_or_default(), 7200),
            Mood::PaysAfter { seconds } => ("1".into(), seconds),
            Mood::Willing
            | Mood::Cancels
            | Mood::Insufficient
            | Mood::ClosesApp
            | Mood::PaysTwice
            | Mood::NeverPays => ("1".into(), 7200),
        };
        let transfers = waiting.transfers.iter().filter(|one| !one.left).count();
        Some(Self {
            me: Person::of(state, frame, &person, tint, true, now),
            people,
            time: split(now).1[..5].to_owned(),
            toast: Toast::of(frame, ended.as_deref().unwrap_or(&place.said)),
            waits: waiting.prompts.len() + waiting.orders.len() + transfers,
            at,
            screen,
            moods: moods(frame, person.mood),
            acts: acts(frame, person.acts),
            times,
            seconds: seconds.to_string(),
            f: frame,
        })
    }
}

fn screen_of(
    state: &mut State,
    platform: &Platform,
    frame: &Frame,
    payer: &str,
    screen: &str,
    place: &Place,
    now: Timestamp,
) -> Option<(&'static str, Screen)> {
    let card = |order: &OpenOrder| Card::of(frame, payer, order);
    // What is no longer there leads to what is.
    let home = |state: &State| ("home", Screen::Home(Home::of(state, platform, frame, payer, now)));
    Some(match screen {
        "home" => home(state),
        "scan" => {
            let waiting = state.waiting(platform, payer, now);
            let native = waiting.open_to_all.iter().filter(|order| order.code_url.is_some());
            ("scan", Screen::Scan(native.map(card).collect()))
        }
        "code" => ("code", Screen::Code(Box::new(CodeShown::of(state, platform, frame, payer, now)?))),
        "bills" => ("bills", Screen::Bills(bills(state, platform, frame, payer))),
        "wallet" => ("wallet", Screen::Wallet(Wallet::of(state, platform, frame, payer))),
        "transfer" => {
            let waiting = state.waiting(platform, payer, now);
            let meant = waiting.transfers.iter().find(|one| one.package_info == place.package_info);
            let Some(meant) = meant else { return Some(home(state)) };
            ("home", Screen::Transfer(Box::new(Money::of(payer, meant))))
        }
        "browser" => {
            let waiting = state.waiting(platform, payer, now);
            let mut orders = waiting.orders.iter().chain(&waiting.open_to_all);
            let named = orders.find(|order| {
                order.mchid.as_str() == place.mchid && order.out_trade_no.as_str() == place.out_trade_no
            });
            let Some(named) = named else { return Some(home(state)) };
            ("home", Screen::Browser(Box::new(Browser::of(frame, payer, named))))
        }
        "pay" => {
            let Ok(sheet) = sheet_of(state, platform, &place.session) else { return Some(home(state)) };
            let back = if place.back == "scan" { "scan" } else { "home" };
            ("pay", Screen::Pay { session: sheet.session, back: back.into() })
        }
        _ => return None,
    })
}

impl Person {
    fn of(state: &State, frame: &Frame, one: &Payer, tint: usize, chosen: bool, now: Timestamp) -> Self {
        // Chinese names differ at their end, others at their beginning.
        let latin = one.name.is_ascii();
        let initial = if latin { one.name.chars().next() } else { one.name.chars().next_back() };
        let initial = initial.unwrap_or('?').to_uppercase().to_string();
        Self {
            path: percent::encode(&one.id),
            name: one.name.clone(),
            initial,
            tint: tint % 5,
            balance: state.ledger.payer(&one.id).to_string(),
            mood: mood_words(frame, one.mood).0,
            willing: one.mood == Mood::Willing,
            chosen,
            password: one.password().to_owned(),
            locked: one.locked_for(now) > std::time::Duration::ZERO,
            abnormal: one.abnormal,
            acts_alone: one.acts != Acts::ByHand,
        }
    }
}

impl Toast {
    fn of(frame: &Frame, said: &str) -> Option<Self> {
        let (zh, en, tone) = match said {
            "" => return None,
            "ok" => ("支付成功", "Paid", "good"),
            "cancel" => ("已取消，订单还可以付", "Cancelled; the order can still be paid", "odd"),
            "left" => ("退出了微信，收银台没有回话", "Left the app: the cashier tells nobody", "odd"),
            "looks" => ("看了看，没有付", "Looked, and did not pay", "odd"),
            "later" => ("过一会儿再付：见时钟页", "Will pay later: see the clock", "odd"),
            "received" => ("已确认收款", "Confirmed", "good"),
            "declined" => ("没有确认：24 小时后自动退回商家", "Left it: it goes back after 24 hours", "odd"),
            other => {
                let text = other.chars().take(100).collect();
                return Some(Self { text, tone: "bad" });
            }
        };
        Some(Self { text: frame.say(zh, en).to_owned(), tone })
    }
}

impl Home {
    fn of(state: &State, platform: &Platform, frame: &Frame, payer: &str, now: Timestamp) -> Self {
        let waiting = state.waiting(platform, payer, now);
        let card = |order: &OpenOrder| Card::of(frame, payer, order);
        Self {
            prompts: waiting.prompts.iter().map(card).collect(),
            cashiers: waiting
                .cashiers
                .into_iter()
                .take(SHEETS)
                .map(|one| OpenSheet {
                    session: one.session,
                    merchant: one.merchant,
                    description: one.description,
                    total: one.total.to_string(),
                })
                .collect(),
            transfers: waiting.transfers.iter().map(|one| Money::of(payer, one)).collect(),
            orders: waiting.orders.iter().take(CARDS).map(card).collect(),
            open_to_all: waiting.open_to_all.iter().take(CARDS).map(card).collect(),
            messages: messages(state, payer),
        }
    }
}

/// A payer's newest messages.
fn messages(state: &State, payer: &str) -> Vec<Message> {
    let newest = state.messages.arrived.iter().rev().map(|(_, message)| message);
    let mine = newest.filter(|message| message.payer == payer).take(MESSAGES);
    mine.map(|message| Message {
        title: message.title.clone(),
        appid: message.appid.to_string(),
        when: moment(message.at),
        values: message.values.values().cloned().collect(),
    })
    .collect()
}

impl Card {
    fn of(frame: &Frame, payer: &str, order: &OpenOrder) -> Self {
        let (mchid, number) = (order.mchid.to_string(), order.out_trade_no.to_string());
        let asked = super::super::frame::query(&[("mchid", &mchid), ("out_trade_no", &number)]);
        let browsed = matches!(order.trade_type, TradeType::Jsapi | TradeType::Mweb | TradeType::App);
        let browser = if browsed {
            format!("/phone/{}/browser?{asked}", percent::encode(payer))
        } else {
            String::new()
        };
        Self {
            merchant: order.merchant.clone(),
            description: order.description.clone(),
            total: order.total.to_string(),
            scene: scene_words(frame, &order.trade_type),
            browser,
            qr: order.code_url.as_deref().and_then(qr),
            code_url: order.code_url.clone().unwrap_or_default(),
            when: split(order.created_at).1[..5].to_owned(),
            mchid,
            out_trade_no: number,
        }
    }
}

impl Money {
    fn of(payer: &str, one: &OpenTransfer) -> Self {
        let asked = super::super::frame::query(&[("package_info", one.package_info.as_str())]);
        Self {
            address: format!("/phone/{}/transfer?{asked}", percent::encode(payer)),
            package_info: one.package_info.clone(),
            merchant: one.merchant.clone(),
            amount: one.amount.map(|amount| amount.to_string()).unwrap_or_default(),
            remark: one.remark.clone(),
            perception: one.perception.clone().unwrap_or_default(),
            left: one.left,
            when: moment(one.created_at),
        }
    }
}

impl CodeShown {
    fn of(
        state: &mut State,
        platform: &Platform,
        frame: &Frame,
        payer: &str,
        now: Timestamp,
    ) -> Option<Self> {
        let (code, until) = state.code_shown(platform, payer, now).ok()?;
        let digits = code.as_str();
        let waiting = state.waiting(platform, payer, now);
        let paid = state.lines_of(payer).next().filter(|line| {
            let by_code = order_of(state, line).is_some_and(|order| order.asked.scene == TradeType::Micropay);
            by_code && now.since(line.at) < JUST_NOW && line.at <= now
        });
        Some(Self {
            digits: format!("{} {} {} {}", &digits[..4], &digits[4..8], &digits[8..12], &digits[12..]),
            bars: bars(digits),
            qr: qr(digits),
            left: until.since(now).as_secs(),
            of: CODE_LIVES.as_secs(),
            prompt: waiting.prompts.first().map(|order| Card::of(frame, payer, order)),
            paid: paid.map(|line| (line.amount.to_string(), name_of(platform, &line.mchid))),
        })
    }
}

impl Browser {
    fn of(frame: &Frame, payer: &str, order: &OpenOrder) -> Self {
        let lang = if frame.zh { "zh" } else { "en" };
        let (kind, call, host) = match order.trade_type {
            TradeType::Mweb => ("h5", "location.href = h5_url", "wx.tenpay.com".to_owned()),
            TradeType::App => ("app", "WXApi.sendReq(PayReq)", order.appid.to_string()),
            _ => ("jsapi", "WeixinJSBridge.invoke('getBrandWCPayRequest', …)", order.appid.to_string()),
        };
        let h5 = order.h5_url.as_deref().and_then(|url| url.find(H5_PATH).map(|at| &url[at..]));
        let payer_said = percent::encode(payer);
        Self {
            card: Card::of(frame, payer, order),
            host,
            kind,
            appid: order.appid.to_string(),
            call,
            frame: h5
                .map(|path| format!("{path}&payer={payer_said}&embed=1&lang={lang}"))
                .unwrap_or_default(),
        }
    }
}

/// People in the list.
const PEOPLE: usize = 50;
const CARDS: usize = 30;
const SHEETS: usize = 5;
const MESSAGES: usize = 10;
/// A payment by code is shown so long beside the next code.
const JUST_NOW: std::time::Duration = std::time::Duration::from_secs(15);
