//! What is wrong with a configuration, said so that it can be mended.

use std::collections::BTreeSet;
use std::fmt;

use crate::lang::Lang;

/// One mistake: what, where, and how to mend it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Stable code, such as `config.key_mismatch`.
    pub code: &'static str,
    /// The key in the configuration, such as `accounts.main.merchant_key`, or the file itself.
    pub field: String,
    /// Where in the file, when it is known.
    pub at: Option<Place>,
    /// What is wrong.
    pub reason: Words,
    /// What to do.
    pub fix: Words,
}

/// A place in the configuration file, counted from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file.
    pub file: String,
    /// The line.
    pub line: usize,
    /// The column, in characters.
    pub column: usize,
}

/// One text in both languages.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Words {
    /// 中文
    pub zh: String,
    /// English
    pub en: String,
}

impl Words {
    /// The same said twice.
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { zh: zh.into(), en: en.into() }
    }

    /// The text in that language.
    #[must_use]
    pub fn pick(&self, lang: Lang) -> &str {
        lang.pick(&self.zh, &self.en)
    }
}

impl Mistake {
    /// A mistake without a place in a file.
    pub fn new(code: &'static str, field: impl Into<String>, reason: Words, fix: Words) -> Self {
        Self { code, field: field.into(), at: None, reason, fix }
    }

    /// The same, with the place.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.at = Some(place);
        self
    }

    /// Field and code on the first line, then place, reason and fix.
    fn write(&self, lang: Lang, f: &mut impl fmt::Write) -> fmt::Result {
        writeln!(f, "{}  [{}]", self.field, self.code)?;
        if let Some(Place { file, line, column }) = &self.at {
            match lang {
                Lang::Zh => writeln!(f, "  位置：{file} 第 {line} 行第 {column} 列")?,
                Lang::En => writeln!(f, "  where:  {file}, line {line}, column {column}")?,
            }
        }
        writeln!(f, "  {}{}", lang.pick("原因：", "reason: "), self.reason.pick(lang))?;
        writeln!(f, "  {}{}", lang.pick("办法：", "fix:    "), self.fix.pick(lang))
    }

    /// The mistake in words, several lines.
    #[must_use]
    pub fn in_words(&self, lang: Lang) -> String {
        let mut text = String::new();
        self.write(lang, &mut text).expect("a String takes every text");
        text
    }
}

/// Every mistake of a configuration; at least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigErrors {
    /// What stops the server.
    pub mistakes: Vec<Mistake>,
    /// What would not stop it, but should be looked at.
    pub warnings: Vec<Mistake>,
}

impl ConfigErrors {
    /// All of it in words, one paragraph a mistake.
    #[must_use]
    pub fn in_words(&self, lang: Lang) -> String {
        let mut text = String::new();
        self.write(lang, &mut text).expect("a String takes every text");
        text
    }

    fn write(&self, lang: Lang, f: &mut impl fmt::Write) -> fmt::Result {
        let count = self.mistakes.len();
        match lang {
            Lang::Zh => writeln!(f, "配置有 {count} 处错误：")?,
            Lang::En if count == 1 => writeln!(f, "The configuration has 1 mistake:")?,
            Lang::En => writeln!(f, "The configuration has {count} mistakes:")?,
        }
        for mistake in &self.mistakes {
            writeln!(f)?;
            mistake.write(lang, f)?;
        }
        for warning in &self.warnings {
            write!(f, "\n{}", lang.pick("警告：", "warning: "))?;
            warning.write(lang, f)?;
        }
        Ok(())
    }
}

/// In English; [`ConfigErrors::in_words`] speaks Chinese too.
impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(Lang::En, f)
    }
}

impl std::error::Error for ConfigErrors {}

/// Collects mistakes and warnings while a configuration is read.
#[derive(Default)]
pub(super) struct Findings {
    pub(super) mistakes: Vec<Mistake>,
    pub(super) warnings: Vec<Mistake>,
    /// Keys that misspelt ones were meant to be: telling that they are missing too would say it twice.
    pub(super) meant: BTreeSet<String>,
}

impl Findings {
    pub(super) fn mistake(
        &mut self,
        code: &'static str,
        field: impl Into<String>,
        reason: Words,
        fix: Words,
    ) {
        self.mistakes.push(Mistake::new(code, field, reason, fix));
    }

    pub(super) fn warning(
        &mut self,
        code: &'static str,
        field: impl Into<String>,
        reason: Words,
        fix: Words,
    ) {
        self.warnings.push(Mistake::new(code, field, reason, fix));
    }

    /// `found` and the warnings, or all mistakes. `found` is there unless there is a mistake.
    pub(super) fn conclude<T>(self, found: Option<T>) -> Result<(T, Vec<Mistake>), ConfigErrors> {
        match found {
            Some(found) if self.mistakes.is_empty() => Ok((found, self.warnings)),
            Some(_) | None => Err(ConfigErrors { mistakes: self.mistakes, warnings: self.warnings }),
        }
    }
}
