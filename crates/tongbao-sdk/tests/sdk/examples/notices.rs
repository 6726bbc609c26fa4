//! Examples of notifications.

use serde::Serialize;
use serde_json::Value;
use tongbao_sdk::Content;
use tongbao_wire::TransferState;
use tongbao_wire::complaint::ComplaintAction;
use tongbao_wire::transfer::TransferAuthorizationState;

use crate::fixtures::text;
use crate::scripted::{NOW, Scripted, client, encrypted, stand_in_headers, unsigned};

/// Receives the example KIND, signed and encrypted as the platform does it, and gives what `chosen` finds in it,
/// which must write the example again to the last member.
fn read<T: Serialize>(
    event_type: &str,
    original_type: &str,
    kind: &str,
    chosen: fn(Content) -> Option<T>,
) -> T {
    let plaintext = text("notification", &format!("{kind}.json")).expect("there is such an example");
    let ciphertext = encrypted(b"Kj7QIyUiYx1q", original_type, plaintext.as_bytes());
    let body = serde_json::json!({
        "id": "EV-2018022511223320873", "create_time": "2026-03-01T10:00:00+08:00",
        "event_type": event_type, "resource_type": "encrypt-resource", "summary": "摘要",
        "resource": {
            "algorithm": "AEAD_AES_256_GCM", "ciphertext": ciphertext, "nonce": "Kj7QIyUiYx1q",
            "associated_data": original_type, "original_type": original_type,
        },
    })
    .to_string();
    let client = client(Scripted::new(|_, _| unsigned(500, "")));
    let headers = stand_in_headers(NOW, body.as_bytes());
    let opened = client.open_notification(&headers, body.as_bytes()).unwrap().into_inner();
    let notice = chosen(opened.content).expect("the kind the example is of");
    let expected: Value = serde_json::from_str(&plaintext).unwrap();
    assert_eq!(serde_json::to_value(&notice).unwrap(), expected, "{kind}");
    notice
}

#[test]
fn a_notification_of_a_share_reads_its_example_under_every_name_it_comes_with() {
    for (event_type, original_type) in [
        ("PROFITSHARING.SUCCESS", "profitsharing"),
        ("PROFITSHARING.RETURN", "profitsharing"),
        ("TRANSACTION.SUCCESS", "profitsharing"),
        ("TRANSACTION.SUCCESS", "transaction"),
    ] {
        read(event_type, original_type, "profit_sharing", |content| match content {
            Content::ProfitSharing(notice) => Some(notice),
            _ => None,
        });
    }
}

#[test]
fn a_notification_of_a_transfer_reads_its_example() {
    let notice = read("MCHTRANSFER.BILL.FINISHED", "mch_payment", "transfer", |content| match content {
        Content::Transfer(notice) => Some(notice),
        _ => None,
    });
    assert_eq!(notice.state, TransferState::Fail);
    assert!(notice.state.allows_new_number());
}

#[test]
fn a_notification_of_an_authorisation_reads_its_example() {
    let (event_type, kind) = ("MCHTRANSFER.AUTHORIZATION.CLOSED", "transfer_authorization");
    let notice = read(event_type, "mch_payment", kind, |content| match content {
        Content::TransferAuthorization(notice) => Some(notice),
        _ => None,
    });
    assert_eq!(notice.state, TransferAuthorizationState::Closed);
}

#[test]
fn a_notification_of_a_complaint_reads_its_example() {
    for event_type in ["COMPLAINT.CREATE", "COMPLAINT.STATE_CHANGE"] {
        let notice = read(event_type, "complaint", "complaint", |content| match content {
            Content::Complaint(notice) => Some(notice),
            _ => None,
        });
        assert_eq!(notice.action_type, ComplaintAction::CreateComplaint);
    }
}

#[test]
fn payments_of_every_kind_read_their_examples() {
    let event = "TRANSACTION.SUCCESS";
    read(event, "transaction", "payment", |content| match content {
        Content::Payment(payment) => Some(payment),
        _ => None,
    });
    read(event, "transaction", "partner_payment", |content| match content {
        Content::PartnerPayment(payment) => Some(payment),
        _ => None,
    });
    read(event, "transaction", "combined_payment", |content| match content {
        Content::CombinedPayment(payment) => Some(payment),
        _ => None,
    });
}
