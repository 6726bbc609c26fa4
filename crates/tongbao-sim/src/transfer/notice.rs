//! What merchants are told of transfers and authorisations (v3-extended.md §10.1).

use tongbao_wire::transfer::{TransferAuthorizationNotice, TransferAuthorizationState, TransferNotice};
use tongbao_wire::{Mchid, Timestamp};

use super::{AuthorizationKey, BillKey};
use crate::notice::NewNotice;
use crate::platform::Platform;
use crate::state::State;

impl State {
    /// A transfer reached its end.
    pub(super) fn tell_transfer_end(&mut self, platform: &Platform, key: &BillKey, at: Timestamp) {
        let bill = self.transfers.bills.get(key).expect("just ended");
        let Some(url) = bill.notify_url.clone() else { return };
        let told = &bill.told;
        let plain = TransferNotice {
            out_bill_no: told.out_bill_no.clone(),
            transfer_bill_no: told.transfer_bill_no.clone(),
            state: told.state.clone(),
            mch_id: Some(told.mch_id.clone()),
            mchid: None,
            sub_mchid: None,
            transfer_amount: told.transfer_amount,
            openid: told.openid.clone().expect("every transfer has a user"),
            fail_reason: told.fail_reason.clone(),
            create_time: told.create_time,
            update_time: told.update_time.unwrap_or(at),
            payment_method_type: Some("CFT".into()),
        };
        let plain = serde_json::to_vec(&plain).expect("a transfer notice is plain data");
        self.notify(
            platform,
            notice(&key.0, "MCHTRANSFER.BILL.FINISHED", "商家转账单据终态通知", url, plain),
            at,
        );
    }

    /// An authorisation took effect or ended.
    pub(super) fn tell_authorization(&mut self, platform: &Platform, key: &AuthorizationKey, at: Timestamp) {
        let authorization = self.transfers.authorizations.get(key).expect("just changed");
        let told = &authorization.told;
        let closed = told.state == TransferAuthorizationState::Closed;
        let plain = TransferAuthorizationNotice {
            out_authorization_no: told.out_authorization_no.clone(),
            appid: told.appid.clone(),
            openid: told.openid.clone(),
            user_display_name: Some(told.user_display_name.clone()),
            authorization_id: told.authorization_id.clone(),
            state: told.state.clone(),
            authorize_time: told.authorize_time,
            close_info: told.close_info.clone(),
        };
        let plain = serde_json::to_vec(&plain).expect("an authorisation notice is plain data");
        let (event_type, summary) = if closed {
            ("MCHTRANSFER.AUTHORIZATION.CLOSED", "免确认收款授权关闭通知")
        } else {
            ("MCHTRANSFER.AUTHORIZATION.CONFIRMED", "免确认收款授权成功通知")
        };
        let url = authorization.notify_url.clone();
        self.notify(platform, notice(&key.0, event_type, summary, url, plain), at);
    }
}

fn notice(
    mchid: &Mchid,
    event_type: &'static str,
    summary: &'static str,
    url: String,
    plain: Vec<u8>,
) -> NewNotice {
    NewNotice {
        mchid: mchid.clone(),
        out_trade_no: None,
        out_refund_no: None,
        event_type,
        original_type: "mch_payment",
        summary,
        url,
        plain,
    }
}
