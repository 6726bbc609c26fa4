//! Where exchanges are kept, and who is told of new ones.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::broadcast;

use super::exchange::Exchange;

/// The latest exchanges, within bounds of number and bytes.
pub(crate) struct Recorder {
    ring: Mutex<Ring>,
    told: broadcast::Sender<News>,
    listeners: AtomicUsize,
}

#[derive(Default)]
struct Ring {
    kept: VecDeque<Arc<Exchange>>,
    bytes: usize,
    last_id: u64,
}

/// What listeners are told.
#[derive(Clone)]
pub(crate) enum News {
    Ended(Arc<Exchange>),
    /// The simulator stops.
    HungUp,
}

/// A place among those who listen; giving it back is dropping it.
pub(crate) struct Listener {
    recorder: Arc<Recorder>,
    pub(crate) news: broadcast::Receiver<News>,
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.recorder.listeners.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Default for Recorder {
    fn default() -> Self {
        let (told, _) = broadcast::channel(NEWS_WAITING_MAX);
        Self { ring: Mutex::default(), told, listeners: AtomicUsize::new(0) }
    }
}

impl Recorder {
    /// Keeps an exchange under the next id.
    pub(crate) fn keep(&self, mut exchange: Exchange) {
        let mut ring = self.ring.lock().unwrap_or_else(PoisonError::into_inner);
        ring.last_id += 1;
        exchange.id = ring.last_id;
        ring.bytes += exchange.weight();
        let exchange = Arc::new(exchange);
        ring.kept.push_back(Arc::clone(&exchange));
        while ring.kept.len() > EXCHANGES_MAX || ring.bytes > BYTES_MAX {
            let Some(oldest) = ring.kept.pop_front() else { break };
            ring.bytes -= oldest.weight();
        }
        // Told under the lock, so that nobody hears of two in the wrong order; nobody waits in there.
        let _ = self.told.send(News::Ended(exchange));
    }

    /// The exchange with this id, while it is kept.
    pub(crate) fn get(&self, id: u64) -> Option<Arc<Exchange>> {
        let ring = self.ring.lock().unwrap_or_else(PoisonError::into_inner);
        let first = ring.kept.front()?.id;
        // Ids have no gaps.
        let place = usize::try_from(id.checked_sub(first)?).ok()?;
        ring.kept.get(place).cloned()
    }

    /// All that are kept, newest first.
    pub(crate) fn newest(&self) -> Vec<Arc<Exchange>> {
        let ring = self.ring.lock().unwrap_or_else(PoisonError::into_inner);
        ring.kept.iter().rev().cloned().collect()
    }

    /// Those after `id`, oldest first.
    pub(crate) fn after(&self, id: u64) -> Vec<Arc<Exchange>> {
        let ring = self.ring.lock().unwrap_or_else(PoisonError::into_inner);
        ring.kept.iter().filter(|exchange| exchange.id > id).cloned().collect()
    }

    /// The newest id; 0 before the first.
    pub(crate) fn last_id(&self) -> u64 {
        self.ring.lock().unwrap_or_else(PoisonError::into_inner).last_id
    }

    /// Listens from now on, unless too many do.
    pub(crate) fn listen(self: &Arc<Self>) -> Option<Listener> {
        let before = self.listeners.fetch_add(1, Ordering::SeqCst);
        if before >= LISTENERS_MAX {
            self.listeners.fetch_sub(1, Ordering::SeqCst);
            return None;
        }
        Some(Listener { recorder: Arc::clone(self), news: self.told.subscribe() })
    }

    /// Ends every listener's stream, so that no connection waits for it.
    pub(crate) fn hang_up(&self) {
        let _ = self.told.send(News::HungUp);
    }
}

/// Exchanges kept.
pub(crate) const EXCHANGES_MAX: usize = 2000;
/// Bytes kept in all, whatever the number.
pub(crate) const BYTES_MAX: usize = 32 << 20;
/// Pages and programs that listen at once.
const LISTENERS_MAX: usize = 64;
/// News a slow listener may lag behind.
const NEWS_WAITING_MAX: usize = 512;

#[cfg(test)]
mod tests {
    use std::sync::{Arc, OnceLock};
    use std::time::Duration;

    use http::HeaderMap;
    use tongbao_wire::Timestamp;

    use super::super::exchange::{BODY_BYTES_KEPT, Capture, Direction, End, Exchange, Message};
    use super::{BYTES_MAX, EXCHANGES_MAX, LISTENERS_MAX, Recorder};

    fn exchange(body: usize) -> Exchange {
        Exchange {
            id: 0,
            at: Timestamp::from_seconds(0),
            transport_at: Timestamp::from_seconds(0),
            took: Duration::ZERO,
            direction: Direction::In,
            method: "GET".into(),
            target: "/".into(),
            asked: Message::new(&HeaderMap::new(), Capture::of(&vec![b'x'; body])),
            status: Some(200),
            answered: Message::default(),
            end: End::Whole,
            fault: None,
            cashier_refused: None,
            notice: None,
            facts: OnceLock::new(),
            why: OnceLock::new(),
        }
    }

    #[test]
    fn the_oldest_are_forgotten_by_number_and_by_bytes() {
        let recorder = Recorder::default();
        for _ in 0..EXCHANGES_MAX + 5 {
            recorder.keep(exchange(1));
        }
        assert_eq!(recorder.newest().len(), EXCHANGES_MAX);
        assert!(recorder.get(5).is_none() && recorder.get(6).is_some_and(|kept| kept.id == 6));
        assert!(recorder.get(recorder.last_id() + 1).is_none() && recorder.get(0).is_none());
        for _ in 0..2 * BYTES_MAX / BODY_BYTES_KEPT {
            recorder.keep(exchange(2 * BODY_BYTES_KEPT));
        }
        let kept = recorder.newest();
        assert!(kept.iter().map(|one| one.weight()).sum::<usize>() <= BYTES_MAX);
        assert!(kept[0].asked.is_cut() && kept[0].asked.length == 2 * BODY_BYTES_KEPT);
        assert_eq!(recorder.after(recorder.last_id() - 2).len(), 2);
    }

    #[test]
    fn so_many_may_listen_and_no_more() {
        let recorder = Arc::new(Recorder::default());
        let mut listening: Vec<_> = (0..LISTENERS_MAX).map(|_| recorder.listen().unwrap()).collect();
        assert!(recorder.listen().is_none());
        listening.pop();
        assert!(recorder.listen().is_some());
    }
}
