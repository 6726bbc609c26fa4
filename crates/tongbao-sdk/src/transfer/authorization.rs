//! Authorisations to receive without confirming (免确认收款授权), and transfers with and under them
//! (v3-extended.md §10.1).

use serde::Serialize;
use tongbao_wire::{Appid, AuthorizationId, Mchid, Openid, OutAuthorizationNo};

use super::request::{NOTIFY_URL_CHARS_MAX, TransferBill, UNPRINTED_CHARS_MAX, openid, perception, scene};
use crate::unsendable::{self, Unsendable, UnsendableReason};

/// A transfer to start with `POST …/transfer-bills/pre-transfer-with-authorization`: the user who confirms it
/// is asked to receive later ones without confirming.
#[derive(Clone, Debug, Serialize)]
pub struct AuthorizingTransfer {
    /// What is transferred, and why.
    #[serde(flatten)]
    pub bill: TransferBill,
    /// Who receives, as the bill's `appid` sees them.
    pub openid: Openid,
    /// What the user is asked.
    pub authorization_info: AuthorizationInfo,
    /// Another merchant who pays.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sponsor_mchid: Option<Mchid>,
}

/// What a user is asked who confirms a transfer.
#[derive(Clone, Debug, Serialize)]
pub struct AuthorizationInfo {
    /// Which of the user's accounts at the merchant it is for, as the user reads it; at most 32 characters.
    pub user_display_name: String,
    /// The merchant's number of the authorisation.
    pub out_authorization_no: OutAuthorizationNo,
    /// Where the platform sends the notification of it: public, without a query.
    pub authorization_notify_url: String,
}

impl AuthorizationInfo {
    /// What a user is asked.
    #[must_use]
    pub fn new(
        user_display_name: impl Into<String>,
        out_authorization_no: OutAuthorizationNo,
        authorization_notify_url: impl Into<String>,
    ) -> Self {
        Self {
            user_display_name: user_display_name.into(),
            out_authorization_no,
            authorization_notify_url: authorization_notify_url.into(),
        }
    }

    fn check(&self) -> Result<(), Unsendable> {
        unsendable::text("user_display_name", &self.user_display_name, DISPLAY_NAME_CHARS_MAX)?;
        number(&self.out_authorization_no)?;
        let address = &self.authorization_notify_url;
        unsendable::address("authorization_notify_url", address, NOTIFY_URL_CHARS_MAX)
    }
}

impl AuthorizingTransfer {
    /// A transfer paid by the caller.
    #[must_use]
    pub fn new(bill: TransferBill, openid: Openid, authorization_info: AuthorizationInfo) -> Self {
        Self { bill, openid, authorization_info, sponsor_mchid: None }
    }

    /// Checks what the platform would refuse.
    pub(super) fn check(&self) -> Result<(), Unsendable> {
        self.bill.check()?;
        openid(&self.openid)?;
        self.authorization_info.check().map_err(|fault| fault.within("authorization_info"))
    }
}

/// A transfer to make with `POST …/transfer-bills/transfer`, to the user of an authorisation in force.
#[derive(Clone, Debug, Serialize)]
pub struct AuthorizedTransfer {
    /// What is transferred, and why.
    #[serde(flatten)]
    pub bill: TransferBill,
    /// The authorisation.
    #[serde(flatten)]
    pub authorization: GivenAuthorization,
    /// Another merchant who pays.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sponsor_mchid: Option<Mchid>,
}

/// An authorisation in force, by one of its two numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum GivenAuthorization {
    /// The platform's number.
    #[serde(rename = "authorization_id")]
    AuthorizationId(AuthorizationId),
    /// The merchant's number.
    #[serde(rename = "out_authorization_no")]
    OutAuthorizationNo(OutAuthorizationNo),
}

impl AuthorizedTransfer {
    /// A transfer paid by the caller.
    #[must_use]
    pub fn new(bill: TransferBill, authorization: GivenAuthorization) -> Self {
        Self { bill, authorization, sponsor_mchid: None }
    }

    /// Checks what the platform would refuse.
    pub(super) fn check(&self) -> Result<(), Unsendable> {
        self.bill.check()?;
        match &self.authorization {
            GivenAuthorization::AuthorizationId(_) => Ok(()),
            GivenAuthorization::OutAuthorizationNo(out_authorization_no) => number(out_authorization_no),
        }
    }
}

/// An authorisation to ask for with `POST /v3/fund-app/mch-transfer/user-confirm-authorization`.
#[derive(Clone, Debug, Serialize)]
pub struct AuthorizationRequest {
    /// The app in which the user authorises.
    pub appid: Appid,
    /// Who, as `appid` sees them.
    pub openid: Openid,
    /// The scene it holds for, such as `1000`; one authorisation per user and scene.
    pub transfer_scene_id: String,
    /// What the user is told they will receive money for: one of the texts the scene allows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_recv_perception: Option<String>,
    /// What the user is asked.
    #[serde(flatten)]
    pub info: AuthorizationInfo,
    /// Where the user is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scene_info: Option<AuthorizationScene>,
}

/// Where the user is who authorises.
#[derive(Clone, Debug, Default, Serialize)]
pub struct AuthorizationScene {
    /// The address of the user's device.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_ip: Option<String>,
    /// The device.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device_id: Option<String>,
    /// Its system.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device_type: Option<DeviceType>,
}

/// The system of a user's device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum DeviceType {
    /// iOS.
    Ios,
    /// Android.
    Android,
    /// HarmonyOS.
    Harmony,
    /// Another.
    Other,
}

impl AuthorizationScene {
    fn check(&self) -> Result<(), Unsendable> {
        unsendable::optional("client_ip", self.client_ip.as_ref(), UNPRINTED_CHARS_MAX)?;
        unsendable::optional("device_id", self.device_id.as_ref(), UNPRINTED_CHARS_MAX)
    }

    fn is_empty(&self) -> bool {
        self.client_ip.is_none() && self.device_id.is_none() && self.device_type.is_none()
    }
}

impl AuthorizationRequest {
    /// An authorisation with the members every one has; the others are set on the value.
    #[must_use]
    pub fn new(
        appid: Appid,
        openid: Openid,
        transfer_scene_id: impl Into<String>,
        info: AuthorizationInfo,
    ) -> Self {
        let transfer_scene_id = transfer_scene_id.into();
        Self { appid, openid, transfer_scene_id, user_recv_perception: None, info, scene_info: None }
    }

    /// Checks what the platform would refuse.
    pub(super) fn check(&self) -> Result<(), Unsendable> {
        openid(&self.openid)?;
        scene(&self.transfer_scene_id)?;
        perception(self.user_recv_perception.as_ref())?;
        self.info.check()?;
        match &self.scene_info {
            Some(scene) if scene.is_empty() => Err(Unsendable::new("scene_info", UnsendableReason::Empty)),
            Some(scene) => scene.check().map_err(|fault| fault.within("scene_info")),
            None => Ok(()),
        }
    }
}

/// The numbers the platform gives have no such limit.
fn number(out_authorization_no: &OutAuthorizationNo) -> Result<(), Unsendable> {
    unsendable::text("out_authorization_no", out_authorization_no.as_str(), 32)
}

/// `user_display_name` (page 4015901167).
const DISPLAY_NAME_CHARS_MAX: usize = 32;

#[cfg(test)]
mod tests {
    use tongbao_wire::OutAuthorizationNo;

    use super::super::request::tests::{bill, openid};
    use super::{
        AuthorizationInfo, AuthorizationRequest, AuthorizationScene, AuthorizedTransfer, AuthorizingTransfer,
        GivenAuthorization,
    };
    use crate::unsendable::Unsendable;

    fn number(text: &str) -> OutAuthorizationNo {
        OutAuthorizationNo::parse(text).expect("valid")
    }

    fn info() -> AuthorizationInfo {
        AuthorizationInfo::new("wx_123456", number("auth2020042013"), "https://pay.example.com/authorized")
    }

    fn member(checked: Result<(), Unsendable>) -> Result<(), String> {
        checked.map_err(|error| error.member.into_owned())
    }

    #[test]
    fn authorisations_that_would_be_refused_are_named() {
        let with = |change: fn(&mut AuthorizationRequest)| {
            let mut changed = AuthorizationRequest::new(bill().appid, openid(), "1000", info());
            change(&mut changed);
            member(changed.check())
        };
        assert_eq!(with(|_| ()), Ok(()));
        for (change, member) in [
            (
                (|r| r.info.user_display_name = "名".repeat(33)) as fn(&mut AuthorizationRequest),
                "user_display_name",
            ),
            (|r| r.info.out_authorization_no = number(&"1".repeat(33)), "out_authorization_no"),
            (|r| r.info.authorization_notify_url = "pay.example.com".into(), "authorization_notify_url"),
            (|r| r.transfer_scene_id = "1".repeat(37), "transfer_scene_id"),
            (|r| r.user_recv_perception = Some(String::new()), "user_recv_perception"),
            (|r| r.scene_info = Some(AuthorizationScene::default()), "scene_info"),
            (
                |r| {
                    let client_ip = Some(String::new());
                    r.scene_info = Some(AuthorizationScene { client_ip, ..AuthorizationScene::default() });
                },
                "scene_info.client_ip",
            ),
        ] {
            assert_eq!(with(change), Err(member.into()));
        }
    }

    #[test]
    fn transfers_with_and_under_an_authorisation_are_checked_like_others() {
        let mut asking = AuthorizingTransfer::new(bill(), openid(), info());
        assert_eq!(member(asking.check()), Ok(()));
        asking.authorization_info.user_display_name = String::new();
        assert_eq!(member(asking.check()), Err("authorization_info.user_display_name".into()));

        let given = GivenAuthorization::OutAuthorizationNo(number("auth2020042013"));
        let mut transfer = AuthorizedTransfer::new(bill(), given);
        assert_eq!(member(transfer.check()), Ok(()));
        transfer.bill.transfer_scene_report_infos.clear();
        assert_eq!(member(transfer.check()), Err("transfer_scene_report_infos".into()));
    }
}
