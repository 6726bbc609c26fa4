//! Applications.

use std::collections::BTreeSet;

use serde_json::json;
use tongbao_sdk::onboarding::{
    Activity, ActivityRate, AdditionInfo, AppInfo, ApplymentKey, ApplymentRequest, BankAccountInfo,
    BankAccountType, BankBranch, BizStoreInfo, BusinessInfo, BusinessLicenseInfo, CertType, CertificateInfo,
    ContactIdentity, ContactInfo, ContactType, FinanceInstitutionInfo, FinanceType, IdCardInfo, IdDocInfo,
    IdType, IdentityDocument, IdentityHolder, IdentityInfo, MiniProgramInfo, MpInfo, OrganizationInfo,
    SalesInfo, SceneAppid, SettlementInfo, Subject, SubjectInfo, WebInfo, WeworkInfo,
};
use tongbao_sdk::{Call, CallErrorKind, Sealed};
use tongbao_wire::onboarding::ApplymentState;
use tongbao_wire::{Appid, BusinessCode, Openid};

use super::{SERIAL, Seal, all_but, at, contact_document, media, medias, period, sealed, sealed_names, ubo};
use crate::fixtures::exchange;
use crate::scripted::{Scripted, client, signed};

fn appid(last: char) -> Appid {
    Appid::parse(&format!("wxa00000000000000{last}")).unwrap()
}

fn business_code() -> BusinessCode {
    BusinessCode::parse("1900007291_APPLY_7").unwrap()
}

/// The example, with members sealed by `seal`.
fn request(seal: Seal) -> ApplymentRequest {
    let mut request = ApplymentRequest::new(
        business_code(),
        ContactInfo {
            contact_type: ContactType::Super(contact_document()),
            contact_name: seal("contact_name"),
            identity: ContactIdentity::IdNumber(seal("contact_id_number")),
            mobile_phone: seal("mobile_phone"),
            contact_email: seal("contact_email"),
        },
        subject_info(seal),
        BusinessInfo {
            merchant_shortname: "山间茶".into(),
            service_phone: "0571-1234567".into(),
            sales_info: sales_info(),
        },
        settlement_info(),
        BankAccountInfo {
            bank_account_type: BankAccountType::Corporate,
            account_name: seal("account_name"),
            account_bank: "工商银行".into(),
            bank_address_code: "330100".into(),
            branch: Some(BankBranch::Id("402713354941".into())),
            account_number: seal("account_number"),
        },
    );
    request.addition_info = Some(AdditionInfo {
        legal_person_commitment: Some(media("commitment")),
        legal_person_video: Some(media("video")),
        business_addition_pics: medias("addition"),
        business_addition_msg: Some("门店正在装修".into()),
    });
    request
}

fn subject_info(seal: Seal) -> SubjectInfo {
    let identity = IdentityDocument::IdCard(IdCardInfo {
        id_card_copy: media("card-front"),
        id_card_national: media("card-back"),
        id_card_name: seal("id_card_name"),
        id_card_number: seal("id_card_number"),
        id_card_address: Some(seal("id_card_address")),
        period: period("2016-06-06", "2036-06-06"),
    });
    let mut subject = SubjectInfo::new(Subject::Enterprise(license()), IdentityInfo::legal(identity));
    subject.identity_info.owner = Some(false);
    subject.finance_institution = Some(FinanceInstitutionInfo {
        finance_type: FinanceType::PaymentAgent,
        finance_license_pics: vec![media("finance-1"), media("finance-2")],
    });
    subject.organization_info = Some(OrganizationInfo {
        organization_copy: media("organization"),
        organization_code: "303336329".into(),
        period: period("2018-03-01", "2028-03-01"),
    });
    subject.certificate_letter_copy = Some(media("certificate-letter"));
    subject.ubo_info_list = vec![ubo(seal, IdType::OverseaPassport, None, "2031-01-31")];
    subject
}

fn license() -> BusinessLicenseInfo {
    BusinessLicenseInfo {
        license_copy: media("license"),
        license_number: "914201123033363296".into(),
        merchant_name: "山间茶业有限公司".into(),
        legal_person: "李四".into(),
        license_address: Some("杭州市西湖区茶山路一号".into()),
        period: Some(period("2018-03-01", "长期")),
    }
}

fn certificate() -> CertificateInfo {
    CertificateInfo {
        cert_copy: media("certificate"),
        cert_type: CertType::Type2388,
        cert_number: "12330000470009836X".into(),
        merchant_name: "山间茶研究所".into(),
        company_address: "杭州市西湖区茶山路二号".into(),
        legal_person: "李四".into(),
        period: period("2018-03-01", "2028-03-01"),
    }
}

fn other_document(seal: Seal) -> IdDocInfo {
    IdDocInfo {
        id_doc_type: IdType::HongkongPassport,
        id_doc_copy: media("doc-front"),
        id_doc_copy_back: Some(media("doc-back")),
        id_doc_name: seal("id_doc_name"),
        id_doc_number: seal("id_doc_number"),
        id_doc_address: Some(seal("id_doc_address")),
        period: period("2016-06-06", "长期"),
    }
}

fn sales_info() -> SalesInfo {
    SalesInfo {
        store: Some(BizStoreInfo {
            biz_store_name: "山间茶西湖店".into(),
            biz_address_code: "330106".into(),
            biz_store_address: "茶山路一号".into(),
            store_entrance_pic: medias("door"),
            indoor_pic: medias("inside"),
            biz_sub_appid: Some(Appid::parse("wxd678efh567hg6787").unwrap()),
        }),
        mp: Some(MpInfo { appid: SceneAppid::Provider(appid('1')), mp_pics: medias("mp") }),
        mini_program: Some(MiniProgramInfo {
            appid: SceneAppid::Merchant(appid('2')),
            mini_program_pics: medias("mini-program"),
        }),
        app: Some(AppInfo { appid: SceneAppid::Merchant(appid('3')), app_pics: medias("app") }),
        web: Some(WebInfo {
            domain: "https://tea.example.com".into(),
            web_authorisation: Some(media("web-letter")),
            web_appid: Some(appid('4')),
        }),
        wework: Some(WeworkInfo { sub_corp_id: "wx8888888888888888".into(), wework_pics: medias("wework") }),
    }
}

fn settlement_info() -> SettlementInfo {
    let mut settlement = SettlementInfo::new("719", "餐饮");
    settlement.qualifications = medias("permit");
    settlement.activity = Some(Activity {
        activities_id: "20191030111cff5b5e".into(),
        rate: ActivityRate::Single { activities_rate: "0.6".into() },
        activities_additions: medias("activity"),
    });
    settlement
}

#[tokio::test]
async fn an_application_sends_and_reads_its_example() {
    let request = request(&sealed);
    exchange(Call::SubmitApplyment, "/v3/applyment4sub/applyment/", async |client| {
        client.onboarding().submit(&request).await
    })
    .await;
}

#[tokio::test]
async fn an_application_names_the_key_that_sealed_it() {
    let outbound = Scripted::new(|_, _| signed(200, r#"{"applyment_id":1}"#));
    client(outbound.clone()).onboarding().submit(&request(&sealed)).await.unwrap();
    assert_eq!(outbound.seen()[0].headers()["Wechatpay-Serial"], SERIAL);
}

#[tokio::test]
async fn an_application_is_looked_up_by_either_number() {
    let by_code = ApplymentKey::BusinessCode(business_code());
    let address = "/v3/applyment4sub/applyment/business_code/1900007291_APPLY_7";
    let found =
        exchange(Call::QueryApplyment, address, async |client| client.onboarding().query(&by_code).await)
            .await;
    assert_eq!(found.applyment_state, ApplymentState::Rejected);

    let by_id = ApplymentKey::ApplymentId(2_000_002_124_775_691);
    let address = "/v3/applyment4sub/applyment/applyment_id/2000002124775691";
    let found =
        exchange(Call::QueryApplymentById, address, async |client| client.onboarding().query(&by_id).await)
            .await;
    assert_eq!(found.applyment_state, ApplymentState::ToBeSigned);
    assert!(!format!("{found:?}").contains("sign=b207"));
}

#[test]
fn each_kind_of_merchant_shows_its_own_paper() {
    type Kind = fn() -> Subject;
    let kinds: [(&str, Kind, &str); 6] = [
        ("INDIVIDUAL", || Subject::Individual(license()), "business_license_info"),
        ("ENTERPRISE", || Subject::Enterprise(license()), "business_license_info"),
        ("INSTITUTIONS", || Subject::Institutions(certificate()), "certificate_info"),
        ("INSTITUTIONS_CLONED", || Subject::InstitutionsCloned(certificate()), "certificate_info"),
        ("GOVERNMENT", || Subject::Government(certificate()), "certificate_info"),
        ("OTHERS", || Subject::Others(certificate()), "certificate_info"),
    ];
    for (word, kind, paper) in kinds {
        let document = IdentityDocument::Other(other_document(&sealed));
        let written = serde_json::to_value(SubjectInfo::new(kind(), IdentityInfo::legal(document))).unwrap();
        let members: BTreeSet<_> = written.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(members, BTreeSet::from(["subject_type", paper, "identity_info"]), "{word}");
        assert_eq!(written["subject_type"], format!("SUBJECT_TYPE_{word}"));
    }
    let written = serde_json::to_value(certificate()).unwrap();
    let expected = json!({
        "cert_copy": "certificate",
        "cert_type": "CERTIFICATE_TYPE_2388",
        "cert_number": "12330000470009836X",
        "merchant_name": "山间茶研究所",
        "company_address": "杭州市西湖区茶山路二号",
        "legal_person": "李四",
        "period_begin": "2018-03-01",
        "period_end": "2028-03-01",
    });
    assert_eq!(written, expected);
}

#[test]
fn a_person_is_shown_by_the_document_there_is() {
    let other = IdentityDocument::Other(other_document(&sealed));
    let expected = json!({
        "id_doc_type": "IDENTIFICATION_TYPE_HONGKONG_PASSPORT",
        "id_doc_info": {
            "id_doc_copy": "doc-front",
            "id_doc_copy_back": "doc-back",
            "id_doc_name": sealed("id_doc_name"),
            "id_doc_number": sealed("id_doc_number"),
            "id_doc_address": sealed("id_doc_address"),
            "doc_period_begin": "2016-06-06",
            "doc_period_end": "长期",
        },
    });
    assert_eq!(serde_json::to_value(IdentityInfo::legal(other)).unwrap(), expected);
    let holder = IdentityHolder::Super { authorize_letter_copy: media("letter"), document: None };
    let expected = json!({ "id_holder_type": "SUPER", "authorize_letter_copy": "letter" });
    assert_eq!(serde_json::to_value(IdentityInfo { holder, owner: None }).unwrap(), expected);
}

#[test]
fn the_other_choices_are_written_too() {
    let mut changed = request(&sealed);
    changed.contact_info.contact_type = ContactType::Legal;
    changed.contact_info.identity = ContactIdentity::Openid(Openid::parse("oUpF8uMuAJO").unwrap());
    changed.bank_account_info.branch = None;
    changed.business_info.sales_info = SalesInfo { web: sales_info().web, ..SalesInfo::default() };
    changed.settlement_info.activity = Some(Activity {
        activities_id: "a".into(),
        rate: ActivityRate::Split {
            debit_activities_rate: "0.2".into(),
            credit_activities_rate: "0.6".into(),
        },
        activities_additions: Vec::new(),
    });
    let contact = json!({
        "contact_type": "LEGAL",
        "contact_name": sealed("contact_name"),
        "openid": "oUpF8uMuAJO",
        "mobile_phone": sealed("mobile_phone"),
        "contact_email": sealed("contact_email"),
    });
    assert_eq!(at(&changed, "/contact_info"), contact);
    assert_eq!(at(&changed, "/business_info/sales_info/sales_scenes_type"), json!(["SALES_SCENES_WEB"]));
    let settlement = json!({
        "settlement_id": "719",
        "qualification_type": "餐饮",
        "qualifications": ["permit"],
        "activities_id": "a",
        "debit_activities_rate": "0.2",
        "credit_activities_rate": "0.6",
    });
    assert_eq!(at(&changed, "/settlement_info"), settlement);
    changed.contact_info.identity = ContactIdentity::SealedOpenid(sealed("openid"));
    assert_eq!(at(&changed, "/contact_info/openid"), json!(sealed("openid")));
    assert_eq!(at(&changed, "/bank_account_info/bank_branch_id"), json!(null));
    changed.bank_account_info.branch = Some(BankBranch::Name("工商银行西湖支行".into()));
    assert_eq!(at(&changed, "/bank_account_info/bank_name"), json!("工商银行西湖支行"));
}

/// The member `submit` refuses before anything is sent; empty when it is sent.
async fn refused(request: &ApplymentRequest) -> String {
    let outbound = Scripted::new(|_, _| signed(200, r#"{"applyment_id":1}"#));
    match client(outbound.clone()).onboarding().submit(request).await {
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
    type Change = fn(&mut ApplymentRequest);
    fn document(request: &mut ApplymentRequest) -> &mut tongbao_sdk::onboarding::ContactDocument {
        match &mut request.contact_info.contact_type {
            ContactType::Super(document) => document,
            ContactType::Legal => panic!("the example's contact is sent by the legal person"),
        }
    }
    fn licensed(request: &mut ApplymentRequest, number: &str) {
        let license = BusinessLicenseInfo { license_number: number.into(), ..license() };
        request.subject_info.subject = Subject::Individual(license);
    }
    fn identified(request: &mut ApplymentRequest, document: IdDocInfo) {
        request.subject_info.identity_info = IdentityInfo::legal(IdentityDocument::Other(document));
    }
    let changes: &[(Change, &str)] = &[
        (|_| (), ""),
        (|r| r.contact_info.contact_type = ContactType::Legal, ""),
        (|r| r.addition_info = None, ""),
        (|r| licensed(r, "123456789012345"), ""),
        (|r| identified(r, other_document(&sealed)), ""),
        (|r| r.business_code = BusinessCode::parse(&"9".repeat(125)).unwrap(), "business_code"),
        (|r| r.contact_info.contact_email = Sealed::kept(SERIAL, ""), "contact_info.contact_email"),
        (|r| document(r).business_authorization_letter = None, "contact_info.business_authorization_letter"),
        (|r| document(r).contact_id_doc_copy_back = None, "contact_info.contact_id_doc_copy_back"),
        (
            |r| document(r).contact_id_doc_type = IdType::OverseaPassport,
            "contact_info.contact_id_doc_copy_back",
        ),
        (|r| licensed(r, "12345678901234X"), "subject_info.business_license_info.license_number"),
        (|r| licensed(r, "91420112303336329x"), "subject_info.business_license_info.license_number"),
        (|r| licensed(r, "914201123033363"), ""),
        (|r| licensed(r, "9142011230333632"), "subject_info.business_license_info.license_number"),
        (
            |r| identified(r, IdDocInfo { id_doc_type: IdType::IdCard, ..other_document(&sealed) }),
            "subject_info.identity_info.id_doc_type",
        ),
        (
            |r| r.subject_info.ubo_info_list[0].ubo_id_doc_type = IdType::TaiwanPassport,
            "subject_info.ubo_info_list[0].ubo_id_doc_copy_back",
        ),
        (
            |r| r.subject_info.finance_institution.as_mut().unwrap().finance_license_pics.clear(),
            "subject_info.finance_institution_info.finance_license_pics",
        ),
        (|r| r.business_info.merchant_shortname = "茶🍵".into(), "business_info.merchant_shortname"),
        (|r| r.business_info.sales_info = SalesInfo::default(), "business_info.sales_info.sales_scenes_type"),
        (
            |r| r.business_info.sales_info.store.as_mut().unwrap().indoor_pic.clear(),
            "business_info.sales_info.biz_store_info.indoor_pic",
        ),
        (|r| r.settlement_info.settlement_id.clear(), "settlement_info.settlement_id"),
        (
            |r| r.bank_account_info.bank_account_type = BankAccountType::Personal,
            "bank_account_info.bank_account_type",
        ),
        (
            |r| {
                licensed(r, "914201123033363296");
                r.bank_account_info.bank_account_type = BankAccountType::Personal;
            },
            "",
        ),
        (
            |r| r.bank_account_info.branch = Some(BankBranch::Name(String::new())),
            "bank_account_info.bank_name",
        ),
        (|r| r.addition_info = Some(AdditionInfo::default()), "addition_info"),
    ];
    for (position, (change, member)) in changes.iter().enumerate() {
        let mut changed = request(&sealed);
        change(&mut changed);
        assert_eq!(refused(&changed).await, *member, "change {position}");
    }
}

#[tokio::test]
async fn every_sealed_member_is_sealed_with_the_same_key() {
    // The choices the example leaves out.
    let other = |seal: Seal| {
        let mut other = request(seal);
        other.contact_info.identity = ContactIdentity::SealedOpenid(seal("openid"));
        let document = IdentityDocument::Other(other_document(seal));
        other.subject_info.identity_info = IdentityInfo::legal(document);
        other
    };
    for make in [&request as &dyn Fn(Seal) -> ApplymentRequest, &other] {
        for odd in sealed_names(make) {
            let member = refused(&make(&all_but(&odd))).await;
            // The first member gives the key, so it is the second that differs from it.
            assert!(odd == "contact_name" || member.ends_with(&format!(".{odd}")), "{odd}: {member}");
        }
    }
}

#[test]
fn debug_output_shows_no_person() {
    let mut request = request(&sealed);
    request.contact_info.identity = ContactIdentity::Openid(Openid::parse("oUpF8uMuAJO").unwrap());
    let shown = format!("{request:?}");
    assert!(!shown.contains("李四") && !shown.contains("oUpF8uMuAJO"), "{shown}");
}
