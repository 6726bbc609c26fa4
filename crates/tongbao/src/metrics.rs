//! What is counted, for Prometheus.

use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use tongbao_domain::{EventKind, Step};
use tongbao_sdk::CallError;

/// Counters of one node. Every simulated node has its own.
pub struct Metrics {
    registry: Registry,
    notifications: Family<Outcome, Counter>,
    calls: Family<Call, Counter>,
    call_millis: Family<CallName, Counter>,
    orders: Family<Outcome, Counter>,
    jobs: Family<Call, Counter>,
    refused_requests: Family<Outcome, Counter>,
    quarantined: Family<Outcome, Counter>,
    certificate_refreshes: Counter,
    jobs_overdue: Gauge,
    job_oldest_seconds: Gauge,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Outcome {
    outcome: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Call {
    name: &'static str,
    outcome: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct CallName {
    name: &'static str,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("tongbao");
        let notifications = Family::default();
        registry.register("notifications", "Notifications by what became of them", notifications.clone());
        let calls = Family::default();
        registry.register("platform_calls", "Calls to WeChat Pay by name and outcome", calls.clone());
        let call_millis = Family::default();
        registry.register(
            "platform_call_milliseconds",
            "Time spent waiting for WeChat Pay",
            call_millis.clone(),
        );
        let orders = Family::default();
        registry.register("order_events", "What happened to orders", orders.clone());
        let jobs = Family::default();
        registry.register("jobs", "Jobs done, by kind and outcome", jobs.clone());
        let refused_requests = Family::default();
        registry.register("requests_refused", "Requests refused, by code", refused_requests.clone());
        let quarantined = Family::default();
        registry.register("quarantined", "Contradictions of the platform, by member", quarantined.clone());
        let certificate_refreshes = Counter::default();
        registry.register(
            "certificate_refreshes",
            "Platform certificates downloaded",
            certificate_refreshes.clone(),
        );
        let jobs_overdue = Gauge::default();
        registry.register("jobs_overdue", "Jobs that are due and not done", jobs_overdue.clone());
        let job_oldest_seconds = Gauge::default();
        registry.register(
            "job_oldest_overdue_seconds",
            "How long the oldest has been due",
            job_oldest_seconds.clone(),
        );
        Self {
            registry,
            notifications,
            calls,
            call_millis,
            orders,
            jobs,
            refused_requests,
            quarantined,
            certificate_refreshes,
            jobs_overdue,
            job_oldest_seconds,
        }
    }
}

impl Metrics {
    /// A notification came to this end.
    pub fn notification(&self, outcome: &str) {
        self.notifications.get_or_create(&Outcome { outcome: outcome.into() }).inc();
    }

    /// A call to the platform ended.
    pub fn call<T>(&self, name: &'static str, answer: &Result<T, CallError>, took: Duration) {
        let outcome = match answer {
            Ok(_) => "ok",
            Err(error) if error.outcome_unknown() => "unknown",
            Err(error) if error.refusal().is_some() => "refused",
            Err(_) => "not_sent",
        };
        self.calls.get_or_create(&Call { name, outcome }).inc();
        let millis = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        self.call_millis.get_or_create(&CallName { name }).inc_by(millis);
    }

    /// An order moved.
    pub fn step(&self, step: &Step) {
        for event in &step.events {
            self.orders.get_or_create(&Outcome { outcome: word(&event.kind).into() }).inc();
        }
    }

    /// A job was done, or comes again.
    pub fn job(&self, name: &'static str, done: bool) {
        self.jobs.get_or_create(&Call { name, outcome: if done { "done" } else { "again" } }).inc();
    }

    /// A request was refused.
    pub fn refused(&self, code: &str) {
        self.refused_requests.get_or_create(&Outcome { outcome: code.into() }).inc();
    }

    /// The platform contradicted an order.
    pub fn quarantined(&self, field: &str) {
        self.quarantined.get_or_create(&Outcome { outcome: field.into() }).inc();
    }

    /// Platform certificates were downloaded.
    pub fn certificates_refreshed(&self) {
        self.certificate_refreshes.inc();
    }

    /// How the job table stands.
    pub fn backlog(&self, overdue: i64, oldest: Duration) {
        self.jobs_overdue.set(overdue);
        self.job_oldest_seconds.set(i64::try_from(oldest.as_secs()).unwrap_or(i64::MAX));
    }

    /// Everything in the text format of Prometheus.
    #[must_use]
    pub fn render(&self) -> String {
        let mut text = String::new();
        encode(&mut text, &self.registry).expect("writing into a String does not fail");
        text
    }
}

/// The event's name for metrics and machines.
#[must_use]
pub fn word(kind: &EventKind) -> &'static str {
    match kind {
        EventKind::OrderCreated { .. } => "order_created",
        EventKind::PaymentCreated { .. } => "payment_created",
        EventKind::PrepayAccepted { .. } => "prepay_accepted",
        EventKind::PrepayRefused { .. } => "prepay_refused",
        EventKind::PrepayUnknown { .. } => "prepay_unknown",
        EventKind::CashierOpened { .. } => "cashier_opened",
        EventKind::ClientReported { .. } => "client_reported",
        EventKind::PayerTyping { .. } => "payer_typing",
        EventKind::NotificationVerified { .. } => "notification_verified",
        EventKind::Paid { .. } => "paid",
        EventKind::SurplusPaid { .. } => "surplus_paid",
        EventKind::SurplusHeld { .. } => "surplus_held",
        EventKind::CloseAsked { .. } => "close_asked",
        EventKind::PaymentClosed { .. } => "payment_closed",
        EventKind::OrderClosed { .. } => "order_closed",
        EventKind::Quarantined { .. } => "quarantined",
        EventKind::RefundCreated { .. } => "refund_created",
        EventKind::RefundAccepted { .. } => "refund_accepted",
        EventKind::RefundWaiting { .. } => "refund_waiting",
        EventKind::RefundUnknown { .. } => "refund_unknown",
        EventKind::RefundDone { .. } => "refund_done",
        EventKind::RefundAbnormal { .. } => "refund_abnormal",
        EventKind::RefundFailed { .. } => "refund_failed",
    }
}
