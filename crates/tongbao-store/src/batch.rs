//! What is written: statements that hold together.

use bytes::Bytes;
use tongbao_wire::{Appid, Mchid, Openid, OrderNo, OutRefundNo, OutTradeNo, Timestamp};

/// The most statements of one batch. The longest in use has about a dozen.
pub const STATEMENTS_MAX: usize = 256;

/// The most bytes of one batch's values: room for a stored answer or a notification many times over.
pub const BATCH_BYTES_MAX: usize = 4 * 1024 * 1024;

/// A statement's text and the name it is spoken of by.
///
/// Placeholders are `$1`, `$2`…, and each appears first in that order, so that both engines number them
/// alike.
#[derive(Debug, PartialEq, Eq)]
pub struct Sql {
    /// Such as `orders.update`.
    pub name: &'static str,
    /// The SQL, valid for both engines.
    pub text: &'static str,
}

/// A value of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Nothing.
    Null,
    /// Text.
    Text(String),
    /// A 64-bit integer: a count, fen, or milliseconds since the epoch.
    Int(i64),
    /// Bytes.
    Bytes(Bytes),
}

/// How many rows a statement must touch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rows {
    /// This many.
    Exactly(usize),
    /// This many or fewer.
    AtMost(usize),
    /// However many.
    Any,
}

/// One statement of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// What runs.
    pub sql: &'static Sql,
    /// The values of `$1`, `$2`…
    pub params: Vec<Value>,
    /// How many rows it must touch; otherwise nothing of the batch is written.
    pub rows: Rows,
}

/// Statements that are applied whole or not at all, in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Batch(Vec<Statement>);

/// What a batch did, statement by statement.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Applied {
    /// Rows touched by each statement.
    pub touched: Vec<usize>,
    /// Rows given back by statements with a `returning` clause, in the order of the statements.
    pub returned: Vec<Vec<Value>>,
}

impl Rows {
    /// True when that many rows are as they must be.
    #[must_use]
    pub fn allows(self, touched: usize) -> bool {
        match self {
            Self::Exactly(n) => touched == n,
            Self::AtMost(n) => touched <= n,
            Self::Any => true,
        }
    }
}

impl std::fmt::Display for Rows {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Exactly(n) => write!(f, "exactly {n}"),
            Self::AtMost(n) => write!(f, "at most {n}"),
            Self::Any => f.write_str("any number of"),
        }
    }
}

impl Statement {
    /// A statement with its values and the rows it must touch.
    #[must_use]
    pub fn new(sql: &'static Sql, params: impl Into<Vec<Value>>, rows: Rows) -> Self {
        Self { sql, params: params.into(), rows }
    }
}

impl Batch {
    /// These statements, in their order.
    #[must_use]
    pub fn new(statements: Vec<Statement>) -> Self {
        Self(statements)
    }

    /// One more statement at the end.
    pub fn push(&mut self, statement: Statement) {
        self.0.push(statement);
    }

    /// The statements in their order.
    #[must_use]
    pub fn statements(&self) -> &[Statement] {
        &self.0
    }

    /// True when it does nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Bytes of text and blobs in it.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.0.iter().flat_map(|statement| &statement.params).map(Value::bytes).sum()
    }
}

impl From<Vec<Statement>> for Batch {
    fn from(statements: Vec<Statement>) -> Self {
        Self(statements)
    }
}

impl From<Statement> for Batch {
    fn from(statement: Statement) -> Self {
        Self(vec![statement])
    }
}

impl Extend<Statement> for Batch {
    fn extend<I: IntoIterator<Item = Statement>>(&mut self, statements: I) {
        self.0.extend(statements);
    }
}

impl Value {
    fn bytes(&self) -> usize {
        match self {
            Self::Null => 0,
            Self::Int(_) => size_of::<i64>(),
            Self::Text(text) => text.len(),
            Self::Bytes(bytes) => bytes.len(),
        }
    }

    /// A count as the engines count, saturating.
    #[must_use]
    pub fn count(count: usize) -> Self {
        Self::Int(i64::try_from(count).unwrap_or(i64::MAX))
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<Timestamp> for Value {
    fn from(at: Timestamp) -> Self {
        Self::Int(at.millis())
    }
}

impl From<Bytes> for Value {
    fn from(bytes: Bytes) -> Self {
        Self::Bytes(bytes)
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

macro_rules! ids_are_text {
    ($($id:ident)*) => {$(
        impl From<&$id> for Value {
            fn from(id: &$id) -> Self {
                Self::Text(id.as_str().to_owned())
            }
        }
    )*};
}

ids_are_text! { Appid Mchid Openid OrderNo OutRefundNo OutTradeNo }
