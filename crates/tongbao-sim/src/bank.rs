//! Banks whose cards payers have (v3.md §5.5).

/// The bank of a card such as `CMB_DEBIT`; none when it is not one of the documented banks.
pub(crate) fn bank_of_debit_card(bank_type: &str) -> Option<&'static str> {
    let bank = bank_type.strip_suffix("_DEBIT")?;
    BANKS.iter().find(|(known, _)| *known == bank).map(|(_, name)| *name)
}

/// A card as `user_received_account` names it: bank, kind and the last digits, which are the same for all
/// cards here (v3.md §5.1).
pub(crate) fn card_in_words(bank_type: &str) -> String {
    format!("{}借记卡{CARD_TAIL}", bank_of_debit_card(bank_type).unwrap_or_default())
}

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
