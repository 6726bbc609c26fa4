//! Service providers (服务商): orders for sub-merchants (v3.md §3).
