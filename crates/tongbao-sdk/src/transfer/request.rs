//! The request that starts a transfer, and what it shares with its relatives (v3-extended.md §10.1).

use serde::Serialize;
use tongbao_wire::{Appid, Fen, Openid, OutBillNo};

use crate::sealed::Sealed;
use crate::unsendable::{self, Unsendable, UnsendableReason};

/// A transfer to start with `POST /v3/fund-app/mch-transfer/transfer-bills`; the user confirms it.
#[derive(Clone, Debug, Serialize)]
pub struct TransferRequest {
    /// What is transferred, and why.
    #[serde(flatten)]
    pub bill: TransferBill,
    /// Who receives, as the bill's `appid` sees them.
    pub openid: Openid,
    /// What the user sees.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_recv_style: Option<UserRecvStyle>,
}

impl TransferRequest {
    /// A transfer that the user sees in the usual way.
    #[must_use]
    pub fn new(bill: TransferBill, openid: Openid) -> Self {
        Self { bill, openid, user_recv_style: None }
    }

    /// Checks what the platform would refuse.
    pub(super) fn check(&self) -> Result<(), Unsendable> {
        self.bill.check()?;
        openid(&self.openid)
    }
}

/// What is transferred, and why: the members that all transfers have.
///
/// `out_bill_no` is the idempotency key: every retry carries the same number and the same content.
#[derive(Clone, Debug, Serialize)]
pub struct TransferBill {
    /// The app in which the user receives.
    pub appid: Appid,
    /// The merchant's number.
    pub out_bill_no: OutBillNo,
    /// The scene, such as `1000` (cash rewards), which must be opened for the merchant.
    pub transfer_scene_id: String,
    /// The user's name, which is compared with the real one: needed from 2000 yuan, not allowed below 0.30.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_name: Option<Sealed>,
    /// How much; at least 0.10 yuan, at most what is set on the merchant platform.
    pub transfer_amount: Fen,
    /// What the user reads; at most 32 characters.
    pub transfer_remark: String,
    /// Where the platform sends the notification: public, without a query.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notify_url: Option<String>,
    /// What the user is told they receive it for: one of the texts the scene allows, such as `现金奖励`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_recv_perception: Option<String>,
    /// What the scene wants reported; exactly the types it prescribes, all of them.
    pub transfer_scene_report_infos: Vec<SceneReport>,
}

/// Something a scene wants reported: for `1000`, `活动名称` and `奖励说明`.
#[derive(Clone, Debug, Serialize)]
pub struct SceneReport {
    /// What, as the scene prescribes it.
    pub info_type: String,
    /// The answer.
    pub info_content: String,
}

impl SceneReport {
    /// A report.
    #[must_use]
    pub fn new(info_type: impl Into<String>, info_content: impl Into<String>) -> Self {
        Self { info_type: info_type.into(), info_content: info_content.into() }
    }

    fn check(&self) -> Result<(), Unsendable> {
        unsendable::text("info_type", &self.info_type, UNPRINTED_CHARS_MAX)?;
        unsendable::text("info_content", &self.info_content, UNPRINTED_CHARS_MAX)
    }
}

/// What the user sees when receiving (`user_recv_style.type`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum UserRecvStyle {
    /// The usual page.
    ConfirmPage,
    /// A red packet; up to 200 yuan, says one source that is not official.
    RedPacket,
}

impl TransferBill {
    /// A transfer with the members every one has; the others are set on the value.
    #[must_use]
    pub fn new(
        appid: Appid,
        out_bill_no: OutBillNo,
        transfer_scene_id: impl Into<String>,
        transfer_amount: Fen,
        transfer_remark: impl Into<String>,
        transfer_scene_report_infos: Vec<SceneReport>,
    ) -> Self {
        Self {
            appid,
            out_bill_no,
            transfer_scene_id: transfer_scene_id.into(),
            user_name: None,
            transfer_amount,
            transfer_remark: transfer_remark.into(),
            notify_url: None,
            user_recv_perception: None,
            transfer_scene_report_infos,
        }
    }

    /// Checks what the platform would refuse.
    pub(super) fn check(&self) -> Result<(), Unsendable> {
        scene(&self.transfer_scene_id)?;
        self.check_amount()?;
        unsendable::text("transfer_remark", &self.transfer_remark, 32)?;
        if let Some(notify_url) = &self.notify_url {
            unsendable::address("notify_url", notify_url, NOTIFY_URL_CHARS_MAX)?;
        }
        perception(self.user_recv_perception.as_ref())?;
        if self.transfer_scene_report_infos.is_empty() {
            let reason = UnsendableReason::Combination("is empty; every scene wants something reported");
            return Err(Unsendable::new("transfer_scene_report_infos", reason));
        }
        for (position, report) in self.transfer_scene_report_infos.iter().enumerate() {
            let outer = format!("transfer_scene_report_infos[{position}]");
            report.check().map_err(|fault| fault.within(&outer))?;
        }
        Ok(())
    }

    /// The amount decides whether the name must, may or must not be given.
    fn check_amount(&self) -> Result<(), Unsendable> {
        let refuse = |member, why| Err(Unsendable::new(member, UnsendableReason::Combination(why)));
        if self.transfer_amount < AMOUNT_MIN {
            return refuse("transfer_amount", "must be at least 10 fen");
        }
        match &self.user_name {
            None if self.transfer_amount >= NAME_NEEDED_FROM => {
                refuse("user_name", "is missing; transfers of 2000 yuan and more need it")
            }
            Some(_) if self.transfer_amount < NAME_ALLOWED_FROM => {
                refuse("user_name", "is not allowed with transfers below 0.30 yuan")
            }
            _ => Ok(()),
        }
    }
}

pub(super) fn scene(transfer_scene_id: &str) -> Result<(), Unsendable> {
    unsendable::text("transfer_scene_id", transfer_scene_id, 36)
}

pub(super) fn openid(openid: &Openid) -> Result<(), Unsendable> {
    unsendable::text("openid", openid.as_str(), 64)
}

pub(super) fn perception(user_recv_perception: Option<&String>) -> Result<(), Unsendable> {
    unsendable::optional("user_recv_perception", user_recv_perception, 256)
}

/// `transfer_amount` (v3-extended.md §10.1).
const AMOUNT_MIN: Fen = Fen::new(10);
/// Below this there is no comparing of names (v3-extended.md §10.1).
const NAME_ALLOWED_FROM: Fen = Fen::new(30);
/// From this on the name must be compared (v3-extended.md §10.1).
const NAME_NEEDED_FROM: Fen = Fen::new(200_000);
/// `notify_url` and its like (v3-extended.md §10.1).
pub(super) const NOTIFY_URL_CHARS_MAX: usize = 256;
/// For texts whose limit the documents do not print: more than any that was seen.
pub(super) const UNPRINTED_CHARS_MAX: usize = 256;

#[cfg(test)]
pub(super) mod tests {
    use tongbao_wire::{Appid, Fen, Openid, OutBillNo};

    use super::{SceneReport, TransferBill, TransferRequest, UserRecvStyle};
    use crate::sealed::Sealed;

    /// A transfer of two yuan.
    pub(in crate::transfer) fn bill() -> TransferBill {
        let appid = Appid::parse("wxf636efh567hg4356").expect("valid");
        let number = OutBillNo::parse("plfk2020042013").expect("valid");
        let reports = vec![SceneReport::new("活动名称", "注册会员有礼")];
        TransferBill::new(appid, number, "1000", Fen::new(200), "新会员奖励", reports)
    }

    pub(in crate::transfer) fn openid() -> Openid {
        Openid::parse("o-MYE42l80oelYMDE34nYD456Xoy").expect("valid")
    }

    fn name() -> Option<Sealed> {
        Some(Sealed::kept("7132D72A", "bmFtZQ=="))
    }

    #[test]
    fn absent_members_are_left_out_of_the_body() {
        let mut request = TransferRequest::new(bill(), openid());
        request.user_recv_style = Some(UserRecvStyle::RedPacket);
        assert_eq!(
            serde_json::to_string(&request).expect("serialises"),
            r#"{"appid":"wxf636efh567hg4356","out_bill_no":"plfk2020042013","transfer_scene_id":"1000","transfer_amount":200,"transfer_remark":"新会员奖励","transfer_scene_report_infos":[{"info_type":"活动名称","info_content":"注册会员有礼"}],"openid":"o-MYE42l80oelYMDE34nYD456Xoy","user_recv_style":{"type":"RED_PACKET"}}"#
        );
    }

    #[test]
    fn transfers_that_would_be_refused_are_named() {
        let with = |change: fn(&mut TransferRequest)| {
            let mut changed = TransferRequest::new(bill(), openid());
            change(&mut changed);
            changed.check().map_err(|error| error.member.into_owned())
        };
        assert_eq!(with(|_| ()), Ok(()));
        for (change, member) in [
            ((|r| r.bill.transfer_amount = Fen::new(9)) as fn(&mut TransferRequest), "transfer_amount"),
            (|r| r.bill.transfer_amount = Fen::new(-200), "transfer_amount"),
            (|r| r.bill.transfer_remark = "奖".repeat(33), "transfer_remark"),
            (|r| r.bill.transfer_remark = "奖🎁".into(), "transfer_remark"),
            (|r| r.bill.transfer_remark = String::new(), "transfer_remark"),
            (|r| r.bill.transfer_scene_id = String::new(), "transfer_scene_id"),
            (|r| r.bill.notify_url = Some("https://a.example/b?c=d".into()), "notify_url"),
            (|r| r.bill.user_recv_perception = Some(String::new()), "user_recv_perception"),
            (|r| r.bill.transfer_scene_report_infos.clear(), "transfer_scene_report_infos"),
            (
                |r| r.bill.transfer_scene_report_infos[0].info_content = String::new(),
                "transfer_scene_report_infos[0].info_content",
            ),
            (|r| r.openid = Openid::parse(&"o".repeat(65)).expect("valid"), "openid"),
        ] {
            assert_eq!(with(change), Err(member.into()));
        }
    }

    #[test]
    fn the_amount_decides_about_the_name() {
        for (fen, with_name, allowed) in [
            (10, false, true),
            (29, true, false),
            (30, true, true),
            (199_999, false, true),
            (200_000, false, false),
            (200_000, true, true),
        ] {
            let mut bill = bill();
            bill.transfer_amount = Fen::new(fen);
            bill.user_name = if with_name { name() } else { None };
            let checked = bill.check().map_err(|error| error.member.into_owned());
            let expected = if allowed { Ok(()) } else { Err("user_name".to_owned()) };
            assert_eq!(checked, expected, "{fen} fen, name: {with_name}");
        }
    }
}
