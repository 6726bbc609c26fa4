//! Words that the WeChat Pay platform and its merchants share.
//!
//! Ids, money, instants, states, and the messages the platform sends.
//! No verbs: signing, encrypting, deciding and storing live elsewhere, twice where both sides do them,
//! so that a mistake cannot agree with itself.

mod fen;
mod id;
mod message;
pub mod seam;
mod timestamp;
mod word;

pub use fen::{Fen, FenError};
pub use id::{
    Appid, IdError, Mchid, Openid, OrderNo, OutRefundNo, OutTradeNo, PrepayId, RefundId, TransactionId,
};
pub use message::{
    Certificates, EncryptCertificate, ErrorBody, ErrorDetail, NotificationEnvelope, NotificationResource,
    Payer, PlatformCertificate, PrepayAnswer, PromotionDetail, Refund, RefundAmount, RefundNotice,
    RefundNoticeAmount, Transaction, TransactionAmount,
};
pub use timestamp::{Timestamp, TimestampError};
pub use word::{RefundChannel, RefundStatus, TradeState, TradeType};
