//! Who logged in, on a mini program and on a page; what their session key is for.

use std::time::Duration;

use aws_lc_rs::cipher::{AES_128, EncryptionContext, PaddedBlockEncryptingKey, UnboundCipherKey};
use aws_lc_rs::iv::FixedLength;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use tongbao_sdk::weixin::oauth::{Authorize, Scope};
use tongbao_sdk::weixin::shipping::OrderKey;
use tongbao_sdk::weixin::{EncryptedData, SessionKey, UserDataRefused};
use tongbao_sdk::{Call, Reaction};
use tongbao_wire::{Appid, Mchid, OutTradeNo, Timestamp, TransactionId};

use super::exchange::exchange;
use super::{SECRET, client, openid};
use crate::scripted::{Scripted, unsigned};

const KEY: &str = "tiihtNczf5v6AKRyjwEUhQ==";
/// HMAC-SHA256 of nothing under `KEY` (miniprogram.md §1.2).
const PROOF: &str = "7154f9f8b4b76b92f541cbf0e37d48840fa06e5e42da92a6f80168a1516a4735";
/// When the official example of user data was made.
const MADE: i64 = 1_477_314_187;

fn key() -> SessionKey {
    SessionKey::parse(KEY).unwrap()
}

#[tokio::test]
async fn a_login_gives_its_session_key_to_those_who_ask_for_it() {
    let address = format!(
        "/sns/jscode2session?appid=wx4f4bc4dec97d474b&secret={SECRET}&js_code=0a3Xyz&grant_type=authorization_code"
    );
    exchange(Call::CodeToSession, &address, async |client| {
        let (person, key) = client.code_to_session_with_key("0a3Xyz").await?;
        assert_eq!(format!("{key:?}"), "SessionKey(redacted)");
        Ok(json!({ "openid": person.openid, "unionid": person.unionid, "session_key": key.as_str() }))
    })
    .await;
}

#[tokio::test]
async fn a_session_is_checked_without_showing_the_key() {
    let address = format!(
        "/wxa/checksession?access_token=T&openid=oGZUI0egBJY1zhBYw2KhdUfwVJJE&signature={PROOF}&sig_method=hmac_sha256"
    );
    exchange(Call::CheckSession, &address, async |client| {
        assert!(client.check_session(&openid(), &key()).await?);
        Ok(json!({}))
    })
    .await;
}

#[tokio::test]
async fn a_session_that_was_replaced_is_not_an_error() {
    let outbound = Scripted::new(|position, _| match position {
        0 => unsigned(200, r#"{"access_token":"T","expires_in":7200}"#),
        1 => unsigned(200, r#"{"errcode":87009,"errmsg":"invalid signature"}"#),
        _ => unsigned(200, r#"{"errcode":40003,"errmsg":"invalid openid"}"#),
    });
    let client = client(outbound);
    assert!(!client.check_session(&openid(), &key()).await.unwrap());
    let error = client.check_session(&openid(), &key()).await.unwrap_err();
    assert_eq!(error.reaction(), Reaction::MendData);
}

#[tokio::test]
async fn a_session_key_is_replaced() {
    let address = format!(
        "/wxa/resetusersessionkey?access_token=T&openid=oGZUI0egBJY1zhBYw2KhdUfwVJJE&signature={PROOF}&sig_method=hmac_sha256"
    );
    exchange(Call::ResetSessionKey, &address, async |client| {
        let fresh = client.reset_session_key(&openid(), &key()).await?;
        Ok(json!({ "openid": openid(), "session_key": fresh.as_str() }))
    })
    .await;
}

#[tokio::test]
async fn somebody_who_paid_has_a_unionid_under_either_number_of_the_payment() {
    for (payment, named) in [
        (OrderKey::TransactionId(TransactionId::parse("42000").unwrap()), "transaction_id=42000"),
        (
            OrderKey::OutTradeNo {
                mchid: Mchid::parse("1900007291").unwrap(),
                out_trade_no: OutTradeNo::parse("T2022|1").unwrap(),
            },
            "mch_id=1900007291&out_trade_no=T2022%7C1",
        ),
    ] {
        let address =
            format!("/wxa/getpaidunionid?access_token=T&openid=oGZUI0egBJY1zhBYw2KhdUfwVJJE&{named}");
        exchange(Call::PaidUnionid, &address, async |client| {
            Ok(json!({ "unionid": client.paid_unionid(&openid(), &payment).await? }))
        })
        .await;
    }
}

#[tokio::test]
async fn a_page_learns_who_opened_it_and_whether_it_is_only_a_snapshot() {
    let address = format!(
        "/sns/oauth2/access_token?appid=wx4f4bc4dec97d474b&secret={SECRET}&code=021Abc&grant_type=authorization_code"
    );
    exchange(Call::OauthToken, &address, async |client| {
        let login = client.oauth_token("021Abc").await?;
        let printed = format!("{login:?} {:?}", login.access_token);
        assert!(!printed.contains("85_") && !printed.contains(login.openid.as_str()), "{printed}");
        Ok(json!({
            "access_token": login.access_token.as_str(),
            "expires_in": login.expires_in.as_secs(),
            "refresh_token": login.refresh_token.as_str(),
            "openid": login.openid,
            "scope": login.scope,
            "is_snapshotuser": u8::from(login.is_snapshot_user),
            "unionid": login.unionid,
        }))
    })
    .await;
}

#[tokio::test]
async fn a_spent_code_of_a_page_wants_a_new_login() {
    let outbound = Scripted::new(|_, _| unsigned(200, r#"{"errcode":42003,"errmsg":"code expired"}"#));
    let client = client(outbound);
    assert_eq!(client.oauth_token("021Abc").await.unwrap_err().reaction(), Reaction::NewLogin);
    assert_eq!(client.oauth_token("a&b").await.unwrap_err().code(), "weixin_malformed_code");
}

#[test]
fn the_authorise_address_keeps_its_order_and_ends_in_its_fragment() {
    let client = client(Scripted::new(|_, _| unsigned(200, "{}")));
    let authorize = Authorize {
        redirect_uri: "https://shop.example.com/pay?a=1&b=茶",
        scope: Scope::SnsapiBase,
        state: "a1B2",
    };
    assert!(client.authorize_address(&authorize).is_err(), "an address is ASCII");
    let authorize = Authorize { redirect_uri: "https://shop.example.com/pay?a=1&b=2", ..authorize };
    assert_eq!(
        client.authorize_address(&authorize).unwrap(),
        "https://open.weixin.qq.com/connect/oauth2/authorize?appid=wx4f4bc4dec97d474b&redirect_uri=https%3A%2F%2Fshop.example.com%2Fpay%3Fa%3D1%26b%3D2&response_type=code&scope=snsapi_base&state=a1B2#wechat_redirect"
    );
    for (change, member) in [
        (Authorize { redirect_uri: "shop.example.com", ..authorize.clone() }, "redirect_uri"),
        (Authorize { redirect_uri: "https://shop.example.com/#/pay", ..authorize.clone() }, "redirect_uri"),
        (Authorize { redirect_uri: "https://shop.example.com/?a#b", ..authorize.clone() }, "redirect_uri"),
        (Authorize { state: "", ..authorize.clone() }, "state"),
        (Authorize { state: "a-b", ..authorize.clone() }, "state"),
        (Authorize { state: &"a".repeat(129), ..authorize.clone() }, "state"),
    ] {
        assert_eq!(client.authorize_address(&change).unwrap_err().member, member, "{change:?}");
    }
}

#[test]
fn raw_data_has_the_published_signature() {
    let key = SessionKey::parse("HyVFkGl5F5OQWJZZaNzBBg==").unwrap();
    let raw = r#"{"nickName":"Band","gender":1,"language":"zh_CN","city":"Guangzhou","province":"Guangdong","country":"CN","avatarUrl":"http://wx.qlogo.cn/mmopen/vi_32/1vZvI39NWFQ9XM4LtQpFrQJ1xlgZxx3w7bQxKARol6503Iuswjjn6nIGBiaycAjAtpujxyzYsrztuuICqIM5ibXQ/0"}"#;
    let signature = "75e81ceda165f4ffa64f4068af58c64b8f54b88c";
    assert_eq!(key.verify_raw_data(raw, signature), Ok(()));
    for (raw, signature) in [("{}", signature), (raw, ""), (raw, &signature.to_uppercase())] {
        assert_eq!(key.verify_raw_data(raw, signature), Err(UserDataRefused::BadSignature));
    }
}

#[test]
fn a_key_is_the_base64_of_sixteen_bytes_and_proves_itself_by_the_published_signature() {
    assert_eq!(key().signature(), PROOF);
    for other in ["", "tiihtNczf5v6AKRyjwEUhQ", "tiihtNczf5v6AKRyjwEU", "not base64 at all!!!!"] {
        let error = SessionKey::parse(other).unwrap_err();
        assert!(other.is_empty() || !error.to_string().contains(other));
    }
}

fn encrypted(text: &str) -> EncryptedData {
    let key = UnboundCipherKey::new(&AES_128, &STANDARD.decode(KEY).unwrap()).unwrap();
    let iv: [u8; 16] = STANDARD.decode("r7BXXKkLb8qrSNn05n0qiA==").unwrap().try_into().unwrap();
    let mut buffer = text.as_bytes().to_vec();
    let context = EncryptionContext::Iv128(FixedLength::from(iv));
    PaddedBlockEncryptingKey::cbc_pkcs7(key).unwrap().less_safe_encrypt(&mut buffer, context).unwrap();
    EncryptedData { encrypted_data: STANDARD.encode(buffer), iv: STANDARD.encode(iv) }
}

#[derive(Debug, PartialEq, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct Person {
    open_id: String,
    union_id: String,
}

fn open(data: &EncryptedData, seconds: i64) -> Result<Person, UserDataRefused> {
    let appid = Appid::parse("wx4f4bc4dec97d474b").unwrap();
    key().open(data, &appid, Timestamp::from_seconds(MADE + seconds), Duration::from_secs(600))
}

const PERSON: &str = r#"{"openId":"oGZUI0egBJY1zhBYw2KhdUfwVJJE","unionId":"ocMvos6NjeKLIBqg5Mr9QjxrP1FA","watermark":{"timestamp":1477314187,"appid":"wx4f4bc4dec97d474b"}}"#;

#[test]
fn user_data_opens_while_it_is_fresh() {
    let person = Person {
        open_id: "oGZUI0egBJY1zhBYw2KhdUfwVJJE".into(),
        union_id: "ocMvos6NjeKLIBqg5Mr9QjxrP1FA".into(),
    };
    let data = encrypted(PERSON);
    assert_eq!(open(&data, 600), Ok(person));
    assert!(open(&data, -300).is_ok());
    for seconds in [601, -301] {
        assert_eq!(open(&data, seconds), Err(UserDataRefused::Stale { seconds }));
    }
}

#[test]
fn user_data_of_another_app_or_key_or_of_no_kind_is_refused() {
    let other = encrypted(&PERSON.replace("wx4f4bc4dec97d474b", "wx0000000000000000"));
    assert_eq!(open(&other, 0), Err(UserDataRefused::OtherAppid { appid: "wx0000000000000000".into() }));
    let good = encrypted(PERSON);
    let changed = |encrypted_data: &str, iv: &str| EncryptedData {
        encrypted_data: encrypted_data.into(),
        iv: iv.into(),
    };
    for data in [
        encrypted("{}"),
        encrypted("not json"),
        encrypted(r#"{"watermark":{"timestamp":1477314187,"appid":"wx4f4bc4dec97d474b"}}"#),
        changed(&good.encrypted_data[4..], &good.iv),
        changed("", &good.iv),
        changed("?", &good.iv),
        changed(&good.encrypted_data, "AAAA"),
    ] {
        assert_eq!(open(&data, 0), Err(UserDataRefused::CannotOpen), "{data:?}");
    }
    let large = changed(&"A".repeat(64 * 1024 + 1), &good.iv);
    assert_eq!(open(&large, 0), Err(UserDataRefused::TooLarge { bytes: 65_537 }));
    let front_end = format!(r#"{{"encryptedData":"{}","iv":"{}"}}"#, good.encrypted_data, good.iv);
    assert!(open(&serde_json::from_str(&front_end).unwrap(), 0).is_ok());
}
