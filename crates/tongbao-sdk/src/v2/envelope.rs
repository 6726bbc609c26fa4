//! What stands around every answer: whether it was transported, and whether it was done (v2.md §1.4).

use tongbao_wire::ErrorCode;

use crate::json::Misfit;
use crate::v2::fields::Fields;

/// What one of the two layers says.
pub(super) enum Envelope {
    /// `SUCCESS`.
    Accepted,
    /// Anything else.
    Refused { code: ErrorCode, message: String },
    /// Nothing.
    Missing(Misfit),
}

/// The first layer, `return_code`. Its failures have no signature and only a text, which some calls use for
/// a code.
pub(super) fn transport(fields: &Fields) -> Envelope {
    layer(fields, "return_code", || {
        let message = fields.get("return_msg").unwrap_or_default();
        (known(message), message)
    })
}

/// The second layer, `result_code`, which is signed.
pub(super) fn business(fields: &Fields) -> Envelope {
    layer(fields, "result_code", || {
        let code = fields.get("err_code").unwrap_or_default().trim_ascii();
        (ErrorCode::from(code), fields.get("err_code_des").unwrap_or_default())
    })
}

/// Letter case and white space do not count (v2.md §1.4).
fn layer<'a>(fields: &'a Fields, name: &str, refusal: impl FnOnce() -> (ErrorCode, &'a str)) -> Envelope {
    match fields.get(name).map(str::trim_ascii) {
        None | Some("") => Envelope::Missing(Misfit { member: name.into(), reason: "is missing".into() }),
        Some(word) if word.eq_ignore_ascii_case("SUCCESS") => Envelope::Accepted,
        Some(_) => {
            let (code, message) = refusal();
            Envelope::Refused { code, message: message.chars().take(MESSAGE_CHARS_MAX).collect() }
        }
    }
}

/// The code a text spells, when it is one; a sentence is none.
fn known(text: &str) -> ErrorCode {
    match ErrorCode::from(text.trim_ascii()) {
        ErrorCode::Unknown(_) => ErrorCode::Unknown("".into()),
        code => code,
    }
}

/// `return_msg` and `err_code_des` have at most 128 characters; more were seen.
const MESSAGE_CHARS_MAX: usize = 256;
