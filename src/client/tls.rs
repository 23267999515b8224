//! TLS: what is asked for, and what came of it.

use std::path::PathBuf;

/// How TLS is to be spoken. A server that requires it gets it in any case, and `tls://` and `wss://`
/// ask for it as [`Tls::required`] does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tls {
    /// Never talk in the clear: a server without TLS is not connected to.
    pub required: bool,
    /// Shake hands before the server's INFO (`handshake_first` of the server); implies `required`.
    pub first: bool,
    /// A PEM file of the certificate authorities to trust, in place of the system's.
    pub ca: Option<PathBuf>,
    /// What we prove ourselves with where the server asks.
    pub certificate: Option<ClientCertificate>,
    /// Take any certificate of any name. To be shown for as long as it lasts.
    pub insecure: bool,
}

/// A client certificate and its key, in PEM files. Both are read again for every attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientCertificate {
    /// The certificate, and behind it those that lead to the authority.
    pub chain: PathBuf,
    /// Its key: PKCS#8, PKCS#1 or SEC1, not encrypted.
    pub key: PathBuf,
}

/// What protects a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TlsInfo {
    /// The version, such as `TLS 1.3`.
    pub version: &'static str,
    /// Whether the server's certificate was checked; false under [`Tls::insecure`].
    pub verified: bool,
}
