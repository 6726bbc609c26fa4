//! Examples of onboarding.

mod applyments;
mod banks;
mod intents;
mod settlements;

use std::cell::RefCell;
use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use tongbao_sdk::Sealed;
use tongbao_sdk::onboarding::{ContactDocument, IdType, Period, UboInfo};
use tongbao_wire::{Mchid, MediaId};

const SERIAL: &str = "PUB_KEY_ID_OF_THE_PLATFORM";

/// Seals the member of a name.
type Seal<'a> = &'a dyn Fn(&str) -> Sealed;

/// A member that was sealed and kept; what is sealed here is its name.
fn sealed(name: &str) -> Sealed {
    Sealed::kept(SERIAL, &STANDARD.encode(name))
}

/// Seals all members with the platform's key, but the one called `odd`.
fn all_but(odd: &str) -> impl Fn(&str) -> Sealed + '_ {
    move |name| if name == odd { Sealed::kept("ANOTHER", "c2VhbGVk") } else { sealed(name) }
}

/// The names of the sealed members in what `make` sends.
fn sealed_names<T: Serialize>(make: impl Fn(Seal) -> T) -> BTreeSet<String> {
    let names = RefCell::new(BTreeSet::new());
    let request = make(&|name| {
        names.borrow_mut().insert(name.to_owned());
        sealed(name)
    });
    let sent = serde_json::to_string(&request).unwrap();
    let mut names = names.into_inner();
    names.retain(|name| sent.contains(&format!("\"{}\"", sealed(name).base64())));
    assert!(names.len() > 8, "{names:?}");
    names
}

fn media(media_id: &str) -> MediaId {
    MediaId::parse(media_id).unwrap()
}

fn medias(media_id: &str) -> Vec<MediaId> {
    vec![media(media_id)]
}

fn period(begin: &str, end: &str) -> Period {
    Period::new(begin, end).unwrap()
}

fn sub_mchid() -> Mchid {
    Mchid::parse("1900006491").unwrap()
}

fn contact_document() -> ContactDocument {
    ContactDocument {
        contact_id_doc_type: IdType::IdCard,
        contact_id_doc_copy: media("contact-front"),
        contact_id_doc_copy_back: Some(media("contact-back")),
        period: period("2019-06-06", "2029-06-06"),
        business_authorization_letter: Some(media("contact-letter")),
    }
}

fn ubo(seal: Seal, kind: IdType, back: Option<MediaId>, end: &str) -> UboInfo {
    UboInfo {
        ubo_id_doc_type: kind,
        ubo_id_doc_copy: media("ubo-front"),
        ubo_id_doc_copy_back: back,
        ubo_id_doc_name: seal("ubo_id_doc_name"),
        ubo_id_doc_number: seal("ubo_id_doc_number"),
        ubo_id_doc_address: seal("ubo_id_doc_address"),
        period: period("2021-01-31", end),
    }
}

/// What stands at `pointer` of what is sent.
fn at(request: &impl Serialize, pointer: &str) -> serde_json::Value {
    serde_json::to_value(request).unwrap().pointer(pointer).cloned().unwrap_or_default()
}
