//! `json:` beside a parser.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::samples::{bare, filter};
use crate::filter::Candidate;

fn holds(text: &str, payload: &[u8]) -> bool {
    filter(text).matches(&Candidate { payload, ..bare() })
}

#[test]
fn a_value_is_found_and_compared() {
    let payload = br#" { "a" : 1 , "lines":[ {"odd key":"A-1","n":[[],[7]]} , null ],
        "big":9007199254740993, "t":true,"nothing":null , "s":"b\u00f6\n", "k\u0065y":5, "x":-0.5e1,
        "o":{"a":2}, "q\"":8, "back\\slash":1, "e":"" } "#;
    for (text, expected) in [
        (r#"json:.a=1"#, true),
        (r#"json:.a=1.0"#, true),
        (r#"json:.a="1""#, false),
        (r#"json:.a!=1"#, false),
        (r#"json:.a!=2"#, true),
        (r#"json:.a!="1""#, false),
        (r#"json:.a<2"#, true),
        (r#"json:.a>=1"#, true),
        (r#"json:.o.a=2"#, true),
        (r#"json:.o=2"#, false),
        (r#"json:.o"#, true),
        (r#"json:.none"#, false),
        (r#"json:.lines[0]."odd key"="A-1""#, true),
        (r#"json:.lines[0]."odd key"=A-1"#, true),
        (r#"json:.lines[0]."odd key"<"A-2""#, true),
        (r#"json:.lines[0].n[1][0]=7"#, true),
        (r#"json:.lines[0].n[0]"#, true),
        (r#"json:.lines[0].n[0][0]"#, false),
        (r#"json:.lines[1]=null"#, true),
        (r#"json:.lines[1]"#, true),
        (r#"json:.lines[2]"#, false),
        (r#"json:.lines.a"#, false),
        (r#"json:.a[0]"#, false),
        (r#"json:.big=9007199254740993"#, true),
        (r#"json:.big=9007199254740992"#, false),
        (r#"json:.t=true"#, true),
        (r#"json:.t!=false"#, true),
        (r#"json:.t!=null"#, true),
        (r#"json:.t="true""#, false),
        (r#"json:.nothing=null"#, true),
        (r#"json:.nothing!=null"#, false),
        (r#"json:.nothing!=5"#, false),
        (r#"json:.none!=null"#, false),
        (r#"json:.s="bö\n""#, true),
        (r#"json:.key=5"#, true),
        (r#"json:."q\""=8"#, true),
        (r#"json:."back\\slash"=1"#, true),
        (r#"json:."back\\\\slash"=1"#, false),
        (r#"json:.x=-5"#, true),
        (r#"json:.x<-4.5"#, true),
        (r#"json:.e="""#, true),
        (r#"json:.e<a"#, true),
        (r#"json:."#, true),
    ] {
        assert_eq!(holds(text, payload), expected, "{text}");
    }
}

#[test]
fn the_document_may_be_a_value() {
    for (text, payload, expected) in [
        ("json:.>10", "42", true),
        ("json:.=a", " \"a\" ", true),
        ("json:.=null", "null", true),
        ("json:.[1]=2", "[1,2]", true),
        ("json:.", "plain text", false),
        ("json:.", "", false),
        ("json:.", " ", false),
    ] {
        assert_eq!(
            holds(text, payload.as_bytes()),
            expected,
            "{text} {payload}"
        );
    }
}

#[test]
fn of_equal_names_the_last_one_counts() {
    for (text, expected) in [
        ("json:.a=1", false),
        ("json:.a=3", true),
        ("json:.b.c", false),
        ("json:.b.d", true),
    ] {
        let payload = br#"{"a":1,"b":{"c":1},"a":2,"\u0061":3,"b":{"d":1}}"#;
        assert_eq!(holds(text, payload), expected, "{text}");
    }
}

#[test]
fn what_is_found_before_the_document_breaks_off_counts() {
    for (payload, expected) in [
        (r#"{"a":1,"b":"#, true),
        (r#"{"a":1"#, true),
        (r#"{"a":1 "b""#, true),
        (r#"{"a":1,"a":2,}"#, false),
        (r#"{"a":"#, false),
        (r#"{"a""#, false),
        (r#"{"x":"\"#, false),
        (r#"{"x":[[{"#, false),
        (r#"{a:1}"#, false),
        (r#"{"a":1x}"#, false),
        (r#"{"a":01}"#, false),
        (r#"{"a":1.}"#, false),
        (r#"{"a":"1}"#, false),
        (r#"{"a":,"b":1}"#, false),
    ] {
        assert_eq!(
            holds("json:.a=1", payload.as_bytes()),
            expected,
            "{payload}"
        );
    }
}

#[test]
fn depth_and_length_have_no_price() {
    let deep = format!("{}{}", "[".repeat(1_000_000), r#"],"a":1}"#);
    assert!(!holds("json:.a=1", format!(r#"{{"x":{deep}"#).as_bytes()));
    let closed = format!(
        r#"{{"x":{}{},"a":1}}"#,
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    assert!(holds("json:.a=1", closed.as_bytes()));
}

#[test]
fn numbers_are_exact_where_they_are_integers() {
    for (payload, text, expected) in [
        ("18446744073709551615", "json:.=18446744073709551615", true),
        ("18446744073709551615", "json:.>18446744073709551614", true),
        ("-9223372036854775808", "json:.<-9223372036854775807", true),
        ("18446744073709551616", "json:.=18446744073709551616", true),
        ("18446744073709551617", "json:.=18446744073709551616", true),
        ("1e400", "json:.>1e300", true),
        ("0.1", "json:.=0.1", true),
        ("0.30000000000000004", "json:.=0.3", false),
        ("-0", "json:.=0", true),
        ("1E2", "json:.=100", true),
    ] {
        assert_eq!(
            holds(text, payload.as_bytes()),
            expected,
            "{text} {payload}"
        );
    }
}

/// Documents of few names, some written with escapes and blanks.
fn documents() -> impl Strategy<Value = Value> {
    let text = "[ab\"\\\\/ö\n]{0,3}";
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-3_i64..3).prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        (-300_i32..300).prop_map(|n| json!(f64::from(n) / 8.0)),
        text.prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 5, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map(text, inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// One way to write a document; `taste` chooses blanks, escapes and members that are said twice.
fn write(document: &Value, taste: &mut impl Iterator<Item = u8>, out: &mut String) {
    let blank = |taste: &mut dyn Iterator<Item = u8>, out: &mut String| {
        out.push_str(["", "", "", " ", "\n\t "][usize::from(taste.next().unwrap_or(0)) % 5]);
    };
    blank(taste, out);
    match document {
        Value::Array(elements) => {
            out.push('[');
            for (n, element) in elements.iter().enumerate() {
                out.push_str(if n > 0 { "," } else { "" });
                write(element, taste, out);
            }
            blank(taste, out);
            out.push(']');
        }
        Value::Object(members) => {
            out.push('{');
            for (n, (name, value)) in members.iter().enumerate() {
                out.push_str(if n > 0 { "," } else { "" });
                if taste.next().unwrap_or(0).is_multiple_of(4) {
                    blank(taste, out);
                    write_text(name, taste, out);
                    out.push_str(":[{\"a\":1}],");
                }
                blank(taste, out);
                write_text(name, taste, out);
                blank(taste, out);
                out.push(':');
                write(value, taste, out);
            }
            blank(taste, out);
            out.push('}');
        }
        Value::String(text) => write_text(text, taste, out),
        other => out.push_str(&other.to_string()),
    }
    blank(taste, out);
}

fn write_text(text: &str, taste: &mut impl Iterator<Item = u8>, out: &mut String) {
    out.push('"');
    for char in text.chars() {
        let escaped = taste.next().unwrap_or(0).is_multiple_of(4);
        match char {
            '"' | '\\' if !escaped => out.extend(['\\', char]),
            '/' if escaped => out.push_str("\\/"),
            '"' | '\\' | '\n' => out.push_str(&format!("\\u{:04X}", u32::from(char))),
            char if escaped => out.push_str(&format!("\\u{:04x}", u32::from(char))),
            char => out.push(char),
        }
    }
    out.push('"');
}

#[derive(Clone, Debug)]
enum Step {
    Name(String),
    Index(usize),
}

/// What `json:` says, over a document.
fn expected(document: &Value, path: &[Step], sign: &str, wanted: &Value) -> bool {
    let found = path.iter().try_fold(document, |value, step| match step {
        Step::Name(name) => value.as_object()?.get(name),
        Step::Index(index) => value.as_array()?.get(*index),
    });
    let Some(found) = found else {
        return false;
    };
    let order = match (found, wanted) {
        (Value::String(one), Value::String(other)) => Some(one.cmp(other)),
        (Value::Bool(one), Value::Bool(other)) => Some(one.cmp(other)),
        (Value::Number(one), Value::Number(other)) => {
            let integer = |it: &serde_json::Number| {
                it.as_i64().map(i128::from).or(it.as_u64().map(i128::from))
            };
            match (integer(one), integer(other)) {
                (Some(one), Some(other)) => Some(one.cmp(&other)),
                _ => one.as_f64().partial_cmp(&other.as_f64()),
            }
        }
        (Value::Null, Value::Null) => Some(std::cmp::Ordering::Equal),
        (_, Value::Null) => Some(std::cmp::Ordering::Greater),
        _ => None,
    };
    order.is_some_and(|order| match sign {
        "=" => order.is_eq(),
        "!=" => order.is_ne(),
        "<" => order.is_lt(),
        "<=" => order.is_le(),
        ">" => order.is_gt(),
        _ => order.is_ge(),
    })
}

/// All values of a document with the ways to them.
fn values<'a>(document: &'a Value, path: &mut Vec<Step>, found: &mut Vec<(Vec<Step>, &'a Value)>) {
    found.push((path.clone(), document));
    let children: Vec<(Step, &Value)> = match document {
        Value::Array(elements) => {
            let numbered = elements.iter().enumerate();
            numbered.map(|(n, value)| (Step::Index(n), value)).collect()
        }
        Value::Object(members) => {
            let named = members.iter();
            named
                .map(|(name, value)| (Step::Name(name.clone()), value))
                .collect()
        }
        _ => Vec::new(),
    };
    for (step, value) in children {
        path.push(step);
        values(value, path, found);
        path.pop();
    }
}

fn quoted(text: &str) -> String {
    format!(
        "\"{}\"",
        text.replace('\\', "\\\\")
            .replace('"', "\\\"")
            .replace('\n', "\\n")
    )
}

fn text_of(path: &[Step], sign: &str, wanted: &Value) -> String {
    let steps: String = path
        .iter()
        .map(|step| match step {
            Step::Name(name) => format!(".{}", quoted(name)),
            Step::Index(index) => format!("[{index}]"),
        })
        .collect();
    let root = if steps.starts_with('.') { "" } else { "." };
    let literal = match wanted {
        Value::String(text) => quoted(text),
        other => other.to_string(),
    };
    format!("json:{root}{steps}{sign}{literal}")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn it_says_what_a_parser_would_say(
        document in documents(),
        other in documents(),
        taste in proptest::collection::vec(any::<u8>(), 0..200),
    ) {
        let mut payload = String::new();
        write(&document, &mut taste.into_iter(), &mut payload);
        prop_assert_eq!(&serde_json::from_str::<Value>(&payload).unwrap(), &document, "{}", payload);

        let (mut own, mut foreign) = (Vec::new(), Vec::new());
        values(&document, &mut Vec::new(), &mut own);
        values(&other, &mut Vec::new(), &mut foreign);
        let is_scalar = |value: &&Value| !value.is_array() && !value.is_object();
        let wanted: Vec<&Value> = own.iter().chain(&foreign).map(|(_, value)| *value).filter(is_scalar).collect();
        for (path, _) in own.iter().chain(&foreign).take(12) {
            for wanted in wanted.iter().take(12) {
                let ordered = wanted.is_number() || wanted.is_string();
                let signs: &[&str] = if ordered { &["=", "!=", "<", "<=", ">", ">="] } else { &["=", "!="] };
                for sign in signs {
                    let text = text_of(path, sign, wanted);
                    prop_assert_eq!(
                        holds(&text, payload.as_bytes()),
                        expected(&document, path, sign, wanted),
                        "{} {}", text, payload
                    );
                }
            }
        }
    }

    #[test]
    fn a_document_that_breaks_off_or_is_changed_is_walked_too(
        document in documents(),
        cut in any::<prop::sample::Index>(),
        place in any::<prop::sample::Index>(),
        byte: u8,
    ) {
        let mut payload = document.to_string().into_bytes();
        let place = place.index(payload.len());
        payload[place] = byte;
        payload.truncate(cut.index(payload.len() + 1));
        for text in ["json:.a=1", "json:.[0].a", "json:.a.b[1]>a", "json:.\"\"!=null", "json:.<5"] {
            holds(text, &payload);
        }
    }
}
