//! The form of an upload: `meta`, then `file` (v3-extended.md §9.2).

use aws_lc_rs::digest::{SHA256, digest};
use bytes::{BufMut, Bytes, BytesMut};
use serde::Serialize;

use crate::certificate::upper_hex;

/// `multipart/form-data` with the two parts of every upload.
pub(super) struct Form {
    /// `Content-Type` of the request.
    pub(super) content_type: String,
    /// The request's body.
    pub(super) body: Bytes,
    /// The text of `meta`, which alone is signed (v3.md §1.5).
    pub(super) meta: Bytes,
}

#[derive(Serialize)]
struct Meta<'a> {
    filename: &'a str,
    sha256: String,
}

impl Form {
    /// A form with `content` as its file. Neither `filename` nor `boundary` may break out of its line.
    pub(super) fn new(boundary: &str, filename: &str, content_type: &str, content: &[u8]) -> Self {
        let sha256 = upper_hex(digest(&SHA256, content).as_ref()).to_ascii_lowercase();
        let meta = serde_json::to_vec(&Meta { filename, sha256 }).expect("texts serialise");
        let meta_head = format!(
            "--{boundary}\r\n\
             Content-Disposition: form-data; name=\"meta\"\r\n\
             Content-Type: application/json\r\n\r\n"
        );
        let file_head = format!(
            "\r\n--{boundary}\r\n\
             Content-Disposition: form-data; name=\"file\"; filename=\"{filename}\"\r\n\
             Content-Type: {content_type}\r\n\r\n"
        );
        let tail = format!("\r\n--{boundary}--\r\n");
        let parts = [meta_head.as_bytes(), &meta, file_head.as_bytes(), content, tail.as_bytes()];
        let mut body = BytesMut::with_capacity(parts.iter().map(|part| part.len()).sum());
        for part in parts {
            body.put_slice(part);
        }
        Self {
            content_type: format!("multipart/form-data; boundary={boundary}"),
            body: body.freeze(),
            meta: meta.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Form;

    #[test]
    fn the_form_is_these_bytes() {
        let form = Form::new("B0UNDARY", "logo.png", "image/png", b"abc");
        let meta = r#"{"filename":"logo.png","sha256":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}"#;
        let body = format!(
            "--B0UNDARY\r\nContent-Disposition: form-data; name=\"meta\"\r\nContent-Type: application/json\r\n\r\n{meta}\r\n--B0UNDARY\r\nContent-Disposition: form-data; name=\"file\"; filename=\"logo.png\"\r\nContent-Type: image/png\r\n\r\nabc\r\n--B0UNDARY--\r\n"
        );
        assert_eq!(form.body, body.as_bytes());
        assert_eq!(form.meta, meta.as_bytes());
        assert_eq!(form.content_type, "multipart/form-data; boundary=B0UNDARY");
    }

    #[test]
    fn a_file_of_any_bytes_stands_in_the_form_as_it_is() {
        let content: Vec<u8> = (0..=255).chain(*b"\r\n--").collect();
        let form = Form::new("B0UNDARY", "证照.bmp", "image/bmp", &content);
        let found = form.body.windows(content.len()).filter(|window| *window == content).count();
        assert_eq!(found, 1);
        assert!(form.body.ends_with(b"\r\n--B0UNDARY--\r\n"));
        let meta = std::str::from_utf8(&form.meta).expect("text");
        assert!(meta.starts_with(r#"{"filename":"证照.bmp","sha256":""#), "{meta}");
    }
}
