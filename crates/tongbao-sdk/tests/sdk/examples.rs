//! Each call sends its example, and reads its example.

mod bills;
mod combine;
mod complaints;
mod media;
mod notices;
mod onboarding;
mod partner;
mod payments;
mod refunds;
mod sharing;
mod transfers;

use tongbao_sdk::{Call, EchoRequest};
use tongbao_wire::OutRefundNo;

use crate::fixtures::exchange;

#[tokio::test]
async fn a_refund_query_reads_its_example() {
    let number = OutRefundNo::parse("123123123123").unwrap();
    let address = "/v3/refund/domestic/refunds/123123123123";
    exchange(Call::QueryRefund, address, async |client| client.query_refund(&number).await).await;
}

#[tokio::test]
async fn the_self_test_sends_and_reads_its_example() {
    let mut request = EchoRequest::new("hello");
    request.notify_url = Some("https://pay.example.com/notify".into());
    exchange(Call::SecurityEcho, "/v3/security/echo", async |client| client.security_echo(&request).await)
        .await;
}
