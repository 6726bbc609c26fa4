//! What is fuzzed, as functions: the fuzzer calls them with what it invents, and a test of crate tongbao
//! with the inputs in `corpus/`.
//!
//! None may panic, hang or allocate without bound, whatever the bytes; what each promises beyond that is
//! asserted.

mod targets;

/// A target by its name.
pub type Target = fn(&[u8]);

/// Every target.
pub const TARGETS: [(&str, Target); 6] = [
    ("authorization", targets::authorization),
    ("bill", targets::bill),
    ("notification", targets::notification),
    ("pkcs12", targets::pkcs12),
    ("platform", targets::platform),
    ("xml", targets::xml),
];

/// The target called `name`.
pub fn target(name: &str) -> Target {
    TARGETS
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, target)| *target)
        .expect("a target of the table")
}
