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
fn what_is_not_json_as_a_whole_matches_nothing() {
    for (payload, expected) in [
        (r#"{"a":1}"#, true),
        (" {\"a\":1}\r\n\t ", true),
        ("\u{feff}{\"a\":1}", true),
        ("\u{feff}", false),
        ("{\"a\":1}\u{feff}", false),
        (r#"{"a":1,"b":"#, false),
        (r#"{"a":1"#, false),
        (r#"{"a":1 "b""#, false),
        (r#"{"a":1,}"#, false),
        (r#"{"a":1,"b":[2,]}"#, false),
        (r#"{"a":1,"b":[,2]}"#, false),
        (r#"{"a":1,"b":{,}}"#, false),
        (r#"{"a":1,"b":{"c":1,}}"#, false),
        (r#"{"a":1,"b":{"c"}}"#, false),
        (r#"{"a":1,"b":{c:1}}"#, false),
        (r#"{"a":1,"b":[1}}"#, false),
        (r#"{"a":1,"b":[1 2]}"#, false),
        (r#"{"a":1,"b":[1]]}"#, false),
        (r#"{"a":1}}"#, false),
        (r#"{"a":1} trailing"#, false),
        (r#"{"a":1}{"a":1}"#, false),
        (r#"{"a":1],"#, false),
        (r#"{a:1}"#, false),
        (r#"{'a':1}"#, false),
        (r#"{"a":1x}"#, false),
        (r#"{"a":1,"b":01}"#, false),
        (r#"{"a":1,"b":1.}"#, false),
        (r#"{"a":1,"b":.5}"#, false),
        (r#"{"a":1,"b":-}"#, false),
        (r#"{"a":1,"b":+1}"#, false),
        (r#"{"a":1,"b":1e}"#, false),
        (r#"{"a":1,"b":NaN}"#, false),
        (r#"{"a":1,"b":tru}"#, false),
        (r#"{"a":1,"b":nulls}"#, false),
        (r#"{"a":1,"b":"\x"}"#, false),
        (r#"{"a":1,"b":"\u00g0"}"#, false),
        (r#"{"a":1,"b":"\ud800"}"#, true),
        ("{\"a\":1,\"b\":\"\n\"}", false),
        ("{\n\"a\":1,\"b\":\"\t\"}", false),
        ("{\n\"a\":1,\"b\":\"\u{7f}\"}", true),
        (r#"{"a":01}"#, false),
        (r#"{"a":"1}"#, false),
        (r#"{"a":,"b":1}"#, false),
        (r#"{"x":"\"#, false),
        (r#"{"x":[[{"#, false),
    ] {
        assert_eq!(
            holds("json:.a=1", payload.as_bytes()),
            expected,
            "{payload}"
        );
    }
    assert!(!holds("json:.a=1", b"{\"a\":1,\"b\":\"\xff\"}"));
    assert!(holds("!json:.a=1", b"{\"a\":1"));
}

#[test]
fn json_on_lines_of_its_own_matches_by_line() {
    for (text, payload, expected) in [
        ("json:.a=2", "{\"a\":1}\n{\"a\":2}", true),
        ("json:.a=2", "{\"a\":1}\r\n\r\n {\"a\":2}\r\n", true),
        ("json:.a=2", "\u{feff}{\"a\":1}\n{\"a\":2}\n", true),
        ("json:.a=3", "{\"a\":1}\n{\"a\":2}", false),
        ("json:.a>1", "{\"a\":1}\n[]\n\"x\"\n{\"a\":2}", true),
        ("json:.a=1", "{\"a\":1}\ngarbage", false),
        ("json:.a=1", "{\"a\":1}\n{\"a\":", false),
        ("json:.a=1", "{\"a\":1}\n{\"b\":\"\u{1}\"}", false),
        ("json:.a=2", "{\"a\":1} {\"a\":2}\n", false),
        // two documents of several lines are no lines
        ("json:.a=1", "{\n\"a\":1}\n{\n\"a\":1}", false),
        ("json:.=2", "1\n2\n", true),
    ] {
        assert_eq!(
            holds(text, payload.as_bytes()),
            expected,
            "{text} {payload:?}"
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
fn numbers_of_any_length_are_exact() {
    for (payload, text, expected) in [
        ("18446744073709551615", "json:.=18446744073709551615", true),
        ("18446744073709551615", "json:.>18446744073709551614", true),
        ("-9223372036854775808", "json:.<-9223372036854775807", true),
        ("18446744073709551616", "json:.=18446744073709551616", true),
        ("18446744073709551617", "json:.=18446744073709551616", false),
        ("18446744073709551617", "json:.>18446744073709551616", true),
        ("9007199254740992.0", "json:.=9007199254740992", true),
        ("9007199254740992.0", "json:.=9007199254740993", false),
        ("9007199254740993", "json:.=9007199254740992.0", false),
        ("9007199254740993", "json:.>9007199254740992.5", true),
        ("1e400", "json:.>1e300", true),
        ("1e400", "json:.<1e401", true),
        ("1e400", "json:.=10e399", true),
        ("-1e400", "json:.<-1e300", true),
        ("0.1", "json:.=0.1", true),
        ("0.1", "json:.=0.10000000000000000001", false),
        ("0.30000000000000004", "json:.=0.3", false),
        ("0.0012", "json:.=1.2e-3", true),
        ("0.0012", "json:.=12E-4", true),
        ("-0", "json:.=0", true),
        ("0.000", "json:.=-0e7", true),
        ("1E2", "json:.=100", true),
        ("1e+2", "json:.=100.00", true),
        ("99", "json:.<100", true),
        ("-99", "json:.>-100", true),
        // no power of ten of more than 64 bits compares
        ("1e99999999999999999999", "json:.>1", false),
    ] {
        assert_eq!(
            holds(text, payload.as_bytes()),
            expected,
            "{text} {payload}"
        );
    }
}

/// A number of up to 70 digits: its sign, its digits, how many of them stand behind the point, and the
/// power of ten that it is written with.
fn numbers() -> impl Strategy<Value = (bool, String, usize, i32)> {
    let digits = prop_oneof![
        "[1-9][0-9]{0,69}",
        "[1-9][0-9]{17,20}",
        "[1-3][0-9]",
        Just("0".to_owned())
    ];
    (any::<bool>(), digits, 0_usize..30, -12_i32..12)
}

fn written((is_negative, digits, behind, power): &(bool, String, usize, i32)) -> String {
    let digits = format!("{digits:0>width$}", width = behind + 1);
    let (whole, fraction) = digits.split_at(digits.len() - behind);
    let sign = if *is_negative { "-" } else { "" };
    let point = if *behind > 0 { "." } else { "" };
    let exponent = if *power == 0 {
        String::new()
    } else {
        format!("e{power}")
    };
    format!("{sign}{whole}{point}{fraction}{exponent}")
}

/// The same with 50 digits behind the point and 120 before it, so that digits compare as text.
fn aligned((is_negative, digits, behind, power): &(bool, String, usize, i32)) -> (bool, String) {
    let shift = usize::try_from(50 - i32::try_from(*behind).unwrap() + power).unwrap();
    let all = format!("{:0>170}", format!("{digits}{}", "0".repeat(shift)));
    (*is_negative && digits != "0", all)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    #[test]
    fn any_two_numbers_compare_as_their_digits_do(
        one in numbers(),
        other in prop_oneof![Just(None), numbers().prop_map(Some)],
        change in any::<prop::sample::Index>(),
    ) {
        // often the same but for one digit
        let other = other.unwrap_or_else(|| {
            let mut digits = one.1.clone().into_bytes();
            let place = change.index(digits.len());
            digits[place] = if digits[place] == b'9' { b'8' } else { digits[place] + 1 };
            (one.0, String::from_utf8(digits).unwrap(), one.2, one.3)
        });
        let ((minus, digits), (other_minus, other_digits)) = (aligned(&one), aligned(&other));
        let order = match (minus, other_minus) {
            (false, false) => digits.cmp(&other_digits),
            (true, true) => other_digits.cmp(&digits),
            (false, true) => std::cmp::Ordering::Greater,
            (true, false) => std::cmp::Ordering::Less,
        };
        for (sign, expected) in [("=", order.is_eq()), ("<", order.is_lt()), (">=", order.is_ge())] {
            let (payload, text) = (written(&one), format!("json:.a{sign}{}", written(&other)));
            let payload = format!("{{\"a\":{payload}}}");
            prop_assert_eq!(holds(&text, payload.as_bytes()), expected, "{} {}", text, payload);
        }
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
            // integers and eighths are all there are
            let eighths = |it: &serde_json::Number| {
                let integer = it.as_i64().map(i128::from).or(it.as_u64().map(i128::from));
                integer.map_or_else(|| (it.as_f64().unwrap() * 8.0) as i128, |it| it * 8)
            };
            Some(eighths(one).cmp(&eighths(other)))
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
    fn a_document_that_breaks_off_or_is_changed_matches_where_a_parser_takes_it(
        document in documents(),
        cut in any::<prop::sample::Index>(),
        place in any::<prop::sample::Index>(),
        byte: u8,
    ) {
        let mut payload = document.to_string().into_bytes();
        let place = place.index(payload.len());
        payload[place] = byte;
        payload.truncate(cut.index(payload.len() + 1));
        // one that takes numbers of any size, but looks at no characters
        let is_json = serde_json::from_slice::<serde::de::IgnoredAny>(&payload).is_ok();
        let is_json = is_json && std::str::from_utf8(&payload).is_ok();
        let is_lines = payload.contains(&b'\n');
        prop_assert!(is_lines || holds("json:.", &payload) == is_json, "{:?}", payload);
        for text in ["json:.a=1", "json:.[0].a", "json:.a.b[1]>a", "json:.\"\"!=null", "json:.<5"] {
            prop_assert!(is_json || is_lines || !holds(text, &payload), "{} {:?}", text, payload);
        }
    }
}
