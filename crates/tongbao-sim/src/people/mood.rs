//! What a payer does when it comes to paying.

use serde::{Deserialize, Serialize};

/// How a payer behaves before a cashier, and when asked for the password of a scanned payment code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "mood", rename_all = "snake_case", deny_unknown_fields)]
pub enum Mood {
    /// Pays.
    #[default]
    Willing,
    /// Closes the cashier, or refuses.
    Cancels,
    /// Types wrong passwords.
    WrongPassword {
        /// So many, then the right one; until locked, when left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        times: Option<u8>,
    },
    /// Has too little money, whatever the balance says.
    Insufficient,
    /// Leaves the app: the cashier tells nobody anything.
    ClosesApp,
    /// Pays so much later, with the same `prepay_id`.
    PaysAfter {
        /// Seconds by the simulator's clock.
        seconds: u64,
    },
    /// Pays from two devices: the same order again, and another open one for the same goods.
    PaysTwice,
    /// Looks at the cashier and leaves it open.
    NeverPays,
}

/// When a payer acts without being told to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Acts {
    /// When somebody says so.
    #[default]
    ByHand,
    /// As soon as a cashier is open before them, or they are asked for a password.
    Invoked,
    /// As soon as there is an order for them, or for anybody, too.
    Ordered,
}

impl Mood {
    /// Whether a small payment by code goes through without the password: other moods show themselves at the
    /// prompt, so one is shown.
    pub(crate) const fn needs_no_prompt(self) -> bool {
        match self {
            Self::Willing | Self::Insufficient | Self::PaysTwice => true,
            Self::Cancels
            | Self::WrongPassword { .. }
            | Self::ClosesApp
            | Self::PaysAfter { .. }
            | Self::NeverPays => false,
        }
    }
}
