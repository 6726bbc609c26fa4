//! Banks whose cards payers have (v3.md §5.5).

/// The bank of a debit card such as `CMB_DEBIT`; none when it is not one of the documented banks.
pub(crate) fn bank_of_debit_card(bank_type: &str) -> Option<&'static str> {
    bank_of(bank_type.strip_suffix(DEBIT)?)
}

/// The same of a card of either kind, `CMB_CREDIT` too (v3.md §2.5).
pub(crate) fn bank_of_card(bank_type: &str) -> Option<&'static str> {
    bank_of(bank_type.strip_suffix(DEBIT).or_else(|| bank_type.strip_suffix(CREDIT))?)
}

fn bank_of(short: &str) -> Option<&'static str> {
    BANKS.iter().find(|(known, ..)| *known == short).map(|(_, name, _)| *name)
}

/// A card as `user_received_account` names it: bank, kind and the last digits, which are the same for all
/// cards here (v3.md §5.1).
pub(crate) fn card_in_words(bank_type: &str) -> String {
    let kind = if bank_type.ends_with(CREDIT) { "信用卡" } else { "借记卡" };
    format!("{}{kind}{CARD_TAIL}", bank_of_card(bank_type).unwrap_or_default())
}

/// The same for readers of English, on pages alone: the platform has no such words.
pub(crate) fn card_in_english(bank_type: &str) -> String {
    let (short, kind) = bank_type.split_once('_').unwrap_or((bank_type, ""));
    let bank = BANKS.iter().find(|(known, ..)| *known == short).map_or(short, |(_, _, english)| *english);
    format!("{bank} {} {CARD_TAIL}", kind.to_ascii_lowercase())
}

/// Every card there is, by `bank_type`.
pub(crate) fn cards() -> impl Iterator<Item = String> {
    [DEBIT, CREDIT].iter().flat_map(|kind| BANKS.iter().map(move |(bank, ..)| format!("{bank}{kind}")))
}

const DEBIT: &str = "_DEBIT";
const CREDIT: &str = "_CREDIT";
/// `bank_type` without the kind, the name, and the same in English for pages.
const BANKS: [(&str, &str, &str); 15] = [
    ("CMB", "招商银行", "China Merchants Bank"),
    ("COMM", "交通银行", "Bank of Communications"),
    ("ABC", "农业银行", "Agricultural Bank of China"),
    ("CCB", "建设银行", "China Construction Bank"),
    ("ICBC", "工商银行", "ICBC"),
    ("BOC", "中国银行", "Bank of China"),
    ("PAB", "平安银行", "Ping An Bank"),
    ("SPDB", "浦发银行", "SPD Bank"),
    ("CITIC", "中信银行", "China CITIC Bank"),
    ("CEB", "光大银行", "China Everbright Bank"),
    ("CMBC", "民生银行", "China Minsheng Bank"),
    ("CIB", "兴业银行", "Industrial Bank"),
    ("GDB", "广发银行", "China Guangfa Bank"),
    ("PSBC", "邮储银行", "Postal Savings Bank of China"),
    ("NBCB", "宁波银行", "Bank of Ningbo"),
];
const CARD_TAIL: &str = "0000";
