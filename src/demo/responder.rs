//! Answers `today` with the date, after a delay, and `add` with the sum of a list.

use std::{
    sync::mpsc::{Receiver, RecvTimeoutError},
    time::Duration,
};

use jiff::{Zoned, fmt::strtime};
use serde_json::Number;

use crate::client::{Client, Error};

/// Delay of the answer to `today`.
const DELAY: Duration = Duration::from_secs(2);
/// Maximum bytes of a format, because a short format can ask for long padding.
const MAX_FORMAT: usize = 256;

/// Connects as `responder` and subscribes. Requests are kept until [`answer`] is called.
///
/// # Errors
/// If connecting or subscribing fails.
pub fn connect(server: &str) -> Result<Client, Error> {
    let client = Client::connect("responder", server)?;
    client.subscribe("today")?;
    client.subscribe("add")?;
    Ok(client)
}

/// Answers requests one by one until the sender of `stop` is dropped.
///
/// # Errors
/// If the client is closed.
pub fn answer(client: &Client, now: impl Fn() -> Zoned, stop: &Receiver<()>) -> Result<(), Error> {
    while wait(stop, Duration::ZERO) {
        for request in client.get_within(Duration::from_millis(100))? {
            let answer = match request.subject.as_slice() {
                b"today" if wait(stop, DELAY) => today(&request.payload, &now()),
                b"add" => add(&request.payload),
                _ => continue,
            };
            match client.respond(&request, answer) {
                // A message without a reply subject is no request; while disconnected nobody waits.
                Ok(()) | Err(Error::Invalid(_) | Error::Disconnected) => {}
                Err(error) => return Err(error),
            }
        }
    }
    Ok(())
}

/// Waits; returns false if `stop` was dropped.
fn wait(stop: &Receiver<()>, time: Duration) -> bool {
    stop.recv_timeout(time) == Err(RecvTimeoutError::Timeout)
}

/// The date in the strftime format of the payload; `%Y-%m-%d` if the payload is empty.
fn today(format: &[u8], now: &Zoned) -> String {
    let format = match format {
        [] => b"%Y-%m-%d",
        format if format.len() > MAX_FORMAT => {
            return format!("today takes a format of at most {MAX_FORMAT} bytes");
        }
        format => format,
    };
    strtime::format(format, now)
        .unwrap_or_else(|error| format!("today takes a strftime format, such as %Y%m%d: {error}"))
}

/// The sum of the JSON list in the payload; exact if all numbers are integers.
fn add(list: &[u8]) -> String {
    let numbers: Vec<Number> = match serde_json::from_slice(list) {
        Ok(numbers) => numbers,
        Err(error) => {
            return format!("add takes a JSON list of numbers, such as [1, 2, 3]: {error}");
        }
    };
    let whole: Option<Vec<i128>> = numbers.iter().map(Number::as_i128).collect();
    match whole {
        // A payload cannot hold enough 64-bit numbers to overflow 128 bits.
        Some(whole) => whole.iter().sum::<i128>().to_string(),
        None => numbers
            .iter()
            .filter_map(Number::as_f64)
            .sum::<f64>()
            .to_string(),
    }
}

#[cfg(test)]
mod tests {
    use jiff::{civil::date, tz::TimeZone};
    use proptest::prelude::*;

    use super::*;

    fn now() -> Zoned {
        date(2026, 11, 23)
            .at(12, 0, 1, 0)
            .to_zoned(TimeZone::UTC)
            .unwrap()
    }

    #[test]
    fn today_is_formatted_as_asked() {
        let table = [
            ("", "2026-11-23"),
            ("%Y%m%d", "20261123"),
            ("%A %H:%M:%S %Z", "Monday 12:00:01 UTC"),
            ("today", "today"),
        ];
        for (format, expected) in table {
            assert_eq!(today(format.as_bytes(), &now()), expected);
        }
    }

    #[test]
    fn a_format_that_cannot_be_used_is_answered_with_a_sentence() {
        for format in [b"%".as_slice(), b"%!", b"\xff%Y", &[b'%'; 300]] {
            let answer = today(format, &now());
            assert!(answer.starts_with("today takes a"), "{format:?}: {answer}");
        }
    }

    #[test]
    fn add_is_the_sum_of_the_list() {
        let table = [
            ("[1, 2, 3]", "6"),
            ("[]", "0"),
            ("[-1]", "-1"),
            ("[1.5, 2]", "3.5"),
            (
                "[18446744073709551615, 18446744073709551615]",
                "36893488147419103230",
            ),
        ];
        for (list, expected) in table {
            assert_eq!(add(list.as_bytes()), expected);
        }
    }

    #[test]
    fn a_list_that_cannot_be_added_is_answered_with_a_sentence() {
        for list in [
            "",
            "6",
            "[1, \"2\"]",
            "{\"a\":1}",
            "[1, 2",
            "\u{1b}[2J",
            "[1e999]",
        ] {
            let answer = add(list.as_bytes());
            assert!(
                answer.starts_with("add takes a JSON list"),
                "{list:?}: {answer}"
            );
        }
    }

    proptest! {
        #[test]
        fn no_payload_makes_the_responder_panic(payload in any::<Vec<u8>>()) {
            today(&payload, &now());
            add(&payload);
        }

        #[test]
        fn no_format_makes_the_responder_panic(format in "(%[-_0^#]?[0-9]{0,6}[:.]*[a-zA-Z%]| ){0,20}") {
            today(format.as_bytes(), &now());
        }
    }
}
