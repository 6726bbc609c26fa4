//! Creates a mini-program order and prints what `wx.requestPayment` is called with.
//!
//! Against the simulator, in two terminals:
//!
//! ```text
//! tongbao simulate --write-env wxpay.env
//! set -a; . ./wxpay.env; set +a; cargo run -p tongbao-sdk --example prepay
//! ```
//!
//! Against the platform itself, set the same variables to your merchant's.

use std::error::Error;
use std::sync::Arc;

use tongbao_sdk::{
    ApiV3Key, Client, Hosts, HttpOptions, HttpOutbound, JsapiPrepay, Merchant, MerchantKey, OrderTerms,
    PlatformKeys, RequestPayment,
};
use tongbao_wire::seam::{Chance, Clock};
use tongbao_wire::{Appid, Fen, Mchid, Openid, OutTradeNo};

/// Creates the order `out_trade_no`, with everything it needs from `variable`.
///
/// # Errors
/// Whatever is missing, does not fit, or is refused.
pub(crate) async fn prepay(
    variable: impl Fn(&str) -> Option<String>,
    out_trade_no: &OutTradeNo,
) -> Result<RequestPayment, Box<dyn Error>> {
    let needed = |name: &str| variable(name).ok_or_else(|| format!("the variable {name} is not set"));
    let file = |name: &str| Ok::<_, Box<dyn Error>>(std::fs::read(needed(name)?)?);

    // Key and certificate of one download: the serial number comes from the certificate.
    let key = MerchantKey::from_pem(&file("MCH_PRIVATE_KEY")?, &file("MCH_CERT")?)?;
    let apiv3_key = ApiV3Key::parse(needed("APIV3_KEY")?.as_bytes())?;
    let merchant = Merchant::new(Mchid::parse(&needed("MCHID")?)?, &key, apiv3_key);
    let platform =
        PlatformKeys::from_public_key(&needed("PLATFORM_PUBLIC_KEY_ID")?, &file("PLATFORM_PUBLIC_KEY")?)?;
    let hosts = variable("WXPAY_BASE_URL").map_or_else(Hosts::production, |base_url| Hosts::only(&base_url));
    let outbound = Arc::new(HttpOutbound::new(&HttpOptions::default())?);
    let client = Client::new(merchant, platform, hosts, outbound, Clock::system(), Chance::system());

    let appid = Appid::parse(&needed("APPID")?)?;
    let openid = Openid::parse(&needed("OPENID")?)?;
    let notify_url = variable("NOTIFY_URL").unwrap_or_else(|| "https://pay.example.com/notify".into());
    let order = OrderTerms::new(out_trade_no.clone(), "一壶茶", Fen::new(990));
    let order = JsapiPrepay::new(appid.clone(), order, openid, notify_url);
    // Record the order before this line: a lost answer is answered by sending the same order again.
    let answer = client.jsapi_prepay(&order).await?;
    Ok(client.invoke_mini_program(&appid, &answer.prepay_id)?)
}

#[tokio::main(flavor = "current_thread")]
#[allow(dead_code, clippy::print_stdout, reason = "an example speaks on its output; a test calls `prepay`")]
async fn main() -> Result<(), Box<dyn Error>> {
    let chance = Chance::system().text(16, "0123456789ABCDEFGHJKMNPQRSTVWXYZ");
    let out_trade_no = OutTradeNo::parse(&format!("EXAMPLE{chance}"))?;
    let cashier = prepay(|name| std::env::var(name).ok(), &out_trade_no).await?;
    println!("{out_trade_no}");
    println!("{}", serde_json::to_string_pretty(&cashier)?);
    Ok(())
}
