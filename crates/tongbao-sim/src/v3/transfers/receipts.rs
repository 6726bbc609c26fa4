//! Receipts of transfers, over HTTP (v3-extended.md §10.1).

use tongbao_wire::{Mchid, OutBillNo, TransferBillNo};

use super::super::answer::Answer;
use super::super::orders::check_content_type;
use super::super::schema::{self, Kind, Member, must};
use super::super::target::Target;
use super::{OUT_BILL_NO, said};
use crate::Simulator;
use crate::received::Received;
use crate::refusal::Refusal;
use crate::transfer::BillKey;

static BY_OUT: &[Member] = &[must("out_bill_no", "商户转账单号", OUT_BILL_NO)];
static BY_BILL: &[Member] = &[must(
    "transfer_bill_no",
    "微信转账单号",
    Kind::Ruled(64, |t| TransferBillNo::parse(t).is_ok(), "letters and digits"),
)];

/// `POST …/elecsign/out-bill-no`.
pub(super) fn request(simulator: &Simulator, call: &Received, signer: &Mchid) -> Result<Answer, Refusal> {
    let number = read(simulator, call, BY_OUT, "/out_bill_no")?;
    let key = (signer.clone(), OutBillNo::parse(&number).expect("the schema checked it"));
    asked_for(simulator, &key)
}

/// `POST …/elecsign/transfer-bill-no`.
pub(super) fn request_numbered(
    simulator: &Simulator,
    call: &Received,
    signer: &Mchid,
) -> Result<Answer, Refusal> {
    let number = read(simulator, call, BY_BILL, "/transfer_bill_no")?;
    let key = key_of(simulator, signer, &TransferBillNo::parse(&number).expect("the schema checked it"))?;
    asked_for(simulator, &key)
}

/// `GET …/elecsign/out-bill-no/{out_bill_no}`.
pub(super) fn query(simulator: &Simulator, call: &Received, signer: &Mchid) -> Result<Answer, Refusal> {
    let number = Target::read(call)?.id("out_bill_no", QUERY, "", OutBillNo::parse)?;
    told(simulator, call, &(signer.clone(), number))
}

/// `GET …/elecsign/transfer-bill-no/{transfer_bill_no}`.
pub(super) fn query_numbered(
    simulator: &Simulator,
    call: &Received,
    signer: &Mchid,
) -> Result<Answer, Refusal> {
    let number = Target::read(call)?.id("transfer_bill_no", QUERY_NUMBERED, "", TransferBillNo::parse)?;
    told(simulator, call, &key_of(simulator, signer, &number)?)
}

/// `GET` of a receipt's `download_url`: the file, not signed.
pub(crate) fn download(simulator: &Simulator, call: &Received, signer: &Mchid) -> Result<Answer, Refusal> {
    let target = Target::read(call)?;
    let token = target.must("token", "下载凭证")?;
    simulator.with_state(|state, _, now| {
        let receipt = state.receipt_file(signer, token, now)?;
        Ok(Answer::File("application/pdf", receipt.file().to_vec()))
    })
}

fn read(
    simulator: &Simulator,
    call: &Received,
    members: &'static [Member],
    at: &str,
) -> Result<String, Refusal> {
    check_content_type(simulator, call)?;
    Ok(said(&schema::read(&call.body, members, &simulator.inner.platform.switches)?, at))
}

fn key_of(simulator: &Simulator, signer: &Mchid, number: &TransferBillNo) -> Result<BillKey, Refusal> {
    simulator.with_state(|state, _, now| {
        let bill = state.transfer_numbered(signer, number, now)?;
        Ok((signer.clone(), bill.told.out_bill_no.clone()))
    })
}

fn asked_for(simulator: &Simulator, key: &BillKey) -> Result<Answer, Refusal> {
    simulator.with_state(|state, platform, now| Ok(Answer::json(&state.request_receipt(platform, key, now)?)))
}

fn told(simulator: &Simulator, call: &Received, key: &BillKey) -> Result<Answer, Refusal> {
    simulator.with_state(|state, platform, now| {
        let origin = call.origin(platform);
        Ok(Answer::json(&state.receipt_of(platform, key, &origin, now)?))
    })
}

/// Where receipts are downloaded.
pub(crate) const FILE: &str = crate::transfer::RECEIPT_FILE;
const QUERY: &str = "/v3/fund-app/mch-transfer/elecsign/out-bill-no/";
const QUERY_NUMBERED: &str = "/v3/fund-app/mch-transfer/elecsign/transfer-bill-no/";
