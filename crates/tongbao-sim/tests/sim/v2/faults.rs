//! Faults of calls, as v2 tells them.

use tongbao_sim::{CallFault, Faults, Forgery};
use tongbao_wire::Call;

use super::client::{Form, sign};
use crate::world::World;

fn with(world: &World, fault: CallFault) {
    world.sim.set_faults(Faults {
        call: Box::new(
            move |seen| if seen.endpoint == Call::UnifiedOrder { fault.clone() } else { CallFault::Pass },
        ),
        ..Faults::default()
    });
}

#[tokio::test(start_paused = true)]
async fn a_lost_request_does_nothing_and_a_lost_answer_everything() {
    for (fault, done) in [(CallFault::DropBefore, false), (CallFault::DropAfter, true)] {
        let world = World::new();
        with(&world, fault);
        assert!(Form::order(&world, "V20260301A").send(&world).await.told.dropped);
        assert_eq!(world.sim.orders().len() == 1, done);
    }
}

#[tokio::test(start_paused = true)]
async fn a_system_error_leaves_open_what_happened() {
    let world = World::new();
    with(&world, CallFault::SystemErrorAfter);
    Form::order(&world, "V20260301A").send(&world).await.failed("SYSTEMERROR", "系统超时");
    assert_eq!(world.sim.orders().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn too_many_calls_are_limited_after_the_signature() {
    let world = World::new();
    with(&world, CallFault::TooMany);
    Form::order(&world, "V20260301A").send(&world).await.failed("FREQUENCY_LIMITED", "频率过高，请稍后重试");
    let mut form = Form::order(&world, "V20260301A");
    form.sign = Some("0".into());
    form.send(&world).await.unsigned("签名错误");
}

#[tokio::test(start_paused = true)]
async fn a_forged_answer_does_not_verify() {
    for forgery in [Forgery::WrongKey, Forgery::SignTest, Forgery::StaleTimestamp, Forgery::Tamper] {
        let world = World::new();
        with(&world, CallFault::Forge(forgery));
        let form = Form::order(&world, "V20260301A");
        let said = form.send(&world).await;
        assert_eq!(said.get("result_code"), "SUCCESS");
        assert_ne!(said.get("sign"), sign(&said.fields, &form.key, false), "{forgery:?}");
        assert_eq!(said.get("sign").len(), 32);
    }
}
