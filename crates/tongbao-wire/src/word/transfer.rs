//! Words of transfers to users (v3-extended.md §10.1).

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::UNKNOWN_CHARS_MAX;

words! {
    /// Why a transfer failed (`fail_reason`). An open set; the documents print the names, few explanations.
    TransferFailReason {
        /// The user's account is frozen.
        AccountFrozen = "ACCOUNT_FROZEN",
        /// The user has no account to receive with.
        AccountNotExist = "ACCOUNT_NOT_EXIST",
        /// The account of the user's bank card is abnormal.
        BankCardAccountAbnormal = "BANK_CARD_ACCOUNT_ABNORMAL",
        /// The bank of the user's card is wrong.
        BankCardBankInfoWrong = "BANK_CARD_BANK_INFO_WRONG",
        /// The number or name of the user's card is wrong.
        BankCardCardInfoWrong = "BANK_CARD_CARD_INFO_WRONG",
        /// The user's card received all it may.
        BankCardCollectionsAboveQuota = "BANK_CARD_COLLECTIONS_ABOVE_QUOTA",
        /// The bank turned the parameters down.
        BankCardParamError = "BANK_CARD_PARAM_ERROR",
        /// The user's card is in no state to receive.
        BankCardStatusAbnormal = "BANK_CARD_STATUS_ABNORMAL",
        /// The user received all that a rule of the business allows in a month.
        UserMonthLimitByRule = "BLOCK_B2C_USERLIMITAMOUNT_BSRULE_MONTH",
        /// The user received all that is allowed in a month.
        UserMonthLimit = "BLOCK_B2C_USERLIMITAMOUNT_MONTH",
        /// The user received as often as is allowed in a day.
        DayReceivedCountExceed = "DAY_RECEIVED_COUNT_EXCEED",
        /// The user received as much as is allowed in a day.
        DayReceivedQuotaExceed = "DAY_RECEIVED_QUOTA_EXCEED",
        /// More than was estimated beforehand.
        ExceededEstimatedAmount = "EXCEEDED_ESTIMATED_AMOUNT",
        /// The identity card is not the user's.
        IdCardNotCorrect = "ID_CARD_NOT_CORRECT",
        /// The merchant cancelled.
        MchCancel = "MCH_CANCEL",
        /// The merchant's approver refused.
        MerchantReject = "MERCHANT_REJECT",
        /// The merchant's approver did not decide in time.
        MerchantNotConfirm = "MERCHANT_NOT_CONFIRM",
        /// `user_name` is not the user's.
        NameNotCorrect = "NAME_NOT_CORRECT",
        /// `openid` is nobody's, or not the appid's.
        OpenidInvalid = "OPENID_INVALID",
        /// Another reason.
        OtherFailReasonType = "OTHER_FAIL_REASON_TYPE",
        /// The user did not confirm within 24 hours.
        OverdueClose = "OVERDUE_CLOSE",
        /// The user's account is abnormal.
        PayeeAccountAbnormal = "PAYEE_ACCOUNT_ABNORMAL",
        /// The merchant's account is abnormal.
        PayerAccountAbnormal = "PAYER_ACCOUNT_ABNORMAL",
        /// The merchant may not use the product.
        ProductAuthCheckFail = "PRODUCT_AUTH_CHECK_FAIL",
        /// The user's accounts together received all they may.
        RealnameAccountReceivedQuotaExceed = "REALNAME_ACCOUNT_RECEIVED_QUOTA_EXCEED",
        /// The user never proved who they are.
        RealNameCheckFail = "REAL_NAME_CHECK_FAIL",
        /// The user set no account to receive with.
        ReceiveAccountNotConfigure = "RECEIVE_ACCOUNT_NOT_CONFIGURE",
        /// Not what was reserved.
        ReservationInfoNotMatch = "RESERVATION_INFO_NOT_MATCH",
        /// Not the scene that was reserved.
        ReservationSceneNotMatch = "RESERVATION_SCENE_NOT_MATCH",
        /// The reservation is in no state to be used.
        ReservationStateInvalid = "RESERVATION_STATE_INVALID",
        /// The merchant transferred all it may.
        TransferQuotaExceed = "TRANSFER_QUOTA_EXCEED",
        /// The remark could not be set.
        TransferRemarkSetFail = "TRANSFER_REMARK_SET_FAIL",
        /// Stopped by risk control.
        TransferRisk = "TRANSFER_RISK",
        /// The scene is not one of the merchant's.
        TransferSceneInvalid = "TRANSFER_SCENE_INVALID",
        /// The scene cannot be used at present.
        TransferSceneUnavailable = "TRANSFER_SCENE_UNAVAILABLE",
        /// More than the related order allows.
        RelatedOrderTransferAmountExceed = "RELATED_ORDER_TRANSFER_AMOUNT_EXCEED",
        /// More often than the related order allows.
        RelatedOrderTransferCountExceed = "RELATED_ORDER_TRANSFER_COUNT_EXCEED",
        /// The budget does not suffice.
        BudgetNotEnough = "BUDGET_NOT_ENOUGH",
    }

    /// Where an authorisation to receive without confirming stands (`state`).
    TransferAuthorizationState {
        /// The user has 24 hours to authorise.
        WaitUserConfirm = "WAIT_USER_CONFIRM",
        /// In force: transfers under it need no confirmation.
        TakingEffect = "TAKING_EFFECT",
        /// Ended, or never given; a new one needs a new number.
        Closed = "CLOSED",
    }

    /// Where the receipt of a transfer stands (`state`).
    TransferReceiptState {
        /// Being made; ask again later.
        Generating = "GENERATING",
        /// Made; can be downloaded.
        Finished = "FINISHED",
        /// Could not be made.
        Failed = "FAILED",
    }
}

#[cfg(test)]
mod tests {
    use super::{TransferAuthorizationState, TransferFailReason, TransferReceiptState};

    #[test]
    fn every_word_reads_back() {
        for reason in TransferFailReason::ALL {
            assert_eq!(&TransferFailReason::from(reason.as_str()), reason);
        }
        for state in TransferAuthorizationState::ALL {
            assert_eq!(&TransferAuthorizationState::from(state.as_str()), state);
        }
        assert_eq!(TransferReceiptState::from("LATER").as_str(), "LATER");
    }
}
