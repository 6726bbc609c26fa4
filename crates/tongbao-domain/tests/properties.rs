//! Random lives of an order against a model of the platform, whose messages are lost, doubled, late, out of
//! order and foreign. After every step the monitor looks; at the end the faults stop, an honest worker does
//! the jobs, and everything must come to rest with both sides saying the same.

#![allow(clippy::unwrap_used, reason = "a test that does not hold panics")]

#[path = "support/life.rs"]
mod life;
#[path = "support/monitor.rs"]
mod monitor;
#[path = "support/platform.rs"]
mod platform;
#[path = "support/worker.rs"]
mod worker;
#[path = "support/world.rs"]
mod world;

use life::{Life, Op};
use proptest::collection::vec;
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop_oneof, proptest};
use proptest::sample::select;
use tongbao_domain::{CloseReason, SurplusPolicy};
use tongbao_wire::{RefundStatus, TradeState};

/// Payments and refunds of a life: few, so that their numbers meet.
const NUMBERS: std::ops::Range<usize> = 1..4;

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, max_shrink_iters: 20_000, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_the_rules_of_money_hold(policy in policies(), ops in vec(ops(), 1..80)) {
        let mut life = Life::new(policy);
        for op in ops {
            life.happens(op);
        }
        life.replays_the_same();
    }

    #[test]
    fn once_the_faults_stop_everything_comes_to_rest(policy in policies(), ops in vec(ops(), 1..60)) {
        let mut life = Life::new(policy);
        for op in ops {
            life.happens(op);
        }
        life.comes_to_rest();
    }
}

fn policies() -> impl Strategy<Value = SurplusPolicy> {
    select(&[SurplusPolicy::Refund, SurplusPolicy::Accept, SurplusPolicy::Hold][..])
}

fn ops() -> impl Strategy<Value = Op> {
    prop_oneof![
        6 => payer_ops(),
        6 => platform_ops(),
        6 => mail_ops(),
        4 => refund_ops(),
        2 => merchant_ops(),
        1 => prop_oneof![3 => (1_i64..4_000).prop_map(Op::Tick), 1 => (-600_i64..0).prop_map(Op::Tick)],
    ]
}

fn payer_ops() -> impl Strategy<Value = Op> {
    prop_oneof![
        4 => (NUMBERS, any::<bool>()).prop_map(|(n, elsewhere)| Op::Pay { n, elsewhere }),
        1 => NUMBERS.prop_map(Op::PayAsAnother),
        1 => NUMBERS.prop_map(Op::CashierOpens),
        1 => Just(Op::ClientReports),
    ]
}

fn platform_ops() -> impl Strategy<Value = Op> {
    let words =
        select(&[TradeState::Success, TradeState::Closed, TradeState::UserPaying, TradeState::Revoked][..]);
    prop_oneof![
        4 => (NUMBERS, any::<bool>()).prop_map(|(n, waits)| Op::PrepayReaches { n, waits }),
        1 => NUMBERS.prop_map(Op::PrepayLost),
        1 => (NUMBERS, any::<bool>()).prop_map(|(n, first)| Op::PrepayRefused { n, first }),
        4 => (NUMBERS, words).prop_map(|(n, to)| Op::Turns { n, to }),
    ]
}

fn mail_ops() -> impl Strategy<Value = Op> {
    prop_oneof![
        3 => NUMBERS.prop_map(Op::Query),
        3 => NUMBERS.prop_map(Op::Notify),
        4 => any::<usize>().prop_map(Op::Deliver),
        1 => any::<usize>().prop_map(Op::Lose),
        1 => (NUMBERS, 0_usize..5).prop_map(|(n, twist)| Op::Foreign { n, twist }),
    ]
}

fn refund_ops() -> impl Strategy<Value = Op> {
    let words = select(&[RefundStatus::Success, RefundStatus::Closed, RefundStatus::Abnormal][..]);
    let amount = prop_oneof![1_i64..1_000, Just(990_i64)];
    prop_oneof![
        2 => (NUMBERS, NUMBERS, amount.clone()).prop_map(|(k, n, amount)| Op::Refund { k, n, amount }),
        3 => NUMBERS.prop_map(Op::RefundReaches),
        2 => (NUMBERS, words).prop_map(|(k, to)| Op::RefundTurns { k, to }),
        3 => NUMBERS.prop_map(Op::RefundNotify),
        1 => (NUMBERS, any::<bool>()).prop_map(|(k, later)| Op::RefundRefused { k, later }),
        1 => NUMBERS.prop_map(Op::RefundLost),
        1 => (NUMBERS, NUMBERS, amount).prop_map(|(k, n, amount)| Op::RefundByHand { k, n, amount }),
        1 => Just(Op::SurplusReaches),
    ]
}

fn merchant_ops() -> impl Strategy<Value = Op> {
    let reasons = [
        CloseReason::Expired,
        CloseReason::Merchant,
        CloseReason::Payer,
        CloseReason::Superseded,
        CloseReason::Superseded,
    ];
    select(reasons.to_vec()).prop_map(Op::Close)
}
