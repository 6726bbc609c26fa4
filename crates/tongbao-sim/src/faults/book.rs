//! The script in force and what it did so far: a part of the state, so that snapshots have it.

use serde::{Deserialize, Serialize};
use tongbao_wire::{Call, Face, Timestamp};

use super::about::About;
use super::script::{Does, Fault, What};
use super::{FaultScript, NextOf};
use crate::notice::{Notice, Tongue};
use crate::received::Received;
use crate::shelf::{Kept, Shelf, shelves};
use crate::state::State;

/// The script in force, how often its faults struck, and which notifications they hold.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct FaultBook {
    script: Kept<FaultScript>,
    /// By the fault's place in the script.
    counts: Shelf<u64, Counts>,
    /// Notifications that wait for another, by their number.
    held: Shelf<u64, NextOf>,
}

shelves! { FaultBook {
    "fault_script" => script,
    "fault_counts" => counts,
    "fault_held" => held,
} }

/// What a fault did so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Counts {
    /// Messages that fit it, while it was not spent.
    pub(crate) matched: u32,
    /// Messages it struck.
    pub(crate) applied: u32,
}

/// Something that may go wrong.
pub(super) enum Seen<'a> {
    Call(&'a Received, &'a About),
    Send(&'a Notice),
}

impl FaultBook {
    pub(crate) fn script(&self) -> &FaultScript {
        &self.script
    }

    /// Puts a script in force, from its beginning.
    pub(crate) fn begin(&mut self, script: FaultScript) {
        for place in 0..self.script.faults.len() {
            self.counts.remove(&count(place));
        }
        *self.script = script;
    }

    /// Puts a longer script in the place of its beginning, which goes on where it is.
    pub(crate) fn go_on(&mut self, script: FaultScript) {
        *self.script = script;
    }

    /// Its faults with what they did.
    pub(crate) fn faults(&self) -> impl Iterator<Item = (&Fault, Counts)> {
        self.script.faults.iter().enumerate().map(|(place, fault)| (fault, self.counts_of(place)))
    }

    fn counts_of(&self, place: usize) -> Counts {
        self.counts.get(&count(place)).map_or_else(Counts::default, |counts| *counts)
    }

    /// Asks the faults in their order. What only happens beside a message (keys, payers) is gathered; the first
    /// that does something to it ends the asking.
    ///
    /// A fault that would hold the message is passed over when another is held already that waits for it.
    pub(super) fn strike(&mut self, seen: &Seen<'_>, awaited: &Awaited, now: Timestamp) -> Struck {
        let mut struck = Struck::default();
        for place in 0..self.script.faults.len() {
            let fault = &self.script.faults[place];
            let before = self.counts_of(place);
            let spent = fault.times.is_some_and(|times| before.applied >= times);
            let open =
                fault.from.is_none_or(|from| now >= from) && fault.until.is_none_or(|until| now < until);
            if spent || !open || awaited.forbids(&fault.does) || !fault.fits(seen) {
                continue;
            }
            let matched = before.matched.saturating_add(1);
            let strikes = matched > fault.after && draws(self.script.seed, place, matched) < fault.share;
            let applied = before.applied.saturating_add(u32::from(strikes));
            self.counts.insert(count(place), Counts { matched, applied });
            if !strikes {
                continue;
            }
            match &fault.does {
                beside @ (Does::RotateKey
                | Does::SwitchKeyMode(_)
                | Does::PayRacesClose
                | Does::CloseRacesPay) => {
                    struck.beside.push(beside.clone());
                }
                does => {
                    struck.by = Some((fault.kind, does.clone()));
                    break;
                }
            }
        }
        struck
    }
}

/// Whether somebody is held who waits for this message.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Awaited {
    pub(super) by_order: bool,
    pub(super) by_merchant: bool,
}

impl Awaited {
    fn forbids(&self, does: &Does) -> bool {
        match does {
            Does::Reorder { next_of: NextOf::Order, .. } => self.by_order,
            Does::Reorder { next_of: NextOf::Merchant, .. } => self.by_merchant,
            _ => false,
        }
    }
}

/// What the script says about one message.
#[derive(Default)]
pub(super) struct Struck {
    /// What happens at this moment besides.
    pub(super) beside: Vec<Does>,
    /// What happens to the message, and the name of that.
    pub(super) by: Option<(&'static str, Does)>,
}

impl Fault {
    fn fits(&self, seen: &Seen<'_>) -> bool {
        let (face, mchid, order, fits) = match (seen, &self.matches.what) {
            (Seen::Call(call, about), What::Call(pattern)) => {
                let fits = pattern.fits(call.endpoint, call.method.as_str(), &call.target);
                (face_of(call), about.mchid.as_ref(), about.order.clone(), fits)
            }
            (Seen::Send(notice), What::Notification { event_type, send }) => {
                let face = match notice.tongue {
                    Tongue::V3 => Face::V3,
                    Tongue::V2(_) => Face::V2,
                    Tongue::Push(_) => Face::Weixin,
                };
                let fits = event_type.fits(&notice.event_type)
                    && send.is_none_or(|send| send == notice.sends.saturating_add(1));
                let order = notice.out_trade_no.as_ref().map(ToString::to_string);
                (face, Some(&notice.mchid), order, fits)
            }
            (Seen::Call(..), What::Notification { .. }) | (Seen::Send(_), What::Call(_)) => return false,
        };
        let matches = &self.matches;
        fits && matches.face.is_none_or(|asked| asked == face)
            && matches.merchant.as_ref().is_none_or(|asked| Some(asked) == mchid)
            && matches.order.as_ref().is_none_or(|asked| order.is_some_and(|order| asked.fits(&order)))
    }
}

impl State {
    /// Whether another notification is held that waits for this one.
    pub(super) fn is_awaited(&self, notice: &Notice) -> Awaited {
        let by = |asked: NextOf| {
            self.faults.held.iter().any(|(held, next_of)| {
                *next_of == asked
                    && self.notices.get(&held).is_some_and(|held| is_next(notice, &held, *next_of))
            })
        };
        Awaited { by_order: by(NextOf::Order), by_merchant: by(NextOf::Merchant) }
    }

    /// Notes that a notification waits for another.
    pub(crate) fn hold_send(&mut self, number: u64, next_of: NextOf, until: Timestamp) {
        self.put_off_send(number, until);
        self.faults.held.insert(number, next_of);
    }

    /// A send is over: whoever waited for it goes now.
    pub(crate) fn let_go_after(&mut self, number: u64, now: Timestamp) {
        self.faults.held.remove(&number);
        let Some(gone) = self.notices.get(&number) else { return };
        let waiting: Vec<u64> = self
            .faults
            .held
            .iter()
            .filter(|(held, next_of)| {
                self.notices.get(held).is_none_or(|other| is_next(&gone, &other, **next_of))
            })
            .map(|(held, _)| held)
            .collect();
        for held in waiting {
            self.faults.held.remove(&held);
            self.hasten_send(held, now);
        }
    }
}

/// Calls without a row are told apart by their path.
fn face_of(call: &Received) -> Face {
    match call.endpoint {
        Call::Untyped if !call.target.starts_with("/v3/") => Face::Weixin,
        endpoint => endpoint.face(),
    }
}

/// True when `gone` is what `held` waited for.
fn is_next(gone: &Notice, held: &Notice, next_of: NextOf) -> bool {
    let by_order = next_of == NextOf::Order && held.out_trade_no.is_some();
    gone.mchid == held.mchid && (!by_order || gone.out_trade_no == held.out_trade_no)
}

fn count(place: usize) -> u64 {
    u64::try_from(place).unwrap_or(u64::MAX)
}

/// From 0 to 999: the same for the same seed, fault and message, whatever happens elsewhere (splitmix64).
fn draws(seed: u64, place: usize, matched: u32) -> u16 {
    let mut mixed = seed
        .wrapping_add(count(place).wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15))
        .wrapping_add(u64::from(matched).wrapping_mul(0xD1B5_4A32_D192_ED03));
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    u16::try_from((mixed ^ (mixed >> 31)) % 1000).expect("less than a thousand")
}

#[cfg(test)]
mod tests {
    use super::draws;

    #[test]
    fn a_share_of_a_hundred_thousandths_is_a_tenth_and_another_seed_another_tenth() {
        let struck = |seed| (1..=10_000).filter(|matched| draws(seed, 0, *matched) < 100).collect::<Vec<_>>();
        for seed in [0, 1, 7, u64::MAX] {
            assert!((900..1100).contains(&struck(seed).len()), "{seed}: {}", struck(seed).len());
        }
        assert_ne!(struck(1), struck(2));
        assert_eq!(struck(7), struck(7));
    }
}
