//! Published rate limits (v3.md §1.12): so many calls of a merchant within a second.
//!
//! They are counted by the time that requests are sent in, not by the business time, which tests move.

use tongbao_wire::{Call, Mchid};

use crate::Simulator;
use crate::refusal::Refusal;

/// One published limit.
#[derive(Clone, Copy)]
struct Limit {
    /// What is counted together.
    name: &'static str,
    per_second: u32,
}

/// What the documents print; calls without a line have no published limit.
const fn limit_of(call: Call) -> Option<Limit> {
    let (name, per_second) = match call {
        Call::JsapiPrepay | Call::PartnerJsapiPrepay | Call::CombineJsapiPrepay => ("jsapi", 500),
        Call::CodePay | Call::PartnerCodePay => ("codepay", 33),
        Call::Refund => ("refund", 150),
        Call::QueryRefund => ("refund query", 300),
        Call::AbnormalRefund => ("abnormal refund", 150),
        Call::FundFlowBill => ("fund-flow bill", 3),
        Call::Certificates => ("certificates", 1000),
        Call::ShareProfit => ("profit sharing", 300),
        Call::QueryShare => ("profit-sharing query", 500),
        Call::ReturnShare => ("profit-sharing return", 100),
        // v3-extended.md §10.1: the FAQ has 20 for cancelling, the partner page 100.
        Call::StartTransfer | Call::StartTransferWithAuthorization => ("transfer", 100),
        Call::TransferUnderAuthorization => ("authorised transfer", 100),
        Call::QueryTransfer | Call::QueryTransferByBillNo => ("transfer query", 100),
        Call::CancelTransfer => ("transfer cancellation", 20),
        Call::RequestTransferAuthorization => ("transfer authorisation", 50),
        // v3-extended.md §9.1, §9.6.
        Call::SubmitApplyment => ("applyment", 15),
        Call::SubmitIntent => ("intent", 5),
        Call::QueryIntent => ("intent query", 20),
        Call::QueryIntentState => ("intent state", 10),
        _ => return None,
    };
    Some(Limit { name, per_second })
}

/// Counts a call, and refuses it when it is one too many. Refunds that fail have a lower limit of their own.
pub(super) fn count(simulator: &Simulator, call: Call, mchid: &Mchid) -> Result<(), Refusal> {
    if call == Call::Refund && counted(simulator, mchid, FAILED_REFUNDS) >= FAILED_REFUNDS.per_second {
        return Err(Refusal::too_many());
    }
    match limit_of(call) {
        Some(limit) if counted(simulator, mchid, limit) >= limit.per_second => Err(Refusal::too_many()),
        Some(limit) => {
            add(simulator, mchid, limit);
            Ok(())
        }
        None => Ok(()),
    }
}

/// Counts a refund that was refused.
pub(super) fn count_failure(simulator: &Simulator, call: Call, mchid: &Mchid, refusal: &Refusal) {
    if call == Call::Refund && refusal.status != 429 {
        add(simulator, mchid, FAILED_REFUNDS);
    }
}

/// Calls of this second; none while limits are switched off.
fn counted(simulator: &Simulator, mchid: &Mchid, limit: Limit) -> u32 {
    let platform = &simulator.inner.platform;
    if !platform.switches.rate_limits {
        return 0;
    }
    let second = platform.clock.transport().seconds();
    simulator.with_state(|state, _, _| {
        let kept = state.called.get(&(mchid.clone(), limit.name));
        kept.filter(|(at, _)| *at == second).map_or(0, |(_, count)| *count)
    })
}

fn add(simulator: &Simulator, mchid: &Mchid, limit: Limit) {
    let platform = &simulator.inner.platform;
    if !platform.switches.rate_limits {
        return;
    }
    let second = platform.clock.transport().seconds();
    simulator.with_state(|state, _, _| {
        let kept = state.called.entry((mchid.clone(), limit.name)).or_insert((second, 0));
        if kept.0 != second {
            *kept = (second, 0);
        }
        kept.1 += 1;
    });
}

/// Refunds that are refused (v3.md §1.12).
const FAILED_REFUNDS: Limit = Limit { name: "failed refunds", per_second: 6 };
