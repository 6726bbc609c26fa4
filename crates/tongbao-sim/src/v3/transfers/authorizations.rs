//! Authorisations to receive without confirming, over HTTP (v3-extended.md §10.1).

use tongbao_wire::transfer::{TransferAuthorization, TransferAuthorizationRequested};
use tongbao_wire::{Mchid, OutAuthorizationNo};

use super::super::answer::Answer;
use super::super::bodies::{self, text};
use super::super::orders::{check_content_type, terms};
use super::super::schema::{self, Kind, Member, may, must};
use super::super::target::Target;
use super::{APPID, AUTHORIZATION_NO, OPENID, appid, authorization_no, receiver, said};
use crate::Simulator;
use crate::received::Received;
use crate::refusal::Refusal;
use crate::transfer::{NewAuthorization, check_scene};

static REQUEST: &[Member] = &[
    must("out_authorization_no", "商户侧授权单号", AUTHORIZATION_NO),
    must("appid", "商户AppID", APPID),
    must("openid", "收款用户OpenID", OPENID),
    must("transfer_scene_id", "转账场景ID", Kind::Text(36)),
    must("user_display_name", "用户展示名称", Kind::Text(32)),
    may("user_recv_perception", "用户收款感知", Kind::Text(256)),
    must("authorization_notify_url", "授权结果通知地址", Kind::Text(256)),
    may(
        "scene_info",
        "场景信息",
        Kind::Object(&[
            may("client_ip", "用户终端IP", Kind::Text(45)),
            may("device_id", "用户设备ID", Kind::Text(64)),
            may(
                "device_type",
                "用户设备类型",
                Kind::Ruled(
                    32,
                    |t| matches!(t, "IOS" | "ANDROID" | "HARMONY" | "OTHER"),
                    "IOS, ANDROID, HARMONY or OTHER",
                ),
            ),
        ]),
    ),
];

/// `POST /v3/fund-app/mch-transfer/user-confirm-authorization`.
pub(super) fn request(simulator: &Simulator, call: &Received, signer: &Mchid) -> Result<Answer, Refusal> {
    check_content_type(simulator, call)?;
    let switches = &simulator.inner.platform.switches;
    let body = schema::read(&call.body, REQUEST, switches)?;
    bodies::check_address(&body, "/authorization_notify_url", switches)?;
    let scene = said(&body, "/transfer_scene_id");
    check_scene(&scene, text(&body, "/user_recv_perception"), None)?;
    simulator.with_state(|state, platform, now| {
        let (openid, payer) = receiver(state, platform, signer, &body)?;
        let asked = NewAuthorization {
            mchid: signer.clone(),
            out_authorization_no: authorization_no(&body),
            appid: appid(&body),
            openid,
            payer,
            scene,
            perception: text(&body, "/user_recv_perception").map(str::to_owned),
            user_display_name: said(&body, "/user_display_name"),
            notify_url: said(&body, "/authorization_notify_url"),
            terms: terms(&body),
        };
        let authorization = state.request_authorization(platform, asked, now)?;
        Ok(Answer::json(&TransferAuthorizationRequested {
            out_authorization_no: authorization.told.out_authorization_no.clone(),
            state: authorization.told.state.clone(),
            create_time: authorization.told.create_time.unwrap_or(now),
            package_info: authorization.package_info.clone(),
        }))
    })
}

/// `GET …/out-authorization-no/{out_authorization_no}`.
pub(super) fn query(simulator: &Simulator, call: &Received, signer: &Mchid) -> Result<Answer, Refusal> {
    let target = Target::read(call)?;
    let number = target.id("out_authorization_no", BY_NUMBER, "", OutAuthorizationNo::parse)?;
    let shown = match target.query("is_display_authorization") {
        None | Some("false") => false,
        Some("true") => true,
        Some(_) => {
            return Err(target.breaks("is_display_authorization", "是否展示用户授权信息", "true or false"));
        }
    };
    let key = (signer.clone(), number);
    simulator.with_state(|state, platform, _| {
        let told = state.authorization_of(&key)?.told.clone();
        let package_info = shown.then(|| state.show_authorization(platform, &key));
        Ok(Answer::json(&TransferAuthorization { package_info, ..told }))
    })
}

/// `POST …/{out_authorization_no}/close`.
pub(super) fn close(simulator: &Simulator, call: &Received, signer: &Mchid) -> Result<Answer, Refusal> {
    let number =
        Target::read(call)?.id("out_authorization_no", BY_NUMBER, "/close", OutAuthorizationNo::parse)?;
    if !call.body.is_empty() {
        schema::read(&call.body, &[], &simulator.inner.platform.switches)?;
    }
    simulator.with_state(|state, platform, now| {
        let key = (signer.clone(), number);
        let closed = state.close_authorization(platform, &key, "CLOSE_VIA_MCH_API", now)?;
        Ok(Answer::json(&closed.told))
    })
}

const BY_NUMBER: &str = "/v3/fund-app/mch-transfer/user-confirm-authorization/out-authorization-no/";
