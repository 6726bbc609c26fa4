//! `api.weixin.qq.com`: logins and tokens here, the rest beside.

mod exchange;
mod identity;
mod push;
mod shipping;
mod tokens;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use tongbao_sdk::weixin::shipping::OrderKey;
use tongbao_sdk::{AppSecret, Outbound, Reaction, WeixinClient, WeixinError, WeixinRefusal};
use tongbao_wire::seam::{Chance, Clock};
use tongbao_wire::{Appid, Openid, Timestamp, TransactionId};

use crate::scripted::{NOW, Scripted, lost, not_sent, unsigned};

const SECRET: &str = "0123456789abcdef0123456789abcdef";
const SESSION: &str = r#"{"session_key":"tiihtNczf5v6AKRyjwEUhQ==","openid":"oGZUI0egBJY1zhBYw2KhdUfwVJJE","unionid":"ocMvos6NjeKLIBqg5Mr9QjxrP1FA"}"#;

/// A client whose clock is moved by hand.
fn client_at(outbound: Arc<Scripted>, seconds: Arc<AtomicI64>) -> WeixinClient {
    client_of("https://api.weixin.qq.com/", outbound, seconds)
}

fn client_of(base_url: &str, outbound: Arc<dyn Outbound>, seconds: Arc<AtomicI64>) -> WeixinClient {
    let clock = Clock::new(move || Timestamp::from_seconds(seconds.load(Ordering::Relaxed)));
    let appid = Appid::parse("wx4f4bc4dec97d474b").unwrap();
    let secret = AppSecret::parse(SECRET).unwrap();
    let chance = Chance::new(|buffer| buffer.fill(0));
    WeixinClient::new(appid, secret, base_url, outbound, clock, chance)
}

fn client(outbound: Arc<Scripted>) -> WeixinClient {
    client_at(outbound, Arc::new(AtomicI64::new(NOW)))
}

fn openid() -> Openid {
    Openid::parse("oGZUI0egBJY1zhBYw2KhdUfwVJJE").unwrap()
}

#[tokio::test]
async fn a_login_code_becomes_an_openid() {
    let outbound = Scripted::new(|_, _| {
        let mut response = unsigned(200, SESSION)?;
        response.headers_mut().insert("Content-Type", "text/plain".parse().unwrap());
        Ok(response)
    });
    let session = client(outbound.clone()).code_to_session("0a3Xyz-_").await.unwrap();
    assert_eq!(session.openid.as_str(), "oGZUI0egBJY1zhBYw2KhdUfwVJJE");
    assert_eq!(session.unionid.as_deref(), Some("ocMvos6NjeKLIBqg5Mr9QjxrP1FA"));
    assert_eq!(format!("{session:?}"), "LoginSession(oGZU…JJE)");
    let expected = format!(
        "https://api.weixin.qq.com/sns/jscode2session?appid=wx4f4bc4dec97d474b&secret={SECRET}&js_code=0a3Xyz-_&grant_type=authorization_code"
    );
    assert_eq!(outbound.addresses(), [expected]);
}

#[tokio::test]
async fn a_zero_errcode_is_success_and_an_absent_unionid_is_none() {
    let outbound = Scripted::new(|_, _| unsigned(200, r#"{"errcode":0,"errmsg":"ok","openid":"o1"}"#));
    let session = client(outbound).code_to_session("code").await.unwrap();
    assert_eq!((session.openid.as_str(), session.unionid), ("o1", None));
}

#[tokio::test]
async fn each_errcode_has_its_reaction() {
    for (errcode, refusal, reaction) in [
        (-1, WeixinRefusal::SystemBusy, Reaction::RetrySoon),
        (40029, WeixinRefusal::InvalidCode, Reaction::NewLogin),
        (40163, WeixinRefusal::CodeUsed, Reaction::NewLogin),
        (40226, WeixinRefusal::HighRiskPerson, Reaction::RefusePerson),
        (45011, WeixinRefusal::FrequencyLimited, Reaction::BackOff),
        (40125, WeixinRefusal::InvalidSecret, Reaction::MendConfiguration),
        (40243, WeixinRefusal::SecretFrozen, Reaction::AskAdministrator),
        (40001, WeixinRefusal::InvalidCredential, Reaction::RefreshToken),
        (99999, WeixinRefusal::Unknown(99999), Reaction::ReportFault),
    ] {
        let body = format!(r#"{{"errcode":{errcode},"errmsg":"no, rid: 5f000000"}}"#);
        let outbound = Scripted::new(move |_, _| unsigned(200, &body));
        let error = client(outbound).code_to_session("code").await.unwrap_err();
        assert_eq!(error.reaction(), reaction);
        let WeixinError::Refused { refusal: found, errmsg } = &error else { panic!("{error}") };
        assert_eq!((*found, found.errcode()), (refusal, errcode));
        assert_eq!(errmsg, "no, rid: 5f000000");
    }
}

#[tokio::test]
async fn a_malformed_code_is_not_sent_and_strange_answers_are_named() {
    let outbound = Scripted::new(|position, _| match position {
        0 => unsigned(200, "<html>"),
        1 => unsigned(200, "{}"),
        2 => unsigned(404, ""),
        3 => lost(),
        _ => not_sent(),
    });
    let client = client(outbound.clone());
    for code in ["", "a&b=c", "a b", &"x".repeat(129)] {
        assert_eq!(client.code_to_session(code).await.unwrap_err().code(), "weixin_malformed_code");
    }
    assert!(outbound.seen().is_empty());
    for code in [
        "weixin_undecodable_answer",
        "weixin_undecodable_answer",
        "weixin_http_status",
        "weixin_outcome_unknown",
        "weixin_not_sent",
    ] {
        let error = client.code_to_session("code").await.unwrap_err();
        assert_eq!(error.code(), code);
        assert!(!format!("{error:?} {error}").contains(SECRET));
    }
}

#[tokio::test]
async fn an_empty_unionid_is_none() {
    let outbound = Scripted::new(|position, _| match position {
        0 => unsigned(200, r#"{"openid":"o1","unionid":""}"#),
        1 => unsigned(200, r#"{"access_token":"T","expires_in":7200}"#),
        _ => unsigned(200, r#"{"errcode":0,"unionid":""}"#),
    });
    let client = client(outbound);
    assert_eq!(client.code_to_session("code").await.unwrap().unionid, None);
    let payment = OrderKey::TransactionId(TransactionId::parse("42000").unwrap());
    let error = client.paid_unionid(&openid(), &payment).await.unwrap_err();
    assert_eq!(error.code(), "weixin_undecodable_answer");
}

#[tokio::test]
async fn a_call_that_answers_with_nothing_but_success_must_say_so() {
    for body in ["{}", "[]", r#"{"code":"OK"}"#] {
        let outbound = Scripted::new(move |position, _| match position {
            0 => unsigned(200, r#"{"access_token":"T","expires_in":7200}"#),
            _ => unsigned(200, body),
        });
        let error = client(outbound).shipping().set_message_path(None).await.unwrap_err();
        assert_eq!((error.code(), error.outcome_unknown()), ("weixin_undecodable_answer", true), "{body}");
    }
}

#[tokio::test]
async fn a_base_address_that_is_none_is_a_fault_of_the_configuration() {
    for base_url in ["", "api.weixin.qq.com", "ftp://api.weixin.qq.com", "https://", "https://a b"] {
        let outbound = Scripted::new(|_, _| unsigned(200, SESSION));
        let client = client_of(base_url, outbound.clone(), Arc::new(AtomicI64::new(NOW)));
        let error = client.code_to_session("code").await.unwrap_err();
        assert_eq!(error.reaction(), Reaction::MendConfiguration, "{base_url}: {error}");
        assert!(outbound.seen().is_empty());
    }
}

#[tokio::test]
async fn a_token_is_fetched_once_and_again_shortly_before_its_end() {
    let outbound = Scripted::new(|position, _| {
        unsigned(200, &format!(r#"{{"access_token":"T{position}","expires_in":7200}}"#))
    });
    let seconds = Arc::new(AtomicI64::new(NOW));
    let client = client_at(outbound.clone(), seconds.clone());
    let both = tokio::join!(client.stable_token(), client.stable_token());
    assert_eq!((both.0.unwrap().as_str(), both.1.unwrap().as_str()), ("T0", "T0"));
    for (after, token) in [(6899, "T0"), (6900, "T1"), (6901, "T1")] {
        seconds.store(NOW + after, Ordering::Relaxed);
        assert_eq!(client.stable_token().await.unwrap().as_str(), token, "after {after} s");
    }
    let body: serde_json::Value = serde_json::from_slice(outbound.seen()[0].body()).unwrap();
    let expected = serde_json::json!({
        "grant_type": "client_credential", "appid": "wx4f4bc4dec97d474b", "secret": SECRET, "force_refresh": false,
    });
    assert_eq!(body, expected);
    assert_eq!(outbound.addresses()[0], "https://api.weixin.qq.com/cgi-bin/stable_token");
}

#[tokio::test]
async fn a_failed_refresh_keeps_the_token_until_it_ends() {
    let outbound = Scripted::new(|position, _| match position {
        0 => unsigned(200, r#"{"access_token":"T0","expires_in":7200}"#),
        _ => unsigned(200, r#"{"errcode":-1,"errmsg":"system error"}"#),
    });
    let seconds = Arc::new(AtomicI64::new(NOW));
    let client = client_at(outbound.clone(), seconds.clone());
    for (after, asked) in [(0, 1), (7000, 2), (7029, 2), (7030, 3)] {
        seconds.store(NOW + after, Ordering::Relaxed);
        assert_eq!(client.stable_token().await.unwrap().as_str(), "T0");
        assert_eq!(outbound.seen().len(), asked, "after {after} s");
    }
    seconds.store(NOW + 7200, Ordering::Relaxed);
    assert_eq!(client.stable_token().await.unwrap_err().reaction(), Reaction::RetrySoon);
}

#[tokio::test]
async fn a_token_near_its_end_is_kept_for_a_moment_so_that_asking_does_not_become_a_loop() {
    let outbound = Scripted::new(|_, _| unsigned(200, r#"{"access_token":"T","expires_in":200}"#));
    let client = client(outbound.clone());
    client.stable_token().await.unwrap();
    client.stable_token().await.unwrap();
    assert_eq!(outbound.seen().len(), 1);
}

#[tokio::test]
async fn only_the_token_that_was_refused_is_forgotten() {
    let outbound = Scripted::new(|position, _| {
        unsigned(200, &format!(r#"{{"access_token":"T{position}","expires_in":7200}}"#))
    });
    let client = client(outbound.clone());
    let first = client.stable_token().await.unwrap();
    client.forget_token(&first).await;
    let second = client.stable_token().await.unwrap();
    client.forget_token(&first).await;
    assert_eq!(client.stable_token().await.unwrap(), second);
    assert_eq!(outbound.seen().len(), 2);
    assert_eq!(format!("{second:?}"), "AccessToken(redacted)");
}

#[test]
fn a_secret_of_other_characters_is_refused_without_repeating_it() {
    assert_eq!(AppSecret::parse("").unwrap_err().found, 0);
    let error = AppSecret::parse("abc def").unwrap_err();
    assert!(!error.to_string().contains("abc"), "{error}");
    assert_eq!(format!("{:?}", AppSecret::parse(SECRET).unwrap()), "AppSecret(redacted)");
}
