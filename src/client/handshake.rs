//! The dialogue of a new connection: INFO, CONNECT, PONG.

use std::time::Duration;

use jiff::Timestamp;
use tokio::{
    io::{AsyncRead, AsyncWriteExt},
    time::{Instant, error::Elapsed, timeout, timeout_at},
};
use zeroize::Zeroizing;

use super::{
    Error,
    auth::{self, Proof},
    dial::Attempt,
    error::hint,
    reader::Reader,
    session::{Refusal, merge, visible_words},
    transport::Transport,
};
use crate::{
    protocol::{Connect, Info, ProtocolError, ServerOp, encode},
    text::visible,
};

/// A NATS server speaks first, and at once: one that is silent for so long is none, or waits for TLS.
const SILENCE: Duration = Duration::from_secs(3);

impl Attempt<'_> {
    /// From CONNECT to PONG.
    pub async fn shake_hands(
        &self,
        mut reader: Reader<Transport>,
        mut info: Info,
        proof: &Proof,
        secure: bool,
    ) -> Result<(Reader<Transport>, Info, Duration), Error> {
        let mut connect = self.introduction(&info, secure)?;
        proof.fill(&mut connect, &info, &self.name)?;
        // Grown by writing, a buffer would leave copies of secrets behind.
        let mut hello = Zeroizing::new(Vec::with_capacity(32 << 10));
        encode::connect(&mut hello, &connect);
        auth::wipe(&mut connect);
        encode::ping(&mut hello);
        let since = Instant::now();
        let by = self.step_deadline();
        self.write(&mut reader, &hello, by).await?;
        loop {
            match reader.next().map_err(|error| self.broken(error))? {
                Some((ServerOp::Pong, _)) => break,
                Some((ServerOp::Info(json), _)) => info = merge(&info, self.parse(json)?),
                Some((ServerOp::Error(text), _)) => return Err(self.refused(text, Some(proof))),
                Some((ServerOp::Ping, _)) => self.write(&mut reader, b"PONG\r\n", by).await?,
                // +OK of a verbose server; and nothing is subscribed that a message could be for.
                Some((ServerOp::Ok | ServerOp::Message(_), _)) => {}
                None => self
                    .fill(&mut reader, "PONG", by)
                    .await
                    .map_err(|error| self.probably_refused(error, &info, proof, secure))?,
            }
        }
        // What a server sent before anything was subscribed is nobody's message.
        drop(reader.take_batch(0));
        Ok((reader, info, since.elapsed()))
    }

    /// The first INFO; whatever else comes first is not a NATS server's.
    pub async fn greeting<R: AsyncRead + Unpin>(
        &self,
        reader: &mut Reader<R>,
    ) -> Result<Info, Error> {
        let by = self.step_deadline();
        loop {
            if let Some(hint) = foreign(reader.unframed()) {
                let server = self.name.clone();
                return Err(Error::NotNats { server, hint });
            }
            let silent = reader.unframed().is_empty();
            match reader.next().map_err(|error| self.broken(error))? {
                Some((ServerOp::Info(json), _)) => return self.parse(json),
                Some((ServerOp::Error(text), _)) => return Err(self.refused(text, None)),
                Some(_) => {
                    return Err(Error::NotNats {
                        server: self.name.clone(),
                        hint: "it does not begin with INFO".to_owned(),
                    });
                }
                None if silent => self.first_word(reader, by).await?,
                None => self.fill(reader, "INFO", by).await?,
            }
        }
    }

    /// Whoever waits for us to speak first is not waited for until the attempt's time is over.
    async fn first_word<R: AsyncRead + Unpin>(
        &self,
        reader: &mut Reader<R>,
        by: Instant,
    ) -> Result<(), Error> {
        let filled = timeout(SILENCE, self.fill(reader, "INFO", by)).await;
        filled.unwrap_or_else(|Elapsed { .. }| {
            Err(Error::HandshakeTimeout {
                server: self.name.clone(),
                awaited: "INFO",
                after: SILENCE,
            })
        })
    }

    /// CONNECT for this server, without the credentials.
    fn introduction(&self, info: &Info, secure: bool) -> Result<Connect, Error> {
        if !self.options.echo && info.proto < 1 {
            return Err(Error::Unsupported {
                server: self.name.clone(),
                what: "is too old to keep our own messages from us: connect with echo".to_owned(),
            });
        }
        Ok(Connect {
            verbose: false,
            pedantic: false,
            tls_required: secure,
            name: self.options.name.clone(),
            lang: "rust-goingnats".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            protocol: 1,
            echo: self.options.echo,
            headers: info.headers,
            no_responders: info.headers,
            ..Connect::default()
        })
    }

    async fn fill<R: AsyncRead + Unpin>(
        &self,
        reader: &mut Reader<R>,
        awaited: &'static str,
        by: Instant,
    ) -> Result<(), Error> {
        let in_the_clear = !self.server.scheme.is_web_socket() && !self.options.tls.first;
        match timeout_at(by, reader.fill()).await {
            Ok(Ok(0)) if in_the_clear => {
                Err(self.lost(format!("closed before {awaited}{}", hint(awaited))))
            }
            Ok(Ok(0)) => Err(self.lost(format!("closed before {awaited}"))),
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(self.failed(&error)),
            Err(Elapsed { .. }) => Err(self.too_slow(awaited)),
        }
    }

    async fn write(
        &self,
        reader: &mut Reader<Transport>,
        bytes: &[u8],
        by: Instant,
    ) -> Result<(), Error> {
        let writing = reader.source_mut().write_all(bytes);
        match timeout_at(by, writing).await {
            // What the server said before it closed tells more than that it closed.
            Ok(Ok(()) | Err(_)) => Ok(()),
            Err(Elapsed { .. }) => Err(self.too_slow("PONG")),
        }
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

    fn refused(&self, text: &[u8], proof: Option<&Proof>) -> Error {
        let server = self.name.clone();
        let reason = visible_words(text);
        match Refusal::parse(text) {
            Refusal::Credentials => Error::Refused {
                server,
                reason: proof
                    .and_then(|proof| proof.flaw(Timestamp::now()))
                    .unwrap_or(reason),
                credentials: proof.map(Proof::fingerprint),
            },
            _ => Error::TurnedAway { server, reason },
        }
    }

    /// A close may overtake the error that explains it: a reset throws away what was not read. That
    /// holds for the alert of TLS 1.3 too, which comes after the handshake.
    fn probably_refused(&self, error: Error, info: &Info, proof: &Proof, secure: bool) -> Error {
        let Error::Lost { server, reason } = error else {
            return error;
        };
        if secure && info.tls_verify && self.options.tls.certificate.is_none() {
            Error::TlsClientCertRequired { server }
        } else if info.auth_required {
            Error::Refused {
                server,
                reason: proof.flaw(Timestamp::now()).unwrap_or_else(|| {
                    format!("{reason}; it wants credentials, and these are probably wrong")
                }),
                credentials: Some(proof.fingerprint()),
            }
        } else {
            Error::Lost { server, reason }
        }
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
    let shown = visible(first.get(..SHOWN).unwrap_or(first));
    Some(match first {
        [0x15 | 0x16, ..] => "it speaks TLS from the first byte: connect with TLS first".to_owned(),
        _ if begins(b"HTTP/") => format!("it speaks HTTP (\"{shown}\")"),
        _ if begins(b"SSH-") => format!("it speaks SSH (\"{shown}\")"),
        _ => format!("it begins with \"{shown}\""),
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
            (b"\xff\xfe\x00", r"\xff\xfe"),
        ];
        for (bytes, expected) in table {
            let hint = foreign(bytes).unwrap();
            assert!(hint.contains(expected), "{hint}");
        }
    }
}
