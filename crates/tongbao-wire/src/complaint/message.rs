//! Messages built of blocks (`NormalMessage`): sent as instant replies, read back in the history
//! (v3-extended.md §10.2). They are the one thing a merchant says that is written here, for the platform
//! repeats it word for word.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{ButtonLayout, ImageStyle, SenderIdentity, TextColor};
use crate::{Appid, MediaId, Timestamp};

/// A message.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// What it is built of, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blocks: Vec<MessageBlock>,
    /// Who wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sender_identity: Option<SenderIdentity>,
    /// The merchant's own data; at most 4096 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub custom_data: Option<String>,
}

/// One block of a message (`type`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum MessageBlock {
    /// Words.
    #[serde(rename = "TEXT")]
    Text {
        /// The words.
        text: MessageText,
    },
    /// A picture.
    #[serde(rename = "IMAGE")]
    Image {
        /// The picture.
        image: MessageImage,
    },
    /// Words to click on.
    #[serde(rename = "LINK")]
    Link {
        /// The words and what they do.
        link: Clickable,
    },
    /// Questions to click on.
    #[serde(rename = "FAQ_LIST")]
    FaqList {
        /// The questions.
        faq_list: FaqList,
    },
    /// A button.
    #[serde(rename = "BUTTON")]
    Button {
        /// The button.
        button: Clickable,
    },
    /// Several buttons.
    #[serde(rename = "BUTTON_GROUP")]
    ButtonGroup {
        /// The buttons.
        button_group: ButtonGroup,
    },
    /// A block this version does not know, as it came.
    #[serde(untagged)]
    Other(Value),
}

/// Words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageText {
    /// The words.
    pub text: String,
    /// Their colour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub color: Option<TextColor>,
    /// In bold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_bold: Option<bool>,
}

/// A picture.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageImage {
    /// The picture, uploaded before.
    pub media_id: MediaId,
    /// How it is shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image_style_type: Option<ImageStyle>,
}

/// A link or a button.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clickable {
    /// What it reads.
    pub text: String,
    /// What it does.
    pub action: MessageAction,
    /// Until when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invalid_info: Option<InvalidInfo>,
}

/// Questions to click on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FaqList {
    /// The questions.
    pub faqs: Vec<Faq>,
}

/// A question to click on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Faq {
    /// The merchant's number of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub faq_id: Option<String>,
    /// The question.
    pub faq_title: String,
    /// What it does.
    pub action: MessageAction,
}

/// Several buttons.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ButtonGroup {
    /// The buttons.
    pub buttons: Vec<Clickable>,
    /// How they stand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub button_layout: Option<ButtonLayout>,
    /// Until when, for all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invalid_info: Option<InvalidInfo>,
}

/// What a click does (`action_type`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action_type")]
pub enum MessageAction {
    /// The consumer says something.
    #[serde(rename = "ACTION_TYPE_SEND_MESSAGE")]
    SendMessage {
        /// What.
        message_info: MessageInfo,
        /// The merchant's number of the action.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        action_id: Option<String>,
    },
    /// A page opens.
    #[serde(rename = "ACTION_TYPE_JUMP_URL")]
    JumpUrl {
        /// Which.
        jump_url: String,
        /// The merchant's number of the action.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        action_id: Option<String>,
    },
    /// A mini program opens.
    #[serde(rename = "ACTION_TYPE_JUMP_MINI_PROGRAM")]
    JumpMiniProgram {
        /// Which.
        mini_program_jump_info: MessageMiniProgram,
        /// The merchant's number of the action.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        action_id: Option<String>,
    },
    /// An action this version does not know, as it came.
    #[serde(untagged)]
    Other(Value),
}

/// What a click makes the consumer say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageInfo {
    /// The words.
    pub content: String,
    /// The merchant's own data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub custom_data: Option<String>,
}

/// The mini program a click opens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageMiniProgram {
    /// Which.
    pub appid: Appid,
    /// The page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The page's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// Until when something can be clicked on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvalidInfo {
    /// Until when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expired_time: Option<Timestamp>,
    /// More than once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub multi_clickable: Option<bool>,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Message, MessageAction, MessageBlock};

    #[test]
    fn blocks_and_actions_of_tomorrow_are_kept_as_they_came() {
        let value = json!({"blocks": [
            {"type": "TEXT", "text": {"text": "您好"}},
            {"type": "VIDEO", "video": {"seconds": 7}},
            {"type": "TEXT", "text": {"words": "another shape"}},
            {"type": "LINK", "link": {"text": "详情", "action": {"action_type": "ACTION_TYPE_CALL", "phone": "1"}}},
        ], "sender_identity": "UNKNOWN"});
        let message: Message = serde_json::from_value(value.clone()).expect("any block reads");
        assert!(matches!(message.blocks[0], MessageBlock::Text { .. }));
        assert!(matches!(message.blocks[1], MessageBlock::Other(_)));
        assert!(matches!(message.blocks[2], MessageBlock::Other(_)));
        let MessageBlock::Link { link } = &message.blocks[3] else { panic!("a link") };
        assert!(matches!(link.action, MessageAction::Other(_)));
        assert_eq!(serde_json::to_value(&message).expect("writes"), value);
    }
}
