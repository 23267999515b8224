//! Python clients: the published package `goingnats`, and the official client nats.py.

use crate::support::python;

use super::raw::broker;

#[test]
fn s01_s02_s11_s33_s35_nats_py_is_served() {
    let broker = broker();
    let output = python("broker/peers/nats_py_client.py", &[&broker.url()]);
    let errors = String::from_utf8_lossy(&output.stderr);
    let lines: Vec<&str> = std::str::from_utf8(&output.stdout)
        .expect("text")
        .lines()
        .collect();
    let expected = [
        "connected",
        "binary payloads",
        "headers",
        "requests",
        "no responders",
        "queue group",
        "limited",
        "closed",
        "drained",
        "done",
    ];
    assert_eq!(lines, expected, "{errors}");
    assert!(output.status.success(), "{errors}");
}

#[test]
fn the_demo_of_the_original_package_runs_as_published() {
    let broker = broker();
    let port = broker.addr().port().to_string();
    let output = python("broker/peers/goingnats_demo.py", &[&port]);
    let errors = String::from_utf8_lossy(&output.stderr);
    let printed = String::from_utf8_lossy(&output.stdout);
    let shapes: Vec<&str> = printed.lines().map(shape).collect();
    // The number of times published during the slow answer varies.
    let (before, after) = shapes.split_at(shapes.len().min(7));
    assert_eq!(
        before,
        [
            "--- one ---",
            "a time",
            "--- client.subscribe + client.request ---",
            "a time",
            "a time",
            "a time",
            "a date",
        ],
        "{printed}{errors}"
    );
    let times = after.iter().filter(|shape| **shape == "a time").count();
    assert!((1..=3).contains(&times), "{printed}{errors}");
    assert_eq!(
        after.first(),
        Some(&"the hijacked message"),
        "{printed}{errors}"
    );
    assert_eq!(
        after[1 + times..],
        [
            "--- request ---",
            "Response(payload=b'6')",
            "no respponse received from b'today' in 100 ms",
        ],
        "{printed}{errors}"
    );
    assert!(
        errors.contains("UserWarning: NOP - out of context manager"),
        "{errors}"
    );
    assert!(output.status.success(), "{errors}");
}

/// A printed line without the parts that vary between runs.
fn shape(line: &str) -> &str {
    let payload = |before: &str| {
        let payload = line.strip_prefix(before)?.strip_suffix("')")?;
        Some(payload)
    };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    match payload("Message(subject=b'time.time', payload=b'") {
        Some("hijack") => return "the hijacked message",
        Some(time)
            if time
                .split_once('.')
                .is_some_and(|(s, f)| digits(s) && digits(f)) =>
        {
            return "a time";
        }
        _ => {}
    }
    match payload("Response(payload=b'") {
        Some(date) if date.len() == 8 && digits(date) => "a date",
        _ => line,
    }
}
