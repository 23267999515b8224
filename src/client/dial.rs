//! One attempt: from a name to a connection whose handshake is done.

use std::{
    io::{self, ErrorKind},
    net::{IpAddr, SocketAddr},
    time::{Duration, Instant},
};

use tokio::{
    io::AsyncWriteExt,
    net::{
        TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    time::{error::Elapsed, timeout, timeout_at},
};

use super::{
    Credentials, Error, Options, ServerUrl, TlsInfo,
    reader::Reader,
    session::{Refusal, merge, visible_words},
};
use crate::protocol::{Connect, Info, ProtocolError, ServerOp, encode, subject};

/// A connection whose handshake is done.
#[derive(Debug)]
pub(super) struct Dialed {
    pub reader: Reader<OwnedReadHalf>,
    pub writer: OwnedWriteHalf,
    pub info: Info,
    /// Round trip of the first PING.
    pub rtt: Duration,
    pub tls: Option<TlsInfo>,
}

/// Dials, and shakes hands; gives up after `Options::attempt_timeout`.
pub(super) async fn dial(server: &ServerUrl, options: &Options) -> Result<Dialed, Error> {
    let attempt = Attempt {
        name: server.to_string(),
        server,
        options,
        deadline: tokio::time::Instant::now() + options.attempt_timeout,
    };
    let stream = attempt.connect().await?;
    // Latency is what people look at; the task writes whole buffers anyway.
    stream
        .set_nodelay(true)
        .map_err(|error| attempt.lost(&error))?;
    let (read, writer) = stream.into_split();
    attempt.shake_hands(Reader::new(read), writer).await
}

struct Attempt<'a> {
    /// The server, without user info.
    name: String,
    server: &'a ServerUrl,
    options: &'a Options,
    deadline: tokio::time::Instant,
}

impl Attempt<'_> {
    async fn connect(&self) -> Result<TcpStream, Error> {
        let mut reason = "no address".to_owned();
        for address in self.resolve().await? {
            let patience = self.options.dial_timeout.min(self.left());
            match timeout(patience, TcpStream::connect(address)).await {
                Ok(Ok(stream)) => return Ok(stream),
                Ok(Err(error)) => reason = describe(&error),
                Err(Elapsed { .. }) => reason = format!("no answer from {address} in {patience:?}"),
            }
        }
        let server = self.name.clone();
        Err(Error::Dial { server, reason })
    }

    async fn resolve(&self) -> Result<Vec<SocketAddr>, Error> {
        let ServerUrl { host, port, .. } = self.server;
        if let Ok(ip) = host.parse::<IpAddr>() {
            return Ok(vec![SocketAddr::new(ip, *port)]);
        }
        let none = |reason: String| Error::Dns {
            server: self.name.clone(),
            reason,
        };
        let lookup = tokio::net::lookup_host((host.as_str(), *port));
        match timeout_at(self.deadline, lookup).await {
            Ok(Ok(addresses)) => {
                let addresses: Vec<SocketAddr> = addresses.collect();
                if addresses.is_empty() {
                    return Err(none("the name has no address".to_owned()));
                }
                Ok(addresses)
            }
            Ok(Err(error)) => Err(none(describe(&error))),
            Err(Elapsed { .. }) => Err(none("the resolver does not answer".to_owned())),
        }
    }

    async fn shake_hands(
        &self,
        mut reader: Reader<OwnedReadHalf>,
        mut writer: OwnedWriteHalf,
    ) -> Result<Dialed, Error> {
        let mut info = self.greeting(&mut reader).await?;
        let mut hello = Vec::new();
        encode::connect(&mut hello, &self.credentials(&info)?);
        encode::ping(&mut hello);
        let since = Instant::now();
        self.write(&mut writer, &hello).await?;
        loop {
            match reader.next().map_err(|error| self.broken(error))? {
                Some((ServerOp::Pong, _)) => break,
                Some((ServerOp::Info(json), _)) => info = merge(&info, self.parse(json)?),
                Some((ServerOp::Error(text), _)) => return Err(self.refused(text)),
                Some((ServerOp::Ping, _)) => self.write(&mut writer, b"PONG\r\n").await?,
                // +OK of a verbose server; and nothing is subscribed that a message could be for.
                Some((ServerOp::Ok | ServerOp::Message(_), _)) => {}
                None => {
                    let silent = info.auth_required;
                    self.fill(&mut reader, "PONG")
                        .await
                        .map_err(|error| self.probably_refused(error, silent))?;
                }
            }
        }
        // What a server sent before anything was subscribed is nobody's message.
        drop(reader.take_batch(0));
        Ok(Dialed {
            reader,
            writer,
            info,
            rtt: since.elapsed(),
            tls: None,
        })
    }

    /// The first INFO; whatever else comes first is not a NATS server's.
    async fn greeting(&self, reader: &mut Reader<OwnedReadHalf>) -> Result<Info, Error> {
        loop {
            if let Some(hint) = foreign(reader.unframed()) {
                let server = self.name.clone();
                return Err(Error::NotNats { server, hint });
            }
            match reader.next().map_err(|error| self.broken(error))? {
                Some((ServerOp::Info(json), _)) => return self.parse(json),
                Some((ServerOp::Error(text), _)) => return Err(self.refused(text)),
                Some(_) => {
                    return Err(Error::NotNats {
                        server: self.name.clone(),
                        hint: "it does not begin with INFO".to_owned(),
                    });
                }
                None => self.fill(reader, "INFO").await?,
            }
        }
    }

    /// CONNECT for this server: the credentials of the URL win. None for a server that wants TLS.
    fn credentials(&self, info: &Info) -> Result<Connect, Error> {
        let unsupported = |what: &str| Error::Unsupported {
            server: self.name.clone(),
            what: what.to_owned(),
        };
        if info.tls_required {
            return Err(unsupported(
                "requires TLS, which this version does not speak yet",
            ));
        }
        if !self.options.echo && info.proto < 1 {
            return Err(unsupported(
                "is too old to keep our own messages from us: connect with echo",
            ));
        }
        let ServerUrl {
            user,
            password,
            token,
            ..
        } = self.server;
        let in_url = user.is_some() || token.is_some();
        let (user, password, token) = if in_url {
            (user, password, token)
        } else {
            let (user, password) = match self.options.credentials.clone() {
                Credentials::UserPassword { user, password } => (Some(user), password),
                _ => (None, None),
            };
            (&user.clone(), &password.clone(), &self.options.token)
        };
        let reveal = |secret: &super::Secret| secret.reveal().to_owned();
        Ok(Connect {
            verbose: false,
            pedantic: false,
            name: self.options.name.clone(),
            lang: "rust-goingnats".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            protocol: 1,
            echo: self.options.echo,
            headers: info.headers,
            no_responders: info.headers,
            user: user.clone(),
            pass: password.as_ref().map(reveal),
            auth_token: token.as_ref().map(reveal),
            ..Connect::default()
        })
    }

    async fn fill(
        &self,
        reader: &mut Reader<OwnedReadHalf>,
        awaited: &'static str,
    ) -> Result<(), Error> {
        match timeout_at(self.deadline, reader.fill()).await {
            Ok(Ok(0)) => Err(Error::Lost {
                server: self.name.clone(),
                reason: format!("closed before {awaited}"),
            }),
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(self.lost(&error)),
            Err(Elapsed { .. }) => Err(Error::HandshakeTimeout {
                server: self.name.clone(),
                awaited,
                after: self.options.attempt_timeout,
            }),
        }
    }

    async fn write(&self, writer: &mut OwnedWriteHalf, bytes: &[u8]) -> Result<(), Error> {
        match timeout_at(self.deadline, writer.write_all(bytes)).await {
            // What the server said before it closed tells more than that it closed.
            Ok(Ok(()) | Err(_)) => Ok(()),
            Err(Elapsed { .. }) => Err(Error::HandshakeTimeout {
                server: self.name.clone(),
                awaited: "PONG",
                after: self.options.attempt_timeout,
            }),
        }
    }

    fn left(&self) -> Duration {
        self.deadline
            .saturating_duration_since(tokio::time::Instant::now())
    }

    fn parse(&self, json: &[u8]) -> Result<Info, Error> {
        Info::parse(json).map_err(|error| self.broken(error))
    }

    fn broken(&self, error: ProtocolError) -> Error {
        Error::Protocol {
            server: self.name.clone(),
            error,
        }
    }

    fn lost(&self, error: &io::Error) -> Error {
        Error::Lost {
            server: self.name.clone(),
            reason: describe(error),
        }
    }

    fn refused(&self, text: &[u8]) -> Error {
        let server = self.name.clone();
        let reason = visible_words(text);
        match Refusal::parse(text) {
            Refusal::Credentials => Error::Refused { server, reason },
            _ => Error::TurnedAway { server, reason },
        }
    }

    /// A close may overtake the error that explains it (a reset throws away what was not read).
    fn probably_refused(&self, error: Error, wants_credentials: bool) -> Error {
        match error {
            Error::Lost { server, reason } if wants_credentials => Error::Refused {
                server,
                reason: format!("{reason}; it wants credentials, and these are probably wrong"),
            },
            error => error,
        }
    }
}

/// What an operating system's error means, without its number.
pub(super) fn describe(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::ConnectionRefused => "connection refused".to_owned(),
        ErrorKind::ConnectionReset => "connection reset".to_owned(),
        ErrorKind::HostUnreachable => "host unreachable".to_owned(),
        ErrorKind::NetworkUnreachable => "network unreachable".to_owned(),
        ErrorKind::TimedOut => "timed out".to_owned(),
        _ => error.to_string(),
    }
}

/// What the first bytes seem to be, where they are not the beginning of INFO or `-ERR`.
fn foreign(first: &[u8]) -> Option<String> {
    let begins = |word: &[u8]| {
        let common = first.len().min(word.len());
        first[..common].eq_ignore_ascii_case(&word[..common])
    };
    if begins(b"INFO") || begins(b"-ERR") {
        return None;
    }
    const SHOWN: usize = 24;
    let shown = subject::visible(first.get(..SHOWN).unwrap_or(first));
    Some(match first {
        [0x15 | 0x16, ..] => "it speaks TLS from the first byte".to_owned(),
        _ if begins(b"HTTP/") => format!("it speaks HTTP ({shown:?})"),
        _ if begins(b"SSH-") => format!("it speaks SSH ({shown:?})"),
        _ => format!("it begins with {shown:?}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_protocols_are_named() {
        for nats in [&b""[..], b"I", b"info {", b"INFO {}", b"-E"] {
            assert_eq!(foreign(nats), None);
        }
        let table: &[(&[u8], &str)] = &[
            (b"HTTP/1.1 400 Bad Request\r\n", "HTTP"),
            (b"SSH-2.0-OpenSSH", "SSH"),
            (b"\x15\x03\x01", "TLS"),
            (b"+PONG\r\n", "+PONG"),
            (b"\xff\xfe\x00", r"\\xff"),
        ];
        for (bytes, expected) in table {
            let hint = foreign(bytes).unwrap();
            assert!(hint.contains(expected), "{hint}");
        }
    }
}
