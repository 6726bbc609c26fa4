//! Why a fault script is not taken.

use std::fmt;

use serde::Serialize;

use crate::Said;

/// What is wrong with a fault script, where, and how to mend it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ScriptError {
    /// Stable, such as `faults.unknown_kind`.
    pub code: &'static str,
    /// Which fault, from 1; none when it is the script as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<usize>,
    /// Which member.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub member: Option<String>,
    /// The line in the text, from 1, when there is a text with lines.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// What was wrong.
    pub what: Box<Said>,
    /// How to mend it.
    pub fix: Box<Said>,
}

impl ScriptError {
    pub(super) fn new(code: &'static str, what: Said, fix: Said) -> Self {
        Self { code, fault: None, member: None, line: None, what: Box::new(what), fix: Box::new(fix) }
    }

    /// The text is no TOML, or no JSON.
    pub(super) fn syntax(format: &str, reason: &str, line: Option<usize>) -> Self {
        let what = Said::new(format!("不是 {format}：{reason}"), format!("this is no {format}: {reason}"));
        let fix = Said::new(
            "语法见 docs/faults.md，每个故障是一个 [[fault]] 表",
            "docs/faults.md has the syntax: each fault is a table [[fault]]",
        );
        Self { line, ..Self::new("faults.syntax", what, fix) }
    }

    pub(super) fn too_large(most: usize) -> Self {
        Self::new(
            "faults.too_large",
            Said::new(format!("脚本超过 {most} 字节"), format!("the script has more than {most} bytes")),
            Said::new(
                "用前缀匹配（* 结尾）代替逐单列举",
                "match a prefix (`*` at the end) instead of listing orders",
            ),
        )
    }

    pub(super) fn too_many(most: usize) -> Self {
        Self::new(
            "faults.too_many",
            Said::new(format!("故障超过 {most} 个"), format!("there are more than {most} faults")),
            Said::new(
                "用前缀匹配（* 结尾）代替逐单列举",
                "match a prefix (`*` at the end) instead of listing orders",
            ),
        )
    }

    pub(super) fn unknown_member(name: &str, known: &str) -> Self {
        Self::new(
            "faults.unknown_member",
            Said::new(format!("没有成员 `{name}`"), format!("there is no member `{name}`")),
            Said::new(format!("可用的有：{known}"), format!("there are: {known}")),
        )
    }

    pub(super) fn missing(name: &str, meaning: Said) -> Self {
        Self::new(
            "faults.missing_member",
            Said::new(format!("缺少 `{name}`"), format!("`{name}` is missing")),
            meaning,
        )
    }

    pub(super) fn wrong_value(expected: Said) -> Self {
        let fix = Said::new(format!("应为{}", expected.zh), format!("it is {}", expected.en));
        Self::new("faults.wrong_value", Said::new("值不对", "the value cannot be used"), fix)
    }

    pub(super) fn unknown_kind(name: &str, known: &str) -> Self {
        Self::new(
            "faults.unknown_kind",
            Said::new(format!("没有故障 `{name}`"), format!("there is no fault `{name}`")),
            Said::new(format!("可用的有：{known}"), format!("there are: {known}")),
        )
    }

    pub(super) fn unknown_call(name: &str, near: &str) -> Self {
        Self::new(
            "faults.unknown_call",
            Said::new(format!("没有接口 `{name}`"), format!("there is no call `{name}`")),
            Said::new(
                format!("接口名见 docs/coverage.md（{near}），或写成 POST /v3/pay/transactions/*"),
                format!("docs/coverage.md has the names ({near}); or write POST /v3/pay/transactions/*"),
            ),
        )
    }

    pub(super) fn not_for_this(what: Said, fix: Said) -> Self {
        Self::new("faults.not_for_this", what, fix)
    }

    /// The same, said of a member.
    pub(super) fn of(self, member: &str) -> Self {
        Self { member: Some(member.to_owned()), ..self }
    }

    /// The same, said of the fault with this number, from 1.
    pub(super) fn in_fault(self, number: usize) -> Self {
        Self { fault: Some(number), ..self }
    }

    /// Where it is, in words: `line 3: fault 2: share`.
    #[must_use]
    pub fn place(&self) -> Said {
        let mut zh = Vec::new();
        let mut en = Vec::new();
        if let Some(line) = self.line {
            zh.push(format!("第 {line} 行"));
            en.push(format!("line {line}"));
        }
        if let Some(fault) = self.fault {
            zh.push(format!("故障 {fault}"));
            en.push(format!("fault {fault}"));
        }
        if let Some(member) = &self.member {
            zh.push(member.clone());
            en.push(member.clone());
        }
        Said::new(zh.join("，"), en.join(": "))
    }
}

impl fmt::Display for ScriptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = self.place().en;
        if !place.is_empty() {
            write!(f, "{place}: ")?;
        }
        write!(f, "{}; {}", self.what.en, self.fix.en)
    }
}

impl std::error::Error for ScriptError {}
