//! Pages of the simulator as a browser gets them.

use http::Request;

use crate::world::{Told, World};

/// A page, which is there and has nothing inline.
pub(crate) async fn page(world: &World, path: &str) -> String {
    let told = world.raw(Request::get(path).body("".into()).unwrap()).await;
    assert_eq!(told.status, 200, "{path}");
    assert!(told.header("content-security-policy").starts_with("default-src 'self'"), "{path}");
    let html = String::from_utf8(told.body.to_vec()).unwrap();
    assert!(!html.contains("<script>") && !html.contains(" style="), "{path}: nothing inline");
    html
}

/// What a form that was sent is answered.
pub(crate) async fn posted(world: &World, path: &str, form: &str) -> Told {
    let request = Request::post(path).header("content-type", "application/x-www-form-urlencoded");
    world.raw(request.body(form.to_owned().into()).unwrap()).await
}
