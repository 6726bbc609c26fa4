//! Banks and districts.

use tongbao_sdk::onboarding::Page;
use tongbao_sdk::{Call, CallErrorKind, Sealed};

use super::SERIAL;
use crate::fixtures::exchange;
use crate::scripted::{Scripted, client, signed};

#[tokio::test]
async fn banks_are_listed_page_by_page() {
    let page = Page { offset: 5, limit: 5 };
    let address = "/v3/capital/capitallhh/banks/corporate-banking?offset=5&limit=5";
    let banks =
        exchange(Call::ListCorporateBanks, address, async |client| client.banks().corporate(page).await)
            .await;
    assert!(banks.data[0].need_bank_branch);
    assert_eq!(page.next(banks.total_count), Some(Page { offset: 10, limit: 5 }));

    let address = "/v3/capital/capitallhh/banks/personal-banking?offset=5&limit=5";
    exchange(Call::ListPersonalBanks, address, async |client| client.banks().personal(page).await).await;
}

#[tokio::test]
async fn branches_provinces_and_cities_read_their_examples() {
    let address = "/v3/capital/capitallhh/banks/1000006247/branches?city_code=536&offset=0&limit=200";
    exchange(Call::ListBankBranches, address, async |client| {
        client.banks().branches("1000006247", 536, Page::FIRST).await
    })
    .await;
    let address = "/v3/capital/capitallhh/areas/provinces";
    exchange(Call::ListProvinces, address, async |client| client.banks().provinces().await).await;
    let address = "/v3/capital/capitallhh/areas/provinces/22/cities";
    exchange(Call::ListCities, address, async |client| client.banks().cities(22).await).await;
}

#[tokio::test]
async fn an_account_number_goes_sealed_and_encoded_into_the_address() {
    let number = Sealed::kept(SERIAL, "d+xT/MQ=");
    let address = "/v3/capital/capitallhh/banks/search-banks-by-bank-account?account_number=d%2BxT%2FMQ%3D";
    exchange(Call::SearchBanksByAccount, address, async |client| client.banks().of_account(&number).await)
        .await;

    let outbound = Scripted::new(|_, _| signed(200, r#"{"total_count":0}"#));
    let found = client(outbound.clone()).banks().of_account(&number).await.unwrap();
    assert!(found.data.is_empty());
    assert_eq!(outbound.seen()[0].headers()["Wechatpay-Serial"], SERIAL);
}

#[tokio::test]
async fn what_cannot_be_listed_is_not_asked_for() {
    let client = client(Scripted::new(|_, _| panic!("nothing is sent")));
    let long = Page { offset: 0, limit: 201 };
    let errors = [
        (client.banks().corporate(long).await.map(|_| ()), "limit"),
        (client.banks().personal(long).await.map(|_| ()), "limit"),
        (client.banks().branches("1", 1, long).await.map(|_| ()), "limit"),
        (client.banks().branches("", 1, Page::FIRST).await.map(|_| ()), "bank_alias_code"),
        (client.banks().of_account(&Sealed::kept(SERIAL, "")).await.map(|_| ()), "account_number"),
    ];
    for (result, member) in errors {
        let CallErrorKind::Unsendable(fault) = result.unwrap_err().kind else { panic!("{member}") };
        assert_eq!(fault.member, member);
    }
}
