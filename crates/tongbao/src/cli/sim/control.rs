//! The simulator's control API, from outside.

use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE, HOST};
use http::uri::Authority;
use http::{Method, Request, StatusCode, Uri};
use http_body_util::{BodyExt, Full, Limited};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;

use crate::cli::outcome::{CliError, Exit};
use crate::cli::table::plain;
use crate::config::Words;

/// A simulator to talk to.
pub(super) struct Control {
    authority: Authority,
}

impl Control {
    /// The simulator at that address.
    pub(super) fn at(url: &str) -> Result<Self, CliError> {
        let uri: Option<Uri> = url.parse().ok();
        let plain = uri.filter(|uri| uri.scheme_str() == Some("http") && uri.path() == "/");
        let authority = plain.and_then(|uri| uri.authority().cloned());
        authority.map(|authority| Self { authority }).ok_or_else(|| {
            CliError::new(
                Exit::Usage,
                Words::new(
                    format!("{url} 不是模拟器的地址"),
                    format!("{url} is not the address of a simulator"),
                ),
                Words::new("写成 --url http://127.0.0.1:8900", "write --url http://127.0.0.1:8900"),
            )
        })
    }

    pub(super) async fn get(&self, path: &str) -> Result<Value, CliError> {
        self.json(&self.call(Method::GET, path, "", Bytes::new()).await?)
    }

    pub(super) async fn post(&self, path: &str, body: &Value) -> Result<Value, CliError> {
        self.json(&self.call(Method::POST, path, JSON, body.to_string().into()).await?)
    }

    /// Puts a text there; whoever reads it sees its format.
    pub(super) async fn put(&self, path: &str, text: String) -> Result<Value, CliError> {
        self.json(&self.call(Method::PUT, path, "text/plain; charset=utf-8", text.into()).await?)
    }

    /// What it says, or nothing when it says nothing.
    pub(super) async fn delete(&self, path: &str) -> Result<Value, CliError> {
        let said = self.call(Method::DELETE, path, "", Bytes::new()).await?;
        if said.is_empty() { Ok(Value::Null) } else { self.json(&said) }
    }

    /// A file, as text.
    pub(super) async fn text(&self, path: &str) -> Result<String, CliError> {
        let body = self.call(Method::GET, path, "", Bytes::new()).await?;
        String::from_utf8(body.into()).map_err(|_| self.unreachable("not text"))
    }

    async fn call(&self, method: Method, path: &str, kind: &str, body: Bytes) -> Result<Bytes, CliError> {
        let request = Request::builder()
            .method(method)
            .uri(format!("/sim/v1/{path}"))
            .header(HOST, self.authority.as_str())
            .header(ACCEPT, JSON)
            .header(CONTENT_TYPE, kind)
            .body(Full::new(body))
            .expect("escaped paths and our own headers make a request");
        let answered = tokio::time::timeout(ANSWER_WITHIN, self.exchange(request)).await;
        let (status, body) = answered
            .unwrap_or_else(|_| Err("no answer in time".into()))
            .map_err(|error| self.unreachable(&error.to_string()))?;
        if status.is_success() {
            return Ok(body);
        }
        Err(refused(status, &self.json(&body)?))
    }

    fn json(&self, body: &[u8]) -> Result<Value, CliError> {
        serde_json::from_slice(body).map_err(|_| self.unreachable("not JSON"))
    }

    async fn exchange(&self, request: Request<Full<Bytes>>) -> Result<(StatusCode, Bytes), Failed> {
        let host = self.authority.host().trim_start_matches('[').trim_end_matches(']');
        let stream = TcpStream::connect((host, self.authority.port_u16().unwrap_or(80))).await?;
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        let mut exchange = Box::pin(async {
            let answer = sender.send_request(request).await?;
            let status = answer.status();
            let body = Limited::new(answer.into_body(), ANSWER_BYTES_MAX).collect().await?;
            Ok((status, body.to_bytes()))
        });
        tokio::select! {
            answered = &mut exchange => answered,
            // What arrived before the connection ended is still to be read.
            _ended = connection => exchange.await,
        }
    }

    fn unreachable(&self, said: &str) -> CliError {
        let authority = &self.authority;
        CliError::new(
            Exit::Unreachable,
            Words::new(
                format!("{authority} 上没有模拟器应答：{said}"),
                format!("no simulator answers at {authority}: {said}"),
            ),
            Words::new(
                "先运行 tongbao simulate，或用 --url 指向它",
                "start tongbao simulate, or point --url at it",
            ),
        )
    }
}

type Failed = Box<dyn std::error::Error + Send + Sync>;

fn refused(status: StatusCode, answer: &Value) -> CliError {
    let text = |member: &str| plain(answer[member].as_str().unwrap_or_default());
    let (code, detail) = (text("code"), text("detail"));
    let said = format!("{detail} ({code}, HTTP {})", status.as_u16());
    CliError::new(
        Exit::Refused,
        Words::new(format!("模拟器拒绝了：{said}"), format!("the simulator refused: {said}")),
        match code.as_str() {
            "unknown_snapshot" => {
                Words::new("先用 tongbao sim snapshot 名称 保存", "keep one with tongbao sim snapshot NAME")
            }
            "unknown_merchant" | "merchant_exists" | "merchant_in_use" => {
                Words::new("用 tongbao sim merchants 看有谁", "see who there is with tongbao sim merchants")
            }
            "unknown_refund" | "refund_decided" | "not_enough" => {
                Words::new("用 tongbao sim refunds 看退款", "look at tongbao sim refunds")
            }
            "unknown_payer" => {
                Words::new("用 tongbao sim payers 看有谁", "see who there is with tongbao sim payers")
            }
            _ if answer["error"]["fix"]["en"].is_string() => {
                let fix = |lang: &str| plain(answer["error"]["fix"][lang].as_str().unwrap_or_default());
                Words::new(fix("zh"), fix("en"))
            }
            _ => Words::new(
                "用 tongbao sim orders 看订单现在的状态",
                "look at the order's state with tongbao sim orders",
            ),
        },
    )
}

/// A segment of a path: order numbers may have `|` and `*`.
pub(super) fn escaped(text: &str) -> String {
    let mut path = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~*".contains(&byte) {
            path.push(char::from(byte));
        } else {
            path.push_str(&format!("%{byte:02X}"));
        }
    }
    path
}

const JSON: &str = "application/json";
/// Moving the clock over days sends every notification on the way, each of which may take five seconds.
const ANSWER_WITHIN: Duration = Duration::from_secs(120);
/// Ten thousand orders with their histories.
const ANSWER_BYTES_MAX: usize = 64 * 1024 * 1024;

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;
    use tokio::net::TcpListener;
    use tongbao_sim::{CryptoSettings, HttpPostman, Settings, Simulator};
    use tongbao_wire::seam::{Chance, Clock};

    use super::{Control, escaped};
    use crate::cli::outcome::Exit;
    use crate::listen::{self, Options};
    use crate::tasks::Tasks;

    #[tokio::test]
    async fn a_running_simulator_answers_and_refuses_and_a_stopped_one_is_unreachable() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("bound"));
        let postman = Arc::new(HttpPostman::new());
        let mut settings = Settings::local(Clock::system(), Chance::system(), postman, url.clone());
        settings.crypto = CryptoSettings::Fixed;
        let router = Simulator::new(settings).expect("settings that work").router();
        let tasks = Tasks::new();
        tasks.spawn("simulator", async move {
            listen::serve(listener, router, Options::default(), std::future::pending()).await;
        });
        let control = Control::at(&url).expect("an address");
        assert_eq!(control.get("orders").await.expect("answers"), json!({ "orders": [] }));
        let clock = control.post("clock", &json!({ "advance_seconds": 7200 })).await.expect("answers");
        assert_eq!(clock["ahead_seconds"], 7200);
        let refused = control.post("orders/NO-SUCH-1/pay", &json!({})).await.expect_err("refused");
        assert_eq!(refused.exit(), Exit::Refused);
        let no_bill = control.text("bills/yesterday?type=ALL").await.expect_err("nothing happened");
        assert_eq!(no_bill.exit(), Exit::Refused);
        tasks.abort_all();
        tasks.shutdown(std::time::Duration::ZERO).await;
        let unreachable = control.get("orders").await.expect_err("nobody listens");
        assert_eq!(unreachable.exit(), Exit::Unreachable);
    }

    #[test]
    fn order_numbers_are_escaped() {
        assert_eq!(escaped("a_b-c|d*e/../f"), "a_b-c%7Cd*e%2F..%2Ff");
        assert_eq!(escaped("订"), "%E8%AE%A2");
    }

    #[test]
    fn only_plain_http_without_a_path_is_a_simulator() {
        for (url, fine) in [
            ("http://127.0.0.1:8900", true),
            ("http://[::1]:8900/", true),
            ("http://localhost", true),
            ("https://127.0.0.1:8900", false),
            ("127.0.0.1:8900", false),
            ("http://127.0.0.1:8900/sim", false),
            ("", false),
        ] {
            assert_eq!(Control::at(url).is_ok(), fine, "{url}");
        }
    }
}
