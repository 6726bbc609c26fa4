//! Account-opening intents over HTTP (v3-extended.md §9.6).

use serde_json::Value;
use tongbao_wire::onboarding::IntentState;
use tongbao_wire::{BusinessCode, Mchid};

use super::super::answer::Answer;
use super::super::bodies::text;
use super::super::schema::{Kind, Member, breaks_rule, may, missing, must};
use super::super::target::Target;
use super::{BUSINESS_CODE, DATE, END, ID_TYPE, IMAGE, NAME, accepted, check_media, number, read, said};
use crate::Simulator;
use crate::onboarding::NewIntent;
use crate::received::Received;
use crate::refusal::Refusal;

const PICTURES: Kind = Kind::List(&IMAGE);
/// Two dates in a text, as JSON: `["1970-01-01","forever"]`.
const DATES: Kind = Kind::Ruled(64, is_dates, "a JSON list of two dates, the second may be forever");
const MCHID: Kind = Kind::Ruled(32, |t| Mchid::parse(t).is_ok(), "letters and digits");
const LICENSE: Kind = Kind::Object(&[
    must(
        "licence_number",
        "营业执照注册号",
        Kind::Ruled(18, super::is_license, "15 digits or 18 characters"),
    ),
    must("licence_copy", "营业执照照片", IMAGE),
    must("merchant_name", "商户名称", NAME),
    must("legal_person", "法人姓名", NAME),
    must("company_address", "注册地址", NAME),
    must("licence_valid_date", "营业执照有效日期", DATES),
]);
const OPERATIONS: Kind = Kind::List(&Kind::Object(&[
    must("category_id", "行业类目id", Kind::Count),
    may("operation_copy_list", "行业经营许可证资质照片", PICTURES),
    may("store_indoor_copy", "行业经营许可证资质照片", PICTURES),
]));

static INTENT: &[Member] = &[
    may("channel_id", "渠道商户号", MCHID),
    must("business_code", "业务申请编号", BUSINESS_CODE),
    must(
        "contact_info",
        "联系人信息",
        Kind::Object(&[
            may(
                "contact_type",
                "联系人类型",
                Kind::Ruled(16, |t| matches!(t, "LEGAL" | "SUPER"), "LEGAL or SUPER"),
            ),
            must("name", "联系人姓名", Kind::Sealed),
            must("mobile", "联系人手机号", Kind::Sealed),
            must("id_card_number", "联系人证件号码", Kind::Sealed),
            may("contact_id_doc_type", "联系人证件类型", ID_TYPE),
            may("contact_id_doc_copy", "联系人证件正面照片", IMAGE),
            may("contact_id_doc_copy_back", "联系人证件反面照片", IMAGE),
            may("contact_period_begin", "联系人证件有效期开始时间", DATE),
            may("contact_period_end", "联系人证件有效期结束时间", END),
            may("business_authorization_letter", "业务办理授权函", IMAGE),
        ]),
    ),
    must("subject_info", "主体信息", Kind::Object(SUBJECT)),
    must(
        "identification_info",
        "法人身份信息",
        Kind::Object(&[
            may(
                "id_holder_type",
                "证件持有人类型",
                Kind::Ruled(16, |t| matches!(t, "LEGAL" | "SUPER"), "LEGAL or SUPER"),
            ),
            must("identification_type", "证件类型", ID_TYPE),
            may("authorize_letter_copy", "法定代表人说明函", IMAGE),
            must("identification_name", "证件姓名", Kind::Sealed),
            must("identification_number", "证件号码", Kind::Sealed),
            must("identification_valid_date", "证件有效日期", DATES),
            may("identification_address", "证件居住地址", Kind::Sealed),
            must("identification_front_copy", "证件正面照片", IMAGE),
            may("identification_back_copy", "证件反面照片", IMAGE),
            may("owner", "是否为受益人", Kind::Boolean),
        ]),
    ),
    may(
        "ubo_info_list",
        "最终受益人信息列表",
        Kind::List(&Kind::Object(&[
            must("ubo_id_doc_type", "证件类型", ID_TYPE),
            must("ubo_id_doc_copy", "证件正面照片", IMAGE),
            may("ubo_id_doc_copy_back", "证件反面照片", IMAGE),
            must("ubo_id_doc_name", "证件姓名", Kind::Sealed),
            must("ubo_id_doc_number", "证件号码", Kind::Sealed),
            must("ubo_id_doc_address", "证件居住地址", Kind::Sealed),
            must("ubo_period_begin", "证件有效期开始时间", DATE),
            must("ubo_period_end", "证件有效期结束时间", END),
        ])),
    ),
    may(
        "addition_info",
        "附加信息",
        Kind::Object(&[may("confirm_mchid_list", "待确认商户号列表", Kind::List(&MCHID))]),
    ),
];

/// The licence goes by two spellings, special trades by two names (v3-extended.md §9.6, CONFLICT): both are taken.
static SUBJECT: &[Member] = &[
    must("subject_type", "主体类型", Kind::Ruled(64, is_subject, "one of the documented subject types")),
    may("is_finance_institution", "是否金融机构", Kind::Boolean),
    may("business_license_info", "营业执照信息", LICENSE),
    may("business_licence_info", "营业执照信息", LICENSE),
    may(
        "certificate_info",
        "登记证书信息",
        Kind::Object(&[
            must("cert_type", "证书类型", Kind::Text(64)),
            must("cert_number", "证书编号", Kind::Text(64)),
            must("cert_copy", "证书照片", IMAGE),
            must("merchant_name", "商户名称", NAME),
            must("legal_person", "法人姓名", NAME),
            must("company_address", "注册地址", NAME),
            must("cert_valid_date", "证书有效日期", DATES),
        ]),
    ),
    may("company_prove_copy", "单位证明函照片", IMAGE),
    may(
        "assist_prove_info",
        "辅助证明材料信息",
        Kind::Object(&[
            must(
                "micro_biz_type",
                "小微经营类型",
                Kind::Ruled(
                    32,
                    |t| matches!(t, "MICRO_TYPE_STORE" | "MICRO_TYPE_MOBILE" | "MICRO_TYPE_ONLINE"),
                    "MICRO_TYPE_STORE, MICRO_TYPE_MOBILE or MICRO_TYPE_ONLINE",
                ),
            ),
            must("store_name", "门店名称", NAME),
            may("store_address_code", "门店省市编码", Kind::Text(20)),
            must("store_address", "门店地址", NAME),
            must("store_header_copy", "门店门头照片", IMAGE),
            must("store_indoor_copy", "店内环境照片", IMAGE),
        ]),
    ),
    may("special_operation_info", "经营许可证", OPERATIONS),
    may("special_operation_list", "经营许可证", OPERATIONS),
    may(
        "finance_institution_info",
        "金融机构许可证信息",
        Kind::Object(&[
            must("finance_type", "金融机构类型", Kind::Text(32)),
            must("finance_license_pics", "金融机构许可证图片", PICTURES),
        ]),
    ),
];

/// `POST /v3/apply4subject/applyment`.
pub(super) fn submit(simulator: &Simulator, call: &Received, signer: &Mchid) -> Result<Answer, Refusal> {
    let body = read(simulator, call, INTENT)?;
    check_subject(&body["subject_info"])?;
    let listed = body.pointer("/addition_info/confirm_mchid_list").and_then(Value::as_array);
    let mchids = listed.into_iter().flatten().filter_map(Value::as_str);
    let asked = NewIntent {
        channel: signer.clone(),
        business_code: BusinessCode::parse(&said(&body, "/business_code")).expect("the schema checked it"),
        contact_is_legal: text(&body, "/contact_info/contact_type") != Some("SUPER"),
        mchids: mchids.filter_map(|text| Mchid::parse(text).ok()).collect(),
    };
    simulator.with_state(|state, platform, now| {
        state.check_provider(platform, signer)?;
        check_media(state, signer, &body, INTENT)?;
        Ok(accepted(state.submit_intent(platform, asked, now)?))
    })
}

/// Which document a kind of subject shows.
fn check_subject(info: &Value) -> Result<(), Refusal> {
    let at = |member: &str| format!("/subject_info/{member}");
    let license = info.get("business_license_info").or(info.get("business_licence_info"));
    match text(info, "/subject_type").unwrap_or_default() {
        "SUBJECT_TYPE_MICRO" if info.get("assist_prove_info").is_none() => {
            Err(missing(&at("assist_prove_info"), "辅助证明材料信息"))
        }
        "SUBJECT_TYPE_MICRO" => Ok(()),
        kind @ ("SUBJECT_TYPE_INDIVIDUAL" | "SUBJECT_TYPE_ENTERPRISE") => {
            let license = license.ok_or_else(|| missing(&at("business_license_info"), "营业执照信息"))?;
            let name = text(license, "/merchant_name").unwrap_or_default();
            if kind == "SUBJECT_TYPE_INDIVIDUAL" && name.ends_with("公司") {
                let issue = "an individual business is no company";
                return Err(breaks_rule(
                    &at("business_license_info/merchant_name"),
                    "商户名称",
                    &Value::from(name),
                    issue,
                ));
            }
            Ok(())
        }
        _ if info.get("certificate_info").is_none() => Err(missing(&at("certificate_info"), "登记证书信息")),
        _ => Ok(()),
    }
}

/// `GET /v3/apply4subject/applyment` by one of the two numbers.
pub(super) fn query(simulator: &Simulator, call: &Received, signer: &Mchid) -> Result<Answer, Refusal> {
    let target = Target::read(call)?;
    let id = target.query("applyment_id").filter(|text| !text.is_empty()).map(number).transpose()?;
    let code = target.query("business_code").and_then(|text| BusinessCode::parse(text).ok());
    simulator.with_state(|state, platform, _| {
        state.check_provider(platform, signer)?;
        let record = match (id, code) {
            (Some(id), _) => state.intent_of(signer, id)?,
            (None, Some(code)) => state.intent_coded(signer, &code)?,
            (None, None) => {
                return Err(target.breaks("applyment_id", "申请单编号", "this or business_code is needed"));
            }
        };
        Ok(Answer::json(&record.told))
    })
}

/// `POST …/{business_code}/cancel`, or with `applyment_id` in its place: the channel's number wins.
pub(super) fn cancel(simulator: &Simulator, call: &Received, signer: &Mchid) -> Result<Answer, Refusal> {
    let prefix = "/v3/apply4subject/applyment/";
    let code = Target::read(call)?.id("business_code", prefix, "/cancel", BusinessCode::parse)?;
    simulator.with_state(|state, platform, now| {
        state.check_provider(platform, signer)?;
        let found = state.intent_coded(signer, &code).or_else(|unknown| {
            let id = code.as_str().parse().map_err(|_| unknown)?;
            state.intent_of(signer, id)
        })?;
        state.cancel_intent(platform, found.id, now)
    })?;
    Ok(Answer::NoContent)
}

/// `GET …/merchants/{sub_mchid}/state`.
pub(super) fn state(simulator: &Simulator, call: &Received, signer: &Mchid) -> Result<Answer, Refusal> {
    let prefix = "/v3/apply4subject/applyment/merchants/";
    let sub = Target::read(call)?.id("sub_mchid", prefix, "/state", Mchid::parse)?;
    simulator.with_state(|state, platform, _| {
        let authorize_state = state.intent_state(platform, signer, &sub)?;
        Ok(Answer::json(&IntentState { authorize_state }))
    })
}

fn is_subject(text: &str) -> bool {
    let kinds =
        ["INDIVIDUAL", "ENTERPRISE", "INSTITUTIONS", "OTHERS", "GOVERNMENT", "MICRO", "INSTITUTIONS_CLONED"];
    text.strip_prefix("SUBJECT_TYPE_").is_some_and(|kind| kinds.contains(&kind))
}

fn is_dates(text: &str) -> bool {
    let Ok(dates) = serde_json::from_str::<Vec<String>>(text) else { return false };
    let [begin, end] = dates.as_slice() else { return false };
    super::is_date(begin) && (end == "forever" || (super::is_date(end) && end > begin))
}
