//! Uploads and the download of a complaint's picture (v3-extended.md §9.2, §10.2).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::Value;
use tongbao_wire::onboarding::MediaUploaded;
use tongbao_wire::{Call, Mchid, MediaId};

use super::Handled;
use super::answer::Answer;
use super::multipart::Form;
use super::schema::{self, Kind, Member, breaks_rule, must};
use super::target::Target;
use crate::Simulator;
use crate::media::{MediaFile, Purpose};
use crate::received::Received;
use crate::refusal::{Refusal, cause};

/// The calls answered here.
pub(super) const CALLS: &[Handled] = &[
    (Call::UploadImage, image),
    (Call::UploadVideo, video),
    (Call::UploadComplaintImage, complaint_image),
    (Call::DownloadComplaintImage, download),
];

/// The text of `meta`. `sha256` is 64 digits (v3-extended.md §9.2: one page says 256).
static META: &[Member] = &[
    must("filename", "文件名称", Kind::Text(128)),
    must("sha256", "文件摘要", Kind::Ruled(64, is_digest, "64 hexadecimal digits")),
];

#[derive(Deserialize)]
struct Meta {
    filename: String,
    sha256: String,
}

/// A kind of file and how large it may be.
type Taken = (&'static str, usize);

/// `POST /v3/merchant/media/upload`.
fn image(simulator: &Simulator, call: &Received, signer: &Mchid) -> Result<Answer, Refusal> {
    let wide = simulator.inner.platform.switches.wide_images;
    let taken: &[Taken] = if wide { WIDE_IMAGES } else { IMAGES };
    upload(simulator, call, signer, Purpose::ApplymentImage, taken)
}

/// `POST /v3/merchant/media/video_upload`.
fn video(simulator: &Simulator, call: &Received, signer: &Mchid) -> Result<Answer, Refusal> {
    upload(simulator, call, signer, Purpose::ApplymentVideo, VIDEOS)
}

/// `POST /v3/merchant-service/images/upload`.
fn complaint_image(simulator: &Simulator, call: &Received, signer: &Mchid) -> Result<Answer, Refusal> {
    upload(simulator, call, signer, Purpose::ComplaintImage, IMAGES)
}

fn upload(
    simulator: &Simulator,
    call: &Received,
    signer: &Mchid,
    purpose: Purpose,
    taken: &[Taken],
) -> Result<Answer, Refusal> {
    let form = Form::read(&call.headers, &call.body).ok_or_else(|| {
        Refusal::param("请求体必须是含有meta与file两部分的multipart/form-data").at(
            "body",
            "",
            None,
            "a form with the parts meta and file is expected",
        )
    })?;
    let meta = schema::read(form.meta, META, &simulator.inner.platform.switches)?;
    let meta: Meta = serde_json::from_value(meta).expect("the schema checked it");
    check_file(&form, &meta, taken)?;
    let file = |now| MediaFile {
        mchid: signer.clone(),
        purpose,
        filename: meta.filename.clone(),
        sha256: meta.sha256.to_ascii_lowercase(),
        content: if purpose == Purpose::ComplaintImage {
            STANDARD.encode(form.content)
        } else {
            String::new()
        },
        uploaded_at: now,
    };
    let media_id = simulator.with_state(|state, platform, now| state.keep_media(platform, file(now)));
    Ok(Answer::json(&MediaUploaded { media_id }))
}

/// Name, suffix, size and digest, in this order \[I\].
fn check_file(form: &Form<'_>, meta: &Meta, taken: &[Taken]) -> Result<(), Refusal> {
    let name = Value::String(meta.filename.clone());
    if form.filename.as_deref().is_some_and(|said| said != meta.filename) {
        return Err(breaks_rule("/filename", "文件名称", &name, "differs from the file's own filename"));
    }
    let suffix = meta.filename.rsplit_once('.').map_or("", |(_, suffix)| suffix);
    let Some((_, most)) = taken.iter().find(|(known, _)| known.eq_ignore_ascii_case(suffix)) else {
        return Err(breaks_rule("/filename", "文件名称", &name, "its suffix is none that is taken"));
    };
    if form.content.is_empty() || form.content.len() > *most {
        let message = format!("文件大小 {} 字节，必须大于 0 且不超过 {most} 字节", form.content.len());
        return Err(Refusal::param(message).because(cause::OUT_OF_RANGE).at(
            "body",
            "/file",
            None,
            "empty or too large",
        ));
    }
    if crate::crypto::sha256_hex(form.content).eq_ignore_ascii_case(&meta.sha256) {
        return Ok(());
    }
    let digest = Value::String(meta.sha256.clone());
    Err(breaks_rule("/sha256", "文件摘要", &digest, "is not the SHA-256 of the file's bytes"))
}

/// `GET /v3/merchant-service/images/{media_id}`: the file, not signed \[I\].
fn download(simulator: &Simulator, call: &Received, signer: &Mchid) -> Result<Answer, Refusal> {
    let target = Target::read(call)?;
    let id = target.id("media_id", IMAGE, "", MediaId::parse)?;
    simulator.with_state(|state, _, _| {
        let file = state.media.file(&id).filter(|file| {
            file.purpose == Purpose::ComplaintImage
                && (file.mchid == *signer || state.complaints.shows(&id, signer))
        });
        let file = file.ok_or_else(|| Refusal::invalid("图片不存在或已过期", cause::ORDER_NOT_FOUND))?;
        let content = STANDARD.decode(&file.content).unwrap_or_default();
        Ok(Answer::File(kind_of(&file.filename), content))
    })
}

fn kind_of(filename: &str) -> &'static str {
    match filename.rsplit_once('.').map_or("", |(_, suffix)| suffix).to_ascii_lowercase().as_str() {
        "png" => "image/png",
        "bmp" => "image/bmp",
        _ => "image/jpeg",
    }
}

fn is_digest(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// MB are read as 1024 × 1024 \[I\].
const MB: usize = 1024 * 1024;
const IMAGES: &[Taken] = &[("jpg", 2 * MB), ("bmp", 2 * MB), ("png", 2 * MB)];
const WIDE_IMAGES: &[Taken] = &[("jpg", 5 * MB), ("bmp", 5 * MB), ("png", 5 * MB), ("pdf", 15 * MB / 2)];
/// v3-extended.md §9.2: the older pages, unverified.
const VIDEOS: &[Taken] = &[
    ("avi", 5 * MB),
    ("wmv", 5 * MB),
    ("mpeg", 5 * MB),
    ("mp4", 5 * MB),
    ("mov", 5 * MB),
    ("mkv", 5 * MB),
    ("flv", 5 * MB),
    ("f4v", 5 * MB),
    ("m4v", 5 * MB),
    ("rmvb", 5 * MB),
];
const IMAGE: &str = "/v3/merchant-service/images/";
