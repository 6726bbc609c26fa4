//! Where state is kept: in memory, or in a directory (`--data`).

use std::path::Path;

use crate::identity::Identity;
use crate::platform::Platform;
use crate::state::State;
use crate::{KeyMode, MerchantSettings, PayerSettings, Seed, SimError, Switches};

#[cfg(feature = "data")]
use std::sync::{Mutex, PoisonError};

#[cfg(feature = "data")]
use crate::private_file;
#[cfg(feature = "data")]
use crate::shelf::{Disk, Named};

/// Keeps a simulator's state, its merchants and keys.
pub(crate) struct Keeper {
    #[cfg(feature = "data")]
    disk: Option<(Disk, Mutex<Identity>)>,
}

/// What a data directory says about the run that used it last, to begin the next with.
pub struct KeptSettings {
    /// Its switches.
    pub switches: Switches,
    /// Which pairs signed.
    pub key_mode: KeyMode,
    /// Its keys are the published ones.
    pub published: bool,
    /// Its merchants, without their keys.
    pub merchants: Vec<MerchantSettings>,
}

impl KeptSettings {
    /// Looks into a directory that no simulator uses at this moment; `None` when none ever did.
    ///
    /// # Errors
    /// [`SimError`] when it cannot be used.
    pub fn of(directory: &Path) -> Result<Option<Self>, SimError> {
        if !directory.exists() {
            return Ok(None);
        }
        Ok(Keeper::open(Some(directory))?.identity(Identity::kept_settings).flatten())
    }
}

#[cfg(feature = "data")]
impl Keeper {
    /// Opens or makes `directory`, readable by its owner only.
    pub(crate) fn open(directory: Option<&Path>) -> Result<Self, SimError> {
        let refuse = |reason: String| SimError::Settings { field: "data", reason };
        let Some(directory) = directory else { return Ok(Self { disk: None }) };
        private_directory(directory).map_err(|error| refuse(format!("{}: {error}", directory.display())))?;
        let file = directory.join(FILE);
        private_file::make(&file).map_err(|error| refuse(format!("{}: {error}", file.display())))?;
        let disk = Disk::open(&file).map_err(|error| refuse(format!("{}: {error}", file.display())))?;
        let mut identity = Identity::default();
        for (name, shelf) in identity.shelves() {
            shelf.stand_on(Some(disk.table(name)));
        }
        Ok(Self { disk: Some((disk, Mutex::new(identity))) })
    }

    /// Looks at what was kept of merchants and keys; `None` without a directory.
    pub(crate) fn identity<T>(&self, look: impl FnOnce(&Identity) -> T) -> Option<T> {
        let (_, identity) = self.disk.as_ref()?;
        Some(look(&identity.lock().unwrap_or_else(PoisonError::into_inner)))
    }

    /// What was kept, or a new world.
    pub(crate) fn load(
        &self,
        platform: &Platform,
        payers: &[PayerSettings],
        seed: &Seed,
    ) -> Result<State, SimError> {
        let begin = || State::begin(platform, payers, seed, platform.clock.business());
        let Some((disk, _)) = &self.disk else { return begin() };
        let mut kept = State::default();
        kept.stand_on(|name| disk.table(name));
        if kept.is_new() {
            kept = begin()?;
            kept.stand_on(|name| disk.table(name));
        } else {
            platform.clock.resume(*kept.clock);
            kept.welcome(platform);
        }
        self.save(&mut kept, platform);
        Ok(kept)
    }

    /// Writes down what changed. What cannot be written stays in memory and is tried again.
    pub(crate) fn save(&self, state: &mut State, platform: &Platform) {
        let Some((disk, identity)) = &self.disk else { return };
        let mut identity = identity.lock().unwrap_or_else(PoisonError::into_inner);
        if platform.has_news() {
            identity.take(platform);
        }
        let mut shelves = state.shelves();
        shelves.extend(identity.shelves());
        if shelves.iter().any(|(_, shelf)| shelf.is_changed()) {
            disk.together(|| saved(&mut shelves));
        }
    }

    /// What is wrong with the directory, when something is.
    pub(crate) fn failing(&self) -> Option<&'static str> {
        self.disk.as_ref().and_then(|(disk, _)| disk.failing())
    }

    /// Forgets what was kept and keeps `state`, which was in memory, in its place.
    pub(crate) fn replace(&self, state: &mut State) {
        let Some((disk, _)) = &self.disk else { return };
        disk.together(|| {
            disk.clear_all_but(IDENTITY) && {
                state.stand_on(|name| disk.table(name));
                saved(&mut state.shelves())
            }
        });
    }
}

#[cfg(feature = "data")]
fn saved(shelves: &mut Named<'_>) -> bool {
    shelves.iter_mut().fold(true, |saved, (_, shelf)| shelf.save() && saved)
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
    pub(crate) fn load(
        &self,
        platform: &Platform,
        payers: &[PayerSettings],
        seed: &Seed,
    ) -> Result<State, SimError> {
        State::begin(platform, payers, seed, platform.clock.business())
    }

    #[allow(clippy::unused_self, reason = "the same shape as with the feature")]
    pub(crate) fn identity<T>(&self, _: impl FnOnce(&Identity) -> T) -> Option<T> {
        None
    }

    #[allow(clippy::unused_self, reason = "the same shape as with the feature")]
    pub(crate) fn failing(&self) -> Option<&'static str> {
        None
    }

    #[allow(clippy::unused_self, reason = "the same shape as with the feature")]
    pub(crate) fn save(&self, _: &mut State, _: &Platform) {}

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
/// What names of shelves begin with that outlive a reset.
#[cfg(feature = "data")]
const IDENTITY: &str = "identity_";
