//! One attempt to connect: from a server URL to a connection whose handshake is done.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use tokio::{
    io::{ReadHalf, WriteHalf, split},
    net::TcpStream,
    task::{JoinHandle, spawn_blocking},
    time::{error::Elapsed, timeout, timeout_at},
};
use tokio_rustls::{TlsConnector, rustls::pki_types::ServerName};

use super::{
    Error, Options, Scheme, ServerUrl, TlsInfo,
    auth::Proof,
    io_error::describe,
    reader::Reader,
    session::visible_words,
    tls::{self, TlsStage},
    transport::{Layers, Transport},
    websocket,
};
use crate::protocol::{Decoder, Info, Limits, ServerOp};
use crate::text::quoted;

/// A connection whose handshake is done.
#[derive(Debug)]
pub(super) struct Dialed {
    pub reader: Reader<ReadHalf<Transport>>,
    pub writer: WriteHalf<Transport>,
    pub info: Info,
    /// Round trip of the first PING.
    pub rtt: Duration,
    pub tls: Option<TlsInfo>,
}

/// Connects and performs the handshake, within `Options::attempt_timeout`.
pub(super) async fn dial(server: &ServerUrl, options: &Options) -> Result<Dialed, Error> {
    let attempt = Attempt {
        name: server.to_string(),
        server,
        options,
        deadline: tokio::time::Instant::now() + options.attempt_timeout,
    };
    attempt.run().await
}

/// One attempt. The exchange of INFO, CONNECT and PONG is in `handshake`.
pub(super) struct Attempt<'a> {
    /// The server, without user info.
    pub name: String,
    pub server: &'a ServerUrl,
    pub options: &'a Options,
    pub deadline: tokio::time::Instant,
}

/// A TLS handshake in preparation.
type TlsPreparation = JoinHandle<Result<TlsConnector, Error>>;

impl Attempt<'_> {
    async fn run(&self) -> Result<Dialed, Error> {
        let secure = self.server.scheme.is_secure() || self.options.tls.is_wanted();
        if secure && self.server.scheme == Scheme::Ws {
            return Err(self.tls_unavailable());
        }
        let proof = self.proof().await?;
        // Runs while we wait for the network.
        let preparation = secure.then(|| tls::prepare(&self.options.tls));
        let stream = self.connect().await?;
        // The task writes whole buffers, so Nagle's algorithm would only add latency.
        stream
            .set_nodelay(true)
            .map_err(|error| self.failed(&error))?;
        let (reader, info, tls) = match preparation {
            Some(preparation) if self.options.tls.first || self.server.scheme == Scheme::Wss => {
                let (stream, tls) = self.secure(stream, preparation, TlsStage::First).await?;
                let layers = if self.server.scheme == Scheme::Wss {
                    Layers::SecureWebSocket(Box::new(self.web_socket(stream).await?))
                } else {
                    Layers::Tls(Box::new(stream))
                };
                let mut reader = Reader::new(Transport::new(layers));
                let info = self.greeting(&mut reader).await?;
                (reader, info, Some(tls))
            }
            None if self.server.scheme == Scheme::Ws => {
                let layers = Layers::WebSocket(Box::new(self.web_socket(stream).await?));
                let mut reader = Reader::new(Transport::new(layers));
                let info = self.greeting(&mut reader).await?;
                (reader, info, None)
            }
            preparation => self.plaintext_greeting(stream, preparation).await?,
        };
        let (reader, info, rtt) = self
            .shake_hands(reader, info, &proof, tls.is_some())
            .await?;
        let (reader, writer) = reader.split(split);
        Ok(Dialed {
            reader,
            writer,
            info,
            rtt,
            tls,
        })
    }

    /// Reads INFO in plain text, and upgrades to TLS where either side wants it.
    async fn plaintext_greeting(
        &self,
        stream: TcpStream,
        preparation: Option<TlsPreparation>,
    ) -> Result<(Reader<Transport>, Info, Option<TlsInfo>), Error> {
        let mut reader = Reader::new(stream);
        let info = self.greeting(&mut reader).await?;
        let preparation = match preparation {
            Some(_) if !info.tls_required && !info.tls_available => {
                return Err(self.tls_unavailable());
            }
            Some(preparation) => preparation,
            None if info.tls_required => tls::prepare(&self.options.tls),
            None => {
                let (reader, ()) = reader.split(|stream| (Transport::new(Layers::Tcp(stream)), ()));
                return Ok((reader, info, None));
            }
        };
        if !reader.unframed().is_empty() {
            return Err(self.plaintext_instead_of_tls(reader.unframed()));
        }
        let stream = reader.into_source();
        let (stream, tls) = self.secure(stream, preparation, TlsStage::Upgrade).await?;
        let transport = Transport::new(Layers::Tls(Box::new(stream)));
        Ok((Reader::new(transport), info, Some(tls)))
    }

    async fn secure(
        &self,
        stream: TcpStream,
        preparation: TlsPreparation,
        stage: TlsStage,
    ) -> Result<(tls::Stream, TlsInfo), Error> {
        let name = self.server.certified_name();
        let server_name = ServerName::try_from(name.to_owned()).map_err(|_| Error::TlsVerify {
            server: self.name.clone(),
            reason: format!("{} cannot be a name in a certificate", quoted(name)),
        })?;
        let connector = self.on_blocking_thread("TLS", preparation).await?;
        let handshake = tls::shake_hands(&connector, server_name, stream);
        match timeout_at(self.step_deadline(), handshake).await {
            Ok(Ok(stream)) => {
                let info = tls::info(&stream, &self.options.tls);
                Ok((stream, info))
            }
            Ok(Err((error, first))) => Err(match self.tls_failed(stage, &error) {
                Error::ProtocolInjection { .. } => self.plaintext_instead_of_tls(&first),
                error => error,
            }),
            Err(Elapsed { .. }) => Err(self.timed_out("TLS")),
        }
    }

    async fn web_socket<S>(&self, stream: S) -> Result<websocket::WebSocket<S>, Error>
    where
        S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
    {
        timeout_at(
            self.step_deadline(),
            websocket::upgrade(self.server, stream),
        )
        .await
        .unwrap_or_else(|Elapsed { .. }| Err(self.timed_out("WebSocket")))
    }

    /// Loads the credentials; files on a blocking thread, since reading may hang.
    async fn proof(&self) -> Result<Proof, Error> {
        if !self.options.credentials.need_a_file() {
            return Proof::load(self.server, self.options);
        }
        let (server, options) = (self.server.clone(), self.options.clone());
        let reading = spawn_blocking(move || Proof::load(&server, &options));
        self.on_blocking_thread("credentials", reading).await
    }

    /// Waits for work on a blocking thread.
    async fn on_blocking_thread<T>(
        &self,
        awaited: &'static str,
        work: JoinHandle<Result<T, Error>>,
    ) -> Result<T, Error> {
        match timeout_at(self.step_deadline(), work).await {
            Ok(Ok(done)) => done,
            Ok(Err(_)) => Err(self.lost("a background thread failed; this is a bug")),
            Err(Elapsed { .. }) => Err(self.timed_out(awaited)),
        }
    }

    async fn connect(&self) -> Result<TcpStream, Error> {
        let mut reason = "no address".to_owned();
        for address in self.resolve().await? {
            let limit = self.options.dial_timeout.min(self.left());
            let limit = limit.min(self.step());
            match timeout(limit, TcpStream::connect(address)).await {
                Ok(Ok(stream)) => return Ok(stream),
                Ok(Err(error)) => reason = describe(&error),
                Err(Elapsed { .. }) => reason = format!("no answer from {address} in {limit:?}"),
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
        let failed = |reason: String| Error::Dns {
            server: self.name.clone(),
            reason,
        };
        let lookup = tokio::net::lookup_host((host.as_str(), *port));
        match timeout_at(self.step_deadline(), lookup).await {
            Ok(Ok(addresses)) => {
                let addresses: Vec<SocketAddr> = addresses.collect();
                if addresses.is_empty() {
                    return Err(failed("the name has no address".to_owned()));
                }
                Ok(addresses)
            }
            Ok(Err(error)) => Err(failed(describe(&error))),
            Err(Elapsed { .. }) => Err(failed("the resolver does not answer".to_owned())),
        }
    }

    /// The time limit of one step.
    pub fn step(&self) -> Duration {
        let whole = self.options.attempt_timeout;
        self.options
            .step_timeout
            .map_or(whole, |step| step.min(whole))
    }

    /// The deadline of a step that begins now.
    pub fn step_deadline(&self) -> tokio::time::Instant {
        self.deadline.min(tokio::time::Instant::now() + self.step())
    }

    fn left(&self) -> Duration {
        self.deadline
            .saturating_duration_since(tokio::time::Instant::now())
    }

    fn tls_unavailable(&self) -> Error {
        let server = self.name.clone();
        Error::SecureNotAvailable { server }
    }

    /// The error for plain text where TLS should begin. A server at its connection limit sends `-ERR` before
    /// TLS (nats-server `server/server.go`, `createClient`). An attacker could send it too, so the text is
    /// only shown, and never taken for a verdict on credentials.
    fn plaintext_instead_of_tls(&self, bytes: &[u8]) -> Error {
        let server = self.name.clone();
        match Decoder::new(Limits::CLIENT).server_op(bytes, &mut 0) {
            Ok(Some(ServerOp::Error(text))) => Error::TurnedAway {
                server,
                reason: format!("{} (sent in plain text, before TLS)", visible_words(text)),
            },
            _ => Error::ProtocolInjection { server },
        }
    }

    fn tls_failed(&self, stage: TlsStage, error: &io::Error) -> Error {
        let certified = self.options.tls.certificate.is_some();
        tls::explain(&self.name, stage, certified, error)
    }

    /// The meaning of an error of an established connection.
    pub fn failed(&self, error: &io::Error) -> Error {
        self.tls_failed(TlsStage::Established, error)
    }

    pub fn lost(&self, reason: impl Into<String>) -> Error {
        Error::Lost {
            server: self.name.clone(),
            reason: reason.into(),
        }
    }

    pub fn timed_out(&self, awaited: &'static str) -> Error {
        Error::HandshakeTimeout {
            server: self.name.clone(),
            awaited,
            after: self.step(),
        }
    }
}
