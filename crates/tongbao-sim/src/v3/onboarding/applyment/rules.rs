//! What the schema of an application cannot say: which members a kind of merchant needs, and what must agree
//! (v3-extended.md §9.3).

use serde_json::Value;

use super::super::super::bodies::text;
use super::super::super::schema::{breaks_rule, missing};
use super::super::{banks, ends_after, is_id_card};
use crate::refusal::{Refusal, cause};

/// Checks an application whose sealed members are opened.
pub(super) fn check(body: &Value) -> Result<(), Refusal> {
    contact(&body["contact_info"])?;
    subject(&body["subject_info"])?;
    sales(&body["business_info"]["sales_info"])?;
    account(body)
}

/// The name that the licence or certificate carries.
pub(super) fn merchant_name(body: &Value) -> &str {
    let subject = &body["subject_info"];
    let of = |at: &str| text(subject, at);
    of("/business_license_info/merchant_name").or(of("/certificate_info/merchant_name")).unwrap_or_default()
}

fn contact(info: &Value) -> Result<(), Refusal> {
    let at = |member: &str| format!("/contact_info/{member}");
    if text(info, "/contact_id_number").is_none() && text(info, "/openid").is_none() {
        return Err(missing(&at("contact_id_number"), "超级管理员身份证件号码"));
    }
    let mobile = text(info, "/mobile_phone").unwrap_or_default();
    if mobile.len() != 11 || !mobile.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(breaks_rule(&at("mobile_phone"), "联系手机", &Value::Null, "must be 11 digits"));
    }
    if !text(info, "/contact_email").unwrap_or_default().contains('@') {
        return Err(breaks_rule(&at("contact_email"), "联系邮箱", &Value::Null, "must be an e-mail address"));
    }
    if text(info, "/contact_type") == Some("LEGAL") {
        return Ok(());
    }
    let passport = text(info, "/contact_id_doc_type") == Some("IDENTIFICATION_TYPE_OVERSEA_PASSPORT");
    for (member, title) in [
        ("contact_id_doc_type", "超级管理员证件类型"),
        ("contact_id_doc_copy", "超级管理员证件正面照片"),
        ("contact_id_doc_copy_back", "超级管理员证件反面照片"),
        ("contact_period_begin", "超级管理员证件有效期开始时间"),
        ("contact_period_end", "超级管理员证件有效期结束时间"),
        ("business_authorization_letter", "业务办理授权函"),
    ] {
        let spared = passport && member == "contact_id_doc_copy_back";
        if !spared && info.get(member).is_none() {
            return Err(missing(&at(member), title));
        }
    }
    period(info, "/contact_info", ("contact_period_begin", "contact_period_end"))
}

fn subject(info: &Value) -> Result<(), Refusal> {
    let kind = text(info, "/subject_type").unwrap_or_default();
    if kind == "SUBJECT_TYPE_MICRO" {
        return Err(Refusal::invalid("该接口不支持小微商户进件", cause::PARAMETER));
    }
    let licensed = matches!(kind, "SUBJECT_TYPE_INDIVIDUAL" | "SUBJECT_TYPE_ENTERPRISE");
    let (needed, title, unneeded) = if licensed {
        ("business_license_info", "营业执照", "certificate_info")
    } else {
        ("certificate_info", "登记证书", "business_license_info")
    };
    let at = |member: &str| format!("/subject_info/{member}");
    if info.get(needed).is_none() {
        return Err(missing(&at(needed), title));
    }
    if info.get(unneeded).is_some() {
        let issue = "not needed by this subject_type; leave it out";
        return Err(breaks_rule(&at(unneeded), "主体资料", &Value::Null, issue));
    }
    period(&info[needed], &at(needed), ("period_begin", "period_end"))?;
    let individual = kind == "SUBJECT_TYPE_INDIVIDUAL";
    if individual
        && text(info, "/business_license_info/merchant_name").is_some_and(|name| name.ends_with("公司"))
    {
        let issue = "an individual business is no company";
        return Err(breaks_rule(&at("business_license_info/merchant_name"), "商户名称", &Value::Null, issue));
    }
    identity(&info["identity_info"])?;
    let owners = info.get("ubo_info_list").and_then(Value::as_array);
    for (index, owner) in owners.into_iter().flatten().enumerate() {
        let place = at(&format!("ubo_info_list/{index}"));
        period(owner, &place, ("ubo_period_begin", "ubo_period_end"))?;
    }
    Ok(())
}

fn identity(info: &Value) -> Result<(), Refusal> {
    let at = |member: &str| format!("/subject_info/identity_info/{member}");
    if text(info, "/id_holder_type") == Some("SUPER") {
        if info.get("authorize_letter_copy").is_none() {
            return Err(missing(&at("authorize_letter_copy"), "法定代表人说明函"));
        }
        // The legal person's document cannot be had; none is asked for [I].
        if info.get("id_doc_type").is_none() {
            return Ok(());
        }
    }
    let Some(kind) = text(info, "/id_doc_type") else {
        return Err(missing(&at("id_doc_type"), "证件类型"));
    };
    if kind == "IDENTIFICATION_TYPE_IDCARD" {
        let card = info.get("id_card_info").ok_or_else(|| missing(&at("id_card_info"), "身份证信息"))?;
        if !is_id_card(text(card, "/id_card_number").unwrap_or_default()) {
            let issue = "17 digits and a digit or X";
            return Err(breaks_rule(&at("id_card_info/id_card_number"), "身份证号码", &Value::Null, issue));
        }
        return period(card, &at("id_card_info"), ("card_period_begin", "card_period_end"));
    }
    let document = info.get("id_doc_info").ok_or_else(|| missing(&at("id_doc_info"), "其他类型证件信息"))?;
    period(document, &at("id_doc_info"), ("doc_period_begin", "doc_period_end"))
}

/// Every scene that is chosen has its object.
fn sales(info: &Value) -> Result<(), Refusal> {
    let chosen = info.get("sales_scenes_type").and_then(Value::as_array);
    for scene in chosen.into_iter().flatten().filter_map(Value::as_str) {
        let (member, title) = match scene {
            "SALES_SCENES_STORE" => ("biz_store_info", "线下场所场景"),
            "SALES_SCENES_MP" => ("mp_info", "公众号场景"),
            "SALES_SCENES_MINI_PROGRAM" => ("mini_program_info", "小程序场景"),
            "SALES_SCENES_APP" => ("app_info", "App场景"),
            "SALES_SCENES_WEB" => ("web_info", "互联网网站场景"),
            _ => ("wework_info", "企业微信场景"),
        };
        if info.get(member).is_none() {
            return Err(missing(&format!("/business_info/sales_info/{member}"), title));
        }
    }
    Ok(())
}

/// Companies are paid to their own account, individuals to either; the account carries the right name.
fn account(body: &Value) -> Result<(), Refusal> {
    let info = &body["bank_account_info"];
    let at = |member: &str| format!("/bank_account_info/{member}");
    let personal = text(info, "/bank_account_type") == Some("BANK_ACCOUNT_TYPE_PERSONAL");
    if personal && text(body, "/subject_info/subject_type") != Some("SUBJECT_TYPE_INDIVIDUAL") {
        let issue = "only individual businesses may be paid to a person's account";
        return Err(breaks_rule(&at("bank_account_type"), "账户类型", &Value::Null, issue));
    }
    let operator = || {
        let identity = "/subject_info/identity_info";
        let card = text(body, &format!("{identity}/id_card_info/id_card_name"));
        card.or(text(body, &format!("{identity}/id_doc_info/id_doc_name")))
    };
    let wanted = if personal { operator() } else { Some(merchant_name(body)) };
    if wanted.is_some_and(|wanted| text(info, "/account_name") != Some(wanted)) {
        let issue = "must be the operator's name, or the name on the licence";
        return Err(breaks_rule(&at("account_name"), "开户名称", &Value::Null, issue));
    }
    let branch = info.get("bank_branch_id").or(info.get("bank_name"));
    if branch.is_none() && banks::needs_branch(text(info, "/account_bank").unwrap_or_default()) {
        return Err(missing(&at("bank_branch_id"), "开户银行联行号"));
    }
    Ok(())
}

fn period(info: &Value, at: &str, (begin, end): (&str, &str)) -> Result<(), Refusal> {
    let said = |member: &str| text(info, &format!("/{member}"));
    match (said(begin), said(end)) {
        (Some(from), Some(until)) if !ends_after(from, until) => Err(breaks_rule(
            &format!("{at}/{end}"),
            "有效期结束时间",
            &Value::from(until),
            "not after its beginning",
        )),
        _ => Ok(()),
    }
}
