//! The handshake of NATS: INFO, CONNECT, PONG.

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

/// A NATS server sends INFO at once: one that sends nothing for this long is none, or waits for TLS.
const FIRST_BYTE_WITHIN: Duration = Duration::from_secs(3);

impl Attempt<'_> {
    /// From CONNECT to PONG.
    pub async fn shake_hands(
        &self,
        mut reader: Reader<Transport>,
        mut info: Info,
        proof: &Proof,
        secure: bool,
    ) -> Result<(Reader<Transport>, Info, Duration), Error> {
        let mut connect = self.connect_options(&info, secure)?;
        proof.fill(&mut connect, &info, &self.name)?;
        // With its full capacity from the start: growing would leave copies of secrets in freed memory.
        let mut opening = Zeroizing::new(Vec::with_capacity(32 << 10));
        encode::connect(&mut opening, &connect);
        auth::zeroize_secrets(&mut connect);
        encode::ping(&mut opening);
        let since = Instant::now();
        let deadline = self.step_deadline();
        self.write(&mut reader, &opening, deadline).await?;
        loop {
            match reader.next().map_err(|error| self.broken(error))? {
                Some((ServerOp::Pong, _)) => break,
                Some((ServerOp::Info(json), _)) => info = merge(&info, self.parse(json)?),
                Some((ServerOp::Error(text), _)) => return Err(self.refused(text, Some(proof))),
                Some((ServerOp::Ping, _)) => self.write(&mut reader, b"PONG\r\n", deadline).await?,
                // +OK of a verbose server, or a message although nothing is subscribed.
                Some((ServerOp::Ok | ServerOp::Message(_), _)) => {}
                None => self
                    .fill(&mut reader, "PONG", deadline)
                    .await
                    .map_err(|error| self.explain_close(error, &info, proof, secure))?,
            }
        }
        // Messages that came before anything was subscribed are dropped.
        drop(reader.take_batch(0));
        Ok((reader, info, since.elapsed()))
    }

    /// The first INFO; anything else is not a NATS server.
    pub async fn greeting<R: AsyncRead + Unpin>(
        &self,
        reader: &mut Reader<R>,
    ) -> Result<Info, Error> {
        let deadline = self.step_deadline();
        loop {
            if let Some(hint) = foreign_protocol(reader.unframed()) {
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
                None if silent => self.fill_first(reader, deadline).await?,
                None => self.fill(reader, "INFO", deadline).await?,
            }
        }
    }

    /// Reads the first bytes. A server that waits for us to begin gets less time than the whole attempt.
    async fn fill_first<R: AsyncRead + Unpin>(
        &self,
        reader: &mut Reader<R>,
        deadline: Instant,
    ) -> Result<(), Error> {
        let filled = timeout(FIRST_BYTE_WITHIN, self.fill(reader, "INFO", deadline)).await;
        filled.unwrap_or_else(|Elapsed { .. }| {
            Err(Error::HandshakeTimeout {
                server: self.name.clone(),
                awaited: "INFO",
                after: FIRST_BYTE_WITHIN,
            })
        })
    }

    /// The options of CONNECT for this server, without the credentials.
    fn connect_options(&self, info: &Info, secure: bool) -> Result<Connect, Error> {
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
        deadline: Instant,
    ) -> Result<(), Error> {
        let plaintext = !self.server.scheme.is_web_socket() && !self.options.tls.first;
        match timeout_at(deadline, reader.fill()).await {
            Ok(Ok(0)) if plaintext => {
                Err(self.lost(format!("closed before {awaited}{}", hint(awaited))))
            }
            Ok(Ok(0)) => Err(self.lost(format!("closed before {awaited}"))),
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(self.failed(&error)),
            Err(Elapsed { .. }) => Err(self.timed_out(awaited)),
        }
    }

    async fn write(
        &self,
        reader: &mut Reader<Transport>,
        bytes: &[u8],
        deadline: Instant,
    ) -> Result<(), Error> {
        let writing = reader.source_mut().write_all(bytes);
        match timeout_at(deadline, writing).await {
            // An -ERR that the server sent before closing explains more than the failed write.
            Ok(Ok(()) | Err(_)) => Ok(()),
            Err(Elapsed { .. }) => Err(self.timed_out("PONG")),
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
                    .and_then(|proof| proof.expiry_reason(Timestamp::now()))
                    .unwrap_or(reason),
                credentials: proof.map(Proof::fingerprint),
            },
            _ => Error::TurnedAway { server, reason },
        }
    }

    /// The likely reason of a close without a reason: a reset discards what was not read, an `-ERR` or the
    /// alert of TLS 1.3, which comes after the handshake.
    fn explain_close(&self, error: Error, info: &Info, proof: &Proof, secure: bool) -> Error {
        let Error::Lost { server, reason } = error else {
            return error;
        };
        if secure && info.tls_verify && self.options.tls.certificate.is_none() {
            Error::TlsClientCertRequired { server }
        } else if info.auth_required {
            Error::Refused {
                server,
                reason: proof.expiry_reason(Timestamp::now()).unwrap_or_else(|| {
                    format!("{reason}; it wants credentials, and these are probably wrong")
                }),
                credentials: Some(proof.fingerprint()),
            }
        } else {
            Error::Lost { server, reason }
        }
    }
}

/// Describes the first bytes, where they are not the beginning of INFO or `-ERR`.
fn foreign_protocol(first: &[u8]) -> Option<String> {
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
            assert_eq!(foreign_protocol(nats), None);
        }
        let table: &[(&[u8], &str)] = &[
            (b"HTTP/1.1 400 Bad Request\r\n", "HTTP"),
            (b"SSH-2.0-OpenSSH", "SSH"),
            (b"\x15\x03\x01", "TLS"),
            (b"+PONG\r\n", "+PONG"),
            (b"\xff\xfe\x00", r"\xff\xfe"),
        ];
        for (bytes, expected) in table {
            let hint = foreign_protocol(bytes).unwrap();
            assert!(hint.contains(expected), "{hint}");
        }
    }
}
