//! What the phone calls things.

use tongbao_wire::TradeType;

use super::super::frame::Frame;
use crate::bank::{card_in_english, card_in_words};
use crate::people::{Acts, Mood};

pub(super) struct MoodRow {
    pub(super) word: &'static str,
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    pub(super) chosen: bool,
}

pub(super) struct ActsRow {
    pub(super) word: &'static str,
    pub(super) name: &'static str,
    pub(super) chosen: bool,
}

pub(super) fn scene_words(frame: &Frame, scene: &TradeType) -> &'static str {
    match scene {
        TradeType::Jsapi => frame.say("小程序 / 公众号", "Mini program / account"),
        TradeType::Native => frame.say("扫码支付", "Native QR"),
        TradeType::Mweb => frame.say("H5 支付", "H5"),
        TradeType::App => frame.say("App 支付", "App"),
        TradeType::Micropay | TradeType::Facepay => frame.say("付款码", "Payment code"),
        TradeType::Unknown(_) => "",
    }
}

pub(super) fn purse_words(frame: &Frame, bank_type: &str) -> String {
    match bank_type {
        "OTHERS" => frame.say("零钱", "Balance").to_owned(),
        card if card.contains('_') => card_words(frame, card),
        other => other.to_owned(),
    }
}

pub(super) fn card_words(frame: &Frame, card: &str) -> String {
    frame.say(&card_in_words(card), &card_in_english(card)).to_owned()
}

pub(super) fn moods(frame: &Frame, chosen: Mood) -> Vec<MoodRow> {
    let all = [
        Mood::Willing,
        Mood::Cancels,
        Mood::WrongPassword { times: None },
        Mood::Insufficient,
        Mood::ClosesApp,
        Mood::PaysAfter { seconds: 0 },
        Mood::PaysTwice,
        Mood::NeverPays,
    ];
    let row = |mood: Mood| {
        let (name, about, word) = mood_words(frame, mood);
        MoodRow {
            word,
            name,
            about,
            chosen: std::mem::discriminant(&mood) == std::mem::discriminant(&chosen),
        }
    };
    all.into_iter().map(row).collect()
}

/// A mood's name, what it means, and the API's word for it.
pub(super) fn mood_words(frame: &Frame, mood: Mood) -> (&'static str, &'static str, &'static str) {
    let (zh, en, about_zh, about_en, word) = match mood {
        Mood::Willing => ("爽快", "Willing", "直接付款", "Pays", "willing"),
        Mood::Cancels => ("取消", "Cancels", "关闭收银台", "Closes the cashier", "cancels"),
        Mood::WrongPassword { .. } => (
            "输错密码",
            "Mistypes",
            "输错几次，或直到锁定",
            "So many times, or until locked",
            "wrong_password",
        ),
        Mood::Insufficient => ("没钱", "Short of money", "余额总是不足", "Never has enough", "insufficient"),
        Mood::ClosesApp => {
            ("退出微信", "Leaves the app", "收银台不再回话", "The cashier falls silent", "closes_app")
        }
        Mood::PaysAfter { .. } => ("晚点付", "Pays later", "过一段时间再付", "After some time", "pays_after"),
        Mood::PaysTwice => {
            ("付两次", "Pays twice", "两台设备，同一件商品", "Two devices, the same goods", "pays_twice")
        }
        Mood::NeverPays => {
            ("只看不付", "Only looks", "收银台一直开着", "Leaves the cashier open", "never_pays")
        }
    };
    (frame.say(zh, en), frame.say(about_zh, about_en), word)
}

pub(super) fn acts(frame: &Frame, chosen: Acts) -> Vec<ActsRow> {
    let row = |(acts, word, zh, en)| ActsRow { word, name: frame.say(zh, en), chosen: acts == chosen };
    [
        (Acts::ByHand, "by_hand", "由你操作", "You decide"),
        (Acts::Invoked, "invoked", "收银台打开时自动", "When a cashier opens"),
        (Acts::Ordered, "ordered", "下单后自动", "When there is an order"),
    ]
    .map(row)
    .into()
}
