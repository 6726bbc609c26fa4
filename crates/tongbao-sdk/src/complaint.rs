//! Consumer complaints (消费者投诉) (v3-extended.md §10.2).
