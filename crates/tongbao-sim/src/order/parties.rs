//! Who may order what from whom: bindings of appid, merchant, sub-merchant and openid (v3.md §2.1, §3).

use tongbao_wire::{Appid, Mchid};

use super::{NewOrder, Refused, SubMerchant};
use crate::platform::Platform;
use crate::state::State;

impl State {
    /// Checks the bindings and says who is to pay, where the order says so.
    pub(crate) fn admit(&self, platform: &Platform, asked: &NewOrder) -> Result<Option<String>, Refused> {
        if !platform.is_bound(&asked.appid, &asked.mchid) {
            return Err(Refused::AppidUnbound);
        }
        match &asked.sub {
            Some(sub) => check_sub(platform, &asked.mchid, &asked.appid, sub)?,
            None if asked.combined.is_none() && platform.is_provider(&asked.mchid) => {
                return Err(Refused::SubMissing);
            }
            None => {}
        }
        let (collector, scene) = asked.collected();
        self.may_collect(collector, scene)?;
        let payer = match &asked.openid {
            None => None,
            Some(openid) => match self.person(openid).as_deref() {
                Some((appid, payer)) if *appid == asked.appid => Some(payer.clone()),
                Some(_) => return Err(Refused::OpenidForeign),
                None => return Err(Refused::OpenidUnknown),
            },
        };
        let Some(openid) = &asked.sub_openid else { return Ok(payer) };
        let sub_appid = asked.sub.as_ref().and_then(|sub| sub.appid.as_ref());
        match self.person(openid).as_deref() {
            Some((appid, person))
                if Some(appid) == sub_appid && payer.as_ref().is_none_or(|payer| payer == person) =>
            {
                Ok(Some(person.clone()))
            }
            Some(_) | None => Err(Refused::SubOpenidForeign),
        }
    }
}

/// The provider acts for the sub-merchant, whose appid is its own.
fn check_sub(platform: &Platform, provider: &Mchid, appid: &Appid, sub: &SubMerchant) -> Result<(), Refused> {
    if sub.mchid == *provider {
        return Err(Refused::SubIsProvider);
    }
    let known = platform.merchant(&sub.mchid);
    if !known.is_some_and(|merchant| merchant.settings.providers.contains(provider)) {
        return Err(Refused::SubUnrelated);
    }
    match &sub.appid {
        Some(own) if own == appid => Err(Refused::SubAppidIsProviders),
        Some(own) if !platform.is_bound(own, &sub.mchid) => Err(Refused::SubAppidUnbound),
        Some(_) | None => Ok(()),
    }
}
