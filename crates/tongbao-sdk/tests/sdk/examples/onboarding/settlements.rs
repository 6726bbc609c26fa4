//! The account a merchant is paid to.

use tongbao_sdk::onboarding::{
    AccountNumberRule, AccountType, BankBranch, ModifyMode, SettlementChangeRequest,
};
use tongbao_sdk::{Call, CallErrorKind, Sealed};
use tongbao_wire::onboarding::{AccountVerification, ApplicationNo, SettlementChangeState};

use super::{SERIAL, sealed, sub_mchid};
use crate::fixtures::exchange;
use crate::scripted::{Scripted, client, lost, signed};

fn request() -> SettlementChangeRequest {
    let number = sealed("account_number");
    let mut request = SettlementChangeRequest::new(AccountType::Business, "工商银行", "330100", number);
    request.modify_mode = Some(ModifyMode::Async);
    request.branch = Some(BankBranch::Name("中国工商银行股份有限公司杭州西湖支行".into()));
    request.account_name = Some(sealed("account_name"));
    request
}

#[tokio::test]
async fn a_change_of_the_account_sends_and_reads_its_example() {
    let address = "/v3/apply4sub/sub_merchants/1900006491/modify-settlement";
    let request = request();
    let accepted = exchange(Call::ModifySettlement, address, async |client| {
        client.onboarding().modify_settlement(&sub_mchid(), &request).await
    })
    .await;
    assert_eq!(accepted.application_no.unwrap().as_str(), "102329389001");
}

#[tokio::test]
async fn a_change_that_is_answered_with_nothing_has_no_number() {
    let outbound = Scripted::new(|_, _| signed(204, ""));
    let client = client(outbound.clone());
    let accepted = client.onboarding().modify_settlement(&sub_mchid(), &request()).await.unwrap();
    assert_eq!(accepted.application_no, None);
    assert_eq!(outbound.seen()[0].headers()["Wechatpay-Serial"], SERIAL);
}

#[tokio::test]
async fn a_change_is_not_repeated_for_each_counts() {
    let outbound = Scripted::new(|_, _| lost());
    let client = client(outbound.clone());
    let error = client.onboarding().modify_settlement(&sub_mchid(), &request()).await.unwrap_err();
    assert!(error.outcome_unknown());
    assert_eq!(outbound.seen().len(), 1);
}

#[tokio::test]
async fn a_change_that_would_be_refused_is_not_sent() {
    type Change = fn(&mut SettlementChangeRequest);
    let changes: [(Change, &str); 4] = [
        (|r| r.account_bank.clear(), "account_bank"),
        (|r| r.account_number = Sealed::kept(SERIAL, ""), "account_number"),
        (|r| r.branch = Some(BankBranch::Id(String::new())), "bank_branch_id"),
        (|r| r.account_name = Some(Sealed::kept("ANOTHER", "eA==")), "account_name"),
    ];
    for (change, member) in changes {
        let mut changed = request();
        change(&mut changed);
        let outbound = Scripted::new(|_, _| panic!("nothing is sent"));
        let error = client(outbound).onboarding().modify_settlement(&sub_mchid(), &changed).await;
        let CallErrorKind::Unsendable(fault) = error.unwrap_err().kind else { panic!("{member}") };
        assert_eq!(fault.member, member);
    }
}

#[tokio::test]
async fn the_account_and_its_changes_read_their_examples() {
    let address = "/v3/apply4sub/sub_merchants/1900006491/settlement";
    let account = exchange(Call::QuerySettlement, address, async |client| {
        client.onboarding().settlement(&sub_mchid()).await
    })
    .await;
    assert_eq!(account.verify_result, Some(AccountVerification::Fail));

    let number = ApplicationNo::parse("102329389001").unwrap();
    let address = "/v3/apply4sub/sub_merchants/1900006491/application/102329389001";
    let change = exchange(Call::QuerySettlementChange, address, async |client| {
        client.onboarding().settlement_change(&sub_mchid(), &number, None).await
    })
    .await;
    assert_eq!(change.verify_result, SettlementChangeState::Fail);
    let address = format!("{address}?account_number_rule=ACCOUNT_NUMBER_RULE_MASK_V2");
    exchange(Call::QuerySettlementChange, &address, async |client| {
        let rule = Some(AccountNumberRule::MaskV2);
        client.onboarding().settlement_change(&sub_mchid(), &number, rule).await
    })
    .await;
}
