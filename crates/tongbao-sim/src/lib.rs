//! WeChat Pay and WeChat login as the platform: a simulator that judges.
//!
//! It answers the v3 endpoints of the platform with the platform's own order of checks and words of
//! refusal, signs and encrypts for real, and has people who pay with virtual money. It shares words with
//! the client it judges (`tongbao-wire`), never verbs: its cryptography and its rules are its own.
//!
//! Everything is held in memory, and forgotten when the simulator is dropped, unless its settings name a
//! directory (feature `data`).
//!
//! A call goes `v3` (checks in order) → `order`, `pay`, `refund` (rules, under one lock, never waiting) →
//! `v3::answer` (signed). What happens by itself goes `state` (schedule) → `notifier` → [`Postman`].

#![cfg_attr(
    not(feature = "data"),
    allow(dead_code, reason = "what keeps state is there in one shape with and without")
)]

mod bank;
mod bill;
mod bound;
mod cashier;
mod clock;
mod code_pay;
mod combine;
mod complaint;
mod compose;
mod control;
mod crypto;
mod env;
mod faults;
mod guard;
mod identity;
mod inspector;
mod keeper;
mod keys;
mod ledger;
mod media;
mod merchants;
mod notice;
mod notifier;
mod onboarding;
mod order;
mod pay;
mod payer;
mod people;
mod phone;
mod platform;
mod postman;
mod prepay;
mod private_file;
mod push;
mod received;
mod refund;
mod refusal;
mod seed;
#[cfg(feature = "server")]
mod server;
mod settings;
mod sharing;
mod shelf;
mod shipping;
mod simulator;
mod snapshot;
mod span;
mod standing;
mod state;
mod switches;
mod tls;
mod transfer;
mod v2;
mod v3;
mod view;
mod weixin;
mod why;

pub use bill::{BillKind, BillKindError, BillRefused};
pub use bound::OrdersHeld;
pub use clock::{ClockView, Pace};
pub use compose::{ComposedBy, ComposedContent, Composition};
pub use env::{AppEnv, Env, EnvFile, MerchantEnv, PlatformCertificatePem, PlatformPublicKey};
pub use faults::{
    CallFault, CallFaults, CallSeen, Delayed, DeliveryFault, DeliveryFaults, DeliverySeen, Dropped,
    FaultScript, FaultView, Faults, FaultsView, Forgery, NextOf, Reset, ScriptError, Throttled, Words,
};
pub use inspector::{BodyView, ExchangeDetail, ExchangeSummary, MessageView, Unsealed};
pub use keeper::KeptSettings;
pub use keys::KeysView;
pub use ledger::{Books, FeeRate, MerchantBooks, Purse};
pub use merchants::{MerchantRefused, MerchantView, NewApp, NewMerchant};
pub use notice::{Attempt, Outcome};
pub use pay::PayRefused;
pub use payer::PayerView;
pub use people::{Acts, Did, Mood};
pub use postman::{HttpPostman, PostFailed, Posting, Postman};
pub use seed::{Seed, SeedError, SeedKeys, SeedOrder, SeedPayer, SeedRefund};
#[cfg(feature = "server")]
pub use server::{Running, StartError};
pub use settings::{
    AppSettings, CryptoSettings, KeyMode, MerchantKey, MerchantSettings, PayerSettings, Settings, SimError,
};
pub use simulator::Simulator;
pub use snapshot::{Snapshot, SnapshotError};
pub use standing::{CertificateStanding, Standing};
pub use switches::{ClosedCode, FaultLayer, PaidCode, RefundMismatch, SharingEvent, Switches};
pub use tls::{ClientCertificate, TlsClient, TlsEnv, TlsSettings};
pub use tongbao_wire as wire;
pub use view::{EventKind, NotificationView, OrderEvent, OrderView};
pub use weixin::LoginRefused;
pub use why::{Reason, Said, Signature, Why};

/// True when `header` is a well-formed `Authorization` (v3.md §1.5). For fuzzing its parser alone.
#[doc(hidden)]
#[must_use]
pub fn is_authorization(header: &str) -> bool {
    v3::is_authorization(header)
}
