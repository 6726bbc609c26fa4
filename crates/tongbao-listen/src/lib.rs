//! Sockets and tasks: how anything of Tongbao listens, and who owns what runs.
//!
//! The server and the simulator share it, and neither knows the other: [`listen`] serves a router within
//! bounds, [`tasks`] is the one place that starts tasks.

pub mod listen;
pub mod tasks;
