//! Which files the platform takes (v3-extended.md §9.2, §10.2).

use crate::unsendable::{self, Unsendable, UnsendableReason};

/// The kinds of file a call takes.
pub(super) struct Takes {
    kinds: &'static [Kind],
    suffixes: &'static str,
}

struct Kind {
    suffix: &'static str,
    content_type: &'static str,
    bytes_max: usize,
}

impl Takes {
    /// Checks what the platform would refuse, and gives the file's content type.
    pub(super) fn check(&self, filename: &str, content: &[u8]) -> Result<&'static str, Unsendable> {
        let misnamed = |rule| Unsendable::new("filename", UnsendableReason::Form(rule));
        unsendable::text("filename", filename, FILENAME_CHARS_MAX)?;
        if filename.contains(['"', '\\', '/']) {
            return Err(misnamed("must contain neither quotes nor slashes"));
        }
        let suffix = filename.rsplit_once('.').map_or("", |(_, suffix)| suffix);
        let kind = self.kinds.iter().find(|kind| kind.suffix.eq_ignore_ascii_case(suffix));
        let kind = kind.ok_or_else(|| misnamed(self.suffixes))?;
        let (found, limit) = (content.len(), kind.bytes_max);
        if found == 0 {
            return Err(Unsendable::new("file", UnsendableReason::Empty));
        }
        if found > limit {
            return Err(Unsendable::new("file", UnsendableReason::TooLarge { found, limit }));
        }
        Ok(kind.content_type)
    }
}

/// Of `filename` (v3-extended.md §9.2).
const FILENAME_CHARS_MAX: usize = 128;
/// 2 MB: the partner page, and the page of complaints. Read as 2 × 1024 × 1024 (inferred).
const PICTURE_BYTES_MAX: usize = 2 * 1024 * 1024;
/// 5 MB: the general page of 2026-05.
const PICTURE_WIDE_BYTES_MAX: usize = 5 * 1024 * 1024;
/// 7.5 MB: the same page.
const PDF_BYTES_MAX: usize = 15 * 512 * 1024;
/// 5 MB: the page of 2019.
const VIDEO_BYTES_MAX: usize = 5 * 1024 * 1024;

pub(super) const PICTURES: Takes = Takes {
    kinds: &[
        picture("jpg", "image/jpeg", PICTURE_BYTES_MAX),
        picture("bmp", "image/bmp", PICTURE_BYTES_MAX),
        picture("png", "image/png", PICTURE_BYTES_MAX),
    ],
    suffixes: "must end in .jpg, .bmp or .png",
};

pub(super) const PICTURES_WIDE: Takes = Takes {
    kinds: &[
        picture("jpg", "image/jpeg", PICTURE_WIDE_BYTES_MAX),
        picture("bmp", "image/bmp", PICTURE_WIDE_BYTES_MAX),
        picture("png", "image/png", PICTURE_WIDE_BYTES_MAX),
        picture("pdf", "application/pdf", PDF_BYTES_MAX),
    ],
    suffixes: "must end in .jpg, .bmp, .png or .pdf",
};

pub(super) const VIDEOS: Takes = Takes {
    kinds: &[
        video("avi", "video/x-msvideo"),
        video("wmv", "video/x-ms-wmv"),
        video("mpeg", "video/mpeg"),
        video("mp4", "video/mp4"),
        video("mov", "video/quicktime"),
        video("mkv", "video/x-matroska"),
        video("flv", "video/x-flv"),
        video("f4v", "video/x-f4v"),
        video("m4v", "video/x-m4v"),
        video("rmvb", "application/vnd.rn-realmedia-vbr"),
    ],
    suffixes: "must end in .avi, .wmv, .mpeg, .mp4, .mov, .mkv, .flv, .f4v, .m4v or .rmvb",
};

const fn picture(suffix: &'static str, content_type: &'static str, bytes_max: usize) -> Kind {
    Kind { suffix, content_type, bytes_max }
}

const fn video(suffix: &'static str, content_type: &'static str) -> Kind {
    Kind { suffix, content_type, bytes_max: VIDEO_BYTES_MAX }
}

#[cfg(test)]
mod tests {
    use super::{PDF_BYTES_MAX, PICTURE_BYTES_MAX, PICTURES, PICTURES_WIDE, Takes, VIDEOS};

    #[track_caller]
    fn check(takes: &Takes, filename: &str, bytes: usize, expected: Result<&str, &str>) {
        let found = takes.check(filename, &vec![0; bytes]);
        let found = found.map_err(|error| error.member.into_owned());
        assert_eq!(found.as_deref().map_err(String::as_str), expected.as_ref().copied().map_err(|e| *e));
    }

    #[test]
    fn the_suffix_decides_what_a_file_is_and_how_large_it_may_be() {
        check(&PICTURES, "证照.JPG", 1, Ok("image/jpeg"));
        check(&PICTURES, "a.b.png", PICTURE_BYTES_MAX, Ok("image/png"));
        check(&PICTURES, "a.png", PICTURE_BYTES_MAX + 1, Err("file"));
        check(&PICTURES, "a.pdf", 1, Err("filename"));
        check(&PICTURES_WIDE, "a.png", PICTURE_BYTES_MAX + 1, Ok("image/png"));
        check(&PICTURES_WIDE, "a.pdf", PDF_BYTES_MAX, Ok("application/pdf"));
        check(&VIDEOS, "a.mp4", 1, Ok("video/mp4"));
        check(&VIDEOS, "a.png", 1, Err("filename"));
    }

    #[test]
    fn a_name_that_would_break_the_form_is_refused() {
        for name in ["", "png", "a.png\r\nX: y", "a\".png", "a\\.png", "../a.png", "🍵.png"] {
            check(&PICTURES, name, 1, Err("filename"));
        }
        check(&PICTURES, &format!("{}.png", "证".repeat(124)), 1, Ok("image/png"));
        check(&PICTURES, &format!("{}.png", "证".repeat(125)), 1, Err("filename"));
        check(&PICTURES, "a.png", 0, Err("file"));
    }
}
