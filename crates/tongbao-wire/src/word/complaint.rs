//! Words of consumer complaints (v3-extended.md §10.2). The platform's misspellings are kept.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::UNKNOWN_CHARS_MAX;

words! {
    /// Where a complaint stands (`complaint_state`).
    ComplaintState {
        /// Nobody has answered yet.
        Pending = "PENDING",
        /// Answered, not settled.
        Processing = "PROCESSING",
        /// Settled, until the consumer carries on.
        Processed = "PROCESSED",
    }

    /// What the consumer wants (`problem_type`).
    ComplaintProblem {
        /// A refund; the only kind whose refund is approved or refused here.
        Refund = "REFUND",
        /// A service that does not work.
        ServiceNotWork = "SERVICE_NOT_WORK",
        /// Something else.
        Others = "OTHERS",
    }

    /// What a notification tells of a complaint (`action_type`).
    ComplaintAction {
        /// The consumer complained.
        CreateComplaint = "CREATE_COMPLAINT",
        /// The consumer was not content, and carries on.
        ContinueComplaint = "CONTINUE_COMPLAINT",
        /// The consumer wrote.
        UserResponse = "USER_RESPONSE",
        /// The platform wrote.
        ResponseByPlatform = "RESPONSE_BY_PLATFORM",
        /// The merchant refunded.
        SellerRefund = "SELLER_REFUND",
        /// The merchant wrote.
        MerchantResponse = "MERCHANT_RESPONSE",
        /// The merchant reported it as dealt with.
        MerchantConfirmComplete = "MERCHANT_CONFIRM_COMPLETE",
        /// The consumer asked the platform to help.
        UserApplyPlatformService = "USER_APPLY_PLATFORM_SERVICE",
        /// The consumer no longer wants help.
        UserCancelPlatformService = "USER_CANCEL_PLATFORM_SERVICE",
        /// The platform's help ended.
        PlatformServiceFinished = "PLATFORM_SERVICE_FINISHED",
        /// The merchant approved the refund.
        MerchantApproveRefund = "MERCHANT_APPROVE_REFUND",
        /// The merchant refused the refund.
        MerchantRejectRefund = "MERCHANT_REJECT_REFUND",
        /// The refund arrived.
        RefundSuccess = "REFUND_SUCCESS",
    }

    /// What was done about a complaint (`operate_type`).
    ComplaintOperation {
        /// The consumer complained.
        UserCreateComplaint = "USER_CREATE_COMPLAINT",
        /// The consumer carries on.
        UserContinueComplaint = "USER_CONTINUE_COMPLAINT",
        /// The consumer wrote.
        UserResponse = "USER_RESPONSE",
        /// The platform wrote.
        PlatformResponse = "PLATFORM_RESPONSE",
        /// The merchant wrote.
        MerchantResponse = "MERCHANT_RESPONSE",
        /// The merchant reported it as dealt with.
        MerchantConfirmComplete = "MERCHANT_CONFIRM_COMPLETE",
        /// The system noted the complaint.
        UserCreateComplaintSystemMessage = "USER_CREATE_COMPLAINT_SYSTEM_MESSAGE",
        /// The system noted a full refund.
        ComplaintFullRefundedSystemMessage = "COMPLAINT_FULL_REFUNDED_SYSTEM_MESSAGE",
        /// The system noted that the consumer carries on.
        UserContinueComplaintSystemMessage = "USER_CONTINUE_COMPLAINT_SYSTEM_MESSAGE",
        /// The consumer withdrew; in old complaints only.
        UserRevokeComplaint = "USER_REVOKE_COMPLAINT",
        /// The consumer was content; in old complaints only.
        UserComfirmComplaint = "USER_COMFIRM_COMPLAINT",
        /// The platform pressed for an answer.
        PlatformHelpApplication = "PLATFORM_HELP_APPLICATION",
        /// The consumer asked the platform to help.
        UserApplyPlatformHelp = "USER_APPLY_PLATFORM_HELP",
        /// The merchant approved the refund.
        MerchantApproveRefund = "MERCHANT_APPROVE_REFUND",
        /// The merchant refused the refund; the reason is in `operate_details`.
        MerchantRefuseRerund = "MERCHANT_REFUSE_RERUND",
        /// The consumer gave marks; they are in `operate_details`.
        UserSubmitSatisfaction = "USER_SUBMIT_SATISFACTION",
        /// The service order was cancelled.
        ServiceOrderCancel = "SERVICE_ORDER_CANCEL",
        /// The service order was completed.
        ServiceOrderComplete = "SERVICE_ORDER_COMPLETE",
        /// The system noted a partial refund.
        ComplaintPartialRefundedSystemMessage = "COMPLAINT_PARTIAL_REFUNDED_SYSTEM_MESSAGE",
        /// The system noted that a refund arrived.
        ComplaintRefundReceivedSystemMessage = "COMPLAINT_REFUND_RECEIVED_SYSTEM_MESSAGE",
        /// The system noted a refund on the merchant's behalf.
        ComplaintEntrustedRefundSystemMessage = "COMPLAINT_ENTRUSTED_REFUND_SYSTEM_MESSAGE",
        /// The consumer asked the platform to help.
        UserApplyPlatformService = "USER_APPLY_PLATFORM_SERVICE",
        /// The consumer no longer wants help.
        UserCancelPlatformService = "USER_CANCEL_PLATFORM_SERVICE",
        /// The platform's help ended.
        PlatformServiceFinished = "PLATFORM_SERVICE_FINISHED",
        /// The consumer wrote by clicking on what a message offered.
        UserClickResponse = "USER_CLICK_RESPONSE",
    }

    /// Who wrote a message (`sender_identity`); the protocol's own `UNKNOWN` reads as an unknown word.
    SenderIdentity {
        /// A person.
        Manual = "MANUAL",
        /// A machine.
        Machine = "MACHINE",
    }

    /// The colour of a text (`color`).
    TextColor {
        /// The ordinary one.
        Default = "DEFAULT",
        /// A paler one.
        Secondary = "SECONDARY",
    }

    /// How a picture is shown (`image_style_type`).
    ImageStyle {
        /// Narrow.
        Narrow = "IMAGE_STYLE_TYPE_NARROW",
        /// As wide as the message.
        Wide = "IMAGE_STYLE_TYPE_WIDE",
    }

    /// How buttons stand (`button_layout`).
    ButtonLayout {
        /// Beside each other.
        Horizontal = "LAYOUT_HORIZONTAL",
        /// Below each other.
        Vertical = "LAYOUT_VERTICAL",
    }
}

#[cfg(test)]
mod tests {
    use super::{ComplaintAction, ComplaintOperation, ComplaintState};

    #[test]
    fn every_word_reads_back() {
        for action in ComplaintAction::ALL {
            assert_eq!(&ComplaintAction::from(action.as_str()), action);
        }
        for operation in ComplaintOperation::ALL {
            assert_eq!(&ComplaintOperation::from(operation.as_str()), operation);
        }
        assert_eq!(ComplaintState::from("REOPENED").as_str(), "REOPENED");
    }
}
