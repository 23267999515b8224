//! Certificates made on demand: of an authority, a server and a client.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering::Relaxed},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    PKCS_RSA_SHA256,
};
use tempfile::TempDir;

use super::python;

/// A folder of PEM files, removed on drop.
#[derive(Debug)]
pub struct Certificates {
    folder: TempDir,
    issuer: Issuer<'static, KeyPair>,
}

impl Certificates {
    /// Certificates of a server with these names, of a client, and of their authority.
    pub fn for_names(names: &[&str]) -> Certificates {
        let authority_key = KeyPair::generate().expect("a key");
        // A name of its own: with equal names verification would look at the wrong certificate.
        static MADE: AtomicU32 = AtomicU32::new(0);
        let name = format!("authority {}", MADE.fetch_add(1, Relaxed));
        let mut authority = params(&[], &name);
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let certificate = authority.self_signed(&authority_key).expect("an authority");
        let made = Certificates {
            folder: tempfile::tempdir().expect("a folder for certificates"),
            issuer: Issuer::new(authority, authority_key),
        };
        made.write("ca.pem", &certificate.pem());
        made.issue("server", params(names, "server"));
        made.issue("client", client_params());
        made
    }

    /// For `localhost` and `127.0.0.1`.
    pub fn local() -> Certificates {
        Certificates::for_names(&["localhost", "127.0.0.1"])
    }

    /// Path of the certificate of the authority.
    pub fn ca(&self) -> PathBuf {
        self.path("ca.pem")
    }

    /// Path of one of `server.pem`, `server.key`, `client.pem`, `client.key`, `client.sec1.key`.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The TLS block of a server's configuration, with `more` in it.
    pub fn config(&self, more: &str) -> String {
        format!(
            "tls {{ cert_file: {:?}, key_file: {:?}, ca_file: {:?}, {more} }}\n",
            self.path("server.pem"),
            self.path("server.key"),
            self.ca(),
        )
    }

    /// Adds a client with an RSA key: `rsa.pem`, `rsa.key` and `rsa.pkcs1.key`.
    #[track_caller]
    pub fn add_rsa_client(&self) {
        let made = python("support/rsa_key.py", &[]);
        let errors = String::from_utf8_lossy(&made.stderr);
        assert!(made.status.success(), "{errors}");
        let pkcs1 = STANDARD.decode(made.stdout.trim_ascii()).expect("base64");
        self.write("rsa.pkcs1.key", &pem("RSA PRIVATE KEY", &pkcs1));
        let pkcs8 = pem("PRIVATE KEY", &pkcs8_of_rsa(&pkcs1));
        let key = KeyPair::from_pkcs8_pem_and_sign_algo(&pkcs8, &PKCS_RSA_SHA256).expect("a key");
        self.certify("rsa", &key, client_params());
    }

    fn issue(&self, name: &str, params: CertificateParams) {
        let key = KeyPair::generate().expect("a key");
        self.certify(name, &key, params);
        // PKCS#8 of P-256 is the SEC1 key after a constant header of 29 bytes.
        let sec1 = &key.serialize_der()[29..];
        self.write(format!("{name}.sec1.key"), &pem("EC PRIVATE KEY", sec1));
    }

    fn certify(&self, name: &str, key: &KeyPair, params: CertificateParams) {
        let certificate = params.signed_by(key, &self.issuer).expect("a certificate");
        self.write(format!("{name}.pem"), &certificate.pem());
        self.write(format!("{name}.key"), &key.serialize_pem());
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

fn client_params() -> CertificateParams {
    let mut client = params(&["client.example"], "client");
    client.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    client
}

fn pem(label: &str, der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    format!("-----BEGIN {label}-----\n{text}\n-----END {label}-----\n")
}

/// Wraps a PKCS#1 key of at least 256 bytes in PKCS#8 (RFC 5958).
fn pkcs8_of_rsa(pkcs1: &[u8]) -> Vec<u8> {
    // Version 0, the algorithm rsaEncryption without parameters, and an octet string.
    let rsa = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00";
    let mut content = [b"\x02\x01\x00\x30\x0d", &rsa[..]].concat();
    let long = |tag: u8, content: &[u8]| {
        let length = u16::try_from(content.len()).expect("less than 64 KiB");
        [&[tag, 0x82], &length.to_be_bytes()[..], content].concat()
    };
    content.extend(long(0x04, pkcs1));
    long(0x30, &content)
}
