//! Money is never made or lost, whatever happens in whatever order.

use std::time::Duration;

use proptest::prelude::{ProptestConfig, Strategy, any, prop_oneof, proptest};
use proptest::{collection, sample};
use tongbao_sim::{CallFault, Faults, Purse};
use tongbao_wire::{Fen, OutRefundNo, RefundStatus};

use crate::world::{World, number};

/// One thing that happens.
#[derive(Clone, Debug)]
enum Step {
    Create(u8),
    Pay(u8),
    Close(u8),
    Refund { order: u8, refund: u8, fen: i64 },
    Decide(u8, RefundStatus),
    Withdraw(i64),
    TopUp(i64, Purse),
    Fault(CallFault),
    Wait(u64),
}

fn step() -> impl Strategy<Value = Step> {
    let decisions = sample::select(vec![RefundStatus::Success, RefundStatus::Closed, RefundStatus::Abnormal]);
    let purses = sample::select(vec![Purse::Basic, Purse::Operation, Purse::Fees]);
    let faults = sample::select(vec![
        CallFault::Pass,
        CallFault::DropBefore,
        CallFault::DropAfter,
        CallFault::SystemErrorAfter,
        CallFault::TooMany,
    ]);
    prop_oneof![
        (0..4_u8).prop_map(Step::Create),
        (0..4_u8).prop_map(Step::Pay),
        (0..4_u8).prop_map(Step::Close),
        (0..4_u8, 0..6_u8, 1..120_i64).prop_map(|(order, refund, fen)| Step::Refund { order, refund, fen }),
        (0..6_u8, decisions).prop_map(|(refund, status)| Step::Decide(refund, status)),
        (0..150_i64).prop_map(Step::Withdraw),
        (1..150_i64, purses).prop_map(|(fen, purse)| Step::TopUp(fen, purse)),
        faults.prop_map(Step::Fault),
        any::<u16>().prop_map(|seconds| Step::Wait(u64::from(seconds))),
    ]
}

async fn take(world: &World, step: Step) {
    let order = |order: u8| format!("T2026030{order}");
    match step {
        Step::Create(it) => {
            let mut body = world.order(&order(it));
            // Every other order's money waits to be shared.
            body["settle_info"] = serde_json::json!({ "profit_sharing": it % 2 == 1 });
            drop(world.create(&body).await);
        }
        Step::Pay(it) => drop(world.sim.pay(&number(&order(it)), None).await),
        Step::Close(it) => drop(world.close(&order(it)).await),
        Step::Refund { order: it, refund, fen } => {
            drop(world.refund(&order(it), &format!("R{refund}"), fen).await);
        }
        Step::Decide(refund, status) => {
            let refund = OutRefundNo::parse(&format!("R{refund}")).unwrap();
            world.sim.force_refund(&world.mchid(), &refund, status);
        }
        Step::TopUp(fen, purse) => drop(world.sim.top_up(&world.mchid(), purse, Fen::new(fen))),
        Step::Fault(fault) => {
            world.sim.set_faults(Faults { call: Box::new(move |_| fault.clone()), ..Faults::default() });
        }
        Step::Withdraw(fen) => drop(world.sim.withdraw(&world.mchid(), Fen::new(fen))),
        Step::Wait(seconds) => world.sim.advance(Duration::from_secs(seconds)).await,
    }
}

/// What must hold after every step.
fn audit(world: &World) {
    let books = world.sim.books();
    assert!(books.balanced(), "{books:?}");
    let merchant = &books.merchants[&world.mchid()];
    let orders = world.sim.orders();
    let paid: Fen =
        orders.iter().filter(|order| order.transaction_id.is_some()).map(|order| order.total).sum();
    assert_eq!(paid, merchant.paid);
    for order in orders {
        let returned: Fen = order
            .refunds
            .iter()
            .filter(|refund| refund.status != RefundStatus::Closed)
            .map(|refund| refund.amount.refund)
            .sum();
        assert!(returned <= order.total, "{order:?}");
        assert!(order.refunds.is_empty() || order.transaction_id.is_some());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]
    #[test]
    fn every_fen_is_somewhere_exactly_once(steps in collection::vec(step(), 1..24)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let world = World::new();
            for step in steps {
                take(&world, step).await;
                audit(&world);
            }
        });
    }
}

#[tokio::test(start_paused = true)]
async fn a_card_pays_when_the_balance_does_not_suffice_and_gets_the_refund() {
    let world = World::new();
    let set = async |body: serde_json::Value| {
        let request = http::Request::post("/sim/v1/payers").header("host", "127.0.0.1:8090");
        world.raw(request.body(body.to_string().into()).unwrap()).await
    };
    let cards = serde_json::json!({ "CMB_DEBIT": 5000 });
    let told = set(serde_json::json!({ "id": "payer-1", "balance_fen": 99, "cards_fen": cards })).await;
    assert_eq!(told.json()["cards_fen"]["CMB_DEBIT"], 5000);
    for cards in [serde_json::json!({ "NO_BANK": 1 }), serde_json::json!({ "CMB_DEBIT": -1 })] {
        let told = set(serde_json::json!({ "id": "payer-1", "balance_fen": 99, "cards_fen": cards })).await;
        assert_eq!(told.status, 400);
    }
    world.paid("T20260301A").await;
    assert_eq!(world.query("T20260301A").await.json()["bank_type"], "CMB_DEBIT");
    let refund = world.refund("T20260301A", "R1", 40).await.json();
    assert_eq!(refund["user_received_account"], "招商银行借记卡0000");
    world.sim.advance(Duration::from_secs(60)).await;
    let books = world.sim.books();
    assert_eq!(books.cards["payer-1"]["CMB_DEBIT"], Fen::new(5000 - 100 + 40));
    assert_eq!(books.payers["payer-1"], Fen::new(99));
    assert!(books.balanced());
}
