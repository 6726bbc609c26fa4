//! Fault scripts: what each kind does on the wire, and that the same script gives the same run.

mod calls;
mod document;
mod language;
mod notifications;
mod same_run;
mod sockets;

use tongbao_sim::FaultScript;

use crate::world::World;

/// Puts a script in force.
#[track_caller]
fn script(world: &World, toml: &str) {
    world.sim.set_fault_script(FaultScript::from_toml(toml).unwrap_or_else(|error| panic!("{error}")));
}

/// A world with one fault.
#[track_caller]
fn with_fault(fault: &str) -> World {
    let world = World::new();
    script(&world, &format!("seed = 7\n[[fault]]\n{fault}\n"));
    world
}

/// How often each fault struck.
fn applied(world: &World) -> Vec<u32> {
    world.sim.fault_script().faults.iter().map(|fault| fault.applied).collect()
}
