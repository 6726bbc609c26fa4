//! Tongbao: everything that runs.
