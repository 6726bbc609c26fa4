//! What the client repeats by itself, where, how often and after how long (v3.md §1.1, §1.12).

use std::time::Duration;

/// What the client repeats by itself.
///
/// Whatever it says, only calls whose repetition is harmless ([`Repetition`](tongbao_wire::Repetition)) are
/// repeated: a refund or a transfer is queried first, by the caller, and a reply is never sent twice. Every
/// repetition carries the same bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    /// How often a call is repeated at most, over all reasons; `0` repeats nothing.
    pub repeats_max: u32,
    /// A host that gives no answer (not reached, time-out, 502, 503) is followed by the other, at once. Where
    /// there is no other host, the same is asked again after a pause if this is [`Failover::AnyHost`].
    pub failover: Failover,
    /// `SYSTEM_ERROR` and its like, which mean "unknown, send the same again", are repeated after a pause.
    pub after_system_error: bool,
    /// A rate limit (429) is waited out.
    pub after_rate_limit: bool,
    /// An answer that carries the platform's signature probe is asked for again at once, on the same host.
    pub after_probe: bool,
    /// How long the pauses are.
    pub pause: Pause,
}

/// Where a call goes that got no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failover {
    /// Nowhere.
    Off,
    /// To the backup host, if there is one.
    Backup,
    /// To the backup host, or to the same one after a pause; then back and forth.
    AnyHost,
}

/// How long to wait before repeating: `first`, then twice as long each time, up to `longest`, each lengthened
/// by chance by up to a half so that many clients do not come back together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pause {
    /// Before the first repetition.
    pub first: Duration,
    /// Never longer than this, before chance is added.
    pub longest: Duration,
}

impl RetryPolicy {
    /// Repeats nothing.
    #[must_use]
    pub fn off() -> Self {
        Self {
            repeats_max: 0,
            failover: Failover::Off,
            after_system_error: false,
            after_rate_limit: false,
            after_probe: false,
            pause: Pause::default(),
        }
    }

    /// For work that nobody waits for, such as bills at night: up to five repetitions, rate limits included.
    #[must_use]
    pub fn patient() -> Self {
        Self {
            repeats_max: 5,
            failover: Failover::AnyHost,
            after_system_error: true,
            after_rate_limit: true,
            after_probe: true,
            pause: Pause { first: Duration::from_secs(1), longest: Duration::from_secs(30) },
        }
    }
}

/// For a payer who waits: one repetition on the backup host or after a `SYSTEM_ERROR`, one more after a probe.
impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            repeats_max: 1,
            failover: Failover::Backup,
            after_system_error: true,
            after_rate_limit: false,
            after_probe: true,
            pause: Pause::default(),
        }
    }
}

impl Default for Pause {
    fn default() -> Self {
        Self { first: Duration::from_millis(200), longest: Duration::from_secs(2) }
    }
}

impl Pause {
    /// The pause before repetition `number` (from 0); `chance` lengthens it by up to a half.
    #[must_use]
    pub fn before(&self, number: u32, chance: u16) -> Duration {
        let doubled = self.first.saturating_mul(1_u32.checked_shl(number).unwrap_or(u32::MAX));
        let base = doubled.min(self.longest);
        let (half, most) = (base / 2, u32::from(u16::MAX));
        let longer = half.checked_mul(chance.into()).map_or(half, |product| product / most);
        base.saturating_add(longer)
    }
}

/// Which attempt of a call this is.
#[derive(Clone, Copy, Default)]
pub(crate) struct Attempt {
    pub(crate) on_backup: bool,
    pub(crate) probed: bool,
    pub(crate) repeats: u32,
}

/// The next attempt, and how long to wait before it.
pub(crate) struct Next {
    pub(crate) attempt: Attempt,
    pub(crate) pause: Option<Duration>,
}

/// What stood in the way of an attempt, as far as repeating it can help.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Obstacle {
    /// The host gave no answer.
    NoAnswer,
    /// Too many calls.
    RateLimit,
    /// "Unknown, send the same again."
    SystemError,
    /// The platform's signature probe.
    Probe,
}

impl RetryPolicy {
    /// The attempt after `attempt` met `obstacle`, for calls whose repetition is harmless.
    pub(crate) fn next(
        &self,
        attempt: Attempt,
        obstacle: Obstacle,
        backup_exists: bool,
        chance: impl FnOnce() -> u16,
    ) -> Option<Next> {
        if obstacle == Obstacle::Probe {
            let again = self.after_probe && !attempt.probed;
            return again.then_some(Next { attempt: Attempt { probed: true, ..attempt }, pause: None });
        }
        if attempt.repeats >= self.repeats_max {
            return None;
        }
        let repeated = Attempt { repeats: attempt.repeats + 1, ..attempt };
        let other = Attempt { on_backup: !attempt.on_backup, ..repeated };
        let paused = |next| Next { attempt: next, pause: Some(self.pause.before(attempt.repeats, chance())) };
        match obstacle {
            Obstacle::NoAnswer => match (self.failover, backup_exists, attempt.on_backup) {
                (Failover::Off, ..) | (Failover::Backup, false, _) | (Failover::Backup, true, true) => None,
                (Failover::Backup | Failover::AnyHost, true, false) => {
                    Some(Next { attempt: other, pause: None })
                }
                (Failover::AnyHost, true, true) => Some(paused(other)),
                (Failover::AnyHost, false, _) => Some(paused(repeated)),
            },
            Obstacle::RateLimit => self.after_rate_limit.then(|| paused(repeated)),
            Obstacle::SystemError => self.after_system_error.then(|| paused(repeated)),
            Obstacle::Probe => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Pause;

    #[test]
    fn pauses_double_up_to_the_longest_and_chance_adds_at_most_a_half() {
        let pause = Pause { first: Duration::from_millis(200), longest: Duration::from_secs(2) };
        let millis = |number, chance| pause.before(number, chance).as_millis();
        assert_eq!([0, 1, 2, 3, 4, 40].map(|number| millis(number, 0)), [200, 400, 800, 1600, 2000, 2000]);
        assert_eq!(millis(0, u16::MAX), 300);
        assert_eq!(millis(40, u16::MAX), 3000);
        let endless = Pause { first: Duration::from_secs(u64::MAX), longest: Duration::MAX };
        assert_eq!(endless.before(0, u16::MAX), Duration::MAX);
    }
}
