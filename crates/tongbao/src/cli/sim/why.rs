//! `tongbao sim why`: why the platform refused, in the terminal.

use serde::Deserialize;
use serde_json::Value;

use super::super::outcome::{CliError, Exit};
use super::super::table::plain;
use super::control::Control;
use super::read;
use crate::config::Words;
use crate::lang::Lang;

/// The exchange that was asked for, or the last one that was refused.
pub(super) async fn fetch(control: &Control, id: Option<u64>) -> Result<Value, CliError> {
    let id = match id {
        Some(id) => id,
        None => {
            let listed: Listed = read(&control.get("exchanges?refused=1&limit=1").await?)?;
            listed.exchanges.first().map(|exchange| exchange.id).ok_or_else(nothing)?
        }
    };
    control.get(&format!("exchanges/{id}")).await
}

fn nothing() -> CliError {
    CliError::new(
        Exit::Refused,
        Words::new("还没有被拒绝的请求".to_owned(), "nothing was refused yet".to_owned()),
        Words::new("先让客户端发一个请求", "let a client call first"),
    )
}

#[derive(Deserialize)]
struct Listed {
    exchanges: Vec<Id>,
}

#[derive(Deserialize)]
struct Id {
    id: u64,
}

#[derive(Deserialize)]
struct Exchange {
    id: u64,
    method: String,
    target: String,
    status: Option<u16>,
    #[serde(default)]
    code: String,
    #[serde(default)]
    message: String,
    why: Option<Why>,
}

#[derive(Deserialize)]
struct Why {
    proven: bool,
    reasons: Vec<Reason>,
    signature: Option<Signature>,
    place: Option<Place>,
    retry: Option<Said>,
}

#[derive(Deserialize)]
struct Reason {
    id: String,
    what: Said,
    fix: Said,
}

#[derive(Deserialize)]
struct Said {
    zh: String,
    en: String,
}

impl Said {
    fn in_language(&self, lang: Lang) -> String {
        plain(lang.pick(&self.zh, &self.en))
    }
}

#[derive(Deserialize)]
struct Signature {
    expected: String,
    signed: Option<String>,
    expected_digest: String,
    signed_digest: Option<String>,
    signed_with: Option<Said>,
}

#[derive(Deserialize)]
struct Place {
    field: Option<String>,
    value: Option<Value>,
    issue: Option<String>,
}

pub(super) fn told(answer: &Value, lang: Lang) -> Result<String, CliError> {
    let exchange: Exchange = read(answer)?;
    let status = exchange.status.map_or_else(|| "-".to_owned(), |status| status.to_string());
    let mut target: String = exchange.target.chars().take(TARGET_CHARS).collect();
    if target.len() < exchange.target.len() {
        target.push('…');
    }
    let head = format!(
        "#{} {} {target} → {status} {} {}",
        exchange.id, exchange.method, exchange.code, exchange.message
    );
    let mut text = plain(head.trim_end()) + "\n";
    let Some(why) = exchange.why else {
        return Ok(text + lang.pick("没有被拒绝。\n", "It was not refused.\n"));
    };
    for (place, reason) in why.reasons.iter().enumerate() {
        let proven = match (place, why.proven) {
            (0, true) => lang.pick("（已证实）", " (proven)"),
            _ => "",
        };
        text += &format!("\n{}{proven} [{}]\n", reason.what.in_language(lang), plain(&reason.id));
        text += &format!("  → {}\n", reason.fix.in_language(lang));
    }
    if let Some(retry) = &why.retry {
        text += &format!("\n{}\n", retry.in_language(lang));
    }
    if let Some(place) = &why.place {
        let value = place.value.as_ref().map(|value| format!(" = {value}")).unwrap_or_default();
        let (field, issue) =
            (place.field.clone().unwrap_or_default(), place.issue.clone().unwrap_or_default());
        text += &format!("\n{} {}\n", plain(&format!("{field}{value}")), plain(&issue));
    }
    if let Some(signature) = &why.signature {
        text += &shown(lang.pick("期望的签名串", "expected"), &signature.expected);
        if let Some(signed) = &signature.signed {
            text += &shown(lang.pick("你实际签的", "signed"), signed);
        }
        text += &format!("\n{}  {}\n", lang.pick("期望", "expected"), plain(&signature.expected_digest));
        if let Some(digest) = &signature.signed_digest {
            text += &format!("{}  {}\n", lang.pick("实际", "signed  "), plain(digest));
        }
        if let Some(signer) = &signature.signed_with {
            text += &format!("{}{}\n", lang.pick("密钥  ", "key       "), signer.in_language(lang));
        }
    }
    Ok(text)
}

/// A string line by line, its line ends drawn.
fn shown(title: &str, string: &str) -> String {
    let lines = string.split_inclusive('\n').map(|line| {
        let drawn = line.replace('\r', "␍").replace('\t', "⇥");
        let drawn = drawn.strip_suffix('\n').map_or(drawn.clone(), |bare| format!("{bare}↵"));
        format!("  {}\n", plain(&drawn))
    });
    format!("\n{title}\n{}", lines.collect::<String>())
}

/// What fits into a line or two; the inspector shows the whole.
const TARGET_CHARS: usize = 120;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::told;
    use crate::lang::Lang;

    #[test]
    fn a_refusal_is_told_with_its_reasons_and_both_strings() {
        let answer = json!({
            "id": 7, "method": "GET", "target": "/v3/certificates", "status": 401,
            "code": "SIGN_ERROR", "message": "签名错误",
            "why": {
                "proven": true,
                "reasons": [{
                    "id": "newline_last_missing",
                    "what": {"zh": "少了换行。", "en": "The last line feed is missing."},
                    "fix": {"zh": "加上。", "en": "Add it."},
                }],
                "signature": {
                    "expected": "GET\n/v3/certificates\n1\nN\n\n", "signed": "GET\n/v3/certificates\n1\nN\n",
                    "expected_digest": "SHA-256 aa", "signed_digest": "SHA-256 bb",
                },
            },
        });
        let english = told(&answer, Lang::En).unwrap();
        assert!(english.starts_with("#7 GET /v3/certificates → 401 SIGN_ERROR 签名错误\n"), "{english}");
        assert!(
            english.contains("The last line feed is missing. (proven) [newline_last_missing]\n  → Add it.\n")
        );
        assert!(english.contains("expected\n  GET↵\n  /v3/certificates↵\n  1↵\n  N↵\n  ↵\n"), "{english}");
        assert!(told(&answer, Lang::Zh).unwrap().contains("少了换行。（已证实）"));
        let fine = json!({"id": 8, "method": "GET", "target": "/", "status": 200});
        assert!(told(&fine, Lang::En).unwrap().ends_with("It was not refused.\n"));
    }
}
