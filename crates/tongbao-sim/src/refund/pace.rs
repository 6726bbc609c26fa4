//! How often refunds of old orders are taken: so many of a merchant within a minute (v3.md §1.12, v2.md §3.3).
//!
//! They are counted by the time that requests are sent in, like every other limit; how old an order is, by the
//! business time.

use std::collections::BTreeMap;
use std::time::Duration;

use tongbao_wire::{Mchid, Timestamp};

use crate::order::Refused;
use crate::platform::Platform;
use crate::state::{OrderKey, State};

impl State {
    /// Counts a refund of an old order, and refuses it when it is one too many.
    pub(super) fn pace_old_refunds(
        &mut self,
        platform: &Platform,
        order_key: &OrderKey,
        now: Timestamp,
    ) -> Result<(), Refused> {
        let order = self.orders.get(order_key).expect("found paid");
        let paid_at = order.payment().expect("found paid").success_time;
        if !platform.switches.rate_limits || now.since(paid_at) <= YOUNG_FOR {
            return Ok(());
        }
        let minute = platform.clock.transport().seconds().div_euclid(60);
        if count(&mut self.called, &order_key.0, minute) { Ok(()) } else { Err(Refused::OldRefundsTooMany) }
    }
}

/// False when it is one too many within the minute.
fn count(called: &mut BTreeMap<(Mchid, &'static str), (i64, u32)>, mchid: &Mchid, minute: i64) -> bool {
    let kept = called.entry((mchid.clone(), "refunds of old orders")).or_insert((minute, 0));
    if kept.0 != minute {
        *kept = (minute, 0);
    }
    kept.1 += 1;
    kept.1 <= A_MINUTE
}

/// "One month" is read as thirty days \[I\].
const YOUNG_FOR: Duration = Duration::from_secs(30 * 86_400);
const A_MINUTE: u32 = 5000;

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use tongbao_wire::Mchid;

    use super::{A_MINUTE, count};

    #[test]
    fn five_thousand_refunds_of_old_orders_a_minute_are_taken_of_each_merchant() {
        let mut called = BTreeMap::new();
        let [mine, other] = ["1900000001", "1900000002"].map(|text| Mchid::parse(text).unwrap());
        assert!((0..A_MINUTE).all(|_| count(&mut called, &mine, 7)));
        assert!(!count(&mut called, &mine, 7), "one too many");
        assert!(count(&mut called, &other, 7), "another merchant has its own");
        assert!(count(&mut called, &mine, 8), "the next minute begins anew");
    }
}
