//! Every case, in the order of the report.

mod bills;
mod closing;
mod content;
mod forged;
mod notices;
mod odd;
mod ordering;
mod queries;
mod refund_notices;
mod refunds;

use super::case::Case;

/// Every case. The first two are gates: others mean nothing where they fail.
pub(super) fn all() -> impl Iterator<Item = &'static Case> {
    let groups: [&'static [Case]; 10] = [
        ordering::CASES,
        notices::CASES,
        forged::CASES,
        content::CASES,
        odd::CASES,
        queries::CASES,
        refunds::CASES,
        refund_notices::CASES,
        bills::CASES,
        // Last, for the platform's clock never goes back.
        closing::CASES,
    ];
    groups.into_iter().flatten()
}

/// The gates: see [`super::case::Gate`].
pub(super) use notices::TAKES;
pub(super) use ordering::PLACES;
