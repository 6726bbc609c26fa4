//! `tongbao certify`: our own server scores full marks, and servers with one fault each lose just those.

mod bad;
mod command;
mod own;
mod report;
mod stage;
mod toy;
