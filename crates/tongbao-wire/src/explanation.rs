//! What a refusal means and what to do about it, in words for people.

/// One sentence in both languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text {
    /// Chinese.
    pub zh: &'static str,
    /// English.
    pub en: &'static str,
}

/// What a refusal means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// Why the platform refuses.
    pub cause: Text,
    /// What to do, and where to click.
    pub fix: Text,
    /// Whether, and how, to try again.
    pub retry: Retry,
}

/// Whether, and how, to try again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// Trying again gives the same; somebody has to mend something.
    Never,
    /// Send the same request with the same number and the same content again.
    SameRequest,
    /// Ask first what became of it; only then, if nothing did, the same request again.
    AfterQuery,
    /// The same request, but not now: back off.
    Later,
}
