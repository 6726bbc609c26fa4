//! The XML of v2.

use tongbao_sdk::v2::Fields;

/// A message: what can be read can be written, and reads back the same.
pub(crate) fn xml(data: &[u8]) {
    let Ok(fields) = Fields::parse(data) else { return };
    // A text that would end a CDATA section is read, but not written.
    let Ok(written) = fields.to_xml() else { return };
    let again = Fields::parse(written.as_bytes()).expect("what was written reads back");
    assert!(fields.iter().eq(again.iter()), "something changed on the way");
}
