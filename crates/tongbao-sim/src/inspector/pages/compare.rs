//! The string that was expected beside the one that was signed, line by line.

use super::frame::Frame;
use crate::why::Signature;

/// A line of both strings.
pub(super) struct Line {
    /// What the line is, such as the path.
    pub(super) label: String,
    /// None when the expected string has no such line.
    pub(super) expected: Option<Marked>,
    /// None when nothing is known of what was signed, or it has no such line.
    pub(super) signed: Option<Marked>,
    pub(super) same: bool,
}

/// A line in parts, some of which the other line does not have.
pub(super) struct Marked {
    pub(super) parts: Vec<Part>,
}

/// A piece of a line.
pub(super) struct Part {
    pub(super) text: String,
    pub(super) differs: bool,
}

impl Marked {
    fn plain(text: &str) -> Self {
        Self { parts: vec![Part { text: visible(text), differs: false }] }
    }

    /// Parts that lie side by side and are alike become one.
    fn joined(pieces: impl Iterator<Item = (String, bool)>) -> Self {
        let mut parts: Vec<Part> = Vec::new();
        for (text, differs) in pieces.filter(|(text, _)| !text.is_empty()) {
            match parts.last_mut() {
                Some(last) if last.differs == differs => last.text.push_str(&text),
                _ => parts.push(Part { text, differs }),
            }
        }
        Self { parts: parts.into_iter().map(|part| Part { text: visible(&part.text), ..part }).collect() }
    }
}

/// Both strings in lines; of v2 a line is a parameter.
pub(super) fn compare(signature: &Signature, frame: &Frame) -> Vec<Line> {
    let by_lines = signature.scheme == "SHA256-RSA2048";
    let expected = pieces(&signature.expected, by_lines);
    let labels = labels(expected.len(), by_lines, frame);
    let label = |place: usize| labels.get(place).map_or(String::new(), |label| (*label).to_owned());
    let Some(signed) = &signature.signed else {
        let plain = |(place, line): (usize, &String)| Line {
            label: label(place),
            expected: Some(Marked::plain(line)),
            signed: None,
            same: true,
        };
        return expected.iter().enumerate().map(plain).collect();
    };
    let signed = pieces(signed, by_lines);
    let mut lines = Vec::new();
    for (one, other) in aligned(&expected, &signed, true) {
        let label = one.map(label).unwrap_or_default();
        let (one, other) = (one.map(|at| &expected[at]), other.map(|at| &signed[at]));
        lines.push(match (one, other) {
            (Some(one), Some(other)) if one == other => {
                Line { label, expected: Some(Marked::plain(one)), signed: None, same: true }
            }
            (Some(one), Some(other)) => {
                let (one, other) = marked(one, other);
                Line { label, expected: Some(one), signed: Some(other), same: false }
            }
            (one, other) => Line {
                label,
                expected: one.map(|line| whole(line)),
                signed: other.map(|line| whole(line)),
                same: false,
            },
        });
    }
    lines
}

/// Lines with their ends; parameters with the `&` that follows.
fn pieces(text: &str, by_lines: bool) -> Vec<String> {
    let end = if by_lines { '\n' } else { '&' };
    let pieces: Vec<String> = text.split_inclusive(end).map(str::to_owned).collect();
    // A body of many lines is one piece: only the first four are lines of the string.
    if by_lines && pieces.len() > LINES {
        let (lines, body) = pieces.split_at(LINES - 1);
        return lines.iter().cloned().chain([body.concat()]).collect();
    }
    pieces
}

fn labels(count: usize, by_lines: bool, frame: &Frame) -> Vec<&str> {
    match (by_lines, count) {
        (true, LINES) => vec![
            frame.say("请求方法", "Method"),
            frame.say("路径", "Path"),
            frame.say("时间戳", "Timestamp"),
            frame.say("随机串", "Nonce"),
            frame.say("请求体", "Body"),
        ],
        (true, 4) => vec!["appId", "timeStamp", "nonceStr", "package"],
        (true | false, _) => Vec::new(),
    }
}

/// Places that belong together: a longest common subsequence, and what lies between in order, where
/// `standing` pairs what is in neither with each other.
fn aligned<T: PartialEq>(one: &[T], other: &[T], standing: bool) -> Vec<(Option<usize>, Option<usize>)> {
    let (rows, columns) = (one.len().min(ALIGNED_MAX), other.len().min(ALIGNED_MAX));
    let mut common = vec![vec![0_usize; columns + 1]; rows + 1];
    for row in (0..rows).rev() {
        for column in (0..columns).rev() {
            common[row][column] = if one[row] == other[column] {
                common[row + 1][column + 1] + 1
            } else {
                common[row + 1][column].max(common[row][column + 1])
            };
        }
    }
    let (mut row, mut column) = (0, 0);
    let mut pairs = Vec::new();
    while row < rows && column < columns {
        if one[row] == other[column] {
            pairs.push((Some(row), Some(column)));
            row += 1;
            column += 1;
        } else if standing && common[row + 1][column + 1] == common[row][column] {
            // Neither is in the other: they stand for each other.
            pairs.push((Some(row), Some(column)));
            row += 1;
            column += 1;
        } else if common[row + 1][column] >= common[row][column + 1] {
            pairs.push((Some(row), None));
            row += 1;
        } else {
            pairs.push((None, Some(column)));
            column += 1;
        }
    }
    pairs.extend((row..one.len()).map(|row| (Some(row), None)));
    pairs.extend((column..other.len()).map(|column| (None, Some(column))));
    pairs
}

fn marked(one: &str, other: &str) -> (Marked, Marked) {
    let before: usize =
        one.chars().zip(other.chars()).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum();
    let (one_rest, other_rest) = (&one[before..], &other[before..]);
    let after: usize = one_rest
        .chars()
        .rev()
        .zip(other_rest.chars().rev())
        .take_while(|(a, b)| a == b)
        .map(|(a, _)| a.len_utf8())
        .sum();
    let middle = |text: &str| text[before..text.len() - after].to_owned();
    let (one_words, other_words) = (words(&middle(one)), words(&middle(other)));
    let pairs = if one_words.len().max(other_words.len()) > WORDS_MAX {
        // Too long to align: the whole middle differs.
        let ones = (0..one_words.len()).map(|at| (Some(at), None));
        ones.chain((0..other_words.len()).map(|at| (None, Some(at)))).collect()
    } else {
        aligned(&one_words, &other_words, false)
    };
    let frame = |text: &str| (text[..before].to_owned(), text[text.len() - after..].to_owned());
    let part = |text: &str, inner: Vec<(String, bool)>| {
        let (first, last) = frame(text);
        Marked::joined([(first, false)].into_iter().chain(inner).chain([(last, false)]))
    };
    let ones = pairs.iter().filter_map(|(a, b)| a.map(|a| (one_words[a].clone(), b.is_none())));
    let others = pairs.iter().filter_map(|(a, b)| b.map(|b| (other_words[b].clone(), a.is_none())));
    (part(one, ones.collect()), part(other, others.collect()))
}

/// Words and single signs.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut within = false;
    for c in text.chars() {
        let letter = c.is_ascii_alphanumeric();
        match words.last_mut() {
            Some(last) if letter && within => last.push(c),
            _ => words.push(c.to_string()),
        }
        within = letter;
    }
    words
}

fn whole(text: &str) -> Marked {
    Marked { parts: vec![Part { text: visible(text), differs: true }] }
}

/// Line ends and blanks that hide are drawn.
fn visible(text: &str) -> String {
    let shown: String = text.replace('\r', "␍").replace('\t', "⇥").replace('\n', "↵\n");
    shown.strip_suffix('\n').unwrap_or(&shown).to_owned()
}

/// Lines of a request of v3.
const LINES: usize = 5;
/// Longer ones are not aligned: parameters of v2 are some dozens.
const ALIGNED_MAX: usize = 1000;
/// Words of a line that are aligned: a body of some kilobytes.
const WORDS_MAX: usize = 1000;

#[cfg(test)]
mod tests {
    use super::{Marked, Part, aligned, marked, pieces, visible};

    fn check(one: &[&str], other: &[&str], pairs: &[(Option<usize>, Option<usize>)]) {
        let owned = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>();
        assert_eq!(aligned(&owned(one), &owned(other), true), pairs);
    }

    #[test]
    fn lines_stand_beside_those_they_belong_to() {
        check(
            &["a", "b", "c"],
            &["a", "x", "c"],
            &[(Some(0), Some(0)), (Some(1), Some(1)), (Some(2), Some(2))],
        );
        check(&["a", "c"], &["a", "b", "c"], &[(Some(0), Some(0)), (None, Some(1)), (Some(1), Some(2))]);
        check(&["a", "b"], &["b"], &[(Some(0), None), (Some(1), Some(0))]);
        check(&[], &["b"], &[(None, Some(0))]);
    }

    #[test]
    fn what_differs_within_a_line_is_marked_and_hidden_characters_are_drawn() {
        let shown = |marked: &Marked| {
            let part =
                |part: &Part| if part.differs { format!("[{}]", part.text) } else { part.text.clone() };
            marked.parts.iter().map(part).collect::<String>()
        };
        let check = |one: &str, other: &str, left: &str, right: &str| {
            let (one, other) = marked(one, other);
            assert_eq!((shown(&one).as_str(), shown(&other).as_str()), (left, right));
        };
        check("/v3/店铺?a=1\n", "/v3/店面?a=1\r\n", "/v3/店[铺]?a=1↵", "/v3/店[面]?a=1[␍]↵");
        check("a\n", "a", "a[↵]", "a");
        check(r#"{"a":1,"b":2}"#, r#"{"a": 1, "b": 2}"#, r#"{"a":1,"b":2}"#, r#"{"a":[ ]1,[ ]"b":[ ]2}"#);
        assert_eq!(visible("a\tb\n"), "a⇥b↵");
        assert_eq!(pieces("1\n2\n3\n4\n{\n}\n", true).len(), 5);
        assert_eq!(pieces("a=1&b=2&key=x", false), ["a=1&", "b=2&", "key=x"]);
    }
}
