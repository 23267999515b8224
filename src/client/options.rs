//! Options of a connection.

use std::time::Duration;

use super::{Credentials, Error, Secret, ServerUrl, Tls, server_url};
use crate::protocol::subject;

/// The least time for a step of connecting, however short the wait for an answer: a step may take several
/// round trips, and work on the server.
const SHORTEST_STEP: Duration = Duration::from_secs(1);

/// How to connect. Each field states the default that `Options::new` sets.
#[derive(Clone, Debug)]
pub struct Options {
    /// The client's name, as the server lists it; never empty.
    pub name: String,
    /// The servers, in the order to try them first; never empty.
    pub servers: Vec<ServerUrl>,
    /// How we authenticate; user info in the URL takes precedence.
    pub credentials: Credentials,
    /// A token, sent beside the credentials as natscli does; user info in the URL takes precedence.
    pub token: Option<Secret>,
    /// When and how to use TLS.
    pub tls: Tls,
    /// The prefix of inbox subjects; `_INBOX`.
    pub inbox_prefix: String,
    /// Whether our subscriptions receive our own publishes; true.
    pub echo: bool,
    /// Keep trying when the first round of attempts fails; false.
    pub retry_first: bool,
    /// Put sent messages into the data lane too, in wire order; false.
    pub log_sent: bool,
    /// The longest wait for one address to accept; 3 s.
    pub dial_timeout: Duration,
    /// The longest time from dialing to the first PONG; 10 s. A server that sends nothing at all gets 3 s.
    pub attempt_timeout: Duration,
    /// The longest wait for each step of connecting: an address to accept, TLS, INFO, PONG, the
    /// subscriptions to be in place. `None`: the steps share `attempt_timeout`, and only the keepalive limits
    /// the last one, so that a slow server gets the time it needs.
    pub step_timeout: Option<Duration>,
    /// Silence from the server before a PING, and between PINGs; 10 s. Two unanswered: stale.
    pub keepalive: Duration,
    /// Ignore the servers that `connect_urls` in INFO name; false.
    pub ignore_discovered: bool,
    /// Try the servers in the order given, and those of INFO in the order named. False: all but the first
    /// are shuffled, to spread clients over the servers.
    pub keep_order: bool,
    /// Bytes of messages held for a slow consumer before the oldest are dropped and counted; 32 MiB.
    pub backlog: usize,
}

impl Options {
    /// The defaults for a named client of these servers.
    ///
    /// # Errors
    /// [`Error::NoName`] where the name is empty, [`Error::BadUrl`] where a URL cannot be read.
    pub fn new(name: &str, servers: &str) -> Result<Options, Error> {
        let options = Options {
            name: name.to_owned(),
            servers: ServerUrl::parse_list(servers)?,
            credentials: Credentials::None,
            token: None,
            tls: Tls::default(),
            inbox_prefix: "_INBOX".to_owned(),
            echo: true,
            retry_first: false,
            log_sent: false,
            dial_timeout: Duration::from_secs(3),
            attempt_timeout: Duration::from_secs(10),
            step_timeout: None,
            keepalive: Duration::from_secs(10),
            ignore_discovered: false,
            keep_order: false,
            backlog: 32 << 20,
        };
        options.check()?;
        Ok(options)
    }

    /// The same for a caller who waits at most `wait` for an answer: each step of connecting, which is one
    /// exchange with the server too, gets as long, and at least a second.
    #[must_use]
    pub fn steps_within(self, wait: Duration) -> Options {
        Options {
            step_timeout: Some(wait.max(SHORTEST_STEP)),
            ..self
        }
    }

    /// Checks what [`Options::new`] checks: the fields are public and may have changed.
    pub(super) fn check(&self) -> Result<(), Error> {
        if self.name.trim().is_empty() {
            return Err(Error::NoName);
        }
        server_url::check_list(&self.servers)?;
        subject::check_publish(self.inbox_prefix.as_bytes())?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c012_a_client_without_a_name_is_refused() {
        for name in ["", "  "] {
            assert_eq!(Options::new(name, "h").unwrap_err(), Error::NoName);
        }
    }

    #[test]
    fn options_changed_into_nonsense_are_refused() {
        let mut options = Options::new("n", "h").unwrap();
        options.inbox_prefix = "a b".to_owned();
        assert!(matches!(options.check(), Err(Error::Invalid(_))));
        options.servers.clear();
        assert!(matches!(options.check(), Err(Error::BadUrl { .. })));
    }

    #[test]
    fn c032_debug_shows_no_secret() {
        let mut options = Options::new("n", "nats://u:SECRET@h,nats://SECRET@i").unwrap();
        options.credentials = Credentials::UserPassword {
            user: "u".to_owned(),
            password: Some(Secret::new("SECRET")),
        };
        options.token = Some(Secret::new("SECRET"));
        let shown = format!("{options:?}");
        assert!(shown.contains("nats://h:4222") && shown.contains("<hidden>"));
        assert!(!shown.contains("SECRET"), "{shown}");
    }
}
