//! Background tasks: the one place that starts them, and the owner that ends them.

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use futures_util::FutureExt;
use tokio::sync::Notify;
use tokio::task::AbortHandle;

/// The tasks of one part of the program. Cheap to clone: clones own the same tasks.
///
/// Nothing runs past [`Tasks::shutdown`]. A panic in a task is logged and counted, and ends that task only.
#[derive(Clone, Default)]
pub struct Tasks(Arc<Shared>);

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    /// Told whenever the last task ends.
    idle: Notify,
}

#[derive(Default)]
struct State {
    started: u64,
    panicked: u64,
    closed: bool,
    running: BTreeMap<u64, (&'static str, AbortHandle)>,
}

/// How [`Tasks::shutdown`] went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Every task came to its own end.
    AllFinished,
    /// So many had to be aborted when the grace was over.
    Aborted(usize),
}

impl Tasks {
    /// No tasks yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Starts `future`. `name` says in the log which task it was. After [`Tasks::shutdown`] or
    /// [`Tasks::abort_all`] nothing is started any more.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    pub fn spawn(&self, name: &'static str, future: impl Future<Output = ()> + Send + 'static) {
        let mut state = self.state();
        if state.closed {
            return;
        }
        let id = state.started;
        state.started += 1;
        let ending = Ending { tasks: self.clone(), id };
        let watched = async move {
            // Moved in here, it also goes when the task is aborted before its first step.
            let ending = ending;
            if let Err(panic) = AssertUnwindSafe(future).catch_unwind().await {
                ending.tasks.panicked_in(name, &*panic);
            }
        };
        #[allow(
            clippy::disallowed_methods,
            reason = "the one place that starts tasks: here each has an owner"
        )]
        let handle = tokio::spawn(watched);
        // The lock is held since before the start, so the task cannot have ended unseen.
        state.running.insert(id, (name, handle.abort_handle()));
    }

    /// Starts what `again` makes, and anew a while after it has panicked: for work the rest relies on.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    pub fn keep_going<F>(&self, name: &'static str, mut again: impl FnMut() -> F + Send + 'static)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let tasks = self.clone();
        self.spawn(name, async move {
            while let Err(panic) = AssertUnwindSafe(again()).catch_unwind().await {
                tasks.panicked_in(name, &*panic);
                tokio::time::sleep(PANICKED_AGAIN_AFTER).await;
            }
        });
    }

    /// How many run.
    #[must_use]
    pub fn running(&self) -> usize {
        self.state().running.len()
    }

    /// How many ended in a panic so far.
    #[must_use]
    pub fn panicked(&self) -> u64 {
        self.state().panicked
    }

    /// Ends every task at its next wait, at once.
    pub fn abort_all(&self) {
        let mut state = self.state();
        state.closed = true;
        for (_, handle) in state.running.values() {
            handle.abort();
        }
    }

    /// Lets the tasks finish for `grace`, then aborts the rest and waits until they are gone.
    ///
    /// The tasks must know by themselves that the end has come; this only waits.
    pub async fn shutdown(&self, grace: Duration) -> Ended {
        self.state().closed = true;
        if tokio::time::timeout(grace, self.all_ended()).await.is_ok() {
            return Ended::AllFinished;
        }
        let left: Vec<&'static str> = self.state().running.values().map(|(name, _)| *name).collect();
        tracing::warn!(tasks = ?left, "tasks did not finish in time and are aborted");
        self.abort_all();
        self.all_ended().await;
        Ended::Aborted(left.len())
    }

    fn panicked_in(&self, name: &'static str, panic: &(dyn std::any::Any + Send)) {
        let text = panic.downcast_ref::<&str>().copied();
        let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("?");
        tracing::error!(task = name, panic = text, "a task panicked; the rest goes on");
        self.state().panicked += 1;
    }

    async fn all_ended(&self) {
        loop {
            // Registered before looking, so that an end in between is not missed.
            let idle = self.0.idle.notified();
            if self.state().running.is_empty() {
                return;
            }
            idle.await;
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().expect("nothing panics while it holds the lock")
    }
}

impl fmt::Debug for Tasks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state();
        let names: Vec<_> = state.running.values().map(|(name, _)| name).collect();
        f.debug_struct("Tasks").field("running", &names).field("panicked", &state.panicked).finish()
    }
}

/// Takes the task off the list when it ends, in whatever way.
struct Ending {
    tasks: Tasks,
    id: u64,
}

impl Drop for Ending {
    fn drop(&mut self) {
        let mut state = self.tasks.state();
        state.running.remove(&self.id);
        let is_last = state.running.is_empty();
        drop(state);
        if is_last {
            self.tasks.0.idle.notify_waiters();
        }
    }
}

/// What panics at once would panic without end.
const PANICKED_AGAIN_AFTER: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Ended, Tasks};

    #[tokio::test]
    async fn a_panic_is_counted_and_ends_one_task_only() {
        let tasks = Tasks::new();
        let (send, receive) = tokio::sync::oneshot::channel();
        tasks.spawn("panics", async { panic!("on purpose") });
        tasks.spawn("goes on", async move {
            let _ = send.send(());
        });
        receive.await.expect("the other task finished");
        assert_eq!(tasks.shutdown(Duration::from_secs(1)).await, Ended::AllFinished);
        assert_eq!((tasks.panicked(), tasks.running()), (1, 0));
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_kept_going_starts_again_after_a_panic() {
        let tasks = Tasks::new();
        let (send, mut receive) = tokio::sync::mpsc::unbounded_channel();
        let mut runs = 0;
        tasks.keep_going("stumbles", move || {
            runs += 1;
            let (run, send) = (runs, send.clone());
            async move {
                assert!(run > 2, "on purpose");
                let _ = send.send(run);
            }
        });
        assert_eq!(receive.recv().await, Some(3));
        assert_eq!(tasks.shutdown(Duration::from_secs(1)).await, Ended::AllFinished);
        assert_eq!((tasks.panicked(), tasks.running()), (2, 0));
    }

    #[tokio::test(start_paused = true)]
    async fn shutdown_waits_for_its_grace_and_then_aborts() {
        let tasks = Tasks::new();
        tasks.spawn("soon done", tokio::time::sleep(Duration::from_secs(3)));
        tasks.spawn("never done", std::future::pending());
        let before = tokio::time::Instant::now();
        assert_eq!(tasks.shutdown(Duration::from_secs(10)).await, Ended::Aborted(1));
        assert_eq!(before.elapsed(), Duration::from_secs(10));
        assert_eq!(tasks.running(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn shutdown_returns_as_soon_as_the_last_task_ends() {
        let tasks = Tasks::new();
        tasks.spawn("soon done", tokio::time::sleep(Duration::from_secs(3)));
        let before = tokio::time::Instant::now();
        assert_eq!(tasks.shutdown(Duration::from_secs(10)).await, Ended::AllFinished);
        assert_eq!(before.elapsed(), Duration::from_secs(3));
    }

    #[tokio::test]
    async fn nothing_starts_after_the_end() {
        let tasks = Tasks::new();
        tasks.abort_all();
        tasks.spawn("too late", std::future::pending());
        assert_eq!(tasks.running(), 0);
    }
}
