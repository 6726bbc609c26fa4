//! The merchants and payers of a seed file, for a simulator that runs.

use std::path::Path;

use serde_json::Value;

use super::control::Control;
use crate::cli::outcome::{CliError, Exit};
use crate::config::Words;
use crate::lang::Lang;

pub(super) async fn call(control: &Control, path: &Path) -> Result<Value, CliError> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| CliError::system(&path.display().to_string(), &error))?;
    let seed: Value = toml::from_str(&text).map_err(|error| {
        CliError::new(
            Exit::Usage,
            Words::new(
                format!("{} 不是 TOML：{error}", path.display()),
                format!("{} is no TOML: {error}", path.display()),
            ),
            Words::new(
                "格式见 docs/simulator.md 的 Seed file 一节",
                "docs/simulator.md has the format under Seed file",
            ),
        )
    })?;
    control.post("seed", &seed).await
}

pub(super) fn told(answer: &Value, lang: Lang) -> String {
    let (merchants, payers) = (&answer["merchants"], &answer["payers"]);
    match lang {
        Lang::Zh => format!("已添加 {merchants} 个商户、{payers} 个付款人\n"),
        Lang::En => format!("{merchants} merchants and {payers} payers are there now\n"),
    }
}
