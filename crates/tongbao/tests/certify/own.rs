//! `tongbao serve`, examined through its own APIs like anybody's server.

use std::path::Path;
use std::time::Duration;

use axum::Router;
use tongbao::certify::{Adapter, Platform, Verdict};
use tongbao::config::{Config, Environment};
use tongbao::{serve, start};
use tongbao_sim::KeyMode;
use tongbao_wire::seam::{Chance, Clock};

use crate::stage::{examined, listener, platform, told, with};

const API_KEY: &str = "certify-0123456789abcdef0123456789abcdef";

#[tokio::test]
async fn our_own_server_scores_full_marks_in_every_key_mode() {
    for key_mode in [KeyMode::PublicKey, KeyMode::Both] {
        let platform = platform(key_mode).await;
        let (listener, url) = listener().await;
        let directory = tempfile(key_mode);
        let path = config(&platform, &directory, &url);
        let environment = Environment::empty();
        let checked = Config::load(Some(&path), &environment).expect("readable");
        let checked = checked.check(&environment, Clock::system().now()).expect("without mistakes");
        let app = start::app(&checked, Clock::system(), Chance::system()).expect("a server");
        let serving = serve::on(listener, app, &checked, Router::new(), std::future::pending());
        let with_key = Environment::from([("TONGBAO_API_KEY", API_KEY)]);
        let adapter = Adapter::named(Some("tongbao"), &with_key).expect("built in");
        let report = tokio::select! {
            () = serving => unreachable!("it serves for ever"),
            report = examined(&platform, &url, adapter, Duration::from_secs(60)) => report,
        };
        assert!(report.full_marks, "{key_mode:?}:\n{}", told(&report));
        let not_offered = with(&report, Verdict::NotOffered);
        let expected: &[&str] =
            if key_mode == KeyMode::Both { &["bill-read"] } else { &["both-keys", "bill-read"] };
        assert_eq!(not_offered, expected, "{key_mode:?}");
        std::fs::remove_dir_all(&directory).expect("the test's own directory");
    }
}

fn tempfile(key_mode: KeyMode) -> std::path::PathBuf {
    let name = format!("tongbao-certify-test-{}-{key_mode:?}", std::process::id());
    let directory = std::env::temp_dir().join(name);
    std::fs::create_dir_all(&directory).expect("a directory");
    directory
}

/// An ordinary configuration against the simulator.
fn config(platform: &Platform, directory: &Path, url: &str) -> std::path::PathBuf {
    let env = platform.env();
    let merchant = &env.merchants[0];
    let app = &merchant.apps[0];
    let file = |name: &str, text: &str| {
        let path = directory.join(name);
        std::fs::write(&path, text).expect("written");
        #[cfg(unix)]
        std::os::unix::fs::PermissionsExt::set_mode(
            &mut std::fs::metadata(&path).expect("there").permissions(),
            0o600,
        );
        format!("\"file:{name}\"")
    };
    let mut account = format!(
        "mchid = \"{}\"\nappid = \"{}\"\nmerchant_name = \"{}\"\napp_secret = {}\nmerchant_key = {}\nmerchant_certificate = {}\napiv3_key = {}\n",
        merchant.mchid,
        app.appid,
        merchant.name,
        file("app_secret", &app.secret),
        file("key.pem", &merchant.private_key_pem),
        file("cert.pem", &merchant.certificate_pem),
        file("apiv3_key", &merchant.apiv3_key),
    );
    if let Some(key) = &env.platform_public_key {
        account += &format!(
            "platform_public_key = {}\nplatform_public_key_id = \"{}\"\n",
            file("pub.pem", &key.pem),
            key.id
        );
    }
    if env.platform_certificate.is_some() {
        account += "platform_certificate = \"download\"\n";
    }
    let text = format!(
        "[server]\nlisten = \"127.0.0.1:0\"\npublic_url = \"{url}\"\ndata = \".\"\n\n[platform]\nbase_url = \"{0}\"\nlogin_url = \"{0}\"\n\n\
         [accounts.main]\n{account}\n[[api_keys]]\nname = \"certify\"\naccount = \"main\"\nsecret = {1}\n",
        env.base_url,
        file("api_key", API_KEY),
    );
    let path = directory.join("tongbao.toml");
    std::fs::write(&path, text).expect("written");
    path
}
