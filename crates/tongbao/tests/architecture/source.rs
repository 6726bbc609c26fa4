//! Rust sources as the test reads them: code and literals apart, comments gone.

use std::fs;
use std::path::{Path, PathBuf};

/// One source file, parted: `code` has neither comments nor the insides of literals.
pub(crate) struct Source {
    /// Where it is, from the root of the workspace, with `/` between the parts.
    pub(crate) path: String,
    /// What it says, whole.
    pub(crate) text: String,
    /// Its code, line for line.
    pub(crate) code: String,
    /// The insides of its string literals, each with its line.
    pub(crate) literals: Vec<(usize, String)>,
}

/// The root of the workspace.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).expect("crates/tongbao lies two below the root").to_owned()
}

/// Every `.rs` file below `directory` (from the root), in order of their paths.
pub(crate) fn below(directory: &str) -> Vec<Source> {
    let mut files = Vec::new();
    collect(&root().join(directory), &mut files);
    files.sort();
    assert!(!files.is_empty(), "there are sources in {directory}");
    files.iter().map(|file| Source::read(file)).collect()
}

/// What the crate is built from, without its tests, benchmarks and examples.
pub(crate) fn of_crate(name: &str) -> Vec<Source> {
    let mut sources = below(&format!("crates/{name}/src"));
    sources.retain(|source| !source.path.contains("/tests/") && !source.path.ends_with("/tests.rs"));
    sources
}

fn collect(directory: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).expect("the directory can be listed") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() && !["target", "node_modules"].contains(&name.as_str()) && !name.starts_with('.') {
            collect(&path, files);
        } else if name.ends_with(".rs") {
            files.push(path);
        }
    }
}

impl Source {
    fn read(file: &Path) -> Self {
        let text = fs::read_to_string(file).expect("sources are text");
        let path = file.strip_prefix(root()).expect("below the root").to_string_lossy().replace('\\', "/");
        let (code, literals) = part(&text);
        Self { path, text, code, literals }
    }

    /// The code before its `#[cfg(test)] mod tests {`, which stands last.
    pub(crate) fn product_code(&self) -> &str {
        self.code.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default()
    }

    /// Lines of `code` on which one of `words` stands as a word of its own, as `path:line: word`.
    pub(crate) fn mentions(&self, code: &str, words: &[&str]) -> Vec<String> {
        let mut found = Vec::new();
        for (number, line) in code.lines().enumerate() {
            for word in words.iter().filter(|word| has_word(line, word)) {
                found.push(format!("{}:{}: {word}", self.path, number + 1));
            }
        }
        found
    }
}

fn has_word(line: &str, word: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back().is_some_and(is_part);
        let after = line[at + word.len()..].chars().next().is_some_and(is_part);
        !(before && word.starts_with(is_part) || after && word.ends_with(is_part))
    })
}

/// Parts code from literals and drops comments; lines stay where they are.
fn part(text: &str) -> (String, Vec<(usize, String)>) {
    let mut code = String::with_capacity(text.len());
    let mut literals = Vec::new();
    let mut rest = text;
    let mut line = 1;
    while let Some(first) = rest.chars().next() {
        let (taken, literal) = token(rest, code.chars().next_back());
        match literal {
            Some(inside) => {
                literals.push((line, inside.to_owned()));
                code.push('"');
                code.extend(inside.chars().filter(|c| *c == '\n'));
                code.push('"');
            }
            None if taken > first.len_utf8() => {
                let newlines = rest[..taken].matches('\n').count();
                code.push_str(if newlines == 0 { " " } else { "" });
                code.push_str(&"\n".repeat(newlines));
            }
            None => code.push(first),
        }
        line += rest[..taken].matches('\n').count();
        rest = &rest[taken..];
    }
    (code, literals)
}

/// Length of what stands at the beginning of `rest`: a comment, a character, a string (with its inside), or
/// just the next letter.
fn token(rest: &str, before: Option<char>) -> (usize, Option<&str>) {
    if rest.starts_with("//") {
        return (rest.find('\n').unwrap_or(rest.len()), None);
    }
    if rest.starts_with("/*") {
        return (rest.find("*/").map_or(rest.len(), |end| end + 2), None);
    }
    let begins_word = !before.is_some_and(|c| c.is_alphanumeric() || c == '_');
    if let Some(raw) = rest.strip_prefix('r').filter(|_| begins_word || before == Some('b')) {
        let fences = raw.len() - raw.trim_start_matches('#').len();
        if raw[fences..].starts_with('"') {
            let close = format!("\"{}", "#".repeat(fences));
            let start = 1 + fences + 1;
            let end = rest[start..].find(&close).map_or(rest.len(), |end| start + end);
            return ((end + close.len()).min(rest.len()), Some(&rest[start..end]));
        }
    }
    match rest.chars().next() {
        Some('"') => {
            let end = closing(&rest[1..], '"');
            ((end + 2).min(rest.len()), Some(&rest[1..=end]))
        }
        Some('\'') if is_character(rest) => ((closing(&rest[1..], '\'') + 2).min(rest.len()), None),
        first => (first.map_or(0, char::len_utf8), None),
    }
}

/// Where the literal that began before `inside` ends.
fn closing(inside: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in inside.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return at,
            _ => {}
        }
    }
    inside.len()
}

/// A character, not a lifetime.
fn is_character(rest: &str) -> bool {
    let mut letters = rest.chars().skip(1);
    match letters.next() {
        Some('\\') => true,
        Some(_) => letters.next() == Some('\''),
        None => false,
    }
}

#[test]
fn comments_and_literals_are_told_from_code() {
    let text = "fn a() { // async\n  let s = \"select \\\" from\"; /* f64\n */ let c = '\"';\n let r = r#\"x\"y\"#; }\nfn b<'a>() {}";
    let (code, literals) = part(text);
    assert_eq!(code.lines().count(), text.lines().count());
    for gone in ["async", "select", "f64", "x\"y"] {
        assert!(!code.contains(gone), "{gone} is no code: {code}");
    }
    for stays in ["fn a()", "let s =", "let c =", "let r =", "fn b<'a>() {}"] {
        assert!(code.contains(stays), "{stays} is code: {code}");
    }
    assert_eq!(literals, [(2, "select \\\" from".to_owned()), (4, "x\"y".to_owned())]);
}

#[test]
fn a_word_is_found_whole_only() {
    assert!(has_word("use http::Request;", "http"));
    assert!(!has_word("https_only(http_body)", "http"));
    assert!(has_word("Clock::now();", "now()"));
}
