//! The targets, a file each. The test `corpus` of crate tongbao includes this file too.

mod authorization;
mod bill;
mod notification;
mod pkcs12;
mod xml;

pub use authorization::authorization;
pub use bill::bill;
pub use notification::notification;
pub use pkcs12::pkcs12;
pub use xml::xml;
