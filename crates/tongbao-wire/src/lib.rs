//! Words that the WeChat Pay platform and its merchants share.
//!
//! Ids, money, instants, states, the calls there are, and the messages the platform sends.
//! No verbs: signing, encrypting, deciding and storing live elsewhere, twice where both sides do them,
//! so that a mistake cannot agree with itself.
//!
//! What the merchant says is not here: each side has its own idea of a request, as each has its own
//! cryptography.

pub mod bill;
mod bill_date;
mod call;
mod cause;
mod certificates;
mod ciphertext;
pub mod combine;
pub mod complaint;
pub mod echo;
mod error_body;
mod error_code;
mod explanation;
mod fen;
mod id;
mod lenient;
mod message_text;
mod notification;
pub mod onboarding;
pub mod partner;
mod payment;
pub mod profit_sharing;
mod refund;
pub mod seam;
mod timestamp;
pub mod transfer;
pub mod weixin;
mod word;

pub use bill_date::{BillDate, BillDateError};
pub use call::{Call, Face, Repetition};
pub use cause::Cause;
pub use certificates::{Certificates, EncryptCertificate, PlatformCertificate};
pub use ciphertext::Ciphertext;
pub use error_body::{ErrorBody, ErrorDetail};
pub use error_code::ErrorCode;
pub use explanation::{Explanation, Retry, Text};
pub use fen::{Fen, FenError};
pub use id::{
    Appid, AuthCode, AuthorizationId, BusinessCode, ComplaintId, IdError, Mchid, MediaId, Openid, OrderNo,
    OutAuthorizationNo, OutBillNo, OutOrderNo, OutRefundNo, OutReturnNo, OutTradeNo, PrepayId, RefundId,
    ReturnId, SharingOrderId, TransactionId, TransferBillNo,
};
pub use message_text::{explain_message, known_messages};
pub use notification::{NotificationEnvelope, NotificationResource};
pub use payment::{
    H5PrepayAnswer, InstallmentInfo, NativePrepayAnswer, Payer, PrepayAnswer, PromotionDetail,
    PromotionGoods, Reversal, Transaction, TransactionAmount, TransactionSceneInfo,
};
pub use refund::{
    Refund, RefundAmount, RefundGoods, RefundNotice, RefundNoticeAmount, RefundPromotion, RefundSource,
};
pub use timestamp::{Timestamp, TimestampError};
pub use word::{RefundChannel, RefundStatus, TradeState, TradeType, TransferState};
