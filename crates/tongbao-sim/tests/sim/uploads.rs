//! Uploads (v3-extended.md §9.2).

use http::Request;
use ring::digest::{SHA256, digest};
use serde_json::json;

use crate::world::{Told, World};

const IMAGE: &str = "/v3/merchant/media/upload";
const VIDEO: &str = "/v3/merchant/media/video_upload";

fn hex(content: &[u8]) -> String {
    digest(&SHA256, content).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What one upload is made of.
struct Upload<'a> {
    target: &'a str,
    meta: String,
    names: [&'a str; 2],
    filename: &'a str,
    content: &'a [u8],
    signed: Option<String>,
}

impl Upload<'_> {
    async fn send(&self, world: &World) -> Told {
        let [meta, file] = self.names;
        let mut body = format!(
            "--B\r\nContent-Disposition: form-data; name=\"{meta}\"\r\nContent-Type: application/json\r\n\r\n{}\r\n\
             --B\r\nContent-Disposition: form-data; name=\"{file}\"; filename=\"{}\"\r\nContent-Type: image/png\r\n\r\n",
            self.meta, self.filename
        )
        .into_bytes();
        body.extend_from_slice(self.content);
        body.extend_from_slice(b"\r\n--B--\r\n");
        let at = world.base.now().seconds();
        let signed = self.signed.as_ref().unwrap_or(&self.meta);
        let signature = world.sign(&format!("POST\n{}\n{at}\nN\n{signed}\n", self.target));
        let authorization = format!(
            r#"WECHATPAY2-SHA256-RSA2048 mchid="{}",nonce_str="N",signature="{signature}",timestamp="{at}",serial_no="{}""#,
            world.mchid(),
            world.env.merchants[0].serial_no
        );
        let request = Request::post(self.target)
            .header("authorization", authorization)
            .header("accept", "application/json")
            .header("user-agent", "test/1")
            .header("content-type", "multipart/form-data; boundary=B");
        world.raw(request.body(body.into()).unwrap()).await
    }
}

fn picture<'a>(filename: &'a str, content: &'a [u8]) -> Upload<'a> {
    let meta = json!({"filename": filename, "sha256": hex(content)}).to_string();
    Upload { target: IMAGE, meta, names: ["meta", "file"], filename, content, signed: None }
}

/// Uploads a file as it should be.
pub(crate) async fn upload(world: &World, target: &str, filename: &str, content: &[u8]) -> Told {
    Upload { target, ..picture(filename, content) }.send(world).await
}

#[tokio::test(start_paused = true)]
async fn a_picture_is_named_by_a_media_id() {
    let world = World::new();
    for name in ["x.png", "证照.JPG", "x.y.bmp"] {
        let told = upload(&world, IMAGE, name, b"\r\n--A-- any bytes").await;
        assert!(world.verifies(&told.headers, &told.body), "{told:?}");
        assert!(told.json()["media_id"].as_str().unwrap().len() > 60);
    }
    assert_eq!(upload(&world, VIDEO, "x.mp4", b"video").await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn meta_alone_is_signed_exactly_as_it_was_sent() {
    let world = World::new();
    let right = picture("x.png", b"abc");
    let spaced = format!("{{ \"filename\": \"x.png\", \"sha256\": \"{}\" }}", hex(b"abc"));
    assert_eq!(Upload { meta: spaced.clone(), ..picture("x.png", b"abc") }.send(&world).await.status, 200);
    for signed in [String::new(), spaced, format!("{}\n", right.meta)] {
        let told = Upload { signed: Some(signed), ..picture("x.png", b"abc") }.send(&world).await;
        told.refused(401, "SIGN_ERROR");
    }
}

#[tokio::test(start_paused = true)]
async fn uploads_are_held_to_their_rules() {
    let world = World::new();
    let big = vec![7_u8; 2 * 1024 * 1024 + 1];
    let meta = |filename: &str, sha256: &str| json!({"filename": filename, "sha256": sha256}).to_string();
    let of = |meta: String| Upload { meta, ..picture("x.png", b"abc") };
    for (rule, upload) in [
        ("the suffix is one of three", picture("x.gif", b"abc")),
        ("there is a suffix", picture("png", b"abc")),
        ("PDF is not for everybody", picture("x.pdf", b"abc")),
        ("at most 2 MB", picture("x.png", &big)),
        ("not empty", picture("x.png", b"")),
        ("the digest is the file's", of(meta("x.png", &hex(b"abd")))),
        ("the digest has 64 digits", of(meta("x.png", "abc"))),
        ("a digest is needed", of(json!({"filename": "x.png"}).to_string())),
        ("a name is needed", of(json!({"sha256": hex(b"abc")}).to_string())),
        ("the two names agree", of(meta("y.png", &hex(b"abc")))),
        ("meta is JSON", of("filename=x.png".into())),
        ("no other members", of(json!({"filename": "x.png", "sha256": hex(b"abc"), "a": 1}).to_string())),
        ("a video is no picture", Upload { target: VIDEO, ..picture("x.png", b"abc") }),
    ] {
        let told = upload.send(&world).await;
        assert_eq!((told.status.as_u16(), told.code().as_str()), (400, "PARAM_ERROR"), "{rule}: {told:?}");
    }
    let name = format!("{}.png", "名".repeat(125));
    picture(&name, b"abc").send(&world).await.refused(400, "PARAM_ERROR");
    for names in [["meta", "media"], ["data", "file"]] {
        // Without meta nothing can have been signed.
        let told = Upload { names, ..picture("x.png", b"abc") }.send(&world).await;
        assert!(matches!(told.code().as_str(), "PARAM_ERROR" | "SIGN_ERROR"), "{told:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn larger_pictures_and_pdf_are_a_switch() {
    let world = World::with(|settings| settings.switches.wide_images = true);
    let big = vec![7_u8; 5 * 1024 * 1024];
    assert_eq!(upload(&world, IMAGE, "x.png", &big).await.status, 200);
    let paper = vec![7_u8; 15 * 512 * 1024];
    assert_eq!(upload(&world, IMAGE, "x.pdf", &paper).await.status, 200);
    upload(&world, IMAGE, "x.png", &paper).await.refused(400, "PARAM_ERROR");
    let told = upload(&world, IMAGE, "x.pdf", &vec![7_u8; 9 * 1024 * 1024]).await;
    assert_eq!(told.status, 413);
}
