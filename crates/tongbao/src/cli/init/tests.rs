//! What `init` writes is what `check` accepts.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use tongbao_sim::{CryptoSettings, HttpPostman, KeyMode, Settings, Simulator};
use tongbao_wire::Timestamp;
use tongbao_wire::seam::{Chance, Clock};

use super::{Asker, InitArgs, init};
use crate::cli::outcome::{CliError, Exit};
use crate::config::{Checked, Config, ConfigErrors, Environment};
use crate::lang::Lang;

/// 2026-03-15.
const NOW_SECONDS: i64 = 1_773_532_800;

/// A new directory; removed when dropped.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        Self(std::env::temp_dir().join(format!("tongbao-init-{}-{count}", std::process::id())))
    }

    /// Runs `init` here, with these lines typed; none: nobody is at the terminal.
    fn init(&self, mut args: InitArgs, typed: Option<&str>) -> Result<String, CliError> {
        args.dir.clone_from(&self.0);
        let mut asker = Asker { lines: typed.map(str::as_bytes), lang: Lang::En };
        init(&args, &mut asker, &Chance::system(), Lang::En)
    }

    fn check(&self) -> Result<Checked, ConfigErrors> {
        let environment = Environment::empty();
        let config = Config::load(Some(&self.0.join("tongbao.toml")), &environment)?;
        config.check(&environment, Timestamp::from_seconds(NOW_SECONDS))
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.0.join(name)).expect("written")
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn simulator(key_mode: KeyMode) -> Simulator {
    let clock = Clock::fixed(Timestamp::from_seconds(NOW_SECONDS));
    let postman = Arc::new(HttpPostman::new());
    let mut settings = Settings::local(clock, Chance::system(), postman, "http://127.0.0.1:8900".into());
    settings.key_mode = key_mode;
    settings.crypto = CryptoSettings::Fixed;
    Simulator::new(settings).expect("settings that work")
}

fn flags() -> InitArgs {
    InitArgs {
        mchid: Some("1900000001".into()),
        appid: Some("wx00000000000000aa".into()),
        public_url: Some("https://pay.shop.cn".into()),
        merchant_name: Some("\"通宝\" \\ 小店".into()),
        public_key_id: Some("PUB_KEY_ID_0119000000012024010100000000".into()),
        ..InitArgs::default()
    }
}

#[test]
fn what_is_written_works_once_the_downloaded_files_are_there() {
    let scratch = Scratch::new();
    let told = scratch.init(flags(), None).expect("written");
    assert!(told.contains("设置APIv3密钥") && told.contains("tongbao check"), "{told}");
    let missing = scratch.check().expect_err("files to download");
    let fields: Vec<_> = missing.mistakes.iter().map(|it| (it.code, it.field.as_str())).collect();
    assert_eq!(
        fields,
        [
            ("config.file_missing", "accounts.main.app_secret"),
            ("config.file_missing", "accounts.main.merchant_key"),
            ("config.file_missing", "accounts.main.merchant_certificate"),
            ("config.file_missing", "accounts.main.platform_public_key"),
        ]
    );
    let env = simulator(KeyMode::PublicKey).env();
    let merchant = &env.merchants[0];
    for (name, text) in [
        ("app_secret", &merchant.apps[0].secret),
        ("apiclient_key.pem", &merchant.private_key_pem),
        ("apiclient_cert.pem", &merchant.certificate_pem),
        ("pub_key.pem", &env.platform_public_key.expect("public-key mode").pem),
    ] {
        fs::write(scratch.0.join("keys").join(name), text).expect("written");
    }
    let checked = scratch.check().expect("it works");
    assert_eq!(checked.warnings, []);
    assert_eq!(checked.accounts["main"].merchant_name, "\"通宝\" \\ 小店");
    assert_eq!(checked.api_keys[0].secret.expose().len(), 43);
    assert_eq!(checked.goods.len(), 1);
}

#[test]
fn a_simulators_file_makes_a_configuration_that_works_in_every_key_mode() {
    for (key_mode, keys, downloads) in
        [(KeyMode::PublicKey, 1, false), (KeyMode::Certificate, 0, true), (KeyMode::Both, 1, true)]
    {
        let scratch = Scratch::new();
        fs::create_dir_all(&scratch.0).expect("a directory");
        let envfile = scratch.0.join("it's here.env");
        simulator(key_mode).write_env(&envfile).expect("written");
        let args = || InitArgs { simulator: Some(envfile.clone()), ..InitArgs::default() };
        scratch.init(args(), None).expect("written");
        let checked = scratch.check().expect("it works");
        assert_eq!(checked.warnings, []);
        assert!(checked.platform.is_simulator);
        assert_eq!(checked.platform.login_url, "http://127.0.0.1:8900");
        let platform_keys = &checked.accounts["main"].platform_keys;
        assert_eq!(platform_keys.serials().len(), keys);
        assert_eq!(platform_keys.downloads_certificates(), downloads);
        let again = InitArgs { force: true, ..args() };
        scratch.init(again, None).expect("keys of a new run of the simulator take the place of the old ones");
    }
}

#[test]
fn nothing_is_overwritten_unasked_and_keys_never_are() {
    let scratch = Scratch::new();
    scratch.init(flags(), None).expect("written");
    let keys = ["keys/apiv3_key", "keys/api_key"].map(|name| scratch.read(name));
    let refused = scratch.init(flags(), None).expect_err("it is there");
    assert_eq!(refused.exit(), Exit::Refused);
    let args = InitArgs { force: true, public_url: Some("https://other.shop.cn".into()), ..flags() };
    let told = scratch.init(args, None).expect("written anew");
    assert!(told.contains("the key that was there is kept"), "{told}");
    assert!(scratch.read("tongbao.toml").contains("https://other.shop.cn"));
    assert_eq!(["keys/apiv3_key", "keys/api_key"].map(|name| scratch.read(name)), keys);
    assert_eq!(scratch.read("keys/.gitignore"), "*\n");
}

#[cfg(unix)]
#[test]
fn keys_are_for_their_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let scratch = Scratch::new();
    scratch.init(flags(), None).expect("written");
    let mode = |name: &str| fs::metadata(scratch.0.join(name)).expect("there").permissions().mode() & 0o777;
    assert_eq!(mode("keys"), 0o700);
    assert_eq!((mode("keys/apiv3_key"), mode("keys/api_key")), (0o600, 0o600));
    assert_eq!((scratch.read("keys/apiv3_key").len(), scratch.read("keys/api_key").len()), (32, 43));
}

#[test]
fn what_is_not_given_is_asked_for_and_what_nobody_answers_is_named() {
    let scratch = Scratch::new();
    let typed = "1900000001\nwx00000000000000aa\nhttps://pay.shop.cn\n\n\n";
    scratch.init(InitArgs::default(), Some(typed)).expect("all asked");
    let text = scratch.read("tongbao.toml");
    assert!(text.contains("merchant_name = \"商户 1900000001\""), "{text}");
    assert!(text.contains("platform_certificate = \"download\""), "{text}");
    let empty = Scratch::new();
    for (args, flag) in [
        (InitArgs::default(), "--mchid"),
        (InitArgs { mchid: Some("1900000001".into()), ..InitArgs::default() }, "--appid"),
        (InitArgs { public_url: None, ..flags() }, "--public-url"),
    ] {
        let missing = empty.init(args, None).expect_err("missing");
        assert_eq!(missing.exit(), Exit::Usage);
        assert!(missing.in_words(Lang::Zh).contains(flag), "{flag}");
        assert!(!empty.0.exists(), "nothing is written before everything is known");
    }
}
