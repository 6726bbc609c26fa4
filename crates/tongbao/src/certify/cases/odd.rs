//! Bodies that are no notification, truly signed all the same.

use bytes::Bytes;
use tongbao_sim::ComposedContent;

use crate::certify::case::{Case, Demand, Gate, Judged, Time, failed, passed, text};
use crate::certify::scene::Scene;
use crate::config::Words;

pub(in crate::certify) const CASES: &[Case] = &[Case {
    id: "odd-bodies",
    title: text("空的、残缺的、一兆字节的请求体", "Empty, broken and megabyte bodies"),
    demand: Demand::Should,
    lines: &["4"],
    needs: &[],
    gate: Gate::Takes,
    fix: text(
        "读不懂的请求体应答 4xx；限制请求体大小；任何输入都不能让服务退出",
        "answer 4xx to what cannot be read, bound the size of bodies, and let no input end the server",
    ),
    time: Time::Now,
    run: |scene| Box::pin(odd_bodies(scene)),
}];

async fn odd_bodies(scene: &Scene<'_>) -> Judged<Words> {
    let deal = scene.order().await?;
    for (zh, en, body) in bodies() {
        let mut message = scene.message(&deal, &scene.claim(&deal));
        let is_large = body.len() > 100_000;
        message.content = ComposedContent::Raw(body);
        let letter = scene.composed(&message)?;
        match scene.post(&format!("请求体：{zh}"), &format!("the body: {en}"), letter).await {
            Ok(status @ 200..=299) => {
                return failed(
                    format!("{zh}的请求体得到 HTTP {status}"),
                    format!("a body that is {en} was answered HTTP {status}"),
                );
            }
            Ok(_) => {}
            // Whoever refuses before it was read may hang up on the rest.
            Err(_) if is_large => {}
            Err(reason) => {
                return failed(
                    format!("{zh}的请求体没有得到应答：{reason}"),
                    format!("a body that is {en} got no answer: {reason}"),
                );
            }
        }
    }
    scene.stays_unpaid(&deal).await?;
    scene.pay(&deal).await?;
    scene.until_paid(&deal).await?;
    passed("都被拒绝，之后照常收款", "all were refused, and payments go on")
}

fn bodies() -> [(&'static str, &'static str, Bytes); 8] {
    let resource = br#"{"id":"EV-1","create_time":"2026-03-01T10:00:00+08:00","event_type":"TRANSACTION.SUCCESS","resource_type":"encrypt-resource","resource":{"algorithm":"AEAD_AES_256_GCM","ciphertext":"%%%","nonce":"abc"}}"#;
    [
        ("空", "empty", Bytes::new()),
        ("半截 JSON ", "half a JSON text", Bytes::from_static(b"{\"id\":\"EV-1\",\"resource\":{")),
        ("数组", "an array", Bytes::from_static(b"[]")),
        (" null ", "null", Bytes::from_static(b"null")),
        ("空对象", "an empty object", Bytes::from_static(b"{}")),
        ("坏密文", "an event whose ciphertext is none", Bytes::from_static(resource)),
        ("非 UTF-8 ", "not UTF-8", Bytes::from_static(b"{\"id\":\"\xff\xfe\"}")),
        ("一兆字节", "a megabyte", Bytes::from(vec![b'a'; 1024 * 1024])),
    ]
}
