//! The script in force, from outside: set, added to, cleared, shown with its counts.

use serde::Serialize;
use serde_json::Value;

use super::{FaultScript, ScriptError};
use crate::Simulator;
use crate::state::State;

/// The fault script in force and what it did so far.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FaultsView {
    /// The script as it was written, in TOML.
    pub toml: String,
    /// Its faults in their order.
    pub faults: Vec<FaultView>,
}

/// One fault and what it did so far.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FaultView {
    /// Its place, from 1.
    pub number: usize,
    /// Its kind, such as `drop_answer`.
    #[serde(rename = "do")]
    pub kind: &'static str,
    /// As it was written.
    pub fault: Value,
    /// Messages that fit it, while it was not spent.
    pub matched: u32,
    /// Messages it struck.
    pub applied: u32,
    /// It struck as often as it may.
    pub spent: bool,
}

impl Simulator {
    /// Puts a script in force, from its beginning. It stays until another is set, and is part of snapshots; a
    /// reset goes back to the one of the settings.
    pub fn set_fault_script(&self, script: FaultScript) {
        self.with_state(|state, _, _| state.faults.begin(script));
    }

    /// Adds faults behind those there are, which go on where they are: see [`FaultScript::with`].
    ///
    /// # Errors
    /// [`ScriptError`]; nothing has changed then.
    pub fn add_faults(&self, more: &[u8]) -> Result<(), ScriptError> {
        self.with_state(|state, _, _| {
            let longer = state.faults.script().with(more)?;
            state.faults.go_on(longer);
            Ok(())
        })
    }

    /// The script in force and what it did so far.
    #[must_use]
    pub fn fault_script(&self) -> FaultsView {
        self.with_state(|state, _, _| state.faults_view())
    }
}

impl State {
    fn faults_view(&self) -> FaultsView {
        let faults = self.faults.faults().enumerate().map(|(place, (fault, counts))| FaultView {
            number: place + 1,
            kind: fault.kind(),
            fault: fault.written().clone(),
            matched: counts.matched,
            applied: counts.applied,
            spent: fault.times().is_some_and(|times| counts.applied >= times),
        });
        FaultsView { faults: faults.collect(), toml: self.faults.script().as_toml().to_owned() }
    }
}
