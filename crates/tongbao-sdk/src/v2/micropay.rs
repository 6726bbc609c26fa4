//! Charging a payment code (付款码支付): when to ask, when to reverse (v2.md §3.7).
//!
//! A charge is answered at once, but often with "the payer is typing the password", or not at all. Then the
//! order is looked up until it is paid or the time is up, and reversed if it is not. There is no notification.
//! What to do next is decided here, without waiting or sending; [`Client::pay_by_code`] does both.
//!
//! [`Client::pay_by_code`]: crate::v2::Client::pay_by_code

mod drive;
mod request;

use std::time::Duration;

use tongbao_wire::TradeState;

use crate::retry_policy::Pause;

pub use drive::MicropayEnd;
pub use request::Micropay;

/// When to ask and when to give up. All times count from when the charge was sent.
///
/// The documents differ: 5 or 10 seconds between queries, 30 or 45 in all. These are the defaults of
/// v2.md §3.7.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MicropayRules {
    /// When the first query is due.
    pub first_query: Duration,
    /// How far apart queries are.
    pub query_every: Duration,
    /// After this no query is due; what is not paid then is reversed.
    pub give_up_after: Duration,
    /// No reversal before this.
    pub reverse_not_before: Duration,
    /// How often a reversal is asked for at most.
    pub reversals_max: u32,
    /// How long to wait between reversals.
    pub reversal_pause: Pause,
}

impl Default for MicropayRules {
    fn default() -> Self {
        Self {
            first_query: Duration::from_secs(5),
            query_every: Duration::from_secs(5),
            give_up_after: Duration::from_secs(45),
            reverse_not_before: Duration::from_secs(15),
            reversals_max: 10,
            reversal_pause: Pause { first: Duration::from_secs(1), longest: Duration::from_secs(8) },
        }
    }
}

/// What a charge was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charged {
    /// The money is there.
    Paid,
    /// Nobody knows yet: no answer, `SYSTEMERROR`, `USERPAYING`.
    Unknown,
    /// The bank gave no answer (`BANKERROR`), which is asked about at once.
    BankUnknown,
    /// `return_code=FAIL`: not accepted, but nothing about it is signed, so it is asked about once.
    Rejected,
    /// Signed: there was no charge.
    Failed,
}

/// What a query was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Queried {
    /// Where the order stands.
    State(TradeState),
    /// There is no such order. Shortly after a charge this proves nothing.
    NotFound,
    /// Neither is the query accepted.
    Rejected,
    /// No answer.
    Unknown,
    /// An answer that cannot be read, or is about another order. It may say that the order is paid, so nothing
    /// is reversed on it.
    Unreadable,
}

/// What a reversal was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reversed {
    /// Done.
    Done,
    /// To be asked for again: `recall=Y`, `SYSTEMERROR`, `USERPAYING`, no answer.
    Again,
    /// Refused for good.
    Refused,
}

/// What to do next. `at` counts from when the charge was sent; what is past is due now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Look the order up.
    Query {
        /// When.
        at: Duration,
    },
    /// Reverse it.
    Reverse {
        /// When.
        at: Duration,
    },
    /// Nothing more.
    End(Verdict),
}

/// How a charge ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Paid.
    Paid,
    /// Nothing was charged.
    Failed,
    /// Reversed or closed: what was paid goes back.
    Reversed,
    /// Not known. Somebody has to go on: query, and reverse within seven days.
    Unresolved,
}

/// One charge on its way to a [`Verdict`]. Tell it each answer with the time since the charge was sent, and do
/// what it says.
#[derive(Clone, Debug)]
pub struct MicropayCourse {
    rules: MicropayRules,
    /// The charge was not accepted, says something unsigned.
    rejected: bool,
    reversals: u32,
}

impl MicropayCourse {
    /// A charge about to be sent.
    #[must_use]
    pub fn new(rules: MicropayRules) -> Self {
        Self { rules, rejected: false, reversals: 0 }
    }

    /// After the charge was answered.
    pub fn charged(&mut self, elapsed: Duration, answer: Charged) -> Step {
        match answer {
            Charged::Paid => Step::End(Verdict::Paid),
            Charged::Failed => Step::End(Verdict::Failed),
            Charged::BankUnknown => Step::Query { at: elapsed },
            Charged::Rejected => {
                self.rejected = true;
                Step::Query { at: elapsed }
            }
            // However late it is: nothing is reversed before it was asked about.
            Charged::Unknown => Step::Query { at: self.next_query(elapsed).unwrap_or(elapsed) },
        }
    }

    /// After a query was answered.
    pub fn queried(&mut self, elapsed: Duration, answer: &Queried) -> Step {
        match answer {
            Queried::State(TradeState::Success | TradeState::Refund) => Step::End(Verdict::Paid),
            Queried::State(TradeState::Revoked | TradeState::Closed) => Step::End(Verdict::Reversed),
            Queried::State(TradeState::PayError) => self.reverse(elapsed),
            Queried::NotFound | Queried::Rejected if self.rejected => Step::End(Verdict::Failed),
            Queried::State(TradeState::NotPay | TradeState::UserPaying | TradeState::Unknown(_)) => {
                // The platform has the order after all.
                self.rejected = false;
                self.go_on(elapsed)
            }
            Queried::NotFound | Queried::Rejected | Queried::Unknown => self.go_on(elapsed),
            Queried::Unreadable => match self.next_query(elapsed) {
                Some(at) => Step::Query { at },
                None => Step::End(Verdict::Unresolved),
            },
        }
    }

    /// After a reversal was answered.
    pub fn reversed(&mut self, elapsed: Duration, answer: Reversed) -> Step {
        self.reversals += 1;
        match answer {
            Reversed::Done => Step::End(Verdict::Reversed),
            Reversed::Again if self.reversals < self.rules.reversals_max => Step::Reverse {
                at: elapsed.saturating_add(self.rules.reversal_pause.before(self.reversals - 1, 0)),
            },
            Reversed::Again | Reversed::Refused => Step::End(Verdict::Unresolved),
        }
    }

    fn go_on(&self, elapsed: Duration) -> Step {
        match self.next_query(elapsed) {
            Some(at) => Step::Query { at },
            None => self.reverse(elapsed),
        }
    }

    fn reverse(&self, elapsed: Duration) -> Step {
        Step::Reverse { at: elapsed.max(self.rules.reverse_not_before) }
    }

    /// The first time of the rhythm after `elapsed` that is not past the end.
    fn next_query(&self, elapsed: Duration) -> Option<Duration> {
        let MicropayRules { first_query, query_every, give_up_after, .. } = self.rules;
        let mut at = first_query;
        if at <= elapsed {
            // A rhythm of nothing would ask without a pause.
            let every = query_every.max(SHORTEST_PAUSE);
            let passed = (elapsed - first_query).as_nanos() / every.as_nanos() + 1;
            at = first_query.checked_add(every.checked_mul(u32::try_from(passed).ok()?)?)?;
        }
        (at <= give_up_after).then_some(at)
    }
}

/// Between two queries, whatever the rules say.
const SHORTEST_PAUSE: Duration = Duration::from_millis(100);
