//! Receives notifications with axum: verified before they are parsed, answered after they are taken.
//!
//! ```text
//! set -a; . ./wxpay.env; set +a; cargo run -p tongbao-sdk --example notification
//! ```
//!
//! listens on 127.0.0.1:9000, the `NOTIFY_URL` for the example `prepay`.

use std::error::Error;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use tongbao_sdk::{
    ApiV3Key, Client, Content, Hosts, HttpOptions, HttpOutbound, Merchant, MerchantKey, Notification,
    PlatformKeys,
};
use tongbao_wire::Mchid;
use tongbao_wire::seam::{Chance, Clock};

/// The client that opens notifications, with everything it needs from `variable`.
///
/// # Errors
/// Whatever is missing or does not fit.
pub(crate) fn client(variable: impl Fn(&str) -> Option<String>) -> Result<Client, Box<dyn Error>> {
    let needed = |name: &str| variable(name).ok_or_else(|| format!("the variable {name} is not set"));
    let file = |name: &str| Ok::<_, Box<dyn Error>>(std::fs::read(needed(name)?)?);
    let key = MerchantKey::from_pem(&file("MCH_PRIVATE_KEY")?, &file("MCH_CERT")?)?;
    let apiv3_key = ApiV3Key::parse(needed("APIV3_KEY")?.as_bytes())?;
    let merchant = Merchant::new(Mchid::parse(&needed("MCHID")?)?, &key, apiv3_key);
    // Both kinds of key are held at once, so that a migration changes nothing here.
    let platform =
        PlatformKeys::from_public_key(&needed("PLATFORM_PUBLIC_KEY_ID")?, &file("PLATFORM_PUBLIC_KEY")?)?
            .and_downloaded();
    let hosts = variable("WXPAY_BASE_URL").map_or_else(Hosts::production, |base_url| Hosts::only(&base_url));
    let outbound = Arc::new(HttpOutbound::new(&HttpOptions::default())?);
    Ok(Client::new(merchant, platform, hosts, outbound, Clock::system(), Chance::system()))
}

/// What is done with a notification; `false` when it could not be done now.
type Take = fn(&Notification) -> bool;

/// One route. `take` is told of each notification once or more often, and must be safe to repeat.
pub(crate) fn router(client: Client, take: Take) -> Router {
    Router::new().route("/notify", post(receive)).with_state((client, take))
}

/// The body stays bytes until its signature holds. Anything but 2xx makes the platform send it again.
async fn receive(
    State((client, take)): State<(Client, Take)>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    match client.open_notification(&headers, &body) {
        // Compare amount and merchant with your order, write it down, and only then answer.
        Ok(notification) if take(notification.get()) => StatusCode::NO_CONTENT,
        Ok(_) => StatusCode::SERVICE_UNAVAILABLE,
        Err(_) => StatusCode::UNAUTHORIZED,
    }
}

#[allow(clippy::print_stdout, reason = "an example speaks on its output")]
fn show(notification: &Notification) -> bool {
    match &notification.content {
        Content::Payment(payment) => {
            println!("{} {} {}", notification.id, payment.out_trade_no, payment.trade_state);
        }
        Content::Refund(refund) => {
            println!("{} {} {}", notification.id, refund.out_refund_no, refund.refund_status);
        }
        _ => println!("{} {}", notification.id, notification.event_type),
    }
    true
}

#[tokio::main(flavor = "current_thread")]
#[allow(dead_code, reason = "a test calls `client` and `router`")]
async fn main() -> Result<(), Box<dyn Error>> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:9000").await?;
    let client = client(|name| std::env::var(name).ok())?;
    axum::serve(listener, router(client, show)).await?;
    Ok(())
}
