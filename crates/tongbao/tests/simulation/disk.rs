//! Looks at every batch before it is written, and at what it did before anything else happens.

use std::sync::Arc;

use tongbao_store::{Batch, Fault, Statement, Value, jobs};

use crate::auditor::Invariant;
use crate::mutants;
use crate::stage::{Actor, Belief, Point, Stage, stop_dead};
use crate::tally::Sometimes;

/// Has every batch of the world's store looked at, until the server dies.
pub(crate) fn watch(stage: &Arc<Stage>) {
    let weak = Arc::downgrade(stage);
    stage.world().store.set_faults(move |batch| match weak.upgrade() {
        Some(stage) => before_commit(&stage, batch),
        None => Fault::Pass,
    });
}

fn before_commit(stage: &Arc<Stage>, batch: &Batch) -> Fault {
    if mutants::is_meddling(stage) {
        return Fault::Pass;
    }
    if stage.life.is_dead() {
        stop_dead();
    }
    stage.auditor.catch_up(stage);
    let claims = batch.statements().first().is_some_and(|first| first.sql.name == "jobs.claim");
    if claims {
        if mutants::never_asks(stage) {
            return Fault::FailBefore;
        }
        if !something_is_due(stage) {
            return Fault::Pass;
        }
    }
    let actor = stage.actor();
    if let Actor::Notification { number, belief: Belief::Forged } = actor {
        let said = format!("notification {number} is forged and has something written: {}", names(batch));
        stage.auditor.violated(stage, Invariant::I11, said);
    }
    if stage.dies_at(Point::BeforeCommit) {
        stop_dead();
    }
    let fault = stage.weather.commit_fault(stage.world().clock.now());
    stage.trace.note(format_args!("{actor:?} writes {}: {fault:?}", names(batch)));
    let order_no = order_of(batch);
    match fault {
        Fault::Pass => {}
        Fault::FailBefore | Fault::Discard => return fault,
        Fault::UnknownBefore | Fault::UnknownAfter => {
            if order_no.is_some() {
                stage.tally.happened(Sometimes::UnknownCommitOfAStep);
            }
        }
    }
    if fault != Fault::UnknownBefore {
        stage.auditor.written(actor, order_no);
    }
    fault
}

fn something_is_due(stage: &Stage) -> bool {
    let world = stage.world();
    let due = world.store.read(jobs::next_due).expect("the store reads");
    due.is_some_and(|due| due <= world.server_clock().now())
}

/// The number of the order that a batch moves.
fn order_of(batch: &Batch) -> Option<String> {
    let place = |statement: &Statement| match statement.sql.name {
        "orders.insert" => Some(1),
        "orders.update" => Some(6),
        _ => None,
    };
    let (statement, place) =
        batch.statements().iter().find_map(|statement| Some((statement, place(statement)?)))?;
    match statement.params.get(place) {
        Some(Value::Text(order_no)) => Some(order_no.clone()),
        other => panic!("{} has no order_no at {place}: {other:?}", statement.sql.name),
    }
}

fn names(batch: &Batch) -> String {
    let names: Vec<_> = batch.statements().iter().map(|statement| statement.sql.name).collect();
    names.join(" ")
}
