//! How a bill is put on paper: a byte order mark, titles, rows of values behind backquotes, line ends.

use std::io::{self, Write};

use ring::digest;

use crate::Switches;

/// A bill being written.
pub(super) struct Paper<W> {
    out: W,
    line_end: &'static str,
    line: String,
}

impl<W: Write> Paper<W> {
    pub(super) fn new(mut out: W, switches: &Switches) -> io::Result<Self> {
        if switches.bill_byte_order_mark {
            out.write_all("\u{feff}".as_bytes())?;
        }
        let line_end = if switches.bill_crlf { "\r\n" } else { "\n" };
        Ok(Self { out, line_end, line: String::new() })
    }

    /// A line of titles.
    pub(super) fn titles<'a>(&mut self, titles: impl IntoIterator<Item = &'a str>) -> io::Result<()> {
        self.line.clear();
        for title in titles {
            self.separate();
            self.line.push_str(title);
        }
        self.end()
    }

    /// A line of values.
    pub(super) fn values<V: AsRef<str>>(&mut self, values: impl IntoIterator<Item = V>) -> io::Result<()> {
        self.line.clear();
        for value in values {
            self.separate();
            self.line.push('`');
            self.line.push_str(value.as_ref());
        }
        self.end()
    }

    /// What was written on.
    pub(super) fn into_inner(self) -> W {
        self.out
    }

    fn separate(&mut self) {
        if !self.line.is_empty() {
            self.line.push(',');
        }
    }

    fn end(&mut self) -> io::Result<()> {
        self.line.push_str(self.line_end);
        self.out.write_all(self.line.as_bytes())
    }
}

/// What vouches for a bill: SHA-1 of its text, uncompressed (v3.md §7.2).
pub(crate) struct Digest(digest::Context);

impl Default for Digest {
    fn default() -> Self {
        Self(digest::Context::new(&digest::SHA1_FOR_LEGACY_USE_ONLY))
    }
}

impl Digest {
    /// In hexadecimal, lower case.
    pub(crate) fn hex(self) -> String {
        self.0.finish().as_ref().iter().fold(String::new(), |mut hex, byte| {
            hex.push_str(&format!("{byte:02x}"));
            hex
        })
    }
}

impl Write for Digest {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Somebody's own text as a value.
///
/// "Specials" are escaped (v3.md §7.3), in a form nobody describes: here line breaks become blanks,
/// backquotes apostrophes, and commas the wide ones unless switched otherwise.
pub(super) fn free_text(text: &str, switches: &Switches) -> String {
    text.chars()
        .map(|c| match c {
            ',' if !switches.bill_commas_kept => '，',
            '`' => '\'',
            c if c.is_control() => ' ',
            c => c,
        })
        .collect()
}
