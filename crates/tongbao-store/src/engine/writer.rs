//! The thread that writes, so that all who wait share one fsync.

use std::borrow::Borrow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};

use rusqlite::Connection;
use tokio::sync::oneshot::{self, Sender as Reply};

use super::apply::commit_together;
use crate::{Applied, Batch, EngineError, Options, Refused, StoreError, WriteError};

/// Hands batches to the thread. The thread ends when this is dropped and the queue is empty.
#[derive(Debug)]
pub(crate) struct Writer {
    queue: SyncSender<Message>,
    stopped: Arc<AtomicBool>,
}

enum Message {
    Write(Pending),
    Checkpoint(Reply<Result<(), StoreError>>),
}

struct Pending {
    batch: Batch,
    reply: Reply<Result<Applied, WriteError>>,
}

impl Borrow<Batch> for Pending {
    fn borrow(&self) -> &Batch {
        &self.batch
    }
}

impl Writer {
    pub(super) fn start(connection: Connection, options: &Options) -> std::io::Result<Self> {
        let (queue, messages) = sync_channel(options.queue_max.max(1));
        let stopped = Arc::new(AtomicBool::new(false));
        let group_max = options.group_max.max(1);
        let thread = Thread { connection, messages, group_max, stopped: Arc::clone(&stopped) };
        #[allow(clippy::disallowed_methods, reason = "the one thread of the project: an fsync blocks")]
        std::thread::Builder::new().name("store-writer".into()).spawn(move || thread.run())?;
        Ok(Self { queue, stopped })
    }

    pub(super) async fn write(&self, batch: Batch) -> Result<Applied, WriteError> {
        let (reply, answer) = oneshot::channel();
        self.send(Message::Write(Pending { batch, reply })).map_err(WriteError::Refused)?;
        // No answer: the thread died with the batch in its hands, before or after the commit.
        answer.await.unwrap_or_else(|_| Err(WriteError::Unknown(EngineError::new(&"the writer ended"))))
    }

    pub(super) async fn checkpoint(&self) -> Result<(), StoreError> {
        let (reply, answer) = oneshot::channel();
        self.send(Message::Checkpoint(reply))
            .map_err(|refused| StoreError::Checkpoint(EngineError::new(&refused)))?;
        answer.await.unwrap_or(Err(StoreError::Stopped))
    }

    pub(super) fn healthy(&self) -> bool {
        !self.stopped.load(Ordering::Acquire)
    }

    fn send(&self, message: Message) -> Result<(), Refused> {
        if !self.healthy() {
            return Err(Refused::Stopped);
        }
        self.queue.try_send(message).map_err(|error| match error {
            TrySendError::Full(_) => Refused::QueueFull,
            TrySendError::Disconnected(_) => Refused::Stopped,
        })
    }
}

struct Thread {
    connection: Connection,
    messages: Receiver<Message>,
    group_max: usize,
    stopped: Arc<AtomicBool>,
}

/// However the thread ends, the store says that it stopped.
impl Drop for Thread {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::Release);
    }
}

impl Thread {
    fn run(self) {
        while let Ok(first) = self.messages.recv() {
            let (mut group, mut checkpoint) = match first {
                Message::Write(pending) => (vec![pending], None),
                Message::Checkpoint(reply) => (Vec::new(), Some(reply)),
            };
            if !group.is_empty() {
                let mut more = |group: &mut Vec<Pending>| self.gather(group, &mut checkpoint);
                more(&mut group);
                self.commit(group, &mut more);
            }
            if let Some(reply) = checkpoint {
                // Who asked may have gone; the checkpoint is made all the same.
                let _asker_gone = reply.send(self.checkpoint());
            }
        }
    }

    /// Adds everything that waits, up to the bound; a checkpoint ends the group.
    fn gather(&self, group: &mut Vec<Pending>, checkpoint: &mut Option<Reply<Result<(), StoreError>>>) {
        while checkpoint.is_none() && group.len() < self.group_max {
            match self.messages.try_recv() {
                Ok(Message::Write(pending)) => group.push(pending),
                Ok(Message::Checkpoint(reply)) => *checkpoint = Some(reply),
                Err(_) => return,
            }
        }
    }

    /// The longer a group is, the less its one commit costs each, so those who come while it is applied
    /// still join it.
    fn commit(&self, mut group: Vec<Pending>, more: &mut dyn FnMut(&mut Vec<Pending>)) {
        let results = if self.stopped.load(Ordering::Acquire) {
            vec![Err(WriteError::Refused(Refused::Stopped)); group.len()]
        } else {
            let outcome = commit_together(&self.connection, &mut group, more);
            if outcome.lost {
                self.stopped.store(true, Ordering::Release);
            }
            outcome.results
        };
        for (pending, result) in group.into_iter().zip(results) {
            // A caller that stopped waiting does not take its batch back.
            let _caller_gone = pending.reply.send(result);
        }
    }

    fn checkpoint(&self) -> Result<(), StoreError> {
        if self.stopped.load(Ordering::Acquire) {
            return Err(StoreError::Stopped);
        }
        let failed = |said: &dyn std::fmt::Display| StoreError::Checkpoint(EngineError::new(said));
        let busy: i64 = self
            .connection
            .query_row("pragma wal_checkpoint(truncate)", (), |row| row.get(0))
            .map_err(|error| failed(&error))?;
        if busy == 0 { Ok(()) } else { Err(failed(&"a reader is in the way")) }
    }
}
