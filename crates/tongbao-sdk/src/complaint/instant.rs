//! Instant replies, built of blocks (v3-extended.md §10.2).

use serde::Serialize;
use tongbao_wire::Mchid;
use tongbao_wire::complaint::{Clickable, Message, MessageAction, MessageBlock};

use super::reply::{https, lines};
use crate::unsendable::{self, Unsendable, UnsendableReason};

/// A reply to send with `POST …/complaints-v2/{complaint_id}/response-immediate-service`.
///
/// `idempotent_id` is the idempotency key: a retry under the same one is not said twice.
#[derive(Clone, Debug, Serialize)]
pub struct InstantReply {
    /// The merchant complained about.
    pub complainted_mchid: Mchid,
    /// The message.
    pub message: Message,
    /// The merchant's number of this reply; at most 128 characters.
    pub idempotent_id: String,
}

impl InstantReply {
    /// A reply of `blocks`; who wrote it, and the merchant's own data, are set on its message.
    #[must_use]
    pub fn new(
        complainted_mchid: Mchid,
        idempotent_id: impl Into<String>,
        blocks: Vec<MessageBlock>,
    ) -> Self {
        let message = Message { blocks, ..Message::default() };
        Self { complainted_mchid, message, idempotent_id: idempotent_id.into() }
    }

    /// Checks what the platform would refuse.
    pub(super) fn check(&self) -> Result<(), Unsendable> {
        unsendable::text("idempotent_id", &self.idempotent_id, 128)?;
        if self.message.blocks.is_empty() {
            return Err(Unsendable::new("message.blocks", UnsendableReason::Empty));
        }
        for (position, block) in self.message.blocks.iter().enumerate() {
            check_block(block).map_err(|fault| fault.within(&format!("message.blocks[{position}]")))?;
        }
        unsendable::optional("message.custom_data", self.message.custom_data.as_ref(), CUSTOM_DATA_CHARS_MAX)
    }
}

fn check_block(block: &MessageBlock) -> Result<(), Unsendable> {
    match block {
        MessageBlock::Text { text } => {
            lines("text", &text.text, TEXT_CHARS_MAX).map_err(|fault| fault.within("text"))
        }
        MessageBlock::Link { link } => check_clickable(link).map_err(|fault| fault.within("link")),
        MessageBlock::Button { button } => check_clickable(button).map_err(|fault| fault.within("button")),
        MessageBlock::FaqList { faq_list } => {
            if faq_list.faqs.is_empty() {
                return Err(Unsendable::new("faq_list.faqs", UnsendableReason::Empty));
            }
            for (position, faq) in faq_list.faqs.iter().enumerate() {
                let checked = unsendable::text("faq_title", &faq.faq_title, TEXT_CHARS_MAX)
                    .and_then(|()| check_action(&faq.action));
                checked.map_err(|fault| fault.within(&format!("faq_list.faqs[{position}]")))?;
            }
            Ok(())
        }
        MessageBlock::ButtonGroup { button_group } => {
            if button_group.buttons.is_empty() {
                return Err(Unsendable::new("button_group.buttons", UnsendableReason::Empty));
            }
            for (position, button) in button_group.buttons.iter().enumerate() {
                let outer = format!("button_group.buttons[{position}]");
                check_clickable(button).map_err(|fault| fault.within(&outer))?;
            }
            Ok(())
        }
        // A picture's number is checked already; what this version does not know is not judged.
        MessageBlock::Image { .. } | MessageBlock::Other(_) => Ok(()),
    }
}

fn check_clickable(clickable: &Clickable) -> Result<(), Unsendable> {
    unsendable::text("text", &clickable.text, TEXT_CHARS_MAX)?;
    check_action(&clickable.action)
}

fn check_action(action: &MessageAction) -> Result<(), Unsendable> {
    let checked = match action {
        MessageAction::SendMessage { message_info: info, action_id } => {
            unsendable::text("message_info.content", &info.content, TEXT_CHARS_MAX)
                .and_then(|()| optional("message_info.custom_data", info.custom_data.as_ref()))
                .and_then(|()| optional("action_id", action_id.as_ref()))
        }
        MessageAction::JumpUrl { jump_url, action_id } => {
            https("jump_url", jump_url).and_then(|()| optional("action_id", action_id.as_ref()))
        }
        MessageAction::JumpMiniProgram { mini_program_jump_info: program, action_id } => {
            optional("mini_program_jump_info.path", program.path.as_ref())
                .and_then(|()| optional("mini_program_jump_info.text", program.text.as_ref()))
                .and_then(|()| optional("action_id", action_id.as_ref()))
        }
        MessageAction::Other(_) => Ok(()),
    };
    checked.map_err(|fault| fault.within("action"))
}

fn optional(member: &'static str, value: Option<&String>) -> Result<(), Unsendable> {
    unsendable::optional(member, value, TEXT_CHARS_MAX)
}

/// `custom_data` (v3-extended.md §10.2).
const CUSTOM_DATA_CHARS_MAX: usize = 4096;
/// The documents print no limit for what blocks read; a whole message's data has this one.
const TEXT_CHARS_MAX: usize = 4096;

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use tongbao_wire::Mchid;
    use tongbao_wire::complaint::MessageBlock;

    use super::InstantReply;

    fn block(value: Value) -> MessageBlock {
        serde_json::from_value(value).expect("any block reads")
    }

    fn reply(blocks: Vec<MessageBlock>) -> InstantReply {
        InstantReply::new(Mchid::parse("1900012181").expect("valid"), "550e8400", blocks)
    }

    #[test]
    fn blocks_that_would_be_refused_are_named() {
        let say = json!({"action_type": "ACTION_TYPE_SEND_MESSAGE", "message_info": {"content": ""}});
        let jump = json!({"action_type": "ACTION_TYPE_JUMP_URL", "jump_url": "http://a.example"});
        let open = json!({"action_type": "ACTION_TYPE_JUMP_MINI_PROGRAM",
            "mini_program_jump_info": {"appid": "wx1", "path": ""}});
        for (value, member) in [
            (json!({"type": "TEXT", "text": {"text": ""}}), "text.text"),
            (json!({"type": "LINK", "link": {"text": "", "action": say}}), "link.text"),
            (json!({"type": "LINK", "link": {"text": "好", "action": jump}}), "link.action.jump_url"),
            (
                json!({"type": "BUTTON", "button": {"text": "好", "action": say}}),
                "button.action.message_info.content",
            ),
            (
                json!({"type": "BUTTON_GROUP", "button_group": {"buttons": [{"text": "好", "action": open}]}}),
                "button_group.buttons[0].action.mini_program_jump_info.path",
            ),
            (json!({"type": "BUTTON_GROUP", "button_group": {"buttons": []}}), "button_group.buttons"),
            (json!({"type": "FAQ_LIST", "faq_list": {"faqs": []}}), "faq_list.faqs"),
            (
                json!({"type": "FAQ_LIST", "faq_list": {"faqs": [{"faq_title": "", "action": say}]}}),
                "faq_list.faqs[0].faq_title",
            ),
        ] {
            let good = block(json!({"type": "TEXT", "text": {"text": "您好\n请稍等"}}));
            let error = reply(vec![good, block(value)]).check().expect_err(member);
            assert_eq!(error.member, format!("message.blocks[1].{member}"));
        }
    }

    #[test]
    fn the_message_and_its_number_are_checked() {
        let good = || reply(vec![block(json!({"type": "VIDEO", "video": {}}))]);
        let member = |reply: InstantReply| reply.check().map_err(|error| error.member.into_owned());
        assert_eq!(member(good()), Ok(()));
        assert_eq!(member(reply(Vec::new())), Err("message.blocks".into()));
        for number in [String::new(), "1".repeat(129)] {
            assert_eq!(member(InstantReply { idempotent_id: number, ..good() }), Err("idempotent_id".into()));
        }
        let mut loaded = good();
        loaded.message.custom_data = Some("x".repeat(4097));
        assert_eq!(member(loaded), Err("message.custom_data".into()));
    }
}
