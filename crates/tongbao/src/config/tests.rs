//! Each mistake by its name, and what is not one.

mod home;

use std::path::Path;

use tongbao_wire::Timestamp;

use super::{Config, ConfigErrors, DEFAULT, Environment, LogFormat};
use crate::lang::Lang;
use home::Home;

/// Checks a change to a configuration that works: exactly these codes at these fields are found.
#[track_caller]
fn finds(change: impl FnOnce(&mut Home), expected: &[(&str, &str)]) {
    let mut home = Home::new();
    change(&mut home);
    let errors = home.check().expect_err("a mistake");
    let found: Vec<_> = errors.mistakes.iter().map(|it| (it.code, it.field.as_str())).collect();
    assert_eq!(found, expected, "{errors}");
    for mistake in &errors.mistakes {
        for words in [&mistake.reason, &mistake.fix] {
            assert!(!words.zh.is_empty() && !words.en.is_empty(), "{mistake:?}");
        }
    }
}

/// Checks a change that works, but is warned about.
#[track_caller]
fn warns(change: impl FnOnce(&mut Home), expected: &[(&str, &str)]) {
    let mut home = Home::new();
    change(&mut home);
    let checked = home.check().expect("it works all the same");
    let found: Vec<_> = checked.warnings.iter().map(|it| (it.code, it.field.as_str())).collect();
    assert_eq!(found, expected);
}

#[test]
fn a_good_configuration_passes_without_a_warning() {
    let home = Home::new();
    let checked = home.check().expect("it works");
    assert_eq!(checked.warnings, []);
    let account = &checked.accounts["main"];
    assert_eq!(account.merchant.mchid.as_str(), "1900000001");
    assert_eq!(account.notify_url, "https://pay.shop.cn/notify/main/v3");
    assert_eq!(account.platform_keys.announced().as_deref(), Some(home.public_key_id()));
    assert_eq!(checked.platform.hosts, tongbao_sdk::Hosts::production());
    assert_eq!(checked.order_life.as_secs(), 30 * 60);
    assert_eq!(checked.session_life.as_secs(), 30 * 24 * 3600);
    assert_eq!(checked.server.database, home.path("data/tongbao.db"));
    assert!(home.path("data").is_dir() && checked.payment_enabled && !checked.platform.is_simulator);
}

#[test]
fn files_that_are_not_there_or_not_what_they_should_be_are_named() {
    let key = "accounts.main.merchant_key";
    let certificate = "accounts.main.merchant_certificate";
    finds(|home| home.remove("keys/key.pem"), &[("config.file_missing", key)]);
    finds(|home| home.set(key, "file:keys"), &[("config.file_unreadable", key)]);
    finds(|home| home.write("keys/key.pem", &[b'a'; 1024 * 1024 + 1]), &[("config.file_unreadable", key)]);
    finds(|home| home.set(key, "env:NOT_SET"), &[("config.env_missing", key)]);
    finds(|home| home.write("keys/key.pem", b""), &[("config.key_not_pem", key)]);
    finds(|home| home.write("keys/key.pem", b"\x30\x82\xff\xfe"), &[("config.key_not_pem", key)]);
    finds(|home| home.copy("keys/pub_key.pem", "keys/key.pem"), &[("config.key_wrong_kind", key)]);
    finds(|home| home.copy("keys/cert.pem", "keys/key.pem"), &[("config.key_wrong_kind", key)]);
    finds(|home| home.write("keys/key.pem", home::ec_key().as_bytes()), &[("config.key_not_rsa", key)]);
    finds(|home| home.write("keys/key.pem", home::ENCRYPTED), &[("config.key_encrypted", key)]);
    finds(|home| home.copy("keys/key.pem", "keys/cert.pem"), &[("config.key_wrong_kind", certificate)]);
    finds(
        |home| home.write("keys/cert.pem", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"),
        &[("config.certificate_damaged", certificate)],
    );
}

#[test]
fn key_and_certificate_are_both_looked_at() {
    finds(
        |home| {
            home.copy("keys/pub_key.pem", "keys/key.pem");
            home.copy("keys/pub_key.pem", "keys/cert.pem");
        },
        &[
            ("config.key_wrong_kind", "accounts.main.merchant_key"),
            ("config.key_wrong_kind", "accounts.main.merchant_certificate"),
        ],
    );
}

#[test]
fn a_certificate_of_another_pair_or_time_or_merchant_is_named() {
    let key = "accounts.main.merchant_key";
    let certificate = "accounts.main.merchant_certificate";
    finds(|home| home.copy("keys/platform_cert.pem", "keys/cert.pem"), &[("config.key_mismatch", key)]);
    let at = Timestamp::from_seconds;
    finds(
        |home| home.now = at(home::CERTIFICATE_ENDS_SECONDS),
        &[("config.certificate_expired", certificate)],
    );
    finds(|home| home.now = at(1_500_000_000), &[("config.certificate_not_yet_valid", certificate)]);
    warns(
        |home| home.now = at(home::CERTIFICATE_ENDS_SECONDS - 5 * 86_400),
        &[("config.certificate_expires_soon", certificate)],
    );
    warns(|home| home.set("accounts.main.mchid", "1900000002"), &[("config.certificate_mchid", certificate)]);
}

#[test]
fn the_apiv3_key_has_32_bytes_and_the_length_found_is_said() {
    let mut home = Home::new();
    home.write("keys/apiv3_key", b"0123456789012345678901234567890");
    let errors = home.check().expect_err("too short");
    assert_eq!(errors.mistakes[0].code, "config.apiv3_key_length");
    assert!(errors.mistakes[0].reason.en.contains("this has 31"), "{errors}");
    finds(|home| home.write("keys/apiv3_key", b"\n"), &[("config.secret_empty", "accounts.main.apiv3_key")]);
    warns(
        |home| home.write("keys/apiv3_key", b"\xEF\xBB\xBF01234567890123456789012345678901\r\n"),
        &[("config.secret_trimmed", "accounts.main.apiv3_key")],
    );
}

#[test]
fn the_platforms_key_is_whole_and_the_platforms() {
    let key = "accounts.main.platform_public_key";
    let id = "accounts.main.platform_public_key_id";
    let certificate = "accounts.main.platform_certificate";
    finds(|home| home.unset(key), &[("config.platform_key_incomplete", key)]);
    finds(|home| home.unset(id), &[("config.platform_key_incomplete", id)]);
    let none = |home: &mut Home| {
        home.unset(key);
        home.unset(id);
    };
    finds(none, &[("config.platform_key_missing", key)]);
    finds(|home| home.set(id, "has a blank"), &[("config.platform_key_id", id)]);
    warns(|home| home.set(id, "0119000000012024010100000000"), &[("config.platform_key_id", id)]);
    finds(|home| home.copy("keys/cert.pem", "keys/pub_key.pem"), &[("config.key_wrong_kind", key)]);
    finds(|home| home.set(certificate, "file:keys/pub_key.pem"), &[("config.key_wrong_kind", certificate)]);
    finds(
        |home| home.set(certificate, "file:keys/cert.pem"),
        &[("config.platform_certificate_is_merchants", certificate)],
    );
    for given in ["download", "file:keys/platform_cert.pem"] {
        warns(
            |home| {
                none(home);
                home.set(certificate, given);
            },
            &[],
        );
        warns(|home| home.set(certificate, given), &[]);
    }
}

#[test]
fn addresses_that_cannot_work_are_named() {
    let url = "server.public_url";
    finds(|home| home.set(url, "http://pay.shop.cn"), &[("config.public_url_not_https", url)]);
    finds(|home| home.set(url, "https://pay.shop.cn?from=me"), &[("config.public_url_query", url)]);
    finds(|home| home.set(url, "https://pay.shop.cn "), &[("config.public_url_blank", url)]);
    let long = format!("https://pay.shop.cn/{}", "a".repeat(221));
    finds(|home| home.set(url, &long), &[("config.notify_url_length", url)]);
    finds(|home| home.set("server.listen", "8080"), &[("config.listen", "server.listen")]);
    finds(
        |home| home.set("platform.base_url", "http://api.mch.weixin.qq.com"),
        &[("config.platform_url", "platform.base_url")],
    );
    let against_simulator = |home: &mut Home| {
        home.set("platform.base_url", "http://127.0.0.1:8900");
        home.set("platform.login_url", "http://127.0.0.1:8900");
        home.set(url, "http://127.0.0.1:8080");
    };
    warns(against_simulator, &[]);
    let mut home = Home::new();
    against_simulator(&mut home);
    let checked = home.check().expect("works");
    assert_eq!(checked.platform.hosts.backup, None, "a simulator's orders never reach the real platform");
    assert!(checked.platform.is_simulator);
}

#[test]
fn numbers_of_another_shape_are_named() {
    finds(|home| home.set("accounts.main.mchid", "19000000x1"), &[("config.mchid", "accounts.main.mchid")]);
    for appid in ["gh_0123456789ab", "wx123", "1900000001"] {
        finds(|home| home.set("accounts.main.appid", appid), &[("config.appid", "accounts.main.appid")]);
    }
    let secret = "accounts.main.app_secret";
    finds(|home| home.write("keys/app_secret", b"not a secret"), &[("config.app_secret", secret)]);
    warns(|home| home.write("keys/app_secret", b"abc"), &[("config.app_secret_length", secret)]);
    let name = "accounts.main.merchant_name";
    finds(|home| home.set(name, " "), &[("config.merchant_name", name)]);
    finds(|home| home.rename_account("Main!"), &[("config.account_name", "accounts.Main!")]);
    finds(|home| home.copy_account("second"), &[("config.mchid_duplicate", "accounts.second.mchid")]);
}

#[test]
fn goods_and_api_keys_must_make_sense() {
    finds(|home| home.good("tea", 1, "main"), &[("config.goods_duplicate", "goods[1].id")]);
    finds(|home| home.good("cup", 0, "main"), &[("config.price", "goods[1].price_fen")]);
    finds(|home| home.good("cup", -1, "main"), &[("config.price", "goods[1].price_fen")]);
    finds(|home| home.good("a cup", 1, "main"), &[("config.goods_id", "goods[1].id")]);
    finds(|home| home.good("cup", 1, "other"), &[("config.unknown_account", "goods[1].account")]);
    let long = "0123456789012345678901234567890123";
    finds(|home| home.api_key("b", "other", long), &[("config.unknown_account", "api_keys[1].account")]);
    finds(
        |home| home.api_key("b", "main", "short"),
        &[("config.api_key_secret_short", "api_keys[1].secret")],
    );
    let blank = "0123456789 0123456789 0123456789 01";
    finds(|home| home.api_key("b", "main", blank), &[("config.api_key_secret_text", "api_keys[1].secret")]);
    finds(|home| home.api_key("shop", "main", long), &[("config.api_key_duplicate", "api_keys[1].name")]);
}

#[test]
fn a_place_that_cannot_be_written_and_a_log_that_cannot_be_read_are_named() {
    finds(|home| home.set("server.data", "keys/key.pem"), &[("config.data_not_writable", "server.data")]);
    finds(|home| home.set("server.log", "tongbao=loud"), &[("config.log", "server.log")]);
}

#[test]
fn all_mistakes_are_listed_at_once() {
    let home = Home::with_text("[server]\nlisten = \"x\"\npublic_url = \"http://localhost?a\"\n");
    let errors = home.check().expect_err("many mistakes");
    let codes: Vec<_> = errors.mistakes.iter().map(|it| it.code).collect();
    assert_eq!(
        codes,
        [
            "config.listen",
            "config.public_url_query",
            "config.public_url_not_https",
            "config.public_url_private",
            "config.no_account",
        ]
    );
}

/// Loads a file and finds these codes, fields and lines.
#[track_caller]
fn refuses(text: &str, expected: &[(&str, &str, usize)]) -> ConfigErrors {
    let home = Home::with_text(text);
    let errors = home.load().expect_err("refused");
    let line = |it: &super::Mistake| it.at.as_ref().map_or(0, |place| place.line);
    let found: Vec<_> = errors.mistakes.iter().map(|it| (it.code, it.field.as_str(), line(it))).collect();
    assert_eq!(found, expected, "{errors}");
    errors
}

#[test]
fn a_misspelt_key_is_told_with_its_place_and_the_name_that_was_meant() {
    let errors = refuses(
        "[server]\n\n  listn = \"127.0.0.1:1\"\n[orders]\nexpires_in_minute = 5\ncolour = 1\n",
        &[
            ("config.unknown_key", "orders.colour", 6),
            ("config.unknown_key", "orders.expires_in_minute", 5),
            ("config.unknown_key", "server.listn", 3),
        ],
    );
    assert_eq!(errors.mistakes[2].at.as_ref().map(|place| place.column), Some(3));
    assert_eq!(errors.mistakes[2].fix.en, "did you mean `listen`?");
    assert_eq!(errors.mistakes[0].fix.en, "remove it; known here: expires_in_minutes");
}

#[test]
fn values_of_the_wrong_kind_are_told_with_their_place() {
    refuses("[server]\nlisten = 8080\n", &[("config.wrong_type", "server.listen", 2)]);
    refuses("[server]\nlog_format = \"xml\"\n", &[("config.wrong_type", "server.log_format", 2)]);
    refuses("[server]\nconnections_max = 0\n", &[("config.out_of_range", "server.connections_max", 2)]);
    refuses(
        "[orders]\nexpires_in_minutes = 10081\n",
        &[("config.out_of_range", "orders.expires_in_minutes", 2)],
    );
    refuses(
        "[orders]\nexpires_in_minutes = 99999999999999999999\n",
        &[("config.out_of_range", "orders.expires_in_minutes", 2)],
    );
    refuses("[client]\npayment_enabled = \"yes\"\n", &[("config.wrong_type", "client.payment_enabled", 2)]);
    refuses("goods = 1\n", &[("config.wrong_type", "goods", 1)]);
    refuses("accounts = \"main\"\n", &[("config.wrong_type", "accounts", 1)]);
}

#[test]
fn what_is_missing_is_listed() {
    refuses(
        "[[api_keys]]\nname = \"shop\"\n[accounts.main]\nmchid = \"1900000001\"\nsurplus = \"hold\"\n",
        &[
            ("config.missing", "accounts.main.appid", 0),
            ("config.missing", "accounts.main.app_secret", 0),
            ("config.missing", "accounts.main.merchant_key", 0),
            ("config.missing", "accounts.main.merchant_certificate", 0),
            ("config.missing", "accounts.main.apiv3_key", 0),
            ("config.missing", "accounts.main.merchant_name", 0),
            ("config.missing", "api_keys[0].account", 0),
            ("config.missing", "api_keys[0].secret", 0),
        ],
    );
}

#[test]
fn what_is_misspelt_is_not_told_as_missing_too() {
    let mut home = Home::new();
    home.unset("accounts.main.mchid");
    home.set("accounts.main.mch_id", "1900000001");
    home.unset("accounts.main.appid");
    let errors = home.load().expect_err("refused");
    let found: Vec<_> = errors.mistakes.iter().map(|it| (it.code, it.field.as_str())).collect();
    assert_eq!(
        found,
        [("config.unknown_key", "accounts.main.mch_id"), ("config.missing", "accounts.main.appid")]
    );
}

#[test]
fn a_secret_in_the_file_is_refused_and_never_repeated() {
    let mut home = Home::new();
    home.set("accounts.main.apiv3_key", "01234567890123456789012345678901");
    let errors = home.load().expect_err("refused");
    assert_eq!(errors.mistakes.len(), 1);
    assert_eq!(errors.mistakes[0].code, "config.secret_literal");
    assert_eq!(errors.mistakes[0].field, "accounts.main.apiv3_key");
    assert!(errors.mistakes[0].fix.en.contains("file:PATH"), "{errors}");
    for text in [errors.to_string(), errors.in_words(Lang::Zh), format!("{errors:?}")] {
        assert!(!text.contains("0123456789"), "{text}");
    }
}

#[test]
fn a_file_that_is_not_toml_is_told_with_its_place() {
    let errors = refuses_syntax("[server]\nlisten = \"127.0.0.1:1\n");
    assert_eq!(errors.mistakes[0].at.as_ref().map(|place| place.line), Some(2));
    refuses_syntax("[server]\n[server]\n");
    let mut home = Home::new();
    home.write("tongbao.toml", b"\xff\xfe");
    assert_eq!(home.load_file().expect_err("not text").mistakes[0].code, "config.syntax");
    let missing = Config::load(Some(Path::new("/nowhere/tongbao.toml")), &Environment::empty());
    assert_eq!(missing.expect_err("no file").mistakes[0].code, "config.file_missing");
}

fn refuses_syntax(text: &str) -> ConfigErrors {
    let errors = Home::with_text(text).load().expect_err("refused");
    assert_eq!(errors.mistakes.iter().map(|it| it.code).collect::<Vec<_>>(), ["config.syntax"]);
    errors
}

#[test]
fn a_file_of_windows_with_a_byte_order_mark_is_read() {
    let config = Home::with_text("\u{feff}[server]\r\nlisten = \"0.0.0.0:80\"\r\n").load().expect("read");
    assert_eq!(config.server.listen, "0.0.0.0:80");
}

#[test]
fn the_environment_goes_over_the_file_and_the_file_over_the_default() {
    let mut home = Home::with_text("[server]\nlisten = \"127.0.0.1:1\"\nlog = \"warn\"\n");
    home.environment = Environment::from([
        ("TONGBAO_SERVER__LISTEN", "127.0.0.1:2"),
        ("TONGBAO_SERVER__LOG_FORMAT", "json"),
        ("TONGBAO_SERVER__CONNECTIONS_MAX", "7"),
        ("TONGBAO_CLIENT__PAYMENT_ENABLED", "false"),
        ("TONGBAO_OTHER", "of somebody else"),
        ("HOME", "/root"),
    ]);
    let config = home.load().expect("read");
    assert_eq!(config.server.listen, "127.0.0.1:2");
    assert_eq!(config.server.log, "warn");
    assert_eq!(config.server.log_format, LogFormat::Json);
    assert_eq!(config.server.connections_max, 7);
    assert!(!config.client.payment_enabled);
    assert_eq!(config.orders.expires_in_minutes, 30);
}

#[test]
fn an_account_can_be_named_in_the_environment_and_its_number_stays_text() {
    let mut home = Home::new();
    home.unset("accounts.main.mchid");
    home.environment = Environment::from([
        ("TONGBAO_ACCOUNTS__MAIN__MCHID", "1900000001"),
        ("TONGBAO_ACCOUNTS__MAIN__APIV3_KEY", "env:SHOP_KEY"),
        ("SHOP_KEY", "01234567890123456789012345678901"),
    ]);
    let checked = home.check().expect("works");
    assert_eq!(checked.accounts["main"].merchant.mchid.as_str(), "1900000001");
}

#[test]
fn a_variable_nobody_knows_or_of_the_wrong_kind_is_refused() {
    for (name, value, code) in [
        ("TONGBAO_SERVER__LISTN", "127.0.0.1:2", "config.unknown_key"),
        ("TONGBAO_SERVRE__LISTEN", "127.0.0.1:2", "config.unknown_key"),
        ("TONGBAO_SERVER__LISTEN__PORT", "2", "config.unknown_key"),
        ("TONGBAO_GOODS__0__PRICE_FEN", "2", "config.unknown_key"),
        ("TONGBAO_SERVER__CONNECTIONS_MAX", "many", "config.out_of_range"),
        ("TONGBAO_CLIENT__PAYMENT_ENABLED", "yes", "config.wrong_type"),
        ("TONGBAO_ACCOUNTS__MAIN__APIV3_KEY", "the key itself", "config.secret_literal"),
    ] {
        let mut home = Home::new();
        home.environment = Environment::from([(name, value)]);
        let errors = home.load().expect_err(name);
        let found: Vec<_> = errors.mistakes.iter().map(|it| (it.code, it.field.as_str())).collect();
        assert_eq!(found, [(code, name)]);
    }
}

#[test]
fn mistakes_are_told_in_chinese_and_in_english() {
    let home = Home::with_text("[server]\nlistn = \"x\"\n");
    let errors = home.load().expect_err("refused");
    assert_eq!(
        errors.in_words(Lang::En).replace(&home.file(), "tongbao.toml"),
        "The configuration has 1 mistake:\n\n\
         server.listn  [config.unknown_key]\n\
         \x20 where:  tongbao.toml, line 2, column 1\n\
         \x20 reason: there is no key `listn` here\n\
         \x20 fix:    did you mean `listen`?\n"
    );
    assert_eq!(
        errors.in_words(Lang::Zh).replace(&home.file(), "tongbao.toml"),
        "配置有 1 处错误：\n\n\
         server.listn  [config.unknown_key]\n\
         \x20 位置：tongbao.toml 第 2 行第 1 列\n\
         \x20 原因：没有 listn 这个配置项\n\
         \x20 办法：是不是想写 listen？\n"
    );
}

#[test]
fn the_language_is_the_terminals() {
    for (name, value, lang) in [
        ("LANG", "zh_CN.UTF-8", Lang::Zh),
        ("LANG", "en_US.UTF-8", Lang::En),
        ("LANG", "C", Lang::En),
        ("LC_ALL", "zh_TW.UTF-8", Lang::Zh),
        ("NONE", "zh", Lang::En),
    ] {
        assert_eq!(Environment::from([(name, value)]).lang(), lang, "{name}={value}");
    }
    assert_eq!(Environment::from([("LC_ALL", ""), ("LANG", "zh_CN")]).lang(), Lang::Zh);
}

/// The manual, the shape and the structs know the same keys: with every example switched on, the manual is
/// a configuration that loads.
#[test]
fn the_manual_shows_every_key_and_every_example_in_it_loads() {
    let manual = examples_switched_on(DEFAULT);
    let config = Home::with_text(&manual).load().expect("the manual is right");
    let written: toml::Table = toml::to_string(&config).expect("serializes").parse().expect("TOML");
    super::shape::assert_shows_every_key(&written);
}

/// Takes the comment signs from the lines that are examples and not sentences.
fn examples_switched_on(manual: &str) -> String {
    let is_example =
        |line: &str| line.starts_with('[') || line.split_once(" = ").is_some_and(|(key, _)| is_key(key));
    let is_marked = |line: &&str| line.strip_prefix("# ").is_some_and(is_example);
    let lines = manual.lines().map(|line| if is_marked(&line) { &line[2..] } else { line });
    lines.collect::<Vec<_>>().join("\n")
}

fn is_key(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}
