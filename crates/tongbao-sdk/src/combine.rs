//! Combined orders (合单) (v3.md §4).
