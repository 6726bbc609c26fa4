//! 国密: SM2 with SM3, SM4-GCM (v3.md §1.10).
