//! The checks before anything of the call itself, in the order of v2.md §1.9: steps 1 to 9.

use std::sync::Arc;

use http::{Extensions, Method};
use tongbao_wire::{Appid, Call, Mchid, OutTradeNo, TransactionId};

use super::fields::Fields;
use super::form::Member;
use super::refused::{Refused, words};
use super::sign::{self, SignType};
use super::{form, xml};
use crate::order::{self, SubMerchant};
use crate::platform::Merchant;
use crate::received::Received;
use crate::state::{OrderKey, State};
use crate::switches::FaultLayer;
use crate::why::percent;
use crate::{Simulator, Switches};

/// Somebody whose signature holds, and what they said.
pub(super) struct Caller {
    pub(super) fields: Fields,
    pub(super) merchant: Arc<Merchant>,
    pub(super) sign_type: SignType,
    /// What signed, and what the answer is signed with.
    pub(super) key: String,
}

/// A request that may be answered.
pub(super) struct Asked<'a> {
    pub(super) call: Call,
    pub(super) caller: &'a Caller,
    /// For whom a provider calls (v2.md §6).
    pub(super) sub: Option<SubMerchant>,
    /// `Wechatpay-Negative-Test` (v2.md §3.12).
    pub(super) negative_test: Option<String>,
}

/// Which secret signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Secret {
    /// The merchant's own.
    Key,
    /// What the sandbox gave out (v2.md §3.12).
    Sandbox,
}

/// Steps 1 to 6: what comes before the signature holds is refused unsigned.
pub(super) fn authenticate(
    simulator: &Simulator,
    received: &Received,
    secret: Secret,
) -> Result<Caller, Refused> {
    if received.method != Method::POST {
        return Err(Refused::unsigned("REQUIRE_POST_METHOD", "请使用post方法"));
    }
    if received.body.is_empty() {
        return Err(Refused::unsigned("POST_DATA_EMPTY", "post数据为空"));
    }
    let mut fields = xml::parse("xml", &received.body)?;
    // Some calls of 商家转账 and 红包 name the merchant otherwise.
    let other_name = || fields.get("mchid").filter(|_| received.target.starts_with("/mmpaymkttransfers/"));
    let mchid = fields.get("mch_id").or_else(other_name).and_then(|said| Mchid::parse(said).ok());
    let Some(mchid) = mchid else {
        return Err(Refused::no_mch_id());
    };
    let Some(merchant) = simulator.inner.platform.merchant(&mchid) else {
        return Err(Refused::unsigned("MCHID_NOT_EXIST", "商户号mch_id或sub_mch_id不存在"));
    };
    let key = match secret {
        Secret::Key => merchant.settings.apiv2_key.clone(),
        Secret::Sandbox => simulator
            .with_state(|state, _, now| state.sandbox_key(&mchid, now))
            .ok_or_else(|| Refused::unsigned("SIGNERROR", "沙箱验证签名失败，请检查沙箱密钥"))?,
    };
    let sign_type = fields.get("sign_type").map_or(Some(SignType::Md5), SignType::parse);
    let (Some(sign_type), Some(said)) = (sign_type, fields.get("sign").map(str::to_owned)) else {
        return Err(Refused::sign());
    };
    let ignores_case = simulator.inner.platform.switches.v2_sign_case_ignored;
    let holds = |fields: &Fields| {
        let expected = sign::sign(sign_type, fields.iter(), &key);
        said == expected || (ignores_case && said.eq_ignore_ascii_case(&expected))
    };
    if !holds(&fields) {
        // An address to shorten is signed as it is and may be sent URL-encoded (v2.md §3.10 \[R\]).
        let sent = fields.get("long_url").filter(|_| received.endpoint == Call::ShortUrl);
        let decoded = sent.map(percent::decode).ok_or_else(Refused::sign)?;
        fields.change("long_url", decoded);
        if !holds(&fields) {
            return Err(Refused::sign());
        }
    }
    Ok(Caller { fields, merchant, sign_type, key })
}

/// Steps 7 to 11: certificate, appid, whom the provider calls for, and the form of the request.
pub(super) fn admit<'a>(
    simulator: &Simulator,
    caller: &'a Caller,
    call: Call,
    members: &[Member],
    extensions: &Extensions,
) -> Result<Asked<'a>, Refused> {
    if needs_certificate(call) {
        simulator
            .check_certificate(extensions, &caller.merchant.settings.mchid)
            .map_err(Refused::Certificate)?;
    }
    let switches = &simulator.inner.platform.switches;
    let shown = |refused| in_layer(refused, switches);
    if call != Call::SandboxKey {
        check_appid(simulator, caller).map_err(shown)?;
    }
    let sub = sub_merchant(simulator, caller, call).map_err(shown)?;
    form::hold(&caller.fields, members, switches).map_err(shown)?;
    Ok(Asked { call, caller, sub, negative_test: None })
}

/// Every `/secapi` path and fund-flow bills (v2.md §1.1).
fn needs_certificate(call: Call) -> bool {
    call.path().starts_with("/secapi/") || call == Call::DownloadFundFlow
}

/// Faults of configuration and form are told in either layer (v2.md §1.9, step 8).
fn in_layer(refused: Refused, switches: &Switches) -> Refused {
    match (switches.v2_faults, refused) {
        (FaultLayer::ReturnMsg, Refused::Signed { code, words }) => Refused::Unsigned { code, words },
        (_, refused) => refused,
    }
}

fn check_appid(simulator: &Simulator, caller: &Caller) -> Result<(), Refused> {
    let unknown = || Refused::signed("APPID_NOT_EXIST", "appid不存在");
    let said = caller.fields.get("appid").ok_or_else(unknown)?;
    let appid = Appid::parse(said).map_err(|_| unknown())?;
    if caller.merchant.settings.apps.iter().any(|app| app.appid == appid) {
        return Ok(());
    }
    simulator.inner.platform.app(&appid).ok_or_else(unknown)?;
    Err(Refused::signed("APPID_MCHID_NOT_MATCH", "appid和mch_id不匹配"))
}

/// The sub-merchant, which a provider must name and nobody else may (v2.md §6).
fn sub_merchant(simulator: &Simulator, caller: &Caller, call: Call) -> Result<Option<SubMerchant>, Refused> {
    let platform = &simulator.inner.platform;
    let provider = &caller.merchant.settings.mchid;
    let refuse = |refused| Err(words(refused, call));
    let Some(said) = caller.fields.get("sub_mch_id") else {
        let merchants = platform.merchants();
        let provides = merchants.iter().any(|merchant| merchant.settings.providers.contains(provider));
        return if provides && !for_all_subs(call) { refuse(order::Refused::SubMissing) } else { Ok(None) };
    };
    if said == provider.as_str() {
        return refuse(order::Refused::SubIsProvider);
    }
    let merchant = Mchid::parse(said).ok().and_then(|mchid| platform.merchant(&mchid));
    let Some(merchant) = merchant else {
        return Err(Refused::signed("MCHID_NOT_EXIST", "商户号mch_id或sub_mch_id不存在"));
    };
    if !merchant.settings.providers.contains(provider) {
        return refuse(order::Refused::SubUnrelated);
    }
    let appid = match caller.fields.get("sub_appid") {
        None => None,
        Some(said) => {
            let mut apps = merchant.settings.apps.iter().chain(&caller.merchant.settings.apps);
            match apps.find(|app| app.appid.as_str() == said) {
                Some(app) => Some(app.appid.clone()),
                None => return refuse(order::Refused::SubAppidUnbound),
            }
        }
    };
    Ok(Some(SubMerchant { mchid: merchant.settings.mchid.clone(), appid }))
}

/// Calls about a provider's sub-merchants as a whole, or about none.
fn for_all_subs(call: Call) -> bool {
    matches!(
        call,
        Call::DownloadTradeBill | Call::DownloadFundFlow | Call::Report | Call::ShortUrl | Call::SandboxKey
    )
}

impl Asked<'_> {
    pub(super) fn mchid(&self) -> &Mchid {
        &self.caller.merchant.settings.mchid
    }

    /// Step 8 has seen it.
    pub(super) fn appid(&self) -> Appid {
        Appid::parse(self.get("appid").unwrap_or_default()).expect("a bound appid is one")
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.caller.fields.get(name)
    }

    /// A value the form demands.
    pub(super) fn said(&self, name: &str) -> &str {
        self.get(name).expect("the form demands it")
    }

    /// The order a request is about; with both numbers, the platform's wins (v2.md §3.1).
    ///
    /// # Errors
    /// `malformed` for a `transaction_id` that is none; the order's absence is told by `missing`.
    pub(super) fn order_key(
        &self,
        state: &State,
        malformed: impl Fn() -> Refused,
        missing: order::Refused,
    ) -> Result<OrderKey, Refused> {
        let missing = || words(missing, self.call);
        let key = match (self.get("transaction_id"), self.get("out_trade_no")) {
            (Some(said), _) => {
                let id = transaction_id(said).ok_or_else(malformed)?;
                (*state.transactions.get(&id).ok_or_else(missing)?).clone()
            }
            (None, Some(said)) => {
                let number = OutTradeNo::parse(said).map_err(|_| Refused::malformed("out_trade_no"))?;
                (self.mchid().clone(), number)
            }
            (None, None) => return Err(Refused::lacks("out_trade_no")),
        };
        let order = state.orders.get(&key).filter(|_| key.0 == *self.mchid()).ok_or_else(missing)?;
        let theirs = order.asked.sub.as_ref().map(|sub| &sub.mchid);
        if theirs == self.sub.as_ref().map(|sub| &sub.mchid) {
            Ok(key)
        } else {
            Err(words(order::Refused::OrderOfOtherSub, self.call))
        }
    }
}

/// 28 digits, or as many as older ones had (v2.md §1.7).
pub(super) fn transaction_id(said: &str) -> Option<TransactionId> {
    let digits = said.bytes().all(|byte| byte.is_ascii_digit());
    TransactionId::parse(said).ok().filter(|_| digits)
}
