//! `tongbao sim faults`: the fault script of a running simulator, and a look at one in a file.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use clap::Subcommand;
use serde::Deserialize;
use serde_json::Value;
use tongbao_sim::{FaultScript, ScriptError};

use super::control::Control;
use super::read;
use crate::cli::outcome::{CliError, Exit};
use crate::cli::table::table;
use crate::config::Words;
use crate::lang::Lang;

/// What to do with the script.
#[derive(Subcommand)]
pub(super) enum FaultsCommand {
    #[command(about = "Show the faults and how often each struck   查看故障及其次数")]
    Show,
    #[command(about = "Put a script in force, in TOML or JSON   启用一个故障脚本")]
    Set {
        /// The script; - reads it from standard input   脚本文件，- 为标准输入
        file: PathBuf,
    },
    #[command(about = "Add one fault, in JSON   添加一个故障")]
    Add {
        /// Such as '{"call":"query","do":"too_many"}'   JSON
        fault: String,
    },
    #[command(about = "Let nothing go wrong any more   清除故障")]
    Clear,
    #[command(about = "Say whether a script is right, without a simulator   检查脚本")]
    Check {
        /// The script; - reads it from standard input   脚本文件，- 为标准输入
        file: PathBuf,
    },
}

/// Reads a script: TOML, or JSON when it begins with a brace.
pub(in crate::cli) fn of_file(path: &Path) -> Result<FaultScript, CliError> {
    parsed(&text_of(path)?)
}

fn text_of(path: &Path) -> Result<String, CliError> {
    let text = if path == Path::new("-") {
        let mut text = String::new();
        std::io::stdin().take(TEXT_BYTES_MAX).read_to_string(&mut text).map(|_| text)
    } else {
        std::fs::read_to_string(path)
    };
    text.map_err(|error| CliError::system(&path.display().to_string(), &error))
}

fn parsed(text: &str) -> Result<FaultScript, CliError> {
    let script = if text.trim_start().starts_with('{') {
        FaultScript::from_json(text.as_bytes())
    } else {
        FaultScript::from_toml(text)
    };
    script.map_err(|error| refused(&error))
}

fn refused(error: &ScriptError) -> CliError {
    let place = error.place();
    let zh = if place.zh.is_empty() { String::new() } else { format!("{}：", place.zh) };
    let en = if place.en.is_empty() { String::new() } else { format!("{}: ", place.en) };
    CliError::new(
        Exit::Refused,
        Words::new(zh + &error.what.zh, en + &error.what.en),
        Words::new(error.fix.zh.clone(), error.fix.en.clone()),
    )
    .coded(error.code)
}

/// What needs no simulator.
pub(super) fn checked(file: &Path, lang: Lang) -> Result<String, CliError> {
    let count = of_file(file)?.len();
    Ok(match lang {
        Lang::Zh => format!("脚本正确，{count} 个故障\n"),
        Lang::En => format!("the script is right; faults: {count}\n"),
    })
}

pub(super) async fn call(control: &Control, command: &FaultsCommand) -> Result<Value, CliError> {
    match command {
        FaultsCommand::Show => control.get("faults").await,
        FaultsCommand::Set { file } => {
            let text = text_of(file)?;
            // Looked at here first: its faults are told in the language of whoever sits here.
            parsed(&text)?;
            control.put("faults", text).await
        }
        FaultsCommand::Add { fault } => {
            let fault: Value = serde_json::from_str(fault).map_err(|error| {
                CliError::new(
                    Exit::Usage,
                    Words::new(format!("不是 JSON：{error}"), format!("this is no JSON: {error}")),
                    Words::new(
                        "写成 '{\"call\":\"query\",\"do\":\"too_many\"}'",
                        "write '{\"call\":\"query\",\"do\":\"too_many\"}'",
                    ),
                )
            })?;
            control.post("faults", &fault).await
        }
        FaultsCommand::Clear => control.delete("faults").await,
        FaultsCommand::Check { .. } => Ok(Value::Null),
    }
}

#[derive(Deserialize)]
struct Script {
    faults: Vec<Fault>,
}

#[derive(Deserialize)]
struct Fault {
    number: u32,
    r#do: String,
    fault: Value,
    matched: u32,
    applied: u32,
    spent: bool,
}

pub(super) fn told(command: &FaultsCommand, answer: &Value, lang: Lang) -> Result<String, CliError> {
    match command {
        FaultsCommand::Clear => Ok(lang.pick("故障已清除\n", "nothing goes wrong any more\n").to_owned()),
        FaultsCommand::Check { file } => checked(file, lang),
        FaultsCommand::Show | FaultsCommand::Set { .. } | FaultsCommand::Add { .. } => {
            read(answer).map(|script: Script| listed(&script.faults, lang))
        }
    }
}

fn listed(faults: &[Fault], lang: Lang) -> String {
    if faults.is_empty() {
        return lang.pick("没有故障。\n", "Nothing goes wrong.\n").to_owned();
    }
    let head = match lang {
        Lang::Zh => ["#", "故障", "对象", "匹配", "命中", ""],
        Lang::En => ["#", "fault", "of", "matched", "struck", ""],
    };
    let row = |one: &Fault| {
        let said = |name: &str| one.fault[name].as_str().map(str::to_owned);
        let of = ["call", "notification", "face", "order", "merchant"].iter().filter_map(|name| said(name));
        let spent = if one.spent { lang.pick("已用完", "spent") } else { "" };
        vec![
            one.number.to_string(),
            one.r#do.clone(),
            of.collect::<Vec<_>>().join(" "),
            one.matched.to_string(),
            one.applied.to_string(),
            spent.to_owned(),
        ]
    };
    table(&head, &faults.iter().map(row).collect::<Vec<_>>())
}

/// More than a script may have.
const TEXT_BYTES_MAX: u64 = 1 << 20;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{FaultsCommand, parsed, told};
    use crate::lang::Lang;

    #[test]
    fn a_mistake_in_a_script_is_told_with_its_line_and_cure_in_either_language() {
        let error = parsed("[[fault]]\ncall = \"query\"\ndo = \"explode\"\n").expect_err("no such kind");
        let zh = error.in_words(Lang::Zh);
        assert!(
            zh.contains("第 3 行") && zh.contains("[faults.unknown_kind]") && zh.contains("too_many"),
            "{zh}"
        );
        assert!(error.in_words(Lang::En).contains("line 3: fault 1: do: "));
        assert!(parsed("{\"fault\": [{\"call\": \"query\", \"do\": \"too_many\"}]}").is_ok());
    }

    #[test]
    fn faults_are_listed_with_what_they_did() {
        let answer = json!({ "toml": "", "faults": [{
            "number": 1, "do": "too_many", "matched": 4, "applied": 2, "spent": true,
            "fault": { "call": "query", "order": "T*", "do": "too_many" },
        }] });
        let text = told(&FaultsCommand::Show, &answer, Lang::En).expect("reads");
        assert!(text.contains("too_many") && text.contains("query T*") && text.contains("spent"), "{text}");
        let none = told(&FaultsCommand::Show, &json!({ "toml": "", "faults": [] }), Lang::Zh);
        assert_eq!(none.expect("reads"), "没有故障。\n");
    }
}
