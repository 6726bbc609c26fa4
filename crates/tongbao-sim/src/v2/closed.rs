//! Calls of products that no merchant of a simulator has opened: `NOAUTH`, signed (v2.md §3.13).

use axum::Router;
use axum::extract::{Request, State as Shared};
use axum::response::{IntoResponse as _, Response};
use axum::routing::any;
use tongbao_wire::Call;

use super::answer;
use super::gate::{self, Secret};
use super::refused::Refused;
use crate::Simulator;
use crate::received::read;

/// Known to the platform, and answered in its order of checks as far as the signature.
const PATHS: &[&str] = &[
    "/pay/combinedorder",
    "/pay/querycombinedorder",
    "/pay/closecombinedorder",
    "/pay/contractorder",
    "/pay/pappayapply",
    "/pay/paporderquery",
    "/pay/facepay",
    "/pay/facepayquery",
    "/pay/profitsharingquery",
    "/pay/profitsharingaddreceiver",
    "/pay/profitsharingremovereceiver",
    "/pay/profitsharingreturnquery",
    "/pay/profitsharingorderamountquery",
    "/pay/profitsharingmerchantratioquery",
    "/pay/queryexchagerate",
    "/pay/settlementquery",
    "/secapi/pay/facepayreverse",
    "/secapi/pay/profitsharing",
    "/secapi/pay/multiprofitsharing",
    "/secapi/pay/profitsharingfinish",
    "/secapi/pay/profitsharingreturn",
    "/billcommentsp/batchquerycomment",
    "/papay/{*rest}",
    "/deposit/{*rest}",
    "/mmpaymkttransfers/{*rest}",
    "/cgi-bin/mch/customs/{*rest}",
    "/risk/getpublickey",
];

pub(super) fn routes() -> Router<Simulator> {
    PATHS.iter().fold(Router::new(), |router, path| router.route(path, any(refuse)))
}

async fn refuse(Shared(simulator): Shared<Simulator>, request: Request) -> Response {
    let received = match read(Call::Untyped, request).await {
        Ok(received) => received,
        Err(status) => return status.into_response(),
    };
    match gate::authenticate(&simulator, &received, Secret::Key) {
        Err(refusal) => answer::refused_unknown(Call::Untyped, refusal),
        Ok(caller) => {
            let refusal = Refused::signed("NOAUTH", "商户无此接口权限");
            answer::refused(&simulator.inner.platform, &caller, Call::Untyped, refusal)
        }
    }
}
