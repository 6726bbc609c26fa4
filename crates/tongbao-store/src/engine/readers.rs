//! A few connections that read.

use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::Connection;

use super::connection;
use crate::{Options, StoreError};

/// Connections for reading, opened when first needed. Who finds none free waits for the microseconds that
/// another's read takes.
#[derive(Debug)]
pub(crate) struct Readers {
    path: PathBuf,
    busy_timeout: Duration,
    connections_max: usize,
    pool: Mutex<Pool>,
    freed: Condvar,
}

#[derive(Debug, Default)]
struct Pool {
    idle: Vec<Connection>,
    opened: usize,
}

/// Gives a connection back, also when its reader panics.
struct Lent<'a> {
    readers: &'a Readers,
    connection: Option<Connection>,
}

impl Readers {
    pub(super) fn new(path: PathBuf, options: &Options) -> Result<Self, StoreError> {
        let first = connection::for_reading(&path, options.busy_timeout)?;
        let pool = Pool { idle: vec![first], opened: 1 };
        Ok(Self {
            path,
            busy_timeout: options.busy_timeout,
            connections_max: options.readers.max(1),
            pool: Mutex::new(pool),
            freed: Condvar::new(),
        })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Runs `f` on a connection.
    pub(super) fn with<T>(&self, f: impl FnOnce(&Connection) -> T) -> Result<T, StoreError> {
        let lent = self.borrow()?;
        Ok(f(lent.connection.as_ref().expect("a connection is taken back only when dropped")))
    }

    fn borrow(&self) -> Result<Lent<'_>, StoreError> {
        let mut pool = self.pool.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(connection) = pool.idle.pop() {
                return Ok(Lent { readers: self, connection: Some(connection) });
            }
            if pool.opened < self.connections_max {
                let connection = connection::for_reading(&self.path, self.busy_timeout)?;
                pool.opened += 1;
                return Ok(Lent { readers: self, connection: Some(connection) });
            }
            pool = self.freed.wait(pool).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            self.readers.pool.lock().unwrap_or_else(PoisonError::into_inner).idle.push(connection);
            self.readers.freed.notify_one();
        }
    }
}
