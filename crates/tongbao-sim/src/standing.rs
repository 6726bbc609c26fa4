//! How merchants stand with the platform: certificate, keys, products, restrictions. None of it is told by a call;
//! the control API sets it as 商户平台 and risk control would.

use serde::{Deserialize, Serialize};
use tongbao_wire::{Mchid, TradeType};

use crate::Simulator;
use crate::order::Refused;
use crate::refusal::Refusal;
use crate::state::State;

/// How a merchant stands with the platform. The default is in good standing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Standing {
    /// What has become of the API certificate (商户API证书).
    pub certificate: CertificateStanding,
    /// No `APIv3` key is set: calls of v3 are refused, and nothing is notified in v3's language (v3.md §1.8).
    pub apiv3_key_unset: bool,
    /// The merchant is disabled or cancelled (miniprogram.md §3, B11).
    pub disabled: bool,
    /// Risk control takes no payments for it (B12).
    pub collection_restricted: bool,
    /// Scenes whose product is not opened (B10).
    pub closed_scenes: Vec<TradeType>,
}

impl Standing {
    /// Its words are known ones.
    pub(crate) fn check(&self) -> Result<(), String> {
        let unknown = self.closed_scenes.iter().find(|scene| matches!(scene, TradeType::Unknown(_)));
        let Some(word) = unknown else { return Ok(()) };
        let known: Vec<_> = TradeType::ALL.iter().map(TradeType::as_str).collect();
        Err(format!("closed_scenes has \"{word}\", which is none of {}", known.join(", ")))
    }
}

/// What has become of a merchant's API certificate (v3.md §1.6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CertificateStanding {
    /// It signs.
    #[default]
    Valid,
    /// Past its end.
    Expired,
    /// Revoked (作废).
    Revoked,
    /// A newer one has taken its place.
    Replaced,
    /// None was ever applied for.
    None,
}

impl CertificateStanding {
    /// What a call signed with it is told (v3.md §1.6); nothing while it is good.
    pub(crate) fn check(self) -> Result<(), Refusal> {
        Err(Refusal::sign(match self {
            Self::Valid => return Ok(()),
            Self::Expired => "商户证书已过期",
            Self::Revoked => "商户证书已作废",
            Self::Replaced => "已更换证书，请使用新证书",
            Self::None => "商户未申请过证书。",
        }))
    }
}

impl State {
    /// How the merchant stands.
    pub(crate) fn standing(&self, mchid: &Mchid) -> Standing {
        self.standings.get(mchid).map(|standing| (*standing).clone()).unwrap_or_default()
    }

    /// True when the merchant may take an order of this scene, or be paid one.
    pub(crate) fn may_collect(&self, mchid: &Mchid, scene: &TradeType) -> Result<(), Refused> {
        let Some(standing) = self.standings.get(mchid) else { return Ok(()) };
        if standing.disabled {
            return Err(Refused::MerchantDisabled);
        }
        if standing.collection_restricted {
            return Err(Refused::CollectionRestricted);
        }
        if standing.closed_scenes.contains(scene) {
            return Err(Refused::SceneClosed);
        }
        Ok(())
    }
}

impl Simulator {
    /// How a merchant stands; `None` when there is no such merchant.
    #[must_use]
    pub fn standing(&self, mchid: &Mchid) -> Option<Standing> {
        self.inner.platform.merchant(mchid)?;
        Some(self.with_state(|state, _, _| state.standing(mchid)))
    }

    /// Changes how a merchant stands. False when there is no such merchant.
    pub fn set_standing(&self, mchid: &Mchid, standing: Standing) -> bool {
        if self.inner.platform.merchant(mchid).is_none() {
            return false;
        }
        self.with_state(|state, _, _| {
            if standing == Standing::default() {
                state.standings.remove(mchid);
            } else {
                state.standings.insert(mchid.clone(), standing);
            }
        });
        true
    }
}
