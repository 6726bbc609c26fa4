//! Who may receive: added first, per merchant (v3-extended.md §8.1, §8.4).

use serde::{Deserialize, Serialize};
use tongbao_wire::profit_sharing::ShareReceiverType;
use tongbao_wire::{Appid, Mchid, Openid};

use super::{NewPart, NewShare};
use crate::platform::Platform;
use crate::refusal::{Refusal, cause};
use crate::state::State;

/// A receiver is added per merchant whose payments are shared. An openid says its appid by itself.
pub(crate) type ReceiverKey = (Mchid, String, String);

/// A receiver.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ReceiverRecord {
    relation_type: String,
    custom_relation: Option<String>,
}

/// A receiver to be added, checked against its schema.
pub(crate) struct NewReceiver {
    pub(crate) payee: Mchid,
    /// Under which a person is known: `appid`, or `sub_appid` for `PERSONAL_SUB_OPENID`.
    pub(crate) appid: Option<Appid>,
    pub(crate) kind: ShareReceiverType,
    pub(crate) account: String,
    pub(crate) name: Option<String>,
    pub(crate) relation_type: String,
    pub(crate) custom_relation: Option<String>,
}

impl State {
    /// Adds a receiver; adding one again changes nothing.
    pub(crate) fn add_receiver(&mut self, platform: &Platform, asked: NewReceiver) -> Result<(), Refusal> {
        self.check_receiver(platform, &asked)?;
        let key = (asked.payee.clone(), asked.kind.to_string(), asked.account);
        if self.sharing.receivers.contains_key(&key) {
            return Ok(());
        }
        let count = self.sharing.receiver_counts.get(&asked.payee).map_or(0, |count| *count);
        if count >= RECEIVERS_MAX {
            return Err(Refusal::invalid("分账接收方数量超过限制", cause::PARAMETER));
        }
        self.sharing.receiver_counts.insert(asked.payee, count + 1);
        let record =
            ReceiverRecord { relation_type: asked.relation_type, custom_relation: asked.custom_relation };
        self.sharing.receivers.insert(key, record);
        Ok(())
    }

    /// Removes a receiver; removing none changes nothing.
    pub(crate) fn remove_receiver(&mut self, key: &ReceiverKey) {
        if self.sharing.receivers.remove(key).is_some() {
            let count = self.sharing.receiver_counts.get(&key.0).map_or(0, |count| *count);
            self.sharing.receiver_counts.insert(key.0.clone(), count.saturating_sub(1));
        }
    }

    fn check_receiver(&self, platform: &Platform, asked: &NewReceiver) -> Result<(), Refusal> {
        if asked.kind == ShareReceiverType::MerchantId {
            if asked.name.is_none() && platform.switches.receiver_name_needed {
                return Err(Refusal::param("分账接收方类型为商户号时，名称必填")
                    .at("body", "/name", None, "required"));
            }
        } else {
            let person = Openid::parse(&asked.account).ok();
            let known = person.as_ref().and_then(|openid| self.person(openid));
            if known.is_none_or(|known| Some(&known.0) != asked.appid.as_ref()) {
                return Err(Refusal::invalid("appid与openid不匹配", cause::OPENID));
            }
        }
        self.check_receiver_name(platform, &asked.kind, &asked.account, asked.name.as_deref())
    }

    /// A name that is given is the real one. The sentences are ours.
    fn check_receiver_name(
        &self,
        platform: &Platform,
        kind: &ShareReceiverType,
        account: &str,
        name: Option<&str>,
    ) -> Result<(), Refusal> {
        let real = if *kind == ShareReceiverType::MerchantId {
            let merchant = Mchid::parse(account).ok().and_then(|mchid| platform.merchant(&mchid));
            let merchant =
                merchant.ok_or_else(|| Refusal::invalid("分账接收方账户不存在", cause::PARAMETER))?;
            merchant.settings.name.clone()
        } else {
            self.real_name(account).unwrap_or_default()
        };
        if name.is_none_or(|name| name == real) {
            return Ok(());
        }
        Err(Refusal::invalid("分账接收方名称与实际不一致", cause::PARAMETER))
    }

    fn real_name(&self, openid: &str) -> Option<String> {
        let openid = Openid::parse(openid).ok()?;
        let person = self.person(&openid)?;
        self.payers.get(&person.1).map(|payer| payer.name.clone())
    }

    pub(super) fn is_receiver(&self, payee: &Mchid, kind: &ShareReceiverType, account: &str) -> bool {
        self.sharing.receivers.contains_key(&(payee.clone(), kind.to_string(), account.to_owned()))
    }

    /// Every receiver was added, named once, and by its real name.
    pub(super) fn check_parts(
        &self,
        platform: &Platform,
        payee: &Mchid,
        asked: &NewShare,
    ) -> Result<(), Refusal> {
        let parts = &asked.receivers;
        let same = |a: &NewPart, b: &NewPart| a.kind == b.kind && a.account == b.account;
        for (index, part) in parts.iter().enumerate() {
            if parts[..index].iter().any(|earlier| same(earlier, part)) {
                return Err(Refusal::invalid("同一分账接收方不能重复", cause::PARAMETER));
            }
            if !self.is_receiver(payee, &part.kind, &part.account) {
                return Err(Refusal::invalid("分账接收方关系不存在", cause::PARAMETER));
            }
            self.check_receiver_name(platform, &part.kind, &part.account, part.name.as_deref())?;
        }
        Ok(())
    }
}

/// v3-extended.md §8.1.
const RECEIVERS_MAX: u32 = 20_000;
