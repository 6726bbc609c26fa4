//! What the merchant sells, and where (经营资料, v3-extended.md §9.3).

use serde::{Serialize, Serializer};
use tongbao_wire::{Appid, MediaId};

/// What the merchant sells (`business_info`).
#[derive(Clone, Debug, Serialize)]
pub struct BusinessInfo {
    /// The merchant's short name, as payers see it.
    pub merchant_shortname: String,
    /// The phone customers call.
    pub service_phone: String,
    /// Where it sells.
    pub sales_info: SalesInfo,
}

/// Where the merchant sells: at least one scene. `sales_scenes_type` is written from those that are there.
#[derive(Clone, Debug, Default)]
pub struct SalesInfo {
    /// In a shop; grants payment codes, JSAPI, payment by face.
    pub store: Option<BizStoreInfo>,
    /// In an official account; grants JSAPI.
    pub mp: Option<MpInfo>,
    /// In a mini program; grants JSAPI.
    pub mini_program: Option<MiniProgramInfo>,
    /// In a mobile app; grants App payments.
    pub app: Option<AppInfo>,
    /// On a website; grants JSAPI and Native.
    pub web: Option<WebInfo>,
    /// In WeCom (企业微信).
    pub wework: Option<WeworkInfo>,
}

/// A shop (`biz_store_info`).
#[derive(Clone, Debug, Serialize)]
pub struct BizStoreInfo {
    /// Name.
    pub biz_store_name: String,
    /// Code of its district.
    pub biz_address_code: String,
    /// Address.
    pub biz_store_address: String,
    /// Pictures of its door; at least one.
    pub store_entrance_pic: Vec<MediaId>,
    /// Pictures of its inside; at least one.
    pub indoor_pic: Vec<MediaId>,
    /// The merchant's appid for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub biz_sub_appid: Option<Appid>,
}

/// Whose appid a scene has: one of the two.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SceneAppid {
    /// The provider's.
    Provider(Appid),
    /// The merchant's own.
    Merchant(Appid),
}

/// An official account (`mp_info`).
#[derive(Clone, Debug, Serialize)]
pub struct MpInfo {
    /// `mp_appid` or `mp_sub_appid`.
    #[serde(flatten, serialize_with = "mp_appid")]
    pub appid: SceneAppid,
    /// Pictures of its pages.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub mp_pics: Vec<MediaId>,
}

/// A mini program (`mini_program_info`).
#[derive(Clone, Debug, Serialize)]
pub struct MiniProgramInfo {
    /// `mini_program_appid` or `mini_program_sub_appid`.
    #[serde(flatten, serialize_with = "mini_program_appid")]
    pub appid: SceneAppid,
    /// Pictures of its pages.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub mini_program_pics: Vec<MediaId>,
}

/// A mobile app (`app_info`).
#[derive(Clone, Debug, Serialize)]
pub struct AppInfo {
    /// `app_appid` or `app_sub_appid`.
    #[serde(flatten, serialize_with = "app_appid")]
    pub appid: SceneAppid,
    /// Pictures of its pages.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub app_pics: Vec<MediaId>,
}

/// A website (`web_info`).
#[derive(Clone, Debug, Serialize)]
pub struct WebInfo {
    /// Its domain.
    pub domain: String,
    /// Picture of the letter that lets the merchant use it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub web_authorisation: Option<MediaId>,
    /// The merchant's appid for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub web_appid: Option<Appid>,
}

/// WeCom (`wework_info`).
#[derive(Clone, Debug, Serialize)]
pub struct WeworkInfo {
    /// The merchant's corporation there.
    pub sub_corp_id: String,
    /// Pictures of its pages.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub wework_pics: Vec<MediaId>,
}

impl SalesInfo {
    /// The words of the scenes that are there (`sales_scenes_type`).
    fn words(&self) -> Vec<&'static str> {
        [
            ("SALES_SCENES_STORE", self.store.is_some()),
            ("SALES_SCENES_MP", self.mp.is_some()),
            ("SALES_SCENES_MINI_PROGRAM", self.mini_program.is_some()),
            ("SALES_SCENES_WEB", self.web.is_some()),
            ("SALES_SCENES_APP", self.app.is_some()),
            ("SALES_SCENES_WEWORK", self.wework.is_some()),
        ]
        .into_iter()
        .filter_map(|(word, there)| there.then_some(word))
        .collect()
    }
}

impl Serialize for SalesInfo {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Written<'a> {
            sales_scenes_type: Vec<&'static str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            biz_store_info: Option<&'a BizStoreInfo>,
            #[serde(skip_serializing_if = "Option::is_none")]
            mp_info: Option<&'a MpInfo>,
            #[serde(skip_serializing_if = "Option::is_none")]
            mini_program_info: Option<&'a MiniProgramInfo>,
            #[serde(skip_serializing_if = "Option::is_none")]
            app_info: Option<&'a AppInfo>,
            #[serde(skip_serializing_if = "Option::is_none")]
            web_info: Option<&'a WebInfo>,
            #[serde(skip_serializing_if = "Option::is_none")]
            wework_info: Option<&'a WeworkInfo>,
        }
        Written {
            sales_scenes_type: self.words(),
            biz_store_info: self.store.as_ref(),
            mp_info: self.mp.as_ref(),
            mini_program_info: self.mini_program.as_ref(),
            app_info: self.app.as_ref(),
            web_info: self.web.as_ref(),
            wework_info: self.wework.as_ref(),
        }
        .serialize(serializer)
    }
}

impl SceneAppid {
    /// Writes the member the scene has for it.
    fn member<S: Serializer>(
        &self,
        serializer: S,
        provider: &'static str,
        merchant: &'static str,
    ) -> Result<S::Ok, S::Error> {
        match self {
            Self::Provider(appid) => serializer.collect_map([(provider, appid)]),
            Self::Merchant(appid) => serializer.collect_map([(merchant, appid)]),
        }
    }
}

fn mp_appid<S: Serializer>(appid: &SceneAppid, serializer: S) -> Result<S::Ok, S::Error> {
    appid.member(serializer, "mp_appid", "mp_sub_appid")
}

fn mini_program_appid<S: Serializer>(appid: &SceneAppid, serializer: S) -> Result<S::Ok, S::Error> {
    appid.member(serializer, "mini_program_appid", "mini_program_sub_appid")
}

fn app_appid<S: Serializer>(appid: &SceneAppid, serializer: S) -> Result<S::Ok, S::Error> {
    appid.member(serializer, "app_appid", "app_sub_appid")
}
