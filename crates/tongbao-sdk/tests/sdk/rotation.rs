//! Keys that change while calls and notifications run: none is lost, none is believed too long.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};

use bytes::Bytes;
use http::{Request, Response};
use tokio::task::JoinSet;
use tongbao_sdk::{
    ApiV3Key, Client, Hosts, Merchant, MerchantKey, NotificationRefused, PlatformKeys, Signer, UnsealError,
};
use tongbao_wire::seam::{Chance, Clock};
use tongbao_wire::{Ciphertext, Mchid, Timestamp};

use crate::notifications::{PAYMENT, envelope};
use crate::scripted::{
    APIV3_KEY, NOW, PREPAID, Reply, Scripted, client_with, encrypted, merchant, order, signature_headers,
};

const OLD: &str = "D7CE59D1F522D701";
const NEW: &str = "5157F09EFDC096DE15EBE81A47057A7232F1B8E1";
const PUBLIC: &str = "PUB_KEY_ID_0114232134912410000000000000";
const OLD_CERTIFICATE: &[u8] = include_bytes!("../published/go_platform_certificate.pem");
const NEW_CERTIFICATE: &[u8] = include_bytes!("../keys/new_platform_certificate.pem");
const PUBLIC_KEY: &[u8] = include_bytes!("../keys/new_platform_public_key.pem");
const GO_KEY: &[u8] = include_bytes!("../published/go_key.pem");
const DOC_KEY: &[u8] = include_bytes!("../published/doc_merchant_key.pem");

/// The platform's private keys. The public key and the new certificate have the same, which no test minds.
#[derive(Clone)]
struct Platform {
    old: Signer,
    new: Signer,
}

impl Platform {
    fn new() -> Self {
        let signer = |pem| MerchantKey::with_serial(pem, "1").unwrap().signer();
        Self { old: signer(GO_KEY), new: signer(DOC_KEY) }
    }

    fn signed(&self, serial: &str, at: i64, body: String) -> Reply {
        let signer = if serial == OLD { &self.old } else { &self.new };
        let mut response = Response::new(Bytes::from(body));
        *response.headers_mut() = signature_headers(signer, serial, at, response.body());
        Ok(response)
    }

    /// What `client` makes of a notification signed with `serial`, which may mean a download.
    async fn notify(&self, client: &Client, serial: &str, at: i64) -> Result<(), NotificationRefused> {
        let body = envelope("TRANSACTION.SUCCESS", "transaction", PAYMENT);
        let signer = if serial == OLD { &self.old } else { &self.new };
        let headers = signature_headers(signer, serial, at, &body);
        match client.open_notification(&headers, &body) {
            Err(NotificationRefused::UnknownSerial { .. })
                if client.platform_keys().downloads_certificates() =>
            {
                client.refresh_certificates_if_due().await.unwrap();
                client.open_notification(&headers, &body).map(drop)
            }
            other => other.map(drop),
        }
    }
}

fn list(certificates: &[(&str, &[u8])]) -> String {
    let entries = certificates.iter().map(|(serial_no, pem)| {
        serde_json::json!({
            "serial_no": serial_no,
            "effective_time": "2021-04-27T16:55:23+08:00",
            "expire_time": "2031-04-25T16:55:23+08:00",
            "encrypt_certificate": {
                "algorithm": "AEAD_AES_256_GCM", "nonce": "3a584b49ed9b", "associated_data": "certificate",
                "ciphertext": encrypted(b"3a584b49ed9b", "certificate", pem),
            },
        })
    });
    serde_json::json!({"data": entries.collect::<Vec<_>>()}).to_string()
}

fn is_download(request: &Request<Bytes>) -> bool {
    request.uri().path() == "/v3/certificates"
}

fn downloads(outbound: &Scripted) -> usize {
    outbound.seen().iter().filter(|request| is_download(request)).count()
}

fn announced(request: &Request<Bytes>) -> Option<&str> {
    request.headers().get("Wechatpay-Serial").map(|serial| serial.to_str().unwrap())
}

/// Many calls and notifications at the same time, signed as `serial` says for each position.
async fn traffic(client: &Client, platform: &Platform, serial: fn(usize) -> &'static str, at: i64) {
    let mut running = JoinSet::new();
    for position in 0..24 {
        let (client, platform) = (client.clone(), platform.clone());
        running.spawn(async move {
            if position % 2 == 0 {
                client.jsapi_prepay(&order()).await.unwrap();
            } else {
                platform.notify(&client, serial(position / 2), at).await.unwrap();
            }
        });
    }
    while let Some(ended) = running.join_next().await {
        ended.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_certificate_rotates_under_traffic_with_one_download_for_all() {
    let (phase, time) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicI64::new(NOW)));
    let platform = Platform::new();
    let outbound = Scripted::new({
        let (platform, phase, time) = (platform.clone(), phase.clone(), time.clone());
        move |position, request| {
            let (old, new) = ((OLD, OLD_CERTIFICATE), (NEW, NEW_CERTIFICATE));
            let (certificates, serial) = match phase.load(Ordering::Relaxed) {
                0 => (vec![old], OLD),
                1 => (vec![old, new], if position % 2 == 0 { OLD } else { NEW }),
                _ => (vec![new], NEW),
            };
            let body = if is_download(request) { list(&certificates) } else { PREPAID.into() };
            platform.signed(serial, time.load(Ordering::Relaxed), body)
        }
    });
    let told = time.clone();
    let clock = Clock::new(move || Timestamp::from_seconds(told.load(Ordering::Relaxed)));
    let chance = Chance::new(|buffer| buffer.fill(7));
    let keys = PlatformKeys::downloaded();
    let client = Client::new(merchant(), keys.clone(), Hosts::production(), outbound.clone(), clock, chance);

    traffic(&client, &platform, |_| OLD, NOW).await;
    assert_eq!(downloads(&outbound), 1);

    phase.store(1, Ordering::Relaxed);
    time.store(NOW + 3600, Ordering::Relaxed);
    let mixed = |position| if position % 2 == 0 { OLD } else { NEW };
    traffic(&client, &platform, mixed, NOW + 3600).await;
    assert_eq!(downloads(&outbound), 2, "one for all that met the new serial number");
    assert!(keys.knows(OLD) && keys.knows(NEW));
    assert_eq!(keys.announced().as_deref(), Some(NEW), "the one that ends last");

    phase.store(2, Ordering::Relaxed);
    time.store(NOW + 7200, Ordering::Relaxed);
    client.refresh_certificates().await.unwrap();
    traffic(&client, &platform, |_| NEW, NOW + 7200).await;
    assert_eq!(downloads(&outbound), 3);
    let refused = platform.notify(&client, OLD, NOW + 7200).await.unwrap_err();
    assert_eq!(refused.code(), "unknown_serial", "the old certificate is gone from the platform's list");
}

/// A platform that signs an answer with the key the request announces, as during the migration.
fn migrating(platform: Platform) -> Arc<Scripted> {
    Scripted::new(move |_, request| {
        assert!(!is_download(request), "nothing is unknown during the migration");
        platform.signed(announced(request).unwrap_or(OLD), NOW, PREPAID.into())
    })
}

#[tokio::test]
async fn the_migration_to_the_public_key_goes_forward_back_and_forward_on_a_live_client() {
    let platform = Platform::new();
    let outbound = migrating(platform.clone());
    let keys = PlatformKeys::from_certificate(OLD_CERTIFICATE).unwrap();
    let client = client_with(outbound.clone(), keys.clone(), Hosts::production());
    let mixed = |position| if position % 3 == 0 { PUBLIC } else { OLD };
    let last = || outbound.seen().last().and_then(|request| announced(request).map(str::to_owned));

    traffic(&client, &platform, |_| OLD, NOW).await;
    assert_eq!(last().as_deref(), Some(OLD));

    keys.add_public_key(PUBLIC, PUBLIC_KEY).unwrap();
    traffic(&client, &platform, mixed, NOW).await;
    assert_eq!(last().as_deref(), Some(PUBLIC));

    assert!(keys.announce(OLD), "back: the platform signs answers with the certificate again");
    traffic(&client, &platform, mixed, NOW).await;
    assert_eq!(last().as_deref(), Some(OLD));

    assert!(keys.announce(PUBLIC));
    traffic(&client, &platform, mixed, NOW).await;
    assert_eq!(last().as_deref(), Some(PUBLIC));

    keys.stop_downloads();
    assert!(keys.remove(OLD) && !keys.remove(OLD));
    traffic(&client, &platform, |_| PUBLIC, NOW).await;
    let refused = platform.notify(&client, OLD, NOW).await.unwrap_err();
    assert_eq!(refused.code(), "unknown_serial");
    assert!(!keys.announce(OLD), "what is not accepted is not announced");
}

#[tokio::test]
async fn going_back_for_good_needs_no_restart_either() {
    let platform = Platform::new();
    let keys = PlatformKeys::from_public_key(PUBLIC, PUBLIC_KEY).unwrap();
    let client = client_with(migrating(platform.clone()), keys.clone(), Hosts::production());
    traffic(&client, &platform, |_| PUBLIC, NOW).await;
    keys.add_certificate(OLD_CERTIFICATE).unwrap();
    assert!(keys.downloads_certificates());
    assert!(keys.remove(PUBLIC));
    traffic(&client, &platform, |_| OLD, NOW).await;
    assert_eq!(keys.announced().as_deref(), Some(OLD));
}

#[tokio::test]
async fn a_changed_merchant_key_works_beside_the_old_one_and_shares_what_is_downloaded() {
    let platform = Platform::new();
    let outbound = Scripted::new({
        let platform = platform.clone();
        move |_, request| {
            let body = if is_download(request) { list(&[(OLD, OLD_CERTIFICATE)]) } else { PREPAID.into() };
            platform.signed(OLD, NOW, body)
        }
    });
    let old = client_with(outbound.clone(), PlatformKeys::downloaded(), Hosts::production());
    let key = MerchantKey::from_pem(GO_KEY, OLD_CERTIFICATE).unwrap();
    let mchid = Mchid::parse("1900007291").unwrap();
    let new = old.with_merchant(Merchant::new(mchid, &key, ApiV3Key::parse(APIV3_KEY).unwrap()));
    let order = order();
    let (first, second) = tokio::join!(old.jsapi_prepay(&order), new.jsapi_prepay(&order));
    assert!(first.is_ok() && second.is_ok());
    assert_eq!(downloads(&outbound), 1);
    let signed_by = |serial: &str| {
        let marked = format!("serial_no=\"{serial}\"");
        let carries = |request: &&Request<Bytes>| {
            !is_download(request) && request.headers()["Authorization"].to_str().unwrap().contains(&marked)
        };
        outbound.seen().iter().filter(carries).count()
    };
    assert_eq!(signed_by("408B07E79B8269FEC3D5D3E6AB8ED163A6A380DB"), 1);
    assert_eq!(signed_by("D7CE59D1F522D701"), 1);

    // What was encrypted for either certificate is opened by its key.
    let sealed = PlatformKeys::from_certificate(OLD_CERTIFICATE).unwrap().seal("13800000000").unwrap();
    let sealed = Ciphertext::new(sealed.base64());
    assert_eq!(new.unseal(&sealed).unwrap().as_str(), "13800000000");
    assert_eq!(old.unseal(&sealed), Err(UnsealError::CannotDecrypt));
}

#[tokio::test]
async fn while_the_apiv3_key_is_being_changed_certificates_open_with_either() {
    let platform = Platform::new();
    let outbound = Scripted::new(move |_, _| platform.signed(OLD, NOW, list(&[(OLD, OLD_CERTIFICATE)])));
    let client = client_with(outbound, PlatformKeys::downloaded(), Hosts::production());
    let mut changing = merchant();
    changing.apiv3_key = ApiV3Key::parse(&[b'n'; 32]).unwrap();
    let error = client.with_merchant(changing.clone()).refresh_certificates().await.unwrap_err();
    assert_eq!(error.code(), "cannot_decrypt_certificates");
    changing.apiv3_key_other = Some(ApiV3Key::parse(APIV3_KEY).unwrap());
    assert!(client.with_merchant(changing).refresh_certificates().await.is_ok());
}

#[test]
fn notifications_are_opened_without_a_client() {
    let body = envelope("TRANSACTION.SUCCESS", "transaction", PAYMENT);
    let keys = PlatformKeys::from_public_key(PUBLIC, PUBLIC_KEY).unwrap();
    let headers = signature_headers(&Platform::new().new, PUBLIC, NOW, &body);
    let open =
        |seconds| merchant().open_notification(&keys, Timestamp::from_seconds(seconds), &headers, &body);
    assert_eq!(open(NOW).unwrap().get().event_type, "TRANSACTION.SUCCESS");
    assert_eq!(open(NOW + 300).unwrap_err().code(), "stale");
}

#[test]
fn changes_at_the_same_time_are_all_kept() {
    let keys = PlatformKeys::from_certificate(OLD_CERTIFICATE).unwrap();
    let ids: Vec<String> = (0..16).map(|number| format!("PUB_KEY_ID_{number}")).collect();
    std::thread::scope(|scope| {
        for id in &ids {
            scope.spawn(|| keys.add_public_key(id, PUBLIC_KEY).unwrap());
        }
        scope.spawn(|| keys.remove(OLD));
    });
    assert!(ids.iter().all(|id| keys.knows(id)));
    assert!(!keys.knows(OLD));
}
