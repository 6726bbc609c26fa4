//! A case: one thing a server is examined for, and what became of it.

use std::future::Future;
use std::pin::Pin;

use serde::Serialize;
use tongbao_wire::Text;

use super::adapter::Ability;
use super::scene::Scene;
use crate::config::Words;

/// How much the checklist minds (v3.md §12).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Demand {
    /// 致命
    Fatal,
    /// 必须
    Must,
    /// 推荐
    Should,
}

impl Demand {
    /// The checklist's word.
    #[must_use]
    pub const fn words(self) -> Text {
        match self {
            Self::Fatal => Text { zh: "致命", en: "fatal" },
            Self::Must => Text { zh: "必须", en: "must" },
            Self::Should => Text { zh: "推荐", en: "should" },
        }
    }
}

/// What must be shown first, or a verdict would mean nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gate {
    /// Nothing.
    None,
    /// The server places orders with this platform.
    Places,
    /// The server takes a genuine notification: one that takes none refuses forged ones without merit.
    Takes,
}

/// The platform's clock during a case. It only ever moves ahead, so a run has three parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Time {
    /// Two days ago, so that a bill of a day that is over for the server too has payments in it. Alone.
    Past,
    /// The present. Beside others.
    Now,
    /// It moves the clock into the future. Alone.
    Ahead,
}

/// One thing a server is examined for.
pub(super) struct Case {
    /// Its stable name.
    pub(super) id: &'static str,
    pub(super) title: Text,
    pub(super) demand: Demand,
    /// Which lines of the checklist it judges (v3.md §12): `1` to `20`, or a letter of what is asked beside.
    pub(super) lines: &'static [&'static str],
    /// Without these it cannot be tried.
    pub(super) needs: &'static [Ability],
    pub(super) gate: Gate,
    /// What to do when it fails.
    pub(super) fix: Text,
    /// By which of the platform's clocks it runs.
    pub(super) time: Time,
    pub(super) run: for<'a> fn(&'a Scene<'a>) -> Running<'a>,
}

/// A case at work.
pub(super) type Running<'a> = Pin<Box<dyn Future<Output = Judged<Words>> + Send + 'a>>;

/// Why it passed, or why it did not.
pub(super) type Judged<T> = Result<T, Unmet>;

/// Why a case did not pass.
pub(super) enum Unmet {
    /// The server did wrong.
    Failed(Words),
    /// What had to be there first was not.
    NotJudged(Words),
    /// The server does not offer what it takes, or the run was not set up for it.
    NotOffered(Words),
}

pub(super) fn passed(zh: impl Into<String>, en: impl Into<String>) -> Judged<Words> {
    Ok(Words::new(zh, en))
}

pub(super) fn failed<T>(zh: impl Into<String>, en: impl Into<String>) -> Judged<T> {
    Err(Unmet::Failed(Words::new(zh, en)))
}

pub(super) fn not_judged<T>(zh: impl Into<String>, en: impl Into<String>) -> Judged<T> {
    Err(Unmet::NotJudged(Words::new(zh, en)))
}

pub(super) fn not_offered<T>(zh: impl Into<String>, en: impl Into<String>) -> Judged<T> {
    Err(Unmet::NotOffered(Words::new(zh, en)))
}

pub(super) const fn text(zh: &'static str, en: &'static str) -> Text {
    Text { zh, en }
}
