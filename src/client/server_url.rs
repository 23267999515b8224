//! URLs of servers, with or without credentials.

use std::{fmt, net::IpAddr};

use super::{Error, Secret};

/// How a server is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// `nats://`: TCP, with TLS where the server or the options ask for it.
    Nats,
    /// `tls://`: TCP, always with TLS.
    Tls,
    /// `ws://`: WebSocket without TLS.
    Ws,
    /// `wss://`: WebSocket over TLS.
    Wss,
}

impl Scheme {
    fn parse(scheme: &str) -> Option<Scheme> {
        Some(match scheme.to_ascii_lowercase().as_str() {
            "nats" => Scheme::Nats,
            "tls" => Scheme::Tls,
            "ws" => Scheme::Ws,
            "wss" => Scheme::Wss,
            _ => return None,
        })
    }

    /// The text before `://`.
    pub fn as_str(self) -> &'static str {
        match self {
            Scheme::Nats => "nats",
            Scheme::Tls => "tls",
            Scheme::Ws => "ws",
            Scheme::Wss => "wss",
        }
    }

    /// Whether it requires TLS.
    pub fn is_secure(self) -> bool {
        matches!(self, Scheme::Tls | Scheme::Wss)
    }

    /// Whether it is WebSocket.
    pub fn is_web_socket(self) -> bool {
        matches!(self, Scheme::Ws | Scheme::Wss)
    }

    fn default_port(self) -> u16 {
        match self {
            Scheme::Nats | Scheme::Tls => 4222,
            Scheme::Ws => 80,
            Scheme::Wss => 443,
        }
    }
}

/// A server: `host`, `host:port` or `SCHEME://[user[:password]@]host[:port]` with a scheme of
/// [`Scheme`]; IPv6 in brackets. A path and a query are sent in the handshake of WebSocket and ignored
/// otherwise; a fragment is always ignored, as in nats.go.
///
/// `Display` and `Debug` show everything but the user info.
#[derive(Clone, PartialEq, Eq)]
pub struct ServerUrl {
    /// How it is reached.
    pub scheme: Scheme,
    /// Host name or address, without brackets.
    pub host: String,
    /// Port; where the URL has none, 4222, or 80 and 443 for WebSocket.
    pub port: u16,
    /// User of the URL, percent-decoded.
    pub user: Option<String>,
    /// Password of the URL, percent-decoded.
    pub password: Option<Secret>,
    /// Token of the URL: its user info without a colon.
    pub token: Option<Secret>,
    /// The path and query of the WebSocket handshake, from the slash on; empty where the URL has none.
    pub path: String,
    /// The name in the certificate, where it is not the host: a server discovered by its address has the
    /// name of the server that announced it.
    pub(super) tls_name: Option<String>,
}

impl ServerUrl {
    /// Reads one URL.
    ///
    /// # Errors
    /// [`Error::BadUrl`] with the reason, without user info.
    pub fn parse(url: &str) -> Result<ServerUrl, Error> {
        let url = url.trim();
        let (scheme, rest) = match url.split_once("://") {
            Some((scheme, rest)) if !scheme.contains(['@', '/', '?', '#']) => (scheme, rest),
            _ => ("nats", url),
        };
        // Ambiguous: the @ may end the user info or belong to the path.
        if let (Some(end), Some(at)) = (rest.find(['/', '?', '#']), rest.rfind('@'))
            && end < at
        {
            return Err(Error::BadUrl {
                url: "<hidden>".to_owned(),
                reason: BAD_AT.to_owned(),
            });
        }
        // All before the last @ is user info, even an @ that should have been encoded: no part of a
        // password may be taken for the host, which is shown.
        let (user_info, place) = match rest.rsplit_once('@') {
            Some((user_info, place)) => (Some(user_info), place),
            None => (None, rest),
        };
        // Shows only the text after the user info: anything before it may be part of a secret.
        let refuse = |reason: &str| Error::BadUrl {
            url: place.to_owned(),
            reason: reason.to_owned(),
        };
        let scheme = Scheme::parse(scheme).ok_or_else(|| match user_info {
            // Without user info there is no secret to hide.
            None => Error::BadUrl {
                url: url.to_owned(),
                reason: BAD_SCHEME.to_owned(),
            },
            Some(_) => refuse(BAD_SCHEME),
        })?;
        let end = place.find(['/', '?', '#']).unwrap_or(place.len());
        let (place, behind) = place.split_at(end);
        let path = if scheme.is_web_socket() {
            behind.split('#').next().unwrap_or_default()
        } else {
            ""
        };
        if path.contains(|c: char| c.is_whitespace() || c.is_control()) {
            return Err(refuse("has a path with blanks"));
        }
        let (host, port) = split_port(place).map_err(refuse)?;
        let mut server = ServerUrl {
            scheme,
            host: host.to_owned(),
            port: port.unwrap_or(scheme.default_port()),
            user: None,
            password: None,
            token: None,
            path: match path.trim_end_matches('/') {
                query if query.starts_with('?') => format!("/{query}"),
                path => path.to_owned(),
            },
            tls_name: None,
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
            .map(|url| ServerUrl::parse(url).map_err(|error| hide_credentials(error, url, urls)))
            .collect::<Result<_, _>>()?;
        check_list(&servers)?;
        Ok(servers)
    }

    /// A server that this one announced: with the same scheme and credentials. For one named by its address
    /// alone the certificate must have the name of this one.
    pub(super) fn discovered(&self, other: ServerUrl) -> ServerUrl {
        let named = |host: &str| host.parse::<IpAddr>().is_err();
        let own_name = named(&self.host).then(|| self.host.clone());
        ServerUrl {
            scheme: self.scheme,
            user: self.user.clone(),
            password: self.password.clone(),
            token: self.token.clone(),
            path: self.path.clone(),
            tls_name: (!named(&other.host))
                .then(|| own_name.or_else(|| self.tls_name.clone()))
                .flatten(),
            ..other
        }
    }

    /// The name that the server's certificate must have.
    pub(super) fn certified_name(&self) -> &str {
        self.tls_name.as_deref().unwrap_or(&self.host)
    }

    /// Whether it holds credentials.
    pub(crate) fn has_user_info(&self) -> bool {
        self.user.is_some() || self.token.is_some()
    }

    /// Whether both name the same host and port, whatever the credentials.
    pub(super) fn same_place(&self, other: &ServerUrl) -> bool {
        self.port == other.port && self.host.eq_ignore_ascii_case(&other.host)
    }
}

/// Checks a list as a whole.
pub(super) fn check_list(servers: &[ServerUrl]) -> Result<(), Error> {
    let refuse = |url: String, reason: &str| Error::BadUrl {
        url,
        reason: reason.to_owned(),
    };
    let Some(first) = servers.first() else {
        return Err(refuse(String::new(), "names no server"));
    };
    let different =
        |server: &&ServerUrl| server.scheme.is_web_socket() != first.scheme.is_web_socket();
    match servers.iter().find(different) {
        // A cluster announces addresses for one of the two transports only.
        Some(server) => Err(refuse(
            server.to_string(),
            "cannot stand in one list with the others: WebSocket and TCP do not mix",
        )),
        None => Ok(()),
    }
}

/// Hides the text of a list item without `@` where the list has one: a comma in a password that was not
/// percent-encoded splits the URL, and the first half looks like host and port.
fn hide_credentials(error: Error, url: &str, urls: &str) -> Error {
    match error {
        Error::BadUrl { reason, .. } if urls.contains('@') && !url.contains('@') => Error::BadUrl {
            url: "<hidden>".to_owned(),
            reason,
        },
        error => error,
    }
}

const BAD_SCHEME: &str = "has an unknown scheme: nats://, tls://, ws:// and wss:// are understood";
const BAD_AT: &str = "has an @ behind a /, ? or #: write %2F, %3F, %23 for these in user and password, \
    and %40 for an @ that stands elsewhere";
const BAD_PERCENT: &str = "has user info that is not percent-encoded UTF-8";

fn split_port(place: &str) -> Result<(&str, Option<u16>), &'static str> {
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
    let port = match port.map(str::parse) {
        None => None,
        Some(Ok(0) | Err(_)) => return Err("has a port that is not a number from 1 to 65535"),
        Some(Ok(port)) => Some(port),
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
        let (scheme, path) = (self.scheme.as_str(), &self.path);
        if self.host.contains(':') {
            write!(f, "{scheme}://[{}]:{}{path}", self.host, self.port)
        } else {
            write!(f, "{scheme}://{}:{}{path}", self.host, self.port)
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
    fn an_unknown_scheme_is_shown_where_it_cannot_be_a_secret() {
        let shown = |url| ServerUrl::parse_list(url).unwrap_err().to_string();
        assert!(shown("http://h:8222").starts_with("server URL \"http://h:8222\" has an unknown"));
        for url in ["u:SECRET://x@h", "SECRET://x@h", "nats://u:SECRET://x,y@h"] {
            assert!(!shown(url).contains("SECRET"), "{}", shown(url));
        }
    }

    #[test]
    fn bad_urls_say_why() {
        let table = [
            ("", "has no host"),
            ("nats://:4222", "has no host"),
            ("http://h", BAD_SCHEME),
            ("ws://h/a b", "has a path with blanks"),
            ("::1", "has an IPv6 address without brackets"),
            ("[::1", "has a bracket that is not closed"),
            ("[::1]x", "has something between the address and the port"),
            ("h:0", "has a port that is not a number from 1 to 65535"),
            ("h:70000", "has a port that is not a number from 1 to 65535"),
            (
                "h\\path",
                "has a host that is no host name: only host and port belong there",
            ),
            ("nats://u:p/q@h", BAD_AT),
            ("nats://h/?mail=a@b", BAD_AT),
            ("wss://h/x@y", BAD_AT),
            ("u#p@h", BAD_AT),
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
    fn schemes_have_their_ports_and_web_sockets_their_path() {
        let table = [
            ("tls://h", "tls://h:4222"),
            ("TLS://h:1/", "tls://h:1"),
            ("ws://h", "ws://h:80"),
            ("wss://h", "wss://h:443"),
            ("wss://u:p@h:8443/nats/ws?x=1", "wss://h:8443/nats/ws?x=1"),
        ];
        for (url, expected) in table {
            assert_eq!(ServerUrl::parse(url).unwrap().to_string(), expected);
        }
    }

    #[test]
    fn c018_a_path_a_query_and_a_fragment_change_no_host() {
        let table = [
            ("nats://h/path", "nats://h:4222"),
            ("nats://h:1/path/more?x=1#y", "nats://h:1"),
            ("h:1?tls=1", "nats://h:1"),
            ("h#x", "nats://h:4222"),
            ("nats://[::1]:5/x", "nats://[::1]:5"),
            ("nats://u:p@h/path?next=http://i", "nats://h:4222"),
            ("h?next=http://i", "nats://h:4222"),
            ("ws://h?x=1", "ws://h:80/?x=1"),
            ("ws://h:1/a/?x=1#y", "ws://h:1/a/?x=1"),
            ("wss://h#y", "wss://h:443"),
        ];
        for (url, expected) in table {
            assert_eq!(
                ServerUrl::parse(url).unwrap().to_string(),
                expected,
                "{url}"
            );
        }
        let server = ServerUrl::parse("nats://u:p@h:1/path").unwrap();
        assert_eq!(server.user.as_deref(), Some("u"));
    }

    #[test]
    fn web_sockets_and_tcp_do_not_mix() {
        for urls in ["ws://a,nats://b", "b,wss://u:SECRET@a"] {
            let error = ServerUrl::parse_list(urls).unwrap_err().to_string();
            assert!(error.ends_with("WebSocket and TCP do not mix"), "{error}");
            assert!(!error.contains("SECRET"));
        }
        ServerUrl::parse_list("ws://a,wss://b").unwrap();
        ServerUrl::parse_list("nats://a,tls://b").unwrap();
    }

    #[test]
    fn a_server_discovered_by_address_needs_a_certificate_for_the_announcing_name() {
        let parse = |url| ServerUrl::parse(url).unwrap();
        let first = parse("tls://u:p@name");
        let second = first.discovered(parse("10.0.0.2:4222"));
        let third = second.discovered(parse("10.0.0.3:4222"));
        for server in [&second, &third] {
            assert_eq!(server.certified_name(), "name");
            assert_eq!(server.scheme, Scheme::Tls);
            assert_eq!(server.user.as_deref(), Some("u"));
        }
        assert_eq!(third.discovered(parse("other")).certified_name(), "other");
        let address = parse("10.0.0.1").discovered(parse("10.0.0.2"));
        assert_eq!(address.certified_name(), "10.0.0.2");
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
