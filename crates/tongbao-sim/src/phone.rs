//! The payer's phone, for callers of this crate: payment codes, passwords, scanned codes.

use tongbao_wire::{AuthCode, Mchid, OutTradeNo};

use crate::cashier::open_scanned;
use crate::code_pay::{Asking, Confirmed};
use crate::{Acts, Mood, OrderView, PayRefused, Simulator};

impl Simulator {
    /// The payment code (付款码) that a payer's phone shows, the first's unless named: good for one use within
    /// a minute (v3.md §2.8).
    ///
    /// # Errors
    /// [`PayRefused::UnknownPayer`].
    pub fn payment_code(&self, payer: Option<&str>) -> Result<AuthCode, PayRefused> {
        self.issue_code(payer, Asking::ByRule)
    }

    /// The same for a payer who will be asked for the password whatever the amount.
    ///
    /// # Errors
    /// [`PayRefused::UnknownPayer`].
    pub fn payment_code_with_password(&self, payer: Option<&str>) -> Result<AuthCode, PayRefused> {
        self.issue_code(payer, Asking::Always)
    }

    fn issue_code(&self, payer: Option<&str>, asking: Asking) -> Result<AuthCode, PayRefused> {
        self.with_state(|state, platform, now| {
            state.issue_code(platform, payer.unwrap_or(&platform.first_payer), asking, now)
        })
    }

    /// The payer of a scanned payment code types the password. The order is `SUCCESS` or `PAYERROR` after; a
    /// wrong password leaves it `USERPAYING` while there are tries left.
    ///
    /// # Errors
    /// [`PayRefused`] when nobody is asked for the password of this order.
    pub fn type_password(
        &self,
        mchid: Option<&Mchid>,
        out_trade_no: &OutTradeNo,
        password: &str,
    ) -> Result<OrderView, PayRefused> {
        self.with_state(|state, platform, now| {
            let key = state.order_key(mchid, out_trade_no)?;
            let typed = state.confirm(platform, &key, password, now)?;
            match typed {
                Confirmed::Paid | Confirmed::Wrong { .. } | Confirmed::Locked | Confirmed::Insufficient => {}
            }
            Ok(state.order_view(&state.orders.get(&key).expect("just found")))
        })
    }

    /// Scans the QR code of a Native order and opens the cashier. Gives the session that `/cashier/pay` takes.
    ///
    /// # Errors
    /// [`PayRefused`] as the phone would tell it: the code ran out or was replaced, the order is paid.
    pub fn scan(&self, code_url: &str, payer: Option<&str>) -> Result<String, PayRefused> {
        self.with_state(|state, platform, now| {
            let payer = payer.unwrap_or(&platform.first_payer);
            open_scanned(state, platform, code_url, payer, now).map(|sheet| sheet.session)
        })
    }

    /// Sets what a payer does when it comes to paying, and when without being told to. False when there is no
    /// such payer.
    pub fn set_mood(&self, payer: &str, mood: Mood, acts: Acts) -> bool {
        self.with_state(|state, platform, now| {
            let known = state.set_mood(payer, mood, acts);
            state.takes_up(platform, payer, now);
            known
        })
    }

    /// Bars a payer's account, or opens it again: no code of it is charged, and refunds cannot arrive
    /// (v3.md §5.2). False when there is no such payer.
    pub fn set_payer_abnormal(&self, payer: &str, abnormal: bool) -> bool {
        self.with_state(|state, _, _| {
            let person = state.payers.get_mut(payer);
            person.map(|person| person.abnormal = abnormal).is_some()
        })
    }
}
