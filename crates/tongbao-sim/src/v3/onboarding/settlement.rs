//! Settlement accounts over HTTP (v3-extended.md §9.5).

use tongbao_wire::Mchid;
use tongbao_wire::onboarding::{ApplicationNo, SettlementChangeAccepted};

use super::super::answer::Answer;
use super::super::bodies::text;
use super::super::schema::{Kind, Member, may, missing, must};
use super::super::target::Target;
use super::{NAME, banks, read, said};
use crate::Simulator;
use crate::onboarding::AccountSaid;
use crate::received::Received;
use crate::refusal::Refusal;

static MODIFY: &[Member] = &[
    may("modify_mode", "修改模式", Kind::Ruled(32, |t| t == "MODIFY_MODE_ASYNC", "MODIFY_MODE_ASYNC")),
    must(
        "account_type",
        "账户类型",
        Kind::Ruled(
            64,
            |t| matches!(t, "ACCOUNT_TYPE_BUSINESS" | "ACCOUNT_TYPE_PRIVATE"),
            "ACCOUNT_TYPE_BUSINESS or ACCOUNT_TYPE_PRIVATE",
        ),
    ),
    must("account_bank", "开户银行", NAME),
    must("bank_address_code", "开户银行省市编码", Kind::Text(20)),
    may("bank_name", "开户银行全称（含支行）", NAME),
    may("bank_branch_id", "开户银行联行号", Kind::Text(64)),
    must("account_number", "银行账号", Kind::Sealed),
    may("account_name", "开户名称", Kind::Sealed),
];

/// `POST …/sub_merchants/{sub_mchid}/modify-settlement`.
pub(super) fn modify(simulator: &Simulator, call: &Received, signer: &Mchid) -> Result<Answer, Refusal> {
    let sub = Target::read(call)?.id("sub_mchid", PREFIX, "/modify-settlement", Mchid::parse)?;
    let body = read(simulator, call, MODIFY)?;
    let bank = said(&body, "/account_bank");
    let branch = body.get("bank_branch_id").or(body.get("bank_name"));
    if branch.is_none() && banks::needs_branch(&bank) {
        return Err(missing("/bank_branch_id", "开户银行联行号"));
    }
    let account = AccountSaid {
        branch_name: text(&body, "/bank_name").map(str::to_owned),
        branch_id: text(&body, "/bank_branch_id").map(str::to_owned),
        ..AccountSaid::new(
            text(&body, "/account_type") == Some("ACCOUNT_TYPE_BUSINESS"),
            bank,
            said(&body, "/account_number"),
            text(&body, "/account_name").unwrap_or_default().to_owned(),
        )
    };
    simulator.with_state(|state, platform, now| {
        let application_no = Some(state.modify_settlement(platform, signer, &sub, account, now)?);
        Ok(Answer::json(&SettlementChangeAccepted { application_no }))
    })
}

/// `GET …/sub_merchants/{sub_mchid}/settlement`.
pub(super) fn query(simulator: &Simulator, call: &Received, signer: &Mchid) -> Result<Answer, Refusal> {
    let target = Target::read(call)?;
    let sub = target.id("sub_mchid", PREFIX, "/settlement", Mchid::parse)?;
    check_rule(&target)?;
    simulator.with_state(|state, platform, _| Ok(Answer::json(&state.settlement_of(platform, signer, &sub)?)))
}

/// `GET …/sub_merchants/{sub_mchid}/application/{application_no}`.
pub(super) fn query_change(
    simulator: &Simulator,
    call: &Received,
    signer: &Mchid,
) -> Result<Answer, Refusal> {
    let target = Target::read(call)?;
    let path = call.target.split('?').next().unwrap_or_default();
    let number = path.rsplit('/').next().unwrap_or_default();
    let suffix = format!("/application/{number}");
    let sub = target.id("sub_mchid", PREFIX, &suffix, Mchid::parse)?;
    let before = path.strip_suffix(number).unwrap_or_default();
    let number = target.id("application_no", before, "", ApplicationNo::parse)?;
    check_rule(&target)?;
    simulator.with_state(|state, platform, _| {
        Ok(Answer::json(&state.settlement_change(platform, signer, &sub, &number)?))
    })
}

fn check_rule(target: &Target<'_>) -> Result<(), Refusal> {
    match target.query("account_number_rule") {
        None | Some("ACCOUNT_NUMBER_RULE_MASK_V1" | "ACCOUNT_NUMBER_RULE_MASK_V2") => Ok(()),
        Some(_) => {
            Err(target.breaks("account_number_rule", "银行账号展示规则", "not one of the documented rules"))
        }
    }
}

const PREFIX: &str = "/v3/apply4sub/sub_merchants/";
