//! `tongbao sim how`: how to point a client written by somebody else at the simulator.
//!
//! One file for each client: `words` finds it, `checked` says how sure we are, `zh` and `en` explain, and
//! lines after `|` are to be copied, with `{NAME}` filled in from the simulator.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use crate::cli::outcome::{CliError, Exit};
use crate::config::Words;
use crate::lang::Lang;

/// A client, and what to tell its user.
struct Guide {
    words: Vec<&'static str>,
    title: &'static str,
    checked: Checked,
    lines: Vec<Line>,
}

/// How sure the advice is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Checked {
    /// It was done as it says.
    Run,
    /// It follows the client's source.
    Read,
    /// Neither.
    Unchecked,
}

enum Line {
    Zh(&'static str),
    En(&'static str),
    Code(&'static str),
}

/// What the simulator told, by the names of `--write-env`.
pub(super) struct Facts(BTreeMap<String, String>);

impl Facts {
    /// From the file that `tongbao simulate --write-env` wrote.
    pub(super) fn of_file(path: &Path) -> Result<Self, CliError> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| CliError::system(&path.display().to_string(), &error))?;
        let pairs = text.lines().filter_map(|line| line.split_once('='));
        let unquoted = |value: &str| value.trim_matches('\'').replace(r"'\''", "'");
        let facts: BTreeMap<_, _> = pairs.map(|(name, value)| (name.to_owned(), unquoted(value))).collect();
        if !facts.contains_key("WXPAY_BASE_URL") {
            let path = path.display();
            return Err(CliError::new(
                Exit::Refused,
                Words::new(
                    format!("{path} 不是模拟器写出的文件：没有 WXPAY_BASE_URL"),
                    format!("{path} was not written by the simulator: it has no WXPAY_BASE_URL"),
                ),
                Words::new(
                    "用 tongbao simulate --write-env 生成它",
                    "have it written by tongbao simulate --write-env",
                ),
            )
            .coded("sim.env_file"));
        }
        Ok(Self(facts))
    }

    /// From a running simulator. It knows no files, so their names stay those of the variables.
    pub(super) fn of_answer(env: &Value) -> Self {
        let merchant = &env["merchants"][0];
        let app = &merchant["apps"][0];
        let told = [
            ("WXPAY_BASE_URL", &env["base_url"]),
            ("WXPAY_HTTPS_URL", &env["tls"]["base_url"]),
            ("SIM_PROXY", &env["tls"]["proxy_url"]),
            ("MCHID", &merchant["mchid"]),
            ("MCH_SERIAL", &merchant["serial_no"]),
            ("APIV3_KEY", &merchant["apiv3_key"]),
            ("APIV2_KEY", &merchant["apiv2_key"]),
            ("APPID", &app["appid"]),
            ("PLATFORM_PUBLIC_KEY_ID", &env["platform_public_key"]["id"]),
            ("PLATFORM_CERT_SERIAL", &env["platform_certificate"]["serial_no"]),
        ];
        let known =
            told.iter().filter_map(|(name, value)| Some(((*name).to_owned(), value.as_str()?.to_owned())));
        Self(known.collect())
    }

    /// A line with its names filled in; a name nobody knows stays as a shell would write it.
    fn fill(&self, line: &str) -> String {
        let mut filled = line.to_owned();
        for name in NAMES {
            let value = self.value(name).unwrap_or_else(|| format!("${name}"));
            filled = filled.replace(&format!("{{{name}}}"), &value);
        }
        filled
    }

    fn value(&self, name: &str) -> Option<String> {
        let proxy = || self.0.get("SIM_PROXY")?.strip_prefix("http://")?.rsplit_once(':');
        match name {
            "PROXY_HOST" => proxy().map(|(host, _)| host.to_owned()),
            "PROXY_PORT" => proxy().map(|(_, port)| port.to_owned()),
            _ => self.0.get(name).cloned(),
        }
    }
}

/// The guides for `asked`, or which there are.
pub(super) fn told(asked: Option<&str>, facts: &Facts, lang: Lang) -> Result<String, CliError> {
    let guides = guides();
    let Some(asked) = asked else {
        return Ok(list(&guides, facts, lang));
    };
    let word = asked.to_lowercase();
    let found: Vec<_> = guides.iter().filter(|guide| guide.words.contains(&word.as_str())).collect();
    if found.is_empty() {
        let known: Vec<_> = guides.iter().flat_map(|guide| guide.words.last()).copied().collect();
        let known = known.join(" ");
        return Err(CliError::new(
            Exit::Usage,
            Words::new(format!("没有关于 {asked} 的说明"), format!("nothing is known of {asked}")),
            Words::new(format!("任选其一：{known}"), format!("choose one of: {known}")),
        )
        .coded("sim.how"));
    }
    let mut text: String = found.iter().map(|guide| guide.told(facts, lang)).collect();
    text += notes(&found, facts, lang);
    Ok(text)
}

impl Guide {
    /// Reads a guide of ours; a test reads all of them.
    fn parse(text: &'static str) -> Option<Self> {
        let mut lines = text.lines();
        let words = lines.next()?.strip_prefix("words ")?.split(' ').collect();
        let title = lines.next()?.strip_prefix("title ")?;
        let checked = match lines.next()?.strip_prefix("checked ")? {
            "run" => Checked::Run,
            "read" => Checked::Read,
            "unchecked" => Checked::Unchecked,
            _ => return None,
        };
        let line = |line: &'static str| {
            let (kind, rest) = line.split_once(' ')?;
            match kind {
                "zh" => Some(Line::Zh(rest)),
                "en" => Some(Line::En(rest)),
                "|" => Some(Line::Code(rest)),
                _ => None,
            }
        };
        Some(Self { words, title, checked, lines: lines.map(line).collect::<Option<_>>()? })
    }

    fn told(&self, facts: &Facts, lang: Lang) -> String {
        let mut text = format!("{}  [{}]\n", self.title, self.checked.in_words(lang));
        for line in &self.lines {
            match (line, lang) {
                (Line::Zh(said), Lang::Zh) | (Line::En(said), Lang::En) => text += &format!("\n{said}\n\n"),
                (Line::Code(code), _) => text += &format!("    {}\n", facts.fill(code)),
                (Line::Zh(_), Lang::En) | (Line::En(_), Lang::Zh) => {}
            }
        }
        text + "\n"
    }

    fn mentions(&self, name: &str) -> bool {
        let name = format!("{{{name}}}");
        self.lines.iter().any(|line| matches!(line, Line::Code(code) if code.contains(&name)))
    }
}

impl Checked {
    fn in_words(self, lang: Lang) -> &'static str {
        match self {
            Self::Run => lang.pick("实际运行过", "it was run so"),
            Self::Read => lang.pick("读过源码，没有运行", "its source was read, it was not run"),
            Self::Unchecked => lang.pick("没有核对", "not checked"),
        }
    }
}

fn list(guides: &[Guide], facts: &Facts, lang: Lang) -> String {
    let mut text = String::new();
    text += &guides.first().expect("the general one comes first").told(facts, lang);
    text += lang.pick("各 SDK：tongbao sim how 名称\n", "for one SDK: tongbao sim how NAME\n");
    for guide in guides.iter().skip(1) {
        let name = guide.words.last().expect("every guide has a name");
        text += &format!("  {name:<30}{}\n", guide.title);
    }
    text
}

/// What is missing for the advice to work as printed.
fn notes(found: &[&Guide], facts: &Facts, lang: Lang) -> &'static str {
    let wants_proxy = found.iter().any(|guide| guide.mentions("SIM_PROXY") || guide.mentions("PROXY_HOST"));
    if wants_proxy && facts.value("SIM_PROXY").is_none() {
        return lang.pick(
            "模拟器现在没有代理：以 --https --proxy --write-env FILE 重新启动，再加 --env FILE 运行本命令。\n",
            "This simulator is no proxy: start it with --https --proxy --write-env FILE, and ask again with --env FILE.\n",
        );
    }
    if facts.value("MCH_PRIVATE_KEY").is_none() {
        return lang.pick(
            "$ 开头的是 --write-env 文件里的变量；加 --env FILE 就会填上。\n",
            "What begins with $ is a variable of the --write-env file; --env FILE fills it in.\n",
        );
    }
    ""
}

fn guides() -> Vec<Guide> {
    TEXTS.iter().map(|text| Guide::parse(text).expect("a test reads every guide")).collect()
}

/// The general one first.
const TEXTS: [&str; 13] = [
    include_str!("how/any.txt"),
    include_str!("how/go.txt"),
    include_str!("how/wechatpay-java.txt"),
    include_str!("how/wechatpay-apache-httpclient.txt"),
    include_str!("how/wxjava.txt"),
    include_str!("how/wechatpay-php.txt"),
    include_str!("how/easywechat.txt"),
    include_str!("how/wechatpay-axios-plugin.txt"),
    include_str!("how/wechatpay-node-v3.txt"),
    include_str!("how/wechatpayv3.txt"),
    include_str!("how/wechatpy.txt"),
    include_str!("how/skit.txt"),
    include_str!("how/tongbao-sdk.txt"),
];

/// What a guide may ask for.
const NAMES: [&str; 17] = [
    "WXPAY_BASE_URL",
    "WXPAY_HTTPS_URL",
    "SIM_PROXY",
    "SIM_CA",
    "PROXY_HOST",
    "PROXY_PORT",
    "MCHID",
    "MCH_SERIAL",
    "MCH_PRIVATE_KEY",
    "MCH_CERT",
    "MCH_P12",
    "APIV3_KEY",
    "APIV2_KEY",
    "APPID",
    "PLATFORM_PUBLIC_KEY",
    "PLATFORM_PUBLIC_KEY_ID",
    "PLATFORM_CERT_SERIAL",
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::{Facts, Guide, Line, NAMES, TEXTS, guides, told};
    use crate::cli::outcome::Exit;
    use crate::lang::Lang;

    /// Every name has a value that shows where it went.
    fn everything() -> Facts {
        let mut facts: BTreeMap<_, _> =
            NAMES.iter().map(|name| ((*name).to_owned(), format!("<{name}>"))).collect();
        facts.insert("SIM_PROXY".into(), "http://127.0.0.1:8900".into());
        Facts(facts)
    }

    #[test]
    fn every_guide_reads_and_speaks_both_languages_equally() {
        for text in TEXTS {
            let guide = Guide::parse(text).unwrap_or_else(|| panic!("{text}"));
            let zh = guide.lines.iter().filter(|line| matches!(line, Line::Zh(_))).count();
            let en = guide.lines.iter().filter(|line| matches!(line, Line::En(_))).count();
            assert!(zh == en && zh > 0, "{}", guide.title);
        }
    }

    #[test]
    fn every_name_in_a_guide_is_filled_in() {
        for guide in guides() {
            let told = guide.told(&everything(), Lang::En);
            let left = NAMES.iter().find(|name| told.contains(&format!("{{{name}}}")));
            assert_eq!(left, None, "{told}");
            let unknown =
                told.split('{').skip(1).filter_map(|rest| rest.split_once('}')).find(|(name, _)| {
                    name.len() > 3
                        && name.chars().all(|c| c.is_ascii_uppercase() || c == '_' || c.is_ascii_digit())
                });
            assert_eq!(unknown, None, "{told}");
        }
    }

    #[test]
    fn the_popular_clients_are_found_by_language_and_by_name() {
        for (word, titles) in [
            ("go", 1),
            ("Java", 3),
            ("WxJava", 1),
            ("php", 2),
            ("EasyWeChat", 1),
            ("node", 2),
            ("wechatpay-node-v3", 1),
            ("python", 2),
            ("wechatpy", 1),
            ("C#", 1),
            ("rust", 1),
        ] {
            let text = told(Some(word), &everything(), Lang::En).unwrap();
            assert_eq!(text.matches("  [").count(), titles, "{word}: {text}");
        }
        assert_eq!(told(Some("cobol"), &everything(), Lang::En).unwrap_err().exit(), Exit::Usage);
        assert!(told(None, &everything(), Lang::Zh).unwrap().contains("wechatpay-axios-plugin"));
    }

    #[test]
    fn a_running_simulator_fills_in_what_is_no_file_and_says_what_is_missing() {
        let env =
            json!({ "base_url": "http://127.0.0.1:1", "merchants": [{ "mchid": "1900000001", "apps": [] }] });
        let text = told(Some("wechatpay-php"), &Facts::of_answer(&env), Lang::En).unwrap();
        assert!(text.contains("'http://127.0.0.1:1/'") && text.contains("'1900000001'"), "{text}");
        assert!(text.contains("file://$MCH_PRIVATE_KEY") && text.contains("--env FILE"), "{text}");
        let go = told(Some("go"), &Facts::of_answer(&env), Lang::En).unwrap();
        assert!(go.contains("HTTPS_PROXY=$SIM_PROXY") && go.contains("--https --proxy"), "{go}");
    }
}
