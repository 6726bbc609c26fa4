//! Native mode 1 (v2.md §2.7), which the platform no longer has.

use std::pin::Pin;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::Request;
use serde_json::json;
use tongbao_sim::{Posting, Postman};

use super::client::{Form, read, sign};
use crate::world::{Told, World};

const CALLBACK: &str = "http://127.0.0.1:8080/scanned";

/// Plays the merchant: says one thing, keeps what it was asked.
#[derive(Default)]
struct Shop {
    says: Mutex<String>,
    asked: Mutex<Vec<Request<Bytes>>>,
}

impl Postman for Shop {
    fn post(&self, request: Request<Bytes>) -> Posting<'_> {
        self.asked.lock().unwrap().push(request);
        let words = self.says.lock().unwrap().clone();
        let answer: Pin<Box<dyn Future<Output = _> + Send>> =
            Box::pin(async move { Ok(http::Response::new(Bytes::from(words))) });
        answer
    }
}

fn world(shop: &Arc<Shop>, works: bool) -> World {
    World::with(|settings| {
        settings.merchants[0].scan_callback_url = Some(CALLBACK.into());
        settings.switches.v2_native_mode_1 = works;
        settings.postman = Arc::clone(shop) as Arc<dyn Postman>;
    })
}

fn pairs(fields: &[(&str, &str)]) -> Vec<(String, String)> {
    fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn code(world: &World) -> String {
    let merchant = &world.env.merchants[0];
    let fields = pairs(&[
        ("appid", merchant.apps[0].appid.as_str()),
        ("mch_id", merchant.mchid.as_str()),
        ("nonce_str", "f6808210402125e30663234f94c87a8c"),
        ("product_id", "88888"),
        ("time_stamp", "1415949957"),
    ]);
    let signed = sign(&fields, &merchant.apiv2_key, false);
    let query: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
    format!("weixin://wxpay/bizpayurl?sign={signed}&{}", query.join("&"))
}

async fn scan(world: &World, code: &str) -> Told {
    let request = Request::post("/sim/v1/scan").header("content-type", "application/json");
    world.raw(request.body(json!({ "code_url": code }).to_string().into()).unwrap()).await
}

/// The merchant answers with an order of its own making.
async fn ready(world: &World, shop: &Shop) {
    let order = Form::order(world, "V20260301A").with("trade_type", "NATIVE").with("product_id", "88888");
    let prepay_id = order.send(world).await.succeeded().get("prepay_id").to_owned();
    let mut answer = pairs(&[
        ("return_code", "SUCCESS"),
        ("result_code", "SUCCESS"),
        ("appid", world.env.merchants[0].apps[0].appid.as_str()),
        ("mch_id", world.mchid().as_str()),
        ("nonce_str", "1"),
        ("prepay_id", &prepay_id),
    ]);
    answer.push(("sign".into(), sign(&answer, &world.env.merchants[0].apiv2_key, false)));
    let inside: String = answer.iter().map(|(name, value)| format!("<{name}>{value}</{name}>")).collect();
    *shop.says.lock().unwrap() = format!("<xml>{inside}</xml>");
}

#[tokio::test(start_paused = true)]
async fn the_merchant_is_asked_for_an_order_when_its_code_is_scanned() {
    let shop = Arc::new(Shop::default());
    let world = world(&shop, true);
    ready(&world, &shop).await;
    let short = Form::new(&world, "/tools/shorturl").with("long_url", &code(&world)).send(&world).await;
    for scanned in [code(&world), short.succeeded().get("short_url").to_owned()] {
        let sheet = scan(&world, &scanned).await;
        assert_eq!(sheet.status, 200, "{sheet:?}");
        assert_eq!(sheet.json()["amount"], "1.00");
        let asked = shop.asked.lock().unwrap().pop().unwrap();
        assert_eq!(asked.uri(), CALLBACK);
        let asked = read(std::str::from_utf8(asked.body()).unwrap());
        let get = |name: &str| asked.iter().find(|(known, _)| known == name).unwrap().1.as_str();
        assert_eq!((get("product_id"), get("openid")), ("88888", &*world.openid("payer-1")));
        assert_eq!(get("sign"), sign(&asked, &world.env.merchants[0].apiv2_key, false));
    }
}

#[tokio::test(start_paused = true)]
async fn a_code_or_an_answer_that_is_not_the_merchants_is_refused() {
    let shop = Arc::new(Shop::default());
    let world = world(&shop, true);
    ready(&world, &shop).await;
    let forged = code(&world).replace("88888", "99999");
    assert_eq!(scan(&world, &forged).await.code(), "signature");
    let answer = shop.says.lock().unwrap().replace("<nonce_str>1<", "<nonce_str>2<");
    *shop.says.lock().unwrap() = answer;
    assert_eq!(scan(&world, &code(&world)).await.code(), "signature");
    *shop.says.lock().unwrap() = "no".into();
    assert_eq!(scan(&world, &code(&world)).await.code(), "prepay_id");
}

#[tokio::test(start_paused = true)]
async fn it_does_not_work_unless_the_switch_says_so() {
    let shop = Arc::new(Shop::default());
    let world = world(&shop, false);
    assert_eq!(scan(&world, &code(&world)).await.code(), "prepay_id");
    assert!(shop.asked.lock().unwrap().is_empty());
}
