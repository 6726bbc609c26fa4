//! The calls of `APIv2` over HTTP: XML under MD5 or HMAC-SHA256, in the order of checks of v2.md §1.9.
//!
//! Orders and refunds are those of v3: what one face made, the other finds. Every module lists the calls it
//! handles with their forms.

mod answer;
mod bills;
mod closed;
mod fields;
mod form;
mod gate;
mod micropay;
mod notices;
mod orders;
mod product;
mod refunds;
mod refused;
mod sandbox;
pub(crate) mod sign;
mod told;
mod tools;
mod xml;

use axum::Router;
use axum::extract::{Request, State as Shared};
use axum::response::{IntoResponse as _, Response};
use axum::routing::any;
use futures_util::future::BoxFuture;
use http::Extensions;
use tongbao_wire::Call;

use crate::Simulator;
use crate::faults::{CallFault, dropped};
use crate::received::{Received, read};

use answer::Answer;
use form::Member;
use gate::{Asked, Caller, Secret};
use refused::Refused;

pub(crate) use notices::{accepts, letter};
pub(crate) use sandbox::Sandbox;
pub(crate) use sign::SignType;

/// What answers a request that was admitted: no waiting.
type Handler = fn(&Simulator, &Asked<'_>) -> Result<Answer, Refused>;

/// What answers by so much work that others have their turn meanwhile.
type LongHandler = for<'a> fn(&'a Simulator, &'a Asked<'a>) -> BoxFuture<'a, Result<Answer, Refused>>;

/// A call, what a request holds, and what answers it.
type Handled = (Call, &'static [Member], Handler);

/// The same for either kind of answering.
#[derive(Clone, Copy)]
struct Route {
    call: Call,
    members: &'static [Member],
    answering: Answering,
}

#[derive(Clone, Copy)]
enum Answering {
    AtOnce(Handler),
    AtLength(LongHandler),
}

const HANDLED: &[&[Handled]] =
    &[orders::CALLS, refunds::CALLS, micropay::CALLS, tools::CALLS, sandbox::CALLS];

/// Every method is routed, for only POST is right and its absence is told in XML.
pub(crate) fn routes() -> Router<Simulator> {
    let mut router = closed::routes().merge(sandbox::routes());
    let short = HANDLED.iter().copied().flatten();
    let short = short.map(|(call, members, handler)| (*call, *members, Answering::AtOnce(*handler)));
    let long = bills::CALLS.iter();
    let long = long.map(|(call, members, handler)| (*call, *members, Answering::AtLength(*handler)));
    for (call, members, answering) in short.chain(long) {
        let route = Route { call, members, answering };
        let answered = move |simulator, request| serve(simulator, route, request);
        router = router.route(call.path(), any(answered));
    }
    router
}

async fn serve(Shared(simulator): Shared<Simulator>, route: Route, request: Request) -> Response {
    let call = route.call;
    let extensions = request.extensions().clone();
    let received = match read(call, request).await {
        Ok(received) => received,
        Err(status) => return status.into_response(),
    };
    let met = simulator.meet(&received).await;
    if let Some(answer) = met.instead() {
        return met.carry(answer).await;
    }
    let platform = &simulator.inner.platform;
    let caller = match gate::authenticate(&simulator, &received, Secret::Key) {
        Ok(caller) => caller,
        Err(refusal) => return met.carry(answer::refused_unknown(call, refusal)).await,
    };
    let judged = met.execute(|| judge(&simulator, &caller, route, &received, &extensions, &met.fault)).await;
    let answer = match (judged, &met.fault) {
        (Ok(Answer::Lost), _) => dropped(),
        (Ok(_), CallFault::SystemErrorAfter) => {
            answer::refused(platform, &caller, call, Refused::system_error())
        }
        (Ok(_), CallFault::Answer { words, .. }) => {
            answer::refused(platform, &caller, call, Refused::scripted(words))
        }
        (Ok(answer), CallFault::Forge(forgery)) => {
            answer::answered(platform, &caller, answer, Some(*forgery))
        }
        (Ok(answer), _) => answer::answered(platform, &caller, answer, None),
        (Err(refusal), _) => answer::refused(platform, &caller, call, refusal),
    };
    met.carry(answer).await
}

/// Everything between the signature and the answer.
async fn judge(
    simulator: &Simulator,
    caller: &Caller,
    route: Route,
    received: &Received,
    extensions: &Extensions,
    fault: &CallFault,
) -> Result<Answer, Refused> {
    let mut asked = gate::admit(simulator, caller, route.call, route.members, extensions)?;
    match fault {
        CallFault::TooMany => return Err(Refused::too_many()),
        CallFault::Answer { executed: false, words } => return Err(Refused::scripted(words)),
        _ => {}
    }
    let negative = received.headers.get("Wechatpay-Negative-Test");
    asked.negative_test = negative.and_then(|value| value.to_str().ok()).map(str::to_owned);
    match route.answering {
        Answering::AtOnce(handler) => handler(simulator, &asked),
        Answering::AtLength(handler) => handler(simulator, &asked).await,
    }
}
