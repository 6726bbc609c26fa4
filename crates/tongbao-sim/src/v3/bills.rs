//! Bills over HTTP: where they are, and their download (v3.md §7).

use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;
use tongbao_wire::bill::{BillLocation, SealedBill, SealedBills};
use tongbao_wire::{BillDate, Call, Mchid, Timestamp};

use super::answer::Answer;
use super::target::Target;
use super::{LongHandler, sealed};
use crate::Simulator;
use crate::bill::{AccountType, Bill, BillType, Content, Digest, Face, LINKS_MAX, Link, NoBill, Seal};
use crate::platform::Platform;
use crate::received::Received;
use crate::refusal::{Refusal, cause};
use crate::settings::LETTERS;
use crate::state::State;

/// The calls answered here.
pub(super) const CALLS: &[(Call, LongHandler)] = &[
    (Call::TradeBill, |simulator, call, signer| Box::pin(trade(simulator, call, signer))),
    (Call::FundFlowBill, |simulator, call, signer| Box::pin(fund_flow(simulator, call, signer))),
    (Call::SubMerchantFundFlowBill, |simulator, call, signer| {
        Box::pin(sub_merchant_fund_flow(simulator, call, signer))
    }),
    (Call::ProfitSharingBill, |simulator, call, signer| Box::pin(profit_sharing(simulator, call, signer))),
    (Call::DownloadBill, |simulator, call, signer| Box::pin(download(simulator, call, signer))),
];

/// `GET /v3/bill/tradebill`.
async fn trade(simulator: &Simulator, call: &Received, signer: &Mchid) -> Result<Answer, Refusal> {
    let target = Target::read(call)?;
    let day = bill_date(&target)?;
    let rows = one_of(&target, "bill_type", "账单类型", |word| match BillType::parse(word) {
        // A word of APIv2 only.
        Some(BillType::RechargeRefund) | None => None,
        Some(rows) => Some(rows),
    })?
    .unwrap_or(BillType::All);
    let sub_mchid = sub_mchid(simulator, &target, signer)?;
    let content = Content::Trade { sub_mchid, rows };
    locate(simulator, call, &target, signer, day, content).await
}

/// `GET /v3/bill/fundflowbill`.
async fn fund_flow(simulator: &Simulator, call: &Received, signer: &Mchid) -> Result<Answer, Refusal> {
    let target = Target::read(call)?;
    let day = bill_date(&target)?;
    let account = one_of(&target, "account_type", "资金账户类型", |word| match word {
        "BASIC" | "OPERATION" | "FEES" => AccountType::parse(word),
        _ => None,
    })?
    .unwrap_or(AccountType::Basic);
    let content = Content::FundFlow { mchid: signer.clone(), account };
    locate(simulator, call, &target, signer, day, content).await
}

/// `GET /v3/bill/sub-merchant-fundflowbill`: for the provider, in one encrypted file.
async fn sub_merchant_fund_flow(
    simulator: &Simulator,
    call: &Received,
    signer: &Mchid,
) -> Result<Answer, Refusal> {
    let target = Target::read(call)?;
    let day = bill_date(&target)?;
    let account = one_of(&target, "account_type", "资金账户类型", |word| match word {
        "BASIC" | "OPERATION" | "FEES" | "DEPOSIT" => AccountType::parse(word),
        _ => None,
    })?
    .ok_or_else(|| missing("account_type", "资金账户类型"))?;
    let known = |word: &str| (word == "AEAD_AES_256_GCM").then_some(());
    one_of(&target, "algorithm", "加密算法", known)?.ok_or_else(|| missing("algorithm", "加密算法"))?;
    let gzip = gzip(&target)?;
    let mchid = sub_mchid(simulator, &target, signer)?.ok_or_else(|| missing("sub_mchid", "特约商户号"))?;
    let content = Content::FundFlow { mchid, account };
    let bill = Bill { asker: signer.clone(), day, content, face: Face::V3 };
    let hash_value = digest(simulator, &bill).await?;
    simulator.with_state(|state, platform, now| {
        let draw = |length| platform.chance.text(length, LETTERS);
        let seal = Seal { key: draw(32), nonce: draw(12) };
        let encrypt_key =
            sealed::for_merchant(platform, signer, &seal.key).ok_or_else(Refusal::system_error)?;
        let nonce = seal.nonce.clone();
        let link = Link { until: until(platform, &bill, now), bill, gzip, seal: Some(seal) };
        let file = SealedBill {
            bill_sequence: 1,
            download_url: address(platform, call, state, link),
            encrypt_key,
            hash_type: "SHA1".into(),
            hash_value,
            nonce,
        };
        Ok(Answer::json(&SealedBills { download_bill_count: 1, download_bill_list: vec![file] }))
    })
}

/// `GET /v3/profitsharing/bills`.
async fn profit_sharing(simulator: &Simulator, call: &Received, signer: &Mchid) -> Result<Answer, Refusal> {
    let target = Target::read(call)?;
    let day = bill_date(&target)?;
    let sub_mchid = sub_mchid(simulator, &target, signer)?;
    locate(simulator, call, &target, signer, day, Content::Sharing { sub_mchid }).await
}

/// Tells where a bill is, if there is one.
async fn locate(
    simulator: &Simulator,
    call: &Received,
    target: &Target<'_>,
    signer: &Mchid,
    day: BillDate,
    content: Content,
) -> Result<Answer, Refusal> {
    let gzip = gzip(target)?;
    let bill = Bill { asker: signer.clone(), day, content, face: Face::V3 };
    let hash_value = digest(simulator, &bill).await?;
    simulator.with_state(|state, platform, now| {
        let link = Link { until: until(platform, &bill, now), bill, gzip, seal: None };
        let download_url = address(platform, call, state, link);
        Ok(Answer::json(&BillLocation { hash_type: "SHA1".into(), hash_value, download_url }))
    })
}

/// Of the text, whether it comes compressed, encrypted or plain (v3.md §7.2); refused when there is no bill.
async fn digest(simulator: &Simulator, bill: &Bill) -> Result<String, Refusal> {
    bill.check(&simulator.inner.platform.switches, simulator.now()).map_err(refused)?;
    let digest = simulator.print_bill(bill, Digest::default()).await.map_err(refused)?;
    Ok(digest.hex())
}

/// Puts a token out and tells its address.
fn address(platform: &Platform, call: &Received, state: &mut State, link: Link) -> String {
    let token = platform.chance.text(TOKEN_CHARACTERS, LETTERS);
    let compressed = if link.gzip { "&tartype=gzip" } else { "" };
    let address = format!("{}{}?token={token}{compressed}", call.origin(platform), Call::DownloadBill.path());
    state.bill_links.insert(token, link, LINKS_MAX);
    address
}

fn until(platform: &Platform, bill: &Bill, now: Timestamp) -> Timestamp {
    let lives: Duration = match bill.content {
        Content::Trade { .. } | Content::FundFlow { .. } => platform.switches.bill_link_lives,
        Content::Sharing { .. } => platform.switches.profit_sharing_bill_link_lives,
    };
    now.plus(lives)
}

/// `GET /v3/billdownload/file`, for whoever asked for the bill and nobody else (v3.md §7.2).
async fn download(simulator: &Simulator, call: &Received, signer: &Mchid) -> Result<Answer, Refusal> {
    let target = Target::read(call)?;
    let token = target.query("token").unwrap_or_default();
    let link = simulator.with_state(|state, platform, now| {
        let link = state
            .bill_links
            .get(token)
            .filter(|link| now < link.until)
            .ok_or_else(|| Refusal::invalid("下载链接过期，请重新请求文件下载", cause::PARAMETER))?;
        if link.bill.asker != *signer {
            return Err(no_auth());
        }
        if platform.switches.bill_links_once {
            state.bill_links.remove(token);
        }
        Ok(link)
    })?;
    Ok(Answer::File("application/octet-stream", file(simulator, &link).await.map_err(refused)?))
}

async fn file(simulator: &Simulator, link: &Link) -> Result<Vec<u8>, NoBill> {
    let bytes = if link.gzip {
        let packed = GzEncoder::new(Vec::new(), Compression::default());
        let packed = simulator.print_bill(&link.bill, packed).await?;
        packed.finish().expect("memory takes what is written")
    } else {
        simulator.print_bill(&link.bill, Vec::new()).await?
    };
    Ok(match &link.seal {
        Some(seal) => seal.file(bytes),
        None => bytes,
    })
}

/// The mandatory day (v3.md §7.1).
fn bill_date(target: &Target<'_>) -> Result<BillDate, Refusal> {
    let Some(said) = target.query("bill_date").filter(|text| !text.is_empty()) else {
        return Err(missing("bill_date", "账单日期"));
    };
    BillDate::parse(said).map_err(|why| {
        let value = Value::String(said.into());
        Refusal::invalid("账单日期格式不正确", cause::PARAMETER).at(
            "query",
            "bill_date",
            Some(&value),
            &why.to_string(),
        )
    })
}

/// The sub-merchant of the provider that asks, when one is named.
fn sub_mchid(simulator: &Simulator, target: &Target<'_>, signer: &Mchid) -> Result<Option<Mchid>, Refusal> {
    let Some(said) = target.query("sub_mchid").filter(|text| !text.is_empty()) else { return Ok(None) };
    let sub = Mchid::parse(said).ok();
    let merchant = sub.as_ref().and_then(|sub| simulator.inner.platform.merchant(sub));
    let theirs = merchant.is_some_and(|merchant| merchant.settings.providers.contains(signer));
    if theirs { Ok(sub) } else { Err(no_auth()) }
}

fn gzip(target: &Target<'_>) -> Result<bool, Refusal> {
    let packed = one_of(target, "tar_type", "压缩类型", |word| (word == "GZIP").then_some(()))?;
    Ok(packed.is_some())
}

/// One of the documented words, or nothing.
fn one_of<T>(
    target: &Target<'_>,
    name: &str,
    title: &str,
    read: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, Refusal> {
    let Some(said) = target.query(name) else { return Ok(None) };
    if let Some(known) = read(said) {
        return Ok(Some(known));
    }
    let value = Value::String(said.into());
    let message = format!("输入源“/query/{name}”映射到字段“{title}”规则校验失败，值不在枚举范围内");
    Err(Refusal::param(message).at("query", name, Some(&value), "not one of the documented values"))
}

fn missing(name: &str, title: &str) -> Refusal {
    let message = format!("输入源“/query/{name}”映射到字段“{title}”必填性规则校验失败，此字段为必填项");
    Refusal::param(message).at("query", name, None, "required")
}

/// v3.md §7.1.
fn refused(why: NoBill) -> Refusal {
    match why {
        NoBill::NotPast => Refusal::invalid("账单日期必须早于今日", cause::PARAMETER),
        NoBill::TooOld => Refusal::invalid("仅支持三个月内的账单下载申请", cause::PARAMETER),
        NoBill::Creating => Refusal::new(400, "STATEMENT_CREATING", "账单生成中", cause::BILL),
        NoBill::Nothing => Refusal::new(400, "NO_STATEMENT_EXIST", "账单文件不存在", cause::BILL),
        NoBill::Forgotten => Refusal::system_error(),
    }
}

fn no_auth() -> Refusal {
    Refusal::new(403, "NO_AUTH", "权限不足", cause::PERMISSION)
}

/// As long as those seen.
const TOKEN_CHARACTERS: usize = 64;
