//! Onboarding of sub-merchants (v3-extended.md §9).

use std::time::Duration;

use serde_json::{Value, json};

use crate::people::ask;
use crate::sealing::{seal, with_serial};
use crate::uploads::upload;
use crate::world::{Told, World};

const SUBMIT: &str = "/v3/applyment4sub/applyment/";
const INTENT: &str = "/v3/apply4subject/applyment";

/// A service provider, with a picture it uploaded.
async fn world() -> (World, Value) {
    let world = World::new();
    let told = ask(&world, "POST", "merchants/1900000001/provider", &json!({"provider": true})).await;
    assert_eq!(told.status, 200, "{told:?}");
    let picture = upload(&world, "/v3/merchant/media/upload", "x.png", b"picture").await.json();
    (world, picture["media_id"].clone())
}

/// An application of a company, its contact the legal person.
fn applyment(world: &World, picture: &Value, code: &str) -> Value {
    json!({
        "business_code": code,
        "contact_info": {
            "contact_type": "LEGAL", "contact_name": seal(world, "法人甲"),
            "contact_id_number": seal(world, "11010119900101001X"),
            "mobile_phone": seal(world, "13800000000"), "contact_email": seal(world, "a@example.com"),
        },
        "subject_info": {
            "subject_type": "SUBJECT_TYPE_ENTERPRISE",
            "business_license_info": {
                "license_copy": picture, "license_number": "123456789012345",
                "merchant_name": "示例商贸公司", "legal_person": "法人甲",
            },
            "identity_info": {
                "id_doc_type": "IDENTIFICATION_TYPE_IDCARD", "owner": true,
                "id_card_info": {
                    "id_card_copy": picture, "id_card_national": picture,
                    "id_card_name": seal(world, "法人甲"), "id_card_number": seal(world, "11010119900101001X"),
                    "card_period_begin": "2020-01-01", "card_period_end": "长期",
                },
            },
        },
        "business_info": {
            "merchant_shortname": "示例", "service_phone": "0755222222",
            "sales_info": {
                "sales_scenes_type": ["SALES_SCENES_MINI_PROGRAM"],
                "mini_program_info": {"mini_program_sub_appid": "wx00000000000000bb", "mini_program_pics": [picture]},
            },
        },
        "settlement_info": {"settlement_id": "719", "qualification_type": "餐饮"},
        "bank_account_info": {
            "bank_account_type": "BANK_ACCOUNT_TYPE_CORPORATE", "account_name": seal(world, "示例商贸公司"),
            "account_bank": "招商银行", "bank_address_code": "440300", "account_number": seal(world, "6225880000000078"),
        },
    })
}

/// The same, its contact somebody sent.
fn by_a_deputy(world: &World, picture: &Value, code: &str) -> Value {
    let mut body = applyment(world, picture, code);
    let contact = body["contact_info"].as_object_mut().unwrap();
    contact.insert("contact_type".into(), json!("SUPER"));
    for (member, value) in [
        ("contact_id_doc_type", json!("IDENTIFICATION_TYPE_IDCARD")),
        ("contact_id_doc_copy", picture.clone()),
        ("contact_id_doc_copy_back", picture.clone()),
        ("contact_period_begin", json!("2020-01-01")),
        ("contact_period_end", json!("2030-01-01")),
        ("business_authorization_letter", picture.clone()),
    ] {
        contact.insert(member.into(), value);
    }
    body
}

async fn send(world: &World, target: &str, body: &Value) -> Told {
    world.send(with_serial(world, world.draft("POST", target, &body.to_string()))).await
}

async fn submitted(world: &World, body: &Value) -> u64 {
    let told = send(world, SUBMIT, body).await;
    assert_eq!(told.status, 200, "{told:?}");
    assert!(world.verifies(&told.headers, &told.body));
    told.json()["applyment_id"].as_u64().unwrap()
}

async fn stands(world: &World, id: u64) -> Value {
    let told = world.get(&format!("/v3/applyment4sub/applyment/applyment_id/{id}")).await.json();
    let code = told["business_code"].as_str().unwrap();
    let coded = world.get(&format!("/v3/applyment4sub/applyment/business_code/{code}")).await.json();
    assert_eq!(coded, told);
    told
}

async fn state(world: &World, id: u64) -> String {
    let told = stands(world, id).await;
    told["applyment_state"].as_str().unwrap().trim_start_matches("APPLYMENT_STATE_").to_owned()
}

async fn decide(world: &World, id: u64, decision: &str) -> u16 {
    ask(world, "POST", &format!("applyments/{id}/{decision}"), &Value::Null).await.status.as_u16()
}

async fn wait(world: &World, seconds: u64) {
    world.sim.advance(Duration::from_secs(seconds)).await;
}

#[tokio::test(start_paused = true)]
async fn an_application_is_reviewed_verified_signed_and_done() {
    let (world, picture) = world().await;
    let id = submitted(&world, &by_a_deputy(&world, &picture, "1900000001_1")).await;
    assert_eq!(state(&world, id).await, "AUDITING");
    assert_eq!(decide(&world, id, "sign").await, 409, "not yet");
    assert_eq!(decide(&world, id, "approve").await, 200);
    let told = stands(&world, id).await;
    assert_eq!(told["applyment_state"], "APPLYMENT_STATE_TO_BE_CONFIRMED");
    assert!(told["sign_url"].is_string() && told["sub_mchid"].is_null());
    assert_eq!(decide(&world, id, "verify").await, 200);
    let told = stands(&world, id).await;
    assert_eq!(told["applyment_state"], "APPLYMENT_STATE_TO_BE_SIGNED");
    assert!(told["sub_mchid"].is_string());
    assert_eq!(decide(&world, id, "sign").await, 200);
    assert_eq!(state(&world, id).await, "SIGNING");
    wait(&world, 30 * 60).await;
    assert_eq!(state(&world, id).await, "FINISHED");
    assert_eq!(
        ask(&world, "GET", "applyments", &Value::Null).await.json()["applyments"][0]["merchant_name"],
        "示例商贸公司"
    );
}

#[tokio::test(start_paused = true)]
async fn left_alone_an_application_is_reviewed_and_runs_out() {
    let (world, picture) = world().await;
    let legal = submitted(&world, &applyment(&world, &picture, "C1")).await;
    let deputy = submitted(&world, &by_a_deputy(&world, &picture, "C2")).await;
    wait(&world, 86_400).await;
    assert_eq!(state(&world, legal).await, "TO_BE_SIGNED", "the contact is the legal person");
    assert_eq!(state(&world, deputy).await, "TO_BE_CONFIRMED");
    wait(&world, 10 * 86_400).await;
    assert_eq!(state(&world, deputy).await, "REJECTED", "not verified in ten days");
    wait(&world, 20 * 86_400).await;
    assert_eq!(state(&world, legal).await, "CANCELED", "not signed in thirty");
}

#[tokio::test(start_paused = true)]
async fn a_refused_application_is_overwritten_by_its_number_and_any_other_is_told() {
    let (world, picture) = world().await;
    let body = applyment(&world, &picture, "C1");
    let id = submitted(&world, &body).await;
    assert_eq!(submitted(&world, &body).await, id, "in flight");
    let why = json!({"field": "license_copy", "field_name": "营业执照照片", "reject_reason": "照片不清晰"});
    assert_eq!(ask(&world, "POST", &format!("applyments/{id}/reject"), &why).await.status, 200);
    let told = stands(&world, id).await;
    assert_eq!(
        (&told["applyment_state"], &told["audit_detail"]),
        (&json!("APPLYMENT_STATE_REJECTED"), &json!([why]))
    );
    assert_eq!(submitted(&world, &body).await, id);
    assert_eq!(state(&world, id).await, "AUDITING");
    assert_eq!(decide(&world, id, "cancel").await, 200);
    assert_eq!(submitted(&world, &body).await, id);
    assert_eq!(state(&world, id).await, "CANCELED", "it stays so");
    assert_ne!(submitted(&world, &applyment(&world, &picture, "C2")).await, id);
    assert_eq!(decide(&world, 7, "approve").await, 404);
}

#[tokio::test(start_paused = true)]
async fn applications_are_held_to_their_rules() {
    let (world, picture) = world().await;
    let at = |path: &'static str, value: Value| {
        let mut body = by_a_deputy(&world, &picture, "C1");
        let (parent, member) = path.rsplit_once('/').unwrap();
        let parent = body.pointer_mut(parent).unwrap().as_object_mut().unwrap();
        if value.is_null() {
            drop(parent.remove(member))
        } else {
            drop(parent.insert(member.into(), value))
        }
        body
    };
    for (rule, code, body) in [
        ("business_code has its alphabet", "PARAM_ERROR", at("/business_code", json!("C-1"))),
        (
            "business_code has at most 124 characters",
            "PARAM_ERROR",
            at("/business_code", json!("1".repeat(125))),
        ),
        ("a contact shows a document", "PARAM_ERROR", at("/contact_info/contact_id_doc_copy", Value::Null)),
        ("a contact's letter", "PARAM_ERROR", at("/contact_info/business_authorization_letter", Value::Null)),
        ("the contact is somebody", "PARAM_ERROR", at("/contact_info/contact_id_number", Value::Null)),
        (
            "a period ends after it begins",
            "PARAM_ERROR",
            at("/contact_info/contact_period_end", json!("2019-01-01")),
        ),
        ("a period is of dates", "PARAM_ERROR", at("/contact_info/contact_period_end", json!("forever"))),
        (
            "a mobile number has 11 digits",
            "PARAM_ERROR",
            at("/contact_info/mobile_phone", json!(seal(&world, "138"))),
        ),
        (
            "micro merchants are not taken",
            "INVALID_REQUEST",
            at("/subject_info/subject_type", json!("SUBJECT_TYPE_MICRO")),
        ),
        (
            "institutions show a certificate",
            "PARAM_ERROR",
            at("/subject_info/subject_type", json!("SUBJECT_TYPE_INSTITUTIONS")),
        ),
        ("companies show a licence", "PARAM_ERROR", at("/subject_info/business_license_info", Value::Null)),
        (
            "a licence number has 15 or 18",
            "PARAM_ERROR",
            at("/subject_info/business_license_info/license_number", json!("1234567890123456")),
        ),
        (
            "an identity card is shown",
            "PARAM_ERROR",
            at("/subject_info/identity_info/id_card_info", Value::Null),
        ),
        (
            "another document is no card",
            "PARAM_ERROR",
            at("/subject_info/identity_info/id_doc_type", json!("IDENTIFICATION_TYPE_OVERSEA_PASSPORT")),
        ),
        (
            "a card number has its form",
            "PARAM_ERROR",
            at("/subject_info/identity_info/id_card_info/id_card_number", json!(seal(&world, "110"))),
        ),
        (
            "a chosen scene is described",
            "PARAM_ERROR",
            at("/business_info/sales_info/sales_scenes_type", json!(["SALES_SCENES_STORE"])),
        ),
        (
            "a company's account is a company's",
            "PARAM_ERROR",
            at("/bank_account_info/bank_account_type", json!("BANK_ACCOUNT_TYPE_PERSONAL")),
        ),
        (
            "the account carries the licence's name",
            "PARAM_ERROR",
            at("/bank_account_info/account_name", json!(seal(&world, "别家公司"))),
        ),
        (
            "other banks need a branch",
            "PARAM_ERROR",
            at("/bank_account_info/account_bank", json!("其他银行")),
        ),
        (
            "pictures were uploaded",
            "PARAM_ERROR",
            at("/subject_info/business_license_info/license_copy", json!("nobody-uploaded-this")),
        ),
        ("sealed members are sealed", "PARAM_ERROR", at("/contact_info/contact_name", json!("法人甲"))),
        ("unknown members are refused", "PARAM_ERROR", at("/subject_info/micro_biz_info", json!({}))),
    ] {
        let told = send(&world, SUBMIT, &body).await;
        assert_eq!((told.status.as_u16(), told.code().as_str()), (400, code), "{rule}: {told:?}");
    }
    let told =
        send(&world, SUBMIT, &at("/subject_info/business_license_info/license_copy", json!("x"))).await;
    assert_eq!(told.message(), "证书图片内容无效");
    let mut individual = at("/subject_info/subject_type", json!("SUBJECT_TYPE_INDIVIDUAL"));
    send(&world, SUBMIT, &individual).await.refused(400, "PARAM_ERROR");
    individual["subject_info"]["business_license_info"]["merchant_name"] = json!("示例小店");
    individual["bank_account_info"]["bank_account_type"] = json!("BANK_ACCOUNT_TYPE_PERSONAL");
    individual["bank_account_info"]["account_name"] = json!(seal(&world, "法人甲"));
    assert_eq!(send(&world, SUBMIT, &individual).await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn only_providers_apply_and_they_name_the_platforms_key() {
    let (world, picture) = world().await;
    let body = applyment(&world, &picture, "C1");
    let told = world.post(SUBMIT, &body).await;
    assert_eq!(told.message(), "HTTP header缺少微信支付平台证书序列号(Wechatpay-Serial)");
    ask(&world, "POST", "merchants/1900000001/provider", &json!({"provider": false})).await;
    send(&world, SUBMIT, &body).await.refused(403, "NO_AUTH");
    world.get("/v3/applyment4sub/applyment/business_code/C1").await.refused(403, "NO_AUTH");
}

#[tokio::test(start_paused = true)]
async fn unknown_applications_are_not_found() {
    let (world, _) = world().await;
    world.get("/v3/applyment4sub/applyment/business_code/C9").await.refused(404, "APPLYMENT_NOT_EXIST");
    world.get("/v3/applyment4sub/applyment/applyment_id/9").await.refused(404, "APPLYMENT_NOT_EXIST");
    let told = world.get("/v3/applyment4sub/applyment/applyment_id/C9").await;
    told.refused(400, "PARAM_ERROR");
    assert_eq!(told.message(), "无法将传入参数'申请单编号'转换为uint64类型");
}

#[tokio::test(start_paused = true)]
async fn a_settlement_account_is_changed_five_times_a_day_and_shown_masked() {
    let (world, picture) = world().await;
    let id = submitted(&world, &applyment(&world, &picture, "C1")).await;
    decide(&world, id, "approve").await;
    let sub = stands(&world, id).await["sub_mchid"].as_str().unwrap().to_owned();
    let settlement = format!("/v3/apply4sub/sub_merchants/{sub}/settlement");
    let account = world.get(&settlement).await.json();
    assert_eq!(
        (&account["account_type"], &account["account_number"]),
        (&json!("ACCOUNT_TYPE_BUSINESS"), &json!("62************78"))
    );
    assert!(account["verify_result"].is_null(), "it was not changed");
    let modify = format!("/v3/apply4sub/sub_merchants/{sub}/modify-settlement");
    let body = || {
        json!({
            "account_type": "ACCOUNT_TYPE_BUSINESS", "account_bank": "工商银行", "bank_address_code": "440300",
            "account_number": seal(&world, "6222020000000099"), "account_name": seal(&world, "示例商贸公司"),
        })
    };
    let first = send(&world, &modify, &body()).await.json()["application_no"].as_str().unwrap().to_owned();
    let change = |number: &str| {
        format!(
            "/v3/apply4sub/sub_merchants/{sub}/application/{number}?account_number_rule=ACCOUNT_NUMBER_RULE_MASK_V1"
        )
    };
    let told = world.get(&change(&first)).await.json();
    assert_eq!((&told["verify_result"], &told["account_name"]), (&json!("AUDITING"), &json!("示*****")));
    wait(&world, 86_400).await;
    assert_eq!(world.get(&change(&first)).await.json()["verify_result"], "AUDIT_SUCCESS");
    let account = world.get(&settlement).await.json();
    assert_eq!(
        (&account["account_bank"], &account["verify_result"]),
        (&json!("工商银行"), &json!("VERIFY_SUCCESS"))
    );

    let mut last = String::new();
    for _ in 0..5 {
        last = send(&world, &modify, &body()).await.json()["application_no"].as_str().unwrap().to_owned();
    }
    send(&world, &modify, &body()).await.refused(429, "FREQENCY_LIMIT");
    let refuse = json!({"reject_reason": "户名不符"});
    ask(&world, "POST", &format!("settlements/{sub}/{last}"), &refuse).await;
    let told = world.get(&change(&last)).await.json();
    assert_eq!(
        (&told["verify_result"], &told["verify_fail_reason"]),
        (&json!("AUDIT_FAIL"), &json!("户名不符"))
    );
    wait(&world, 14 * 3600).await;
    assert_eq!(send(&world, &modify, &body()).await.status, 200, "after midnight");
    world.get(&change("9")).await.refused(404, "ORDER_NOT_EXIST");
    world.get("/v3/apply4sub/sub_merchants/1900000009/settlement").await.refused(403, "NO_AUTH");
    let mut other = body();
    other["account_bank"] = json!("其他银行");
    send(&world, &modify, &other).await.refused(400, "PARAM_ERROR");
}

fn intent(world: &World, picture: &Value, code: &str) -> Value {
    json!({
        "business_code": code,
        "contact_info": {
            "contact_type": "SUPER", "name": seal(world, "联系人"), "mobile": seal(world, "13800000000"),
            "id_card_number": seal(world, "11010119900101001X"),
        },
        "subject_info": {
            "subject_type": "SUBJECT_TYPE_ENTERPRISE",
            "business_licence_info": {
                "licence_number": "123456789012345", "licence_copy": picture, "merchant_name": "示例商贸公司",
                "legal_person": "法人甲", "company_address": "深圳市", "licence_valid_date": "[\"1970-01-01\",\"forever\"]",
            },
        },
        "identification_info": {
            "identification_type": "IDENTIFICATION_TYPE_IDCARD", "identification_name": seal(world, "法人甲"),
            "identification_number": seal(world, "11010119900101001X"),
            "identification_valid_date": "[\"2020-01-01\",\"2030-01-01\"]", "identification_front_copy": picture,
        },
    })
}

#[tokio::test(start_paused = true)]
async fn an_intent_is_reviewed_confirmed_by_contact_and_legal_person() {
    let (world, picture) = world().await;
    let onboarded = submitted(&world, &applyment(&world, &picture, "C1")).await;
    decide(&world, onboarded, "approve").await;
    let sub = stands(&world, onboarded).await["sub_mchid"].as_str().unwrap().to_owned();
    let mut body = intent(&world, &picture, "I1");
    body["addition_info"] = json!({"confirm_mchid_list": [sub]});
    let id = send(&world, &format!("{INTENT}/"), &body).await.json()["applyment_id"].as_u64().unwrap();
    let state = || async {
        let told = world.get(&format!("{INTENT}?applyment_id={id}")).await.json();
        assert_eq!(world.get(&format!("{INTENT}?business_code=I1")).await.json(), told);
        told
    };
    assert_eq!(state().await["applyment_state"], "APPLYMENT_STATE_WAITTING_FOR_AUDIT");
    let confirmed = || async {
        world.get(&format!("{INTENT}/merchants/{sub}/state")).await.json()["authorize_state"].clone()
    };
    assert_eq!(confirmed().await, "AUTHORIZE_STATE_UNAUTHORIZED");
    wait(&world, 86_400).await;
    let told = state().await;
    assert_eq!(told["applyment_state"], "APPLYMENT_STATE_WAITTING_FOR_CONFIRM_CONTACT");
    assert!(told["qrcode_data"].as_str().unwrap().starts_with("data:image/png;base64,"));
    let decide = |word: &'static str| ask_intent(&world, id, word);
    assert_eq!(decide("sign").await, 200);
    assert_eq!(state().await["applyment_state"], "APPLYMENT_STATE_WAITTING_FOR_CONFIRM_LEGALPERSON");
    assert_eq!(decide("sign").await, 409);
    assert_eq!(decide("verify").await, 200);
    assert_eq!(state().await["applyment_state"], "APPLYMENT_STATE_PASSED");
    assert_eq!(confirmed().await, "AUTHORIZE_STATE_AUTHORIZED");
    send(&world, &format!("{INTENT}/I1/cancel"), &Value::Null).await.refused(400, "INVALID_REQUEST");
    send(&world, INTENT, &body).await.refused(400, "INVALID_REQUEST");
}

async fn ask_intent(world: &World, id: u64, word: &str) -> u16 {
    ask(world, "POST", &format!("intents/{id}/{word}"), &Value::Null).await.status.as_u16()
}

#[tokio::test(start_paused = true)]
async fn a_refused_intent_is_cancelled_before_a_new_number_and_one_left_alone_runs_out() {
    let (world, picture) = world().await;
    let submit = |code: &'static str| {
        let body = intent(&world, &picture, code);
        let world = &world;
        async move { send(world, INTENT, &body).await }
    };
    let id = submit("I1").await.json()["applyment_id"].as_u64().unwrap();
    assert_eq!(submit("I1").await.json()["applyment_id"], id, "the same number tells it");
    let why = json!({"field": "merchant_name", "reject_reason": "名称不符"});
    ask(&world, "POST", &format!("intents/{id}/reject"), &why).await;
    let told = world.get(&format!("{INTENT}?applyment_id={id}")).await.json();
    assert_eq!(
        (&told["reject_param"], &told["reject_reason"]),
        (&json!("merchant_name"), &json!("名称不符"))
    );
    submit("I1").await.refused(400, "INVALID_REQUEST");
    for number in [id.to_string(), "I1".into()] {
        let draft = world.draft("POST", &format!("{INTENT}/{number}/cancel"), "");
        assert_eq!(world.send(draft).await.status, 204);
    }
    let second = submit("I2").await.json()["applyment_id"].as_u64().unwrap();
    wait(&world, 86_400 + 720 * 3600).await;
    let told = world.get(&format!("{INTENT}?applyment_id={second}")).await.json();
    assert_eq!(told["applyment_state"], "APPLYMENT_STATE_CANCELED");
    let unknown = world.get(&format!("{INTENT}?applyment_id=9")).await;
    unknown.refused(400, "INVALID_REQUEST");
    assert_eq!(unknown.message(), "查询申请单不存在");
    world.get(INTENT).await.refused(400, "PARAM_ERROR");
    world.get(&format!("{INTENT}/merchants/1900000009/state")).await.refused(403, "NO_AUTH");
    let mut odd = intent(&world, &picture, "I3");
    odd["identification_info"]["identification_valid_date"] = json!("2020-01-01");
    send(&world, INTENT, &odd).await.refused(400, "PARAM_ERROR");
}

#[tokio::test(start_paused = true)]
async fn banks_areas_and_branches_are_listed_page_by_page() {
    let world = World::new();
    let base = "/v3/capital/capitallhh";
    let page = world.get(&format!("{base}/banks/corporate-banking?offset=5&limit=5")).await.json();
    assert_eq!(
        (&page["count"], &page["offset"], page["data"].as_array().unwrap().len()),
        (&json!(5), &json!(5), 5)
    );
    let link = |name: &str| page["links"][name].as_str().unwrap().to_owned();
    assert_eq!(world.get(&link("self")).await.json(), page);
    assert_eq!(world.get(&link("next")).await.json()["offset"], 10);
    assert_eq!(world.get(&link("prev")).await.json()["offset"], 0);
    assert_eq!(
        world.get(&format!("{base}/banks/personal-banking?offset=900&limit=200")).await.json()["count"],
        0
    );
    for query in ["", "?offset=0", "?offset=0&limit=201", "?offset=0&limit=0"] {
        world.get(&format!("{base}/banks/corporate-banking{query}")).await.refused(400, "PARAM_ERROR");
    }
    let provinces = world.get(&format!("{base}/areas/provinces")).await.json();
    assert_eq!(
        (provinces["total_count"].as_u64(), &provinces["data"][21]),
        (Some(31), &json!({"province_name": "广东省", "province_code": 22}))
    );
    for province in provinces["data"].as_array().unwrap() {
        let cities =
            world.get(&format!("{base}/areas/provinces/{}/cities", province["province_code"])).await.json();
        assert!(cities["total_count"].as_u64().unwrap() > 0, "{province}");
    }
    world.get(&format!("{base}/areas/provinces/99/cities")).await.refused(400, "PARAM_ERROR");
    let branches =
        world.get(&format!("{base}/banks/1000006247/branches?city_code=536&offset=0&limit=2")).await.json();
    assert_eq!((&branches["total_count"], &branches["count"]), (&json!(3), &json!(2)));
    world
        .get(&format!("{base}/banks/1000006247/branches?offset=0&limit=2"))
        .await
        .refused(400, "PARAM_ERROR");
    world
        .get(&format!("{base}/banks/9/branches?city_code=536&offset=0&limit=2"))
        .await
        .refused(400, "PARAM_ERROR");
}

#[tokio::test(start_paused = true)]
async fn a_bank_is_found_by_a_sealed_account_number() {
    let world = World::new();
    let search = "/v3/capital/capitallhh/banks/search-banks-by-bank-account";
    let sealed =
        |number: &str| seal(&world, number).replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
    let found = |number: &str| {
        world.send(with_serial(
            &world,
            world.draft("GET", &format!("{search}?account_number={}", sealed(number)), ""),
        ))
    };
    let told = found("6225880000000078").await.json();
    assert_eq!((&told["total_count"], &told["data"][0]["account_bank"]), (&json!(1), &json!("招商银行")));
    assert_eq!(found("4000000000000000").await.json()["total_count"], 0);
    let draft = world.draft("GET", &format!("{search}?account_number=6225880000000078"), "");
    world.send(with_serial(&world, draft)).await.refused(400, "PARAM_ERROR");
    world.get(&format!("{search}?account_number=1")).await.refused(400, "PARAM_ERROR");
}

#[tokio::test(start_paused = true)]
async fn a_sub_merchant_whose_application_is_done_takes_orders_and_refunds_of_its_provider() {
    let (world, picture) = world().await;
    let id = submitted(&world, &applyment(&world, &picture, "C1")).await;
    decide(&world, id, "approve").await;
    let sub = stands(&world, id).await["sub_mchid"].clone();
    let order = json!({
        "sp_appid": world.env.merchants[0].apps[0].appid, "sp_mchid": world.mchid(), "sub_mchid": sub,
        "description": "龙井一盒", "out_trade_no": "T20260301S", "notify_url": "http://127.0.0.1:8080/notify",
        "amount": {"total": 100}, "payer": {"sp_openid": world.openid("payer-1")},
    });
    let create = "/v3/pay/partner/transactions/jsapi";
    world.post(create, &order).await.refused(403, "NO_AUTH");
    decide(&world, id, "sign").await;
    let before = world.sim.snapshot();
    wait(&world, 30 * 60).await;
    assert_eq!(world.post(create, &order).await.status, 200);
    world.sim.pay(&crate::world::number("T20260301S"), None).await.unwrap();
    let refund = json!({
        "sub_mchid": sub, "out_trade_no": "T20260301S", "out_refund_no": "R1",
        "amount": {"refund": 30, "total": 100, "currency": "CNY"},
    });
    assert_eq!(world.post("/v3/refund/domestic/refunds", &refund).await.status, 200);
    let listed = ask(&world, "GET", "merchants", &Value::Null).await.json()["merchants"].clone();
    let mine = listed.as_array().unwrap().iter().find(|it| it["mchid"] == sub).unwrap().clone();
    assert_eq!((&mine["onboarded"], &mine["books"]["paid_fen"]), (&json!(true), &json!(100)));
    assert_eq!(mine["providers"], json!([world.mchid()]));
    // It goes with its application, and comes with it again.
    let after = world.sim.snapshot();
    world.sim.restore(before.as_bytes()).unwrap();
    assert!(world.sim.merchants().iter().all(|it| !it.onboarded));
    world.sim.restore(after.as_bytes()).unwrap();
    assert!(world.sim.merchants().iter().any(|it| it.onboarded && it.books.paid.get() == 100));
    assert!(world.sim.books().balanced());
}
