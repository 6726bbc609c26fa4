//! A directory with a configuration that works, to be spoilt.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use toml::{Table, Value};
use tongbao_sim::{CryptoSettings, KeyMode, PostFailed, Posting, Postman, Settings, Simulator};
use tongbao_wire::Timestamp;
use tongbao_wire::seam::{Chance, Clock};

use crate::config::{Checked, Config, ConfigErrors, Environment};

/// 2026-03-15.
const NOW_SECONDS: i64 = 1_773_532_800;
/// 2060-01-01T00:00:00Z, when the simulator's fixed certificates end.
pub(super) const CERTIFICATE_ENDS_SECONDS: i64 = 2_840_140_800;

/// Its label is all that is looked at.
pub(super) const ENCRYPTED: &[u8] =
    b"-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";

/// The directory; removed when dropped.
pub(super) struct Home {
    dir: PathBuf,
    table: Option<Table>,
    id: String,
    pub(super) environment: Environment,
    pub(super) now: Timestamp,
}

impl Home {
    /// With keys, certificates and a file that names them.
    pub(super) fn new() -> Self {
        let env = simulator().env();
        let (merchant, key) = (&env.merchants[0], env.platform_public_key.expect("both modes"));
        let mut home = Self::empty();
        home.id = key.id;
        for (name, text) in [
            ("key.pem", merchant.private_key_pem.as_str()),
            ("cert.pem", &merchant.certificate_pem),
            ("pub_key.pem", &key.pem),
            ("platform_cert.pem", &env.platform_certificate.expect("both modes").pem),
            ("apiv3_key", &merchant.apiv3_key),
            ("app_secret", &merchant.apps[0].secret),
            ("api_key", "abcdefghijklmnopqrstuvwxyz012345"),
        ] {
            home.write(&format!("keys/{name}"), text.as_bytes());
        }
        home.table = Some(GOOD.replace("PUBLIC_KEY_ID", &home.id).parse().expect("TOML"));
        home
    }

    /// With this file and nothing else.
    pub(super) fn with_text(text: &str) -> Self {
        let mut home = Self::empty();
        home.write("tongbao.toml", text.as_bytes());
        home
    }

    fn empty() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let dir = std::env::temp_dir().join(format!("tongbao-config-{}-{count}", std::process::id()));
        fs::create_dir_all(dir.join("keys")).expect("a temporary directory");
        let now = Timestamp::from_seconds(NOW_SECONDS);
        Self { dir, table: None, id: String::new(), environment: Environment::empty(), now }
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    pub(super) fn file(&self) -> String {
        self.path("tongbao.toml").display().to_string()
    }

    pub(super) fn public_key_id(&self) -> &str {
        &self.id
    }

    pub(super) fn load(&self) -> Result<Config, ConfigErrors> {
        if let Some(table) = &self.table {
            fs::write(self.path("tongbao.toml"), table.to_string()).expect("written");
        }
        self.load_file()
    }

    pub(super) fn load_file(&self) -> Result<Config, ConfigErrors> {
        Config::load(Some(&self.path("tongbao.toml")), &self.environment)
    }

    pub(super) fn check(&self) -> Result<Checked, ConfigErrors> {
        self.load()?.check(&self.environment, self.now)
    }

    pub(super) fn write(&mut self, name: &str, bytes: &[u8]) {
        fs::write(self.path(name), bytes).expect("written");
    }

    pub(super) fn copy(&mut self, from: &str, to: &str) {
        fs::copy(self.path(from), self.path(to)).expect("copied");
    }

    pub(super) fn remove(&mut self, name: &str) {
        fs::remove_file(self.path(name)).expect("it was there");
    }

    /// Sets a text such as `server.listen`.
    pub(super) fn set(&mut self, path: &str, text: &str) {
        let (table, key) = self.entry(path);
        table.insert(key, Value::String(text.into()));
    }

    pub(super) fn unset(&mut self, path: &str) {
        let (table, key) = self.entry(path);
        table.remove(&key);
    }

    pub(super) fn rename_account(&mut self, name: &str) {
        let table = self.table();
        let accounts = table["accounts"].as_table_mut().expect("a table");
        let account = accounts.remove("main").expect("there");
        accounts.insert(name.into(), account);
        table.remove("goods");
        table.remove("api_keys");
    }

    /// A second account, the same in everything but its name.
    pub(super) fn copy_account(&mut self, name: &str) {
        let accounts = self.table()["accounts"].as_table_mut().expect("a table");
        let copy = accounts["main"].clone();
        accounts.insert(name.into(), copy);
    }

    pub(super) fn good(&mut self, id: &str, price_fen: i64, account: &str) {
        let good = format!("id = {id:?}\nname = \"杯\"\nprice_fen = {price_fen}\naccount = {account:?}\n");
        self.push("goods", &good);
    }

    pub(super) fn api_key(&mut self, name: &str, account: &str, secret: &str) {
        self.write("keys/other", secret.as_bytes());
        let key = format!("name = {name:?}\naccount = {account:?}\nsecret = \"file:keys/other\"\n");
        self.push("api_keys", &key);
    }

    fn push(&mut self, list: &str, text: &str) {
        let list = self.table()[list].as_array_mut().expect("a list");
        list.push(Value::Table(text.parse().expect("TOML")));
    }

    fn entry(&mut self, path: &str) -> (&mut Table, String) {
        let (tables, key) = path.rsplit_once('.').expect("a path");
        let table =
            tables.split('.').fold(self.table(), |table, name| table[name].as_table_mut().expect("a table"));
        (table, key.to_owned())
    }

    fn table(&mut self) -> &mut Table {
        self.table.as_mut().expect("a configuration made of a table")
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        // A leftover in the temporary directory harms nobody.
        let _ = fs::remove_dir_all(&self.dir);
    }
}

/// A private key that is not RSA.
pub(super) fn ec_key() -> String {
    use aws_lc_rs::{rand::SystemRandom, signature};
    let algorithm = &signature::ECDSA_P256_SHA256_ASN1_SIGNING;
    let key = signature::EcdsaKeyPair::generate_pkcs8(algorithm, &SystemRandom::new()).expect("a key");
    format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", STANDARD.encode(key))
}

fn simulator() -> Simulator {
    let clock = Clock::fixed(Timestamp::from_seconds(NOW_SECONDS));
    let base_url = "http://127.0.0.1:8900".to_owned();
    let mut settings = Settings::local(clock, Chance::system(), Arc::new(NoPost), base_url);
    settings.key_mode = KeyMode::Both;
    settings.crypto = CryptoSettings::Fixed;
    Simulator::new(settings).expect("settings that work")
}

/// Nothing is ever posted.
struct NoPost;

impl Postman for NoPost {
    fn post(&self, _: http::Request<bytes::Bytes>) -> Posting<'_> {
        Box::pin(std::future::ready(Err(PostFailed::TimedOut)))
    }
}

const GOOD: &str = r#"
[server]
public_url = "https://pay.shop.cn"
[platform]
[accounts.main]
mchid = "1900000001"
appid = "wx00000000000000aa"
app_secret = "file:keys/app_secret"
merchant_key = "file:keys/key.pem"
merchant_certificate = "file:keys/cert.pem"
apiv3_key = "file:keys/apiv3_key"
platform_public_key = "file:keys/pub_key.pem"
platform_public_key_id = "PUBLIC_KEY_ID"
merchant_name = "通宝小店"
[[api_keys]]
name = "shop"
account = "main"
secret = "file:keys/api_key"
[[goods]]
id = "tea"
name = "龙井茶"
price_fen = 990
account = "main"
"#;
