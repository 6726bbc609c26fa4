//! Examples of sharing.

use tongbao_sdk::profit_sharing::{
    AddReceiver, Relation, RemoveReceiver, ReturnedShare, ShareAccount, ShareReceiver, ShareRequest,
    ShareReturnRequest, UnfreezeRequest,
};
use tongbao_sdk::{Call, CallErrorKind, Client, Sealed};
use tongbao_wire::profit_sharing::{ShareFailReason, ShareReturnResult, ShareState};
use tongbao_wire::{Appid, Fen, Mchid, Openid, OutOrderNo, OutReturnNo, SharingOrderId, TransactionId};

use crate::fixtures::{exchange, text};
use crate::scripted::{Scripted, client, signed};

fn transaction_id() -> TransactionId {
    TransactionId::parse("4208450740201411110007820472").unwrap()
}

fn sub_mchid() -> Mchid {
    Mchid::parse("1900000109").unwrap()
}

fn appid(text: &str) -> Appid {
    Appid::parse(text).unwrap()
}

fn number(text: &str) -> OutOrderNo {
    OutOrderNo::parse(text).unwrap()
}

fn merchant() -> ShareAccount {
    ShareAccount::Merchant(Mchid::parse("86693852").unwrap())
}

fn person() -> ShareAccount {
    ShareAccount::Person(Openid::parse("oUpF8uMuAJO_M2pxb1Q9zNjWeS6o").unwrap())
}

fn share() -> ShareRequest {
    let mut staff = ShareReceiver::new(person(), Fen::new(100), "分给店员");
    staff.name = Some(Sealed::kept("7132D72A", "c2VhbGVkLW5hbWU="));
    let friend = ShareAccount::PersonOfSubMerchant(Openid::parse("oExample02").unwrap());
    let receivers = vec![
        ShareReceiver::new(merchant(), Fen::new(888), "分给门店"),
        staff,
        ShareReceiver::new(friend, Fen::new(50), "分给推荐人"),
    ];
    let mut share = ShareRequest::new(transaction_id(), number("P20150806125346"), receivers);
    share.sub_mchid = Some(sub_mchid());
    share.appid = Some(appid("wx8888888888888888"));
    share.sub_appid = Some(appid("wx8888888888888889"));
    share.unfreeze_unsplit = true;
    share
}

fn take_back() -> ShareReturnRequest {
    let id = SharingOrderId::parse("3008450740201411110007820472").unwrap();
    let out_return_no = OutReturnNo::parse("R20190516001").unwrap();
    let back = Mchid::parse("86693852").unwrap();
    let share = ReturnedShare::OrderId(id);
    let mut request = ShareReturnRequest::new(share, out_return_no, back, Fen::new(10), "用户退款");
    request.sub_mchid = Some(sub_mchid());
    request
}

#[tokio::test]
async fn a_share_sends_and_reads_its_example() {
    let make = async |client: Client| client.profit_sharing().share(&share()).await;
    let answer = exchange(Call::ShareProfit, "/v3/profitsharing/orders", make).await;
    assert_eq!(answer.pending().count(), 3);
    assert!(!answer.all_succeeded());
}

#[tokio::test]
async fn a_finished_share_names_who_got_nothing_and_why() {
    let address = "/v3/profitsharing/orders/P20150806125346?transaction_id=4208450740201411110007820472";
    let find = number("P20150806125346");
    let make = async |client: Client| client.profit_sharing().query(&transaction_id(), &find).await;
    let answer = exchange(Call::QueryShare, address, make).await;
    assert_eq!(answer.state, ShareState::Finished);
    assert!(!answer.all_succeeded());
    let reasons: Vec<_> = answer.failed().filter_map(|part| part.fail_reason.clone()).collect();
    assert_eq!(reasons, [ShareFailReason::ReceiverRealNameNotVerified, ShareFailReason::NoRelation]);

    let address = format!("{address}&sub_mchid=1900000109");
    let make = async |client: Client| {
        client.profit_sharing().query_sub_merchant(&sub_mchid(), &transaction_id(), &find).await
    };
    exchange(Call::QueryShare, &address, make).await;
}

#[tokio::test]
async fn unfreezing_sends_and_reads_its_example() {
    let mut request = UnfreezeRequest::new(transaction_id(), number("P20150806125347"), "解冻全部剩余资金");
    request.sub_mchid = Some(sub_mchid());
    let make = async |client: Client| client.profit_sharing().unfreeze(&request).await;
    let answer = exchange(Call::UnfreezeShare, "/v3/profitsharing/orders/unfreeze", make).await;
    assert!(answer.all_succeeded());
}

#[tokio::test]
async fn a_return_sends_and_reads_its_example() {
    let make = async |client: Client| client.profit_sharing().take_back(&take_back()).await;
    exchange(Call::ReturnShare, "/v3/profitsharing/return-orders", make).await;

    let (out_order_no, out_return_no) = (number("P|1"), OutReturnNo::parse("R20190516001").unwrap());
    let address = "/v3/profitsharing/return-orders/R20190516001?out_order_no=P%7C1";
    let make =
        async |client: Client| client.profit_sharing().query_return(&out_order_no, &out_return_no).await;
    let answer = exchange(Call::QueryShareReturn, address, make).await;
    assert_eq!(answer.result, ShareReturnResult::Failed);

    let address = format!("{address}&sub_mchid=1900000109");
    let make = async |client: Client| {
        let sharing = client.profit_sharing();
        sharing.query_sub_merchant_return(&sub_mchid(), &out_order_no, &out_return_no).await
    };
    exchange(Call::QueryShareReturn, &address, make).await;
}

#[tokio::test]
async fn what_may_still_be_shared_is_read() {
    let address = "/v3/profitsharing/transactions/4208450740201411110007820472/amounts";
    let make = async |client: Client| client.profit_sharing().unsplit_amount(&transaction_id()).await;
    let left = exchange(Call::UnsplitAmount, address, make).await;
    assert_eq!(left.unsplit_amount, Fen::new(1000));

    let address = "/v3/profitsharing/merchant-configs/1900000109";
    let make = async |client: Client| client.profit_sharing().max_ratio(&sub_mchid()).await;
    let most = exchange(Call::MaxShareRatio, address, make).await;
    assert_eq!(most.max_ratio.of(Fen::new(1000)), Some(Fen::new(200)));
}

#[tokio::test]
async fn receivers_are_added_and_removed_as_in_their_examples() {
    let relation = Relation::Custom("代理商".into());
    let mut added = AddReceiver::new(appid("wx8888888888888888"), merchant(), relation);
    added.sub_mchid = Some(sub_mchid());
    added.sub_appid = Some(appid("wx8888888888888889"));
    added.name = Some(Sealed::kept("7132D72A", "c2VhbGVkLW5hbWU="));
    let make = async |client: Client| client.profit_sharing().add_receiver(&added).await;
    exchange(Call::AddShareReceiver, "/v3/profitsharing/receivers/add", make).await;

    let mut removed = RemoveReceiver::new(appid("wx8888888888888888"), person());
    removed.sub_mchid = Some(sub_mchid());
    let make = async |client: Client| client.profit_sharing().remove_receiver(&removed).await;
    exchange(Call::RemoveShareReceiver, "/v3/profitsharing/receivers/delete", make).await;
}

#[tokio::test]
async fn the_key_that_sealed_the_names_is_announced() {
    let answer = text("v3", "share_profit.answer.json").unwrap();
    let outbound = Scripted::new(move |_, _| signed(200, &answer));
    client(outbound.clone()).profit_sharing().share(&share()).await.unwrap();
    assert_eq!(outbound.seen()[0].headers()["Wechatpay-Serial"], "7132D72A");
}

#[tokio::test]
async fn a_share_that_would_be_refused_is_not_sent() {
    let outbound = Scripted::new(|_, _| signed(500, ""));
    let mut share = share();
    share.receivers.clear();
    let error = client(outbound.clone()).profit_sharing().share(&share).await.unwrap_err();
    assert!(matches!(error.kind, CallErrorKind::Unsendable(_)), "{error}");
    assert!(outbound.seen().is_empty());
}
