//! Closing: asked for here, done at the platform, checked there, and only then final here.

use super::Draft;
use crate::{Cause, CloseReason, EventKind, OrderState, Refusal};

impl Draft<'_> {
    pub(super) fn close(&mut self, reason: CloseReason, cause: Cause) -> Result<(), Refusal> {
        match &self.order.state {
            OrderState::Open => {}
            OrderState::Paid { .. } => return Err(Refusal::AlreadyPaid),
            OrderState::Closed { .. } => return Ok(()),
            // Whoever wants the whole order closed overrules a payment that only gives way.
            OrderState::Closing { reason: CloseReason::Superseded, .. }
                if reason != CloseReason::Superseded => {}
            OrderState::Closing { .. } => return Ok(()),
        }
        if reason == CloseReason::Superseded && self.order.live_payment().is_none() {
            return Ok(());
        }
        self.order.state = OrderState::Closing { reason, since: self.now };
        self.tell(cause, EventKind::CloseAsked { reason });
        self.close_if_nothing_is_live();
        Ok(())
    }

    /// The last live payment of an order being closed is gone: so is the reason to wait.
    pub(super) fn close_if_nothing_is_live(&mut self) {
        let OrderState::Closing { reason, .. } = self.order.state else {
            return;
        };
        if self.order.live_payment().is_some() {
            return;
        }
        match reason {
            CloseReason::Superseded => self.order.state = OrderState::Open,
            CloseReason::Expired | CloseReason::Merchant | CloseReason::Payer => {
                self.order.state = OrderState::Closed { reason, at: self.now };
                self.tell(reason.policy(), EventKind::OrderClosed { reason });
            }
        }
    }
}
