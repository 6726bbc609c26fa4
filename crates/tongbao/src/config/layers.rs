//! Default, file and environment, one over the other.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::de::DeTable;
use toml::{Table, Value};

use super::inspect::{Inspector, join, out_of_range, unknown, wrong_text, wrong_type};
use super::mistake::{Findings, Mistake, Words};
use super::reference::{read_bounded, unreadable};
use super::shape::{Field, ROOT, Shape};
use super::{Config, ConfigErrors, DEFAULT, Environment};

/// Reads and merges the three layers.
pub(super) fn load(path: Option<&Path>, environment: &Environment) -> Result<Config, ConfigErrors> {
    let mut findings = Findings::default();
    let mut merged: Table = DEFAULT.parse().expect("the embedded default is TOML; a test reads it");
    if let Some(file) = path.and_then(|path| read(path, &mut findings)) {
        merge(&mut merged, file);
    }
    for (name, value) in environment.iter() {
        if let Some(variable) = name.strip_prefix("TONGBAO_").filter(|rest| rest.contains("__")) {
            override_with(&mut merged, name, variable, value, &mut findings);
        }
    }
    missing(&merged, ROOT, "", &mut findings);
    let config = if findings.mistakes.is_empty() { deserialized(merged, &mut findings) } else { None };
    let (mut config, _) = findings.conclude(config)?;
    config.home = home(path);
    Ok(config)
}

/// The directory of the file, else the working directory.
fn home(path: Option<&Path>) -> PathBuf {
    let parent = path.and_then(Path::parent).filter(|parent| !parent.as_os_str().is_empty());
    parent.unwrap_or(Path::new(".")).to_path_buf()
}

fn read(path: &Path, findings: &mut Findings) -> Option<Table> {
    let file = path.display().to_string();
    let bytes = read_bounded(path).map_err(|error| unreadable(&file, path, &error, findings)).ok()?;
    let Ok(text) = String::from_utf8(bytes) else {
        let reason = Words::new("文件不是 UTF-8 文本", "the file is not UTF-8 text");
        let fix = Words::new("用编辑器另存为 UTF-8", "save it as UTF-8");
        findings.mistake("config.syntax", file, reason, fix);
        return None;
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let mut inspector = Inspector { file: &file, text, findings };
    match DeTable::parse(text) {
        Ok(document) => {
            inspector.table(document.get_ref(), ROOT, "");
            // Numbers too large for TOML were found by the inspector already.
            text.parse().ok()
        }
        Err(error) => {
            let place = inspector.place(error.span().map_or(0, |span| span.start));
            let reason = error.message().trim().to_owned();
            let mistake = Mistake::new(
                "config.syntax",
                file.clone(),
                Words::new(format!("不是合法的 TOML：{reason}"), format!("not valid TOML: {reason}")),
                Words::new(
                    "检查这一行的引号、等号和方括号；反斜杠路径请改用正斜杠",
                    "look at the quotes, equals signs and brackets of this line; write paths with forward slashes",
                ),
            );
            findings.mistakes.push(mistake.at(place));
            None
        }
    }
}

/// Tables are merged key by key; anything else replaces what was there.
fn merge(under: &mut Table, over: Table) {
    for (key, value) in over {
        match (under.get_mut(&key), value) {
            (Some(Value::Table(under)), Value::Table(over)) => merge(under, over),
            (_, value) => {
                under.insert(key, value);
            }
        }
    }
}

/// Puts one variable in its place: `SERVER__LISTEN` is `server.listen`.
fn override_with(merged: &mut Table, name: &str, variable: &str, value: &str, findings: &mut Findings) {
    let path: Vec<String> = variable.split("__").map(str::to_ascii_lowercase).collect();
    let mut table = merged;
    let mut fields = ROOT;
    let mut steps = path.iter().peekable();
    while let Some(step) = steps.next() {
        let Some(field) = fields.iter().find(|field| field.name == step) else {
            findings.mistakes.push(variable_unknown(name, step, fields));
            return;
        };
        let inner = match &field.shape {
            Shape::Table(inner) => inner,
            Shape::Named(inner) if steps.peek().is_some() => inner,
            shape if steps.peek().is_none() => {
                match typed(name, shape, value) {
                    Ok(value) => {
                        table.insert(step.clone(), value);
                    }
                    Err(mistake) => findings.mistakes.push(*mistake),
                }
                return;
            }
            _ => {
                findings.mistakes.push(variable_unknown(name, step, &[]));
                return;
            }
        };
        let named = matches!(field.shape, Shape::Named(_)).then(|| steps.next()).flatten();
        for step in std::iter::once(step).chain(named) {
            let entry = table.entry(step.clone()).or_insert_with(|| Value::Table(Table::new()));
            let Value::Table(inner) = entry else {
                // The file has something else there, which is a mistake of its own.
                return;
            };
            table = inner;
        }
        fields = inner;
    }
    findings.mistakes.push(variable_unknown(name, variable, fields));
}

/// The text of a variable as the type its key wants.
fn typed(name: &str, shape: &Shape, text: &str) -> Result<Value, Box<Mistake>> {
    match shape {
        Shape::Whole(min, max) => match text.trim().parse() {
            Ok(number) if (*min..=*max).contains(&number) => Ok(Value::Integer(number)),
            Ok(_) | Err(_) => Err(Box::new(out_of_range(name, *min, *max))),
        },
        Shape::YesNo => match text.trim() {
            "true" => Ok(Value::Boolean(true)),
            "false" => Ok(Value::Boolean(false)),
            _ => Err(Box::new(wrong_type(name, shape, "string"))),
        },
        Shape::Text | Shape::Secret | Shape::Public | Shape::Certificate | Shape::Word(_) => {
            if shape.takes_text(text) {
                Ok(Value::String(text.to_owned()))
            } else {
                Err(Box::new(wrong_text(name, shape)))
            }
        }
        Shape::Table(_) | Shape::Named(_) | Shape::List(_) => {
            Err(Box::new(variable_unknown(name, name, &[])))
        }
    }
}

fn variable_unknown(name: &str, step: &str, fields: &[Field]) -> Mistake {
    let mut mistake = unknown(name, step, fields);
    if fields.is_empty() {
        mistake.fix = Words::new(
            "这一项只能写在文件里；若这个变量与通宝的配置无关，名字里不要用双下划线",
            "this can be set in the file only; a variable that is not Tongbao's configuration must not have two underscores",
        );
    }
    mistake
}

/// Writes down what must be there and is not.
fn missing(table: &Table, fields: &[Field], path: &str, findings: &mut Findings) {
    for field in fields {
        let path = join(path, field.name);
        match (table.get(field.name), &field.shape) {
            (None, _) if field.required && !findings.meant.contains(&path) => {
                findings.mistakes.push(absent(&path));
            }
            (Some(Value::Table(inner)), Shape::Table(fields)) => missing(inner, fields, &path, findings),
            (Some(Value::Table(named)), Shape::Named(fields)) => {
                for (name, inner) in named {
                    if let Value::Table(inner) = inner {
                        missing(inner, fields, &join(&path, name), findings);
                    }
                }
            }
            (Some(Value::Array(list)), Shape::List(fields)) => {
                for (index, inner) in list.iter().enumerate() {
                    if let Value::Table(inner) = inner {
                        missing(inner, fields, &format!("{path}[{index}]"), findings);
                    }
                }
            }
            (None | Some(_), _) => {}
        }
    }
}

fn absent(path: &str) -> Mistake {
    Mistake::new(
        "config.missing",
        path,
        Words::new("必须有，但没有写", "must be there and is not"),
        Words::new(
            "补上它；`tongbao config` 打印每一项的说明",
            "add it; `tongbao config` prints what each key means",
        ),
    )
}

fn deserialized(merged: Table, findings: &mut Findings) -> Option<Config> {
    // The shapes were compared before, so that an error here is a difference between them and the structs.
    Config::deserialize(merged)
        .map_err(|error| {
            let reason = error.message().to_owned();
            let fix = Words::new("参照 `tongbao config` 改正", "compare with `tongbao config`");
            findings.mistake("config.wrong_type", "tongbao.toml", Words::new(reason.clone(), reason), fix);
        })
        .ok()
}
