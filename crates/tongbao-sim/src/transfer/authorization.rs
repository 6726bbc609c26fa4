//! Authorisations to receive without confirming (免确认收款授权, v3-extended.md §10.1).

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tongbao_wire::transfer::{
    AuthorizationCloseInfo, TransferAuthorization as Told, TransferAuthorizationState,
};
use tongbao_wire::{Appid, AuthorizationId, Mchid, Openid, OutAuthorizationNo, Timestamp};

use super::{
    AuthorizationKey, CONFIRMED_WITHIN, Package, TransferDue, TransferRefused, already_exists, not_found,
};
use crate::platform::Platform;
use crate::refusal::{Refusal, cause};
use crate::settings::{DIGITS, LETTERS};
use crate::state::{Due, State};

/// What a merchant asks for, checked.
pub(crate) struct NewAuthorization {
    pub(crate) mchid: Mchid,
    pub(crate) out_authorization_no: OutAuthorizationNo,
    pub(crate) appid: Appid,
    pub(crate) openid: Openid,
    pub(crate) payer: String,
    pub(crate) scene: String,
    pub(crate) perception: Option<String>,
    pub(crate) user_display_name: String,
    pub(crate) notify_url: String,
    pub(crate) terms: String,
}

/// An authorisation.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Authorization {
    /// As answers tell it.
    pub(crate) told: Told,
    pub(crate) mchid: Mchid,
    pub(crate) payer: String,
    pub(crate) notify_url: String,
    pub(crate) package_info: String,
    terms: String,
}

impl Authorization {
    /// Of which there is one at a time.
    fn place(&self) -> (Mchid, String, String) {
        let scene = self.told.transfer_scene_id.clone().unwrap_or_default();
        (self.mchid.clone(), self.payer.clone(), scene)
    }
}

impl State {
    /// Asks for an authorisation, or tells the one with this number. Creates the page it is given on.
    pub(crate) fn request_authorization(
        &mut self,
        platform: &Platform,
        asked: NewAuthorization,
        now: Timestamp,
    ) -> Result<Arc<Authorization>, Refusal> {
        let key = (asked.mchid.clone(), asked.out_authorization_no.clone());
        self.check_authorization(&asked)?;
        if let Some(known) = self.transfers.authorizations.get(&key) {
            return Ok(known);
        }
        let package_info = platform.chance.text(64, LETTERS) + "==";
        let told = Told {
            out_authorization_no: asked.out_authorization_no,
            appid: asked.appid,
            openid: asked.openid,
            user_display_name: asked.user_display_name,
            authorization_id: None,
            state: TransferAuthorizationState::WaitUserConfirm,
            authorize_time: None,
            close_info: None,
            transfer_scene_id: Some(asked.scene),
            user_recv_perception: asked.perception,
            create_time: Some(now),
            package_info: None,
        };
        let authorization = Authorization {
            told,
            mchid: asked.mchid,
            payer: asked.payer,
            notify_url: asked.notify_url,
            package_info: package_info.clone(),
            terms: asked.terms,
        };
        let place = authorization.place();
        self.transfers.authorizing.insert(place, key.1.clone());
        self.transfers.authorizations.insert(key.clone(), authorization);
        let payer = self.transfers.authorizations.get(&key).expect("just put in").payer.clone();
        self.offered(&payer, &package_info, now);
        self.transfers.packages.insert(package_info, Package::Authorization(key.clone()));
        let due = Due::Transfer(TransferDue::ExpireAuthorization(key.clone()));
        self.schedule(now.plus(CONFIRMED_WITHIN), due);
        Ok(self.transfers.authorizations.get(&key).expect("just put in"))
    }

    /// What [`Self::request_authorization`] would refuse: another request under the number, and a second for
    /// one user and scene.
    pub(crate) fn check_authorization(&self, asked: &NewAuthorization) -> Result<(), Refusal> {
        let key = (asked.mchid.clone(), asked.out_authorization_no.clone());
        if let Some(known) = self.transfers.authorizations.get(&key) {
            return if known.terms == asked.terms { Ok(()) } else { Err(already_exists()) };
        }
        let taken = self.transfers.authorizing.contains_key(&(
            asked.mchid.clone(),
            asked.payer.clone(),
            asked.scene.clone(),
        ));
        if !taken {
            return Ok(());
        }
        // v3-extended.md §10.1; the dossier has the sentence's beginning.
        let message = "用户在当前场景下的授权数量达到限制，请使用原授权单号";
        Err(Refusal::invalid(message, cause::REENTRY))
    }

    pub(crate) fn authorization_of(&self, key: &AuthorizationKey) -> Result<Arc<Authorization>, Refusal> {
        self.transfers.authorizations.get(key).ok_or_else(not_found)
    }

    /// An authorisation in force, by either number.
    pub(crate) fn authorization_in_force(
        &self,
        mchid: &Mchid,
        id: Option<&AuthorizationId>,
        number: Option<&OutAuthorizationNo>,
    ) -> Result<(AuthorizationKey, Arc<Authorization>), Refusal> {
        let by_id = id.and_then(|id| self.transfers.authorization_ids.get(id)).map(|key| (*key).clone());
        let key = by_id.or_else(|| number.map(|number| (mchid.clone(), number.clone())));
        let key = key
            .filter(|key| key.0 == *mchid)
            .ok_or_else(|| Refusal::invalid("授权单不存在", cause::ORDER_NOT_FOUND))?;
        let found = self.transfers.authorizations.get(&key);
        let found = found.ok_or_else(|| Refusal::invalid("授权单不存在", cause::ORDER_NOT_FOUND))?;
        if found.told.state == TransferAuthorizationState::TakingEffect {
            return Ok((key, found));
        }
        Err(Refusal::invalid("授权未生效或已关闭", cause::PARAMETER))
    }

    /// A new page that shows an authorisation.
    pub(crate) fn show_authorization(&mut self, platform: &Platform, key: &AuthorizationKey) -> String {
        let package = platform.chance.text(64, LETTERS) + "==";
        self.transfers.packages.insert(package.clone(), Package::Authorization(key.clone()));
        package
    }

    /// The user gives it.
    pub(crate) fn confirm_authorization(
        &mut self,
        platform: &Platform,
        key: &AuthorizationKey,
        payer: Option<&str>,
        now: Timestamp,
    ) -> Result<(), TransferRefused> {
        let serial = self.next_serial();
        let one = self.transfers.authorizations.get_mut(key).ok_or(TransferRefused::Unknown)?;
        if payer.is_some_and(|payer| payer != one.payer) {
            return Err(TransferRefused::Payer);
        }
        if one.told.state != TransferAuthorizationState::WaitUserConfirm {
            return Err(TransferRefused::State);
        }
        let text = format!("2{}{}{serial:09}", &now.digits()[..8], platform.chance.text(8, DIGITS));
        let id = AuthorizationId::parse(&text).expect("digits");
        one.told.state = TransferAuthorizationState::TakingEffect;
        one.told.authorization_id = Some(id.clone());
        one.told.authorize_time = Some(now);
        self.transfers.authorization_ids.insert(id, key.clone());
        self.tell_authorization(platform, key, now);
        Ok(())
    }

    /// Ends it for a reason of the documents; again changes nothing.
    pub(crate) fn close_authorization(
        &mut self,
        platform: &Platform,
        key: &AuthorizationKey,
        reason: &str,
        now: Timestamp,
    ) -> Result<Arc<Authorization>, Refusal> {
        let one = self.transfers.authorizations.get_mut(key).ok_or_else(not_found)?;
        if one.told.state != TransferAuthorizationState::Closed {
            one.told.state = TransferAuthorizationState::Closed;
            let info = AuthorizationCloseInfo { close_time: now, close_reason: reason.into() };
            one.told.close_info = Some(info);
            let place = one.place();
            self.transfers.authorizing.remove(&place);
            self.tell_authorization(platform, key, now);
        }
        Ok(self.transfers.authorizations.get(key).expect("just found"))
    }

    /// Nobody gave it for 24 hours.
    pub(super) fn expire_authorization(
        &mut self,
        platform: &Platform,
        key: &AuthorizationKey,
        at: Timestamp,
    ) {
        let waiting = self
            .transfers
            .authorizations
            .get(key)
            .is_some_and(|one| one.told.state == TransferAuthorizationState::WaitUserConfirm);
        if waiting {
            let _ = self.close_authorization(platform, key, "USER_OVERDUE_UNCONFIRMED", at);
        }
    }
}
