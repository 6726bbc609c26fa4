//! Banks and areas over HTTP (v3-extended.md §9.1): a few of each, enough to try every path.

use tongbao_wire::Mchid;
use tongbao_wire::onboarding::{
    Bank, BankBranchList, BankList, BankMatches, Branch, City, CityList, PageLinks, Province, ProvinceList,
};

use super::super::answer::Answer;
use super::super::target::Target;
use super::super::{gate, sealed};
use crate::Simulator;
use crate::received::Received;
use crate::refusal::Refusal;

/// A bank of the table: alias code, alias, name for applications, its code, whether a branch is needed, and what
/// the numbers of its cards begin with.
struct Row {
    alias_code: &'static str,
    alias: &'static str,
    name: &'static str,
    code: u32,
    branch: bool,
    cards: &'static str,
}

impl Row {
    fn bank(&self) -> Bank {
        Bank {
            bank_alias: self.alias.into(),
            bank_alias_code: self.alias_code.into(),
            account_bank: self.name.into(),
            account_bank_code: self.code,
            need_bank_branch: self.branch,
        }
    }
}

/// Banks that are named directly need no branch (v3-extended.md §9.3); any other is 其他银行 with one.
pub(super) fn needs_branch(account_bank: &str) -> bool {
    BANKS.iter().find(|row| row.name == account_bank).is_none_or(|row| row.branch)
}

/// `GET …/banks/corporate-banking`.
pub(super) fn corporate(_: &Simulator, call: &Received, _: &Mchid) -> Result<Answer, Refusal> {
    list(call, "corporate-banking")
}

/// `GET …/banks/personal-banking`.
pub(super) fn personal(_: &Simulator, call: &Received, _: &Mchid) -> Result<Answer, Refusal> {
    list(call, "personal-banking")
}

fn list(call: &Received, which: &str) -> Result<Answer, Refusal> {
    let target = Target::read(call)?;
    let (offset, limit) = page(&target)?;
    let data: Vec<Bank> = cut(BANKS, offset, limit).iter().map(Row::bank).collect();
    Ok(Answer::json(&BankList {
        total_count: count(BANKS.len()),
        count: count(data.len()),
        offset,
        links: Some(links(&format!("/v3/capital/capitallhh/banks/{which}?"), offset, limit, BANKS.len())),
        data,
    }))
}

/// `GET …/banks/search-banks-by-bank-account`: the number is sealed.
pub(super) fn search(simulator: &Simulator, call: &Received, _: &Mchid) -> Result<Answer, Refusal> {
    gate::require_platform_serial(call)?;
    let target = Target::read(call)?;
    let said = target.must("account_number", "银行卡号")?;
    let opened = sealed::open(&simulator.inner.platform, call, said);
    let number = opened.ok_or_else(|| {
        sealed::undecipherable().at("query", "account_number", None, "the key does not open it")
    })?;
    let found = BANKS.iter().filter(|row| !row.cards.is_empty() && number.starts_with(row.cards));
    let data: Vec<Bank> = found.map(Row::bank).collect();
    Ok(Answer::json(&BankMatches { total_count: count(data.len()), data }))
}

/// `GET …/banks/{bank_alias_code}/branches`.
pub(super) fn branches(_: &Simulator, call: &Received, _: &Mchid) -> Result<Answer, Refusal> {
    let target = Target::read(call)?;
    let parse = tongbao_wire::BusinessCode::parse;
    let code = target.id("bank_alias_code", "/v3/capital/capitallhh/banks/", "/branches", parse)?;
    target.must("city_code", "城市编码")?;
    let city_code = target.number("city_code", 0..=u32::MAX)?.unwrap_or_default();
    let (offset, limit) = page(&target)?;
    let row = BANKS.iter().find(|row| row.alias_code == code.as_str());
    let row = row.ok_or_else(|| Refusal::param("银行别名编码不存在"))?;
    let city = CITIES.iter().find(|city| city.1 == city_code);
    let city = city.ok_or_else(|| target.breaks("city_code", "城市编码", "no such city"))?;
    let all: Vec<Branch> = if row.branch { of_city(row, city) } else { Vec::new() };
    let data = cut(&all, offset, limit).to_vec();
    let path = format!("/v3/capital/capitallhh/banks/{code}/branches?city_code={city_code}&");
    Ok(Answer::json(&BankBranchList {
        total_count: count(all.len()),
        count: count(data.len()),
        data,
        offset,
        links: Some(links(&path, offset, limit, all.len())),
        account_bank: row.name.into(),
        account_bank_code: row.code,
        bank_alias: row.alias.into(),
        bank_alias_code: row.alias_code.into(),
    }))
}

/// Three branches in every city, made of its name.
fn of_city(row: &Row, city: &(u32, u32, &str)) -> Vec<Branch> {
    let branch = |(index, name): (usize, &str)| Branch {
        bank_branch_name: format!("{}{}{name}支行", row.alias, city.2),
        bank_branch_id: format!("{:03}{:04}{index:05}", row.code % 1000, city.1),
    };
    ["城东", "城西", "中心"].into_iter().enumerate().map(branch).collect()
}

/// `GET …/areas/provinces`.
pub(super) fn provinces(_: &Simulator, _: &Received, _: &Mchid) -> Result<Answer, Refusal> {
    let province = |(index, name): (usize, &&str)| Province {
        province_name: (*name).into(),
        province_code: count(index + 1),
    };
    let data = PROVINCES.iter().enumerate().map(province).collect();
    Ok(Answer::json(&ProvinceList { total_count: count(PROVINCES.len()), data }))
}

/// `GET …/areas/provinces/{province_code}/cities`.
pub(super) fn cities(_: &Simulator, call: &Received, _: &Mchid) -> Result<Answer, Refusal> {
    let target = Target::read(call)?;
    let parse = tongbao_wire::BusinessCode::parse;
    let code = target.id("province_code", "/v3/capital/capitallhh/areas/provinces/", "/cities", parse)?;
    let province = code.as_str().parse::<usize>().ok().filter(|code| (1..=PROVINCES.len()).contains(code));
    let province = province.ok_or_else(|| Refusal::param("省份编码不存在"))?;
    let mine = CITIES.iter().filter(|city| city.0 == count(province));
    let data: Vec<City> = mine.map(|city| City { city_name: city.2.into(), city_code: city.1 }).collect();
    Ok(Answer::json(&CityList { total_count: count(data.len()), data }))
}

/// `offset` and `limit`, both mandatory.
fn page(target: &Target<'_>) -> Result<(u32, u32), Refusal> {
    target.must("offset", "本次查询偏移量")?;
    target.must("limit", "本次请求最大查询条数")?;
    let offset = target.number("offset", 0..=u32::MAX)?.unwrap_or_default();
    Ok((offset, target.number("limit", 1..=200)?.unwrap_or(200)))
}

fn cut<T>(all: &[T], offset: u32, limit: u32) -> &[T] {
    let from = usize::try_from(offset).unwrap_or(usize::MAX).min(all.len());
    let until = from.saturating_add(usize::try_from(limit).unwrap_or(usize::MAX)).min(all.len());
    &all[from..until]
}

fn links(path: &str, offset: u32, limit: u32, total: usize) -> PageLinks {
    let link = |offset: u32| format!("{path}offset={offset}&limit={limit}");
    PageLinks {
        next: offset.checked_add(limit).filter(|next| *next < count(total)).map(link),
        prev: (offset > 0).then(|| link(offset.saturating_sub(limit))),
        current: Some(link(offset)),
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).expect("tables are short")
}

const fn row(
    alias_code: &'static str,
    alias: &'static str,
    name: &'static str,
    code: u32,
    branch: bool,
    cards: &'static str,
) -> Row {
    Row { alias_code, alias, name, code, branch, cards }
}

/// Codes are the simulator's own, but for the ones the documents' examples print.
const BANKS: &[Row] = &[
    row("1000009561", "工商银行", "工商银行", 1002, false, "622202"),
    row("1000009562", "交通银行", "交通银行", 1020, false, "622258"),
    row("1000009547", "招商银行", "招商银行", 1001, false, "622588"),
    row("1000009548", "民生银行", "民生银行", 1006, false, "622622"),
    row("1000009549", "中信银行", "中信银行", 1021, false, "622690"),
    row("1000009550", "浦发银行", "浦发银行", 1004, false, "622521"),
    row("1000009551", "兴业银行", "兴业银行", 1009, false, "622908"),
    row("1000009552", "光大银行", "光大银行", 1022, false, "622660"),
    row("1000009553", "广发银行", "广发银行", 1027, false, "622568"),
    row("1000009554", "平安银行", "平安银行", 1010, false, "622155"),
    row("1000009555", "北京银行", "北京银行", 4836, false, "622163"),
    row("1000009556", "华夏银行", "华夏银行", 1025, false, "622630"),
    row("1000009557", "农业银行", "农业银行", 1005, false, "622848"),
    row("1000009558", "建设银行", "建设银行", 1003, false, "622700"),
    row("1000009559", "邮政储蓄银行", "邮政储蓄银行", 1066, false, "622188"),
    row("1000009560", "中国银行", "中国银行", 1026, false, "621660"),
    row("1000009563", "宁波银行", "宁波银行", 1056, false, "622318"),
    row("1000006247", "深圳前海微众银行", "其他银行", 4755, true, "623357"),
    row("1000001234", "上海农商银行", "其他银行", 4755, true, "622478"),
];

const PROVINCES: &[&str] = &[
    "北京市",
    "天津市",
    "河北省",
    "山西省",
    "内蒙古自治区",
    "辽宁省",
    "吉林省",
    "黑龙江省",
    "上海市",
    "江苏省",
    "浙江省",
    "安徽省",
    "福建省",
    "江西省",
    "山东省",
    "河南省",
    "湖北省",
    "湖南省",
    "海南省",
    "重庆市",
    "四川省",
    "广东省",
    "广西壮族自治区",
    "贵州省",
    "云南省",
    "西藏自治区",
    "陕西省",
    "甘肃省",
    "青海省",
    "宁夏回族自治区",
    "新疆维吾尔自治区",
];

/// Province, code, name: each province's capital, and a few more.
const CITIES: &[(u32, u32, &str)] = &[
    (1, 10, "北京市"),
    (2, 20, "天津市"),
    (3, 73, "石家庄市"),
    (4, 84, "太原市"),
    (5, 95, "呼和浩特市"),
    (6, 107, "沈阳市"),
    (6, 108, "大连市"),
    (7, 121, "长春市"),
    (8, 130, "哈尔滨市"),
    (9, 143, "上海市"),
    (10, 144, "南京市"),
    (10, 148, "苏州市"),
    (11, 157, "杭州市"),
    (11, 158, "宁波市"),
    (12, 168, "合肥市"),
    (13, 185, "福州市"),
    (13, 186, "厦门市"),
    (14, 194, "南昌市"),
    (15, 205, "济南市"),
    (15, 206, "青岛市"),
    (16, 222, "郑州市"),
    (17, 240, "武汉市"),
    (18, 253, "长沙市"),
    (19, 300, "海口市"),
    (20, 309, "重庆市"),
    (21, 310, "成都市"),
    (22, 267, "广州市"),
    (22, 536, "深圳市"),
    (23, 286, "南宁市"),
    (24, 331, "贵阳市"),
    (25, 340, "昆明市"),
    (26, 356, "拉萨市"),
    (27, 363, "西安市"),
    (28, 373, "兰州市"),
    (29, 387, "西宁市"),
    (30, 395, "银川市"),
    (31, 400, "乌鲁木齐市"),
];
