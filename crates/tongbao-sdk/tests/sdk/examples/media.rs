//! Examples of uploads and downloads.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{Method, Request, Response};
use tongbao_sdk::media::{Picture, PictureRule, Video};
use tongbao_sdk::{Body, BoxFuture, Call, CallError, CallErrorKind, CallFailure, Chunks, Client, Outbound};
use tongbao_wire::MediaId;
use tongbao_wire::onboarding::MediaUploaded;

use crate::fixtures::text;
use crate::scripted::{NOW, Scripted, client, merchant, refusal, signed, unsigned};

const NONCE: &str = "593BEC0C930BF1AFEB40B4A08C8FB242";
const META: &str = r#"{"filename":"licence.jpg","sha256":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}"#;

/// Makes one upload of a file `abc` against a platform that answers with the call's example, and checks all
/// that was sent.
async fn upload(
    call: Call,
    meta: &str,
    disposition: &str,
    content_type: &str,
    make: impl AsyncFnOnce(Client) -> Result<MediaUploaded, CallError>,
) {
    let answer = text("v3", &format!("{}.answer.json", call.name())).unwrap();
    let reply = answer.clone();
    let outbound = Scripted::new(move |_, _| signed(200, &reply));
    let uploaded = make(client(outbound.clone())).await.unwrap();
    let expected: serde_json::Value = serde_json::from_str(&answer).unwrap();
    assert_eq!(serde_json::to_value(&uploaded).unwrap(), expected);

    let seen = outbound.seen();
    let [request] = seen.as_slice() else { panic!("one request") };
    assert_eq!(request.method(), Method::POST);
    assert_eq!(request.uri().path_and_query().unwrap().as_str(), call.path());
    let header = |name: &str| request.headers()[name].to_str().unwrap();
    assert_eq!(header("Content-Type"), format!("multipart/form-data; boundary={NONCE}"));
    let body = format!(
        "--{NONCE}\r\nContent-Disposition: form-data; name=\"meta\"\r\nContent-Type: application/json\r\n\r\n{meta}\r\n--{NONCE}\r\nContent-Disposition: form-data; name=\"file\"; {disposition}\r\nContent-Type: {content_type}\r\n\r\nabc\r\n--{NONCE}--\r\n"
    );
    assert_eq!(std::str::from_utf8(request.body()).unwrap(), body);
    // Signed is the text of meta alone, as it was sent.
    let message = format!("POST\n{}\n{NOW}\n{NONCE}\n{meta}\n", call.path());
    let signature = STANDARD.encode(merchant().signer.sign(message.as_bytes()).unwrap());
    assert!(header("Authorization").contains(&format!("signature=\"{signature}\"")));
}

#[tokio::test]
async fn a_picture_is_uploaded_as_its_example() {
    let picture = Picture::new("licence.jpg", "abc");
    let disposition = "filename=\"licence.jpg\"";
    upload(Call::UploadImage, META, disposition, "image/jpeg", async |client| {
        client.media().upload_image(&picture).await
    })
    .await;
    upload(Call::UploadComplaintImage, META, disposition, "image/jpeg", async |client| {
        client.media().upload_complaint_image(&picture).await
    })
    .await;
}

#[tokio::test]
async fn a_video_is_uploaded_as_its_example() {
    let video = Video::new("意愿.mp4", "abc");
    let meta = META.replace("licence.jpg", "意愿.mp4");
    upload(Call::UploadVideo, &meta, "filename=\"意愿.mp4\"", "video/mp4", async |client| {
        client.media().upload_video(&video).await
    })
    .await;
}

#[tokio::test]
async fn what_only_one_page_allows_is_sent_only_when_asked_for() {
    let outbound = Scripted::new(|_, _| refusal(403, "NO_AUTH"));
    let client = client(outbound.clone());
    let mut picture = Picture::new("a.pdf", vec![0; 3 * 1024 * 1024]);
    let error = client.media().upload_image(&picture).await.unwrap_err();
    assert!(matches!(&error.kind, CallErrorKind::Unsendable(fault) if fault.member == "filename"));
    assert!(outbound.seen().is_empty());

    picture.rule = PictureRule::Wide;
    let error = client.media().upload_image(&picture).await.unwrap_err();
    assert!(matches!(error.kind, CallErrorKind::Refused { status: 403, .. }));
    // Of complaints every page says the same.
    let error = client.media().upload_complaint_image(&picture).await.unwrap_err();
    assert!(matches!(error.kind, CallErrorKind::Unsendable(_)));
}

#[test]
fn debug_output_shows_neither_the_name_nor_the_file() {
    let shown = format!("{:?} {:?}", Picture::new("张三.jpg", "abc"), Video::new("张三.mp4", "abc"));
    assert!(!shown.contains("张三") && !shown.contains("abc"), "{shown}");
}

#[tokio::test]
async fn a_complaints_picture_is_read_without_a_signature() {
    let outbound = Scripted::new(|_, _| unsigned(200, "picture"));
    let client = client(outbound.clone());
    let media_id = MediaId::parse("ChsyMDA=").unwrap();
    assert_eq!(client.media().complaint_image(&media_id).await.unwrap(), "picture");
    let mut body = client.media().open_complaint_image(&media_id).await.unwrap();
    assert_eq!(body.next().await.unwrap().unwrap(), "picture");
    let url = "https://elsewhere.example/v3/merchant-service/images/ChsyMDA%3D";
    assert_eq!(client.media().complaint_image_at(url).await.unwrap(), "picture");
    let address = "https://api.mch.weixin.qq.com/v3/merchant-service/images/ChsyMDA%3D";
    assert_eq!(outbound.addresses(), [address; 3]);
    assert_eq!(outbound.seen()[0].method(), Method::GET);

    let error = client.media().complaint_image_at("https://elsewhere.example/").await.unwrap_err();
    assert!(matches!(&error.kind, CallErrorKind::Unsendable(fault) if fault.member == "media_url"));
}

/// A platform whose pictures never end.
struct Endless;

impl Outbound for Endless {
    fn call(&self, _: Request<Bytes>) -> BoxFuture<'_, Result<Response<Bytes>, CallFailure>> {
        unreachable!("pictures are opened")
    }

    fn open(&self, _: Request<Bytes>) -> BoxFuture<'_, Result<Response<Body>, CallFailure>> {
        Box::pin(std::future::ready(Ok(Response::new(Body::coming(Endless)))))
    }
}

impl Chunks for Endless {
    fn next(&mut self) -> BoxFuture<'_, Result<Option<Bytes>, CallFailure>> {
        Box::pin(std::future::ready(Ok(Some(Bytes::from(vec![0; 1024 * 1024])))))
    }
}

#[tokio::test]
async fn a_picture_that_does_not_end_is_given_up() {
    let clock = tongbao_wire::seam::Clock::fixed(tongbao_wire::Timestamp::from_seconds(NOW));
    let chance = tongbao_wire::seam::Chance::new(|buffer| buffer.fill(7));
    let hosts = tongbao_sdk::Hosts::production();
    let keys = crate::scripted::stand_in_keys();
    let client = Client::new(merchant(), keys, hosts, std::sync::Arc::new(Endless), clock, chance);
    let error = client.media().complaint_image(&MediaId::parse("a").unwrap()).await.unwrap_err();
    assert!(matches!(error.kind, CallErrorKind::Unknown(_)));
}
