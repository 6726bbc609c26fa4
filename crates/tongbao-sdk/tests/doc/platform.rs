// Included by examples in the documentation, so that they run: a platform of stand-ins that answers from
// the fixtures.

use base64::Engine as _;

/// Answers a request with the body of the first path it begins with; each is used once, the last for ever.
struct Platform(std::sync::Mutex<Vec<(&'static str, String)>>);

impl tongbao_sdk::Outbound for Platform {
    fn call(
        &self,
        request: http::Request<bytes::Bytes>,
    ) -> tongbao_sdk::BoxFuture<'_, Result<http::Response<bytes::Bytes>, tongbao_sdk::CallFailure>> {
        let mut answers = self.0.lock().unwrap();
        let place = answers.iter().position(|(path, _)| request.uri().path().starts_with(path));
        let place = place.unwrap_or_else(|| panic!("nothing is planned for {}", request.uri()));
        let body = if answers.len() > 1 { answers.remove(place).1 } else { answers[place].1.clone() };
        let seconds = tongbao_wire::seam::Clock::system().now().seconds();
        let message = format!("{seconds}\nnonce\n{body}\n");
        let signature = tongbao_sdk::Signer::stand_in(b"platform").sign(message.as_bytes()).unwrap();
        let answer = http::Response::builder()
            .header("Wechatpay-Serial", "PLATFORM")
            .header("Wechatpay-Timestamp", seconds)
            .header("Wechatpay-Nonce", "nonce")
            .header("Wechatpay-Signature", base64::engine::general_purpose::STANDARD.encode(signature))
            .body(bytes::Bytes::from(body))
            .unwrap();
        Box::pin(std::future::ready(Ok(answer)))
    }
}

/// A client of that platform.
fn client(answers: Vec<(&'static str, String)>) -> tongbao_sdk::Client {
    let merchant = tongbao_sdk::Merchant::stand_in(
        tongbao_wire::Mchid::parse("1900007291").unwrap(),
        "408B07E79B8269FEC3D5D3E6AB8ED163A6A380DB",
        b"merchant",
        tongbao_sdk::ApiV3Key::parse(b"0123456789abcdef0123456789abcdef").unwrap(),
    );
    tongbao_sdk::Client::new(
        merchant,
        tongbao_sdk::PlatformKeys::stand_in("PLATFORM", b"platform"),
        tongbao_sdk::Hosts::production(),
        std::sync::Arc::new(Platform(std::sync::Mutex::new(answers))),
        tongbao_wire::seam::Clock::system(),
        tongbao_wire::seam::Chance::system(),
    )
}

/// What a call is answered, or a bill.
fn fixture(file: &str) -> String {
    let fixtures = concat!(env!("CARGO_MANIFEST_DIR"), "/../tongbao-wire/fixtures/");
    std::fs::read_to_string(format!("{fixtures}{file}")).unwrap()
}
