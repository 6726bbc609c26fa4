//! Profit sharing over HTTP (v3-extended.md §8).

use serde_json::Value;
use tongbao_wire::profit_sharing::{
    MaxShareRatio, ShareReceiverAdded, ShareReceiverRemoved, ShareReceiverType, UnsplitAmount,
};
use tongbao_wire::{Appid, Call, Ciphertext, Mchid, OutOrderNo, OutReturnNo, SharingOrderId, TransactionId};

use super::answer::Answer;
use super::bodies::text;
use super::orders::{amount, check_content_type, terms};
use super::schema::{self, Kind, Member, may, missing, must};
use super::target::Target;
use super::{Handled, sealed};
use crate::Simulator;
use crate::received::Received;
use crate::refusal::Refusal;
use crate::sharing::{NewPart, NewReceiver, NewReturn, NewShare, check_relation};

/// The calls answered here.
pub(super) const CALLS: &[Handled] = &[
    (Call::ShareProfit, share),
    (Call::QueryShare, query),
    (Call::UnfreezeShare, unfreeze),
    (Call::ReturnShare, give_back),
    (Call::QueryShareReturn, query_return),
    (Call::UnsplitAmount, unsplit),
    (Call::MaxShareRatio, ratio),
    (Call::AddShareReceiver, add),
    (Call::RemoveShareReceiver, remove),
];

const MCHID: Kind = Kind::Ruled(32, |t| Mchid::parse(t).is_ok(), "letters and digits");
const APPID: Kind = Kind::Ruled(32, |t| Appid::parse(t).is_ok(), "letters and digits");
const TRANSACTION_ID: Kind = Kind::Ruled(32, |t| TransactionId::parse(t).is_ok(), "letters and digits");
const OUT_ORDER_NO: Kind = Kind::Ruled(64, |t| OutOrderNo::parse(t).is_ok(), "0-9 A-Z a-z _ - | * @");
const TYPE: Kind = Kind::Ruled(
    32,
    |t| matches!(t, "MERCHANT_ID" | "PERSONAL_OPENID" | "PERSONAL_SUB_OPENID"),
    "MERCHANT_ID, PERSONAL_OPENID or PERSONAL_SUB_OPENID",
);

static SHARE: &[Member] = &[
    may("sub_mchid", "子商户号", MCHID),
    may("appid", "应用ID", APPID),
    may("sub_appid", "子商户应用ID", APPID),
    must("transaction_id", "微信订单号", TRANSACTION_ID),
    must("out_order_no", "商户分账单号", OUT_ORDER_NO),
    may(
        "receivers",
        "分账接收方列表",
        Kind::UpTo(
            50,
            &Kind::Object(&[
                must("type", "分账接收方类型", TYPE),
                must("account", "分账接收方账号", Kind::Text(64)),
                may("name", "分账个人接收方姓名", Kind::Sealed),
                must("amount", "分账金额", Kind::Fen),
                must("description", "分账描述", Kind::Text(80)),
            ]),
        ),
    ),
    must("unfreeze_unsplit", "是否解冻剩余未分资金", Kind::Boolean),
];

static UNFREEZE: &[Member] = &[
    may("sub_mchid", "子商户号", MCHID),
    must("transaction_id", "微信订单号", TRANSACTION_ID),
    must("out_order_no", "商户分账单号", OUT_ORDER_NO),
    must("description", "分账描述", Kind::Text(80)),
];

static RETURN: &[Member] = &[
    may("sub_mchid", "子商户号", MCHID),
    may(
        "order_id",
        "微信分账单号",
        Kind::Ruled(64, |t| SharingOrderId::parse(t).is_ok(), "letters and digits"),
    ),
    may("out_order_no", "商户分账单号", OUT_ORDER_NO),
    must(
        "out_return_no",
        "商户回退单号",
        Kind::Ruled(64, |t| OutReturnNo::parse(t).is_ok(), "0-9 A-Z a-z _ - | * @"),
    ),
    must("return_mchid", "回退商户号", MCHID),
    must("amount", "回退金额", Kind::Fen),
    must("description", "回退描述", Kind::Text(80)),
];

const REMOVE: [Member; 5] = [
    may("sub_mchid", "子商户号", MCHID),
    must("appid", "应用ID", APPID),
    may("sub_appid", "子商户应用ID", APPID),
    must("type", "分账接收方类型", TYPE),
    must("account", "分账接收方账号", Kind::Text(64)),
];

static ADD: [Member; 8] = schema::joined(
    &REMOVE,
    &[
        may("name", "分账接收方全称", Kind::Sealed),
        must(
            "relation_type",
            "与分账方的关系类型",
            Kind::Ruled(32, is_relation, "one of the documented relations"),
        ),
        may("custom_relation", "自定义的分账关系", Kind::Text(10)),
    ],
);
static REMOVED: [Member; 5] = REMOVE;

/// `POST /v3/profitsharing/orders`.
fn share(simulator: &Simulator, call: &Received, signer: &Mchid) -> Result<Answer, Refusal> {
    let body = sealed::read(simulator, call, SHARE)?;
    let unfreeze_unsplit = body.get("unfreeze_unsplit") == Some(&Value::Bool(true));
    let listed = body.get("receivers").and_then(Value::as_array);
    if listed.is_none() && !unfreeze_unsplit {
        return Err(missing("/receivers", "分账接收方列表"));
    }
    let receivers: Vec<NewPart> = listed.into_iter().flatten().map(part).collect();
    check_appids(&body, receivers.iter().map(|part| &part.kind))?;
    let asked = NewShare { receivers, unfreeze_unsplit, ..new_share(signer, &body) };
    simulator
        .with_state(|state, platform, now| Ok(Answer::json(&state.share_profit(platform, asked, now)?.told)))
}

fn new_share(signer: &Mchid, body: &Value) -> NewShare {
    NewShare {
        signer: signer.clone(),
        sub_mchid: mchid(body, "/sub_mchid"),
        transaction_id: TransactionId::parse(&said(body, "/transaction_id")).expect("the schema checked it"),
        out_order_no: OutOrderNo::parse(&said(body, "/out_order_no")).expect("the schema checked it"),
        receivers: Vec::new(),
        unfreeze_unsplit: true,
        terms: terms(body),
    }
}

fn part(value: &Value) -> NewPart {
    NewPart {
        kind: ShareReceiverType::from(said(value, "/type").as_str()),
        account: said(value, "/account"),
        name: text(value, "/name").map(str::to_owned),
        amount: amount(value, "/amount"),
        description: said(value, "/description"),
    }
}

/// People are known under an appid.
fn check_appids<'a>(body: &Value, kinds: impl Iterator<Item = &'a ShareReceiverType>) -> Result<(), Refusal> {
    for kind in kinds {
        let (at, title) = match kind {
            ShareReceiverType::PersonalOpenid => ("appid", "应用ID"),
            ShareReceiverType::PersonalSubOpenid => ("sub_appid", "子商户应用ID"),
            ShareReceiverType::MerchantId | ShareReceiverType::Unknown(_) => continue,
        };
        if body.get(at).is_none() {
            return Err(missing(&format!("/{at}"), title));
        }
    }
    Ok(())
}

/// `GET /v3/profitsharing/orders/{out_order_no}`.
fn query(simulator: &Simulator, call: &Received, signer: &Mchid) -> Result<Answer, Refusal> {
    let target = Target::read(call)?;
    let number = target.id("out_order_no", "/v3/profitsharing/orders/", "", OutOrderNo::parse)?;
    let transaction_id = target.must("transaction_id", "微信订单号")?;
    let transaction_id = TransactionId::parse(transaction_id)
        .map_err(|why| target.breaks("transaction_id", "微信订单号", why.rule))?;
    let key = (signer.clone(), number);
    simulator.with_state(|state, platform, _| {
        relation(platform, signer, &target)?;
        Ok(Answer::json(&state.share_of(&key, &transaction_id)?.told))
    })
}

/// The relation that `sub_mchid` of the query claims.
fn relation(
    platform: &crate::platform::Platform,
    signer: &Mchid,
    target: &Target<'_>,
) -> Result<(), Refusal> {
    let Some(said) = target.query("sub_mchid") else { return Ok(()) };
    let sub = Mchid::parse(said).map_err(|why| target.breaks("sub_mchid", "子商户号", why.rule))?;
    check_relation(platform, signer, Some(&sub)).map(drop)
}

/// `POST /v3/profitsharing/orders/unfreeze`.
fn unfreeze(simulator: &Simulator, call: &Received, signer: &Mchid) -> Result<Answer, Refusal> {
    let body = read(simulator, call, UNFREEZE)?;
    let (asked, description) = (new_share(signer, &body), said(&body, "/description"));
    simulator.with_state(|state, platform, now| {
        Ok(Answer::json(&state.unfreeze_share(platform, asked, &description, now)?.told))
    })
}

/// `POST /v3/profitsharing/return-orders`.
fn give_back(simulator: &Simulator, call: &Received, signer: &Mchid) -> Result<Answer, Refusal> {
    let body = read(simulator, call, RETURN)?;
    let order_id = text(&body, "/order_id").and_then(|text| SharingOrderId::parse(text).ok());
    let out_order_no = text(&body, "/out_order_no").and_then(|text| OutOrderNo::parse(text).ok());
    if order_id.is_none() && out_order_no.is_none() {
        return Err(missing("/order_id", "微信分账单号"));
    }
    let asked = NewReturn {
        signer: signer.clone(),
        sub_mchid: mchid(&body, "/sub_mchid"),
        order_id,
        out_order_no,
        out_return_no: OutReturnNo::parse(&said(&body, "/out_return_no")).expect("the schema checked it"),
        return_mchid: mchid(&body, "/return_mchid").expect("the schema demands it"),
        amount: amount(&body, "/amount"),
        description: said(&body, "/description"),
        terms: terms(&body),
    };
    simulator
        .with_state(|state, platform, now| Ok(Answer::json(&state.return_share(platform, asked, now)?.told)))
}

/// `GET /v3/profitsharing/return-orders/{out_return_no}`.
fn query_return(simulator: &Simulator, call: &Received, signer: &Mchid) -> Result<Answer, Refusal> {
    let target = Target::read(call)?;
    let number = target.id("out_return_no", "/v3/profitsharing/return-orders/", "", OutReturnNo::parse)?;
    let of = target.must("out_order_no", "商户分账单号")?;
    let of = OutOrderNo::parse(of).map_err(|why| target.breaks("out_order_no", "商户分账单号", why.rule))?;
    let key = (signer.clone(), number);
    simulator.with_state(|state, platform, _| {
        relation(platform, signer, &target)?;
        Ok(Answer::json(&state.return_of(&key, &of)?.told))
    })
}

/// `GET /v3/profitsharing/transactions/{transaction_id}/amounts`.
fn unsplit(simulator: &Simulator, call: &Received, signer: &Mchid) -> Result<Answer, Refusal> {
    let target = Target::read(call)?;
    let prefix = "/v3/profitsharing/transactions/";
    let transaction_id = target.id("transaction_id", prefix, "/amounts", TransactionId::parse)?;
    simulator.with_state(|state, _, _| {
        let unsplit_amount = state.unsplit_of(signer, &transaction_id)?;
        Ok(Answer::json(&UnsplitAmount { transaction_id, unsplit_amount }))
    })
}

/// `GET /v3/profitsharing/merchant-configs/{sub_mchid}`: for service providers.
fn ratio(simulator: &Simulator, call: &Received, signer: &Mchid) -> Result<Answer, Refusal> {
    let target = Target::read(call)?;
    let sub = target.id("sub_mchid", "/v3/profitsharing/merchant-configs/", "", Mchid::parse)?;
    simulator.with_state(|state, platform, _| {
        let sub_mchid = check_relation(platform, signer, Some(&sub))?;
        let max_ratio = state.sharing.settings_of(&sub_mchid).max_ratio;
        Ok(Answer::json(&MaxShareRatio { sub_mchid, max_ratio }))
    })
}

/// `POST /v3/profitsharing/receivers/add`.
fn add(simulator: &Simulator, call: &Received, signer: &Mchid) -> Result<Answer, Refusal> {
    let body = sealed::read(simulator, call, &ADD)?;
    let kind = ShareReceiverType::from(said(&body, "/type").as_str());
    check_appids(&body, std::iter::once(&kind))?;
    let (relation_type, custom_relation) =
        (said(&body, "/relation_type"), text(&body, "/custom_relation").map(str::to_owned));
    if relation_type == "CUSTOM" && custom_relation.is_none() {
        return Err(missing("/custom_relation", "自定义的分账关系"));
    }
    let sub_mchid = mchid(&body, "/sub_mchid");
    let of_sub = kind == ShareReceiverType::PersonalSubOpenid;
    let appid = text(&body, if of_sub { "/sub_appid" } else { "/appid" });
    let account = said(&body, "/account");
    simulator.with_state(|state, platform, _| {
        let asked = NewReceiver {
            payee: check_relation(platform, signer, sub_mchid.as_ref())?,
            appid: appid.and_then(|text| Appid::parse(text).ok()),
            kind: kind.clone(),
            account: account.clone(),
            name: text(&body, "/name").map(str::to_owned),
            relation_type: relation_type.clone(),
            custom_relation: custom_relation.clone(),
        };
        state.add_receiver(platform, asked)
    })?;
    // The name goes back as it came, sealed.
    let sent: Value = serde_json::from_slice(&call.body).unwrap_or_default();
    let name = text(&sent, "/name").map(Ciphertext::new);
    Ok(Answer::json(&ShareReceiverAdded { sub_mchid, kind, account, name, relation_type, custom_relation }))
}

/// `POST /v3/profitsharing/receivers/delete`.
fn remove(simulator: &Simulator, call: &Received, signer: &Mchid) -> Result<Answer, Refusal> {
    let body = read(simulator, call, &REMOVED)?;
    let sub_mchid = mchid(&body, "/sub_mchid");
    let kind = ShareReceiverType::from(said(&body, "/type").as_str());
    let account = said(&body, "/account");
    simulator.with_state(|state, platform, _| {
        let payee = check_relation(platform, signer, sub_mchid.as_ref())?;
        state.remove_receiver(&(payee, kind.to_string(), account.clone()));
        Ok::<(), Refusal>(())
    })?;
    Ok(Answer::json(&ShareReceiverRemoved { sub_mchid, kind, account }))
}

fn read(simulator: &Simulator, call: &Received, members: &'static [Member]) -> Result<Value, Refusal> {
    check_content_type(simulator, call)?;
    schema::read(&call.body, members, &simulator.inner.platform.switches)
}

fn mchid(body: &Value, at: &str) -> Option<Mchid> {
    text(body, at).and_then(|text| Mchid::parse(text).ok())
}

/// A text that the schema demands.
fn said(body: &Value, at: &str) -> String {
    text(body, at).expect("the schema demands it").to_owned()
}

fn is_relation(text: &str) -> bool {
    let merchants =
        ["SERVICE_PROVIDER", "STORE", "PARTNER", "HEADQUARTER", "BRAND", "DISTRIBUTOR", "SUPPLIER"];
    merchants.contains(&text) || matches!(text, "STAFF" | "STORE_OWNER" | "USER" | "CUSTOM")
}
