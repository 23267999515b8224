//! Certificates, made when they are needed: an authority, a server and a client.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering::Relaxed},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
};
use tempfile::TempDir;

/// A folder of PEM files, for as long as it lives.
#[derive(Debug)]
pub struct Certificates {
    folder: TempDir,
}

impl Certificates {
    /// A server's certificate for these names, a client's, and their authority's.
    pub fn for_names(names: &[&str]) -> Certificates {
        let made = Certificates {
            folder: tempfile::tempdir().expect("a folder for certificates"),
        };
        let authority_key = KeyPair::generate().expect("a key");
        // No two of the same name: one's signatures would be looked for on the other's certificates.
        static MADE: AtomicU32 = AtomicU32::new(0);
        let name = format!("authority {}", MADE.fetch_add(1, Relaxed));
        let mut authority = params(&[], &name);
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let certificate = authority.self_signed(&authority_key).expect("an authority");
        made.write("ca.pem", &certificate.pem());
        let issuer = Issuer::new(authority, authority_key);
        made.issue("server", &issuer, params(names, "server"));
        let mut client = params(&["client.example"], "client");
        client.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        made.issue("client", &issuer, client);
        made
    }

    /// For `localhost` and `127.0.0.1`.
    pub fn local() -> Certificates {
        Certificates::for_names(&["localhost", "127.0.0.1"])
    }

    /// The authority's certificate.
    pub fn ca(&self) -> PathBuf {
        self.path("ca.pem")
    }

    /// One of `server.pem`, `server.key`, `client.pem`, `client.key`, `client.sec1.key`.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The part of a server's configuration that turns TLS on, with `more` in it.
    pub fn config(&self, more: &str) -> String {
        format!(
            "tls {{ cert_file: {:?}, key_file: {:?}, ca_file: {:?}, {more} }}\n",
            self.path("server.pem"),
            self.path("server.key"),
            self.ca(),
        )
    }

    fn issue(&self, name: &str, issuer: &Issuer<'_, KeyPair>, params: CertificateParams) {
        let key = KeyPair::generate().expect("a key");
        let certificate = params.signed_by(&key, issuer).expect("a certificate");
        self.write(format!("{name}.pem"), &certificate.pem());
        self.write(format!("{name}.key"), &key.serialize_pem());
        // PKCS#8 of P-256 is the SEC1 key behind a head of 29 bytes that is always the same.
        let sec1 = STANDARD.encode(&key.serialize_der()[29..]);
        let pem = format!("-----BEGIN EC PRIVATE KEY-----\n{sec1}\n-----END EC PRIVATE KEY-----\n");
        self.write(format!("{name}.sec1.key"), &pem);
    }

    fn write(&self, name: impl AsRef<Path>, text: &str) {
        fs::write(self.folder.path().join(name), text).expect("a PEM file");
    }
}

fn params(names: &[&str], common_name: &str) -> CertificateParams {
    let names: Vec<String> = names.iter().map(ToString::to_string).collect();
    let mut params = CertificateParams::new(names).expect("good names");
    params
        .distinguished_name
        .push(DnType::CommonName, common_name);
    params
}
