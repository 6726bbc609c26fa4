//! Pictures and videos that merchants upload and consumers add to complaints (v3-extended.md §9.2, §10.2).

use serde::{Deserialize, Serialize};
use tongbao_wire::{Mchid, MediaId, Timestamp};

use crate::platform::Platform;
use crate::settings::LETTERS;
use crate::shelf::{Shelf, Shelved};
use crate::state::State;

/// Every file kept.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Media {
    files: Shelf<MediaId, MediaFile>,
    /// As they came.
    ages: Shelf<u64, MediaId>,
    /// How many there are, and how many bytes.
    totals: Shelf<(), (usize, usize)>,
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

    /// Every shelf under its name.
    pub(crate) fn shelves(&mut self) -> Vec<(&'static str, &mut dyn Shelved)> {
        vec![
            ("media_files", &mut self.files),
            ("media_ages", &mut self.ages),
            ("media_totals", &mut self.totals),
        ]
    }

    fn totals(&self) -> (usize, usize) {
        self.totals.get(&()).map_or((0, 0), |totals| *totals)
    }

    fn is_full(&self) -> bool {
        let (count, bytes) = self.totals();
        count > FILES_MAX || bytes > BYTES_MAX
    }

    fn forget_oldest(&mut self) -> bool {
        let Some((age, id)) = self.ages.iter().next() else { return false };
        self.ages.remove(&age);
        if let Some(file) = self.files.remove(&id) {
            let (count, bytes) = self.totals();
            self.totals.insert((), (count.saturating_sub(1), bytes.saturating_sub(file.content.len())));
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
        let (count, bytes) = self.media.totals();
        self.media.totals.insert((), (count + 1, bytes + file.content.len()));
        self.media.files.insert(id.clone(), file);
        self.media.ages.insert(age, id.clone());
        while self.media.is_full() && self.media.forget_oldest() {}
        id
    }
}

/// Files named at once.
const FILES_MAX: usize = 100_000;
/// Contents kept at once, in Base64.
const BYTES_MAX: usize = 64 * 1024 * 1024;
