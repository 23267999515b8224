//! Where a server is, and the credentials its URL may carry.

use std::fmt;

use super::{Error, Secret};

const DEFAULT_PORT: u16 = 4222;

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
    pub fn parse(url: &str) -> Result<ServerUrl, Error> {
        let url = url.trim();
        let (scheme, rest) = match url.split_once("://") {
            Some((scheme, rest)) if !scheme.contains('@') => (scheme, rest),
            _ => ("nats", url),
        };
        // What stands before the last @ is user info even where it should have been encoded, so
        // that a slip in a password cannot make it part of a host that is shown.
        let (user_info, place) = match rest.rsplit_once('@') {
            Some((user_info, place)) => (Some(user_info), place),
            None => (None, rest),
        };
        // Only what stands behind the user info is shown: anything before may belong to a secret.
        let refuse = |reason: &str| Error::BadUrl {
            url: place.to_owned(),
            reason: reason.to_owned(),
        };
        match scheme.to_ascii_lowercase().as_str() {
            "nats" => {}
            "tls" | "wss" => return Err(refuse("asks for TLS, which is not supported yet")),
            "ws" => return Err(refuse("asks for WebSocket, which is not supported yet")),
            _ => return Err(refuse("has an unknown scheme: nats:// is understood")),
        }
        let place = place.strip_suffix('/').unwrap_or(place);
        let (host, port) = split_port(place).map_err(refuse)?;
        let mut server = ServerUrl {
            host: host.to_owned(),
            port,
            user: None,
            password: None,
            token: None,
        };
        if let Some(user_info) = user_info {
            let decode = |text| percent_decode(text).ok_or_else(|| refuse(BAD_PERCENT));
            match user_info.split_once(':') {
                Some((user, password)) => {
                    server.user = Some(decode(user)?);
                    server.password = Some(Secret::new(decode(password)?));
                }
                None => server.token = Some(Secret::new(decode(user_info)?)),
            }
        }
        Ok(server)
    }

    /// Reads a list separated by commas.
    ///
    /// # Errors
    /// [`Error::BadUrl`] for the first that cannot be read, or where the list is empty.
    pub fn parse_list(urls: &str) -> Result<Vec<ServerUrl>, Error> {
        let servers: Vec<ServerUrl> = urls
            .split(',')
            .filter(|url| !url.trim().is_empty())
            .map(|url| ServerUrl::parse(url).map_err(|error| hide_fragment(error, url, urls)))
            .collect::<Result<_, _>>()?;
        if servers.is_empty() {
            return Err(Error::BadUrl {
                url: urls.trim().to_owned(),
                reason: "names no server".to_owned(),
            });
        }
        Ok(servers)
    }

    /// Whether both name the same host and port, whatever the credentials.
    pub(super) fn same_place(&self, other: &ServerUrl) -> bool {
        self.port == other.port && self.host.eq_ignore_ascii_case(&other.host)
    }
}

/// A comma in a password that was not percent-encoded cuts the URL before its `@`: what looks like a
/// host and a port is then the user and half the password.
fn hide_fragment(error: Error, url: &str, urls: &str) -> Error {
    match error {
        Error::BadUrl { reason, .. } if urls.contains('@') && !url.contains('@') => Error::BadUrl {
            url: "<hidden>".to_owned(),
            reason,
        },
        error => error,
    }
}

const BAD_PERCENT: &str = "has user info that is not percent-encoded UTF-8";

fn split_port(place: &str) -> Result<(&str, u16), &'static str> {
    let (host, port) = if let Some(rest) = place.strip_prefix('[') {
        let (host, behind) = rest
            .split_once(']')
            .ok_or("has a bracket that is not closed")?;
        match behind.strip_prefix(':') {
            Some(port) => (host, Some(port)),
            None if behind.is_empty() => (host, None),
            None => return Err("has something between the address and the port"),
        }
    } else {
        match place.split_once(':') {
            Some((_, port)) if port.contains(':') => {
                return Err("has an IPv6 address without brackets");
            }
            Some((host, port)) => (host, Some(port)),
            None => (place, None),
        }
    };
    let is_host = |c: char| !c.is_whitespace() && !c.is_control() && !"/?#[]\\\"".contains(c);
    if host.is_empty() {
        return Err("has no host");
    }
    if !host.chars().all(is_host) {
        return Err("has a host that is no host name: only host and port belong there");
    }
    let port = match port {
        None => DEFAULT_PORT,
        Some(port) => match port.parse() {
            Ok(0) | Err(_) => return Err("has a port that is not a number from 1 to 65535"),
            Ok(port) => port,
        },
    };
    Ok((host, port))
}

/// Undoes `%XX`; `None` where that gives no UTF-8, or where a `%` is not followed by two digits.
fn percent_decode(text: &str) -> Option<String> {
    let mut bytes = text.bytes();
    let mut decoded = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let mut digit = || char::from(bytes.next()?).to_digit(16);
            let value = digit()? * 16 + digit()?;
            decoded.push(u8::try_from(value).ok()?);
        } else {
            decoded.push(byte);
        }
    }
    String::from_utf8(decoded).ok()
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parsed(url: &str) -> (String, u16, Option<String>, Option<String>, Option<String>) {
        let server = ServerUrl::parse(url).unwrap();
        let reveal = |secret: Option<Secret>| secret.map(|secret| secret.reveal().to_owned());
        (
            server.host,
            server.port,
            server.user,
            reveal(server.password),
            reveal(server.token),
        )
    }

    fn some(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    #[test]
    fn c018_url_forms() {
        let plain = |host: &str, port| (host.to_owned(), port, None, None, None);
        assert_eq!(parsed("example"), plain("example", 4222));
        assert_eq!(parsed(" example:1 "), plain("example", 1));
        assert_eq!(parsed("nats://example/"), plain("example", 4222));
        assert_eq!(parsed("NATS://10.0.0.1:5"), plain("10.0.0.1", 5));
        assert_eq!(parsed("[::1]:4223"), plain("::1", 4223));
        assert_eq!(parsed("nats://[::1]"), plain("::1", 4222));
        assert_eq!(
            parsed("nats://u:p%40@h"),
            ("h".to_owned(), 4222, some("u"), some("p@"), None)
        );
        assert_eq!(
            parsed("nats://to%2Fken@h"),
            ("h".to_owned(), 4222, None, None, some("to/ken"))
        );
        assert_eq!(
            parsed("nats://u:a@b@h"),
            ("h".to_owned(), 4222, some("u"), some("a@b"), None)
        );
    }

    #[test]
    fn bad_urls_say_why() {
        let table = [
            ("", "has no host"),
            ("nats://:4222", "has no host"),
            ("http://h", "has an unknown scheme: nats:// is understood"),
            ("tls://h", "asks for TLS, which is not supported yet"),
            ("ws://h", "asks for WebSocket, which is not supported yet"),
            ("::1", "has an IPv6 address without brackets"),
            ("[::1", "has a bracket that is not closed"),
            ("[::1]x", "has something between the address and the port"),
            ("h:0", "has a port that is not a number from 1 to 65535"),
            ("h:70000", "has a port that is not a number from 1 to 65535"),
            (
                "h/path",
                "has a host that is no host name: only host and port belong there",
            ),
            ("u%:p@h", "has user info that is not percent-encoded UTF-8"),
            ("%ff@h", "has user info that is not percent-encoded UTF-8"),
        ];
        for (url, expected) in table {
            match ServerUrl::parse(url) {
                Err(Error::BadUrl { reason, .. }) => assert_eq!(reason, expected, "{url:?}"),
                other => panic!("{url:?} gave {other:?}"),
            }
        }
    }

    #[test]
    fn a_list_is_separated_by_commas() {
        let servers = ServerUrl::parse_list("a, nats://u:p@b:1 ,,[::1]").unwrap();
        let shown: Vec<String> = servers.iter().map(ToString::to_string).collect();
        assert_eq!(shown, ["nats://a:4222", "nats://b:1", "nats://[::1]:4222"]);
        assert!(matches!(
            ServerUrl::parse_list(" , "),
            Err(Error::BadUrl { .. })
        ));
    }

    #[test]
    fn half_a_password_before_a_comma_is_not_shown() {
        let error = ServerUrl::parse_list("nats://u:SECRET,more@h").unwrap_err();
        assert!(!format!("{error} {error:?}").contains("SECRET"), "{error}");
    }

    proptest! {
        #[test]
        fn nothing_shown_holds_the_user_info(
            url in "(nats://)?[a-z]{0,3}:?SECRET[@:/%a-z]{0,4}@[a-z:/\\[]{0,8}",
        ) {
            let shown = match ServerUrl::parse(&url) {
                Ok(server) => format!("{server} {server:?} {:?} {:?}", server.password, server.token),
                Err(error) => format!("{error} {error:?}"),
            };
            prop_assert!(!shown.contains("SECRET"), "{shown}");
        }
    }
}
