//! What is downloaded, piece by piece: counted, decompressed, digested, written.

use std::io::{self, Write};

use aws_lc_rs::digest::{Context, SHA1_FOR_LEGACY_USE_ONLY};
use flate2::{Decompress, FlushDecompress, Status};

use super::error::BillError;
use super::lines::GZIP_MAGIC;
use crate::certificate::upper_hex;

/// How much may come. A few compressed bytes can hold any amount of text, so both are bounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BillLimits {
    /// Bytes downloaded.
    pub download_bytes_max: u64,
    /// Bytes of content, decompressed.
    pub content_bytes_max: u64,
}

/// Room for ten million rows, which have about 300 bytes each.
pub const BILL_BYTES_MAX: u64 = 4 << 30;

impl Default for BillLimits {
    fn default() -> Self {
        Self { download_bytes_max: BILL_BYTES_MAX, content_bytes_max: BILL_BYTES_MAX }
    }
}

/// A bill that was downloaded, whole and as announced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DownloadedBill {
    /// Bytes downloaded.
    pub download_bytes: u64,
    /// Bytes of content, decompressed.
    pub content_bytes: u64,
}

/// Takes a download piece by piece, in the same memory for any size.
///
/// `raw` gets it as it comes, `content` decompressed.
pub(crate) struct Unpacker<R, C> {
    raw: R,
    content: Content<C>,
    form: Form,
    download_bytes: u64,
    limits: BillLimits,
}

/// Whether the download is compressed, which its first byte tells.
enum Form {
    Unknown,
    Plain,
    Gzip(Gunzip),
}

impl<R: Write, C: Write> Unpacker<R, C> {
    pub(crate) fn new(raw: R, content: C, limits: BillLimits) -> Self {
        let digest = Context::new(&SHA1_FOR_LEGACY_USE_ONLY);
        let content = Content { sink: content, digest, bytes: 0, bytes_max: limits.content_bytes_max };
        Self { raw, content, form: Form::Unknown, download_bytes: 0, limits }
    }

    pub(crate) fn take(&mut self, piece: &[u8]) -> Result<(), BillError> {
        let Some(&first) = piece.first() else { return Ok(()) };
        self.download_bytes = self.download_bytes.saturating_add(piece.len() as u64);
        if self.download_bytes > self.limits.download_bytes_max {
            return Err(BillError::DownloadTooLarge(self.limits.download_bytes_max));
        }
        self.raw.write_all(piece).map_err(BillError::Sink)?;
        if let Form::Unknown = self.form {
            self.form = if first == GZIP_MAGIC { Form::Gzip(Gunzip::new()) } else { Form::Plain };
        }
        match &mut self.form {
            Form::Gzip(gunzip) => gunzip.take(piece, &mut self.content),
            Form::Unknown | Form::Plain => self.content.take(piece),
        }
    }

    /// After the last piece: whether all is there, and the digest of the content in upper-case hexadecimal.
    pub(crate) fn finish(mut self) -> Result<(DownloadedBill, String), BillError> {
        match self.form {
            Form::Gzip(gunzip) if !gunzip.ended => return Err(BillError::GzipTruncated),
            Form::Gzip(_) | Form::Unknown | Form::Plain => {}
        }
        self.raw.flush().map_err(BillError::Sink)?;
        self.content.sink.flush().map_err(BillError::Sink)?;
        let bill = DownloadedBill { download_bytes: self.download_bytes, content_bytes: self.content.bytes };
        Ok((bill, upper_hex(self.content.digest.finish().as_ref())))
    }
}

/// The content on its way to where it is written.
struct Content<C> {
    sink: C,
    digest: Context,
    bytes: u64,
    bytes_max: u64,
}

impl<C: Write> Content<C> {
    fn take(&mut self, piece: &[u8]) -> Result<(), BillError> {
        self.bytes = self.bytes.saturating_add(piece.len() as u64);
        if self.bytes > self.bytes_max {
            return Err(BillError::ContentTooLarge(self.bytes_max));
        }
        self.digest.update(piece);
        self.sink.write_all(piece).map_err(BillError::Sink)
    }
}

/// Decompresses what is pushed into it.
struct Gunzip {
    inflate: Decompress,
    output: Box<[u8]>,
    /// At the end of a member, where a file may end.
    ended: bool,
}

impl Gunzip {
    fn new() -> Self {
        Self {
            inflate: Decompress::new_gzip(WINDOW_BITS),
            output: vec![0; OUTPUT_BYTES].into(),
            ended: false,
        }
    }

    fn take<C: Write>(&mut self, mut input: &[u8], content: &mut Content<C>) -> Result<(), BillError> {
        loop {
            if self.ended && input.is_empty() {
                return Ok(());
            }
            if self.ended {
                (self.inflate, self.ended) = (Decompress::new_gzip(WINDOW_BITS), false);
            }
            let (read, written) = (self.inflate.total_in(), self.inflate.total_out());
            let status = self.inflate.decompress(input, &mut self.output, FlushDecompress::None);
            let status = status.map_err(|_| BillError::GzipDamaged)?;
            let used = within(self.inflate.total_in() - read, input.len());
            let made = within(self.inflate.total_out() - written, self.output.len());
            content.take(&self.output[..made])?;
            input = &input[used..];
            self.ended = status == Status::StreamEnd;
            if !self.ended && made < self.output.len() {
                // It wants more than there is.
                return if input.is_empty() { Ok(()) } else { Err(BillError::GzipDamaged) };
            }
        }
    }
}

/// A count that is at most `limit`.
fn within(count: u64, limit: usize) -> usize {
    usize::try_from(count).map_or(limit, |count| count.min(limit))
}

/// Takes the digests of what is there already.
pub(crate) fn sha1(bytes: &[u8]) -> String {
    upper_hex(aws_lc_rs::digest::digest(&SHA1_FOR_LEGACY_USE_ONLY, bytes).as_ref())
}

/// Takes nothing.
pub(crate) fn nowhere() -> io::Sink {
    io::sink()
}

/// Any gzip file can be read with this.
const WINDOW_BITS: u8 = 15;
/// As much as is decompressed at once.
const OUTPUT_BYTES: usize = 64 * 1024;

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::{BillLimits, Unpacker, nowhere, sha1};
    use crate::bill::BillError;

    fn gzipped(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text).expect("memory");
        encoder.finish().expect("memory")
    }

    /// The content of `file`, which comes in pieces.
    fn unpack(file: &[u8], piece: usize) -> Result<Vec<u8>, BillError> {
        let mut content = Vec::new();
        let mut unpacker = Unpacker::new(nowhere(), &mut content, BillLimits::default());
        for piece in file.chunks(piece) {
            unpacker.take(piece)?;
        }
        let (bill, digest) = unpacker.finish()?;
        assert_eq!((bill.download_bytes, bill.content_bytes), (file.len() as u64, content.len() as u64));
        assert_eq!(digest, sha1(&content));
        Ok(content)
    }

    #[test]
    fn a_compressed_file_that_breaks_off_anywhere_is_refused() {
        let text = "一壶茶\n".repeat(1000);
        let file = gzipped(text.as_bytes());
        for length in 1..file.len() {
            let error = unpack(&file[..length], 1 << 20).expect_err("not whole");
            assert_eq!(error.code(), "gzip_truncated", "{length} of {}", file.len());
        }
        assert_eq!(unpack(&file, 1).ok(), Some(text.into_bytes()));
    }

    #[test]
    fn a_file_of_several_members_is_one_text() {
        let (one, other) = (vec![b'a'; 200_000], vec![b'b'; 100]);
        let file = [gzipped(&one), gzipped(b""), gzipped(&other)].concat();
        for piece in [1, 10, 1 << 20] {
            assert_eq!(unpack(&file, piece).ok(), Some([&one[..], &other].concat()));
        }
    }

    #[test]
    fn a_damaged_file_gives_its_text_or_none() {
        let file = gzipped("一壶茶\n".repeat(100).as_bytes());
        let whole = unpack(&file, 1 << 20).expect("whole");
        for (at, bit) in (0..file.len()).flat_map(|at| (0..8).map(move |bit| (at, bit))) {
            let mut damaged = file.clone();
            damaged[at] ^= 1 << bit;
            // The first byte makes it a file of gzip or not; the digest tells those apart.
            let content = unpack(&damaged, 1 << 20);
            assert!(
                at == 0 || content.is_err() || content.is_ok_and(|content| content == whole),
                "byte {at}"
            );
        }
    }
}
