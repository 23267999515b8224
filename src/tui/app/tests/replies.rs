//! Replies that say that the service failed, among many other headers.

use super::stage::Stage;
use crate::{client::Sid, protocol::Headers};

const INBOX: &str = "_INBOX.me.1";

/// Headers with the failure behind so many bytes of others.
fn failed_behind(bytes: usize) -> Headers {
    let mut headers = Headers::new();
    for n in 0..bytes / 16 {
        headers.append(&format!("Other-{n:06}"), "").unwrap();
    }
    headers.append("Nats-Service-Error", "too bad").unwrap();
    headers
}

#[test]
fn a_failure_is_red_in_its_row_however_many_headers_stand_before_it() {
    for bytes in [0, 4_000, 100_000] {
        let mut stage = Stage::new(&[]);
        stage.sent("add", INBOX, b"1");
        let headers = failed_behind(bytes);
        stage.data_with(&headers, Sid(1), INBOX, None, b"");
        // Details say it too, of the reply
        stage.keys("kk");
        let bad = stage.app.theme.bad.fg;
        let styles = stage.styles_of("too bad");
        // request and reply
        let red = styles.iter().filter(|style| style.fg == bad).count();
        assert_eq!(red, 2, "{bytes}: {}", stage.screen());
    }
}

#[test]
fn of_a_reply_without_a_request_a_row_looks_at_the_first_headers_only() {
    for (bytes, times) in [(0, 1), (4_000, 1), (100_000, 0)] {
        let mut stage = Stage::new(&[">"]);
        let sid = stage.app.subscriptions.rows()[0].sid.unwrap();
        stage.data_with(&failed_behind(bytes), sid, "t", None, b"");
        stage.data_with(&Headers::new(), sid, "t", None, b"");
        assert_eq!(stage.styles_of("too bad").len(), times, "{bytes}");
    }
}
