//! The whole state at one instant, to come back to: for test suites.

use std::sync::Arc;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use tongbao_wire::Mchid;

use crate::clock::SimClock;
use crate::crypto::sha256_hex;
use crate::state::State;
use crate::{Seed, Simulator};

/// The state of a simulator at one instant: orders, money, notifications, codes, the clock, the fault script and
/// what it did. Merchants, keys, faults by closures and the inspector's list are not part of it.
#[derive(Clone)]
pub struct Snapshot {
    json: Bytes,
}

impl Snapshot {
    /// As JSON, to be written to a file.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.json
    }
}

/// Why a file is not a snapshot.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// It cannot be read.
    #[error("this is not a snapshot of a simulator: {0}")]
    Unreadable(#[from] serde_json::Error),
    /// Another version wrote it.
    #[error("the snapshot is in form {found}; this version reads form {FORM}")]
    Form {
        /// Its form.
        found: u32,
    },
    /// It has orders of a merchant who is not here.
    #[error("the snapshot has orders of merchant {mchid}, who is not here; add the merchant first")]
    Merchant {
        /// The merchant's number.
        mchid: Mchid,
    },
    /// A simulator wrote something else.
    #[error(
        "the snapshot was changed after it was taken; take it anew, the control API makes what it should hold"
    )]
    Changed,
}

#[derive(Serialize)]
struct Written<'a> {
    form: u32,
    /// Of the state: a state made up by hand would break what every part of it relies on.
    sha256: String,
    state: &'a RawValue,
}

#[derive(Deserialize)]
struct Form {
    form: u32,
}

#[derive(Deserialize)]
struct Read {
    sha256: String,
    state: State,
}

impl Simulator {
    /// Takes a snapshot.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        let json = self.with_state(|state, platform, _| {
            state.keep_time(&platform.clock);
            let state = serde_json::value::to_raw_value(state).expect("state is plain data");
            let written = Written { form: FORM, sha256: sha256_hex(state.get().as_bytes()), state: &state };
            serde_json::to_vec(&written).expect("texts and a state")
        });
        Snapshot { json: json.into() }
    }

    /// Goes back to a snapshot, its clock included: business time is as far ahead of the base clock as it was, or
    /// what it was when it ran at another pace.
    ///
    /// # Errors
    /// [`SnapshotError`]; nothing has changed then.
    pub fn restore(&self, snapshot: &[u8]) -> Result<(), SnapshotError> {
        let Form { form } = serde_json::from_slice(snapshot)?;
        if form != FORM {
            return Err(SnapshotError::Form { found: form });
        }
        let read: Read = serde_json::from_slice(snapshot)?;
        // White space does not count: tools that keep JSON lay it out anew.
        if sha256_hex(&serde_json::to_vec(&read.state)?) != read.sha256 {
            return Err(SnapshotError::Changed);
        }
        if let Some(mchid) = read.state.stranger(&self.inner.platform) {
            return Err(SnapshotError::Merchant { mchid });
        }
        let kept = *read.state.clock;
        self.begin_again(read.state, |clock| clock.resume(kept));
        Ok(())
    }

    /// Forgets everything that happened: payers, merchants and the clock as they were set up, with what a seed says
    /// of the past, and nothing else. Merchants that were added stay.
    pub fn reset(&self) {
        let platform = &self.inner.platform;
        let now = platform.clock.beginning();
        let begin = |seed: &Seed| State::begin(platform, &self.inner.payers, seed, now);
        let state = begin(&self.inner.seed).or_else(|error| {
            tracing::warn!(%error, "the seed's past is left out: its merchants are not those it was read with");
            begin(&Seed::default())
        });
        self.begin_again(state.expect("a world without a past begins"), SimClock::begin_again);
    }
}

/// Snapshots kept under names, for those who do not want a file.
#[derive(Default)]
pub(crate) struct Snapshots {
    kept: std::collections::BTreeMap<String, Arc<Snapshot>>,
}

/// Why a snapshot is not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotKept {
    TooMany,
    TooLarge,
}

impl Snapshots {
    /// Keeps a snapshot, in the place of an older one of that name.
    pub(crate) fn keep(&mut self, name: String, snapshot: Snapshot) -> Result<(), NotKept> {
        let others = || self.kept.iter().filter(|(known, _)| **known != name);
        if others().count() >= SNAPSHOTS_MAX {
            return Err(NotKept::TooMany);
        }
        let bytes: usize = others().map(|(_, kept)| kept.json.len()).sum();
        if bytes + snapshot.json.len() > SNAPSHOT_BYTES_MAX {
            return Err(NotKept::TooLarge);
        }
        self.kept.insert(name, Arc::new(snapshot));
        Ok(())
    }

    pub(crate) fn get(&self, name: &str) -> Option<Arc<Snapshot>> {
        self.kept.get(name).cloned()
    }

    pub(crate) fn remove(&mut self, name: &str) -> bool {
        self.kept.remove(name).is_some()
    }

    /// Names and sizes in bytes.
    pub(crate) fn list(&self) -> Vec<(String, usize)> {
        self.kept.iter().map(|(name, kept)| (name.clone(), kept.json.len())).collect()
    }
}

/// The form of snapshots; another form is refused, not guessed.
const FORM: u32 = 3;
/// Snapshots kept under names.
const SNAPSHOTS_MAX: usize = 100;
/// What they may weigh together.
const SNAPSHOT_BYTES_MAX: usize = 256 * 1024 * 1024;
