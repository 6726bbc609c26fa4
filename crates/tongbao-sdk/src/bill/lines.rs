//! The lines of a bill, plain or compressed, through one buffer of fixed size.

use std::io::{BufRead, ErrorKind, Read};

use flate2::bufread::MultiGzDecoder;
use memchr::memchr;

use super::fault::{BillFault, BillFaultReason};

/// The lines of a bill. One is there at a time.
pub(crate) struct Lines<R> {
    source: Source<R>,
    buffer: Box<[u8]>,
    /// What is read but not yet given out.
    unread: std::ops::Range<usize>,
    /// The line that is there.
    line: std::ops::Range<usize>,
    number: u64,
    ended: bool,
}

/// Where the text comes from.
enum Source<R> {
    Plain(R),
    Gzip(Box<MultiGzDecoder<R>>),
}

impl<R: BufRead> Lines<R> {
    /// Looks whether the input is compressed: it begins with `1f 8b` then, and text never with `1f`.
    pub(crate) fn open(mut input: R) -> Result<Self, BillFault> {
        let compressed = loop {
            match input.fill_buf() {
                Ok(bytes) => break bytes.first() == Some(&GZIP_MAGIC),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(BillFault::at(0, BillFaultReason::Io(error))),
            }
        };
        let source = if compressed {
            Source::Gzip(Box::new(MultiGzDecoder::new(input)))
        } else {
            Source::Plain(input)
        };
        let buffer = vec![0; BUFFER_BYTES].into();
        Ok(Self { source, buffer, unread: 0..0, line: 0..0, number: 0, ended: false })
    }

    /// Goes to the next line that is not blank; `false` after the last.
    pub(crate) fn advance(&mut self) -> Result<bool, BillFault> {
        while self.next()? {
            if !self.line.is_empty() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The line, without its end.
    pub(crate) fn text(&self) -> Result<&str, BillFault> {
        let line = &self.buffer[self.line.clone()];
        std::str::from_utf8(line).map_err(|_| self.fault(BillFaultReason::NotUtf8))
    }

    /// Whether it is a row: values have backticks, titles have none.
    pub(crate) fn is_row(&self) -> bool {
        self.buffer[self.line.clone()].first() == Some(&b'`')
    }

    /// Its number, from 1.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    pub(crate) fn fault(&self, reason: BillFaultReason) -> BillFault {
        BillFault::at(self.number, reason)
    }

    fn next(&mut self) -> Result<bool, BillFault> {
        let mut searched = 0;
        loop {
            let unread = &self.buffer[self.unread.clone()];
            if let Some(found) = memchr(b'\n', &unread[searched..]) {
                let length = searched + found;
                return self.give(length, length + 1);
            }
            searched = unread.len();
            if searched > LINE_BYTES_MAX {
                self.number += 1;
                return Err(self.fault(BillFaultReason::LineTooLong(LINE_BYTES_MAX)));
            }
            if self.ended {
                return if searched == 0 { Ok(false) } else { self.give(searched, searched) };
            }
            self.refill()?;
        }
    }

    /// Gives out a line of `length` bytes, of which `taken` are used up.
    fn give(&mut self, length: usize, taken: usize) -> Result<bool, BillFault> {
        self.number += 1;
        if length > LINE_BYTES_MAX {
            return Err(self.fault(BillFaultReason::LineTooLong(LINE_BYTES_MAX)));
        }
        if self.number > LINES_MAX {
            return Err(self.fault(BillFaultReason::TooManyLines(LINES_MAX)));
        }
        let start = self.unread.start;
        self.unread.start += taken;
        self.line = start..start + length;
        if self.buffer[self.line.clone()].ends_with(b"\r") {
            self.line.end -= 1;
        }
        Ok(true)
    }

    /// Reads more behind what is not given out yet, which moves to the front.
    fn refill(&mut self) -> Result<(), BillFault> {
        self.buffer.copy_within(self.unread.clone(), 0);
        self.unread = 0..self.unread.len();
        let room = &mut self.buffer[self.unread.end..];
        let read = loop {
            let read = match &mut self.source {
                Source::Plain(input) => input.read(room),
                Source::Gzip(input) => input.read(room),
            };
            match read {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                read => break read,
            }
        };
        match (read, &self.source) {
            (Ok(read), _) => {
                self.ended = read == 0;
                self.unread.end += read;
                Ok(())
            }
            (Err(error), Source::Plain(_)) => Err(self.fault(BillFaultReason::Io(error))),
            (Err(error), Source::Gzip(_)) => Err(self.fault(match error.kind() {
                ErrorKind::UnexpectedEof => BillFaultReason::GzipTruncated,
                ErrorKind::InvalidInput | ErrorKind::InvalidData => BillFaultReason::GzipDamaged,
                _ => BillFaultReason::Io(error),
            })),
        }
    }
}

/// The first byte of a compressed file.
pub(crate) const GZIP_MAGIC: u8 = 0x1f;
/// The longest texts of a row have 128 characters; the rows seen have fewer than 1,000 bytes.
pub const LINE_BYTES_MAX: usize = 64 * 1024;
/// A file of 16 GB, where the platform begins to split bills, has fewer than 100 million.
pub const LINES_MAX: u64 = 1_000_000_000;
/// Room for a longest line and as much as is worth reading at once.
const BUFFER_BYTES: usize = 4 * LINE_BYTES_MAX;

#[cfg(test)]
mod tests {
    use super::{LINES_MAX, Lines};

    #[test]
    fn lines_are_counted_and_bounded_blank_ones_too() {
        let mut lines = Lines::open(&b"a\n\n\nb"[..]).expect("readable");
        assert!(lines.advance().expect("a line"));
        assert_eq!((lines.text().ok(), lines.number()), (Some("a"), 1));
        assert!(lines.advance().expect("a line"));
        assert_eq!((lines.text().ok(), lines.number()), (Some("b"), 4));
        assert!(!lines.advance().expect("the end"));

        let mut lines = Lines::open(&b"a\n\n\nb"[..]).expect("readable");
        lines.number = LINES_MAX - 2;
        assert!(lines.advance().expect("a line"));
        let fault = lines.advance().expect_err("too many");
        assert_eq!(fault.code(), "too_many_lines");
    }
}
