//! Where a refund can stand, each reached by steps that really happen.

use std::time::Duration;

use tongbao_domain::{Cause, Input, Order, PlatformRefusal, Policy, RefundObservation, RefundState};
use tongbao_wire::{Fen, RefundStatus, TransactionId};

use crate::situation;
use crate::world::{START, apply, payment_no, refund_no, refund_seen};

/// What of the order's total the refund returns.
const AMOUNT: Fen = Fen::new(300);

/// A state of the refund of a paid order.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Situation {
    None,
    Recorded,
    Waiting,
    Processing,
    Abnormal,
    Done,
    Refused,
    ClosedThere,
}

impl Situation {
    pub(crate) const ALL: &'static [Self] = &[
        Self::None,
        Self::Recorded,
        Self::Waiting,
        Self::Processing,
        Self::Abnormal,
        Self::Done,
        Self::Refused,
        Self::ClosedThere,
    ];

    pub(crate) fn sentence(self) -> &'static str {
        match self {
            Self::None => "A paid order without a refund",
            Self::Recorded => "A refund that is recorded",
            Self::Waiting => "A refund that waits for the merchant's balance",
            Self::Processing => "A refund on its way",
            Self::Abnormal => "A refund the payer's account cannot take",
            Self::Done => "A refund that arrived",
            Self::Refused => "A refund the platform refused",
            Self::ClosedThere => "A refund the platform closed",
        }
    }

    pub(crate) fn order(self) -> Order {
        let mut order = situation::Situation::Paid.order();
        for input in self.life(&order) {
            let now = START.plus(Duration::from_secs(2));
            apply(&mut order, input, &Policy::default(), now).unwrap().expect("each step of a life is news");
        }
        assert_eq!(order.refund(&refund_no(1)).map(|refund| name(&refund.state)), self.state());
        order
    }

    fn state(self) -> Option<&'static str> {
        match self {
            Self::None => None,
            Self::Recorded => Some("recorded"),
            Self::Waiting => Some("waiting"),
            Self::Processing => Some("processing"),
            Self::Abnormal => Some("abnormal"),
            Self::Done => Some("done"),
            Self::Refused | Self::ClosedThere => Some("failed"),
        }
    }

    fn life(self, order: &Order) -> Vec<Input> {
        let asked = || ask(1, AMOUNT);
        let observed = |status| observe(order, status, |_| {});
        match self {
            Self::None => vec![],
            Self::Recorded => vec![asked()],
            Self::Waiting => vec![asked(), refuse(true)],
            Self::Processing => vec![asked(), observed(RefundStatus::Processing)],
            Self::Abnormal => vec![asked(), observed(RefundStatus::Abnormal)],
            Self::Done => vec![asked(), observed(RefundStatus::Success)],
            Self::Refused => vec![asked(), refuse(false)],
            Self::ClosedThere => vec![asked(), observed(RefundStatus::Closed)],
        }
    }
}

/// A new variant must be given a situation above.
fn name(state: &RefundState) -> &'static str {
    match state {
        RefundState::Recorded
        | RefundState::Waiting { .. }
        | RefundState::Processing { .. }
        | RefundState::Done { .. }
        | RefundState::Abnormal { .. }
        | RefundState::Failed { .. } => state.as_str(),
    }
}

fn ask(n: usize, amount: Fen) -> Input {
    Input::Refund {
        out_refund_no: refund_no(n),
        out_trade_no: payment_no(1),
        amount,
        reason: "茶凉了".into(),
        cause: Cause::Api { key: "shop".into() },
    }
}

fn refuse(later: bool) -> Input {
    let code = if later { "NOT_ENOUGH" } else { "USER_ACCOUNT_ABNORMAL" };
    let refusal = PlatformRefusal { code: code.into(), message: String::new() };
    Input::RefundRefused { out_refund_no: refund_no(1), refusal, later }
}

fn observe(order: &Order, status: RefundStatus, twist: fn(&mut RefundObservation)) -> Input {
    let of = (&refund_no(1), &payment_no(1));
    let mut observation = refund_seen(order, of, AMOUNT, status, Cause::Query);
    twist(&mut observation);
    Input::RefundObserved(observation)
}

/// Every input that can be told apart, at the refund.
pub(crate) fn acts(order: &Order) -> Vec<(String, Input)> {
    let success = |twist| observe(order, RefundStatus::Success, twist);
    let mut acts = vec![
        ("it is asked for", ask(1, AMOUNT)),
        ("its number is used for another amount", ask(1, Fen::new(301))),
        ("the rest is asked for", ask(2, Fen::new(690))),
        ("more than the rest is asked for", ask(2, Fen::new(691))),
        ("all is asked for", ask(2, Fen::new(990))),
        ("more than all is asked for", ask(2, Fen::new(991))),
        ("nothing is asked for", ask(2, Fen::ZERO)),
        ("it is refused", refuse(false)),
        ("it is refused for now", refuse(true)),
        ("its answer is lost", Input::RefundUnknown { out_refund_no: refund_no(1) }),
        ("SUCCESS is seen for another amount", success(|seen| seen.refund = Fen::new(299))),
        ("SUCCESS is seen for more than was paid", success(|seen| seen.refund = Fen::new(991))),
        ("SUCCESS is seen for an order of another total", success(|seen| seen.total = Fen::new(991))),
        ("SUCCESS is seen for another payment", success(|seen| seen.out_trade_no = payment_no(7))),
        (
            "SUCCESS is seen for another transaction",
            success(|seen| seen.transaction_id = TransactionId::parse("4200000099").unwrap()),
        ),
    ];
    let words = RefundStatus::ALL.iter().cloned().chain([RefundStatus::from("TOMORROW")]);
    let words: Vec<_> = words.map(|word| (format!("{word} is seen"), observe(order, word, |_| {}))).collect();
    acts.drain(..).map(|(act, input)| (act.to_owned(), input)).chain(words).collect()
}
