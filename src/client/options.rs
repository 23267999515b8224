//! Where to connect, as whom, and how patiently.

use std::{fmt, time::Duration};

use super::Error;

/// A value that is never shown: `Debug` and errors print `<hidden>`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Hides a value.
    pub fn new(value: impl Into<String>) -> Secret {
        Secret(value.into())
    }

    /// The value, for the one place that sends it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<hidden>")
    }
}

/// A server: `host`, `host:port` or `nats://[user[:password]@]host[:port]`; IPv6 in brackets.
///
/// `Display` and `Debug` show scheme, host and port, never the user info.
#[derive(Clone, PartialEq, Eq)]
pub struct ServerUrl {
    /// Host name or address, without brackets.
    pub host: String,
    /// Port; 4222 where the URL has none.
    pub port: u16,
    /// User of the URL, percent-decoded.
    pub user: Option<String>,
    /// Password of the URL, percent-decoded.
    pub password: Option<Secret>,
    /// Token of the URL: its user info without a colon.
    pub token: Option<Secret>,
}

impl ServerUrl {
    /// Reads one URL.
    ///
    /// # Errors
    /// [`Error::BadUrl`] with the reason; user info is left out of it.
    pub fn parse(_url: &str) -> Result<ServerUrl, Error> {
        todo!()
    }

    /// Reads a list separated by commas.
    ///
    /// # Errors
    /// [`Error::BadUrl`] for the first that cannot be read, or where the list is empty.
    pub fn parse_list(_urls: &str) -> Result<Vec<ServerUrl>, Error> {
        todo!()
    }
}

impl fmt::Display for ServerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "nats://[{}]:{}", self.host, self.port)
        } else {
            write!(f, "nats://{}:{}", self.host, self.port)
        }
    }
}

impl fmt::Debug for ServerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// How to connect. Defaults are the goingnats column of `Options::new`.
#[derive(Clone, Debug)]
pub struct Options {
    /// The client's name, as the server lists it; never empty.
    pub name: String,
    /// The servers, in the order to try them first; never empty.
    pub servers: Vec<ServerUrl>,
    /// User; a user in the URL wins.
    pub user: Option<String>,
    /// Password; one in the URL wins.
    pub password: Option<Secret>,
    /// Token; one in the URL wins.
    pub token: Option<Secret>,
    /// What inbox subjects begin with; `_INBOX`.
    pub inbox_prefix: String,
    /// Whether our own publishes come back on our subscriptions; true.
    pub echo: bool,
    /// Keep trying when the first connection fails; false for commands, true for the screen.
    pub retry_first: bool,
    /// Put what was sent into the data lane too, in wire order; false.
    pub log_sent: bool,
    /// The longest wait for one address to accept; 3 s.
    pub dial_timeout: Duration,
    /// The longest time from dialing to the first PONG; 10 s.
    pub attempt_timeout: Duration,
    /// Silence from the server before a PING, and between PINGs; 10 s. Two unanswered: stale.
    pub keepalive: Duration,
    /// Bytes of messages held for a slow taker before the oldest are dropped and counted; 32 MiB.
    pub backlog: usize,
}

impl Options {
    /// The defaults for a named client of these servers.
    ///
    /// # Errors
    /// [`Error::NoName`] where the name is empty, [`Error::BadUrl`] where a URL cannot be read.
    pub fn new(_name: &str, _servers: &str) -> Result<Options, Error> {
        todo!()
    }
}
