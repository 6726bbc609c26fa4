//! Examples of complaints.

use tongbao_sdk::complaint::{
    ComplaintQuery, ComplaintReply, InstantReply, Page, RefundAnswer, RefundDecision, ReplyLink,
    ReplyMiniProgram,
};
use tongbao_sdk::{Call, CallErrorKind, Client};
use tongbao_wire::complaint::{
    ButtonGroup, ButtonLayout, Clickable, ComplaintOperation, ComplaintProblem, Faq, FaqList, ImageStyle,
    InvalidInfo, MessageAction, MessageBlock, MessageImage, MessageInfo, MessageMiniProgram, MessageText,
    SenderIdentity, TextColor,
};
use tongbao_wire::{Appid, ComplaintId, Mchid, MediaId, Timestamp};

use crate::fixtures::{exchange, text};
use crate::scripted::{Scripted, client, lost, signed};

const COMPLAINTS: &str = "/v3/merchant-service/complaints-v2";
const URL: &str = "https://pay.example.com/notify/complaint";
const URL_ADDRESS: &str = "/v3/merchant-service/complaint-notifications";

fn complaint_id() -> ComplaintId {
    ComplaintId::parse("200201820200101080076610000").unwrap()
}

fn mchid() -> Mchid {
    Mchid::parse("1900012181").unwrap()
}

fn appid() -> Appid {
    Appid::parse("wx8888888888888888").unwrap()
}

fn media(text: &str) -> MediaId {
    MediaId::parse(text).unwrap()
}

fn instant(text: &str) -> Timestamp {
    Timestamp::parse_rfc3339(text).unwrap()
}

fn about(rest: &str) -> String {
    format!("{COMPLAINTS}/200201820200101080076610000{rest}")
}

/// The days of the example, the last one after midnight in Beijing only.
fn query() -> ComplaintQuery {
    let days = (instant("2026-03-01T00:00:00+08:00"), instant("2026-03-06T20:00:00Z"));
    let mut query = ComplaintQuery::new(days.0, days.1);
    query.page = Page { limit: 2, offset: 10 };
    query.complainted_mchid = Some(mchid());
    query
}

fn say(content: &str) -> MessageAction {
    let message_info = MessageInfo { content: content.into(), custom_data: Some("k=v".into()) };
    MessageAction::SendMessage { message_info, action_id: Some("a1".into()) }
}

fn clickable(text: &str, action: MessageAction) -> Clickable {
    Clickable { text: text.into(), action, invalid_info: None }
}

/// One block of each kind.
fn blocks() -> Vec<MessageBlock> {
    let until = || InvalidInfo {
        expired_time: Some(instant("2026-03-05T00:00:00+08:00")),
        multi_clickable: Some(false),
    };
    let jump_url = "https://pay.example.com/orders?no=1".into();
    let mut link = clickable("查看订单", MessageAction::JumpUrl { jump_url, action_id: Some("a2".into()) });
    link.invalid_info = Some(until());
    let (path, name) = (Some("pages/aftersale".into()), Some("售后".into()));
    let mini_program_jump_info = MessageMiniProgram { appid: appid(), path, text: name };
    let open = MessageAction::JumpMiniProgram { mini_program_jump_info, action_id: None };
    let faq = Faq {
        faq_id: Some("f1".into()), faq_title: "多久到账？".into(), action: say("多久到账？")
    };
    vec![
        MessageBlock::Text {
            text: MessageText {
                text: "您好，请选择：".into(),
                color: Some(TextColor::Default),
                is_bold: Some(true),
            },
        },
        MessageBlock::Image {
            image: MessageImage {
                media_id: media("file23578_21798531.jpg"),
                image_style_type: Some(ImageStyle::Narrow),
            },
        },
        MessageBlock::Link { link },
        MessageBlock::FaqList { faq_list: FaqList { faqs: vec![faq] } },
        MessageBlock::Button { button: clickable("打开售后", open) },
        MessageBlock::ButtonGroup {
            button_group: ButtonGroup {
                buttons: vec![clickable("已解决", say("已解决")), clickable("未解决", say("未解决"))],
                button_layout: Some(ButtonLayout::Horizontal),
                invalid_info: Some(until()),
            },
        },
    ]
}

#[tokio::test]
async fn a_list_asks_for_days_in_beijing_and_tells_where_the_next_page_begins() {
    let address = format!(
        "{COMPLAINTS}?begin_date=2026-03-01&end_date=2026-03-07&limit=2&offset=10&complainted_mchid=1900012181"
    );
    let make = async |client: Client| client.complaints().list(&query()).await;
    let page = exchange(Call::ListComplaints, &address, make).await;
    assert_eq!(page.next_offset(), Some(12));
}

#[tokio::test]
async fn a_complaint_reads_its_example_and_keeps_people_out_of_logs() {
    let make = async |client: Client| client.complaints().read(&complaint_id()).await;
    let complaint = exchange(Call::ReadComplaint, &about(""), make).await;
    assert_eq!(complaint.problem_type, Some(ComplaintProblem::Refund));
    let logged = format!("{complaint:?} {:?}", complaint.additional_info);
    for private in ["扣了两次款", "oUpF8u", "某市某路", "113.93"] {
        assert!(!logged.contains(private), "{logged}");
    }
    assert!(logged.contains("200201820200101080076610000"));
}

#[tokio::test]
async fn a_history_reads_its_example() {
    let address = about("/negotiation-historys?limit=50&offset=0");
    let make = async |client: Client| client.complaints().history(&complaint_id(), Page::first(50)).await;
    let page = exchange(Call::ComplaintHistory, &address, make).await;
    assert_eq!(page.next_offset(), None);
    assert_eq!(page.data[2].normal_message.as_ref().unwrap().blocks, blocks());
    assert_eq!(page.data[3].operate_type, ComplaintOperation::UserClickResponse);
    assert!(!format!("{page:?}").contains("扣了两次款"));
}

#[tokio::test]
async fn a_reply_sends_its_example() {
    let mut reply = ComplaintReply::new(mchid(), "已与用户沟通解决");
    reply.response_images = vec![media("file23578_21798531.jpg"), media("file23578_21798532.jpg")];
    let url = "https://pay.example.com/orders?no=1".into();
    reply.link = Some(ReplyLink { url, text: "查看订单详情".into() });
    let (path, text) = ("pages/aftersale".into(), "售后".into());
    reply.mini_program_jump_info = Some(ReplyMiniProgram { appid: appid(), path, text });
    let make = async |client: Client| client.complaints().reply(&complaint_id(), &reply).await;
    exchange(Call::ReplyToComplaint, &about("/response"), make).await;
}

#[tokio::test]
async fn a_complaint_is_reported_as_dealt_with() {
    let make = async |client: Client| client.complaints().complete(&complaint_id(), &mchid()).await;
    exchange(Call::CompleteComplaint, &about("/complete"), make).await;
}

#[tokio::test]
async fn a_refund_is_refused_as_in_its_example() {
    let mut answer = RefundAnswer::new(RefundDecision::Reject {
        reject_reason: "商品已使用".into(),
        reject_media_list: vec![media("file23578_21798531.jpg")],
    });
    answer.remark = Some("已与用户沟通".into());
    let make = async |client: Client| client.complaints().answer_refund(&complaint_id(), &answer).await;
    exchange(Call::AnswerComplaintRefund, &about("/update-refund-progress"), make).await;
}

#[tokio::test]
async fn an_instant_reply_sends_every_kind_of_block() {
    let mut reply = InstantReply::new(mchid(), "550e8400-e29b-41d4-a716-446655440000", blocks());
    reply.message.sender_identity = Some(SenderIdentity::Machine);
    reply.message.custom_data = Some("ticket=1".into());
    let make = async |client: Client| client.complaints().reply_instantly(&complaint_id(), &reply).await;
    exchange(Call::ReplyInstantly, &about("/response-immediate-service"), make).await;
}

#[tokio::test]
async fn the_address_for_notifications_is_set_read_changed_and_deleted() {
    let make = async |client: Client| client.complaints().create_notification_url(URL).await;
    exchange(Call::CreateComplaintUrl, URL_ADDRESS, make).await;
    let make = async |client: Client| client.complaints().notification_url().await;
    exchange(Call::ReadComplaintUrl, URL_ADDRESS, make).await;
    let make = async |client: Client| client.complaints().change_notification_url(URL).await;
    exchange(Call::ChangeComplaintUrl, URL_ADDRESS, make).await;
    let make = async |client: Client| client.complaints().delete_notification_url().await;
    exchange(Call::DeleteComplaintUrl, URL_ADDRESS, make).await;
}

#[tokio::test]
async fn a_reply_is_not_said_twice_but_an_instant_one_may_be_sent_again() {
    let outbound = Scripted::new(|_, _| lost());
    let reply = ComplaintReply::new(mchid(), "已与用户沟通解决");
    let error = client(outbound.clone()).complaints().reply(&complaint_id(), &reply).await.unwrap_err();
    assert!(error.outcome_unknown());
    assert_eq!(outbound.seen().len(), 1);

    let answer = text("v3", "reply_instantly.answer.json").unwrap();
    let outbound =
        Scripted::new(move |position, _| if position == 0 { lost() } else { signed(200, &answer) });
    let reply = InstantReply::new(mchid(), "550e8400", blocks());
    client(outbound.clone()).complaints().reply_instantly(&complaint_id(), &reply).await.unwrap();
    let seen = outbound.seen();
    assert_eq!(seen.len(), 2);
    assert_eq!(seen[0].body(), seen[1].body());
}

#[tokio::test]
async fn what_would_be_refused_is_not_sent() {
    let outbound = Scripted::new(|_, _| signed(500, ""));
    let client = client(outbound.clone());
    let complaints = client.complaints();
    let history = complaints.history(&complaint_id(), Page::first(301)).await.unwrap_err();
    let url = complaints.create_notification_url("/notify").await.unwrap_err();
    for (error, member) in [(history, "limit"), (url, "url")] {
        let CallErrorKind::Unsendable(fault) = &error.kind else { panic!("{error}") };
        assert_eq!(fault.member, member);
    }
    assert!(outbound.seen().is_empty());
}
