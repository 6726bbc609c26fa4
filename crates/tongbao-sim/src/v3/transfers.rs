//! Transfers over HTTP (v3-extended.md §10.1).

mod authorizations;
mod receipts;

use serde_json::Value;
use tongbao_wire::transfer::{Transfer, TransferCancellation, TransferStarted};
use tongbao_wire::{
    Appid, AuthorizationId, Call, Fen, Mchid, Openid, OutAuthorizationNo, OutBillNo, TransferBillNo,
};

use super::answer::Answer;
use super::bodies::{self, text};
use super::orders::{amount, terms};
use super::schema::{self, Kind, Member, breaks_rule, may, missing, must};
use super::target::Target;
use super::{Handled, sealed};
use crate::Simulator;
use crate::platform::Platform;
use crate::received::Received;
use crate::refusal::{Refusal, cause};
use crate::state::State;
use crate::transfer::{Bill, Confirmation, NewAuthorization, NewBill, check_scene};

/// The calls answered here.
pub(super) const CALLS: &[Handled] = &[
    (Call::StartTransfer, start),
    (Call::StartTransferWithAuthorization, start_authorizing),
    (Call::TransferUnderAuthorization, under_authorization),
    (Call::QueryTransfer, query),
    (Call::QueryTransferByBillNo, query_numbered),
    (Call::CancelTransfer, cancel),
    (Call::RequestTransferAuthorization, authorizations::request),
    (Call::QueryTransferAuthorization, authorizations::query),
    (Call::CloseTransferAuthorization, authorizations::close),
    (Call::RequestTransferReceipt, receipts::request),
    (Call::RequestTransferReceiptByBillNo, receipts::request_numbered),
    (Call::QueryTransferReceipt, receipts::query),
    (Call::QueryTransferReceiptByBillNo, receipts::query_numbered),
];

pub(super) use receipts::{FILE, download};

const APPID: Kind = Kind::Ruled(32, |t| Appid::parse(t).is_ok(), "letters and digits");
const OPENID: Kind = Kind::Ruled(64, |t| Openid::parse(t).is_ok(), "printable characters");
const OUT_BILL_NO: Kind = Kind::Ruled(32, |t| OutBillNo::parse(t).is_ok(), "letters and digits only");
const AUTHORIZATION_NO: Kind =
    Kind::Ruled(64, |t| OutAuthorizationNo::parse(t).is_ok(), "letters and digits");
const MCHID: Kind = Kind::Ruled(32, |t| Mchid::parse(t).is_ok(), "letters and digits");
const REPORTS: Kind = Kind::List(&Kind::Object(&[
    must("info_type", "信息类型", Kind::Text(256)),
    must("info_content", "信息内容", Kind::Text(256)),
]));

/// The members that every way to start a transfer has.
const BILL: [Member; 9] = [
    must("appid", "商户AppID", APPID),
    must("out_bill_no", "商户单号", OUT_BILL_NO),
    must("transfer_scene_id", "转账场景ID", Kind::Text(36)),
    may("user_name", "收款用户姓名", Kind::Sealed),
    must("transfer_amount", "转账金额", Kind::Fen),
    must("transfer_remark", "转账备注", Kind::Text(32)),
    may("notify_url", "通知地址", Kind::Text(256)),
    may("user_recv_perception", "用户收款感知", Kind::Text(256)),
    // Its absence has a sentence of its own; see `check_scene`.
    may("transfer_scene_report_infos", "转账场景报备信息", REPORTS),
];

static START: [Member; 11] = schema::joined(
    &BILL,
    &[
        must("openid", "收款用户OpenID", OPENID),
        may(
            "user_recv_style",
            "用户收款样式",
            Kind::Object(&[must(
                "type",
                "样式类型",
                Kind::Ruled(32, |t| matches!(t, "CONFIRM_PAGE" | "RED_PACKET"), "CONFIRM_PAGE or RED_PACKET"),
            )]),
        ),
    ],
);

static START_AUTHORIZING: [Member; 12] = schema::joined(
    &BILL,
    &[
        must("openid", "收款用户OpenID", OPENID),
        may(
            "authorization_info",
            "自动收款授权信息",
            Kind::Object(&[
                must("user_display_name", "用户展示名称", Kind::Text(32)),
                must("out_authorization_no", "商户侧授权单号", AUTHORIZATION_NO),
                must("authorization_notify_url", "授权结果通知地址", Kind::Text(256)),
            ]),
        ),
        may("sponsor_mchid", "出资商户号", MCHID),
    ],
);

static UNDER_AUTHORIZATION: [Member; 12] = schema::joined(
    &BILL,
    &[
        may(
            "authorization_id",
            "微信免确认收款授权单号",
            Kind::Ruled(64, |t| AuthorizationId::parse(t).is_ok(), "letters and digits"),
        ),
        may("out_authorization_no", "商户侧授权单号", AUTHORIZATION_NO),
        may("sponsor_mchid", "出资商户号", MCHID),
    ],
);

/// `POST /v3/fund-app/mch-transfer/transfer-bills`.
fn start(simulator: &Simulator, call: &Received, signer: &Mchid) -> Result<Answer, Refusal> {
    let body = sealed::read(simulator, call, &START)?;
    check_bill(simulator, &body)?;
    simulator.with_state(|state, platform, now| {
        let to = receiver(state, platform, signer, &body)?;
        let asked = bill(state, platform, signer, &body, to, Confirmation::User)?;
        Ok(Answer::json(&state.transfer(platform, asked, now)?.started()))
    })
}

/// `POST …/transfer-bills/pre-transfer-with-authorization`.
fn start_authorizing(simulator: &Simulator, call: &Received, signer: &Mchid) -> Result<Answer, Refusal> {
    let body = sealed::read(simulator, call, &START_AUTHORIZING)?;
    check_bill(simulator, &body)?;
    let switches = &simulator.inner.platform.switches;
    bodies::check_address(&body, "/authorization_info/authorization_notify_url", switches)?;
    simulator.with_state(|state, platform, now| {
        let to = receiver(state, platform, signer, &body)?;
        let Some(info) = body.get("authorization_info") else {
            let asked = bill(state, platform, signer, &body, to, Confirmation::User)?;
            return Ok(Answer::json(&state.transfer(platform, asked, now)?.started()));
        };
        let authorization = NewAuthorization {
            mchid: signer.clone(),
            out_authorization_no: authorization_no(info),
            appid: appid(&body),
            openid: to.0.clone(),
            payer: to.1.clone(),
            scene: said(&body, "/transfer_scene_id"),
            perception: text(&body, "/user_recv_perception").map(str::to_owned),
            user_display_name: said(info, "/user_display_name"),
            notify_url: said(info, "/authorization_notify_url"),
            terms: terms(info),
        };
        // Refused before anything is touched; the bill may be refused too.
        state.check_authorization(&authorization)?;
        let key = (signer.clone(), authorization.out_authorization_no.clone());
        let name = authorization.user_display_name.clone();
        let asked = bill(state, platform, signer, &body, to, Confirmation::UserAuthorizing(key))?;
        let bill = state.transfer(platform, asked, now)?;
        state.request_authorization(platform, authorization, now)?;
        Ok(Answer::json(&TransferStarted { user_display_name: Some(name), ..bill.started() }))
    })
}

/// `POST …/transfer-bills/transfer`: nobody confirms.
fn under_authorization(simulator: &Simulator, call: &Received, signer: &Mchid) -> Result<Answer, Refusal> {
    let body = sealed::read(simulator, call, &UNDER_AUTHORIZATION)?;
    check_bill(simulator, &body)?;
    let id = text(&body, "/authorization_id").and_then(|text| AuthorizationId::parse(text).ok());
    let number = body.get("out_authorization_no").map(|_| authorization_no(&body));
    if id.is_none() && number.is_none() {
        return Err(missing("/authorization_id", "微信免确认收款授权单号"));
    }
    simulator.with_state(|state, platform, now| {
        check_binding(platform, signer, &body)?;
        let (key, given) = state.authorization_in_force(signer, id.as_ref(), number.as_ref())?;
        if given.told.appid != appid(&body) {
            return Err(Refusal::invalid("appid与授权单不一致", cause::APPID));
        }
        if given.told.transfer_scene_id.as_deref() != text(&body, "/transfer_scene_id") {
            return Err(Refusal::invalid("转账场景与授权单不一致", cause::PARAMETER));
        }
        let confirmed_by = Confirmation::Authorization(key);
        let to = (given.told.openid.clone(), given.payer.clone());
        let asked = bill(state, platform, signer, &body, to, confirmed_by)?;
        let bill = state.transfer(platform, asked, now)?;
        Ok(Answer::json(&shown(platform, signer, &bill)))
    })
}

/// `GET …/out-bill-no/{out_bill_no}`.
fn query(simulator: &Simulator, call: &Received, signer: &Mchid) -> Result<Answer, Refusal> {
    let number = Target::read(call)?.id("out_bill_no", BY_NUMBER, "", OutBillNo::parse)?;
    simulator.with_state(|state, platform, now| {
        let bill = state.transfer_of(&(signer.clone(), number), now)?;
        Ok(Answer::json(&shown(platform, signer, &bill)))
    })
}

/// `GET …/transfer-bill-no/{transfer_bill_no}`.
fn query_numbered(simulator: &Simulator, call: &Received, signer: &Mchid) -> Result<Answer, Refusal> {
    let number = Target::read(call)?.id("transfer_bill_no", BY_BILL_NO, "", TransferBillNo::parse)?;
    simulator.with_state(|state, platform, now| {
        let bill = state.transfer_numbered(signer, &number, now)?;
        Ok(Answer::json(&shown(platform, signer, &bill)))
    })
}

/// `POST …/cancel`, whose body is absent or `{}`.
fn cancel(simulator: &Simulator, call: &Received, signer: &Mchid) -> Result<Answer, Refusal> {
    let number = Target::read(call)?.id("out_bill_no", BY_NUMBER, "/cancel", OutBillNo::parse)?;
    if !call.body.is_empty() {
        schema::read(&call.body, &[], &simulator.inner.platform.switches)?;
    }
    simulator.with_state(|state, platform, now| {
        let bill = state.cancel_transfer(platform, &(signer.clone(), number), now)?;
        Ok(Answer::json(&TransferCancellation {
            out_bill_no: bill.told.out_bill_no.clone(),
            transfer_bill_no: bill.told.transfer_bill_no.clone(),
            state: bill.told.state.clone(),
            update_time: bill.told.update_time.unwrap_or(now),
        }))
    })
}

/// A transfer for `signer`, the name sealed under its certificate.
fn shown(platform: &Platform, signer: &Mchid, bill: &Bill) -> Transfer {
    let name = bill.user_name().and_then(|name| sealed::for_merchant(platform, signer, name));
    Transfer { user_name: name, ..bill.told.clone() }
}

/// What the schema cannot say, in the order of the members.
fn check_bill(simulator: &Simulator, body: &Value) -> Result<(), Refusal> {
    bodies::check_notify_url(body, &simulator.inner.platform.switches)?;
    let total = amount(body, "/transfer_amount");
    if total < AMOUNT_MIN {
        let value = Value::from(total.get());
        return Err(breaks_rule("/transfer_amount", "转账金额", &value, "at least 10 fen"));
    }
    match body.get("user_name") {
        None if total >= NAME_NEEDED_FROM => return Err(missing("/user_name", "收款用户姓名")),
        Some(_) if total < NAME_ALLOWED_FROM => {
            let message = "转账金额低于0.3元时不支持校验收款用户姓名";
            return Err(Refusal::param(message).at("body", "/user_name", None, "not below 0.30 yuan"));
        }
        Some(_) | None => {}
    }
    let infos = body.get("transfer_scene_report_infos").and_then(Value::as_array);
    let types: Vec<&str> = infos.into_iter().flatten().filter_map(|info| text(info, "/info_type")).collect();
    if types.is_empty() {
        return Err(Refusal::param("需传入转账场景报备信息，请检查").at(
            "body",
            "/transfer_scene_report_infos",
            None,
            "required",
        ));
    }
    let scene = said(body, "/transfer_scene_id");
    check_scene(&scene, text(body, "/user_recv_perception"), Some(&types))
}

/// Binding of appid and merchant.
fn check_binding(platform: &Platform, signer: &Mchid, body: &Value) -> Result<(), Refusal> {
    let merchant = platform.merchant(signer);
    let bound = merchant.is_some_and(|it| it.settings.apps.iter().any(|app| app.appid == appid(body)));
    if bound { Ok(()) } else { Err(Refusal::invalid("商户号与appid不匹配", cause::APPID)) }
}

/// Who receives, after binding.
fn receiver(
    state: &State,
    platform: &Platform,
    signer: &Mchid,
    body: &Value,
) -> Result<(Openid, String), Refusal> {
    check_binding(platform, signer, body)?;
    let openid = openid(body);
    match state.person(&openid) {
        Some(known) if known.0 == appid(body) => Ok((openid.clone(), known.1.clone())),
        Some(_) => Err(Refusal::invalid("appid与openid不匹配", cause::OPENID)),
        None => {
            let value = Value::from(text(body, "/openid"));
            Err(breaks_rule("/openid", "收款用户OpenID", &value, "not issued under this appid"))
        }
    }
}

/// A transfer to be started, after the checks of scene and payer.
fn bill(
    state: &State,
    platform: &Platform,
    signer: &Mchid,
    body: &Value,
    to: (Openid, String),
    confirmed_by: Confirmation,
) -> Result<NewBill, Refusal> {
    let scene = said(body, "/transfer_scene_id");
    let opened = state.transfers.scenes.get(signer);
    if opened.is_some_and(|opened| !opened.contains(&scene)) {
        return Err(Refusal::new(403, "NO_AUTH", "商户未开通该转账场景", cause::PERMISSION));
    }
    let sponsor = text(body, "/sponsor_mchid").and_then(|text| Mchid::parse(text).ok());
    if sponsor.as_ref().is_some_and(|sponsor| !platform.serves(signer, sponsor)) {
        return Err(Refusal::new(403, "NO_AUTH", "无权使用该出资商户号", cause::PERMISSION));
    }
    Ok(NewBill {
        mchid: signer.clone(),
        out_bill_no: OutBillNo::parse(&said(body, "/out_bill_no")).expect("the schema checked it"),
        appid: appid(body),
        openid: to.0,
        payer: to.1,
        user_name: text(body, "/user_name").map(str::to_owned),
        amount: amount(body, "/transfer_amount"),
        remark: said(body, "/transfer_remark"),
        scene,
        perception: text(body, "/user_recv_perception").map(str::to_owned),
        notify_url: text(body, "/notify_url").map(str::to_owned),
        sponsor,
        terms: terms(body),
        confirmed_by,
    })
}

fn appid(body: &Value) -> Appid {
    Appid::parse(&said(body, "/appid")).expect("the schema checked it")
}

fn openid(body: &Value) -> Openid {
    Openid::parse(&said(body, "/openid")).expect("the schema checked it")
}

fn authorization_no(body: &Value) -> OutAuthorizationNo {
    OutAuthorizationNo::parse(&said(body, "/out_authorization_no")).expect("the schema checked it")
}

/// A text that the schema demands.
fn said(body: &Value, at: &str) -> String {
    text(body, at).expect("the schema demands it").to_owned()
}

const BY_NUMBER: &str = "/v3/fund-app/mch-transfer/transfer-bills/out-bill-no/";
const BY_BILL_NO: &str = "/v3/fund-app/mch-transfer/transfer-bills/transfer-bill-no/";
/// v3-extended.md §10.1.
const AMOUNT_MIN: Fen = Fen::new(10);
const NAME_ALLOWED_FROM: Fen = Fen::new(30);
const NAME_NEEDED_FROM: Fen = Fen::new(200_000);
