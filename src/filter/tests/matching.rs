//! Which messages are meant.

use super::samples::{bare, filter, order};
use crate::filter::Candidate;

#[test]
fn a_message_that_has_everything() {
    for (text, expected) in [
        ("", true),
        ("subject:orders.>", true),
        ("subject:orders.*", false),
        ("subject:!orders.>", false),
        ("subject:Orders.>", false),
        ("header:trace-id", true),
        ("header:Trace", false),
        ("header:TRACE-ID=abc", true),
        ("header:Trace-Id=ABC", false),
        ("header:tag=blue", true),
        ("header:tag=Red", true),
        ("header:tag!=blue", false),
        ("header:tag!=green", true),
        ("header:none!=blue", false),
        ("dir:in", true),
        ("dir:out", false),
        ("reply:yes", true),
        ("reply:no", false),
        ("status:503", false),
        ("status>=100", false),
        ("status!=503", false),
        ("status:!503", true),
        ("since:2m", true),
        ("since:30s", false),
        ("until:30s", true),
        ("until:2m", false),
        ("size>68", true),
        ("size>69", false),
        ("size=69", true),
        ("rtt>=50ms", true),
        ("rtt>50ms", false),
        ("rtt<1s", true),
        ("json:.total>120", true),
        ("json:.total>121", false),
        ("json:.id=A-1", true),
        ("json:.open=true", true),
        ("orders", true),
        ("ORDERS", false),
        ("_inbox", true),
        ("trace-id", true),
        ("red", true),
        ("Red", true),
        ("RED", false),
        ("gruesse", true),
        ("\"aus K\"", true),
        ("\"aus k\"", true),
        ("nats", false),
        ("NATS/1.0", false),
        ("\"createdNATS\"", false),
        ("/eu\\.c.*ed$/", true),
        ("/^created/", false),
        ("/GRU/", false),
        ("/\\S+ AUS/", false),
        ("/\\Saus|gr.esse/", true),
        ("orders red", true),
        ("orders green", false),
        ("orders | green", true),
        ("green | (red !dir:out)", true),
        ("!green", true),
        ("!(orders green)", true),
    ] {
        assert_eq!(filter(text).matches(&order()), expected, "{text}");
    }
}

#[test]
fn what_a_message_does_not_have_satisfies_nothing() {
    for (text, expected) in [
        ("dir:out", true),
        ("reply:no", true),
        ("reply:!yes", true),
        ("header:A", false),
        ("header:A!=b", false),
        ("!header:A=b", true),
        ("status:503", false),
        ("status<600", false),
        ("rtt<1h", false),
        ("rtt!=1s", false),
        ("json:.", false),
        ("json:.a!=1", false),
        ("size=0", true),
        ("time", true),
        ("nats", false),
        ("/^$/", true),
    ] {
        assert_eq!(filter(text).matches(&bare()), expected, "{text}");
    }
}

#[test]
fn the_status_is_the_number_of_the_status_line() {
    let message = Candidate {
        header: b"NATS/1.0 503\r\n\r\n",
        ..bare()
    };
    for (text, expected) in [
        ("status:503", true),
        ("status!=503", false),
        ("status>=500", true),
        ("status<500", false),
        ("503", true),
    ] {
        assert_eq!(filter(text).matches(&message), expected, "{text}");
    }
}

#[test]
fn the_status_of_a_reply_that_failed_is_the_code_of_its_service() {
    for (header, text, expected) in [
        ("Nats-Service-Error-Code: 400", "status:400", true),
        ("Nats-Service-Error-Code: 400", "status!=400", false),
        ("Nats-Service-Error-Code: 400", "status>=400", true),
        ("Nats-Service-Error-Code: 400", "status>=500", false),
        ("Nats-Service-Error-Code: 10059", "status:10059", true),
        ("nats-service-error-code:7", "status:7", true),
        ("Nats-Service-Error-Code: E42", "status>=0", false),
        ("Nats-Service-Error: 400", "status:400", false),
        ("X: 400", "status:400", false),
    ] {
        let block = format!("NATS/1.0\r\n{header}\r\n\r\n");
        let message = Candidate {
            header: block.as_bytes(),
            ..bare()
        };
        assert_eq!(filter(text).matches(&message), expected, "{header} {text}");
    }
}

#[test]
fn words_without_capitals_do_not_care_for_capitals() {
    for (word, payload, expected) in [
        ("straße", "STRAßE", true),
        ("über", "ÜBER", true),
        ("Über", "über", false),
        ("k", "\u{212a}", true),
        ("a-1", "A-1", true),
        ("12", "012", true),
        ("日本", "日本", true),
    ] {
        let message = Candidate {
            payload: payload.as_bytes(),
            ..bare()
        };
        assert_eq!(filter(word).matches(&message), expected, "{word} {payload}");
    }
}

#[test]
fn bytes_that_are_not_text_are_searched_too() {
    let message = Candidate {
        payload: b"\xff\xfeerror\xff",
        ..bare()
    };
    for text in ["error", "ERROR | /err.r/", "!Error"] {
        assert!(filter(text).matches(&message), "{text}");
    }
}
