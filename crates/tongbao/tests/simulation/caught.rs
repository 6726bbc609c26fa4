//! Every planted mistake is seen, within its seeds.

use crate::auditor::Invariant;
use crate::mutants::Mutant;
use crate::run::{Script, run};

/// The first seed that sees the mistake, and what it sees.
fn first_seen(mutant: Mutant, within: u64) -> Option<(u64, Invariant, String)> {
    (0..within).find_map(|seed| {
        let ended = run(&Script { seed, mutant: Some(mutant), ..Script::default() });
        ended.violation.map(|(invariant, said)| (seed, invariant, said))
    })
}

fn check(mutant: Mutant, within: u64, by: &[Invariant]) {
    let seen = first_seen(mutant, within);
    let Some((seed, invariant, said)) = seen else { panic!("{mutant:?} was not seen in {within} seeds") };
    println!("{mutant:?}: seed {seed}, {invariant:?}: {said}");
    assert!(by.contains(&invariant), "{mutant:?} was seen as {invariant:?}: {said}");
}

#[test]
fn acknowledging_what_was_not_taken_is_seen() {
    check(Mutant::AcknowledgesAlways, 20, &[Invariant::I2]);
}

#[test]
fn a_worker_that_never_asks_is_seen() {
    check(Mutant::NeverAsks, 20, &[Invariant::I14, Invariant::I5]);
}

#[test]
fn jobs_lost_between_two_transactions_are_seen() {
    check(Mutant::LosesJobs, 40, &[Invariant::I14, Invariant::I5]);
}

#[test]
fn a_refund_sent_again_under_another_number_is_seen() {
    check(Mutant::RenumbersRefunds, 60, &[Invariant::I7, Invariant::I3]);
}

#[test]
fn asking_for_more_than_agreed_is_seen() {
    check(Mutant::AsksForMore, 20, &[Invariant::I5, Invariant::I6, Invariant::I14]);
}

#[test]
fn taking_the_front_ends_word_for_money_is_seen() {
    check(Mutant::TrustsTheFrontEnd, 20, &[Invariant::I6]);
}

#[test]
fn a_late_answer_that_overwrites_a_payment_is_seen() {
    check(Mutant::LatePrepayOverwrites, 40, &[Invariant::I1]);
}

#[test]
fn believing_any_signature_is_seen() {
    check(Mutant::BelievesAnySignature, 20, &[Invariant::I11, Invariant::I6]);
}

#[test]
fn keeping_surplus_money_is_seen() {
    check(Mutant::KeepsSurplus, 200, &[Invariant::I4]);
}

#[test]
fn no_planted_mistake_is_left_out() {
    assert_eq!(Mutant::ALL.len(), 9, "each has a test above");
}
