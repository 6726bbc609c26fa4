//! What is told at the end.

pub mod html;

use std::collections::BTreeMap;

use serde::Serialize;
use tongbao_wire::Text;

use super::adapter::Ability;
use super::case::{Case, Demand, Unmet};
use super::checklist::LINES;
use super::evidence::Exchange;
use crate::config::Words;

/// Everything a run found out. Its JSON form is stable: members may be added, none changes.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The version of this form: 1.
    pub certify: u32,
    /// The program's version.
    pub tongbao: &'static str,
    /// The examined server.
    pub server: String,
    /// When the run began, RFC 3339.
    pub started_at: String,
    /// True when every case the server offers passed, and it offers what the checklist demands.
    pub full_marks: bool,
    /// How many cases came out how.
    pub score: Score,
    /// What the server can be asked for.
    pub abilities: BTreeMap<&'static str, bool>,
    /// Each case, in the order of the list.
    pub cases: Vec<CaseReport>,
    /// What a person must look at.
    pub by_hand: Vec<ByHand>,
}

/// How many cases came out how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Score {
    /// Passed.
    pub passed: usize,
    /// Failed.
    pub failed: usize,
    /// Could not be judged.
    pub not_judged: usize,
    /// Not offered.
    pub not_offered: usize,
    /// Of those, how many the checklist demands: they cost marks.
    pub not_offered_but_demanded: usize,
}

/// What became of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The server did right.
    Passed,
    /// It did wrong.
    Failed,
    /// What had to be there first was not.
    NotJudged,
    /// The server does not offer what it takes.
    NotOffered,
}

impl Verdict {
    /// In words.
    #[must_use]
    pub const fn words(self) -> Text {
        match self {
            Self::Passed => Text { zh: "通过", en: "passed" },
            Self::Failed => Text { zh: "失败", en: "failed" },
            Self::NotJudged => Text { zh: "未判定", en: "not judged" },
            Self::NotOffered => Text { zh: "未提供", en: "not offered" },
        }
    }

    /// One sign for the terminal.
    #[must_use]
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Passed => "✓",
            Self::Failed => "✗",
            Self::NotJudged => "?",
            Self::NotOffered => "–",
        }
    }

    /// As JSON and style sheets call it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::NotJudged => "not_judged",
            Self::NotOffered => "not_offered",
        }
    }
}

/// One case.
#[derive(Clone, Debug, Serialize)]
pub struct CaseReport {
    /// Its stable name.
    pub id: &'static str,
    /// What it is about.
    pub title: Words,
    /// How much the checklist minds.
    pub demand: Demand,
    /// Which lines of the checklist it judges.
    pub lines: &'static [&'static str],
    /// What became of it.
    pub verdict: Verdict,
    /// Whether it costs marks.
    pub costs_marks: bool,
    /// Why.
    pub reason: Words,
    /// What to do; only where something is to be done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix: Option<Words>,
    /// The exchanges that decided it.
    pub evidence: Vec<Exchange>,
}

/// A line of the checklist for a person.
#[derive(Clone, Debug, Serialize)]
pub struct ByHand {
    /// Its number.
    pub line: &'static str,
    /// How much the checklist minds.
    pub severity: Words,
    /// What it wants.
    pub wants: Words,
    /// What to look at.
    pub look_at: Words,
}

impl CaseReport {
    pub(super) fn new(case: &Case, judged: Result<Words, Unmet>, evidence: Vec<Exchange>) -> Self {
        let (verdict, reason) = match judged {
            Ok(reason) => (Verdict::Passed, reason),
            Err(Unmet::Failed(reason)) => (Verdict::Failed, reason),
            Err(Unmet::NotJudged(reason)) => (Verdict::NotJudged, reason),
            Err(Unmet::NotOffered(reason)) => (Verdict::NotOffered, reason),
        };
        let demanded = case.needs.iter().any(|ability| ability.is_demanded());
        let costs_marks = match verdict {
            Verdict::Passed => false,
            Verdict::Failed | Verdict::NotJudged => true,
            Verdict::NotOffered => demanded,
        };
        Self {
            id: case.id,
            title: said(case.title),
            demand: case.demand,
            lines: case.lines,
            verdict,
            costs_marks,
            reason,
            fix: costs_marks.then(|| said(case.fix)),
            evidence,
        }
    }
}

impl Score {
    pub(super) fn of(cases: &[CaseReport]) -> Self {
        let mut score = Self::default();
        for case in cases {
            match case.verdict {
                Verdict::Passed => score.passed += 1,
                Verdict::Failed => score.failed += 1,
                Verdict::NotJudged => score.not_judged += 1,
                Verdict::NotOffered => {
                    score.not_offered += 1;
                    score.not_offered_but_demanded += usize::from(case.costs_marks);
                }
            }
        }
        score
    }

    /// True when nothing was lost: every case passed, or need not be offered.
    #[must_use]
    pub const fn is_full(&self) -> bool {
        self.failed == 0 && self.not_judged == 0 && self.not_offered_but_demanded == 0 && self.passed > 0
    }

    /// How many cases count.
    #[must_use]
    pub const fn judged_of(&self) -> usize {
        self.passed + self.failed + self.not_judged + self.not_offered_but_demanded
    }
}

pub(super) fn by_hand() -> Vec<ByHand> {
    let lines = LINES.iter().filter_map(|line| Some((line, line.by_hand?)));
    lines
        .map(|(line, look)| ByHand {
            line: line.id,
            severity: said(line.severity),
            wants: said(line.wants),
            look_at: said(look),
        })
        .collect()
}

pub(super) fn abilities(offered: &std::collections::BTreeSet<Ability>) -> BTreeMap<&'static str, bool> {
    Ability::ALL.into_iter().map(|ability| (ability.as_str(), offered.contains(&ability))).collect()
}

fn said(text: Text) -> Words {
    Words::new(text.zh, text.en)
}
