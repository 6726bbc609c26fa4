//! The configuration that `tongbao init` writes.

use toml::Value;

/// What is filled in. Texts are plain; they are quoted here.
pub(super) struct Answers {
    /// The name of the configuration file.
    pub(super) file: String,
    pub(super) account: String,
    pub(super) mchid: String,
    pub(super) appid: String,
    pub(super) merchant_name: String,
    pub(super) public_url: String,
    /// Where the simulator is, when it takes the platform's place.
    pub(super) simulator_url: Option<String>,
    pub(super) keys: KeyPlaces,
}

/// Where keys are: `file:…` each.
pub(super) struct KeyPlaces {
    pub(super) app_secret: String,
    pub(super) merchant_key: String,
    pub(super) merchant_certificate: String,
    pub(super) apiv3_key: String,
    pub(super) api_key: String,
    /// The platform's public key, and its id.
    pub(super) public_key: Option<(String, String)>,
    /// Whether platform certificates are downloaded.
    pub(super) downloads_certificates: bool,
}

/// The file's text.
pub(super) fn filled(answers: &Answers) -> String {
    let keys = &answers.keys;
    let mut text = TEMPLATE.to_owned();
    for (name, value) in [
        ("public_url", quoted(&answers.public_url)),
        ("platform", platform(answers.simulator_url.as_deref())),
        ("mchid", quoted(&answers.mchid)),
        ("appid", quoted(&answers.appid)),
        ("merchant_name", quoted(&answers.merchant_name)),
        ("app_secret", quoted(&keys.app_secret)),
        ("merchant_key", quoted(&keys.merchant_key)),
        ("merchant_certificate", quoted(&keys.merchant_certificate)),
        ("apiv3_key", quoted(&keys.apiv3_key)),
        ("api_key", quoted(&keys.api_key)),
        ("platform_keys", platform_keys(keys)),
        // Plain words that were checked: they stand in comments and names.
        ("account", answers.account.clone()),
        ("file", answers.file.clone()),
    ] {
        text = text.replace(&format!("{{{{{name}}}}}"), &value);
    }
    text
}

fn platform(simulator_url: Option<&str>) -> String {
    let Some(url) = simulator_url.map(quoted) else {
        return String::new();
    };
    format!(
        "\n# 模拟器代替微信支付；上线时删去这一段。  The simulator stands in for the platform; remove to go live.\n\
         [platform]\nbase_url = {url}\nlogin_url = {url}\n"
    )
}

fn platform_keys(keys: &KeyPlaces) -> String {
    let mut lines = Vec::new();
    if let Some((file, id)) = &keys.public_key {
        lines.push(format!("platform_public_key = {}", quoted(file)));
        lines.push(format!("platform_public_key_id = {}", quoted(id)));
    }
    if keys.downloads_certificates {
        lines.push("platform_certificate = \"download\"".to_owned());
    }
    lines.join("\n")
}

fn quoted(text: &str) -> String {
    Value::String(text.to_owned()).to_string()
}

const TEMPLATE: &str = include_str!("tongbao.toml");
