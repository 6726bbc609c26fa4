//! Faults: the script in force and what it did, edited here; and what was spoilt on purpose lately.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State as Shared;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use http::StatusCode;
use serde_json::Value;

use super::frame::{Frame, moment};
use super::{back_to, html};
use crate::faults::kinds::{KINDS, Kind};
use crate::faults::presets::{PRESETS, Preset};
use crate::guard::bad_request;
use crate::why::percent;
use crate::{FaultScript, FaultView, ScriptError, Simulator};

#[derive(Template)]
#[template(path = "inspector/faults.html")]
struct Page<'a> {
    f: &'a Frame,
    script: Vec<Row>,
    /// What stands in the editor.
    text: String,
    refused: Option<Refused>,
    presets: &'static [Preset],
    kinds: &'static [Kind],
    applied: Vec<Applied>,
    looked_at: usize,
}

/// A fault of the script.
struct Row {
    number: usize,
    kind: &'static str,
    meaning: &'static str,
    /// What it is about.
    of: String,
    /// When it strikes.
    when: String,
    note: String,
    matched: u32,
    applied: u32,
    spent: bool,
}

/// Why what stands in the editor is not taken.
struct Refused {
    place: String,
    what: String,
    fix: String,
    code: &'static str,
}

/// One kind of fault.
struct Applied {
    name: String,
    count: usize,
    last: String,
    address: String,
}

pub(super) async fn page(Shared(simulator): Shared<Simulator>, frame: Frame) -> Response {
    shown(&simulator, &frame, None)
}

/// `preset` adds a ready-made fault, `clear` ends them all, else `script` is put in force.
pub(super) async fn change(Shared(simulator): Shared<Simulator>, frame: Frame, body: Bytes) -> Response {
    let said = std::str::from_utf8(&body).unwrap_or_default();
    let value = |name: &str| {
        let pair = said.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
        pair.map(|value| percent::decode(&value.replace('+', " ")).replace("\r\n", "\n"))
    };
    if value("clear").is_some() {
        simulator.set_fault_script(FaultScript::default());
        return back_to("/inspector/faults");
    }
    let (text, done) = match (value("preset"), value("script")) {
        (Some(name), _) => match Preset::named(&name) {
            Some(preset) => (simulator.fault_script().toml, simulator.add_faults(preset.toml.as_bytes())),
            None => return bad_request("there is no such preset"),
        },
        (None, Some(text)) => {
            let read = FaultScript::from_toml(&text);
            (text, read.map(|script| simulator.set_fault_script(script)))
        }
        (None, None) => return bad_request("preset, clear or script is expected"),
    };
    match done {
        Ok(()) => back_to("/inspector/faults"),
        Err(error) => {
            (StatusCode::BAD_REQUEST, shown(&simulator, &frame, Some((text, error)))).into_response()
        }
    }
}

fn shown(simulator: &Simulator, frame: &Frame, refused: Option<(String, ScriptError)>) -> Response {
    let view = simulator.fault_script();
    let (applied, looked_at) = applied(simulator);
    let (text, refused) = match refused {
        Some((text, error)) => (text, Some(Refused::of(&error, frame))),
        None => (view.toml, None),
    };
    let script = view.faults.iter().map(|fault| Row::of(fault, frame)).collect();
    let page = Page { f: frame, script, text, refused, presets: PRESETS, kinds: KINDS, applied, looked_at };
    html(&page, frame)
}

impl Refused {
    fn of(error: &ScriptError, frame: &Frame) -> Self {
        let say = |said| frame.said(said).to_owned();
        Self { place: say(&error.place()), what: say(&error.what), fix: say(&error.fix), code: error.code }
    }
}

impl Row {
    fn of(view: &FaultView, frame: &Frame) -> Self {
        let said = |name: &str| match &view.fault[name] {
            Value::Null => None,
            Value::String(text) => Some(text.clone()),
            other => Some(other.to_string()),
        };
        let kind = Kind::named(view.kind);
        let of = ["call", "notification", "face", "order", "merchant"].iter().filter_map(|name| said(name));
        let with = |name, zh: (&str, &str), en: (&str, &str)| {
            let (before, after) = if frame.zh { zh } else { en };
            said(name).map(|value| format!("{before}{value}{after}"))
        };
        let when = [
            with("send", ("第 ", " 次发送"), ("send ", "")),
            with("after", ("先放过 ", " 个"), ("after ", "")),
            with("times", ("最多 ", " 次"), ("at most ", "")),
            with("share", ("千分之 ", ""), ("", " of 1000")),
            with("from", ("从 ", ""), ("from ", "")),
            with("until", ("至 ", ""), ("until ", "")),
        ];
        Self {
            number: view.number,
            kind: view.kind,
            meaning: kind.map_or("", |kind| frame.say(kind.zh, kind.en)),
            of: of.collect::<Vec<_>>().join(" · "),
            when: when.into_iter().flatten().collect::<Vec<_>>().join(frame.say("，", ", ")),
            note: said("note").unwrap_or_default(),
            matched: view.matched,
            applied: view.applied,
            spent: view.spent,
        }
    }
}

/// Kinds of faults among the latest exchanges, and how many exchanges those are.
fn applied(simulator: &Simulator) -> (Vec<Applied>, usize) {
    let kept = simulator.inner.recorder.newest();
    let mut kinds: BTreeMap<&str, (usize, &crate::inspector::exchange::Exchange)> = BTreeMap::new();
    for exchange in &kept {
        if let Some(fault) = &exchange.fault {
            // Newest first, so the first of a kind is its latest.
            kinds.entry(fault).or_insert((0, exchange)).0 += 1;
        }
    }
    let mut applied: Vec<_> = kinds
        .into_iter()
        .map(|(name, (count, latest))| Applied {
            name: name.to_owned(),
            count,
            last: moment(latest.at),
            address: format!("/inspector/exchanges/{}", latest.id),
        })
        .collect();
    applied.sort_by_key(|one| std::cmp::Reverse(one.count));
    (applied, kept.len())
}

/// A script whose every character is escaped in a form, and room for what is too long.
pub(super) const FORM_BYTES_MAX: usize = 128 * 1024;
