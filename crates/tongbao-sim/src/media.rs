//! Pictures and videos that merchants upload and consumers add to complaints (v3-extended.md §9.2, §10.2).

use serde::{Deserialize, Serialize};
use tongbao_wire::{Mchid, MediaId, Timestamp};

use crate::platform::Platform;
use crate::settings::LETTERS;
use crate::shelf::{Kept, Shelf, shelves};
use crate::state::State;

/// Every file kept.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Media {
    files: Shelf<MediaId, MediaFile>,
    /// As they came.
    ages: Shelf<u64, MediaId>,
    count: Kept<usize>,
    bytes: Kept<usize>,
}

shelves! {
    Media { "media" => files, "media_ages" => ages, "media_count" => count, "media_bytes" => bytes, }
}

/// A file, which belongs to the merchant that uploaded it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct MediaFile {
    pub(crate) mchid: Mchid,
    pub(crate) purpose: Purpose,
    pub(crate) filename: String,
    /// Lower-case hexadecimal.
    pub(crate) sha256: String,
    /// Base64. Empty for applications: nobody downloads those.
    pub(crate) content: String,
    pub(crate) uploaded_at: Timestamp,
}

/// What a file was uploaded for. One kind does not serve for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Purpose {
    /// A picture of an application.
    ApplymentImage,
    /// A video of an application.
    ApplymentVideo,
    /// A picture of a complaint.
    ComplaintImage,
}

impl Media {
    /// A file of this merchant and purpose; of any other there is none.
    pub(crate) fn has(&self, media_id: &str, mchid: &Mchid, purpose: Purpose) -> bool {
        let found = MediaId::parse(media_id).ok().and_then(|id| self.files.get(&id));
        found.is_some_and(|file| file.mchid == *mchid && file.purpose == purpose)
    }

    pub(crate) fn file(&self, media_id: &MediaId) -> Option<std::sync::Arc<MediaFile>> {
        self.files.get(media_id)
    }

    fn forget_oldest(&mut self) -> bool {
        let Some((age, id)) = self.ages.iter().next() else { return false };
        self.ages.remove(&age);
        if let Some(file) = self.files.remove(&id) {
            *self.count = self.count.saturating_sub(1);
            *self.bytes = self.bytes.saturating_sub(file.content.len());
        }
        true
    }
}

impl State {
    /// Keeps a file and names it. The oldest go when there are too many.
    pub(crate) fn keep_media(&mut self, platform: &Platform, file: MediaFile) -> MediaId {
        let text = format!("{}_{}", platform.chance.text(60, LETTERS), file.uploaded_at.digits());
        let id = MediaId::parse(&text).expect("75 printable characters");
        let age = self.next_serial();
        *self.media.count += 1;
        *self.media.bytes += file.content.len();
        self.media.files.insert(id.clone(), file);
        self.media.ages.insert(age, id.clone());
        while (*self.media.count > FILES_MAX || *self.media.bytes > BYTES_MAX) && self.media.forget_oldest() {
        }
        id
    }
}

/// Files named at once.
const FILES_MAX: usize = 100_000;
/// Contents kept at once, in Base64.
const BYTES_MAX: usize = 64 * 1024 * 1024;
