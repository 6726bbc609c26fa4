//! The report as a page of its own: no script, no second file, both languages.

use askama::Template;

use super::{Report, Verdict};
use crate::lang::Lang;

#[derive(Template)]
#[template(path = "certify.html")]
struct Page<'a> {
    report: &'a Report,
    lang: &'static str,
    style: &'static str,
}

/// The page. `lang` is shown first; the other is one click away.
#[must_use]
pub fn page(report: &Report, lang: Lang) -> String {
    let page = Page { report, lang: lang.as_str(), style: STYLE };
    page.render().expect("the template writes into memory")
}

const STYLE: &str = include_str!("../../../assets/certify.css");

impl Report {
    /// Cases of one verdict, for the page: what costs marks stands first.
    fn grouped(&self) -> Vec<(Verdict, Vec<&super::CaseReport>)> {
        [Verdict::Failed, Verdict::NotJudged, Verdict::NotOffered, Verdict::Passed]
            .into_iter()
            .map(|verdict| {
                (verdict, self.cases.iter().filter(|case| case.verdict == verdict).collect::<Vec<_>>())
            })
            .filter(|(_, cases)| !cases.is_empty())
            .collect()
    }
}
