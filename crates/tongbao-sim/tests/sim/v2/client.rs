//! A tiny client of v2: signs, posts, reads.

use aes::cipher::{Array, BlockCipherDecrypt as _, KeyInit as _};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::Request;
use md5::{Digest as _, Md5};
use ring::hmac;
use tongbao_sim::Settings;

use crate::world::{Told, World};

pub(crate) const UNIFIED: &str = "/pay/unifiedorder";
pub(crate) const QUERY: &str = "/pay/orderquery";
pub(crate) const CLOSE: &str = "/pay/closeorder";
pub(crate) const REFUND: &str = "/secapi/pay/refund";
pub(crate) const REFUND_QUERY: &str = "/pay/refundquery";
pub(crate) const MICROPAY: &str = "/pay/micropay";
pub(crate) const REVERSE: &str = "/secapi/pay/reverse";
pub(crate) const OK: &str =
    "<xml><return_code><![CDATA[SUCCESS]]></return_code><return_msg><![CDATA[OK]]></return_msg></xml>";

/// A request of v2; a test changes what it is about.
#[derive(Clone)]
pub(crate) struct Form {
    pub(crate) path: String,
    pub(crate) fields: Vec<(String, String)>,
    pub(crate) key: String,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) method: &'static str,
    /// In place of the right signature.
    pub(crate) sign: Option<String>,
}

/// An answer of v2.
pub(crate) struct Said {
    pub(crate) told: Told,
    pub(crate) fields: Vec<(String, String)>,
    key: String,
    hmac: bool,
}

impl Form {
    /// What every request of the first merchant holds.
    pub(crate) fn new(world: &World, path: &str) -> Self {
        let merchant = &world.env.merchants[0];
        let fields = vec![
            ("appid".to_owned(), merchant.apps[0].appid.to_string()),
            ("mch_id".to_owned(), merchant.mchid.to_string()),
            ("nonce_str".to_owned(), "593BEC0C930BF1AFEB40B4A08C8FB242".to_owned()),
        ];
        Self {
            path: path.into(),
            fields,
            key: merchant.apiv2_key.clone(),
            headers: Vec::new(),
            method: "POST",
            sign: None,
        }
    }

    /// One yuan, JSAPI, for payer-1.
    pub(crate) fn order(world: &World, out_trade_no: &str) -> Self {
        Self::new(world, UNIFIED)
            .with("body", "腾讯充值中心-QQ会员充值")
            .with("attach", "深圳分店")
            .with("out_trade_no", out_trade_no)
            .with("total_fee", "100")
            .with("spbill_create_ip", "123.12.12.123")
            .with("notify_url", "http://127.0.0.1:8080/v2/notify")
            .with("trade_type", "JSAPI")
            .with("openid", &world.openid("payer-1"))
    }

    /// One yuan of an order of one yuan.
    pub(crate) fn refund(world: &World, out_trade_no: &str, out_refund_no: &str, fen: &str) -> Self {
        Self::new(world, REFUND)
            .with("out_trade_no", out_trade_no)
            .with("out_refund_no", out_refund_no)
            .with("total_fee", "100")
            .with("refund_fee", fen)
            .with("notify_url", "http://127.0.0.1:8080/v2/refunded")
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.fields.retain(|(known, _)| known != name);
        self.fields.push((name.into(), value.into()));
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.fields.retain(|(known, _)| known != name);
        self
    }

    pub(crate) fn hmac(self) -> Self {
        self.with("sign_type", "HMAC-SHA256")
    }

    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    fn is_hmac(&self) -> bool {
        self.fields.iter().any(|(name, value)| name == "sign_type" && value == "HMAC-SHA256")
    }

    pub(crate) fn document(&self) -> String {
        let right = sign(&self.fields, &self.key, self.is_hmac());
        let sign = self.sign.clone().unwrap_or(right);
        let mut document = String::from("<xml>");
        for (name, value) in &self.fields {
            document += &format!("<{name}><![CDATA[{value}]]></{name}>");
        }
        document + &format!("<sign>{sign}</sign></xml>")
    }

    pub(crate) async fn send(&self, world: &World) -> Said {
        self.send_body(world, self.document()).await
    }

    pub(crate) async fn send_body(&self, world: &World, body: impl Into<axum::body::Body>) -> Said {
        let mut request = Request::builder().method(self.method).uri(&self.path);
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        let told = world.raw(request.body(body.into()).unwrap()).await;
        let fields = read(&String::from_utf8_lossy(&told.body));
        Said { told, fields, key: self.key.clone(), hmac: self.is_hmac() }
    }
}

impl Said {
    pub(crate) fn get(&self, name: &str) -> &str {
        self.fields.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.told.body).into_owned()
    }

    /// Asserts a success whose signature holds.
    #[track_caller]
    pub(crate) fn succeeded(&self) -> &Self {
        assert_eq!(
            (self.get("return_code"), self.get("return_msg"), self.get("result_code")),
            ("SUCCESS", "OK", "SUCCESS"),
            "{}",
            self.text()
        );
        self.is_signed();
        self
    }

    #[track_caller]
    fn is_signed(&self) {
        assert_eq!(self.told.status, 200);
        assert_eq!(self.get("sign"), sign(&self.fields, &self.key, self.hmac), "{}", self.text());
    }

    /// Asserts a signed refusal.
    #[track_caller]
    pub(crate) fn failed(&self, err_code: &str, err_code_des: &str) {
        assert_eq!(
            (
                self.get("return_code"),
                self.get("result_code"),
                self.get("err_code"),
                self.get("err_code_des")
            ),
            ("SUCCESS", "FAIL", err_code, err_code_des),
            "{}",
            self.text()
        );
        self.is_signed();
    }

    /// Asserts an unsigned refusal: these words and nothing else.
    #[track_caller]
    pub(crate) fn unsigned(&self, return_msg: &str) {
        assert_eq!(self.told.status, 200);
        let told: Vec<_> = self.fields.iter().map(|(name, value)| (&**name, &**value)).collect();
        assert_eq!(told, [("return_code", "FAIL"), ("return_msg", return_msg)]);
    }

    /// The names in their order.
    pub(crate) fn names(&self) -> Vec<&str> {
        self.fields.iter().map(|(name, _)| &**name).collect()
    }
}

/// The signature over all but `sign` and what is empty.
pub(crate) fn sign(fields: &[(String, String)], key: &str, hmac: bool) -> String {
    let mut signed: Vec<_> =
        fields.iter().filter(|(name, value)| name != "sign" && !value.is_empty()).collect();
    signed.sort();
    let mut message: String = signed.iter().map(|(name, value)| format!("{name}={value}&")).collect();
    message += &format!("key={key}");
    let digest: Vec<u8> = if hmac {
        let key = hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes());
        hmac::sign(&key, message.as_bytes()).as_ref().to_vec()
    } else {
        Md5::digest(message.as_bytes()).to_vec()
    };
    digest.iter().map(|byte| format!("{byte:02X}")).collect()
}

/// The elements within the outermost one, without looking at anything else.
pub(crate) fn read(document: &str) -> Vec<(String, String)> {
    let mut fields = Vec::new();
    let inside = document.split_once('>').map_or("", |(_, inside)| inside);
    let mut rest = inside;
    while let Some((_, tagged)) = rest.split_once('<') {
        let Some((name, after)) = tagged.split_once('>') else { break };
        let close = format!("</{name}>");
        let Some((value, after)) = after.split_once(close.as_str()) else { break };
        let value =
            value.strip_prefix("<![CDATA[").and_then(|value| value.strip_suffix("]]>")).unwrap_or(value);
        fields.push((name.to_owned(), value.to_owned()));
        rest = after;
    }
    fields
}

/// What `req_info` holds (v2.md §4.2).
pub(crate) fn open_req_info(sealed: &str, key: &str) -> Vec<(String, String)> {
    let key: String = Md5::digest(key.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    let cipher = aes::Aes256::new(&Array(<[u8; 32]>::try_from(key.as_bytes()).unwrap()));
    let mut bytes = STANDARD.decode(sealed).unwrap();
    for block in bytes.chunks_exact_mut(16) {
        let mut state = Array(<[u8; 16]>::try_from(&*block).unwrap());
        cipher.decrypt_block(&mut state);
        block.copy_from_slice(&state);
    }
    bytes.truncate(bytes.len() - usize::from(*bytes.last().unwrap()));
    let text = String::from_utf8(bytes).unwrap();
    assert!(text.starts_with("<root>") && text.ends_with("</root>"), "{text}");
    read(&text)
}

impl World {
    /// Orders with v2 and gives the answer.
    pub(crate) async fn ordered_v2(&self, out_trade_no: &str) -> Said {
        let said = Form::order(self, out_trade_no).send(self).await;
        said.succeeded();
        said
    }

    /// Orders with v2 and pays.
    pub(crate) async fn paid_v2(&self, out_trade_no: &str) {
        self.ordered_v2(out_trade_no).await;
        self.sim.pay(&crate::world::number(out_trade_no), None).await.unwrap();
    }

    pub(crate) async fn query_v2(&self, out_trade_no: &str) -> Said {
        Form::new(self, QUERY).with("out_trade_no", out_trade_no).send(self).await
    }
}

/// A provider in front, with one sub-merchant behind it.
pub(crate) fn with_sub_merchant(settings: &mut Settings) {
    settings.merchants.truncate(1);
    let provider = settings.merchants[0].mchid.clone();
    let mut sub = settings.merchants[0].clone();
    sub.mchid = tongbao_wire::Mchid::parse("1900000109").unwrap();
    sub.apps[0].appid = tongbao_wire::Appid::parse("wx8888888888888888").unwrap();
    sub.providers = vec![provider];
    settings.merchants.push(sub);
}
