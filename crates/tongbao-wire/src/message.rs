//! What the platform says: answers, notifications, errors.
//!
//! Read by the merchant's side and written by the simulator. What the merchant says is not here: each
//! side has its own idea of a request, as each has its own cryptography.

use serde::{Deserialize, Serialize};

use crate::{
    Appid, Fen, Mchid, Openid, OutRefundNo, OutTradeNo, PrepayId, RefundChannel, RefundId, RefundStatus,
    Timestamp, TradeState, TradeType, TransactionId,
};

/// Answer to a JSAPI or mini-program order (v3.md §2.1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrepayAnswer {
    /// What the cashier is opened with; valid for two hours.
    pub prepay_id: PrepayId,
}

/// A payment as queries and payment notifications show it, direct merchant (v3.md §2.5, §6.3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transaction {
    /// The appid the order was created with.
    pub appid: Appid,
    /// The merchant.
    pub mchid: Mchid,
    /// The merchant's number.
    pub out_trade_no: OutTradeNo,
    /// The platform's number, once paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transaction_id: Option<TransactionId>,
    /// How it was paid, once paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trade_type: Option<TradeType>,
    /// Where the payment stands.
    pub trade_state: TradeState,
    /// The same in words for people.
    #[serde(default)]
    pub trade_state_desc: String,
    /// The bank, `OTHERS` for a balance, once paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bank_type: Option<String>,
    /// What the merchant attached, once paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attach: Option<String>,
    /// When it was paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub success_time: Option<Timestamp>,
    /// Who paid, once paid. H5 notifications have been seen without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payer: Option<Payer>,
    /// How much. Before payment only `total` and `currency`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<TransactionAmount>,
    /// Coupons used.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub promotion_detail: Vec<PromotionDetail>,
}

/// The person who pays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payer {
    /// As the ordering appid sees them.
    pub openid: Openid,
}

/// Amounts of a payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransactionAmount {
    /// What the order costs.
    pub total: Fen,
    /// What the payer paid: `total` less coupons. Once paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payer_total: Option<Fen>,
    /// `CNY`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// `CNY`. Once paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payer_currency: Option<String>,
}

/// A coupon that was used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromotionDetail {
    /// The coupon.
    pub coupon_id: String,
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// `GLOBAL` or `SINGLE`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// `CASH` (the platform tops up) or `NOCASH`.
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// What it took off.
    pub amount: Fen,
    /// Its stock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stock_id: Option<String>,
}

/// A refund as the apply and query answers show it (v3.md §5.1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refund {
    /// The platform's number.
    pub refund_id: RefundId,
    /// The merchant's number.
    pub out_refund_no: OutRefundNo,
    /// The payment it returns.
    pub transaction_id: TransactionId,
    /// The payment's number at the merchant.
    pub out_trade_no: OutTradeNo,
    /// The way the money goes back.
    pub channel: RefundChannel,
    /// The account that receives it, in words.
    pub user_received_account: String,
    /// When the payer had the money.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub success_time: Option<Timestamp>,
    /// When the platform accepted it.
    pub create_time: Timestamp,
    /// Where it stands.
    pub status: RefundStatus,
    /// The merchant's account that pays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub funds_account: Option<String>,
    /// How much.
    pub amount: RefundAmount,
}

/// Amounts of a refund in answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundAmount {
    /// What the order cost.
    pub total: Fen,
    /// What goes back.
    pub refund: Fen,
    /// What the payer had paid.
    pub payer_total: Fen,
    /// What the payer gets back.
    pub payer_refund: Fen,
    /// What leaves the merchant's settlement.
    pub settlement_refund: Fen,
    /// What the merchant's settlement had been.
    pub settlement_total: Fen,
    /// What coupons get back.
    pub discount_refund: Fen,
    /// `CNY`.
    pub currency: String,
}

/// What a refund notification carries, direct merchant (v3.md §6.5). Note `refund_status`, not `status`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundNotice {
    /// The merchant.
    pub mchid: Mchid,
    /// The payment's number at the merchant.
    pub out_trade_no: OutTradeNo,
    /// The payment it returns.
    pub transaction_id: TransactionId,
    /// The merchant's number of the refund.
    pub out_refund_no: OutRefundNo,
    /// The platform's number of the refund.
    pub refund_id: RefundId,
    /// Where it stands.
    pub refund_status: RefundStatus,
    /// When the payer had the money; only with `SUCCESS`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub success_time: Option<Timestamp>,
    /// The account that receives it, in words.
    #[serde(default)]
    pub user_received_account: String,
    /// How much.
    pub amount: RefundNoticeAmount,
}

/// Amounts of a refund in notifications.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundNoticeAmount {
    /// What the order cost.
    pub total: Fen,
    /// What goes back.
    pub refund: Fen,
    /// What the payer had paid.
    pub payer_total: Fen,
    /// What the payer gets back.
    pub payer_refund: Fen,
}

/// The outside of a notification (v3.md §6.1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotificationEnvelope {
    /// Constant over the retries of one event.
    pub id: String,
    /// When the event happened.
    pub create_time: Timestamp,
    /// Such as `TRANSACTION.SUCCESS` (v3.md §6.2).
    pub event_type: String,
    /// `encrypt-resource`.
    pub resource_type: String,
    /// The event in words.
    #[serde(default)]
    pub summary: String,
    /// The encrypted inside.
    pub resource: NotificationResource,
}

/// The encrypted inside of a notification.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotificationResource {
    /// `AEAD_AES_256_GCM`.
    pub algorithm: String,
    /// Base64, the 16-byte tag appended.
    pub ciphertext: String,
    /// Authenticated but not encrypted; may be empty.
    #[serde(default)]
    pub associated_data: String,
    /// The 12-byte initialisation vector, as text.
    pub nonce: String,
    /// Such as `transaction`, `refund`.
    #[serde(default)]
    pub original_type: String,
}

/// Answer of `GET /v3/certificates` (v3.md §1.8).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificates {
    /// One, or two while they rotate.
    pub data: Vec<PlatformCertificate>,
}

/// One platform certificate, encrypted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlatformCertificate {
    /// 40 hexadecimal digits.
    pub serial_no: String,
    /// From when it is valid.
    pub effective_time: Timestamp,
    /// Until when it is valid.
    pub expire_time: Timestamp,
    /// The certificate's PEM, encrypted with the `APIv3` key.
    pub encrypt_certificate: EncryptCertificate,
}

/// The encrypted PEM of a platform certificate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EncryptCertificate {
    /// `AEAD_AES_256_GCM`.
    pub algorithm: String,
    /// The 12-byte initialisation vector, as text.
    pub nonce: String,
    /// `certificate`.
    #[serde(default)]
    pub associated_data: String,
    /// Base64, the 16-byte tag appended.
    pub ciphertext: String,
}

/// The body of a refusal (v3.md §1.11).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorBody {
    /// Such as `PARAM_ERROR`. One code has many messages.
    pub code: String,
    /// A sentence, for logs.
    #[serde(default)]
    pub message: String,
    /// Where the fault is; not always there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<ErrorDetail>,
}

/// Where a fault is. Every member may be missing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorDetail {
    /// JSON pointer into the body, or the bare name of a path or query parameter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// The value refused. The platform sends any JSON type here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<serde_json::Value>,
    /// What is wrong with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issue: Option<String>,
    /// `body`, `query`, `url` or `uri`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
}
