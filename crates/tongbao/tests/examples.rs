//! The examples of the SDK, run against the simulator over real sockets.

#[path = "../../tongbao-sdk/examples/notification.rs"]
mod notification;
#[path = "../../tongbao-sdk/examples/prepay.rs"]
mod prepay;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tongbao::listen::{self, Options};
use tongbao_sdk::{Content, Notification};
use tongbao_sim::{CryptoSettings, HttpPostman, Outcome, Settings, Simulator};
use tongbao_wire::OutTradeNo;
use tongbao_wire::seam::{Chance, Clock};

fn of_this_payment(notification: &Notification) -> bool {
    matches!(&notification.content, Content::Payment(payment) if payment.out_trade_no.as_str() == "EXAMPLE0000001")
}

async fn bind() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("bound"));
    (listener, url)
}

#[tokio::test]
async fn an_order_of_one_example_is_notified_to_the_other() {
    let (platform, platform_url) = bind().await;
    let (receiver, receiver_url) = bind().await;
    let postman = Arc::new(HttpPostman::new());
    let mut settings = Settings::local(Clock::system(), Chance::system(), postman, platform_url);
    settings.crypto = CryptoSettings::Fixed;
    let simulator = Simulator::new(settings).expect("a simulator");
    let directory = std::env::temp_dir().join(format!("tongbao-examples-{}", std::process::id()));
    let mut variables = variables(&simulator, &directory);
    variables.insert("NOTIFY_URL".into(), format!("{receiver_url}/notify"));
    let variable = |name: &str| variables.get(name).cloned();

    let client = notification::client(variable).expect("the receiver's client");
    let receiving = notification::router(client, of_this_payment);
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let until = || {
        let mut stopped = stopped.clone();
        async move {
            let _sender_gone = stopped.changed().await;
        }
    };
    let serving = async {
        tokio::join!(
            listen::serve(platform, simulator.router(), Options::default(), until()),
            listen::serve(receiver, receiving, Options::default(), until()),
        )
    };
    let buying = async {
        let number = OutTradeNo::parse("EXAMPLE0000001").expect("valid");
        let cashier = prepay::prepay(variable, &number).await.expect("an order");
        assert!(cashier.package.starts_with("prepay_id=wx"), "{cashier:?}");
        simulator.pay(&number, None).await.expect("paid");
        simulator.advance(Duration::ZERO).await;
        let sent = simulator.notifications();
        let outcomes: Vec<_> =
            sent.iter().flat_map(|one| &one.attempts).map(|attempt| attempt.outcome.clone()).collect();
        assert_eq!(outcomes, [Outcome::Accepted]);
        drop(stop);
    };
    tokio::join!(serving, buying);
    std::fs::remove_dir_all(&directory).expect("the test's own directory");
}

/// What `tongbao simulate --write-env` writes, read back.
fn variables(simulator: &Simulator, directory: &std::path::Path) -> BTreeMap<String, String> {
    std::fs::create_dir_all(directory).expect("a directory");
    let file = directory.join("wxpay.env");
    simulator.write_env(&file).expect("the file is written");
    let text = std::fs::read_to_string(&file).expect("the file");
    let pairs = text.lines().filter_map(|line| line.split_once('='));
    let unquoted = |value: &str| value.trim_matches(|quote| matches!(quote, '"' | '\'')).to_owned();
    pairs.map(|(name, value)| (name.to_owned(), unquoted(value))).collect()
}
