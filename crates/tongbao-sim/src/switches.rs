//! Where the dossier infers, doubts or contradicts itself: one named switch each.
//!
//! What official text says plainly is not here; it is how the simulator works.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::control::ADVANCE_SECONDS_MAX;

/// What the platform is assumed to do where nobody outside can be sure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Switches {
    /// Moving the clock also moves the time that signatures are judged by and made with. Off, a merchant
    /// on real time still talks to a simulator that is two hours ahead. Default: off.
    pub clock_moves_transport: bool,
    /// How far behind the base clock business begins, so that the bill of a day which is over for everybody
    /// can have payments in it. Moving the clock brings it to the present. Default: not at all.
    #[serde(with = "crate::span")]
    pub business_begins_behind: Duration,
    /// Apps are bound to one Open Platform account, so that people have a unionid (miniprogram.md §1.3).
    /// Default: off.
    pub unionids: bool,
    /// How long after its payment an order can be shipped (miniprogram.md §4.5 \[C\]: ten seconds to a minute).
    /// Default: 10 seconds.
    pub shipping_visible_after: Duration,
    /// Pages that ask who opened them open in WeChat only (miniprogram.md §1.5), which their `User-Agent` tells.
    /// Default: off.
    pub pages_in_wechat_only: bool,
    /// The `state` of a web authorisation has letters and digits alone, as documented (miniprogram.md §1.5). Off,
    /// whatever has 128 bytes at most comes back, as clients in use rely on. Default: off.
    pub web_state_alphanumeric: bool,
    /// `null` members are taken as absent (v3.md §1.2, CONFLICT: older rules allow it, those of 2024-07
    /// do not). Default: off.
    pub null_members: bool,
    /// Characters of four UTF-8 bytes are taken (v3.md §1.2 \[I\]). Default: off.
    pub four_byte_characters: bool,
    /// `S(n)` counts bytes of UTF-8 and not characters (v3.md, "How to read it"; error texts seen in the
    /// field speak of bytes). Default: off.
    pub text_limits_in_bytes: bool,
    /// An empty optional text is answered with `SYSTEM_ERROR` and not `PARAM_ERROR` (v3.md §1.2 \[K\]).
    /// Default: off.
    pub empty_text_is_system_error: bool,
    /// A body needs `Content-Type: application/json` (v3.md §1.2; the refusal is ours). Default: on.
    pub content_type_checked: bool,
    /// A missing `Accept` or `User-Agent` is refused under `/v3/pay/transactions` too (v3.md §1.6 step 3:
    /// observed not to be). Default: off.
    pub accept_checked_everywhere: bool,
    /// 401 answers of `/v3/pay/transactions` carry a `Request-ID` (v3.md §1.4 \[P\]: they did not).
    /// Default: off.
    pub request_id_on_transaction_401: bool,
    /// `serial_no` of `Authorization` is compared without regard to case. The dossier has 40 digits in upper
    /// case (v3.md §1.5); clients that read it from the certificate send it in lower case and are in use
    /// (npm `wechatpay-node-v3`). Default: on.
    pub serial_case_ignored: bool,
    /// A wrong merchant serial is told apart from a wrong signature (v3.md §1.6, note below the table:
    /// not always). Default: on.
    pub wrong_serial_named: bool,
    /// Another scheme than ours is answered with its own sentence (v3.md §1.6 catalogue) and not as a
    /// malformed header (step 4). Default: off.
    pub wrong_scheme_named: bool,
    /// `notify_url` may be `http://` (v3.md §2.1, CONFLICT: the knowledge pack allows it, notes say https).
    /// Default: on, for local development.
    pub notify_url_http: bool,
    /// `notify_url` may name a loopback or private host (v3.md §6.8: the platform refuses). Default: on, for
    /// local development.
    pub notify_url_private: bool,
    /// Upper bound of `time_expire` in days after creation; later values are cut (v3.md §2.1, CONFLICT: 15
    /// on JSAPI pages, 7 on the native page). Default: 15.
    pub time_expire_days_max: u32,
    /// `scene_info` needs `payer_client_ip` (v3.md §2.1, CONFLICT: official pages say so, \[O\] does not).
    /// Default: on.
    pub scene_info_needs_client_ip: bool,
    /// `store_info` needs name, area code and address besides its id (v3.md §2.1, \[O\]). Default: off.
    pub store_info_complete: bool,
    /// Closing a number never seen reserves it, so that creating it later is a re-entry mismatch (v3.md
    /// §2.4 \[F\]). Default: off.
    pub close_reserves_unseen: bool,
    /// The code that tells "already paid" (v3.md §2.4, uncertain). Default: `ORDERPAID`.
    pub paid_code: PaidCode,
    /// The code that tells "already closed" (v3.md §2.4). Default: `ORDER_CLOSED`.
    pub closed_code: ClosedCode,
    /// A renewed `prepay_id` leaves the older one usable until its own two hours end (v3.md §2.4 \[I\]).
    /// Default: on.
    pub older_prepay_usable: bool,
    /// `h5_url` names the platform's host, which a hosts file or proxy must lead to the simulator. Off, it names
    /// the simulator, so that a browser opens it; path and query are the same. Default: off.
    pub h5_url_of_platform: bool,
    /// Charging a payment code that waits for the password answers 202 `USERPAYING` without an order, not 200
    /// with its `trade_state` (v3.md §2.8: both are documented). Default: off.
    pub user_paying_is_202: bool,
    /// Queries of unpaid orders tell `total` and `currency` (v3.md §2.5 \[I\]). Default: on.
    pub amount_before_payment: bool,
    /// HTTP status of `TRADE_OVERDUE` (v3.md §5.2 \[I\]). Default: 403.
    pub trade_overdue_status: u16,
    /// Partial refunds of one order must be a minute apart (v3.md §5.2). Default: off, for local work.
    pub refund_spacing: bool,
    /// How a repeated `out_refund_no` with other amounts is refused (v3.md §5.2). Default:
    /// `INVALID_REQUEST`.
    pub refund_mismatch: RefundMismatch,
    /// How long a refund is `PROCESSING` (v3.md §5.2: up to five minutes for balance payments). Default:
    /// two seconds.
    #[serde(with = "crate::span")]
    pub refund_takes: Duration,
    /// How long after its day a bill is there (v3.md §7.1: from 09:00; one error text says 8). What a bill
    /// says of refunds is as of then. Default: nine hours.
    #[serde(with = "crate::span")]
    pub bills_ready_after: Duration,
    /// Bills begin with a byte order mark (v3.md §7.3: a recorded sample does). Default: on.
    pub bill_byte_order_mark: bool,
    /// Lines of bills end with CRLF and not LF alone (v3.md §7.3: both are seen). Default: on.
    pub bill_crlf: bool,
    /// Texts of merchants keep their commas in bills (v3.md §7.3 has them escaped, v2.md §3.5 kept). Default:
    /// off, they become wide ones.
    pub bill_commas_kept: bool,
    /// Trade bills have the columns of before 2018 (v3.md §7.3: some merchants' still do). Default: off.
    pub bill_legacy_columns: bool,
    /// Trade bills of payments alone have all seven sums (v3.md §7.3: files of 2019 do; the page of 2024
    /// lists four). Default: off.
    pub bill_success_summary_full: bool,
    /// How long an address of a trade or fund-flow bill is good for (v3.md §7.2, CONFLICT: five minutes on
    /// current pages, 30 seconds on old ones). Default: five minutes.
    #[serde(with = "crate::span")]
    pub bill_link_lives: Duration,
    /// How long an address of a profit-sharing bill is good for (v3.md §7.2). Default: 30 seconds.
    #[serde(with = "crate::span")]
    pub profit_sharing_bill_link_lives: Duration,
    /// An address of a bill is good for one download; the dossier tells of no such limit. Default: off, so
    /// that a broken download can be repeated.
    pub bill_links_once: bool,
    /// There are profit-sharing bills, with columns of the simulator's own: nobody publishes the platform's
    /// (v3-extended.md §8.4). Off, every day answers `NO_STATEMENT_EXIST`. Default: on.
    pub profit_sharing_bills: bool,
    /// A refund the merchant has no money for is accepted all the same, looks for the money every hour, and is
    /// closed after seven days (v3.md §5.2). Off, it is refused with `NOT_ENOUGH`. Default: off.
    pub refunds_wait_for_money: bool,
    /// HTTP status of `/v3/certificates` when the merchant has none (v3.md §1.8 \[I\]). Default: 404.
    pub certificates_absent_status: u16,
    /// With both kinds of keys, notifications to a merchant are signed with the kind its latest call asked
    /// answers to be signed with, so that a client that holds one kind is told nothing it cannot verify. The
    /// platform's own migration goes by shares instead (v3.md §1.8); for that, switch this off. Default: on.
    pub notifications_follow_calls: bool,
    /// With both kinds of keys, and not following calls: the share of notifications signed with the
    /// public-key pair, in thousandths (v3.md §1.8, migration steps). Default: 500.
    pub notifications_by_public_key_permille: u16,
    /// The share of answers and first sends of notifications that are signature probes, in thousandths: they
    /// must fail verification, and what is sent instead of them does not (v3.md §1.7). Default: 0.
    pub probes_permille: u16,
    /// Calls over the published limits are answered 429 (v3.md §1.12). Off, for tests and local work, which send
    /// a day's calls within a moment. Default: off.
    pub rate_limits: bool,
    /// Sends of one notification at most (v3.md §6.8: "at most 15 sends"; its 15 intervals and their sum
    /// of 24 h 4 min would make 16). Default: 15.
    pub notification_sends_max: u8,
    /// How far `timeStamp` of an invocation may be from now (v3.md §2.7: "timestamp sane"). Default: two
    /// hours, the life of a `prepay_id`.
    #[serde(with = "crate::span")]
    pub invoke_window: Duration,
    /// Wrong passwords in a row before the payer is locked. Default: 5.
    pub password_tries: u8,
    /// How long a payer stays locked \[I\]. Default: ten minutes.
    #[serde(with = "crate::span")]
    pub password_lock: Duration,
    /// Pictures may have 5 MB, and PDF of 7.5 MB are taken too (v3-extended.md §9.2, CONFLICT: the partner page of
    /// 2024-12 says 2 MB, \[O\] of 2026-05 says this). Default: off.
    pub wide_images: bool,
    /// Days between `begin_date` and `end_date` of a list of complaints, at most (v3-extended.md §10.2, older
    /// pages, unverified). Default: 30.
    pub complaint_days_max: u32,
    /// How long a confirmed transfer, a cancellation or a receipt takes (v3-extended.md §10.1 gives states and
    /// no times). Default: two seconds.
    #[serde(with = "crate::span")]
    pub transfer_takes: Duration,
    /// How long a share is `PROCESSING` (v3-extended.md §8.3: asynchronous, no time given). Default: two seconds.
    #[serde(with = "crate::span")]
    pub share_takes: Duration,
    /// What notifications of profit sharing are called (v3.md §6.2, CONFLICT: three spellings). Default: as the
    /// older pages do.
    pub sharing_event: SharingEvent,
    /// Adding a merchant as a receiver needs its name (v3-extended.md §8.4, CONFLICT: pages and the Go SDK say so,
    /// \[O\] does not). Default: on.
    pub receiver_name_needed: bool,
    /// How long the review of an application, an intent or a settlement account takes, when nobody decides before
    /// (v3-extended.md §9.4: one to three working days, §9.6: one or two days). Default: one day.
    #[serde(with = "crate::span")]
    pub applyment_review_takes: Duration,
    /// Pages of any origin may call the control API. Off, only pages of loopback origins and of the
    /// simulator's own may; login codes and the cashier are open either way. Default: off.
    pub control_from_any_origin: bool,
    /// v2 calls that need the merchant's certificate (v2.md §1.1) are refused over plain HTTP, where nobody
    /// can present one. Off, they are taken there without it; over TLS they need it either way. Default: off.
    pub certificate_needed_on_plain_http: bool,
    /// In which layer v2 tells faults of appid, sub-merchant and form (v2.md §1.9: tables have codes, many
    /// real paths a `return_msg` alone). Default: [`FaultLayer::ErrCode`].
    pub v2_faults: FaultLayer,
    /// A `sign` of v2 may be in lower case (v2.md §1.3 \[C\]: one trace was accepted so). Default: off.
    pub v2_sign_case_ignored: bool,
    /// A `time_expire` of v2 less than a minute ahead is raised to a minute, as v3 does (v2.md §2.5), and
    /// not refused. Default: off.
    pub v2_time_expire_clamped: bool,
    /// How old an order of v2 must be before it is closed (v2.md §3.2: five minutes by the text, enforcement
    /// not evidenced). Default: no time at all.
    #[serde(with = "crate::span")]
    pub v2_close_after: Duration,
    /// The cashier of an order of v2 is opened with the `sign_type` the order was placed with (v2.md §2.6).
    /// Default: on.
    pub v2_invoke_sign_type_checked: bool,
    /// Reversing within 15 seconds while the payer types answers `USERPAYING` with `recall=Y` (v2.md §3.8
    /// \[R\]), and does not reverse at once. Default: on.
    pub v2_reverse_waits: bool,
    /// Native mode 1 still works (v2.md §2.7: taken offline by 2022 \[C\]). Default: off.
    pub v2_native_mode_1: bool,
}

/// In which layer of an answer of v2 a fault is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FaultLayer {
    /// `result_code=FAIL` with `err_code`, signed.
    ErrCode,
    /// `return_code=FAIL` with `return_msg`, unsigned.
    ReturnMsg,
}

/// How "already paid" is spelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PaidCode {
    /// `ORDERPAID`, legacy tables.
    Orderpaid,
    /// `ORDER_PAID`.
    OrderPaid,
    /// `INVALID_REQUEST`, seen in some answers.
    InvalidRequest,
}

impl PaidCode {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Orderpaid => "ORDERPAID",
            Self::OrderPaid => "ORDER_PAID",
            Self::InvalidRequest => "INVALID_REQUEST",
        }
    }
}

/// How "already closed" is spelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ClosedCode {
    /// `ORDER_CLOSED`.
    OrderClosed,
    /// `INVALID_REQUEST`.
    InvalidRequest,
}

impl ClosedCode {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::OrderClosed => "ORDER_CLOSED",
            Self::InvalidRequest => "INVALID_REQUEST",
        }
    }
}

/// How a refund number used again with other amounts is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RefundMismatch {
    /// `INVALID_REQUEST`.
    InvalidRequest,
    /// `REFUND_FEE_MISMATCH`.
    RefundFeeMismatch,
}

impl RefundMismatch {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "INVALID_REQUEST",
            Self::RefundFeeMismatch => "REFUND_FEE_MISMATCH",
        }
    }
}

/// What notifications of profit sharing are called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SharingEvent {
    /// `PROFITSHARING.SUCCESS`, `PROFITSHARING.RETURN`.
    Documented,
    /// `TRANSACTION.SUCCESS` for both, as the partner page of 2026-01 prints.
    Transaction,
    /// `PROFITSHARING`, `PROFITSHARING_RETURN`, as \[O\] lists.
    OpenApi,
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            clock_moves_transport: false,
            business_begins_behind: Duration::ZERO,
            unionids: false,
            pages_in_wechat_only: false,
            web_state_alphanumeric: false,
            shipping_visible_after: Duration::from_secs(10),
            null_members: false,
            four_byte_characters: false,
            text_limits_in_bytes: false,
            empty_text_is_system_error: false,
            content_type_checked: true,
            accept_checked_everywhere: false,
            request_id_on_transaction_401: false,
            serial_case_ignored: true,
            wrong_serial_named: true,
            wrong_scheme_named: false,
            notify_url_http: true,
            notify_url_private: true,
            time_expire_days_max: 15,
            scene_info_needs_client_ip: true,
            store_info_complete: false,
            close_reserves_unseen: false,
            paid_code: PaidCode::Orderpaid,
            closed_code: ClosedCode::OrderClosed,
            older_prepay_usable: true,
            h5_url_of_platform: false,
            user_paying_is_202: false,
            amount_before_payment: true,
            trade_overdue_status: 403,
            refund_spacing: false,
            refund_mismatch: RefundMismatch::InvalidRequest,
            refund_takes: Duration::from_secs(2),
            bills_ready_after: Duration::from_secs(9 * 3600),
            bill_byte_order_mark: true,
            bill_crlf: true,
            bill_commas_kept: false,
            bill_legacy_columns: false,
            bill_success_summary_full: false,
            bill_link_lives: Duration::from_secs(300),
            profit_sharing_bill_link_lives: Duration::from_secs(30),
            bill_links_once: false,
            profit_sharing_bills: true,
            refunds_wait_for_money: false,
            certificates_absent_status: 404,
            notifications_follow_calls: true,
            notifications_by_public_key_permille: 500,
            probes_permille: 0,
            rate_limits: false,
            notification_sends_max: 15,
            invoke_window: Duration::from_secs(2 * 3600),
            password_tries: 5,
            password_lock: Duration::from_secs(600),
            wide_images: false,
            complaint_days_max: 30,
            transfer_takes: Duration::from_secs(2),
            share_takes: Duration::from_secs(2),
            sharing_event: SharingEvent::Documented,
            receiver_name_needed: true,
            applyment_review_takes: Duration::from_secs(86_400),
            control_from_any_origin: false,
            certificate_needed_on_plain_http: false,
            v2_faults: FaultLayer::ErrCode,
            v2_sign_case_ignored: false,
            v2_time_expire_clamped: false,
            v2_close_after: Duration::ZERO,
            v2_invoke_sign_type_checked: true,
            v2_reverse_waits: true,
            v2_native_mode_1: false,
        }
    }
}

impl Switches {
    /// Every number is one that means something.
    pub(crate) fn check(&self) -> Result<(), String> {
        let within = |name: &str, said: u64, least: u64, most: u64| {
            if (least..=most).contains(&said) {
                return Ok(());
            }
            Err(format!("{name} is {said}; {least} to {most}"))
        };
        within("trade_overdue_status", self.trade_overdue_status.into(), 400, 599)?;
        within("certificates_absent_status", self.certificates_absent_status.into(), 400, 599)?;
        within("probes_permille", self.probes_permille.into(), 0, 1000)?;
        let by_public_key = self.notifications_by_public_key_permille;
        within("notifications_by_public_key_permille", by_public_key.into(), 0, 1000)?;
        within("notification_sends_max", self.notification_sends_max.into(), 1, 16)?;
        within("password_tries", self.password_tries.into(), 1, 255)?;
        within("time_expire_days_max", self.time_expire_days_max.into(), 1, 3650)?;
        within("complaint_days_max", self.complaint_days_max.into(), 1, 3650)?;
        for (name, span) in [
            ("business_begins_behind", self.business_begins_behind),
            ("shipping_visible_after", self.shipping_visible_after),
            ("refund_takes", self.refund_takes),
            ("bills_ready_after", self.bills_ready_after),
            ("bill_link_lives", self.bill_link_lives),
            ("profit_sharing_bill_link_lives", self.profit_sharing_bill_link_lives),
            ("invoke_window", self.invoke_window),
            ("password_lock", self.password_lock),
            ("transfer_takes", self.transfer_takes),
            ("share_takes", self.share_takes),
            ("applyment_review_takes", self.applyment_review_takes),
            ("v2_close_after", self.v2_close_after),
        ] {
            within(&format!("{name} in seconds"), span.as_secs(), 0, ADVANCE_SECONDS_MAX)?;
        }
        Ok(())
    }
}
