//! Bills (账单): where they are, their download, and their rows (v3.md §7, v2.md §3.5, §3.6).
