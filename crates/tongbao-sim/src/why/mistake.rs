//! The known mistakes: one row each, with what was done and the fix, in Chinese and English.

use tongbao_wire::Text;

/// A known way to get a signature wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mistake {
    /// Stable name.
    pub(crate) id: &'static str,
    /// What was done.
    pub(crate) what: Text,
    /// How to mend it.
    pub(crate) fix: Text,
}

macro_rules! mistakes {
    ($($name:ident = $id:literal, $what_zh:literal $what_en:literal $fix_zh:literal $fix_en:literal;)*) => {
        $(pub(crate) const $name: $crate::why::mistake::Mistake = $crate::why::mistake::Mistake {
            id: $id,
            what: tongbao_wire::Text { zh: $what_zh, en: $what_en },
            fix: tongbao_wire::Text { zh: $fix_zh, en: $fix_en },
        };)*
        /// Every row of this family.
        #[cfg(test)]
        pub(crate) const ALL: &[$crate::why::mistake::Mistake] = &[$($name,)*];
    };
}

pub(crate) mod body;
pub(crate) mod cashier;
pub(crate) mod form;
pub(crate) mod header;
pub(crate) mod line;
pub(crate) mod made;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{body, cashier, form, header, line, made};

    #[test]
    fn every_mistake_is_named_once_and_told_in_both_languages() {
        let families = [body::ALL, cashier::ALL, form::ALL, header::ALL, line::ALL, made::ALL];
        let mut seen = BTreeSet::new();
        for one in families.into_iter().flatten() {
            assert!(seen.insert(one.id), "{} twice", one.id);
            for text in [one.what, one.fix] {
                assert!(text.zh.ends_with('。') && text.en.ends_with('.'), "{}: {text:?}", one.id);
                assert!(!text.en.contains(['，', '。', '；']), "{}: Chinese stops in English", one.id);
                let han = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
                assert!(text.zh.contains(han), "{}: no Chinese", one.id);
            }
        }
    }
}
