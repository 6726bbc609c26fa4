//! `POST /v3/applyment4sub/applyment/` (v3-extended.md §9.3).

mod rules;

use serde_json::Value;
use tongbao_wire::{Appid, BusinessCode, Mchid};

use super::super::answer::Answer;
use super::super::bodies::text;
use super::super::schema::{Kind, Member, may, must};
use super::{BUSINESS_CODE, DATE, END, ID_TYPE, IMAGE, NAME, accepted, check_media, read, said};
use crate::Simulator;
use crate::media::Purpose;
use crate::onboarding::{AccountSaid, NewApplyment};
use crate::received::Received;
use crate::refusal::Refusal;

const APPID: Kind = Kind::Ruled(32, |t| Appid::parse(t).is_ok(), "letters and digits");
const PICTURES: Kind = Kind::List(&IMAGE);

static APPLYMENT: &[Member] = &[
    must("business_code", "业务申请编号", BUSINESS_CODE),
    must("contact_info", "超级管理员信息", Kind::Object(CONTACT)),
    must("subject_info", "主体资料", Kind::Object(SUBJECT)),
    must(
        "business_info",
        "经营资料",
        Kind::Object(&[
            must("merchant_shortname", "商户简称", NAME),
            must("service_phone", "客服电话", Kind::Text(32)),
            must("sales_info", "经营场景", Kind::Object(SALES)),
        ]),
    ),
    must("settlement_info", "结算规则", Kind::Object(SETTLEMENT)),
    must(
        "bank_account_info",
        "结算银行账户",
        Kind::Object(&[
            must(
                "bank_account_type",
                "账户类型",
                Kind::Ruled(
                    64,
                    |t| matches!(t, "BANK_ACCOUNT_TYPE_CORPORATE" | "BANK_ACCOUNT_TYPE_PERSONAL"),
                    "BANK_ACCOUNT_TYPE_CORPORATE or BANK_ACCOUNT_TYPE_PERSONAL",
                ),
            ),
            must("account_name", "开户名称", Kind::Sealed),
            must("account_bank", "开户银行", NAME),
            must("bank_address_code", "开户银行省市编码", Kind::Text(20)),
            may("bank_branch_id", "开户银行联行号", Kind::Text(64)),
            may("bank_name", "开户银行全称（含支行）", NAME),
            must("account_number", "银行账号", Kind::Sealed),
        ]),
    ),
    may(
        "addition_info",
        "补充材料",
        Kind::Object(&[
            may("legal_person_commitment", "法人开户承诺函", IMAGE),
            may("legal_person_video", "法人开户意愿视频", Kind::Media(Purpose::ApplymentVideo)),
            may("business_addition_pics", "补充材料", PICTURES),
            may("business_addition_msg", "补充说明", Kind::Text(512)),
        ]),
    ),
];

static CONTACT: &[Member] = &[
    must(
        "contact_type",
        "超级管理员类型",
        Kind::Ruled(16, |t| matches!(t, "LEGAL" | "SUPER"), "LEGAL or SUPER"),
    ),
    must("contact_name", "超级管理员姓名", Kind::Sealed),
    may("contact_id_doc_type", "超级管理员证件类型", ID_TYPE),
    may("contact_id_number", "超级管理员身份证件号码", Kind::Sealed),
    may("contact_id_doc_copy", "超级管理员证件正面照片", IMAGE),
    may("contact_id_doc_copy_back", "超级管理员证件反面照片", IMAGE),
    may("contact_period_begin", "超级管理员证件有效期开始时间", DATE),
    may("contact_period_end", "超级管理员证件有效期结束时间", END),
    may("business_authorization_letter", "业务办理授权函", IMAGE),
    may("openid", "超级管理员微信OpenID", Kind::Text(128)),
    must("mobile_phone", "联系手机", Kind::Sealed),
    must("contact_email", "联系邮箱", Kind::Sealed),
];

static SUBJECT: &[Member] = &[
    must("subject_type", "主体类型", Kind::Ruled(64, is_subject, "one of the documented subject types")),
    may("finance_institution", "是否是金融机构", Kind::Boolean),
    may(
        "business_license_info",
        "营业执照",
        Kind::Object(&[
            must("license_copy", "营业执照照片", IMAGE),
            must(
                "license_number",
                "注册号/统一社会信用代码",
                Kind::Ruled(18, super::is_license, "15 digits or 18 characters"),
            ),
            must("merchant_name", "商户名称", NAME),
            must("legal_person", "个体户经营者/法人姓名", NAME),
            may("license_address", "注册地址", NAME),
            may("period_begin", "有效期限开始日期", DATE),
            may("period_end", "有效期限结束日期", END),
        ]),
    ),
    may(
        "certificate_info",
        "登记证书",
        Kind::Object(&[
            must("cert_copy", "登记证书照片", IMAGE),
            must(
                "cert_type",
                "登记证书类型",
                Kind::Ruled(64, is_certificate, "one of the documented certificates"),
            ),
            must("cert_number", "证书号", Kind::Text(64)),
            must("merchant_name", "商户名称", NAME),
            must("company_address", "注册地址", NAME),
            must("legal_person", "法人姓名", NAME),
            must("period_begin", "有效期限开始日期", DATE),
            must("period_end", "有效期限结束日期", END),
        ]),
    ),
    may(
        "organization_info",
        "组织机构代码证",
        Kind::Object(&[
            must("organization_copy", "组织机构代码证照片", IMAGE),
            must("organization_code", "组织机构代码", Kind::Text(64)),
            must("org_period_begin", "组织机构代码证有效期开始日期", DATE),
            must("org_period_end", "组织机构代码证有效期结束日期", END),
        ]),
    ),
    may("certificate_letter_copy", "单位证明函照片", IMAGE),
    may(
        "finance_institution_info",
        "金融机构许可证信息",
        Kind::Object(&[
            must("finance_type", "金融机构类型", Kind::Ruled(32, is_finance, "one of the documented types")),
            must("finance_license_pics", "金融机构许可证图片", PICTURES),
        ]),
    ),
    must("identity_info", "经营者/法人身份证件", Kind::Object(IDENTITY)),
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
];

static IDENTITY: &[Member] = &[
    may(
        "id_holder_type",
        "证件持有人类型",
        Kind::Ruled(16, |t| matches!(t, "LEGAL" | "SUPER"), "LEGAL or SUPER"),
    ),
    may("id_doc_type", "证件类型", ID_TYPE),
    may("authorize_letter_copy", "法定代表人说明函", IMAGE),
    may(
        "id_card_info",
        "身份证信息",
        Kind::Object(&[
            must("id_card_copy", "身份证人像面照片", IMAGE),
            must("id_card_national", "身份证国徽面照片", IMAGE),
            must("id_card_name", "身份证姓名", Kind::Sealed),
            must("id_card_number", "身份证号码", Kind::Sealed),
            may("id_card_address", "身份证居住地址", Kind::Sealed),
            must("card_period_begin", "身份证有效期开始时间", DATE),
            must("card_period_end", "身份证有效期结束时间", END),
        ]),
    ),
    may(
        "id_doc_info",
        "其他类型证件信息",
        Kind::Object(&[
            must("id_doc_copy", "证件正面照片", IMAGE),
            may("id_doc_copy_back", "证件反面照片", IMAGE),
            must("id_doc_name", "证件姓名", Kind::Sealed),
            must("id_doc_number", "证件号码", Kind::Sealed),
            may("id_doc_address", "证件居住地址", Kind::Sealed),
            must("doc_period_begin", "证件有效期开始时间", DATE),
            must("doc_period_end", "证件有效期结束时间", END),
        ]),
    ),
    may("owner", "经营者/法人是否为受益人", Kind::Boolean),
];

static SALES: &[Member] = &[
    must(
        "sales_scenes_type",
        "经营场景类型",
        Kind::List(&Kind::Ruled(64, is_scene, "one of the documented scenes")),
    ),
    may(
        "biz_store_info",
        "线下场所场景",
        Kind::Object(&[
            must("biz_store_name", "线下场所名称", NAME),
            must("biz_address_code", "线下场所省市编码", Kind::Text(20)),
            must("biz_store_address", "线下场所地址", NAME),
            must("store_entrance_pic", "线下场所门头照片", PICTURES),
            must("indoor_pic", "线下场所内部照片", PICTURES),
            may("biz_sub_appid", "线下场所对应的商家AppID", APPID),
        ]),
    ),
    may(
        "mp_info",
        "公众号场景",
        Kind::Object(&[
            may("mp_appid", "服务商公众号AppID", APPID),
            may("mp_sub_appid", "商家公众号AppID", APPID),
            must("mp_pics", "公众号页面截图", PICTURES),
        ]),
    ),
    may(
        "mini_program_info",
        "小程序场景",
        Kind::Object(&[
            may("mini_program_appid", "服务商小程序AppID", APPID),
            may("mini_program_sub_appid", "商家小程序AppID", APPID),
            may("mini_program_pics", "小程序截图", PICTURES),
        ]),
    ),
    may(
        "app_info",
        "App场景",
        Kind::Object(&[
            may("app_appid", "服务商应用AppID", APPID),
            may("app_sub_appid", "商家应用AppID", APPID),
            must("app_pics", "App截图", PICTURES),
        ]),
    ),
    may(
        "web_info",
        "互联网网站场景",
        Kind::Object(&[
            must("domain", "互联网网站域名", NAME),
            may("web_authorisation", "网站授权函", IMAGE),
            may("web_appid", "互联网网站对应的商家AppID", APPID),
        ]),
    ),
    may(
        "wework_info",
        "企业微信场景",
        Kind::Object(&[
            must("sub_corp_id", "商家企业微信CorpID", Kind::Text(64)),
            must("wework_pics", "企业微信页面截图", PICTURES),
        ]),
    ),
];

static SETTLEMENT: &[Member] = &[
    must("settlement_id", "入驻结算规则ID", Kind::Text(32)),
    must("qualification_type", "所属行业", NAME),
    may("qualifications", "特殊资质图片", PICTURES),
    may("activities_id", "优惠费率活动ID", Kind::Text(32)),
    may("activities_rate", "优惠费率活动值", Kind::Text(32)),
    may("debit_activities_rate", "非信用卡活动费率值", Kind::Text(32)),
    may("credit_activities_rate", "信用卡活动费率值", Kind::Text(32)),
    may("activities_additions", "优惠费率活动补充材料", PICTURES),
];

pub(super) fn submit(simulator: &Simulator, call: &Received, signer: &Mchid) -> Result<Answer, Refusal> {
    let body = read(simulator, call, APPLYMENT)?;
    rules::check(&body)?;
    simulator.with_state(|state, platform, now| {
        state.check_provider(platform, signer)?;
        check_media(state, signer, &body, APPLYMENT)?;
        let asked = NewApplyment {
            provider: signer.clone(),
            business_code: BusinessCode::parse(&said(&body, "/business_code"))
                .expect("the schema checked it"),
            merchant_name: rules::merchant_name(&body).to_owned(),
            contact_is_legal: text(&body, "/contact_info/contact_type") == Some("LEGAL"),
            account: account(&body["bank_account_info"]),
        };
        Ok(accepted(state.submit_applyment(platform, asked, now)))
    })
}

fn account(info: &Value) -> AccountSaid {
    let business = text(info, "/bank_account_type") == Some("BANK_ACCOUNT_TYPE_CORPORATE");
    AccountSaid {
        branch_name: text(info, "/bank_name").map(str::to_owned),
        branch_id: text(info, "/bank_branch_id").map(str::to_owned),
        ..AccountSaid::new(
            business,
            said(info, "/account_bank"),
            said(info, "/account_number"),
            said(info, "/account_name"),
        )
    }
}

/// Micro merchants are known and refused; see `rules`.
fn is_subject(text: &str) -> bool {
    let kinds =
        ["INDIVIDUAL", "ENTERPRISE", "INSTITUTIONS", "OTHERS", "GOVERNMENT", "MICRO", "INSTITUTIONS_CLONED"];
    text.strip_prefix("SUBJECT_TYPE_").is_some_and(|kind| kinds.contains(&kind))
}

fn is_certificate(text: &str) -> bool {
    let number = text.strip_prefix("CERTIFICATE_TYPE_").and_then(|number| number.parse::<u16>().ok());
    number.is_some_and(|number| matches!(number, 2388..=2396 | 2399 | 2400 | 2520..=2522))
}

fn is_finance(text: &str) -> bool {
    matches!(text, "BANK_AGENT" | "PAYMENT_AGENT" | "INSURANCE" | "TRADE_AND_SETTLE" | "OTHER")
}

fn is_scene(text: &str) -> bool {
    let kinds = ["STORE", "MP", "MINI_PROGRAM", "WEB", "APP", "WEWORK"];
    text.strip_prefix("SALES_SCENES_").is_some_and(|kind| kinds.contains(&kind))
}
