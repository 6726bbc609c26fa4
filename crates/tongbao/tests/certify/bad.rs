//! Servers with one fault each: they lose the marks meant for it, and no others.

use std::time::Duration;

use tongbao::certify::{Adapter, Report, Verdict};
use tongbao::config::Environment;
use tongbao::listen::{self, Options};
use tongbao::tasks::Tasks;
use tongbao_sim::KeyMode;

use crate::stage::{examined, listener, platform, told, with};
use crate::toy::{Fault, router};

/// Everything a forger may try.
const FORGERIES: [&str; 8] = [
    "forged-signature",
    "tampered-body",
    "unsigned",
    "unknown-serial",
    "signature-probe",
    "stale",
    "from-the-future",
    "replay-fresh-time",
];

async fn report_of(fault: Fault) -> Report {
    let platform = platform(KeyMode::PublicKey).await;
    let (listener, url) = listener().await;
    let tasks = Tasks::new();
    let toy = router(&platform.env(), &url, fault);
    tasks.spawn("toy", async move {
        listen::serve(listener, toy, Options::default(), std::future::pending()).await;
    });
    let adapter = Adapter::named(None, &Environment::empty()).expect("the contract");
    let report = examined(&platform, &url, adapter, PATIENCE).await;
    tasks.abort_all();
    report
}

/// A right server needs a moment at most; a wrong one is waited for so long.
const PATIENCE: Duration = Duration::from_secs(8);

async fn check(fault: Fault, failed: &[&str], not_judged: &[&str]) {
    let report = report_of(fault).await;
    let sorted = |mut ids: Vec<&'static str>| {
        ids.sort_unstable();
        ids
    };
    let wanted = |ids: &[&str]| {
        let mut ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
        ids.sort_unstable();
        ids
    };
    assert_eq!(
        sorted(with(&report, Verdict::Failed)),
        wanted(failed),
        "{fault:?} failed:\n{}",
        told(&report)
    );
    assert_eq!(
        sorted(with(&report, Verdict::NotJudged)),
        wanted(not_judged),
        "{fault:?} not judged:\n{}",
        told(&report)
    );
    assert_eq!(report.full_marks, failed.is_empty() && not_judged.is_empty(), "{fault:?}");
    for case in report.cases.iter().filter(|case| case.verdict == Verdict::Failed) {
        assert!(case.fix.is_some() && !case.evidence.is_empty(), "{fault:?}: {} shows no evidence", case.id);
    }
}

macro_rules! servers {
    ($($name:ident: $fault:ident fails $failed:expr, leaves open $open:expr;)*) => {
        $(#[tokio::test]
        async fn $name() {
            check(Fault::$fault, $failed, $open).await;
        })*
    };
}

servers! {
    a_server_without_a_fault_scores_full_marks: Nothing fails &[], leaves open &[];
    one_that_does_not_verify: DoesNotVerify
        fails &[&FORGERIES[..], &["refund-forged"]].concat(), leaves open &["forged-then-genuine"];
    one_that_ignores_the_time: IgnoresTheTime fails &["stale", "from-the-future"], leaves open &[];
    one_that_ignores_the_amount: IgnoresTheAmount fails &["amount-less", "amount-more"], leaves open &[];
    one_that_ignores_the_currency: IgnoresTheCurrency fails &["currency"], leaves open &[];
    one_that_ignores_whose_it_is: IgnoresWhoseItIs fails &["foreign-merchant", "foreign-app"], leaves open &[];
    one_that_ignores_the_state: IgnoresTheState
        fails &["not-success", "unknown-state", "unknown-event"], leaves open &[];
    one_that_processes_twice: ProcessesTwice
        fails &["duplicate", "duplicate-parallel", "replay", "reordered"], leaves open &[];
    one_that_acknowledges_everything: AcknowledgesEverything
        fails &[&FORGERIES[..], &["foreign-key", "odd-bodies", "refund-forged"]].concat(), leaves open &["forged-then-genuine"];
    one_that_acknowledges_probes: AcknowledgesProbes fails &["signature-probe"], leaves open &[];
    one_that_remembers_forgeries: RemembersForgeries fails &["forged-then-genuine"], leaves open &[];
    one_that_refuses_new_members: RefusesNewMembers fails &["new-members"], leaves open &[];
    one_that_panics_on_odd_bodies: PanicsOnOddBodies fails &["odd-bodies"], leaves open &[];
    one_that_asks_before_answering: AsksBeforeAnswering fails &["slow-platform"], leaves open &[];
    one_that_never_queries: NeverQueries
        fails &["lost-notification", "query-fails-first", "confirm-asks", "close-races-payment", "refund-notice-lost"],
        leaves open &["forged-answer", "reordered"];
    one_that_believes_the_front_end: BelievesTheFrontEnd fails &["front-end-lies"], leaves open &[];
    one_that_believes_unsigned_answers: BelievesUnsignedAnswers fails &["forged-answer"], leaves open &[];
    one_that_takes_a_new_number_per_tap: NewNumberPerTap
        fails &["double-tap", "tap-again", "create-answer-lost", "create-system-error"], leaves open &[];
    one_that_forgets_after_the_second_tap: ForgetsAfterTheSecondTap
        fails &["double-tap", "tap-again", "create-answer-lost", "create-system-error"], leaves open &[];
    one_that_counts_in_floating_point: FloatingPoint fails &["fen-exact"], leaves open &[];
    one_that_signs_the_bare_id: SignsTheBareId fails &["invoke"], leaves open &[];
    one_that_closes_here_only: ClosesHereOnly fails &["close", "close-races-payment"], leaves open &[];
    one_that_swallows_late_money: SwallowsLateMoney
        fails &["close", "close-races-payment", "late-payment"], leaves open &[];
    one_that_takes_a_new_number_per_refund: NewNumberPerRefund
        fails &["refund-answer-lost", "refund-system-error", "refund-double-tap", "refund-notice-lost"], leaves open &[];
    one_without_refund_limits: NoRefundLimits fails &["refund-exceeds", "refund-fifty"], leaves open &[];
    one_that_takes_abnormal_for_done: AbnormalIsDone fails &["refund-abnormal"], leaves open &[];
    one_that_counts_refunds_in_bills: CountsRefundsInBills fails &["bill-read"], leaves open &[];
    one_that_a_late_payment_resets: LatePaymentResets fails &["reordered"], leaves open &[];
}

#[tokio::test]
async fn a_server_that_takes_nothing_gets_no_marks_for_refusing() {
    let report = report_of(Fault::RefusesEverything).await;
    assert_eq!(with(&report, Verdict::Failed), ["notice"], "{}", told(&report));
    let passed = with(&report, Verdict::Passed);
    assert!(!passed.iter().any(|id| FORGERIES.contains(id) || id.starts_with("amount")), "{passed:?}");
    assert!(passed.contains(&"lost-notification"), "{passed:?}");
}

#[tokio::test]
async fn of_a_server_that_places_nothing_ordering_fails_and_the_rest_is_not_judged() {
    let report = report_of(Fault::NeverPlaces).await;
    assert_eq!(with(&report, Verdict::Failed), ["order"], "{}", told(&report));
    assert_eq!(report.score.passed, 0, "{}", told(&report));
    assert!(!report.full_marks);
}

#[tokio::test]
async fn refunds_that_are_not_offered_cost_marks_for_the_checklist_demands_them() {
    let report = report_of(Fault::NoRefunds).await;
    let not_offered = with(&report, Verdict::NotOffered);
    assert!(not_offered.contains(&"refund") && not_offered.contains(&"both-keys"), "{not_offered:?}");
    assert!(!report.full_marks && report.score.failed == 0, "{}", told(&report));
    let costs = |id: &str| report.cases.iter().any(|case| case.id == id && case.costs_marks);
    assert!(costs("refund") && !costs("both-keys"));
}
