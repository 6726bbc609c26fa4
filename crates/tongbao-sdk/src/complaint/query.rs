//! Which complaints to list, and which page of them (v3-extended.md §10.2).

use std::ops::RangeInclusive;

use tongbao_wire::{Mchid, Timestamp};

use crate::client::outgoing::Outgoing;
use crate::unsendable::{Unsendable, UnsendableReason};

/// Complaints to list with `GET /v3/merchant-service/complaints-v2`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComplaintQuery {
    /// From the day in Beijing of this instant on (`begin_date`).
    pub begin: Timestamp,
    /// To the day in Beijing of this instant (`end_date`). Older pages allow 30 days at most.
    pub end: Timestamp,
    /// Which page, of 1 to 50 complaints.
    pub page: Page,
    /// Only those about this merchant; a service provider sees those of all its sub-merchants otherwise.
    pub complainted_mchid: Option<Mchid>,
}

impl ComplaintQuery {
    /// The first 50 complaints of the days from `begin` to `end`.
    #[must_use]
    pub fn new(begin: Timestamp, end: Timestamp) -> Self {
        Self { begin, end, page: Page::first(LIST_LIMIT_MAX), complainted_mchid: None }
    }

    /// Checks what the platform would refuse.
    pub(super) fn check(&self) -> Result<(), Unsendable> {
        if self.begin.beijing_date() > self.end.beijing_date() {
            let reason = UnsendableReason::Combination("is before begin_date");
            return Err(Unsendable::new("end_date", reason));
        }
        self.page.check(1..=LIST_LIMIT_MAX, "must be from 1 to 50")
    }

    pub(super) fn fill(&self, outgoing: Outgoing) -> Outgoing {
        let dates = outgoing
            .query("begin_date", &self.begin.beijing_date())
            .query("end_date", &self.end.beijing_date());
        let complainted_mchid = self.complainted_mchid.as_ref().map(Mchid::as_str);
        self.page.fill(dates).query_if("complainted_mchid", complainted_mchid)
    }
}

/// A page of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// How many it has at most.
    pub limit: u32,
    /// How many come before it.
    pub offset: u32,
}

impl Page {
    /// The first page, of `limit`.
    #[must_use]
    pub fn first(limit: u32) -> Self {
        Self { limit, offset: 0 }
    }

    pub(super) fn check(self, limits: RangeInclusive<u32>, rule: &'static str) -> Result<(), Unsendable> {
        if limits.contains(&self.limit) {
            return Ok(());
        }
        Err(Unsendable::new("limit", UnsendableReason::Combination(rule)))
    }

    pub(super) fn fill(self, outgoing: Outgoing) -> Outgoing {
        outgoing.query("limit", &self.limit.to_string()).query("offset", &self.offset.to_string())
    }
}

/// Complaints of one page (v3-extended.md §10.2).
const LIST_LIMIT_MAX: u32 = 50;

#[cfg(test)]
mod tests {
    use tongbao_wire::Timestamp;

    use super::{ComplaintQuery, Page};

    #[test]
    fn lists_that_would_be_refused_are_named() {
        let day = |text: &str| Timestamp::parse_rfc3339(text).expect("an instant");
        let query =
            || ComplaintQuery::new(day("2026-03-01T00:00:00+08:00"), day("2026-03-31T23:59:59+08:00"));
        let member = |query: ComplaintQuery| query.check().map_err(|error| error.member.into_owned());
        assert_eq!(member(query()), Ok(()));
        assert_eq!(member(ComplaintQuery { page: Page { limit: 1, offset: 50 }, ..query() }), Ok(()));
        for limit in [0, 51] {
            assert_eq!(member(ComplaintQuery { page: Page::first(limit), ..query() }), Err("limit".into()));
        }
        let backwards = ComplaintQuery { begin: query().end, end: query().begin, ..query() };
        assert_eq!(member(backwards), Err("end_date".into()));
        let same_day = ComplaintQuery {
            begin: day("2026-03-31T23:59:59+08:00"),
            end: day("2026-03-31T01:00:00+08:00"),
            ..query()
        };
        assert_eq!(member(same_day), Ok(()));
    }
}
