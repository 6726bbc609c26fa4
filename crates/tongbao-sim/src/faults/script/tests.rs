//! Reading scripts.

use proptest::prelude::*;
use serde_json::json;

use super::FaultScript;
use super::read::{FAULTS_MAX, SCRIPT_BYTES_MAX};
use crate::faults::kinds::KINDS;

#[test]
fn the_example_of_every_kind_is_read_and_written_back() {
    for kind in KINDS {
        let toml = format!("seed = 7\n\n[[fault]]\n{}\n", kind.example);
        let script = FaultScript::from_toml(&toml).unwrap_or_else(|error| panic!("{}: {error}", kind.name));
        assert_eq!(script.faults[0].kind, kind.name);
        let json = json!({ "seed": 7, "fault": [script.faults[0].written] });
        let again = FaultScript::from_json(json.to_string().as_bytes()).unwrap();
        assert_eq!((&again.faults, again.seed), (&script.faults, 7), "{}", kind.name);
        assert_eq!(FaultScript::from_toml(again.as_toml()).unwrap(), again);
        let kept: FaultScript = serde_json::from_value(serde_json::to_value(&script).unwrap()).unwrap();
        assert_eq!(kept, script);
    }
}

#[test]
fn what_is_wrong_has_a_code_a_line_and_a_member() {
    for (toml, code, line, member) in [
        ("seed = ", "faults.syntax", Some(1), None),
        ("sed = 1", "faults.unknown_member", Some(1), Some("sed")),
        ("\nseed = -1", "faults.wrong_value", Some(2), Some("seed")),
        ("fault = 3", "faults.wrong_value", Some(1), Some("fault")),
        ("[[fault]]\ncall = \"*\"", "faults.missing_member", Some(1), None),
        ("[[fault]]\ndo = \"drop\"", "faults.unknown_kind", Some(2), Some("do")),
        ("[[fault]]\ndo = \"too_many\"", "faults.missing_member", Some(1), None),
        ("[[fault]]\ncall = \"*\"\ndo = \"delay\"", "faults.missing_member", Some(1), None),
        ("[[fault]]\ncall = \"*\"\ndo = \"too_many\"\nms = 3", "faults.unknown_member", Some(4), Some("ms")),
        ("[[fault]]\ncall = \"prepay\"\ndo = \"too_many\"", "faults.unknown_call", Some(2), Some("call")),
        ("[[fault]]\nface = \"v4\"\ndo = \"too_many\"", "faults.wrong_value", Some(2), Some("face")),
        (
            "[[fault]]\ncall = \"*\"\nshare = 1001\ndo = \"too_many\"",
            "faults.wrong_value",
            Some(3),
            Some("share"),
        ),
        (
            "[[fault]]\ncall = \"*\"\nshare = \"10%\"\ndo = \"too_many\"",
            "faults.wrong_value",
            Some(3),
            Some("share"),
        ),
        (
            "[[fault]]\ncall = \"*\"\nfrom = 2026-03-01\ndo = \"too_many\"",
            "faults.wrong_value",
            Some(3),
            Some("from"),
        ),
        (
            "[[fault]]\ncall = \"*\"\nsend = 1\ndo = \"too_many\"",
            "faults.not_for_this",
            Some(3),
            Some("send"),
        ),
        ("[[fault]]\nnotification = \"*\"\ndo = \"too_many\"", "faults.not_for_this", Some(3), Some("do")),
        ("[[fault]]\nface = \"weixin\"\ndo = \"tamper\"", "faults.not_for_this", Some(3), Some("do")),
        (
            "[[fault]]\ncall = \"*\"\nnotification = \"*\"\ndo = \"delay\"\nms = 1",
            "faults.not_for_this",
            Some(3),
            Some("notification"),
        ),
        (
            "[[fault]]\ncall = \"*\"\ndo = \"switch_key_mode\"\nmode = \"x\"",
            "faults.wrong_value",
            Some(4),
            Some("mode"),
        ),
        (
            "[[fault]]\ncall = \"*\"\ndo = \"tamper\"\n[[fault]]\ncall = \"*\"\nnote = \"\"\ndo = \"tamper\"",
            "faults.wrong_value",
            Some(6),
            Some("note"),
        ),
    ] {
        let error = FaultScript::from_toml(toml).expect_err(toml);
        assert_eq!(
            (error.code, error.line, error.member.as_deref()),
            (code, line, member),
            "{toml}: {error}"
        );
        assert!(!error.fix.zh.is_empty() && !error.fix.en.is_empty() && !error.what.zh.is_empty());
    }
}

#[test]
fn a_script_is_bounded() {
    let one = "[[fault]]\ncall = \"*\"\ndo = \"tamper\"\n";
    assert!(FaultScript::from_toml(&one.repeat(FAULTS_MAX)).is_ok());
    assert_eq!(FaultScript::from_toml(&one.repeat(FAULTS_MAX + 1)).unwrap_err().code, "faults.too_many");
    let long = format!("#{}\n{one}", "x".repeat(SCRIPT_BYTES_MAX));
    assert_eq!(FaultScript::from_toml(&long).unwrap_err().code, "faults.too_large");
    let full = FaultScript::from_toml(&one.repeat(FAULTS_MAX)).unwrap();
    assert_eq!(full.with(one.as_bytes()).unwrap_err().code, "faults.too_many");
}

#[test]
fn a_table_inside_of_another_format_is_a_script() {
    #[derive(serde::Deserialize)]
    struct Seed {
        faults: FaultScript,
    }
    let toml = "[faults]\nseed = 7\n[[faults.fault]]\ncall = \"query\"\ndo = \"too_many\"\n";
    let seed: Seed = toml::from_str(toml).unwrap();
    assert_eq!((seed.faults.seed, seed.faults.len()), (7, 1));
    let wrong = toml::from_str::<Seed>("[[faults.fault]]\ncall = \"query\"\ndo = \"x\"\n").err().unwrap();
    assert!(wrong.to_string().contains("there is no fault `x`"), "{wrong}");
}

proptest! {
    #[test]
    fn reading_never_panics_and_what_is_read_can_be_read_again(text in any_script()) {
        if let Ok(script) = FaultScript::from_toml(&text) {
            prop_assert_eq!(&FaultScript::from_toml(script.as_toml()).unwrap(), &script);
        }
        let _ = FaultScript::from_json(text.as_bytes());
        let _ = FaultScript::default().with(text.as_bytes());
    }
}

/// Texts that are nearly scripts.
fn any_script() -> impl Strategy<Value = String> {
    let member = prop_oneof![
        Just("do"),
        Just("call"),
        Just("face"),
        Just("notification"),
        Just("order"),
        Just("merchant"),
        Just("share"),
        Just("times"),
        Just("after"),
        Just("from"),
        Just("until"),
        Just("ms"),
        Just("bytes"),
        Just("code"),
        Just("status"),
        Just("mode"),
        Just("seed"),
        Just("fault"),
        Just("x"),
    ];
    let kinds = proptest::sample::select(KINDS).prop_map(|kind| format!("\"{}\"", kind.name));
    let value = prop_oneof![
        kinds,
        Just("\"*\"".to_owned()),
        Just("\"v3\"".into()),
        Just("\"query\"".into()),
        Just("[]".into()),
        Just("{}".into()),
        Just("2026-03-01T00:00:00+08:00".into()),
        Just("nan".into()),
        Just("[1, {a = 2}]".into()),
        any::<i64>().prop_map(|whole| whole.to_string()),
        ".{0,12}",
        "\"\\PC{0,12}\"",
    ];
    let line = prop_oneof![
        3 => (member, value).prop_map(|(member, value)| format!("{member} = {value}")),
        1 => Just("[[fault]]".to_owned()),
        1 => ".{0,20}",
    ];
    proptest::collection::vec(line, 0..12).prop_map(|lines| lines.join("\n"))
}
