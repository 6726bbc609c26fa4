//! What the account may choose, and how often the platform is asked.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use tongbao_wire::Timestamp;

/// What happens to money nobody asked for: a second payment of one order, or one that came after closing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SurplusPolicy {
    /// It goes back by itself.
    #[default]
    Refund,
    /// Late money reopens the order as paid; a second payment of a paid order waits for a person.
    Accept,
    /// It waits for a person.
    Hold,
}

/// The choices of an account that the rules need.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// What happens to surplus money.
    pub surplus: SurplusPolicy,
}

/// Moments after a start at which something is tried again: dense at first, thinning out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ladder {
    steps: &'static [Duration],
    then_every: Duration,
}

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

impl Ladder {
    /// Asking about a payment nobody told us about (v3.md §2.5, polling advice; the platform's first two
    /// notifications come within 15 s of each other, so a lost one is noticed before the payer gives up).
    pub const QUERY: Ladder = Ladder {
        steps: &[
            seconds(5),
            seconds(15),
            seconds(30),
            seconds(60),
            seconds(3 * 60),
            seconds(5 * 60),
            seconds(10 * 60),
            seconds(30 * 60),
        ],
        then_every: seconds(30 * 60),
    };
    /// Closing at the platform and checking that it is closed.
    pub const CLOSE: Ladder = Ladder {
        steps: &[seconds(5), seconds(30), seconds(2 * 60), seconds(10 * 60), seconds(30 * 60)],
        then_every: seconds(3600),
    };
    /// Sending a refund until it is accepted, then asking until it arrived (v3.md §5.3).
    pub const REFUND: Ladder = Ladder {
        steps: &[
            seconds(5),
            seconds(60),
            seconds(2 * 60),
            seconds(5 * 60),
            seconds(10 * 60),
            seconds(20 * 60),
            seconds(50 * 60),
        ],
        then_every: seconds(3600),
    };

    /// The first moment of the ladder after `now`, for something that began at `start`.
    #[must_use]
    pub fn next(self, start: Timestamp, now: Timestamp) -> Timestamp {
        let mut at = start;
        for step in self.steps {
            at = start.plus(*step);
            if at > now {
                return at;
            }
        }
        let every = self.then_every.as_millis().max(1);
        let periods = now.since(at).as_millis() / every + 1;
        let wait = u64::try_from(periods.saturating_mul(every)).unwrap_or(u64::MAX);
        at.plus(Duration::from_millis(wait))
    }
}

#[cfg(test)]
mod tests {
    use super::Ladder;
    use proptest::prelude::{ProptestConfig, proptest};
    use tongbao_wire::Timestamp;

    /// Seventy million years either way.
    const FAR: std::ops::Range<i64> = -i64::MAX / 4..i64::MAX / 4;

    #[test]
    fn a_ladder_always_leads_forward() {
        let start = Timestamp::from_seconds(1_000);
        let next = |now: i64| Ladder::QUERY.next(start, Timestamp::from_seconds(now)).seconds() - 1_000;
        assert_eq!(next(1_000), 5);
        assert_eq!(next(1_005), 15);
        assert_eq!(next(1_059), 60);
        assert_eq!(next(1_000 + 1_800), 3_600);
        assert_eq!(next(1_000 + 3_601), 5_400);
        assert_eq!(next(0), 5, "a clock that stepped back does not stop the ladder");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(500))]
        #[test]
        fn no_rung_of_any_ladder_is_in_the_past(start in FAR, now in FAR) {
            let (start, now) = (Timestamp::from_millis(start), Timestamp::from_millis(now));
            for ladder in [Ladder::QUERY, Ladder::CLOSE, Ladder::REFUND] {
                assert!(ladder.next(start, now) > now);
            }
        }
    }
}
