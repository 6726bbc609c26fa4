//! Pictures and videos: uploaded for applications and replies, downloaded from complaints
//! (v3-extended.md §9.2, §10.2).

mod multipart;
mod takes;

use std::fmt;

use bytes::{Bytes, BytesMut};
use http::Method;
use tongbao_wire::onboarding::MediaUploaded;
use tongbao_wire::{Call, MediaId};

use crate::call_error::CallError;
use crate::client::Client;
use crate::client::outgoing::Outgoing;
use crate::outbound::{Body, CallFailure};
use crate::unsendable::{Unsendable, UnsendableReason};

use multipart::Form;
use takes::{PICTURES, PICTURES_WIDE, Takes, VIDEOS};

/// The calls for pictures and videos: [`Client::media`].
#[derive(Clone, Copy, Debug)]
pub struct Media<'a>(&'a Client);

impl Client {
    /// Pictures and videos.
    #[must_use]
    pub fn media(&self) -> Media<'_> {
        Media(self)
    }
}

/// A picture to upload.
#[derive(Clone)]
pub struct Picture {
    /// Its name; at most 128 characters, ending in `.jpg`, `.bmp` or `.png`, in either case.
    pub filename: String,
    /// The file.
    pub content: Bytes,
    /// What the platform takes. Only [`Media::upload_image`] looks at it.
    pub rule: PictureRule,
}

/// What the platform takes as a picture.
///
/// CONFLICT: the partner page of 2024-12 says 2 MB; the general page of 2026-05 says 5 MB, and PDF of 7.5 MB
/// (v3-extended.md §9.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PictureRule {
    /// JPG, BMP and PNG of at most 2 MB: what every page allows.
    #[default]
    Cautious,
    /// JPG, BMP and PNG of at most 5 MB, and PDF of at most 7.5 MB: what the page of 2026-05 allows.
    Wide,
}

impl Picture {
    /// A picture within what every page allows.
    #[must_use]
    pub fn new(filename: impl Into<String>, content: impl Into<Bytes>) -> Self {
        Self { filename: filename.into(), content: content.into(), rule: PictureRule::default() }
    }
}

/// A video to upload: `avi`, `wmv`, `mpeg`, `mp4`, `mov`, `mkv`, `flv`, `f4v`, `m4v` or `rmvb`, at most 5 MB
/// (the page of 2019; the later ones give no size).
#[derive(Clone)]
pub struct Video {
    /// Its name; at most 128 characters, ending in the format's.
    pub filename: String,
    /// The file.
    pub content: Bytes,
}

impl Video {
    /// A video.
    #[must_use]
    pub fn new(filename: impl Into<String>, content: impl Into<Bytes>) -> Self {
        Self { filename: filename.into(), content: content.into() }
    }
}

impl Media<'_> {
    /// Uploads a picture for applications (v3-extended.md §9.2).
    ///
    /// # Errors
    /// [`CallError`]. Uploading again is harmless, and gives another `media_id`.
    pub async fn upload_image(&self, picture: &Picture) -> Result<MediaUploaded, CallError> {
        let takes = match picture.rule {
            PictureRule::Cautious => &PICTURES,
            PictureRule::Wide => &PICTURES_WIDE,
        };
        self.upload(Call::UploadImage, &picture.filename, &picture.content, takes).await
    }

    /// Uploads a video for applications (v3-extended.md §9.2).
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn upload_video(&self, video: &Video) -> Result<MediaUploaded, CallError> {
        self.upload(Call::UploadVideo, &video.filename, &video.content, &VIDEOS).await
    }

    /// Uploads a picture for a reply to a complaint (v3-extended.md §10.2); at most 2 MB.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn upload_complaint_image(&self, picture: &Picture) -> Result<MediaUploaded, CallError> {
        self.upload(Call::UploadComplaintImage, &picture.filename, &picture.content, &PICTURES).await
    }

    /// Downloads a complaint's picture (v3-extended.md §10.2).
    ///
    /// # Errors
    /// [`CallError`]; also for pictures of more than 16 MB, which [`Media::open_complaint_image`] gives
    /// piece by piece.
    pub async fn complaint_image(&self, media_id: &MediaId) -> Result<Bytes, CallError> {
        gather(self.open_complaint_image(media_id).await?).await
    }

    /// Downloads a complaint's picture from the address the complaint names (`media_url`).
    ///
    /// # Errors
    /// As [`Media::complaint_image`]; also for addresses that are not a complaint picture's.
    pub async fn complaint_image_at(&self, media_url: &str) -> Result<Bytes, CallError> {
        gather(self.open_complaint_image_at(media_url).await?).await
    }

    /// A complaint's picture, piece by piece. The platform does not sign files (inferred), so only HTTPS vouches
    /// for it.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn open_complaint_image(&self, media_id: &MediaId) -> Result<Body, CallError> {
        let outgoing = Outgoing::to(DOWNLOAD).part("media_id", media_id.as_str());
        self.0.open(&outgoing.unsigned_answer()).await
    }

    /// The same by the address the complaint names. Its host is not looked at: the request goes where the
    /// client's requests go, for it carries the merchant's signature.
    ///
    /// # Errors
    /// [`CallError`]; also for addresses that are not a complaint picture's.
    pub async fn open_complaint_image_at(&self, media_url: &str) -> Result<Body, CallError> {
        let path = complaint_image_path(media_url).map_err(CallError::unsendable(DOWNLOAD))?;
        self.0.open(&Outgoing::at(DOWNLOAD, Method::GET, path.to_owned()).unsigned_answer()).await
    }

    async fn upload(
        &self,
        call: Call,
        filename: &str,
        content: &Bytes,
        takes: &Takes,
    ) -> Result<MediaUploaded, CallError> {
        let content_type = takes.check(filename, content).map_err(CallError::unsendable(call))?;
        // 128 bits of chance: no file contains them.
        let form = Form::new(&self.0.nonce(), filename, content_type, content);
        self.0.answer(Outgoing::to(call).upload(form.content_type, form.body, form.meta)).await
    }
}

const DOWNLOAD: Call = Call::DownloadComplaintImage;

/// The path of a `media_url`, encoded as the platform wrote it: that form is what is signed.
fn complaint_image_path(media_url: &str) -> Result<&str, Unsendable> {
    let refuse =
        || Unsendable::new("media_url", UnsendableReason::Form("must be a complaint picture's address"));
    let (_, rest) = media_url.split_once("://").ok_or_else(refuse)?;
    let path = rest.find('/').map(|at| &rest[at..]).ok_or_else(refuse)?;
    let media_id = path.strip_prefix(COMPLAINT_IMAGES).ok_or_else(refuse)?;
    let plain = !media_id.is_empty() && !media_id.starts_with('.') && !media_id.contains(['/', '?', '#']);
    if plain { Ok(path) } else { Err(refuse()) }
}

const COMPLAINT_IMAGES: &str = "/v3/merchant-service/images/";

/// The whole of a picture.
async fn gather(mut body: Body) -> Result<Bytes, CallError> {
    let fail = |failure| CallError::from_failure(DOWNLOAD, failure);
    let mut picture = BytesMut::new();
    while let Some(piece) = body.next().await.map_err(fail)? {
        if picture.len() + piece.len() > COMPLAINT_IMAGE_BYTES_MAX {
            return Err(fail(CallFailure::Unknown("the picture is larger than 16 MB".into())));
        }
        picture.extend_from_slice(&piece);
    }
    Ok(picture.freeze())
}

/// The documents give no limit for what payers send; a phone's photograph has fewer.
const COMPLAINT_IMAGE_BYTES_MAX: usize = 16 * 1024 * 1024;

/// The file is a person's document more often than not.
impl fmt::Debug for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Picture").field("bytes", &self.content.len()).field("rule", &self.rule).finish()
    }
}

/// The file shows a person.
impl fmt::Debug for Video {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Video").field("bytes", &self.content.len()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::complaint_image_path;

    #[test]
    fn only_a_complaint_pictures_address_is_asked_for() {
        let path = "/v3/merchant-service/images/ChsyMDA%3D%3D";
        for host in ["https://api.mch.weixin.qq.com", "http://elsewhere.example"] {
            assert_eq!(complaint_image_path(&format!("{host}{path}")), Ok(path));
        }
        for url in [
            "",
            path,
            "https://api.mch.weixin.qq.com",
            "https://api.mch.weixin.qq.com/v3/merchant-service/images/",
            "https://api.mch.weixin.qq.com/v3/merchant-service/images/../complaints-v2",
            "https://api.mch.weixin.qq.com/v3/merchant-service/images/a/b",
            "https://api.mch.weixin.qq.com/v3/merchant-service/images/a?b=c",
            "https://api.mch.weixin.qq.com/v3/certificates",
        ] {
            assert!(complaint_image_path(url).is_err(), "{url}");
        }
    }
}
