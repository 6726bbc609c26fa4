//! How a command ends.

use std::process::ExitCode;

use crate::config::{ConfigErrors, Words};
use crate::lang::Lang;

/// What an exit code says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Exit {
    /// It was asked for properly and refused.
    Refused,
    /// It was asked for wrongly.
    Usage,
    /// Whoever should have answered did not.
    Unreachable,
    /// The examined server did something wrong, or lacks what the checklist demands.
    LostMarks,
    /// Nothing is known to be wrong, but not everything could be judged.
    NotJudged,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        match exit {
            Exit::Refused => 1.into(),
            Exit::Usage => 2.into(),
            Exit::Unreachable => 3.into(),
            Exit::LostMarks => 4.into(),
            Exit::NotJudged => 5.into(),
        }
    }
}

/// Why a command did not do what it was asked for. Printed once, with its fix.
#[derive(Debug)]
pub(super) enum CliError {
    /// The configuration has mistakes.
    Config(ConfigErrors),
    /// It was done, and its result is not the best: the text goes to standard output like any other.
    Scored {
        /// How the process ends.
        exit: Exit,
        /// The result.
        text: String,
    },
    /// Anything else.
    Other {
        /// How the process ends.
        exit: Exit,
        /// Stable, for programs, such as `simulate.listen`; where nobody needs one there is none.
        code: Option<&'static str>,
        /// What went wrong.
        reason: Words,
        /// What to do.
        fix: Words,
    },
}

impl CliError {
    pub(super) fn new(exit: Exit, reason: Words, fix: Words) -> Self {
        Self::Other { exit, code: None, reason, fix }
    }

    /// The same with a stable code.
    #[must_use]
    pub(super) fn coded(self, code: &'static str) -> Self {
        match self {
            Self::Other { exit, reason, fix, .. } => Self::Other { exit, code: Some(code), reason, fix },
            Self::Config(_) => self,
        }
    }

    /// The system refused something: a file, a port, a runtime.
    pub(super) fn system(what: &str, error: &dyn std::error::Error) -> Self {
        let chain = chain(error);
        Self::new(
            Exit::Refused,
            Words::new(format!("{what}：{chain}"), format!("{what}: {chain}")),
            Words::new("按上面的原因处理后重试", "mend what is said above and try again"),
        )
    }

    /// The exit code.
    pub(super) fn exit(&self) -> Exit {
        match self {
            Self::Config(_) => Exit::Refused,
            Self::Scored { exit, .. } | Self::Other { exit, .. } => *exit,
        }
    }

    /// What a person reads.
    pub(super) fn in_words(&self, lang: Lang) -> String {
        match self {
            Self::Config(errors) => errors.in_words(lang),
            Self::Scored { text, .. } => text.clone(),
            Self::Other { code, reason, fix, .. } => {
                let (error, mend) = (lang.pick("错误：", "error: "), lang.pick("办法：", "fix:   "));
                let code = code.map(|code| format!("  [{code}]")).unwrap_or_default();
                format!("{error}{}{code}\n{mend}{}\n", reason.pick(lang), fix.pick(lang))
            }
        }
    }
}

impl From<ConfigErrors> for CliError {
    fn from(errors: ConfigErrors) -> Self {
        Self::Config(errors)
    }
}

/// An error with all its causes.
pub(super) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
