//! One attempt: from a name to a connection whose handshake is done.

use std::{
    io::{self, ErrorKind},
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
    reader::Reader,
    session::visible_words,
    tls::{self, Stage},
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

/// Dials, and shakes hands; gives up after `Options::attempt_timeout`.
pub(super) async fn dial(server: &ServerUrl, options: &Options) -> Result<Dialed, Error> {
    let attempt = Attempt {
        name: server.to_string(),
        server,
        options,
        deadline: tokio::time::Instant::now() + options.attempt_timeout,
    };
    attempt.run().await
}

/// One attempt. The dialogue of INFO, CONNECT and PONG stands in `handshake`.
pub(super) struct Attempt<'a> {
    /// The server, without user info.
    pub name: String,
    pub server: &'a ServerUrl,
    pub options: &'a Options,
    pub deadline: tokio::time::Instant,
}

/// A handshake of TLS in preparation.
type Preparation = JoinHandle<Result<TlsConnector, Error>>;

impl Attempt<'_> {
    async fn run(&self) -> Result<Dialed, Error> {
        let secure = self.server.scheme.is_secure() || self.options.tls.is_wanted();
        if secure && self.server.scheme == Scheme::Ws {
            return Err(self.not_secure());
        }
        let proof = self.proof().await?;
        // Prepared while the network is waited for.
        let preparation = secure.then(|| tls::prepare(&self.options.tls));
        let stream = self.connect().await?;
        // Latency is what people look at; the task writes whole buffers anyway.
        stream
            .set_nodelay(true)
            .map_err(|error| self.failed(&error))?;
        let (reader, info, tls) = match preparation {
            Some(preparation) if self.options.tls.first || self.server.scheme == Scheme::Wss => {
                let (stream, tls) = self.secure(stream, preparation, Stage::First).await?;
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
            preparation => self.greeted_in_the_clear(stream, preparation).await?,
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

    /// INFO comes in the clear, and TLS after it where either side wants it.
    async fn greeted_in_the_clear(
        &self,
        stream: TcpStream,
        preparation: Option<Preparation>,
    ) -> Result<(Reader<Transport>, Info, Option<TlsInfo>), Error> {
        let mut reader = Reader::new(stream);
        let info = self.greeting(&mut reader).await?;
        let preparation = match preparation {
            Some(_) if !info.tls_required && !info.tls_available => return Err(self.not_secure()),
            Some(preparation) => preparation,
            None if info.tls_required => tls::prepare(&self.options.tls),
            None => {
                let (reader, ()) = reader.split(|stream| (Transport::new(Layers::Tcp(stream)), ()));
                return Ok((reader, info, None));
            }
        };
        if !reader.unframed().is_empty() {
            return Err(self.said_in_the_clear(reader.unframed()));
        }
        let stream = reader.into_source();
        let (stream, tls) = self.secure(stream, preparation, Stage::Upgrade).await?;
        let transport = Transport::new(Layers::Tls(Box::new(stream)));
        Ok((Reader::new(transport), info, Some(tls)))
    }

    async fn secure(
        &self,
        stream: TcpStream,
        preparation: Preparation,
        stage: Stage,
    ) -> Result<(tls::Stream, TlsInfo), Error> {
        let name = self.server.certified_name();
        let server_name = ServerName::try_from(name.to_owned()).map_err(|_| Error::TlsVerify {
            server: self.name.clone(),
            reason: format!("{} is no name that a certificate could bear", quoted(name)),
        })?;
        let connector = self.beside("TLS", preparation).await?;
        let handshake = tls::shake_hands(&connector, server_name, stream);
        match timeout_at(self.step_deadline(), handshake).await {
            Ok(Ok(stream)) => {
                let info = tls::info(&stream, &self.options.tls);
                Ok((stream, info))
            }
            Ok(Err((error, first))) => Err(match self.tls_failed(stage, &error) {
                Error::ProtocolInjection { .. } => self.said_in_the_clear(&first),
                error => error,
            }),
            Err(Elapsed { .. }) => Err(self.too_slow("TLS")),
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
        .unwrap_or_else(|Elapsed { .. }| Err(self.too_slow("WebSocket")))
    }

    /// A file may hang, and so is read beside.
    async fn proof(&self) -> Result<Proof, Error> {
        if !self.options.credentials.are_in_a_file() {
            return Proof::load(self.server, self.options);
        }
        let (server, options) = (self.server.clone(), self.options.clone());
        let reading = spawn_blocking(move || Proof::load(&server, &options));
        self.beside("credentials", reading).await
    }

    /// The result of what was done on another thread.
    async fn beside<T>(
        &self,
        awaited: &'static str,
        work: JoinHandle<Result<T, Error>>,
    ) -> Result<T, Error> {
        match timeout_at(self.step_deadline(), work).await {
            Ok(Ok(done)) => done,
            Ok(Err(_)) => Err(self.lost("a background thread failed; this is a bug")),
            Err(Elapsed { .. }) => Err(self.too_slow(awaited)),
        }
    }

    async fn connect(&self) -> Result<TcpStream, Error> {
        let mut reason = "no address".to_owned();
        for address in self.resolve().await? {
            let patience = self.options.dial_timeout.min(self.left());
            let patience = patience.min(self.step());
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
        match timeout_at(self.step_deadline(), lookup).await {
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

    /// The longest that one step may take.
    pub fn step(&self) -> Duration {
        let whole = self.options.attempt_timeout;
        self.options
            .step_timeout
            .map_or(whole, |step| step.min(whole))
    }

    /// When a step that begins now is given up.
    pub fn step_deadline(&self) -> tokio::time::Instant {
        self.deadline.min(tokio::time::Instant::now() + self.step())
    }

    fn left(&self) -> Duration {
        self.deadline
            .saturating_duration_since(tokio::time::Instant::now())
    }

    fn not_secure(&self) -> Error {
        let server = self.name.clone();
        Error::SecureNotAvailable { server }
    }

    /// Something came where TLS was to begin. A server that is full says so before (nats-server
    /// `server/server.go`, `createClient`). Whoever is between could say it too, so it is a text to
    /// show and nothing more: never a verdict on credentials.
    fn said_in_the_clear(&self, bytes: &[u8]) -> Error {
        let server = self.name.clone();
        match Decoder::new(Limits::CLIENT).server_op(bytes, &mut 0) {
            Ok(Some(ServerOp::Error(text))) => Error::TurnedAway {
                server,
                reason: format!("{} (said in the clear, before TLS)", visible_words(text)),
            },
            _ => Error::ProtocolInjection { server },
        }
    }

    fn tls_failed(&self, stage: Stage, error: &io::Error) -> Error {
        let certified = self.options.tls.certificate.is_some();
        tls::explain(&self.name, stage, certified, error)
    }

    /// What an error of the connection means once its layers stand.
    pub fn failed(&self, error: &io::Error) -> Error {
        self.tls_failed(Stage::Done, error)
    }

    pub fn lost(&self, reason: impl Into<String>) -> Error {
        Error::Lost {
            server: self.name.clone(),
            reason: reason.into(),
        }
    }

    pub fn too_slow(&self, awaited: &'static str) -> Error {
        Error::HandshakeTimeout {
            server: self.name.clone(),
            awaited,
            after: self.step(),
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
