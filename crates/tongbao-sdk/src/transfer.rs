//! Transfers to users (商家转账) (v3-extended.md §10.1).
