//! People beside their money: what mood they are in, what they do about what is before them, and what their
//! phones remember.

mod acts;
mod mood;
mod statement;
mod waiting;

use serde::{Deserialize, Serialize};

use crate::shelf::{Shelf, shelves};

pub use acts::Did;
pub(crate) use acts::{PayerDue, Sight};
pub use mood::{Acts, Mood};
pub(crate) use statement::{Line, LineKind};
pub(crate) use waiting::{OpenOrder, OpenTransfer, name_of};

/// What people's phones remember.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct People {
    /// What each paid and got, oldest first, under consecutive numbers.
    lines: Shelf<(String, u64), Line>,
    /// How many lines each ever had.
    line_counts: Shelf<String, u64>,
    /// Who acts as soon as an order is there.
    eager: Shelf<String, ()>,
    /// Pages of transfers that were left without confirming, by `package_info`.
    pub(crate) left: Shelf<String, ()>,
}

shelves! {
    People {
        "payer_lines" => lines,
        "payer_line_counts" => line_counts,
        "payers_eager" => eager,
        "transfers_left" => left,
    }
}
