//! The calls a merchant makes: one row each, with its address, what repeating it does, and its codes.
//!
//! The codes are those the documents list for the call; any call may answer any code.

mod codes;
mod special;

use crate::ErrorCode;
use crate::ErrorCode::{
    AppidMchidNotMatch, AppidNotExist, ApplymentNotExist, AuthCodeError, AuthCodeExpire, AuthCodeInvalid,
    BankError, BuyerMismatch, CertError, FrequencyLimited, InvalidRequest, LackParams, MchNotExists,
    MchidNotExist, NoAuth, NoStatementExist, NotEnough, NotSupportCard, NotUtf8, OrderClosed, OrderNotExist,
    OrderPaid, OrderReversed, OutTradeNoUsed, ParamError, PostDataEmpty, Processing, RequestBlocked,
    RequirePostMethod, ResourceNotExists, RuleLimit, SignError, StatementCreating, SystemError, TradeError,
    TradeStateError, UserPaying, XmlFormatError,
};
use crate::{Explanation, Retry, Text};
use codes::{
    APPLYMENT_LOOKUP, BILL, CLOSE, CODE_PAY, COMBINE, COMMON, CREATE, INTENT, LOOKUP, ORDER_QUERY_V2, QUERY,
    REFUND, REFUND_QUERY_V2, REFUND_V2, REVERSE, REVERSE_V2, SETTING, TRANSFER, TRANSFER_LOOKUP,
};

/// Which of the platform's faces a call belongs to. They differ in signature, format and codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Face {
    /// WeChat Pay `APIv3`: JSON, RSA (v3.md).
    V3,
    /// WeChat Pay `APIv2`: XML, MD5 or HMAC (v2.md).
    V2,
    /// `api.weixin.qq.com`: JSON, access token (miniprogram.md).
    Weixin,
}

/// What sending the same request twice does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repetition {
    /// The same as sending it once. May be repeated without asking anybody.
    Harmless,
    /// Money moves, and although the number in it protects, the documents want a query before every repetition:
    /// refunds, charges, transfers. Profit sharing is safe under its number, they say, and counts as harmless.
    AfterQuery,
    /// It happens twice: a second reply, a second message, a second code spent.
    Twice,
}

macro_rules! calls {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $face:ident $method:ident $path:literal, $repetition:ident, $codes:expr;)*) => {
        /// A call to the platform.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Call {
            $($(#[$doc])* $variant,)*
            /// A call this version does not type.
            Untyped,
        }

        impl Call {
            /// Every call with a row.
            pub const ALL: &'static [Call] = &[$(Call::$variant,)*];

            /// Stable name.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                    Self::Untyped => "untyped",
                }
            }

            /// Which of the platform's faces it belongs to.
            #[must_use]
            pub const fn face(self) -> Face {
                match self {
                    $(Self::$variant => Face::$face,)*
                    Self::Untyped => Face::V3,
                }
            }

            /// HTTP method.
            #[must_use]
            pub const fn method(self) -> &'static str {
                match self {
                    $(Self::$variant => stringify!($method),)*
                    Self::Untyped => "",
                }
            }

            /// Path, with the names of what is filled in between braces.
            #[must_use]
            pub const fn path(self) -> &'static str {
                match self {
                    $(Self::$variant => $path,)*
                    Self::Untyped => "",
                }
            }

            /// What sending it twice does.
            #[must_use]
            pub const fn repetition(self) -> Repetition {
                match self {
                    $(Self::$variant => Repetition::$repetition,)*
                    Self::Untyped => Repetition::Twice,
                }
            }

            /// The codes its documents list.
            #[must_use]
            pub fn codes(self) -> &'static [ErrorCode] {
                match self {
                    $(Self::$variant => const { $codes },)*
                    Self::Untyped => const { &[] },
                }
            }
        }
    };
}

calls! {
    /// Create a JSAPI or mini-program order (v3.md §2.1).
    JsapiPrepay = "jsapi_prepay", V3 POST "/v3/pay/transactions/jsapi", Harmless, CREATE;
    /// Create an order for a mobile app (v3.md §2.1).
    AppPrepay = "app_prepay", V3 POST "/v3/pay/transactions/app", Harmless, CREATE;
    /// Create an order for a browser outside WeChat (v3.md §2.1).
    H5Prepay = "h5_prepay", V3 POST "/v3/pay/transactions/h5", Harmless, CREATE;
    /// Create an order paid by scanning a QR code (v3.md §2.1).
    NativePrepay = "native_prepay", V3 POST "/v3/pay/transactions/native", Harmless, CREATE;
    /// Charge a scanned payment code (v3.md §2.8).
    CodePay = "code_pay", V3 POST "/v3/pay/transactions/codepay", AfterQuery, CODE_PAY;
    /// Look up a payment by the merchant's number (v3.md §2.5).
    Query = "query", V3 GET "/v3/pay/transactions/out-trade-no/{out_trade_no}", Harmless, QUERY;
    /// Look up a payment by the platform's number (v3.md §2.5).
    QueryById = "query_by_id", V3 GET "/v3/pay/transactions/id/{transaction_id}", Harmless, QUERY;
    /// Close an order (v3.md §2.6).
    Close = "close", V3 POST "/v3/pay/transactions/out-trade-no/{out_trade_no}/close", Harmless, CLOSE;
    /// Reverse a payment-code order (v3.md §2.8).
    Reverse = "reverse", V3 POST "/v3/pay/transactions/out-trade-no/{out_trade_no}/reverse", Harmless, REVERSE;

    /// As a service provider: create a JSAPI or mini-program order (v3.md §3).
    PartnerJsapiPrepay = "partner_jsapi_prepay", V3 POST "/v3/pay/partner/transactions/jsapi", Harmless, CREATE;
    /// As a service provider: create an order for a mobile app (v3.md §3).
    PartnerAppPrepay = "partner_app_prepay", V3 POST "/v3/pay/partner/transactions/app", Harmless, CREATE;
    /// As a service provider: create an order for a browser outside WeChat (v3.md §3).
    PartnerH5Prepay = "partner_h5_prepay", V3 POST "/v3/pay/partner/transactions/h5", Harmless, CREATE;
    /// As a service provider: create an order paid by scanning a QR code (v3.md §3).
    PartnerNativePrepay = "partner_native_prepay", V3 POST "/v3/pay/partner/transactions/native", Harmless, CREATE;
    /// As a service provider: charge a scanned payment code (v3.md §2.8, §3).
    PartnerCodePay = "partner_code_pay", V3 POST "/v3/pay/partner/transactions/codepay", AfterQuery, CODE_PAY;
    /// As a service provider: look up a payment by its number (v3.md §3).
    PartnerQuery = "partner_query", V3 GET "/v3/pay/partner/transactions/out-trade-no/{out_trade_no}", Harmless, QUERY;
    /// As a service provider: look up a payment by the platform's number (v3.md §3).
    PartnerQueryById = "partner_query_by_id", V3 GET "/v3/pay/partner/transactions/id/{transaction_id}", Harmless, QUERY;
    /// As a service provider: close an order (v3.md §3).
    PartnerClose = "partner_close", V3 POST "/v3/pay/partner/transactions/out-trade-no/{out_trade_no}/close", Harmless, CLOSE;
    /// As a service provider: reverse a payment-code order (v3.md §3).
    PartnerReverse = "partner_reverse", V3 POST "/v3/pay/partner/transactions/out-trade-no/{out_trade_no}/reverse", Harmless, REVERSE;

    /// Create a combined order, JSAPI or mini program (v3.md §4).
    CombineJsapiPrepay = "combine_jsapi_prepay", V3 POST "/v3/combine-transactions/jsapi", Harmless, COMBINE;
    /// Create a combined order for a mobile app (v3.md §4).
    CombineAppPrepay = "combine_app_prepay", V3 POST "/v3/combine-transactions/app", Harmless, COMBINE;
    /// Create a combined order for a browser outside WeChat (v3.md §4).
    CombineH5Prepay = "combine_h5_prepay", V3 POST "/v3/combine-transactions/h5", Harmless, COMBINE;
    /// Create a combined order paid by scanning a QR code (v3.md §4).
    CombineNativePrepay = "combine_native_prepay", V3 POST "/v3/combine-transactions/native", Harmless, COMBINE;
    /// Look up a combined order (v3.md §4).
    CombineQuery = "combine_query", V3 GET "/v3/combine-transactions/out-trade-no/{combine_out_trade_no}", Harmless, COMBINE;
    /// Close a combined order (v3.md §4).
    CombineClose = "combine_close", V3 POST "/v3/combine-transactions/out-trade-no/{combine_out_trade_no}/close", Harmless, COMBINE;

    /// Ask for a refund (v3.md §5.1).
    Refund = "refund", V3 POST "/v3/refund/domestic/refunds", AfterQuery, REFUND;
    /// Look up a refund (v3.md §5.3).
    QueryRefund = "query_refund", V3 GET "/v3/refund/domestic/refunds/{out_refund_no}", Harmless, &[ParamError, SignError, MchNotExists, ResourceNotExists, FrequencyLimited, SystemError];
    /// Send an abnormal refund another way (v3.md §5.5).
    AbnormalRefund = "abnormal_refund", V3 POST "/v3/refund/domestic/refunds/{refund_id}/apply-abnormal-refund", AfterQuery, &[ParamError, InvalidRequest, SignError, ResourceNotExists, FrequencyLimited, SystemError];

    /// Ask where the trade bill is (v3.md §7.1).
    TradeBill = "trade_bill", V3 GET "/v3/bill/tradebill", Harmless, BILL;
    /// Ask where the fund-flow bill is (v3.md §7.1).
    FundFlowBill = "fund_flow_bill", V3 GET "/v3/bill/fundflowbill", Harmless, BILL;
    /// Ask where a sub-merchant's fund-flow bill is (v3.md §7.1).
    SubMerchantFundFlowBill = "sub_merchant_fund_flow_bill", V3 GET "/v3/bill/sub-merchant-fundflowbill", Harmless, BILL;
    /// Ask where the profit-sharing bill is (v3.md §7.1).
    ProfitSharingBill = "profit_sharing_bill", V3 GET "/v3/profitsharing/bills", Harmless, BILL;
    /// Download a bill (v3.md §7.2).
    DownloadBill = "download_bill", V3 GET "/v3/billdownload/file", Harmless, &[InvalidRequest, NoAuth, SignError, SystemError];

    /// Download the platform's certificates (v3.md §1.8).
    Certificates = "certificates", V3 GET "/v3/certificates", Harmless, &[ParamError, InvalidRequest, SignError, ResourceNotExists, SystemError];
    /// Test keys and addresses against the platform (v3.md §1.13).
    SecurityEcho = "security_echo", V3 POST "/v3/security/echo", Harmless, COMMON;

    /// Share a payment with receivers (v3-extended.md §8.3).
    ShareProfit = "share_profit", V3 POST "/v3/profitsharing/orders", Harmless, &[ParamError, InvalidRequest, SignError, NoAuth, RuleLimit, NotEnough, FrequencyLimited, SystemError];
    /// Look up a share (v3-extended.md §8.2).
    QueryShare = "query_share", V3 GET "/v3/profitsharing/orders/{out_order_no}", Harmless, LOOKUP;
    /// End sharing and give the rest back to the merchant (v3-extended.md §8.4).
    UnfreezeShare = "unfreeze_share", V3 POST "/v3/profitsharing/orders/unfreeze", Harmless, &[ParamError, InvalidRequest, SignError, NoAuth, NotEnough, FrequencyLimited, SystemError];
    /// Take a share back from a receiver (v3-extended.md §8.4).
    ReturnShare = "return_share", V3 POST "/v3/profitsharing/return-orders", Harmless, SETTING;
    /// Look up a return (v3-extended.md §8.2).
    QueryShareReturn = "query_share_return", V3 GET "/v3/profitsharing/return-orders/{out_return_no}", Harmless, LOOKUP;
    /// Ask how much of a payment can still be shared (v3-extended.md §8.2).
    UnsplitAmount = "unsplit_amount", V3 GET "/v3/profitsharing/transactions/{transaction_id}/amounts", Harmless, LOOKUP;
    /// Ask how much of its payments a sub-merchant lets the provider share (v3-extended.md §8.2).
    MaxShareRatio = "max_share_ratio", V3 GET "/v3/profitsharing/merchant-configs/{sub_mchid}", Harmless, LOOKUP;
    /// Add a receiver (v3-extended.md §8.4).
    AddShareReceiver = "add_share_receiver", V3 POST "/v3/profitsharing/receivers/add", Harmless, SETTING;
    /// Remove a receiver (v3-extended.md §8.4).
    RemoveShareReceiver = "remove_share_receiver", V3 POST "/v3/profitsharing/receivers/delete", Harmless, SETTING;

    /// Start a transfer to a user (v3-extended.md §10.1).
    StartTransfer = "start_transfer", V3 POST "/v3/fund-app/mch-transfer/transfer-bills", AfterQuery, TRANSFER;
    /// Look up a transfer by the merchant's number (v3-extended.md §10.1).
    QueryTransfer = "query_transfer", V3 GET "/v3/fund-app/mch-transfer/transfer-bills/out-bill-no/{out_bill_no}", Harmless, TRANSFER_LOOKUP;
    /// Look up a transfer by the platform's number (v3-extended.md §10.1).
    QueryTransferByBillNo = "query_transfer_by_bill_no", V3 GET "/v3/fund-app/mch-transfer/transfer-bills/transfer-bill-no/{transfer_bill_no}", Harmless, TRANSFER_LOOKUP;
    /// Cancel a transfer that the user has not confirmed (v3-extended.md §10.1).
    CancelTransfer = "cancel_transfer", V3 POST "/v3/fund-app/mch-transfer/transfer-bills/out-bill-no/{out_bill_no}/cancel", Harmless, &[ParamError, InvalidRequest, SignError, FrequencyLimited, SystemError];
    /// Start a transfer and ask the user to receive later ones without confirming (v3-extended.md §10.1).
    StartTransferWithAuthorization = "start_transfer_with_authorization", V3 POST "/v3/fund-app/mch-transfer/transfer-bills/pre-transfer-with-authorization", AfterQuery, TRANSFER;
    /// Transfer under an authorisation, without the user's confirmation (v3-extended.md §10.1).
    TransferUnderAuthorization = "transfer_under_authorization", V3 POST "/v3/fund-app/mch-transfer/transfer-bills/transfer", AfterQuery, TRANSFER;
    /// Ask a user to receive transfers without confirming (v3-extended.md §10.1).
    RequestTransferAuthorization = "request_transfer_authorization", V3 POST "/v3/fund-app/mch-transfer/user-confirm-authorization", Harmless, TRANSFER_LOOKUP;
    /// Look up such an authorisation (v3-extended.md §10.1).
    QueryTransferAuthorization = "query_transfer_authorization", V3 GET "/v3/fund-app/mch-transfer/user-confirm-authorization/out-authorization-no/{out_authorization_no}", Harmless, TRANSFER_LOOKUP;
    /// End such an authorisation (v3-extended.md §10.1).
    CloseTransferAuthorization = "close_transfer_authorization", V3 POST "/v3/fund-app/mch-transfer/user-confirm-authorization/out-authorization-no/{out_authorization_no}/close", Harmless, TRANSFER_LOOKUP;
    /// Ask for the receipt of a transfer, by the merchant's number (v3-extended.md §10.1).
    RequestTransferReceipt = "request_transfer_receipt", V3 POST "/v3/fund-app/mch-transfer/elecsign/out-bill-no", Harmless, TRANSFER_LOOKUP;
    /// Look up such a receipt (v3-extended.md §10.1).
    QueryTransferReceipt = "query_transfer_receipt", V3 GET "/v3/fund-app/mch-transfer/elecsign/out-bill-no/{out_bill_no}", Harmless, TRANSFER_LOOKUP;
    /// Ask for the receipt of a transfer, by the platform's number (v3-extended.md §10.1).
    RequestTransferReceiptByBillNo = "request_transfer_receipt_by_bill_no", V3 POST "/v3/fund-app/mch-transfer/elecsign/transfer-bill-no", Harmless, TRANSFER_LOOKUP;
    /// Look up such a receipt (v3-extended.md §10.1).
    QueryTransferReceiptByBillNo = "query_transfer_receipt_by_bill_no", V3 GET "/v3/fund-app/mch-transfer/elecsign/transfer-bill-no/{transfer_bill_no}", Harmless, TRANSFER_LOOKUP;

    /// List complaints (v3-extended.md §10.2).
    ListComplaints = "list_complaints", V3 GET "/v3/merchant-service/complaints-v2", Harmless, COMMON;
    /// Read a complaint (v3-extended.md §10.2).
    ReadComplaint = "read_complaint", V3 GET "/v3/merchant-service/complaints-v2/{complaint_id}", Harmless, COMMON;
    /// Read what was said about a complaint (v3-extended.md §10.2).
    ComplaintHistory = "complaint_history", V3 GET "/v3/merchant-service/complaints-v2/{complaint_id}/negotiation-historys", Harmless, COMMON;
    /// Reply to a complaint (v3-extended.md §10.2).
    ReplyToComplaint = "reply_to_complaint", V3 POST "/v3/merchant-service/complaints-v2/{complaint_id}/response", Twice, COMMON;
    /// Report a complaint as dealt with (v3-extended.md §10.2).
    CompleteComplaint = "complete_complaint", V3 POST "/v3/merchant-service/complaints-v2/{complaint_id}/complete", Harmless, COMMON;
    /// Approve or refuse the refund a complaint asks for (v3-extended.md §10.2).
    AnswerComplaintRefund = "answer_complaint_refund", V3 POST "/v3/merchant-service/complaints-v2/{complaint_id}/update-refund-progress", Harmless, COMMON;
    /// Reply at once, where the complaint allows it; its `idempotent_id` protects (v3-extended.md §10.2).
    ReplyInstantly = "reply_instantly", V3 POST "/v3/merchant-service/complaints-v2/{complaint_id}/response-immediate-service", Harmless, COMMON;
    /// Set where complaints are notified (v3-extended.md §10.2).
    CreateComplaintUrl = "create_complaint_url", V3 POST "/v3/merchant-service/complaint-notifications", Harmless, COMMON;
    /// Ask where complaints are notified (v3-extended.md §10.2).
    ReadComplaintUrl = "read_complaint_url", V3 GET "/v3/merchant-service/complaint-notifications", Harmless, COMMON;
    /// Change where complaints are notified (v3-extended.md §10.2).
    ChangeComplaintUrl = "change_complaint_url", V3 PUT "/v3/merchant-service/complaint-notifications", Harmless, COMMON;
    /// Have complaints notified no longer (v3-extended.md §10.2).
    DeleteComplaintUrl = "delete_complaint_url", V3 DELETE "/v3/merchant-service/complaint-notifications", Harmless, COMMON;
    /// Upload a picture for a reply (v3-extended.md §10.2).
    UploadComplaintImage = "upload_complaint_image", V3 POST "/v3/merchant-service/images/upload", Harmless, COMMON;
    /// Download a complaint's picture (v3-extended.md §10.2).
    DownloadComplaintImage = "download_complaint_image", V3 GET "/v3/merchant-service/images/{media_id}", Harmless, COMMON;

    /// Apply to have a sub-merchant onboarded (v3-extended.md §9.3).
    SubmitApplyment = "submit_applyment", V3 POST "/v3/applyment4sub/applyment/", Harmless, &[ParamError, InvalidRequest, SignError, ApplymentNotExist, Processing, NoAuth, RequestBlocked, FrequencyLimited, SystemError];
    /// Look up an application by the merchant's number (v3-extended.md §9.4).
    QueryApplyment = "query_applyment", V3 GET "/v3/applyment4sub/applyment/business_code/{business_code}", Harmless, APPLYMENT_LOOKUP;
    /// Look up an application by the platform's number (v3-extended.md §9.4).
    QueryApplymentById = "query_applyment_by_id", V3 GET "/v3/applyment4sub/applyment/applyment_id/{applyment_id}", Harmless, APPLYMENT_LOOKUP;
    /// Change the account a sub-merchant is paid to (v3-extended.md §9.5).
    ModifySettlement = "modify_settlement", V3 POST "/v3/apply4sub/sub_merchants/{sub_mchid}/modify-settlement", Twice, &[ParamError, InvalidRequest, SignError, NoAuth, FrequencyLimited, SystemError];
    /// Ask which account a sub-merchant is paid to (v3-extended.md §9.5).
    QuerySettlement = "query_settlement", V3 GET "/v3/apply4sub/sub_merchants/{sub_mchid}/settlement", Harmless, &[ParamError, InvalidRequest, SignError, NoAuth, SystemError];
    /// Ask what became of such a change (v3-extended.md §9.5).
    QuerySettlementChange = "query_settlement_change", V3 GET "/v3/apply4sub/sub_merchants/{sub_mchid}/application/{application_no}", Harmless, &[ParamError, InvalidRequest, SignError, NoAuth, OrderNotExist, SystemError];
    /// Upload a picture (v3-extended.md §9.2).
    UploadImage = "upload_image", V3 POST "/v3/merchant/media/upload", Harmless, SETTING;
    /// Upload a video (v3-extended.md §9.2).
    UploadVideo = "upload_video", V3 POST "/v3/merchant/media/video_upload", Harmless, SETTING;
    /// List banks for companies' accounts (v3-extended.md §9.1).
    ListCorporateBanks = "list_corporate_banks", V3 GET "/v3/capital/capitallhh/banks/corporate-banking", Harmless, COMMON;
    /// List banks for persons' accounts (v3-extended.md §9.1).
    ListPersonalBanks = "list_personal_banks", V3 GET "/v3/capital/capitallhh/banks/personal-banking", Harmless, COMMON;
    /// Ask which bank an account number belongs to (v3-extended.md §9.1).
    SearchBanksByAccount = "search_banks_by_account", V3 GET "/v3/capital/capitallhh/banks/search-banks-by-bank-account", Harmless, COMMON;
    /// List a bank's branches in a city (v3-extended.md §9.1).
    ListBankBranches = "list_bank_branches", V3 GET "/v3/capital/capitallhh/banks/{bank_alias_code}/branches", Harmless, COMMON;
    /// List provinces (v3-extended.md §9.1).
    ListProvinces = "list_provinces", V3 GET "/v3/capital/capitallhh/areas/provinces", Harmless, COMMON;
    /// List a province's cities (v3-extended.md §9.1).
    ListCities = "list_cities", V3 GET "/v3/capital/capitallhh/areas/provinces/{province_code}/cities", Harmless, COMMON;
    /// Submit an account-opening intent (v3-extended.md §9.6).
    SubmitIntent = "submit_intent", V3 POST "/v3/apply4subject/applyment", Harmless, INTENT;
    /// Look up an account-opening intent (v3-extended.md §9.6).
    QueryIntent = "query_intent", V3 GET "/v3/apply4subject/applyment", Harmless, INTENT;
    /// Cancel an account-opening intent by the channel's number (v3-extended.md §9.6).
    CancelIntent = "cancel_intent", V3 POST "/v3/apply4subject/applyment/{business_code}/cancel", Harmless, INTENT;
    /// Cancel an account-opening intent by the platform's number (v3-extended.md §9.6).
    CancelIntentById = "cancel_intent_by_id", V3 POST "/v3/apply4subject/applyment/{applyment_id}/cancel", Harmless, INTENT;
    /// Ask whether a merchant has confirmed its intent (v3-extended.md §9.6).
    QueryIntentState = "query_intent_state", V3 GET "/v3/apply4subject/applyment/merchants/{sub_mchid}/state", Harmless, INTENT;

    /// v2: unified order, every scene but payment codes (v2.md §2).
    UnifiedOrder = "unified_order", V2 POST "/pay/unifiedorder", Harmless, &[InvalidRequest, NoAuth, NotEnough, OrderPaid, OrderClosed, SystemError, AppidNotExist, MchidNotExist, AppidMchidNotMatch, LackParams, ParamError, OutTradeNoUsed, SignError, XmlFormatError, RequirePostMethod, PostDataEmpty, NotUtf8];
    /// v2: look up a payment (v2.md §3.1).
    OrderQuery = "order_query", V2 POST "/pay/orderquery", Harmless, ORDER_QUERY_V2;
    /// v2: close an order (v2.md §3.2).
    CloseOrder = "close_order", V2 POST "/pay/closeorder", Harmless, &[OrderPaid, OrderClosed, OrderNotExist, TradeStateError, SystemError, SignError, RequirePostMethod, XmlFormatError];
    /// v2: ask for a refund (v2.md §3.3).
    RefundV2 = "refund_v2", V2 POST "/secapi/pay/refund", AfterQuery, REFUND_V2;
    /// v2: ask for a refund of single goods (v2.md §3.3).
    RefundGoodsV2 = "refund_goods_v2", V2 POST "/secapi/pay/refundv2", AfterQuery, REFUND_V2;
    /// v2: look up refunds (v2.md §3.4).
    RefundQuery = "refund_query", V2 POST "/pay/refundquery", Harmless, REFUND_QUERY_V2;
    /// v2: look up refunds of single goods (v2.md §3.4).
    RefundGoodsQuery = "refund_goods_query", V2 POST "/pay/refundqueryv2", Harmless, REFUND_QUERY_V2;
    /// v2: download a trade bill (v2.md §3.5).
    DownloadTradeBill = "download_trade_bill", V2 POST "/pay/downloadbill", Harmless, &[SystemError, NoStatementExist, StatementCreating, ParamError, SignError, LackParams];
    /// v2: download a fund-flow bill (v2.md §3.6).
    DownloadFundFlow = "download_fund_flow", V2 POST "/pay/downloadfundflow", Harmless, &[SystemError, ParamError, NoStatementExist, StatementCreating, SignError, CertError];
    /// v2: charge a scanned payment code (v2.md §3.7).
    Micropay = "micropay", V2 POST "/pay/micropay", AfterQuery, &[SystemError, BankError, UserPaying, ParamError, SignError, LackParams, XmlFormatError, RequirePostMethod, NotUtf8, OrderPaid, NoAuth, AuthCodeExpire, AuthCodeError, AuthCodeInvalid, NotEnough, NotSupportCard, OrderClosed, OrderReversed, BuyerMismatch, AppidNotExist, MchidNotExist, AppidMchidNotMatch, OutTradeNoUsed, InvalidRequest, TradeError];
    /// v2: reverse a payment-code order (v2.md §3.8).
    ReverseOrder = "reverse_order", V2 POST "/secapi/pay/reverse", Harmless, REVERSE_V2;
    /// v2: ask whose payment code it is (v2.md §3.9).
    AuthCodeToOpenid = "auth_code_to_openid", V2 POST "/tools/authcodetoopenid", Harmless, &[SystemError, AuthCodeExpire, AuthCodeError, AuthCodeInvalid];
    /// v2: shorten the address of a printed QR code (v2.md §3.10).
    ShortUrl = "short_url", V2 POST "/tools/shorturl", Harmless, &[SignError, RequirePostMethod, AppidNotExist, MchidNotExist, AppidMchidNotMatch, LackParams, XmlFormatError, PostDataEmpty];
    /// v2: report how calls went (v2.md §3.11).
    Report = "report", V2 POST "/payitil/report", Twice, &[];
    /// v2: the key of the platform's sandbox (v2.md §3.12).
    SandboxKey = "sandbox_key", V2 POST "/xdc/apiv2getsignkey/sign/getsignkey", Harmless, &[SignError];

    /// Exchange a login code for who logged in (miniprogram.md §1.1).
    CodeToSession = "code_to_session", Weixin GET "/sns/jscode2session", Twice, &[];
    /// Ask whether a session key is still the latest (miniprogram.md §1.2).
    CheckSession = "check_session", Weixin GET "/wxa/checksession", Harmless, &[];
    /// Have a session key replaced (miniprogram.md §1.2).
    ResetSessionKey = "reset_session_key", Weixin GET "/wxa/resetusersessionkey", Twice, &[];
    /// Ask for the unionid of somebody who just paid (miniprogram.md §1.3).
    PaidUnionid = "paid_unionid", Weixin GET "/wxa/getpaidunionid", Harmless, &[];
    /// An access token in stable mode (miniprogram.md §1.4).
    StableToken = "stable_token", Weixin POST "/cgi-bin/stable_token", Harmless, &[];
    /// Exchange a page's code for who opened it (miniprogram.md §1.5).
    OauthToken = "oauth_token", Weixin GET "/sns/oauth2/access_token", Twice, &[];
    /// A ticket for the JS-SDK (miniprogram.md §1.6).
    JsapiTicket = "jsapi_ticket", Weixin GET "/cgi-bin/ticket/getticket", Harmless, &[];
    /// Record the shipping of an order (miniprogram.md §4.3).
    UploadShipping = "upload_shipping", Weixin POST "/wxa/sec/order/upload_shipping_info", Twice, &[];
    /// Record the shipping of a combined order (miniprogram.md §4.3).
    UploadCombinedShipping = "upload_combined_shipping", Weixin POST "/wxa/sec/order/upload_combined_shipping_info", Twice, &[];
    /// Ask how far an order is shipped (miniprogram.md §4.4).
    ShippingOrder = "shipping_order", Weixin POST "/wxa/sec/order/get_order", Harmless, &[];
    /// List orders by how far they are shipped (miniprogram.md §4.4).
    ListShippingOrders = "list_shipping_orders", Weixin POST "/wxa/sec/order/get_order_list", Harmless, &[];
    /// Remind a payer to confirm receipt (miniprogram.md §4.4).
    RemindToConfirm = "remind_to_confirm", Weixin POST "/wxa/sec/order/notify_confirm_receive", Twice, &[];
    /// Set the page that shipping messages open (miniprogram.md §4.2).
    SetShippingMessagePath = "set_shipping_message_path", Weixin POST "/wxa/sec/order/set_msg_jump_path", Harmless, &[];
    /// Ask whether shipping is managed for a mini program (miniprogram.md §4.4).
    IsTradeManaged = "is_trade_managed", Weixin POST "/wxa/sec/order/is_trade_managed", Harmless, &[];
    /// Ask whether the settlement-management confirmation is done (miniprogram.md §4.2).
    IsTradeManagementConfirmed = "is_trade_management_confirmed", Weixin POST "/wxa/sec/order/is_trade_management_confirmation_completed", Harmless, &[];
    /// Mark an order as a pre-sale or a test (miniprogram.md §4.4).
    MarkSpecialOrder = "mark_special_order", Weixin POST "/wxa/sec/order/opspecialorder", Harmless, &[];
    /// List express companies (miniprogram.md §4.2).
    ListExpressCompanies = "list_express_companies", Weixin POST "/cgi-bin/express/delivery/open_msg/get_delivery_list", Harmless, &[];
    /// Send a subscribe message (miniprogram.md §5.3).
    SendSubscribeMessage = "send_subscribe_message", Weixin POST "/cgi-bin/message/subscribe/send", Twice, &[];
}

impl Call {
    /// The call with this [`name`](Call::name).
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|call| call.name() == name)
    }

    /// What a code means as the answer to this call, and what to do about it.
    #[must_use]
    pub fn explain(self, code: &ErrorCode) -> Explanation {
        self.explain_repeated(code, self.repetition())
    }

    /// The same where the caller knows what repeating the call does, as with calls that have no row.
    #[must_use]
    pub fn explain_repeated(self, code: &ErrorCode, repetition: Repetition) -> Explanation {
        if let Some(explanation) = special::special(self, code) {
            return explanation;
        }
        let told = self.face_words(code);
        let retry = match told.retry {
            // "On close failure, query" (v3.md §2.6): a payment may be racing.
            Retry::Never if special::CLOSES.contains(&self) && !code.is_mistake() => Retry::AfterQuery,
            retry if code.leaves_doubt() => retry.after(repetition),
            retry => retry,
        };
        // The general words invite to send again what must be asked about first.
        let fix = match (told.retry, retry) {
            (Retry::SameRequest, Retry::AfterQuery) => ASK_FIRST,
            (Retry::Later, Retry::AfterQuery) => ASK_FIRST_THEN_SLOWLY,
            _ => told.fix,
        };
        Explanation { retry, fix, ..told }
    }

    /// A signature of v2 is made with another key.
    fn face_words(self, code: &ErrorCode) -> Explanation {
        match (self.face(), code) {
            (Face::V2, ErrorCode::SignError) => SIGN_ERROR_V2,
            (Face::V2 | Face::V3 | Face::Weixin, code) => code.explanation(),
        }
    }
}

/// What to do where a code leaves open whether something happened that must not happen twice.
const ASK_FIRST: Text = Text {
    zh: "先用原单号查询有没有生效；没有生效，再用同一个单号、同样的参数重发，绝不换单号。",
    en: "Query what became of it under the same number; if nothing did, send the same request again, never under another number.",
};

const ASK_FIRST_THEN_SLOWLY: Text = Text {
    zh: "先用原单号查询有没有生效；没有生效，等一等再用同一个单号、同样的参数重发，绝不换单号。",
    en: "Query what became of it under the same number; if nothing did, wait and send the same request again, never under another number.",
};

/// v2.md §1.3, miniprogram.md §3.2.
const SIGN_ERROR_V2: Explanation = Explanation {
    cause: Text {
        zh: "签名不对：APIv2 密钥错了、参数没有按名称的 ASCII 码排序、空值参与了签名，或者签名类型不一致。",
        en: "The signature is wrong: another APIv2 key, names not in ASCII order, empty values signed, or another sign_type.",
    },
    fix: Text {
        zh: "到商户平台 > 账户中心 > API安全 核对 32 位的 APIv2 密钥，注意别带进空格和换行；密钥看不到，忘了只能重设。",
        en: "Check the APIv2 key of 32 characters, without blanks or line ends, on 商户平台 > 账户中心 > API安全. It is never shown again, only set anew.",
    },
    retry: Retry::Never,
};

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::Call;

    #[test]
    fn names_and_addresses_are_told_apart() {
        let names: BTreeSet<_> = Call::ALL.iter().map(|call| call.name()).collect();
        assert_eq!(names.len(), Call::ALL.len());
        let addresses: BTreeSet<_> = Call::ALL.iter().map(|call| (call.method(), call.path())).collect();
        assert_eq!(addresses.len(), Call::ALL.len());
        for call in Call::ALL {
            assert!(call.path().starts_with('/'), "{call:?}");
        }
    }
}
