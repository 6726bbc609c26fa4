//! Receipts (电子回单) of transfers: asked for, made, downloaded (v3-extended.md §10.1).

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tongbao_wire::transfer::{TransferReceipt as Told, TransferReceiptState};
use tongbao_wire::{Mchid, Timestamp, TransferState};

use super::{Bill, BillKey, TransferDue, not_found};
use crate::crypto::sha256_hex;
use crate::platform::Platform;
use crate::refusal::{Refusal, cause};
use crate::settings::LETTERS;
use crate::state::{Due, State};

/// A receipt.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Receipt {
    told: Told,
    file: Vec<u8>,
}

impl State {
    /// Asks for the receipt of a transfer that arrived, or tells the one there is.
    pub(crate) fn request_receipt(
        &mut self,
        platform: &Platform,
        key: &BillKey,
        now: Timestamp,
    ) -> Result<Told, Refusal> {
        let bill = self.transfer_of(key, now)?;
        if bill.told.state != TransferState::Success {
            return Err(Refusal::invalid("转账单当前状态不支持申请电子回单", cause::PARAMETER));
        }
        if let Some(known) = self.transfers.receipts.get(key) {
            return Ok(known.told.clone());
        }
        let told = Told {
            state: TransferReceiptState::Generating,
            create_time: now,
            update_time: None,
            hash_type: None,
            hash_value: None,
            download_url: None,
            fail_reason: None,
        };
        let receipt = Receipt { told: told.clone(), file: pdf(&bill) };
        self.transfers.receipts.insert(key.clone(), receipt);
        let at = now.plus(platform.switches.transfer_takes);
        self.schedule(at, Due::Transfer(TransferDue::FinishReceipt(key.clone())));
        Ok(told)
    }

    pub(super) fn finish_receipt(&mut self, key: &BillKey, at: Timestamp) {
        let Some(receipt) = self.transfers.receipts.get_mut(key) else { return };
        receipt.told.state = TransferReceiptState::Finished;
        receipt.told.update_time = Some(at);
        receipt.told.hash_type = Some("SHA256".into());
        receipt.told.hash_value = Some(sha256_hex(&receipt.file).to_ascii_uppercase());
    }

    /// A receipt as it stands; once made, with an address under `origin` for ten minutes.
    pub(crate) fn receipt_of(
        &mut self,
        platform: &Platform,
        key: &BillKey,
        origin: &str,
        now: Timestamp,
    ) -> Result<Told, Refusal> {
        let mut told = self.transfers.receipts.get(key).ok_or_else(not_found)?.told.clone();
        told.update_time.get_or_insert(told.create_time);
        if told.state == TransferReceiptState::Finished {
            let token = platform.chance.text(64, LETTERS);
            told.download_url = Some(format!("{origin}{RECEIPT_FILE}?source=elecsign&token={token}"));
            self.transfers.receipt_tokens.insert(token, (key.clone(), now.plus(DOWNLOAD_WITHIN)));
        }
        Ok(told)
    }

    /// The file behind a token.
    pub(crate) fn receipt_file(
        &self,
        mchid: &Mchid,
        token: &str,
        now: Timestamp,
    ) -> Result<Arc<Receipt>, Refusal> {
        let found = self.transfers.receipt_tokens.get(&token.to_owned());
        let expired = || Refusal::invalid("下载链接过期，请重新请求文件下载", cause::PARAMETER);
        let found = found.filter(|found| now < found.1).ok_or_else(expired)?;
        if found.0.0 != *mchid {
            return Err(Refusal::new(403, "NO_AUTH", "无权下载该文件", cause::PERMISSION));
        }
        self.transfers.receipts.get(&found.0).ok_or_else(expired)
    }
}

impl Receipt {
    pub(crate) fn file(&self) -> &[u8] {
        &self.file
    }
}

/// A page of PDF with the transfer's numbers, in the letters every reader has.
fn pdf(bill: &Bill) -> Vec<u8> {
    let told = &bill.told;
    let lines = [
        "Transfer receipt (simulated, no proof of anything)".to_owned(),
        format!("mch_id {}", told.mch_id),
        format!("out_bill_no {}", told.out_bill_no),
        format!("transfer_bill_no {}", told.transfer_bill_no),
        format!("transfer_amount {} CNY", told.transfer_amount),
        format!("update_time {}", told.update_time.unwrap_or(told.create_time).rfc3339()),
    ];
    let text: String = lines.iter().map(|line| format!("({line}) Tj T*\n")).collect();
    let content = format!("BT /F1 11 Tf 14 TL 40 780 Td\n{text}ET");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R \
         /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>"
            .to_owned(),
        format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()),
    ];
    let mut file = String::from("%PDF-1.4\n");
    let mut places = Vec::new();
    for (index, object) in objects.iter().enumerate() {
        places.push(file.len());
        file += &format!("{} 0 obj\n{object}\nendobj\n", index + 1);
    }
    let start = file.len();
    file += "xref\n0 5\n0000000000 65535 f \n";
    for place in places {
        file += &format!("{place:010} 00000 n \n");
    }
    file += &format!("trailer\n<< /Size 5 /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n");
    file.into_bytes()
}

/// Where receipts are downloaded, as the platform's examples have it.
pub(crate) const RECEIPT_FILE: &str = "/v3/transferbilldownload/elecvoucherfile";
/// v3-extended.md §10.1.
const DOWNLOAD_WITHIN: Duration = Duration::from_secs(600);
