//! The deterministic simulation: the real server and the real platform simulator in one process and one
//! thread, on a clock that only jumps, with payers, a merchant, liars, a bad network, a bad disk and crashes.
//! From one number everything follows; the same number gives the same trace.
//!
//! Where to look: `run` plays a seed, `scenario` is what people do, `weather` what goes wrong, `line`, `gate`
//! and `disk` the three seams where it does, `auditor` what must hold, `mutants` the planted mistakes it must
//! see, `sweep` the crash at every point of one story.
//!
//! `cargo xtask simulate --seed N` replays one seed with its whole trace.

#![allow(clippy::print_stdout, reason = "a run tells its seeds, and a replay its trace")]
#![allow(dead_code, reason = "the world is shared by several test programs, each of which uses a part of it")]

#[path = "../world/network.rs"]
mod network;
#[path = "../world/world.rs"]
mod world;

mod agenda;
mod auditor;
mod cashier;
mod caught;
mod clients;
mod dice;
mod disk;
mod forge;
mod gate;
mod line;
mod mutants;
mod profile;
mod run;
mod scenario;
mod seeds;
mod stage;
mod sweep;
mod tally;
mod trace;
mod weather;
