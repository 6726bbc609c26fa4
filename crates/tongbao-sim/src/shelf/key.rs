//! Keys as bytes that sort as the keys do.

use std::io;

use serde::Serialize;
use serde_json::ser::{CharEscape, Formatter, Serializer};

/// The bytes of a key: texts end with a zero byte, numbers have twenty digits. For keys made of texts
/// without zero bytes and of numbers that are not negative; what is in between is not written.
pub(crate) fn encode<K: Serialize + ?Sized>(key: &K) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(64);
    let mut serializer = Serializer::with_formatter(&mut bytes, Sorting);
    key.serialize(&mut serializer).expect("a key is plain data");
    bytes
}

struct Sorting;

/// Writes nothing.
macro_rules! silent {
    ($($name:ident)*) => {$(
        fn $name<W: ?Sized + io::Write>(&mut self, _: &mut W) -> io::Result<()> {
            Ok(())
        }
    )*};
}

impl Formatter for Sorting {
    silent!(begin_string begin_array end_array end_array_value begin_object end_object begin_object_value
        end_object_value end_object_key);

    fn end_string<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(&[0])
    }

    fn begin_array_value<W: ?Sized + io::Write>(&mut self, _: &mut W, _: bool) -> io::Result<()> {
        Ok(())
    }

    fn begin_object_key<W: ?Sized + io::Write>(&mut self, _: &mut W, _: bool) -> io::Result<()> {
        Ok(())
    }

    fn write_char_escape<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        char_escape: CharEscape,
    ) -> io::Result<()> {
        let byte = match char_escape {
            CharEscape::Quote => b'"',
            CharEscape::ReverseSolidus => b'\\',
            CharEscape::Solidus => b'/',
            CharEscape::Backspace => 8,
            CharEscape::FormFeed => 12,
            CharEscape::LineFeed => b'\n',
            CharEscape::CarriageReturn => b'\r',
            CharEscape::Tab => b'\t',
            CharEscape::AsciiControl(byte) => byte,
        };
        writer.write_all(&[byte])
    }

    fn write_u64<W: ?Sized + io::Write>(&mut self, writer: &mut W, value: u64) -> io::Result<()> {
        write!(writer, "{value:020}")
    }

    fn write_i64<W: ?Sized + io::Write>(&mut self, writer: &mut W, value: i64) -> io::Result<()> {
        write!(writer, "{value:020}")
    }

    fn write_u32<W: ?Sized + io::Write>(&mut self, writer: &mut W, value: u32) -> io::Result<()> {
        write!(writer, "{value:020}")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, proptest};

    use super::encode;

    proptest! {
        #[test]
        fn bytes_sort_as_keys_do(
            a in ("[!-~中通]{0,6}", any::<u32>(), "[!-~]{0,3}"),
            b in ("[!-~中通]{0,6}", any::<u32>(), "[!-~]{0,3}"),
        ) {
            let (a, b) = ((a.0, u64::from(a.1), a.2), (b.0, u64::from(b.1), b.2));
            assert_eq!(encode(&a).cmp(&encode(&b)), a.cmp(&b));
        }
    }
}
