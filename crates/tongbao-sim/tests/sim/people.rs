//! The control API from a test: what people do.

use http::Request;
use serde_json::Value;

use crate::world::{Told, World};

/// Asks `/sim/v1/{path}`; `null` stands for no body.
pub(crate) async fn ask(world: &World, method: &str, path: &str, body: &Value) -> Told {
    let request =
        Request::builder().method(method).uri(format!("/sim/v1/{path}")).header("host", "localhost");
    let body = if body.is_null() { String::new() } else { body.to_string() };
    world.raw(request.body(body.into()).unwrap()).await
}
