//! Where state is kept: in memory, or in a directory (`--data`).

use std::path::Path;

use crate::platform::Platform;
use crate::state::State;
use crate::{PayerSettings, SimError};

#[cfg(feature = "data")]
use crate::shelf::Disk;

/// Keeps a simulator's state.
pub(crate) struct Keeper {
    #[cfg(feature = "data")]
    disk: Option<Disk>,
}

#[cfg(feature = "data")]
impl Keeper {
    /// Opens or makes `directory`, readable by its owner only.
    pub(crate) fn open(directory: Option<&Path>) -> Result<Self, SimError> {
        let refuse = |reason: String| SimError::Settings { field: "data", reason };
        let Some(directory) = directory else { return Ok(Self { disk: None }) };
        private_directory(directory).map_err(|error| refuse(format!("{}: {error}", directory.display())))?;
        let file = directory.join(FILE);
        let disk = Disk::open(&file).map_err(|error| refuse(format!("{}: {error}", file.display())))?;
        Ok(Self { disk: Some(disk) })
    }

    /// What was kept, or a new world.
    pub(crate) fn load(&self, platform: &Platform, payers: &[PayerSettings]) -> State {
        let begin = || State::begin(platform, payers, platform.clock.business());
        let Some(disk) = &self.disk else { return begin() };
        let mut kept = State::default();
        kept.stand_on(|name| disk.table(name));
        if kept.is_new() {
            kept = begin();
            kept.stand_on(|name| disk.table(name));
            self.save(&mut kept);
        }
        platform.clock.resume(*kept.clock);
        kept
    }

    /// Writes down what changed. What cannot be written stays in memory and is tried again.
    pub(crate) fn save(&self, state: &mut State) {
        let Some(disk) = &self.disk else { return };
        let mut shelves = state.shelves();
        if shelves.iter().any(|(_, shelf)| shelf.is_changed()) {
            disk.together(|| shelves.iter_mut().fold(true, |saved, (_, shelf)| shelf.save() && saved));
        }
    }

    /// Forgets what was kept and keeps `state`, which was in memory, in its place.
    pub(crate) fn replace(&self, state: &mut State) {
        let Some(disk) = &self.disk else { return };
        disk.together(|| {
            disk.clear() && {
                state.stand_on(|name| disk.table(name));
                state.shelves().iter_mut().fold(true, |saved, (_, shelf)| shelf.save() && saved)
            }
        });
    }
}

#[cfg(not(feature = "data"))]
impl Keeper {
    pub(crate) fn open(directory: Option<&Path>) -> Result<Self, SimError> {
        match directory {
            None => Ok(Self {}),
            Some(_) => Err(SimError::Settings {
                field: "data",
                reason: "this build keeps nothing; build tongbao-sim with its feature `data`".into(),
            }),
        }
    }

    #[allow(clippy::unused_self, reason = "the same shape as with the feature")]
    pub(crate) fn load(&self, platform: &Platform, payers: &[PayerSettings]) -> State {
        State::begin(platform, payers, platform.clock.business())
    }

    #[allow(clippy::unused_self, reason = "the same shape as with the feature")]
    pub(crate) fn save(&self, _: &mut State) {}

    #[allow(clippy::unused_self, reason = "the same shape as with the feature")]
    pub(crate) fn replace(&self, _: &mut State) {}
}

#[cfg(feature = "data")]
fn private_directory(directory: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)
}

#[cfg(feature = "data")]
const FILE: &str = "simulator.sqlite";
