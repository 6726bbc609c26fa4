//! Good requests of every scene, to be spoilt one member at a time.

use serde_json::{Value, json};

use crate::world::{Told, World};

/// A request of one of the merchants.
pub(crate) struct Request {
    pub(crate) target: String,
    pub(crate) body: Value,
    /// Which merchant signs: the shop, the provider, the sub-merchant.
    pub(crate) signer: usize,
}

impl Request {
    fn new(target: &str, signer: usize, body: Value) -> Self {
        Self { target: target.into(), body, signer }
    }

    pub(crate) fn jsapi(world: &World) -> Self {
        Self::new("/v3/pay/transactions/jsapi", 0, world.order("T20260301A"))
    }

    pub(crate) fn app(world: &World) -> Self {
        Self::new("/v3/pay/transactions/app", 0, without(world.order("T20260301A"), "payer"))
    }

    pub(crate) fn native(world: &World) -> Self {
        Self::new("/v3/pay/transactions/native", 0, without(world.order("T20260301A"), "payer"))
    }

    pub(crate) fn h5(world: &World) -> Self {
        let mut body = without(world.order("T20260301A"), "payer");
        body["scene_info"] = json!({"payer_client_ip": "203.0.113.7", "h5_info": {"type": "Wap"}});
        Self::new("/v3/pay/transactions/h5", 0, body)
    }

    pub(crate) fn code_pay(world: &World) -> Self {
        let mut body = without(without(world.order("T20260301A"), "payer"), "notify_url");
        body["payer"] = json!({"auth_code": world.sim.payment_code(None).unwrap().as_str()});
        body["scene_info"] = json!({"device_id": "cash-1", "store_info": {"id": "0001"}});
        Self::new("/v3/pay/transactions/codepay", 0, body)
    }

    pub(crate) fn reverse(world: &World) -> Self {
        let body = json!({"appid": world.env.merchants[0].apps[0].appid, "mchid": world.mchid()});
        Self::new("/v3/pay/transactions/out-trade-no/T20260301A/reverse", 0, body)
    }

    pub(crate) fn partner(world: &World) -> Self {
        let body = json!({
            "sp_appid": world.env.merchants[1].apps[0].appid,
            "sp_mchid": world.env.merchants[1].mchid,
            "sub_mchid": world.env.merchants[2].mchid,
            "description": "龙井一盒",
            "out_trade_no": "T20260301B",
            "notify_url": "http://127.0.0.1:8080/notify",
            "amount": {"total": 100, "currency": "CNY"},
            "payer": {"sp_openid": at(world, 1, "payer-1")},
        });
        Self::new("/v3/pay/partner/transactions/jsapi", 1, body)
    }

    pub(crate) fn combine(world: &World) -> Self {
        let part = |number: &str, fen: i64| {
            json!({
                "mchid": world.mchid(),
                "attach": "a",
                "amount": {"total_amount": fen, "currency": "CNY"},
                "out_trade_no": number,
                "description": "龙井一盒",
            })
        };
        let body = json!({
            "combine_appid": world.env.merchants[0].apps[0].appid,
            "combine_mchid": world.mchid(),
            "combine_out_trade_no": "C20260301A",
            "combine_payer_info": {"openid": world.openid("payer-1")},
            "notify_url": "http://127.0.0.1:8080/notify",
            "sub_orders": [part("S20260301A", 60), part("S20260301B", 40)],
        });
        Self::new("/v3/combine-transactions/jsapi", 0, body)
    }

    pub(crate) fn combine_close(world: &World) -> Self {
        let part = |number: &str| json!({"mchid": world.mchid(), "out_trade_no": number});
        let body = json!({
            "combine_appid": world.env.merchants[0].apps[0].appid,
            "sub_orders": [part("S20260301B"), part("S20260301A")],
        });
        Self::new("/v3/combine-transactions/out-trade-no/C20260301A/close", 0, body)
    }

    pub(crate) fn with(mut self, change: impl FnOnce(&mut Value)) -> Self {
        change(&mut self.body);
        self
    }

    pub(crate) fn to(mut self, target: &str) -> Self {
        self.target = target.into();
        self
    }

    pub(crate) async fn send(&self, world: &World) -> Told {
        world.post_as(self.signer, &self.target, &self.body).await
    }

    /// Sends it and expects success.
    pub(crate) async fn accepted(&self, world: &World) -> Value {
        let told = self.send(world).await;
        assert!(told.status.is_success(), "{} {}: {}", self.target, told.status, told.message());
        assert!(world.verifies(&told.headers, &told.body));
        told.json()
    }
}

/// Who a payer is to the first app of a merchant.
pub(crate) fn at(world: &World, merchant: usize, payer: &str) -> String {
    let openids = &world.env.merchants[merchant].apps[0].openids;
    openids.iter().find(|(id, _)| id == payer).unwrap().1.to_string()
}

/// Expects a refusal: status, code, cause in `Request-ID`, message; a `…` ends a message that goes on.
pub(crate) async fn refused(world: &World, request: Request, wanted: (u16, &str, &str, &str)) {
    let told = request.send(world).await;
    told.refused(wanted.0, wanted.1);
    assert_eq!(told.cause(), wanted.2, "{}", told.message());
    match wanted.3.strip_suffix('…') {
        Some(beginning) => assert!(told.message().starts_with(beginning), "{}", told.message()),
        None => assert_eq!(told.message(), wanted.3),
    }
}

pub(crate) fn without(mut body: Value, member: &str) -> Value {
    body.as_object_mut().unwrap().remove(member);
    body
}
