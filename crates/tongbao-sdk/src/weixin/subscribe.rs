//! Subscribe messages (订阅消息): a message for somebody who asked for it (miniprogram.md §5.3).
//!
//! A payment does not depend on one: let no failure here touch the order.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Serialize, Serializer};
use tongbao_wire::{Call, Openid};

use super::client::{Asking, check_page};
use super::{WeixinClient, WeixinError};
use crate::unsendable::{Unsendable, UnsendableReason};

/// A message to one person.
#[derive(Clone, Serialize)]
pub struct SubscribeMessage {
    /// Who gets it.
    pub touser: Openid,
    /// The template, from 微信公众平台 > 订阅消息 > 我的模板.
    pub template_id: String,
    /// The page it opens, with a query if need be; none when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page: Option<String>,
    /// What fills the template, by its members: `thing1`, `amount2`, …
    pub data: BTreeMap<String, DataValue>,
    /// Which version of the mini program it opens; the published one when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub miniprogram_state: Option<MiniProgramState>,
    /// In which language its frame is; `zh_CN` when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lang: Option<Lang>,
}

/// What fills one member of a template.
#[derive(Clone, PartialEq, Eq)]
pub struct DataValue(Box<str>);

/// A version of a mini program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum MiniProgramState {
    /// The developers' (开发版).
    Developer,
    /// The one being tried (体验版).
    Trial,
    /// The published one (正式版).
    Formal,
}

/// A language of messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Lang {
    /// Simplified Chinese.
    #[serde(rename = "zh_CN")]
    ZhCn,
    /// English.
    #[serde(rename = "en_US")]
    EnUs,
    /// Traditional Chinese, Hong Kong.
    #[serde(rename = "zh_HK")]
    ZhHk,
    /// Traditional Chinese, Taiwan.
    #[serde(rename = "zh_TW")]
    ZhTw,
}

impl SubscribeMessage {
    /// A message without data, which [`SubscribeMessage::with`] adds.
    #[must_use]
    pub fn new(touser: Openid, template_id: impl Into<String>) -> Self {
        Self {
            touser,
            template_id: template_id.into(),
            page: None,
            data: BTreeMap::new(),
            miniprogram_state: None,
            lang: None,
        }
    }

    /// Fills the template's `member`.
    #[must_use]
    pub fn with(mut self, member: &str, value: &str) -> Self {
        self.data.insert(member.to_owned(), DataValue(value.into()));
        self
    }

    pub(crate) fn check(&self) -> Result<(), Unsendable> {
        crate::unsendable::text("template_id", &self.template_id, TEMPLATE_CHARS_MAX)?;
        if let Some(page) = &self.page {
            check_page("page", page)?;
        }
        if !(1..=MEMBERS_MAX).contains(&self.data.len()) {
            let reason = UnsendableReason::Combination("must have 1 to 20 members");
            return Err(Unsendable::new("data", reason));
        }
        for (member, value) in &self.data {
            value
                .check(member)
                .map_err(|reason| Unsendable::new(format!("data.{}", shown(member)), reason))?;
        }
        Ok(())
    }
}

impl DataValue {
    fn check(&self, member: &str) -> Result<(), UnsendableReason> {
        let plain = member.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if !(1..=MEMBER_CHARS_MAX).contains(&member.len()) || !plain {
            return Err(UnsendableReason::Combination("is not the name of a member, such as thing1"));
        }
        if self.0.is_empty() {
            return Err(UnsendableReason::Empty);
        }
        let kind = member.trim_end_matches(|character: char| character.is_ascii_digit());
        let limit =
            LIMITS.iter().find(|(name, _)| *name == kind).map_or(VALUE_CHARS_MAX, |(_, limit)| *limit);
        let found = self.0.chars().count();
        if found > limit { Err(UnsendableReason::TooLong { found, limit }) } else { Ok(()) }
    }
}

impl Serialize for DataValue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Wrapped<'a> {
            value: &'a str,
        }
        Wrapped { value: &self.0 }.serialize(serializer)
    }
}

/// The values are about a person.
impl fmt::Debug for SubscribeMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SubscribeMessage")
            .field("touser", &self.touser.redacted())
            .field("template_id", &self.template_id)
            .field("members", &self.data.keys())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for DataValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DataValue(redacted)")
    }
}

impl WeixinClient {
    /// Sends a subscribe message. Sent twice, it arrives twice, if the person asked for two.
    ///
    /// # Errors
    /// [`WeixinError`]. That the person did not ask for it
    /// ([`WeixinRefusal::MessageRefused`](super::WeixinRefusal::MessageRefused)) is normal.
    pub async fn send_subscribe_message(&self, message: &SubscribeMessage) -> Result<(), WeixinError> {
        message.check()?;
        self.do_with_token(&Asking::to(Call::SendSubscribeMessage).json(message)).await
    }
}

fn shown(member: &str) -> String {
    member.chars().take(MEMBER_CHARS_MAX).collect()
}

/// What each kind of member holds, in characters. Recalled: the pages name more kinds, and alphabets too, which
/// WeChat checks (47003).
const LIMITS: &[(&str, usize)] = &[("thing", 20), ("character_string", 32), ("phrase", 5)];
/// Template ids seen have 43.
const TEMPLATE_CHARS_MAX: usize = 128;
/// Templates have five at most; far above.
const MEMBERS_MAX: usize = 20;
const MEMBER_CHARS_MAX: usize = 64;
/// No kind holds more.
const VALUE_CHARS_MAX: usize = 64;

#[cfg(test)]
mod tests {
    use tongbao_wire::Openid;

    use super::SubscribeMessage;

    fn message() -> SubscribeMessage {
        let touser = Openid::parse("oUpF8uMuAJO_M2pxb1Q9zNjWeS6o").expect("valid");
        SubscribeMessage::new(touser, "TEMPLATE").with("thing1", "一壶茶")
    }

    #[test]
    fn what_the_template_would_refuse_is_refused_by_member() {
        let refused = |message: SubscribeMessage| {
            message.check().map_err(|error| error.member.into_owned()).expect_err("refused")
        };
        assert_eq!(message().check(), Ok(()));
        assert_eq!(message().with("thing1", &"茶".repeat(20)).check(), Ok(()));
        assert_eq!(refused(message().with("thing1", &"茶".repeat(21))), "data.thing1");
        assert_eq!(refused(message().with("phrase12", "已经支付成功")), "data.phrase12");
        assert_eq!(refused(message().with("character_string3", &"9".repeat(33))), "data.character_string3");
        assert_eq!(refused(message().with("amount2", "")), "data.amount2");
        assert_eq!(refused(message().with("amount 2", "1")), "data.amount 2");
        assert_eq!(refused(SubscribeMessage { data: Default::default(), ..message() }), "data");
        assert_eq!(refused(SubscribeMessage { template_id: String::new(), ..message() }), "template_id");
        assert_eq!(refused(SubscribeMessage { page: Some("/pages/a".into()), ..message() }), "page");
    }

    #[test]
    fn nothing_about_the_person_is_printed() {
        let printed = format!("{:?}", message());
        assert!(
            !printed.contains("一壶茶") && !printed.contains("oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"),
            "{printed}"
        );
    }
}
