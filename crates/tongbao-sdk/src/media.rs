//! Pictures and videos the platform keeps for the merchant (v3-extended.md §9.2).
