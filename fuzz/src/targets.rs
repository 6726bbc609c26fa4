//! The targets, a file each. The test `corpus` of crate tongbao includes them too.

mod authorization;
mod bill;
mod notification;
mod pkcs12;
mod platform;
mod xml;

pub(crate) use authorization::authorization;
pub(crate) use bill::bill;
pub(crate) use notification::notification;
pub(crate) use pkcs12::pkcs12;
pub(crate) use platform::platform;
pub(crate) use xml::xml;
