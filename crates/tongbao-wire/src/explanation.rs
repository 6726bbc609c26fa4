//! What a refusal means and what to do about it, in words for people.

use crate::Repetition;

/// One text in both languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text {
    /// Chinese.
    pub zh: &'static str,
    /// English. Names of menus stay Chinese, for that is how they are labelled.
    pub en: &'static str,
}

/// What a refusal means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// Why the platform refuses.
    pub cause: Text,
    /// What to do, and where to click.
    pub fix: Text,
    /// Whether, and how, to try again.
    pub retry: Retry,
}

/// Whether, and how, to try again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// Trying again gives the same; somebody has to mend something.
    Never,
    /// Send the same request with the same number and the same content again.
    SameRequest,
    /// Ask first what became of it; only then, if nothing did, the same request again.
    AfterQuery,
    /// The same request, but not now: back off.
    Later,
}

impl Retry {
    /// Stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::SameRequest => "same_request",
            Self::AfterQuery => "after_query",
            Self::Later => "later",
        }
    }

    /// The class in a sentence.
    #[must_use]
    pub const fn text(self) -> Text {
        match self {
            Self::Never => Text {
                zh: "不要重试：原样再发还是同样的结果，先按办法处理。",
                en: "Do not retry: the same request gives the same answer until something is mended.",
            },
            Self::SameRequest => Text {
                zh: "可以重发：单号和内容都不变。",
                en: "Send the same request again: same number, same content.",
            },
            Self::AfterQuery => Text {
                zh: "先查询，确认没有生效，再用原单号原样重发。",
                en: "Query first; only when nothing happened, send the same request under the same number.",
            },
            Self::Later => Text {
                zh: "稍后再发：单号和内容都不变，间隔要越来越长。",
                en: "Send the same request later, backing off.",
            },
        }
    }

    /// The class where repeating is what `repetition` says: what must not be repeated blindly is asked about
    /// first.
    #[must_use]
    pub const fn after(self, repetition: Repetition) -> Self {
        match (self, repetition) {
            (Self::SameRequest | Self::Later, Repetition::AfterQuery | Repetition::Twice) => Self::AfterQuery,
            (retry, Repetition::Harmless | Repetition::AfterQuery | Repetition::Twice) => retry,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Explanation, Retry, Text};
    use crate::{Call, Cause, ErrorCode, Face, Repetition, known_messages};

    /// Longer than this nobody reads; both bounds leave room for one more clause.
    const ZH_CHARS_MAX: usize = 90;
    const EN_CHARS_MAX: usize = 200;

    /// Every explanation there is, with a name to find it by.
    fn all() -> Vec<(String, Explanation)> {
        let unknown = ErrorCode::Unknown("TOMORROW".into());
        let codes: Vec<_> = ErrorCode::ALL.iter().chain([&unknown]).collect();
        let mut all = Vec::new();
        all.extend(codes.iter().map(|code| (code.to_string(), code.explanation())));
        all.extend(Cause::ALL.iter().map(|cause| (cause.name().to_owned(), cause.explanation())));
        all.extend(known_messages().map(|(text, explanation)| (text.to_owned(), explanation)));
        for call in Call::ALL {
            let told = codes.iter().map(|code| (format!("{} {code}", call.name()), call.explain(code)));
            all.extend(told);
        }
        all
    }

    fn has_han(text: &str) -> bool {
        text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c))
    }

    /// What is wrong with a text.
    fn faults(Text { zh, en }: Text) -> Vec<&'static str> {
        let starts_well = |c: char| c.is_ascii_alphanumeric() || c == '`';
        let rules = [
            (has_han(zh) && zh.ends_with('。'), "is no Chinese sentence"),
            (en.ends_with('.') && en.starts_with(starts_well), "is no English sentence"),
            (!en.contains(['，', '。', '；']), "has Chinese punctuation in English"),
            (zh.chars().count() <= ZH_CHARS_MAX && en.chars().count() <= EN_CHARS_MAX, "is too long"),
            ([zh, en].iter().all(|text| !text.contains("  ") && text.trim() == *text), "has blanks"),
        ];
        rules.iter().filter(|(kept, _)| !kept).map(|(_, rule)| *rule).collect()
    }

    #[track_caller]
    fn none(found: Vec<String>) {
        assert!(found.is_empty(), "\n  {}", found.join("\n  "));
    }

    #[test]
    fn everything_is_said_in_both_languages_and_briefly() {
        let mut found = Vec::new();
        for (name, Explanation { cause, fix, retry }) in all() {
            for text in [cause, fix, retry.text()] {
                found.extend(faults(text).iter().map(|rule| format!("{name} {rule}: {text:?}")));
            }
        }
        none(found);
    }

    #[test]
    fn a_new_number_is_never_advised_without_a_query_before_it() {
        let zh_numbers = ["新的 out_", "新的单号", "新单号", "退款单号另", "没用过的", "另下一单", "换单号"];
        let en_numbers = ["new out_", "new number", "another number", "never used", "under another"];
        let has = |text: &str, pieces: &[&str]| pieces.iter().any(|piece| text.contains(piece));
        let mut found = Vec::new();
        for (name, Explanation { fix, .. }) in all() {
            let zh = has(fix.zh, &zh_numbers) && !has(fix.zh, &["查", "不要换", "不用换", "绝不换"]);
            let en = has(fix.en, &en_numbers) && !has(fix.en, &["uery", "never under another"]);
            if zh || en {
                found.push(format!("{name}: {fix:?}"));
            }
        }
        none(found);
    }

    #[test]
    fn no_money_is_ever_moved_twice_on_the_word_of_the_table() {
        let unknown = ErrorCode::Unknown("TOMORROW".into());
        for call in Call::ALL.iter().filter(|call| call.repetition() != Repetition::Harmless) {
            for code in ErrorCode::ALL.iter().chain([&unknown]) {
                let retry = call.explain(code).retry;
                assert_ne!(retry, Retry::SameRequest, "{} {code}", call.name());
                // Only where nothing was done for sure; v2 documents its limit as "not accepted" (v2.md §3.3).
                let refused = call.face() == Face::V2 && *code == ErrorCode::FrequencyLimited;
                let later_is_safe = !code.leaves_doubt() || refused;
                assert!(retry != Retry::Later || later_is_safe, "{} {code}", call.name());
            }
        }
        for repetition in [Repetition::AfterQuery, Repetition::Twice] {
            for code in ErrorCode::ALL.iter().chain([&unknown]) {
                let retry = Call::Untyped.explain_repeated(code, repetition).retry;
                assert_ne!(retry, Retry::SameRequest, "{code}");
            }
        }
    }

    #[test]
    fn no_call_lists_a_code_twice() {
        for call in Call::ALL {
            for (position, code) in call.codes().iter().enumerate() {
                assert!(!call.codes()[..position].contains(code), "{} {code}", call.name());
            }
        }
    }

    #[test]
    fn one_code_may_mean_different_things_to_different_calls() {
        let told = |call: Call, code: &ErrorCode| call.explain(code);
        let short = &ErrorCode::NotEnough;
        assert!(told(Call::JsapiPrepay, short).cause.en.contains("payer"));
        assert!(told(Call::Micropay, short).cause.en.contains("payer"));
        assert!(told(Call::Refund, short).cause.en.contains("merchant's"));
        let nothing = told(Call::QueryRefund, &ErrorCode::ResourceNotExists);
        assert!(nothing.fix.en.contains("the same refund may be sent again"), "{}", nothing.fix.en);
        let limited = &ErrorCode::FrequencyLimited;
        assert_eq!(told(Call::Refund, limited).retry, Retry::AfterQuery);
        assert_eq!(told(Call::StartTransfer, limited).retry, Retry::AfterQuery);
        assert_eq!(told(Call::RefundV2, limited).retry, Retry::Later);
        assert_eq!(told(Call::Query, limited).retry, Retry::Later);
        let (v3, v2) =
            (told(Call::Query, &ErrorCode::SignError), told(Call::OrderQuery, &ErrorCode::SignError));
        assert!(v3.cause.en.contains("serial number") && v2.cause.en.contains("APIv2 key"));
        assert_eq!(told(Call::Close, &ErrorCode::RuleLimit).retry, Retry::AfterQuery);
        assert_eq!(told(Call::Close, &ErrorCode::ParamError).retry, Retry::Never);
    }
}
