//! The request that sends an abnormal refund another way (v3.md §5.5).

use serde::Serialize;
use tongbao_wire::{Mchid, OutRefundNo};

use crate::sealed::Sealed;
use crate::unsendable::{self, Unsendable, UnsendableReason};

/// An `ABNORMAL` refund to send to a bank card, with
/// `POST /v3/refund/domestic/refunds/{refund_id}/apply-abnormal-refund`.
#[derive(Clone, Debug, Serialize)]
pub struct AbnormalRefundRequest {
    /// The sub-merchant whose refund it is, when the client is its service provider.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sub_mchid: Option<Mchid>,
    /// The merchant's number of the refund.
    pub out_refund_no: OutRefundNo,
    /// Where the money goes.
    #[serde(flatten)]
    pub to: AbnormalRefundTo,
}

/// Where the money of an abnormal refund goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type")]
pub enum AbnormalRefundTo {
    /// To a debit card of the payer.
    #[serde(rename = "USER_BANK_CARD")]
    UserBankCard {
        /// The bank, a word such as `ICBC_DEBIT`: CMB, COMM, ABC, CCB, ICBC, BOC, PAB, SPDB, CITIC, CEB,
        /// CMBC, CIB, GDB, PSBC or NBCB with `_DEBIT`.
        bank_type: String,
        /// The card's number, sealed.
        bank_account: Sealed,
        /// The payer's name, sealed.
        real_name: Sealed,
    },
    /// To the merchant's own account; the merchant pays the payer itself.
    #[serde(rename = "MERCHANT_BANK_CARD")]
    MerchantBankCard,
}

impl AbnormalRefundRequest {
    /// A refund to send on; `sub_mchid` is set on the value.
    #[must_use]
    pub fn new(out_refund_no: OutRefundNo, to: AbnormalRefundTo) -> Self {
        Self { sub_mchid: None, out_refund_no, to }
    }

    /// Checks what the platform would refuse.
    pub(crate) fn check(&self) -> Result<(), Unsendable> {
        match &self.to {
            AbnormalRefundTo::MerchantBankCard => Ok(()),
            AbnormalRefundTo::UserBankCard { bank_type, bank_account, real_name } => {
                unsendable::text("bank_type", bank_type, 16)?;
                if bank_account.serial() == real_name.serial() {
                    return Ok(());
                }
                let reason = "must be sealed with the same key as bank_account";
                Err(Unsendable::new("real_name", UnsendableReason::Combination(reason)))
            }
        }
    }
}

impl AbnormalRefundTo {
    /// The key its members are sealed with.
    pub(crate) fn serial(&self) -> Option<&str> {
        match self {
            Self::UserBankCard { bank_account, .. } => Some(bank_account.serial()),
            Self::MerchantBankCard => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use tongbao_wire::OutRefundNo;

    use super::{AbnormalRefundRequest, AbnormalRefundTo};
    use crate::sealed::Sealed;

    fn request(to: AbnormalRefundTo) -> AbnormalRefundRequest {
        AbnormalRefundRequest::new(OutRefundNo::parse("R20260301A").expect("valid"), to)
    }

    #[test]
    fn the_merchants_own_card_needs_nothing_else() {
        let request = request(AbnormalRefundTo::MerchantBankCard);
        assert_eq!(request.check(), Ok(()));
        assert_eq!(
            serde_json::to_string(&request).expect("serialises"),
            r#"{"out_refund_no":"R20260301A","type":"MERCHANT_BANK_CARD"}"#
        );
    }

    #[test]
    fn a_payers_card_names_its_bank_and_is_sealed_with_one_key() {
        let card = |bank_type: &str, serial| AbnormalRefundTo::UserBankCard {
            bank_type: bank_type.into(),
            bank_account: Sealed::kept("PUB_KEY_ID_1", "YWNjb3VudA=="),
            real_name: Sealed::kept(serial, "bmFtZQ=="),
        };
        let member = |to| request(to).check().map_err(|error| error.member.into_owned());
        assert_eq!(member(card("ICBC_DEBIT", "PUB_KEY_ID_1")), Ok(()));
        assert_eq!(member(card("", "PUB_KEY_ID_1")), Err("bank_type".into()));
        assert_eq!(member(card("A_VERY_LONG_DEBIT", "PUB_KEY_ID_1")), Err("bank_type".into()));
        assert_eq!(member(card("ICBC_DEBIT", "PUB_KEY_ID_2")), Err("real_name".into()));
    }
}
