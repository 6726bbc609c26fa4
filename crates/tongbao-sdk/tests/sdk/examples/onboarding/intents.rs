//! Confirmations that a merchant wants its account.

use std::collections::BTreeSet;

use serde_json::json;
use tongbao_sdk::onboarding::{
    ApplymentKey, AssistProveInfo, CertType, ContactType, FinanceInstitutionInfo, FinanceType, IdHolder,
    IdType, IdentificationInfo, IntentCertificate, IntentContact, IntentForm, IntentLicense, IntentRequest,
    IntentSubject, IntentSubjectInfo, MicroBizType, SpecialOperation,
};
use tongbao_sdk::{Call, CallErrorKind, Sealed};
use tongbao_wire::onboarding::{ApplymentState, AuthorizeState};
use tongbao_wire::{BusinessCode, Mchid};

use super::{
    SERIAL, Seal, all_but, at, contact_document, media, medias, period, sealed, sealed_names, sub_mchid, ubo,
};
use crate::fixtures::exchange;
use crate::scripted::{Scripted, client, signed};

fn business_code() -> BusinessCode {
    BusinessCode::parse("1900007291_INTENT_7").unwrap()
}

/// The example, with members sealed by `seal`.
fn request(seal: Seal) -> IntentRequest {
    let mut subject = IntentSubjectInfo::new(IntentSubject::Enterprise(license()));
    subject.company_prove_copy = Some(media("prove"));
    subject.special_operations =
        vec![SpecialOperation { category_id: 100, operation_copy_list: medias("permit") }];
    subject.finance_institution = Some(FinanceInstitutionInfo {
        finance_type: FinanceType::BankAgent,
        finance_license_pics: medias("finance-1"),
    });
    let contact = IntentContact {
        contact_type: Some(ContactType::Super(contact_document())),
        name: seal("name"),
        mobile: seal("mobile"),
        id_card_number: seal("id_card_number"),
    };
    let identification = IdentificationInfo {
        id_holder_type: Some(IdHolder::Super { authorize_letter_copy: media("letter") }),
        identification_type: IdType::IdCard,
        identification_name: seal("identification_name"),
        identification_number: seal("identification_number"),
        identification_valid_date: period("2016-06-06", "2036-06-06"),
        identification_address: Some(seal("identification_address")),
        identification_front_copy: media("card-front"),
        identification_back_copy: Some(media("card-back")),
        owner: Some(false),
    };
    let mut request = IntentRequest::new(business_code(), contact, subject, identification);
    request.channel_id = Some(Mchid::parse("1900000109").unwrap());
    request.ubo_info_list = vec![ubo(seal, IdType::IdCard, Some(media("ubo-back")), "长期")];
    request.confirm_mchid_list = vec![sub_mchid(), Mchid::parse("1900006492").unwrap()];
    request
}

fn license() -> IntentLicense {
    IntentLicense {
        licence_number: "914201123033363296".into(),
        licence_copy: media("license"),
        merchant_name: "山间茶业有限公司".into(),
        legal_person: "李四".into(),
        company_address: "杭州市西湖区茶山路一号".into(),
        licence_valid_date: period("2018-03-01", "forever"),
    }
}

#[tokio::test]
async fn an_intent_sends_and_reads_its_example() {
    let request = request(&sealed);
    exchange(Call::SubmitIntent, "/v3/apply4subject/applyment", async |client| {
        client.intents().submit(&request).await
    })
    .await;
}

#[tokio::test]
async fn contested_members_are_written_as_the_form_says() {
    let mut request = request(&sealed);
    let license = at(&request, "/subject_info/business_licence_info");
    request.form = IntentForm::OpenApi;
    assert_eq!(at(&request, "/subject_info/business_license_info"), license);
    let operations = json!([{ "category_id": 100, "store_indoor_copy": ["permit"] }]);
    assert_eq!(at(&request, "/subject_info/special_operation_info"), operations);
    for gone in ["/subject_info/business_licence_info", "/subject_info/special_operation_list", "/channel_id"]
    {
        assert_eq!(at(&request, gone), json!(null), "{gone}");
    }
    let outbound = Scripted::new(|_, _| signed(200, r#"{"applyment_id":1}"#));
    client(outbound.clone()).intents().submit(&request).await.unwrap();
    let seen = outbound.seen();
    assert_eq!(seen[0].uri().query(), Some("channel_id=1900000109"));
    assert_eq!(seen[0].headers()["Wechatpay-Serial"], SERIAL);
}

#[test]
fn each_kind_of_merchant_shows_its_own_paper() {
    let certificate = || IntentCertificate {
        cert_type: CertType::Type2389,
        cert_number: "12330000470009836X".into(),
        cert_copy: media("certificate"),
        merchant_name: "山间茶研究所".into(),
        legal_person: "李四".into(),
        company_address: "杭州市西湖区茶山路二号".into(),
        cert_valid_date: period("2018-03-01", "2028-03-01"),
    };
    let shop = AssistProveInfo {
        micro_biz_type: MicroBizType::Store,
        store_name: "茶摊".into(),
        store_address_code: Some("330106".into()),
        store_address: "茶山路三号".into(),
        store_header_copy: media("door"),
        store_indoor_copy: media("inside"),
    };
    let kinds = [
        ("INDIVIDUAL", IntentSubject::Individual(license()), "business_licence_info"),
        ("ENTERPRISE", IntentSubject::Enterprise(license()), "business_licence_info"),
        ("INSTITUTIONS", IntentSubject::Institutions(certificate()), "certificate_info"),
        ("INSTITUTIONS_CLONED", IntentSubject::InstitutionsCloned(certificate()), "certificate_info"),
        ("GOVERNMENT", IntentSubject::Government(certificate()), "certificate_info"),
        ("OTHERS", IntentSubject::Others(certificate()), "certificate_info"),
        ("MICRO", IntentSubject::Micro(shop), "assist_prove_info"),
    ];
    for (word, subject, paper) in kinds {
        let mut request = request(&sealed);
        request.subject_info = IntentSubjectInfo::new(subject);
        let written = at(&request, "/subject_info");
        let members: BTreeSet<_> = written.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(members, BTreeSet::from(["subject_type", paper]), "{word}");
        assert_eq!(written["subject_type"], format!("SUBJECT_TYPE_{word}"));
        if word == "OTHERS" {
            assert_eq!(written[paper]["cert_valid_date"], r#"["2018-03-01","2028-03-01"]"#);
        }
        if word == "MICRO" {
            let expected = json!({
                "micro_biz_type": "MICRO_TYPE_STORE",
                "store_name": "茶摊",
                "store_address_code": "330106",
                "store_address": "茶山路三号",
                "store_header_copy": "door",
                "store_indoor_copy": "inside",
            });
            assert_eq!(written[paper], expected);
        }
    }
}

#[tokio::test]
async fn an_intent_is_looked_up_and_cancelled_by_either_number() {
    let by_code = ApplymentKey::BusinessCode(business_code());
    let by_id = ApplymentKey::ApplymentId(20_000_000_011_111);
    let base = "/v3/apply4subject/applyment";
    let keys = [(&by_code, "business_code=1900007291_INTENT_7"), (&by_id, "applyment_id=20000000011111")];
    for (key, query) in keys {
        let address = format!("{base}?{query}");
        let found =
            exchange(Call::QueryIntent, &address, async |client| client.intents().query(key).await).await;
        assert_eq!(found.applyment_state, ApplymentState::Rejected);
        assert!(!format!("{found:?}").contains("base64"));
    }
    let address = format!("{base}/1900007291_INTENT_7/cancel");
    exchange(Call::CancelIntent, &address, async |client| client.intents().cancel(&by_code).await).await;
    let address = format!("{base}/20000000011111/cancel");
    exchange(Call::CancelIntentById, &address, async |client| client.intents().cancel(&by_id).await).await;
}

#[tokio::test]
async fn the_state_of_a_merchants_intent_reads_its_example() {
    let address = "/v3/apply4subject/applyment/merchants/1900006491/state";
    let state =
        exchange(Call::QueryIntentState, address, async |client| client.intents().state(&sub_mchid()).await)
            .await;
    assert_eq!(state.authorize_state, AuthorizeState::Unauthorized);
}

/// The member `submit` refuses before anything is sent; empty when it is sent.
async fn refused(request: &IntentRequest) -> String {
    let outbound = Scripted::new(|_, _| signed(200, r#"{"applyment_id":1}"#));
    match client(outbound.clone()).intents().submit(request).await {
        Ok(_) => String::new(),
        Err(error) => {
            assert!(outbound.seen().is_empty());
            let CallErrorKind::Unsendable(fault) = error.kind else { panic!("{error}") };
            fault.member.into_owned()
        }
    }
}

#[tokio::test]
async fn what_the_platform_would_refuse_is_not_sent() {
    type Change = fn(&mut IntentRequest);
    fn licensed(request: &mut IntentRequest, number: &str) {
        let license = IntentLicense { licence_number: number.into(), ..license() };
        request.subject_info.subject = IntentSubject::Enterprise(license);
    }
    let changes: &[(Change, &str)] = &[
        (|_| (), ""),
        (|r| r.contact_info.contact_type = None, ""),
        (
            |r| {
                let mut document = contact_document();
                document.business_authorization_letter = None;
                r.contact_info.contact_type = Some(ContactType::Super(document));
            },
            "",
        ),
        (
            |r| {
                let mut document = contact_document();
                document.contact_id_doc_copy_back = None;
                r.contact_info.contact_type = Some(ContactType::Super(document));
            },
            "contact_info.contact_id_doc_copy_back",
        ),
        (|r| r.contact_info.mobile = Sealed::kept(SERIAL, ""), "contact_info.mobile"),
        (|r| licensed(r, "1"), "subject_info.business_licence_info.licence_number"),
        (
            |r| {
                licensed(r, "1");
                r.form = IntentForm::OpenApi;
            },
            "subject_info.business_license_info.licence_number",
        ),
        (|r| r.ubo_info_list[0].ubo_id_doc_copy_back = None, "ubo_info_list[0].ubo_id_doc_copy_back"),
        (
            |r| r.subject_info.finance_institution.as_mut().unwrap().finance_license_pics.clear(),
            "subject_info.finance_institution_info.finance_license_pics",
        ),
    ];
    for (position, (change, member)) in changes.iter().enumerate() {
        let mut changed = request(&sealed);
        change(&mut changed);
        assert_eq!(refused(&changed).await, *member, "change {position}");
    }
}

#[tokio::test]
async fn every_sealed_member_is_sealed_with_the_same_key() {
    for odd in sealed_names(request) {
        let member = refused(&request(&all_but(&odd))).await;
        // The first member gives the key, so it is the second that differs from it.
        assert!(odd == "name" || member.ends_with(&format!(".{odd}")), "{odd}: {member}");
    }
}
