//! What is no filter, and where.

use super::samples::now;
use crate::filter::Filter;

#[test]
fn an_error_is_at_its_place_and_says_what_would_be_right() {
    for (text, marked, sentence) in [
        ("a |", "", "something to look for is missing"),
        ("| a", "|", "something to look for is missing before this"),
        (
            "a || b",
            "|",
            "something to look for is missing before this",
        ),
        ("()", ")", "something to look for is missing before this"),
        ("a !", "", "something to look for is missing"),
        ("(a b", "(", "the parenthesis is not closed"),
        ("a (b|", "", "something to look for is missing"),
        ("a)", ")", "no parenthesis is open here"),
        ("a \"b c", "\"b c", "the quote is not closed"),
        ("x subject:\"b c", "\"b c", "the quote is not closed"),
        ("\"\"", "\"\"", "there is nothing to look for"),
        ("\"a\\d\"", "\\d", "this is no escape"),
        ("\"a\\u{d800}\"", "\\u", "this is no escape"),
        ("\"a\"b", "b", "a blank is missing before this"),
        (
            "/a b",
            "/a b",
            "the regular expression has no closing slash",
        ),
        ("//", "//", "there is nothing to look for"),
        ("/api/v1", "v1", "a blank is missing before this"),
        (
            "x /a(/",
            "/a(/",
            "this is no regular expression: unclosed group",
        ),
        (
            "/\\w{1000}{1000}/",
            "/\\w{1000}{1000}/",
            "the regular expression is too large",
        ),
        ("subject:", "", "a subject, such as orders.>, is missing"),
        ("subject:!", "", "a subject, such as orders.>, is missing"),
        ("subject:a..b", "a..b", "the subject has an empty token"),
        ("subject:>.a", ">.a", "the subject has tokens behind `>`"),
        ("subject>a", "a", "a subject follows a colon"),
        ("dir:up", "up", "the direction is in or out"),
        ("dir:", "", "in or out is missing"),
        (
            "reply:a",
            "a",
            "whether there is a reply subject is yes or no",
        ),
        ("status:no", "no", "a status is a number"),
        ("status>-5", "-5", "a status is a number"),
        ("header:", "", "the name of a header is missing"),
        ("header:=a", "", "the name of a header is missing"),
        ("header:A=", "", "a value is missing"),
        ("header:A>5", ">5", "a header is compared with = or !="),
        ("header=A", "A", "a name follows a colon"),
        ("since:x", "x", "this is no time such as"),
        ("since:--5m", "--5m", "this is no time such as"),
        ("since:-11:03", "-11:03", "this is no time such as"),
        ("since>5m", "5m", "a time follows a colon"),
        ("until:", "", "a time, such as 5m or 14:05, is missing"),
        ("size:1k", "1k", "a size is compared, as size>1k"),
        ("size>", "", "a size, such as 512, 1k or 4KiB, is missing"),
        ("size>1x", "1x", "this is no size such as"),
        ("size>-1", "-1", "this is no size such as"),
        (
            "size>99999999999G",
            "99999999999G",
            "this is no size such as",
        ),
        ("rtt>5", "5", "this is no duration such as"),
        ("rtt:5ms", "5ms", "a time is compared, as rtt>=50ms"),
        ("json:", "", "a path, such as .total, is missing"),
        ("json:total", "total", "a path begins with a dot"),
        ("json>5", "5", "a path follows a colon"),
        ("json:.a.", "", "a name is missing"),
        ("json:..a", "", "a name is missing"),
        ("json:.a[", "", "the bracket is not closed"),
        ("json:.a[x]", "x", "an index is a number from 0 up"),
        ("json:.a[-1]", "-1", "an index is a number from 0 up"),
        ("json:.a[0]b", "b", "a path goes on with .name or [0]"),
        ("json:.a>", "", "a value is missing"),
        ("json:.a>true", ">", "true is compared with = or !="),
        ("json:.a=\"b\"c", "c", "nothing may follow a closing quote"),
    ] {
        let error = Filter::parse(text, &now()).expect_err(text);
        assert_eq!(
            text.get(error.range.clone()),
            Some(marked),
            "{text}: {error}"
        );
        assert!(error.sentence.starts_with(sentence), "{text}: {error}");
    }
}

#[test]
fn what_is_missing_is_missing_behind_the_last_byte() {
    let error = Filter::parse("ä |", &now()).unwrap_err();

    assert_eq!(error.range, 4..4);
}

#[test]
fn parentheses_have_a_bottom() {
    for (levels, is_filter) in [(64, true), (65, false), (100_000, false)] {
        let text = "(".repeat(levels) + "a" + &")".repeat(levels);
        assert_eq!(Filter::parse(&text, &now()).is_ok(), is_filter, "{levels}");
        let text = "!".repeat(levels) + "a";
        assert_eq!(Filter::parse(&text, &now()).is_ok(), is_filter, "{levels}");
    }
}
