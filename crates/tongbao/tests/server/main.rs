//! Server and simulator in one process, on a clock that only moves when it is told to.

#![allow(dead_code, reason = "the world is shared by several test programs, each of which uses a part of it")]

#[path = "../world/network.rs"]
mod network;
#[path = "../world/world.rs"]
mod world;

mod bills;
mod explaining;
mod faults;
mod lying;
mod malformed;
mod notifications;
mod paying;
mod repeating;
mod scenes;
