//! Whatever bytes come, an answer goes back: never a panic, and nothing is changed.

use http::Request;
use proptest::collection;
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop_oneof, proptest};

use crate::world::{JSAPI, REFUNDS, World};

fn run<T>(work: impl Future<Output = T>) -> T {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    runtime.block_on(work)
}

/// A valid order with some bytes replaced, cut or doubled: gets further than noise.
fn mangled() -> impl Strategy<Value = Vec<(u16, u8)>> {
    collection::vec((any::<u16>(), any::<u8>()), 1..6)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn signed_noise_is_refused(body in "\\PC{0,200}", path in prop_oneof![Just(JSAPI), Just(REFUNDS), Just("/v3/pay/transactions/out-trade-no/123456/close")]) {
        run(async {
            let world = World::new();
            let told = world.send(world.draft("POST", path, &body)).await;
            assert_eq!(told.status, 400, "{told:?}");
            assert!(world.sim.orders().is_empty());
        });
    }

    #[test]
    fn a_signed_order_with_changed_bytes_is_judged(changes in mangled()) {
        run(async {
            let world = World::new();
            let mut body = world.order("T20260301A").to_string().into_bytes();
            for (place, byte) in changes {
                let place = usize::from(place) % body.len();
                body[place] = byte;
            }
            let body = String::from_utf8_lossy(&body).into_owned();
            let told = world.send(world.draft("POST", JSAPI, &body)).await;
            assert!(matches!(told.status.as_u16(), 200 | 400), "{told:?}");
            assert_eq!(world.sim.orders().len(), usize::from(told.status == 200));
        });
    }

    #[test]
    fn unsigned_requests_of_any_shape_change_nothing(
        path in "/(v3|sns|cgi-bin|sim/v1|cashier)?/?[a-z0-9/%?=&-]{0,60}",
        authorization in "[ -~]{0,120}",
        body in collection::vec(any::<u8>(), 0..200),
    ) {
        run(async {
            let world = World::new();
            for method in ["GET", "POST"] {
                let request = Request::builder().method(method).uri(&path).header("authorization", &authorization);
                let Ok(request) = request.body(body.clone().into()) else { continue };
                let told = world.raw(request).await;
                assert!(told.status.as_u16() < 500, "{told:?}");
            }
            assert!(world.sim.orders().is_empty());
        });
    }

    #[test]
    fn control_bodies_of_any_shape_are_answered(body in "\\PC{0,100}", which in 0..6_usize) {
        run(async {
            let world = World::new();
            let paths = ["clock", "payers", "login-codes", "orders/123456/pay", "orders/123456/refunds/R/outcome", "merchants/1900000001/withdraw"];
            let request = Request::post(format!("/sim/v1/{}", paths[which])).body(body.into()).unwrap();
            assert!(world.raw(request).await.status.as_u16() < 500);
        });
    }
}

#[test]
fn an_endless_body_is_cut_off() {
    run(async {
        let world = World::new();
        let body = "x".repeat(300 * 1024);
        let told = world.send(world.draft("POST", JSAPI, &body)).await;
        assert_eq!((told.status.as_u16(), told.body.len()), (413, 0));
    });
}

#[test]
fn deep_nesting_is_refused() {
    run(async {
        let world = World::new();
        let body = format!("{{\"detail\":{}", "[".repeat(100_000));
        world.send(world.draft("POST", JSAPI, &body)).await.refused(400, "PARAM_ERROR");
    });
}
