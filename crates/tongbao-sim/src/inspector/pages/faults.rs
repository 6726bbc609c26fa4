//! Faults: what was spoilt on purpose lately.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State as Shared;
use axum::response::Response;

use super::frame::{Frame, moment};
use super::html;
use crate::Simulator;

#[derive(Template)]
#[template(path = "inspector/faults.html")]
struct Page<'a> {
    f: &'a Frame,
    applied: Vec<Applied>,
    looked_at: usize,
}

/// One kind of fault.
struct Applied {
    name: String,
    count: usize,
    last: String,
    address: String,
}

pub(super) async fn page(Shared(simulator): Shared<Simulator>, frame: Frame) -> Response {
    let kept = simulator.inner.recorder.newest();
    let mut kinds: BTreeMap<&str, (usize, &crate::inspector::exchange::Exchange)> = BTreeMap::new();
    for exchange in &kept {
        if let Some(fault) = &exchange.fault {
            // Newest first, so the first of a kind is its latest.
            kinds.entry(fault).or_insert((0, exchange)).0 += 1;
        }
    }
    let mut applied: Vec<_> = kinds
        .into_iter()
        .map(|(name, (count, latest))| Applied {
            name: name.to_owned(),
            count,
            last: moment(latest.at),
            address: format!("/inspector/exchanges/{}", latest.id),
        })
        .collect();
    applied.sort_by_key(|one| std::cmp::Reverse(one.count));
    html(&Page { applied, looked_at: kept.len(), f: &frame }, &frame)
}
