//! The configuration a demo writes for its server: an ordinary one, against the simulator.

use std::fmt::Write as _;
use std::io;
use std::path::Path;

use tongbao_sim::Simulator;

/// What the demo's shop sells.
const GOODS: &[(&str, &str, &str, &str, &str, i64, &str)] = &[
    ("longjing", "明前龙井", "Longjing tea", "一芽一叶，50 克", "One bud, one leaf; 50 g", 6_800, "🍵"),
    ("osmanthus", "桂花拿铁", "Osmanthus latte", "热，中杯", "Hot, medium", 2_200, "☕"),
    ("mooncake", "苏式月饼", "Suzhou mooncake", "鲜肉，现烤", "Pork, fresh from the oven", 990, "🥮"),
    ("honey", "枣花蜜", "Jujube honey", "一罐 250 克", "A jar of 250 g", 3_900, "🍯"),
    ("notebook", "线装笔记本", "Thread-bound notebook", "宣纸内页", "Xuan paper", 2_850, "📓"),
    ("one-fen", "一分钱试一试", "One fen, to try", "只为试付", "Only to try paying", 1, "🪙"),
];

/// Writes `tongbao.toml` and the key files it names into `data`.
pub(super) fn write(simulator: &Simulator, data: &Path, public_url: &str, api_key: &str) -> io::Result<()> {
    let env = simulator.env();
    let merchant = &env.merchants[0];
    let app = &merchant.apps[0];
    let keys = data.join("keys");
    std::fs::create_dir_all(&keys)?;
    secret(&keys.join("apiclient_key.pem"), &merchant.private_key_pem)?;
    secret(&keys.join("apiclient_cert.pem"), &merchant.certificate_pem)?;
    secret(&keys.join("apiv3_key"), &merchant.apiv3_key)?;
    secret(&keys.join("app_secret"), &app.secret)?;
    secret(&keys.join("api_key"), api_key)?;
    let mut toml = String::from(
        "# 演示用配置，密钥只对本次的模拟器有效。Made by `tongbao demo` for its own simulator.\n",
    );
    let mut line = |text: &str| {
        toml.push_str(text);
        toml.push('\n');
    };
    line(&format!("[server]\nlisten = \"127.0.0.1:0\"\npublic_url = \"{public_url}\"\ndata = \".\"\n"));
    line(&format!("[platform]\nbase_url = \"{0}\"\nlogin_url = \"{0}\"\n", env.base_url));
    line(&format!(
        "[accounts.main]\nmchid = \"{}\"\nappid = \"{}\"\nmerchant_name = \"{}\"",
        merchant.mchid, app.appid, merchant.name
    ));
    line("app_secret = \"file:keys/app_secret\"\nmerchant_key = \"file:keys/apiclient_key.pem\"");
    line("merchant_certificate = \"file:keys/apiclient_cert.pem\"\napiv3_key = \"file:keys/apiv3_key\"");
    if let Some(key) = &env.platform_public_key {
        secret(&keys.join("pub_key.pem"), &key.pem)?;
        line(&format!(
            "platform_public_key = \"file:keys/pub_key.pem\"\nplatform_public_key_id = \"{}\"",
            key.id
        ));
    }
    if env.platform_certificate.is_some() {
        line("platform_certificate = \"download\"");
    }
    line("\n[[api_keys]]\nname = \"demo\"\naccount = \"main\"\nsecret = \"file:keys/api_key\"");
    for (id, name, name_en, description, description_en, price_fen, picture) in GOODS {
        let _infallible = write!(
            toml,
            "\n[[goods]]\nid = \"{id}\"\nname = \"{name}\"\nname_en = \"{name_en}\"\ndescription = \"{description}\"\n\
             description_en = \"{description_en}\"\nprice_fen = {price_fen}\npicture = \"{picture}\"\naccount = \"main\"\n"
        );
    }
    std::fs::write(data.join("tongbao.toml"), toml)
}

/// Writes a file that only its owner can read.
fn secret(path: &Path, text: &str) -> io::Result<()> {
    use std::io::Write as _;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(text.as_bytes())
}
