//! Proof, carried in the type, that the platform said it.

/// Something whose signature was checked. Only verification in this crate builds one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified<T>(T);

impl<T> Verified<T> {
    pub(crate) fn vouch(inner: T) -> Self {
        Self(inner)
    }

    /// What was verified.
    #[must_use]
    pub fn get(&self) -> &T {
        &self.0
    }

    /// What was verified, without the proof.
    #[must_use]
    pub fn into_inner(self) -> T {
        self.0
    }
}
