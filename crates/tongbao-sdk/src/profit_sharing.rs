//! Profit sharing (分账) (v3-extended.md §8).
