//! Onboarding over HTTP (v3-extended.md §9).

mod applyment;
mod banks;
mod intent;
mod settlement;

use serde_json::Value;
use tongbao_wire::onboarding::ApplymentAccepted;
use tongbao_wire::{BusinessCode, Call, Mchid};

use super::answer::Answer;
use super::bodies::text;
use super::schema::{Kind, Member};
use super::target::Target;
use super::{Handled, Handler, gate, sealed, walk};
use crate::Simulator;
use crate::received::Received;
use crate::refusal::Refusal;
use crate::state::State;

/// The calls answered here.
pub(super) const CALLS: &[Handled] = &[
    (Call::SubmitApplyment, applyment::submit),
    (Call::QueryApplyment, query),
    (Call::QueryApplymentById, query_by_id),
    (Call::ModifySettlement, settlement::modify),
    (Call::QuerySettlement, settlement::query),
    (Call::QuerySettlementChange, settlement::query_change),
    (Call::ListCorporateBanks, banks::corporate),
    (Call::ListPersonalBanks, banks::personal),
    (Call::SearchBanksByAccount, banks::search),
    (Call::ListBankBranches, banks::branches),
    (Call::ListProvinces, banks::provinces),
    (Call::ListCities, banks::cities),
    SUBMIT_INTENT,
    (Call::QueryIntent, intent::query),
    // By either number: the two calls have one address.
    (Call::CancelIntent, intent::cancel),
    (Call::QueryIntentState, intent::state),
];

/// Its documents print the address with a slash at its end as well.
pub(super) const SUBMIT_INTENT: Handled = (Call::SubmitIntent, intent::submit as Handler);

/// `GET /v3/applyment4sub/applyment/business_code/{business_code}`.
fn query(simulator: &Simulator, call: &Received, signer: &Mchid) -> Result<Answer, Refusal> {
    let prefix = "/v3/applyment4sub/applyment/business_code/";
    let code = Target::read(call)?.id("business_code", prefix, "", BusinessCode::parse)?;
    simulator.with_state(|state, platform, _| {
        state.check_provider(platform, signer)?;
        Ok(Answer::json(&state.applyment_coded(signer, &code)?.told))
    })
}

/// `GET /v3/applyment4sub/applyment/applyment_id/{applyment_id}`.
fn query_by_id(simulator: &Simulator, call: &Received, signer: &Mchid) -> Result<Answer, Refusal> {
    let prefix = "/v3/applyment4sub/applyment/applyment_id/";
    // Letters are numbers gone wrong, and no others.
    let text = Target::read(call)?.id("applyment_id", prefix, "", BusinessCode::parse)?;
    let id = number(text.as_str())?;
    simulator.with_state(|state, platform, _| {
        state.check_provider(platform, signer)?;
        Ok(Answer::json(&state.applyment_of(signer, id)?.told))
    })
}

/// v3-extended.md §9.6 has the sentence.
fn number(text: &str) -> Result<u64, Refusal> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| plain).ok_or_else(|| {
        Refusal::param("无法将传入参数'申请单编号'转换为uint64类型").at(
            "url",
            "applyment_id",
            Some(&Value::from(text)),
            "not a number",
        )
    })
}

fn accepted(applyment_id: u64) -> Answer {
    Answer::json(&ApplymentAccepted { applyment_id })
}

/// Reads a body that names its platform key whatever is in it (v3-extended.md §9.3).
fn read(simulator: &Simulator, call: &Received, members: &'static [Member]) -> Result<Value, Refusal> {
    gate::require_platform_serial(call)?;
    sealed::read(simulator, call, members)
}

/// Every picture and video was uploaded by the same merchant, for this.
fn check_media(
    state: &State,
    signer: &Mchid,
    body: &Value,
    members: &'static [Member],
) -> Result<(), Refusal> {
    walk::each(&mut body.clone(), members, "", &mut |kind, at, media_id| match kind {
        Kind::Media(purpose) if !state.media.has(media_id, signer, *purpose) => {
            Err(Refusal::param("证书图片内容无效").at(
                "body",
                at,
                Some(&Value::from(media_id.as_str())),
                "not a file this merchant uploaded for applications",
            ))
        }
        _ => Ok(()),
    })
}

/// A text that the schema demands.
fn said(body: &Value, at: &str) -> String {
    text(body, at).expect("the schema demands it").to_owned()
}

fn is_date(text: &str) -> bool {
    text.len() == 10
        && text.is_ascii()
        && tongbao_wire::Timestamp::parse_rfc3339(&format!("{text}T00:00:00+08:00")).is_ok()
}

fn is_end(text: &str) -> bool {
    text == "长期" || is_date(text)
}

/// The end of a period comes after its beginning; both were read.
fn ends_after(begin: &str, end: &str) -> bool {
    end == "长期" || end > begin
}

fn is_id_type(text: &str) -> bool {
    let kinds = [
        "IDCARD",
        "OVERSEA_PASSPORT",
        "HONGKONG_PASSPORT",
        "MACAO_PASSPORT",
        "TAIWAN_PASSPORT",
        "FOREIGN_RESIDENT",
        "HONGKONG_MACAO_RESIDENT",
        "TAIWAN_RESIDENT",
    ];
    text.strip_prefix("IDENTIFICATION_TYPE_").is_some_and(|kind| kinds.contains(&kind))
}

/// 17 digits and a digit or X.
fn is_id_card(text: &str) -> bool {
    text.len() == 18
        && text.is_ascii()
        && text[..17].bytes().all(|byte| byte.is_ascii_digit())
        && matches!(text.as_bytes()[17], b'0'..=b'9' | b'X' | b'x')
}

/// 15 digits or 18 characters.
fn is_license(text: &str) -> bool {
    (text.len() == 15 && text.bytes().all(|byte| byte.is_ascii_digit()))
        || (text.len() == 18 && text.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

const IMAGE: Kind = Kind::Media(crate::media::Purpose::ApplymentImage);
const DATE: Kind = Kind::Ruled(10, is_date, "YYYY-MM-DD");
const END: Kind = Kind::Ruled(10, is_end, "YYYY-MM-DD or 长期");
const ID_TYPE: Kind = Kind::Ruled(64, is_id_type, "one of the documented identification types");
const BUSINESS_CODE: Kind = Kind::Ruled(124, |t| BusinessCode::parse(t).is_ok(), "0-9 A-Z a-z _");
/// The lengths of most texts are not printed (v3-extended.md §9.3).
const NAME: Kind = Kind::Text(256);
