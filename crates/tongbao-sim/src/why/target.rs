//! What may have been signed in place of the path and query.

use tongbao_wire::{Call, Face};

use super::mistake::line as mistake;
use super::percent;
use super::search::Variant;

/// Every form of `target`, the right one first. `host` is the header's.
pub(crate) fn variants(target: &str, host: &str) -> Vec<Variant> {
    let mut forms = vec![Variant::right(target)];
    let (path, query) = target.split_once('?').map_or((target, None), |(path, query)| (path, Some(query)));
    let mut add = |form: String, mistake| {
        if forms.iter().all(|known: &Variant| known.bytes != form.as_bytes()) {
            forms.push(Variant::wrong(form, mistake));
        }
    };
    if let Some(query) = query {
        add(path.into(), mistake::QUERY_MISSING);
        add(format!("{path}?"), mistake::QUERY_MISSING);
        add(format!("{path}{query}"), mistake::QUERY_MISSING);
        with_other_query(path, query, &mut add);
    } else {
        add(format!("{path}?"), mistake::QUESTION_MARK);
    }
    for origin in [format!("https://{OFFICIAL}"), format!("http://{host}"), format!("https://{host}")] {
        add(format!("{origin}{target}"), mistake::FULL_URL);
        add(format!("{origin}{path}"), mistake::FULL_URL);
    }
    for host in [OFFICIAL, host] {
        add(format!("{host}{target}"), mistake::FULL_URL);
    }
    let rest = query.map_or(String::new(), |query| format!("?{query}"));
    add(format!("{path}/{rest}"), mistake::SLASH_ADDED);
    add(format!("/{target}"), mistake::SLASH_ADDED);
    add(target.trim_start_matches('/').into(), mistake::SLASH_LOST);
    if let Some(shorter) = path.strip_suffix('/') {
        add(format!("{shorter}{rest}"), mistake::SLASH_LOST);
    }
    let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    for cut in 1..parts.len().min(3) {
        add(format!("/{}{rest}", parts[cut..].join("/")), mistake::PREFIX_MISSING);
        add(format!("{}{rest}", parts[cut..].join("/")), mistake::PREFIX_MISSING);
    }
    add(percent::decode(path) + &rest, mistake::TARGET_DECODED);
    add(percent::encode(target), mistake::TARGET_ENCODED);
    of_other_calls(&parts, &rest, &mut add);
    forms
}

fn with_other_query(path: &str, query: &str, add: &mut impl FnMut(String, super::mistake::Mistake)) {
    let pairs: Vec<(&str, Option<&str>)> = query
        .split('&')
        .map(|pair| pair.split_once('=').map_or((pair, None), |(name, value)| (name, Some(value))))
        .collect();
    let join = |pairs: &[(&str, Option<&str>)], write: &dyn Fn(&str) -> String| {
        let written = pairs.iter().map(|(name, value)| match value {
            Some(value) => format!("{}={}", write(name), write(value)),
            None => write(name),
        });
        format!("{path}?{}", written.collect::<Vec<_>>().join("&"))
    };
    let plain = |text: &str| text.to_owned();
    add(join(&pairs, &percent::decode), mistake::TARGET_DECODED);
    add(join(&pairs, &|text| percent::decode(&text.replace('+', " "))), mistake::TARGET_DECODED);
    add(join(&pairs, &|text| percent::encode(&percent::decode(text))), mistake::TARGET_ENCODED);
    add(join(&pairs, &|text| percent::encode_form(&percent::decode(text))), mistake::TARGET_ENCODED);
    add(join(&pairs, &percent::encode), mistake::TARGET_ENCODED);
    let mut sorted = pairs.clone();
    sorted.sort_unstable();
    add(join(&sorted, &plain), mistake::QUERY_SORTED);
    let mut backwards = pairs.clone();
    backwards.reverse();
    add(join(&backwards, &plain), mistake::QUERY_SORTED);
    // One parameter that the HTTP library added after the signature was made.
    for left_out in 0..pairs.len().min(PARAMETERS_MAX) {
        let mut fewer = pairs.clone();
        fewer.remove(left_out);
        if !fewer.is_empty() {
            add(join(&fewer, &plain), mistake::QUERY_MISSING);
        }
    }
}

/// The templates of the calls, unfilled or filled from this path.
fn of_other_calls(parts: &[&str], rest: &str, add: &mut impl FnMut(String, super::mistake::Mistake)) {
    for call in Call::ALL.iter().filter(|call| call.face() == Face::V3) {
        let template: Vec<&str> = call.path().trim_start_matches('/').split('/').collect();
        let is_hole = |piece: &&str| piece.starts_with('{');
        let fits = template.len() == parts.len()
            && template.iter().zip(parts).all(|(piece, part)| is_hole(piece) || piece == part);
        if fits && template.iter().any(is_hole) {
            add(format!("{}{rest}", call.path()), mistake::TEMPLATE);
            let bare = template.iter().filter(|piece| !is_hole(piece)).copied().collect::<Vec<_>>().join("/");
            add(format!("/{bare}{rest}"), mistake::TEMPLATE);
            add(format!("/{bare}/{rest}"), mistake::TEMPLATE);
        }
        if fits {
            continue;
        }
        // A sibling: most of the path is the same.
        let same =
            template.iter().zip(parts).take_while(|(piece, part)| is_hole(piece) || piece == part).count();
        if same >= 3 {
            let filled: Vec<&str> = template
                .iter()
                .enumerate()
                .map(|(at, piece)| if is_hole(piece) { parts.get(at).unwrap_or(piece) } else { piece })
                .copied()
                .collect();
            add(format!("/{}{rest}", filled.join("/")), mistake::OTHER_CALL);
        }
    }
}

const OFFICIAL: &str = "api.mch.weixin.qq.com";
const PARAMETERS_MAX: usize = 20;
