//! Whatever an order lives through, it reads back as it was written, with its history and its jobs.

use std::collections::BTreeMap;
use std::time::Duration;

use proptest::prelude::{ProptestConfig, proptest};
use tongbao_domain::{
    Cashier, ClientResult, CloseReason, Event, Input, JobChange, JobKey, Order, Policy, Scene, step,
};
use tongbao_store::{Store, events, jobs, orders};
use tongbao_wire::{Fen, PrepayId, Timestamp};

use crate::world::{START, find, mchid, new_order, order_no, payer, payment_no, read, refund_no, seen_paid};

fn input(order: &Order, choice: u8, n: usize) -> Option<Input> {
    let out_trade_no = payment_no(n);
    Some(match choice {
        0 => Input::Pay {
            scene: if n == 0 { Scene::Jsapi } else { Scene::MiniProgram },
            openid: payer(1),
            out_trade_no,
            notify_url: "https://pay.example.com/notify/main/payment".into(),
        },
        1 => Input::PrepayAccepted {
            out_trade_no,
            prepay_id: PrepayId::parse("wx261153585405162").unwrap(),
            cashier: Cashier::StaysShut,
        },
        2 => Input::PrepayUnknown { out_trade_no },
        3 => Input::CashierOpened { out_trade_no },
        4 => Input::ClientReported {
            result: ClientResult::Cancel,
            detail: "用户取消 ' \" \0 \u{1f375}".into(),
        },
        5 => Input::Close { reason: CloseReason::Merchant, cause: CloseReason::Merchant.policy() },
        6 => Input::Close { reason: CloseReason::Superseded, cause: CloseReason::Superseded.policy() },
        7 => Input::Refund {
            out_refund_no: refund_no(n),
            out_trade_no,
            amount: Fen::new(100),
            reason: String::new(),
            cause: CloseReason::Payer.policy(),
        },
        8 => Input::RefundUnknown { out_refund_no: refund_no(n) },
        _ => {
            return order
                .payment(&out_trade_no)
                .filter(|payment| payment.is_live())
                .map(|_| seen_paid(order, n));
        }
    })
}

/// What the store must hold.
#[derive(Default)]
struct Kept {
    history: Vec<Event>,
    jobs: BTreeMap<JobKey, Timestamp>,
}

impl Kept {
    fn take(&mut self, step: &tongbao_domain::Step) {
        self.history.extend(step.events.iter().cloned());
        for change in &step.jobs {
            match change {
                JobChange::Set { key, due } => drop(self.jobs.insert(key.clone(), *due)),
                JobChange::Remove { key } => drop(self.jobs.remove(key)),
            }
        }
    }
}

async fn lives_through(choices: Vec<(u8, usize)>) {
    let store = Store::in_memory_inline().unwrap();
    let mut kept = Kept::default();
    let created = new_order(0);
    orders::commit_step(&store, None, &created, Vec::new()).await.unwrap();
    kept.take(&created);
    let mut order = created.order;
    let mut now = START;
    for (choice, n) in choices {
        now = now.plus(Duration::from_millis(777));
        let input = input(&order, choice, n);
        let Some(next) = input.and_then(|input| step(&order, input, &Policy::default(), now).ok().flatten())
        else {
            continue;
        };
        orders::commit_step(&store, Some(&order), &next, Vec::new()).await.unwrap();
        kept.take(&next);
        order = next.order;
        assert_eq!(find(&store, 0).as_ref(), Some(&order));
    }
    let history = read(&store, |reader| events::of_order(reader, &mchid(), &order_no(0)));
    assert_eq!(history.into_iter().map(|recorded| recorded.event).collect::<Vec<_>>(), kept.history);
    let far = START.plus(Duration::from_secs(400 * 24 * 3600));
    let claimed = jobs::claim(&store, far, 100, Duration::from_secs(1), "all").await.unwrap();
    assert_eq!(claimed.into_iter().map(|job| (job.key, job.due)).collect::<BTreeMap<_, _>>(), kept.jobs);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_order_reads_back_as_it_was_written(
        choices in proptest::collection::vec((0_u8..10, 0_usize..3), 1..25),
    ) {
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(lives_through(choices));
    }
}
