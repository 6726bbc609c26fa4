//! Tokens that are refused where they are used, and the ticket of the JS-SDK.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use serde_json::json;
use tongbao_sdk::weixin::js_sdk::CHOOSE_WX_PAY;
use tongbao_sdk::{Call, Reaction, WeixinError};

use super::exchange::exchange;
use super::{client, client_at};
use crate::scripted::{NOW, Scripted, lost, unsigned};

fn token(name: usize) -> String {
    format!(r#"{{"access_token":"T{name}","expires_in":7200}}"#)
}

#[tokio::test]
async fn a_token_is_fetched_as_its_example_says() {
    exchange(Call::StableToken, "/cgi-bin/stable_token", async |client| {
        let token = client.stable_token().await?;
        Ok(json!({ "access_token": token.as_str(), "expires_in": 7200 }))
    })
    .await;
}

#[tokio::test]
async fn a_refused_token_is_replaced_once_and_the_call_made_once_more() {
    for errcode in [40001, 40014, 42001] {
        let outbound = Scripted::new(move |position, request| {
            let query = request.uri().query().unwrap_or_default();
            match request.uri().path() {
                "/cgi-bin/stable_token" => unsigned(200, &token(position)),
                _ if query.contains("access_token=T0") => {
                    unsigned(200, &format!(r#"{{"errcode":{errcode},"errmsg":"token"}}"#))
                }
                _ => unsigned(200, r#"{"errcode":0,"errmsg":"ok","is_trade_managed":false}"#),
            }
        });
        let client = client(outbound.clone());
        assert!(!client.shipping().is_trade_managed().await.unwrap());
        let paths: Vec<_> = outbound.seen().iter().map(|request| request.uri().path().to_owned()).collect();
        let managed = Call::IsTradeManaged.path();
        assert_eq!(paths, ["/cgi-bin/stable_token", managed, "/cgi-bin/stable_token", managed]);
        assert_eq!(client.stable_token().await.unwrap().as_str(), "T2");
    }
}

#[tokio::test]
async fn a_token_refused_again_is_the_callers() {
    let outbound = Scripted::new(|position, request| match request.uri().path() {
        "/cgi-bin/stable_token" => unsigned(200, &token(position)),
        _ => unsigned(200, r#"{"errcode":40001,"errmsg":"invalid credential"}"#),
    });
    let error = client(outbound.clone()).shipping().is_trade_managed().await.unwrap_err();
    assert_eq!(error.reaction(), Reaction::RefreshToken);
    assert_eq!(outbound.seen().len(), 4);
}

#[tokio::test]
async fn a_token_that_wechat_lends_out_again_is_not_tried_again() {
    let outbound = Scripted::new(|_, request| match request.uri().path() {
        "/cgi-bin/stable_token" => unsigned(200, &token(0)),
        _ => unsigned(200, r#"{"errcode":42001,"errmsg":"expired"}"#),
    });
    let error = client(outbound.clone()).shipping().is_trade_managed().await.unwrap_err();
    assert_eq!(error.code(), "weixin_token_expired");
    assert_eq!(outbound.seen().len(), 3);
}

#[tokio::test]
async fn a_token_that_wechat_lends_out_again_is_left_alone_for_half_a_minute() {
    let outbound = Scripted::new(|_, request| match request.uri().path() {
        "/cgi-bin/stable_token" => unsigned(200, &token(0)),
        _ => unsigned(200, r#"{"errcode":42001,"errmsg":"expired"}"#),
    });
    let seconds = Arc::new(AtomicI64::new(NOW));
    let client = client_at(outbound.clone(), seconds.clone());
    for (after, asked) in [(0, 3), (0, 4), (29, 5), (30, 7), (31, 8)] {
        seconds.store(NOW + after, Ordering::Relaxed);
        client.shipping().is_trade_managed().await.unwrap_err();
        assert_eq!(outbound.seen().len(), asked, "after {after} s");
    }
}

#[tokio::test]
async fn callers_who_wait_for_a_token_that_cannot_be_fetched_fail_together() {
    let outbound = Scripted::new(|position, _| match position {
        0 => lost(),
        1 => unsigned(200, r#"{"errcode":40164,"errmsg":"invalid ip 1.2.3.4"}"#),
        _ => unsigned(200, &token(0)),
    });
    let client = client(outbound.clone());
    let all = tokio::join!(client.stable_token(), client.stable_token(), client.stable_token());
    let codes = [all.0, all.1, all.2].map(|token| token.unwrap_err().code());
    assert_eq!(codes, ["weixin_outcome_unknown", "weixin_not_sent", "weixin_not_sent"]);
    assert_eq!(outbound.seen().len(), 1);

    let both = tokio::join!(client.stable_token(), client.stable_token());
    let codes = [both.0, both.1].map(|token| token.unwrap_err().code());
    assert_eq!(codes, ["weixin_ip_not_allowed"; 2]);
    assert_eq!(outbound.seen().len(), 2);
    assert!(client.stable_token().await.is_ok(), "who comes later asks again");
}

#[tokio::test]
async fn who_gives_up_waiting_does_not_keep_the_others_from_a_token() {
    let outbound = Scripted::new(|position, _| unsigned(200, &token(position)));
    let client = client(outbound.clone());
    tokio::select! {
        biased;
        _ = client.stable_token() => panic!("answered at once"),
        () = std::future::ready(()) => {}
    }
    assert_eq!(client.stable_token().await.unwrap().as_str(), "T1");
}

#[tokio::test]
async fn callers_refused_together_replace_the_token_once() {
    let outbound = Scripted::new(move |position, request| {
        let query = request.uri().query().unwrap_or_default();
        match request.uri().path() {
            "/cgi-bin/stable_token" => unsigned(200, &token(position)),
            _ if query.contains("access_token=T0") => unsigned(200, r#"{"errcode":42001}"#),
            _ => unsigned(200, r#"{"errcode":0,"completed":true}"#),
        }
    });
    let client = client(outbound.clone());
    client.stable_token().await.unwrap();
    let (a, b) = (client.shipping(), client.shipping());
    let both = tokio::join!(a.is_trade_management_confirmed(), b.is_trade_management_confirmed());
    assert!(both.0.unwrap() && both.1.unwrap());
    let fetched = outbound.seen().iter().filter(|request| request.uri().path().contains("token")).count();
    assert_eq!(fetched, 2);
}

#[tokio::test]
async fn other_refusals_are_not_asked_again() {
    let outbound = Scripted::new(|position, _| match position {
        0 => unsigned(200, &token(0)),
        _ => unsigned(200, r#"{"errcode":-1,"errmsg":"system error"}"#),
    });
    let error = client(outbound.clone()).shipping().is_trade_managed().await.unwrap_err();
    assert!(error.outcome_unknown());
    assert!(matches!(error, WeixinError::Refused { .. }));
    assert_eq!(outbound.seen().len(), 2);
}

#[tokio::test]
async fn a_ticket_is_fetched_as_its_example_says() {
    exchange(Call::JsapiTicket, "/cgi-bin/ticket/getticket?access_token=T&type=jsapi", async |client| {
        let ticket = client.jsapi_ticket().await?;
        assert_eq!(format!("{ticket:?}"), "JsapiTicket(redacted)");
        Ok(json!({ "ticket": ticket.as_str(), "expires_in": 7200 }))
    })
    .await;
}

#[tokio::test]
async fn pages_share_one_ticket_until_shortly_before_its_end() {
    let outbound = Scripted::new(|position, request| match request.uri().path() {
        "/cgi-bin/stable_token" => unsigned(200, &token(position)),
        _ => unsigned(200, &format!(r#"{{"errcode":0,"ticket":"K{position}","expires_in":7200}}"#)),
    });
    let seconds = Arc::new(AtomicI64::new(NOW));
    let client = client_at(outbound.clone(), seconds.clone());
    let page = "https://shop.example.com/pay?a=1";
    let both =
        tokio::join!(client.js_config(page, &[CHOOSE_WX_PAY]), client.js_config(page, &[CHOOSE_WX_PAY]));
    assert_eq!(both.0.unwrap(), both.1.unwrap());
    assert_eq!(outbound.seen().len(), 2);
    seconds.store(NOW + 6899, Ordering::Relaxed);
    assert_eq!(client.jsapi_ticket().await.unwrap().as_str(), "K1");
    seconds.store(NOW + 6900, Ordering::Relaxed);
    assert_eq!(client.jsapi_ticket().await.unwrap().as_str(), "K3");
    let config = client.js_config(page, &[CHOOSE_WX_PAY]).await.unwrap();
    assert_eq!((config.timestamp, config.nonce_str.len()), (NOW + 6900, 16));
}
