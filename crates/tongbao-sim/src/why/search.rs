//! Tries what a client may have signed instead: every part in every known wrong form, at most two at a time.

use super::mistake::Mistake;

/// One form of a part, and the mistakes that make it; none for the right form.
#[derive(Clone, Debug)]
pub(crate) struct Variant {
    pub(crate) bytes: Vec<u8>,
    pub(crate) mistakes: Vec<Mistake>,
    /// Not combined with others: there are many of its kind.
    pub(crate) alone: bool,
}

impl Variant {
    pub(crate) fn right(bytes: impl Into<Vec<u8>>) -> Self {
        Self { bytes: bytes.into(), mistakes: Vec::new(), alone: false }
    }

    pub(crate) fn wrong(bytes: impl Into<Vec<u8>>, mistake: Mistake) -> Self {
        Self { bytes: bytes.into(), mistakes: vec![mistake], alone: false }
    }

    pub(crate) fn alone(bytes: impl Into<Vec<u8>>, mistake: Mistake) -> Self {
        Self { bytes: bytes.into(), mistakes: vec![mistake], alone: true }
    }
}

/// What is done to a message before it is signed.
pub(crate) type Transform = fn(&[u8]) -> Vec<u8>;

/// One way to put the parts together.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    /// Which parts, in which order.
    pub(crate) order: Vec<usize>,
    pub(crate) separator: &'static str,
    pub(crate) last: &'static str,
    /// What is done to the whole before it is signed.
    pub(crate) after: Option<Transform>,
    pub(crate) mistakes: Vec<Mistake>,
    pub(crate) alone: bool,
}

impl Frame {
    /// `count` parts in their order, each ending in a line feed.
    pub(crate) fn lines(count: usize) -> Self {
        let order = (0..count).collect();
        Self { order, separator: "\n", last: "\n", after: None, mistakes: Vec::new(), alone: false }
    }

    fn put_together(&self, parts: &[&[u8]]) -> Vec<u8> {
        let mut whole = Vec::with_capacity(parts.iter().map(|part| part.len() + 2).sum());
        for (place, part) in self.order.iter().enumerate() {
            if place > 0 {
                whole.extend_from_slice(self.separator.as_bytes());
            }
            whole.extend_from_slice(parts[*part]);
        }
        whole.extend_from_slice(self.last.as_bytes());
        whole
    }
}

/// What was signed, and the mistakes that lead there.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(crate) message: Vec<u8>,
    pub(crate) mistakes: Vec<Mistake>,
}

/// The simplest combination that `fits`: no mistake, then one, then two. Parts and frames have their right
/// form first.
pub(crate) fn search(
    parts: &[Vec<Variant>],
    frames: &[Frame],
    fits: &dyn Fn(&[u8]) -> bool,
) -> Option<Found> {
    let sizes: Vec<usize> = parts.iter().map(Vec::len).chain([frames.len()]).collect();
    let alone = |slot: usize, form: usize| {
        parts.get(slot).map_or_else(|| frames[form].alone, |forms| forms[form].alone)
    };
    let whole: usize = parts.iter().map(|forms| forms[0].bytes.len()).sum();
    fewest(&sizes, &alone, BYTES_TRIED_MAX / (whole + ATTEMPT_COSTS), &mut |chosen| {
        let variants: Vec<&Variant> = parts.iter().zip(chosen).map(|(forms, form)| &forms[*form]).collect();
        let frame = &frames[*chosen.last().expect("the frame is chosen last")];
        let bytes: Vec<&[u8]> = variants.iter().map(|variant| variant.bytes.as_slice()).collect();
        let message = frame.put_together(&bytes);
        let fits = match frame.after {
            Some(after) => fits(&after(&message)),
            None => fits(&message),
        };
        fits.then(|| {
            let mut mistakes: Vec<Mistake> = variants.iter().flat_map(|it| it.mistakes.clone()).collect();
            mistakes.extend(&frame.mistakes);
            Found { message, mistakes }
        })
    })
}

/// Tries the right form of everything, then every form of one slot, then of two, until `attempt` finds
/// something or so many were tried. Slot `n` has `sizes[n]` forms, the right one first.
pub(crate) fn fewest<T>(
    sizes: &[usize],
    alone: &dyn Fn(usize, usize) -> bool,
    tries_max: usize,
    attempt: &mut dyn FnMut(&[usize]) -> Option<T>,
) -> Option<T> {
    let mut chosen = vec![0; sizes.len()];
    if let Some(found) = attempt(&chosen) {
        return Some(found);
    }
    for (slot, size) in sizes.iter().enumerate() {
        for form in 1..*size {
            chosen[slot] = form;
            if let Some(found) = attempt(&chosen) {
                return Some(found);
            }
        }
        chosen[slot] = 0;
    }
    let combined = |slot: usize| (1..sizes[slot]).filter(move |form| !alone(slot, *form));
    let slots = 0..sizes.len();
    let pairs = slots.clone().flat_map(|one| slots.clone().skip(one + 1).map(move |other| (one, other)));
    let choices = pairs.flat_map(|(one, other)| {
        combined(one).flat_map(move |form| combined(other).map(move |second| (one, form, other, second)))
    });
    for (one, form, other, second) in choices.take(tries_max) {
        (chosen[one], chosen[other]) = (form, second);
        if let Some(found) = attempt(&chosen) {
            return Some(found);
        }
        (chosen[one], chosen[other]) = (0, 0);
    }
    None
}

/// What is hashed in search of one signature: well below a second, even for a long body.
const BYTES_TRIED_MAX: usize = 64 << 20;
/// A hash costs as much as that many bytes, even of nothing.
const ATTEMPT_COSTS: usize = 256;

#[cfg(test)]
mod tests {
    use super::{Frame, Variant, search};
    use crate::why::mistake::{Mistake, line};

    fn parts() -> Vec<Vec<Variant>> {
        vec![
            vec![Variant::right("GET"), Variant::wrong("get", line::METHOD_CASE)],
            vec![
                Variant::right("/a?b"),
                Variant::wrong("/a", line::QUERY_MISSING),
                Variant::alone("/b", line::OTHER_CALL),
            ],
        ]
    }

    fn found(signed: &str) -> Option<Vec<&'static str>> {
        let missing = Frame { last: "", mistakes: vec![line::LAST_NEWLINE], ..Frame::lines(2) };
        let frames = [Frame::lines(2), missing];
        let found = search(&parts(), &frames, &|candidate| candidate == signed.as_bytes());
        found.map(|found| found.mistakes.iter().map(|Mistake { id, .. }| *id).collect())
    }

    #[test]
    fn the_fewest_mistakes_that_fit_are_found_and_two_at_most() {
        assert_eq!(found("GET\n/a?b\n"), Some(vec![]));
        assert_eq!(found("get\n/a?b\n"), Some(vec!["method_case"]));
        assert_eq!(found("GET\n/a\n"), Some(vec!["target_query_missing"]));
        assert_eq!(found("get\n/a\n"), Some(vec!["method_case", "target_query_missing"]));
        assert_eq!(found("GET\n/a"), Some(vec!["target_query_missing", "newline_last_missing"]));
        assert_eq!(found("get\n/a"), None, "three mistakes");
        assert_eq!(found("GET\n/b\n"), Some(vec!["target_other_call"]));
        assert_eq!(found("get\n/b\n"), None, "of many kinds, and two");
    }
}
