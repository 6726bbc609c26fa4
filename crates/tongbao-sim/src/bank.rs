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
    BANKS.iter().find(|(known, _)| *known == short).map(|(_, name)| *name)
}

/// A card as `user_received_account` names it: bank, kind and the last digits, which are the same for all
/// cards here (v3.md §5.1).
pub(crate) fn card_in_words(bank_type: &str) -> String {
    let kind = if bank_type.ends_with(CREDIT) { "信用卡" } else { "借记卡" };
    format!("{}{kind}{CARD_TAIL}", bank_of_card(bank_type).unwrap_or_default())
}

/// Every card there is, by `bank_type`.
pub(crate) fn cards() -> impl Iterator<Item = String> {
    [DEBIT, CREDIT].iter().flat_map(|kind| BANKS.iter().map(move |(bank, _)| format!("{bank}{kind}")))
}

const DEBIT: &str = "_DEBIT";
const CREDIT: &str = "_CREDIT";
const BANKS: [(&str, &str); 15] = [
    ("CMB", "招商银行"),
    ("COMM", "交通银行"),
    ("ABC", "农业银行"),
    ("CCB", "建设银行"),
    ("ICBC", "工商银行"),
    ("BOC", "中国银行"),
    ("PAB", "平安银行"),
    ("SPDB", "浦发银行"),
    ("CITIC", "中信银行"),
    ("CEB", "光大银行"),
    ("CMBC", "民生银行"),
    ("CIB", "兴业银行"),
    ("GDB", "广发银行"),
    ("PSBC", "邮储银行"),
    ("NBCB", "宁波银行"),
];
const CARD_TAIL: &str = "0000";
