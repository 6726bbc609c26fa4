//! The `APIv3` endpoints over HTTP: the order of checks of v3.md §1.6, and answers signed where the
//! platform signs.
//!
//! Every module lists the calls it handles; the table of calls gives their addresses.

mod answer;
mod authorization;
mod bills;
mod bodies;
mod code_pay;
mod combine;
mod complaints;
mod echo;
mod gate;
mod limits;
mod media;
mod multipart;
mod onboarding;
mod orders;
mod refunds;
mod schema;
mod sealed;
mod sharing;
mod target;
mod transfers;
mod walk;
mod words;

use axum::Router;
use axum::extract::{Request, State as Shared};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, on};
use futures_util::future::BoxFuture;
use tongbao_wire::{Call, Mchid};

use crate::Simulator;
use crate::faults::{CallFault, Forgery};
use crate::received::{Received, read};
use crate::refusal::Refusal;

use answer::Answer;
pub(crate) use bodies::notify_url_fault;

/// What answers a call whose signature holds: no waiting.
type Handler = fn(&Simulator, &Received, &Mchid) -> Result<Answer, Refusal>;

/// A call and what answers it.
type Handled = (Call, Handler);

/// What answers a call by so much work that others have their turn meanwhile.
type LongHandler =
    for<'a> fn(&'a Simulator, &'a Received, &'a Mchid) -> BoxFuture<'a, Result<Answer, Refusal>>;

/// Either.
#[derive(Clone, Copy)]
enum Answering {
    AtOnce(Handler),
    AtLength(LongHandler),
}

const HANDLED: &[&[Handled]] = &[
    orders::CALLS,
    code_pay::CALLS,
    combine::CALLS,
    refunds::CALLS,
    answer::CALLS,
    echo::CALLS,
    media::CALLS,
    complaints::CALLS,
    transfers::CALLS,
    sharing::CALLS,
    onboarding::CALLS,
];

/// Addresses that are no row of the table of calls: method, path, and what answers.
const BESIDE: &[(&str, &str, Handled)] = &[
    ("GET", transfers::FILE, (Call::Untyped, transfers::download)),
    // The documents of this call end in a slash, the table's row does not (v3-extended.md §9.6).
    ("POST", "/v3/apply4subject/applyment/", onboarding::SUBMIT_INTENT),
];

/// True when `header` is a well-formed `Authorization`.
pub(crate) fn is_authorization(header: &str) -> bool {
    authorization::Authorization::parse(Some(header)).is_ok()
}

/// Unknown paths answer an empty 404 and wrong methods an empty 405: the router's own answers.
pub(crate) fn routes() -> Router<Simulator> {
    let mut router = Router::new();
    let short = HANDLED.iter().copied().flatten().map(|(call, handler)| (*call, Answering::AtOnce(*handler)));
    let long = bills::CALLS.iter().map(|(call, handler)| (*call, Answering::AtLength(*handler)));
    let of_table = short.chain(long).map(|row| (row.0.method(), row.0.path(), row));
    let beside = BESIDE.iter().map(|(method, path, row)| (*method, *path, (row.0, Answering::AtOnce(row.1))));
    for (method, path, (call, answering)) in of_table.chain(beside) {
        let method = MethodFilter::try_from(method.parse::<http::Method>().expect("a method"));
        let answered = move |simulator, request| serve(simulator, call, answering, request);
        router = router.route(path, on(method.expect("a method that axum routes"), answered));
    }
    router
}

async fn serve(
    Shared(simulator): Shared<Simulator>,
    endpoint: Call,
    answering: Answering,
    request: Request,
) -> Response {
    let call = match read(endpoint, request).await {
        Ok(call) => call,
        Err(status) => return status.into_response(),
    };
    let met = simulator.meet(&call).await;
    if let Some(answer) = met.instead() {
        return met.carry(answer).await;
    }
    let judged = met.execute(|| judge(&simulator, &call, answering, &met.fault)).await;
    let platform = &simulator.inner.platform;
    let answer = match (judged, &met.fault) {
        (Ok(_), CallFault::SystemErrorAfter) => answer::refused(platform, endpoint, &Refusal::system_error()),
        (Ok(_), CallFault::Answer { words, .. }) => {
            answer::refused(platform, endpoint, &Refusal::scripted(words))
        }
        (Ok((answer, _)), CallFault::Forge(forgery)) => {
            answer::signed(platform, &call, &answer, Some(*forgery))
        }
        (Ok((answer, probe)), _) => answer::signed(platform, &call, &answer, probe),
        (Err(refusal), _) => answer::refused(platform, endpoint, &refusal),
    };
    met.carry(answer).await
}

/// Everything between a request and its answer: no faults but those that refuse in place of the call. Says
/// whether the answer is to be a probe.
async fn judge(
    simulator: &Simulator,
    call: &Received,
    answering: Answering,
    fault: &CallFault,
) -> Result<(Answer, Option<Forgery>), Refusal> {
    let platform = &simulator.inner.platform;
    let mchid = gate::admit(simulator, call)?;
    let serial = answer::key_of_answer(platform, call).serial.clone();
    simulator.with_state(|state, _, _| state.answered_with.insert(mchid.clone(), serial));
    match fault {
        CallFault::TooMany => return Err(Refusal::too_many()),
        CallFault::Answer { executed: false, words } => return Err(Refusal::scripted(words)),
        _ => {}
    }
    limits::count(simulator, call.endpoint, &mchid)?;
    let answered = match answering {
        Answering::AtOnce(handler) => handler(simulator, call, &mchid),
        Answering::AtLength(handler) => handler(simulator, call, &mchid).await,
    };
    let answered = answered.inspect_err(|refusal| {
        limits::count_failure(simulator, call.endpoint, &mchid, refusal);
    })?;
    // What is asked again is not probed again (v3.md §1.7).
    let drawn = platform.draws(platform.switches.probes_permille);
    let probe = simulator.with_state(|state, _, _| drawn && state.probed.insert(mchid.clone()));
    if !probe {
        simulator.with_state(|state, _, _| state.probed.remove(&mchid));
    }
    Ok((answered, probe.then_some(Forgery::SignTest)))
}

/// True under `/v3/pay/transactions`, which checks and answers a little differently (v3.md §1.3, §1.6).
fn is_transaction(call: Call) -> bool {
    call.path().starts_with("/v3/pay/transactions/")
}
