//! TLS: options, the handshake, and what its errors mean.

use std::{
    io,
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
};

use tokio::{
    io::BufReader,
    net::TcpStream,
    task::{JoinHandle, spawn_blocking},
};
use tokio_rustls::{
    TlsConnector,
    client::TlsStream,
    rustls::{
        self, AlertDescription, CertificateError, ClientConfig, ProtocolVersion, RootCertStore,
        client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
        crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature},
        pki_types::{
            CertificateDer, PrivateKeyDer, ServerName, UnixTime,
            pem::{self, PemObject},
        },
    },
};
use zeroize::Zeroizing;

use super::{Error, first_bytes::FirstBytes, io_error::describe, read_secret_file};

/// When and how to use TLS. It is also used where the server requires it; `tls://` and `wss://` mean the
/// same as [`Tls::required`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tls {
    /// Never connect without TLS.
    pub required: bool,
    /// The TLS handshake comes before INFO (`handshake_first` in the server's configuration); implies
    /// `required`.
    pub first: bool,
    /// A PEM file of the certificate authorities to trust instead of the system's.
    pub ca: Option<PathBuf>,
    /// Our own certificate, for a server that asks for one.
    pub certificate: Option<ClientCertificate>,
    /// Skip verification of the server's certificate. A front end should show this all the time.
    pub insecure: bool,
}

/// A client certificate and its key, in PEM files that are read again for every attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientCertificate {
    /// The certificate, followed by the intermediate certificates.
    pub chain: PathBuf,
    /// Its private key: PKCS#8, PKCS#1 or SEC1, not encrypted.
    pub key: PathBuf,
}

/// The TLS of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TlsInfo {
    /// The version, such as `TLS 1.3`.
    pub version: &'static str,
    /// Whether the server's certificate was checked; false under [`Tls::insecure`].
    pub verified: bool,
}

/// TLS over TCP. Buffered below, since rustls reads 4 KiB at a time.
pub(super) type Stream = TlsStream<TlsSource>;

type TlsSource = BufReader<FirstBytes<TcpStream>>;

const BUFFER: usize = 64 << 10;

/// The largest file of certificates to read; all usual authorities together take a quarter of a MiB.
const MAX_FILE: u64 = 16 << 20;

impl Tls {
    /// Whether a connection without TLS is refused.
    pub(super) fn is_wanted(&self) -> bool {
        self.required || self.first
    }
}

/// Prepares a handshake on a blocking thread: it reads files, perhaps all of the system's authorities.
pub(super) fn prepare(tls: &Tls) -> JoinHandle<Result<TlsConnector, Error>> {
    let tls = tls.clone();
    spawn_blocking(move || config(&tls).map(|config| TlsConnector::from(Arc::new(config))))
}

/// Performs the handshake with a server whose certificate must be for `name`. An error comes with the
/// first bytes that the server sent.
pub(super) async fn shake_hands(
    connector: &TlsConnector,
    name: ServerName<'static>,
    stream: TcpStream,
) -> Result<Stream, (io::Error, Vec<u8>)> {
    let stream = BufReader::with_capacity(BUFFER, FirstBytes::of(stream));
    let shaken = connector.connect(name, stream).into_fallible().await;
    shaken.map_err(|(error, stream)| (error, stream.get_ref().first().to_vec()))
}

/// Describes an established stream.
pub(super) fn info(stream: &Stream, tls: &Tls) -> TlsInfo {
    TlsInfo {
        version: match stream.get_ref().1.protocol_version() {
            Some(ProtocolVersion::TLSv1_3) => "TLS 1.3",
            Some(ProtocolVersion::TLSv1_2) => "TLS 1.2",
            _ => "TLS",
        },
        verified: !tls.insecure,
    }
}

/// When TLS failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TlsStage {
    /// In a handshake before anything else.
    First,
    /// In a handshake after the server's INFO.
    Upgrade,
    /// After the handshake.
    Established,
}

/// The meaning of an error of a TLS stream. `certified`: whether we have a client certificate.
pub(super) fn explain(server: &str, stage: TlsStage, certified: bool, error: &io::Error) -> Error {
    let server = server.to_owned();
    let cause = error.get_ref().and_then(|cause| cause.downcast_ref());
    let failed = |reason: String| Error::TlsProtocol {
        server: server.clone(),
        reason,
    };
    match cause {
        Some(rustls::Error::InvalidCertificate(error)) => Error::TlsVerify {
            reason: verification_reason(error),
            server,
        },
        // Go sends bad_certificate in TLS 1.2 where the client has no certificate.
        Some(rustls::Error::AlertReceived(
            AlertDescription::CertificateRequired | AlertDescription::BadCertificate,
        )) if !certified => Error::TlsClientCertRequired { server },
        Some(rustls::Error::AlertReceived(
            alert @ (AlertDescription::BadCertificate
            | AlertDescription::UnknownCA
            | AlertDescription::CertificateExpired
            | AlertDescription::CertificateUnknown),
        )) => failed(format!(
            "the server does not take our certificate ({alert:?})"
        )),
        Some(rustls::Error::AlertReceived(alert)) => {
            failed(format!("the server gave up with the alert {alert:?}"))
        }
        Some(rustls::Error::InvalidMessage(_)) => match stage {
            TlsStage::First => failed(
                "it does not begin with TLS: it may want an upgrade after its INFO instead"
                    .to_owned(),
            ),
            TlsStage::Upgrade => Error::ProtocolInjection { server },
            TlsStage::Established => failed("something came that is not TLS".to_owned()),
        },
        Some(error) => failed(error.to_string()),
        None => Error::Lost {
            reason: describe(error),
            server,
        },
    }
}

fn verification_reason(error: &CertificateError) -> String {
    match error {
        CertificateError::UnknownIssuer => {
            "it was issued by an authority unknown here (a CA file can name it)".to_owned()
        }
        CertificateError::BadSignature => {
            "it bears the name of a known authority and not its signature".to_owned()
        }
        CertificateError::Other(rule) => format!("it breaks a rule of certificates: {rule}"),
        error => error.to_string(),
    }
}

fn config(tls: &Tls) -> Result<ClientConfig, Error> {
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .expect("ring speaks the default versions");
    let builder = if tls.insecure {
        let verifier = Arc::new(AcceptAnyCertificate(provider));
        builder
            .dangerous()
            .with_custom_certificate_verifier(verifier)
    } else {
        builder.with_root_certificates(authorities(tls.ca.as_deref())?)
    };
    let Some(ClientCertificate { chain, key }) = &tls.certificate else {
        return Ok(builder.with_no_client_auth());
    };
    let certificates = certificates(chain)?;
    let private = PrivateKeyDer::from_pem_slice(&read(key)?)
        .map_err(|error| bad_file(key, &pem_reason(&error, "private key")))?;
    builder
        .with_client_auth_cert(certificates, private)
        .map_err(|error| bad_file(key, &format!("does not fit its certificate: {error}")))
}

fn authorities(file: Option<&Path>) -> Result<Arc<RootCertStore>, Error> {
    let Some(file) = file else {
        return Ok(system_authorities());
    };
    let mut authorities = RootCertStore::empty();
    for certificate in certificates(file)? {
        authorities
            .add(certificate)
            .map_err(|error| bad_file(file, &format!("holds a bad certificate: {error}")))?;
    }
    Ok(Arc::new(authorities))
}

/// The system's authorities, read once in a process. Those that cannot be read are not trusted.
fn system_authorities() -> Arc<RootCertStore> {
    static SYSTEM: OnceLock<Arc<RootCertStore>> = OnceLock::new();
    let load = || {
        let mut authorities = RootCertStore::empty();
        authorities.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        Arc::new(authorities)
    };
    Arc::clone(SYSTEM.get_or_init(load))
}

fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, Error> {
    let bytes = read(file)?;
    let certificates: Vec<_> = CertificateDer::pem_slice_iter(&bytes)
        .collect::<Result<_, _>>()
        .map_err(|error| bad_file(file, &pem_reason(&error, "certificate")))?;
    if certificates.is_empty() {
        return Err(bad_file(file, "holds no certificate in PEM form"));
    }
    Ok(certificates)
}

fn read(file: &Path) -> Result<Zeroizing<Vec<u8>>, Error> {
    read_secret_file(file, MAX_FILE)
        .map_err(|error| bad_file(file, &format!("cannot be read: {error}")))
}

/// The error's own text may quote the file.
fn pem_reason(error: &pem::Error, wanted: &str) -> String {
    match error {
        pem::Error::NoItemsFound => format!("holds no {wanted} in PEM form"),
        _ => "is not good PEM".to_owned(),
    }
}

fn bad_file(file: &Path, reason: &str) -> Error {
    Error::BadCertificateFile {
        file: file.to_owned(),
        reason: reason.to_owned(),
    }
}

/// Accepts any certificate; the server must still hold its private key.
#[derive(Debug)]
struct AcceptAnyCertificate(Arc<CryptoProvider>);

impl ServerCertVerifier for AcceptAnyCertificate {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &rustls::DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let known = &self.0.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, known)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &rustls::DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let known = &self.0.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, known)
    }

    fn supported_verify_schemes(&self) -> Vec<rustls::SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use std::{
        pin::Pin,
        sync::atomic::{AtomicUsize, Ordering::Relaxed},
        task::{Context, Poll},
    };

    use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt, ReadBuf};
    use tokio_rustls::{
        TlsAcceptor,
        rustls::{ServerConfig, SupportedProtocolVersion, version},
    };

    use super::*;
    use crate::client::{
        reader::Reader,
        transport::{Layers, Transport},
    };

    /// A server that sends `bytes` and waits for the end, and a client's stream to it.
    async fn sent_by_a_server(
        versions: &[&'static SupportedProtocolVersion],
        bytes: Vec<u8>,
    ) -> Stream {
        let key = rcgen::KeyPair::generate().unwrap();
        let params = rcgen::CertificateParams::new(vec!["h".to_owned()]).unwrap();
        let certificate = params.self_signed(&key).unwrap().der().clone();
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_protocol_versions(versions)
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)
            .unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            let (stream, _) = listener.accept().await.unwrap();
            let acceptor = TlsAcceptor::from(Arc::new(config));
            let mut stream = acceptor.accept(stream).await.unwrap();
            stream.write_all(&bytes).await.unwrap();
            stream.flush().await.unwrap();
            let _ = stream.read(&mut [0]).await;
        });
        let connector = prepare(&INSECURE).await.unwrap().unwrap();
        let stream = TcpStream::connect(address).await.unwrap();
        let name = ServerName::try_from("h").unwrap();
        shake_hands(&connector, name, stream).await.unwrap()
    }

    const INSECURE: Tls = Tls {
        required: false,
        first: false,
        ca: None,
        certificate: None,
        insecure: true,
    };

    #[tokio::test]
    async fn c033_both_versions_are_spoken_and_named() {
        for (version, name) in [(&version::TLS12, "TLS 1.2"), (&version::TLS13, "TLS 1.3")] {
            let stream = sent_by_a_server(&[version], vec![]).await;
            assert_eq!(info(&stream, &INSECURE).version, name);
        }
    }

    /// Counts the reads that gave something.
    struct Counting(Transport, Arc<AtomicUsize>);

    impl AsyncRead for Counting {
        fn poll_read(
            mut self: Pin<&mut Self>,
            cx: &mut Context<'_>,
            buf: &mut ReadBuf<'_>,
        ) -> Poll<io::Result<()>> {
            let polled = Pin::new(&mut self.0).poll_read(cx, buf);
            if polled.is_ready() {
                self.1.fetch_add(1, Relaxed);
            }
            polled
        }
    }

    #[tokio::test]
    async fn c046_a_mebibyte_takes_few_reads() {
        let payload = vec![b'x'; 1 << 20];
        let message = [b"MSG s 2 1048576\r\n", &payload[..], b"\r\n"].concat();
        let length = message.len();
        let stream = sent_by_a_server(&[&version::TLS13], message).await;
        let reads = Arc::new(AtomicUsize::new(0));
        let transport = Transport::new(Layers::Tls(Box::new(stream)));
        let mut reader = Reader::new(Counting(transport, Arc::clone(&reads)));
        let mut total = 0;
        while total < length {
            total += reader.fill().await.unwrap();
            while reader.next().unwrap().is_some() {}
        }
        assert!(reader.take_batch(0).unwrap().bytes.len() == length);
        let reads = reads.load(Relaxed);
        assert!(reads < 200, "{reads}");
    }
}
