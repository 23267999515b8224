//! What is read, printed back.

use super::samples::filter;

#[test]
fn nothing_in_a_printed_filter_is_hidden() {
    for (text, printed) in [
        ("\"a\u{202e}b\"", r#""a\u{202e}b""#),
        ("\u{3164}", r#""\u{3164}""#),
        ("\"\u{1b}[2J\"", r#""\u{1b}[2J""#),
    ] {
        assert_eq!(filter(text).to_string(), printed, "{text:?}");
        assert_eq!(filter(printed).to_string(), printed);
    }
}

#[test]
fn a_filter_is_printed_in_one_form() {
    for (text, printed) in [
        ("", ""),
        ("  ", ""),
        ("error", "error"),
        ("  two   words ", "two words"),
        ("(a)", "a"),
        ("((a b))", "a b"),
        ("a (b c)", "a (b c)"),
        ("a|b", "a | b"),
        ("(a|b)|c", "(a | b) | c"),
        ("a b|c (d|e)", "a b | c (d | e)"),
        ("!a", "!a"),
        ("!!a", "!(!a)"),
        ("!(a b)", "!(a b)"),
        ("\"a\"", "a"),
        ("\"two words\"", "\"two words\""),
        (r#""say \"x\"\n\\""#, r#""say \"x\"\n\\""#),
        ("\"\u{1b}\"", r#""\u{1b}""#),
        (r#"{"total":5}"#, r#""{\"total\":5}""#),
        ("f(x)", "\"f(x)\""),
        ("(f(x))", "\"f(x)\""),
        ("/a|b c/", "/a|b c/"),
        (r"/a\/b/", r"/a\/b/"),
        ("http://x", "\"http://x\""),
        ("size", "size"),
        ("a>b", "\"a>b\""),
        ("subject:orders.>", "subject:orders.>"),
        ("SUBJECT=a", "subject:a"),
        ("subject:!a.*", "!subject:a.*"),
        ("subject!=a", "!subject:a"),
        ("subject:\"!a\"", "subject:\"!a\""),
        ("subject:\"a|b\"", "subject:\"a|b\""),
        ("(subject:a)", "subject:a"),
        ("header:Trace-Id", "header:Trace-Id"),
        ("header:Trace-Id=a=b", "header:Trace-Id=a=b"),
        ("header:A!=\"\"", "header:A!=\"\""),
        ("header:!A=b", "!header:A=b"),
        ("header:\"a=b\"=c", "header:\"a=b\"=c"),
        ("dir:in", "dir:in"),
        ("dir:!out", "!dir:out"),
        ("reply:yes", "reply:yes"),
        ("reply:no", "reply:no"),
        ("status:503", "status:503"),
        ("status=503", "status:503"),
        ("status:!503", "!status:503"),
        ("status>=400", "status>=400"),
        ("since:5m", "since:2026-11-23T13:25:00Z"),
        ("until:14:05", "until:2026-11-23T13:05:00Z"),
        ("size>1k", "size>1000"),
        ("size<=1.5KiB", "size<=1536"),
        ("rtt>=50ms", "rtt>=50ms"),
        ("rtt<90s", "rtt<1m30s"),
        ("json:.", "json:."),
        ("json:.>5", "json:.>5"),
        ("json:[0].a", "json:.[0].a"),
        ("json:.[0].a", "json:.[0].a"),
        ("json:.total>100", "json:.total>100"),
        ("json:.total=1.50", "json:.total=1.50"),
        (r#""x": 1 size>1"#, r#""\"x\": 1" size>1"#),
        (r#""x":1"#, r#""\"x\":1""#),
        (
            r#""x": "a b", "y":true|z"#,
            r#""\"x\": \"a b\", \"y\":true" | z"#,
        ),
        (r#"("x":)"#, r#""\"x\":""#),
        (r#""x": 1, b"#, r#""\"x\": 1," b"#),
        (r#""x": b"#, r#""\"x\":" b"#),
        (r#""x" : 1"#, r#"x ":" 1"#),
        ("json:.total=-0.0", "json:.total=-0.0"),
        ("json:.total<=1e300", "json:.total<=1e300"),
        ("json:.id=A-1", "json:.id=\"A-1\""),
        ("json:.id=\"5\"", "json:.id=\"5\""),
        ("json:.id=01", "json:.id=\"01\""),
        ("json:.open=true", "json:.open=true"),
        ("json:.open!=null", "json:.open!=null"),
        (
            r#"json:.lines[0]."odd key"="A-1""#,
            r#"json:.lines[0]."odd key"="A-1""#,
        ),
    ] {
        assert_eq!(filter(text).to_string(), printed, "{text}");
    }
}

#[test]
fn an_unknown_field_is_text_with_a_hint() {
    let read = filter("a xyz:b dir:in http://c 12:30 \"d:e\" siz>3 \"a=b\" >4");

    let hints: Vec<_> = read
        .hints()
        .iter()
        .map(|hint| (hint.range.clone(), &*hint.sentence))
        .collect();
    assert_eq!(
        hints,
        [
            (2..7, "xyz: is no field; the whole word is looked for"),
            (15..23, "http: is no field; the whole word is looked for"),
            (36..41, "siz is no field; the whole word is looked for"),
        ]
    );
    assert!(filter(&read.to_string()).hints().is_empty());
}

#[test]
fn only_blanks_are_everything() {
    assert!(filter(" \t").is_everything());
    assert!(!filter("a").is_everything());
    assert!(!filter("!a").is_everything());
}
