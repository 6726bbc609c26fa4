//! Charging a payment code (付款码) that the payer shows, and what comes of it (v3.md §2.8).
//!
//! CONFLICT: the platform's knowledge pack of 2026 says that this product has no `APIv3`; its documents of 2024
//! and 2025 describe these calls. Access seems to be granted merchant by merchant; v2 has the same as `micropay`.

use std::fmt;
use std::time::Duration;

use serde::Serialize;
use tongbao_wire::partner::PartnerTransaction;
use tongbao_wire::{Appid, AuthCode, ErrorCode, Fen, Mchid, TradeState, Transaction};

use crate::call_error::CallError;
use crate::order_body::{DirectParties, OrderBody};
use crate::order_terms::OrderTerms;
use crate::prepay_detail::{GoodsDetail, OrderDetail};
use crate::unsendable::{self, Unsendable, UnsendableReason};

/// An order charged to a scanned payment code (`POST /v3/pay/transactions/codepay`).
///
/// A code is good for one order and about a minute; a new code wants a new `out_trade_no`. No notification is
/// ever sent for these orders, and they are reversed, not closed.
#[derive(Clone)]
pub struct CodePay {
    /// Any appid bound to the merchant.
    pub appid: Appid,
    /// What is bought.
    pub order: OrderTerms,
    /// What the payer's phone shows.
    pub auth_code: AuthCode,
    /// Where it is bought.
    pub scene_info: CodePayScene,
}

/// The code is as good as money while it lives, so it is not shown.
impl fmt::Debug for CodePay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CodePay")
            .field("appid", &self.appid)
            .field("order", &self.order)
            .field("scene_info", &self.scene_info)
            .finish_non_exhaustive()
    }
}

impl CodePay {
    /// How often to ask while the payer is typing.
    pub const QUERY_EVERY: Duration = Duration::from_secs(5);
    /// How long to ask before reversing. The knowledge pack says 30 s, the v2 documents 45 s.
    pub const QUERY_FOR: Duration = Duration::from_secs(30);
    /// How long after charging a reversal is first allowed.
    pub const REVERSE_AFTER: Duration = Duration::from_secs(15);
    /// How long after charging a reversal is last allowed: seven days.
    pub const REVERSE_WITHIN: Duration = Duration::from_secs(7 * 24 * 60 * 60);

    /// An order with the members every such order has; the others are set on the value.
    #[must_use]
    pub fn new(appid: Appid, order: OrderTerms, auth_code: AuthCode, scene_info: CodePayScene) -> Self {
        Self { appid, order, auth_code, scene_info }
    }

    /// Checks what the platform would refuse.
    pub(crate) fn check(&self) -> Result<(), Unsendable> {
        check(&self.order, &self.scene_info)
    }

    /// The body; `mchid` is the caller's.
    pub(crate) fn body<'a>(&'a self, mchid: &'a Mchid) -> impl Serialize + 'a {
        let parties = DirectParties { appid: &self.appid, mchid };
        OrderBody::with_code(parties, &self.order, &self.auth_code, &self.scene_info)
    }
}

/// Checks what a merchant's and a provider's order have in common.
pub(crate) fn check(order: &OrderTerms, scene_info: &CodePayScene) -> Result<(), Unsendable> {
    order.check()?;
    scene_info.check()
}

/// Where a payment code is scanned (`scene_info`).
#[derive(Clone, Debug, Serialize)]
pub struct CodePayScene {
    /// The shop's device; at most 32 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device_id: Option<String>,
    /// The device's address; at most 45 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device_ip: Option<String>,
    /// The shop.
    pub store_info: CodePayStore,
}

/// A shop, by one of its two numbers or both.
#[derive(Clone, Debug, Default, Serialize)]
pub struct CodePayStore {
    /// The platform's number of it; at most 32 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The merchant's number of it; at most 32 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub out_id: Option<String>,
}

impl CodePayScene {
    /// A scene with nothing but its shop.
    #[must_use]
    pub fn new(store_info: CodePayStore) -> Self {
        Self { device_id: None, device_ip: None, store_info }
    }

    fn check(&self) -> Result<(), Unsendable> {
        unsendable::optional("scene_info.device_id", self.device_id.as_ref(), 32)?;
        unsendable::optional("scene_info.device_ip", self.device_ip.as_ref(), 45)?;
        let CodePayStore { id, out_id } = &self.store_info;
        unsendable::optional("scene_info.store_info.id", id.as_ref(), STORE_CHARS_MAX)?;
        unsendable::optional("scene_info.store_info.out_id", out_id.as_ref(), STORE_CHARS_MAX)?;
        let empty = id.is_none() && out_id.is_none();
        if empty { Err(Unsendable::new("scene_info.store_info", UnsendableReason::Empty)) } else { Ok(()) }
    }
}

/// The pages print no limit for a shop's numbers; elsewhere `store_info.id` has this one.
const STORE_CHARS_MAX: usize = 32;

/// What came of charging a code, from the charge itself or from a query after it.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/platform.rs"));
/// use tongbao_sdk::{CodePay, CodePayOutcome, CodePayScene, CodePayStore, OrderTerms};
/// use tongbao_wire::{Appid, AuthCode, Fen, OutTradeNo};
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let paid = fixture("v3/code_pay.answer.json");
/// # let paying = paid.replace("\"SUCCESS\"", "\"USERPAYING\"");
/// # let client = client(vec![
/// #     ("/v3/pay/transactions/codepay", paying.clone()),
/// #     ("/v3/pay/transactions/out-trade-no", paying),
/// #     ("/v3/pay/transactions/out-trade-no", paid),
/// # ]);
/// let shop = CodePayScene::new(CodePayStore { id: Some("0001".into()), out_id: None });
/// let number = OutTradeNo::parse("T20260301A")?;
/// let terms = OrderTerms::new(number.clone(), "一壶龙井茶", Fen::new(990));
/// let scanned = AuthCode::parse("130061098828009406")?;
/// let order = CodePay::new(Appid::parse("wx00000000000000aa")?, terms, scanned, shop);
///
/// let mut outcome = client.code_pay(&order).await?;
/// let mut waited = std::time::Duration::ZERO;
/// while let CodePayOutcome::Paying = outcome {
///     if waited >= CodePay::QUERY_FOR {
///         // Paid at the last moment or not: the payer has the money back, and nothing is open.
///         client.reverse(&order.appid, &number).await?;
///         return Ok(());
///     }
///     tokio::time::sleep(CodePay::QUERY_EVERY).await;
///     waited += CodePay::QUERY_EVERY;
///     outcome = client.query_by_out_trade_no(&number).await?.into();
/// }
/// assert!(matches!(outcome, CodePayOutcome::Paid(_)));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CodePayOutcome<T = Transaction> {
    /// The money is there.
    Paid(T),
    /// Not decided: the payer is typing the password, or the platform does not say. Ask every
    /// [`CodePay::QUERY_EVERY`] for [`CodePay::QUERY_FOR`], then reverse, but no sooner than
    /// [`CodePay::REVERSE_AFTER`] after charging; repeat the reversal until it succeeds.
    Paying,
    /// Nothing was paid, and nothing will be under this number.
    Failed(T),
}

impl<T> CodePayOutcome<T> {
    /// `USERPAYING` is a state in an answer, or the code of an answer that is none (HTTP 202).
    pub(crate) fn of(answer: Result<T, CallError>) -> Result<Self, CallError>
    where
        Self: From<T>,
    {
        match answer {
            Ok(transaction) => Ok(transaction.into()),
            Err(error) if error.refusal() == Some(&ErrorCode::UserPaying) => Ok(Self::Paying),
            Err(error) => Err(error),
        }
    }

    fn by(trade_state: &TradeState, transaction: T) -> Self {
        match trade_state {
            // `REFUND`: paid, and part of it was returned since.
            TradeState::Success | TradeState::Refund => Self::Paid(transaction),
            // `NOTPAY` is never proof of failure (v3.md §2.3).
            TradeState::UserPaying | TradeState::NotPay | TradeState::Unknown(_) => Self::Paying,
            TradeState::PayError | TradeState::Closed | TradeState::Revoked => Self::Failed(transaction),
        }
    }
}

impl From<Transaction> for CodePayOutcome<Transaction> {
    fn from(transaction: Transaction) -> Self {
        Self::by(&transaction.trade_state.clone(), transaction)
    }
}

impl From<PartnerTransaction> for CodePayOutcome<PartnerTransaction> {
    fn from(transaction: PartnerTransaction) -> Self {
        Self::by(&transaction.trade_state.clone(), transaction)
    }
}

/// The goods of a payment-code order: what is `wechatpay_goods_id` elsewhere is `wxpay_goods_id` here.
#[derive(Serialize)]
pub(crate) struct CodeDetail<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    cost_price: Option<Fen>,
    #[serde(skip_serializing_if = "Option::is_none")]
    invoice_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    goods_detail: Vec<CodeGoods<'a>>,
}

#[derive(Serialize)]
struct CodeGoods<'a> {
    merchant_goods_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    wxpay_goods_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    goods_name: Option<&'a str>,
    quantity: u32,
    unit_price: Fen,
}

impl<'a> From<&'a OrderDetail> for CodeDetail<'a> {
    fn from(detail: &'a OrderDetail) -> Self {
        Self {
            cost_price: detail.cost_price,
            invoice_id: detail.invoice_id.as_deref(),
            goods_detail: detail.goods_detail.iter().map(CodeGoods::from).collect(),
        }
    }
}

impl<'a> From<&'a GoodsDetail> for CodeGoods<'a> {
    fn from(goods: &'a GoodsDetail) -> Self {
        Self {
            merchant_goods_id: &goods.merchant_goods_id,
            wxpay_goods_id: goods.wechatpay_goods_id.as_deref(),
            goods_name: goods.goods_name.as_deref(),
            quantity: goods.quantity,
            unit_price: goods.unit_price,
        }
    }
}
