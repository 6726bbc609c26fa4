//! The rules of money: orders, payments, refunds; pure.
