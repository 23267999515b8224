//! Authentication: credentials are read again for every attempt, and the nonce of each server is signed.

use std::{
    hash::{BuildHasher, Hash, Hasher, RandomState},
    io::ErrorKind,
    path::Path,
    sync::LazyLock,
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use nkeys::{KeyPair, KeyPairType};
use serde::Deserialize;
use zeroize::Zeroize;

use super::{
    Credentials, Error, Options, Secret, SecretSource, ServerUrl, credential_text, read_secret_file,
};
use crate::{
    protocol::{Connect, Info},
    text::quoted,
};

/// The largest file of credentials to read.
const MAX_FILE: u64 = 256 << 10;

/// The credentials of one attempt, read and checked, not yet signed.
#[derive(Default)]
pub(super) struct Proof {
    user: Option<String>,
    password: Option<Secret>,
    token: Option<Secret>,
    jwt: Option<Secret>,
    seed: Option<Seed>,
}

/// The seed of a user key, checked when it was read.
struct Seed(Secret);

impl Proof {
    /// Reads the credentials that the options name. User info in the URL takes precedence.
    ///
    /// # Errors
    /// [`Error::BadCredentials`] for a file that cannot be read and for an invalid seed.
    pub fn load(server: &ServerUrl, options: &Options) -> Result<Proof, Error> {
        if server.has_user_info() {
            return Ok(Proof {
                user: server.user.clone(),
                password: server.password.clone(),
                token: server.token.clone(),
                ..Proof::default()
            });
        }
        let token = options.token.clone();
        Ok(match &options.credentials {
            Credentials::None => Proof {
                token,
                ..Proof::default()
            },
            Credentials::UserPassword { user, password } => Proof {
                user: Some(user.clone()),
                password: password.clone(),
                token,
                ..Proof::default()
            },
            Credentials::Nkey(source) => {
                let origin = origin("nkey seed", source);
                let text = read(source, &origin)?;
                let seed = credential_text::seed(text.reveal());
                Proof {
                    seed: Some(Seed::new(
                        seed.map_err(|reason| bad(&origin, &reason))?,
                        &origin,
                    )?),
                    token,
                    ..Proof::default()
                }
            }
            Credentials::Creds(source) => {
                let origin = origin("credentials file", source);
                let text = read(source, &origin)?;
                let (jwt, seed) = credential_text::jwt_and_seed(text.reveal())
                    .map_err(|reason| bad(&origin, &reason))?;
                Proof {
                    jwt: Some(jwt),
                    seed: Some(Seed::new(seed, &origin)?),
                    token,
                    ..Proof::default()
                }
            }
            Credentials::Jwt { jwt, seed } => {
                let jwt = credential_text::jwt(jwt.reveal());
                let origin = "seed of the user JWT";
                let read = |seed: &Secret| {
                    let seed = credential_text::seed(seed.reveal());
                    Seed::new(seed.map_err(|reason| bad(origin, &reason))?, origin)
                };
                Proof {
                    jwt: Some(jwt.map_err(|reason| bad("user JWT", &reason))?),
                    seed: seed.as_ref().map(read).transpose()?,
                    token,
                    ..Proof::default()
                }
            }
        })
    }

    /// A hash that differs where the credentials differ. Keyed anew for every process, so that passwords
    /// cannot be guessed from it.
    pub fn fingerprint(&self) -> u64 {
        static SEEDED: LazyLock<RandomState> = LazyLock::new(RandomState::new);
        let mut hasher = SEEDED.build_hasher();
        self.user.hash(&mut hasher);
        let seed = self.seed.as_ref().map(|seed| &seed.0);
        for secret in [
            self.password.as_ref(),
            self.token.as_ref(),
            self.jwt.as_ref(),
            seed,
        ] {
            secret.map(Secret::reveal).hash(&mut hasher);
        }
        hasher.finish()
    }

    /// Why a JWT is not valid at `now`. The server refuses it with the same text as any other.
    pub fn expiry_reason(&self, now: Timestamp) -> Option<String> {
        #[derive(Default, Deserialize)]
        #[serde(default)]
        struct Claims {
            /// Seconds since the Unix epoch; 0: never expires (nats-io/jwt `ClaimsData`).
            exp: i64,
            nbf: i64,
        }
        let payload = self.jwt.as_ref()?.reveal().split('.').nth(1)?;
        let json = URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?;
        let claims: Claims = serde_json::from_slice(&json).ok()?;
        let moment = |seconds: i64| Timestamp::from_second(seconds).ok();
        let expired = moment(claims.exp).filter(|end| claims.exp > 0 && *end <= now);
        let early = moment(claims.nbf).filter(|begin| *begin > now);
        expired
            .map(|end| format!("the user JWT expired at {end}"))
            .or_else(|| Some(format!("the user JWT is not valid before {}", early?)))
    }

    /// Fills in CONNECT for the server that sent this INFO.
    ///
    /// # Errors
    /// [`Error::NkeysUnsupported`] where we have only an nkey and the server sent no nonce to sign.
    pub fn fill(&self, connect: &mut Connect, info: &Info, server: &str) -> Result<(), Error> {
        let reveal = |secret: &Option<Secret>| Some(secret.as_ref()?.reveal().to_owned());
        connect.user = self.user.clone();
        connect.pass = reveal(&self.password);
        connect.auth_token = reveal(&self.token);
        connect.jwt = reveal(&self.jwt);
        let Some(seed) = &self.seed else {
            return Ok(());
        };
        match &info.nonce {
            Some(nonce) => {
                let key = seed.key()?;
                let signature = key
                    .sign(nonce.as_bytes())
                    .map_err(|_| bad("seed", NOT_A_SEED))?;
                connect.sig = Some(URL_SAFE_NO_PAD.encode(signature));
                if self.jwt.is_none() {
                    connect.nkey = Some(key.public_key());
                }
                Ok(())
            }
            // A server outside operator mode ignores the JWT, signed or not.
            None if self.jwt.is_some() => Ok(()),
            None => Err(Error::NkeysUnsupported {
                server: server.to_owned(),
            }),
        }
    }
}

/// Zeroizes what [`Proof::fill`] filled in.
pub(super) fn zeroize_secrets(connect: &mut Connect) {
    let secrets = [
        &mut connect.pass,
        &mut connect.auth_token,
        &mut connect.jwt,
        &mut connect.sig,
    ];
    for secret in secrets.into_iter().flatten() {
        secret.zeroize();
    }
}

const NOT_A_SEED: &str = "is no user seed (SU...), or is damaged";

impl Seed {
    fn new(text: Secret, origin: &str) -> Result<Seed, Error> {
        let seed = Seed(text);
        match seed.key().map(|key| key.key_pair_type()) {
            Ok(KeyPairType::User) => Ok(seed),
            _ => Err(bad(origin, NOT_A_SEED)),
        }
    }

    fn key(&self) -> Result<KeyPair, Error> {
        // The error's own text may quote the seed.
        KeyPair::from_seed(self.0.reveal()).map_err(|_| bad("seed", NOT_A_SEED))
    }
}

fn bad(credential: &str, reason: &str) -> Error {
    Error::BadCredentials {
        credential: credential.to_owned(),
        reason: reason.to_owned(),
    }
}

fn origin(kind: &str, source: &SecretSource) -> String {
    match source {
        SecretSource::Text(_) => kind.to_owned(),
        SecretSource::File(path) => format!("{kind} {}", quoted(path)),
    }
}

fn read(source: &SecretSource, origin: &str) -> Result<Secret, Error> {
    match source {
        SecretSource::Text(text) => Ok(text.clone()),
        SecretSource::File(path) => read_file(path).map_err(|reason| bad(origin, &reason)),
    }
}

fn read_file(path: &Path) -> Result<Secret, String> {
    let bytes = read_secret_file(path, MAX_FILE).map_err(|error| match error.kind() {
        ErrorKind::FileTooLarge => "is too large".to_owned(),
        _ => format!("cannot be read: {error}"),
    })?;
    match std::str::from_utf8(&bytes) {
        _ if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") => {
            Err("is UTF-16: save it as UTF-8".to_owned())
        }
        Ok(text) => Ok(Secret::new(text)),
        Err(_) => Err("is not text".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CREDS: &str = "\
-----BEGIN NATS USER JWT-----
eyJ0.eyJq.c2ln-_
------END NATS USER JWT------

************************* IMPORTANT *************************
NKEY Seed printed below can be used to sign and prove identity.

-----BEGIN USER NKEY SEED-----
SEED
------END USER NKEY SEED------

*************************************************************
";

    fn creds(seed: &str) -> String {
        CREDS.replace("SEED\n", &format!("{seed}\n"))
    }

    fn seed() -> String {
        KeyPair::new_user().seed().unwrap()
    }

    fn load(credentials: Credentials) -> Result<Proof, Error> {
        let mut options = Options::new("n", "h").unwrap();
        options.credentials = credentials;
        Proof::load(&options.servers[0], &options)
    }

    fn text(text: impl Into<String>) -> SecretSource {
        SecretSource::Text(Secret::new(text))
    }

    #[test]
    fn c023_the_nonce_of_each_server_is_signed() {
        let seed = seed();
        let key = KeyPair::from_seed(&seed).unwrap();
        let proof = load(Credentials::Nkey(text(&*seed))).unwrap();
        for nonce in ["PXoWU7zWAMt75FY", "another"] {
            let info = Info {
                nonce: Some(nonce.to_owned()),
                ..Info::default()
            };
            let mut connect = Connect::default();
            proof.fill(&mut connect, &info, "s").unwrap();
            assert_eq!(connect.nkey, Some(key.public_key()));
            let signature = URL_SAFE_NO_PAD.decode(connect.sig.unwrap()).unwrap();
            key.verify(nonce.as_bytes(), &signature).unwrap();
        }
    }

    #[test]
    fn c025_without_a_nonce_an_nkey_fails_and_a_jwt_is_sent() {
        let seed = seed();
        let info = Info::default();
        let mut connect = Connect::default();
        let nkey = load(Credentials::Nkey(text(&*seed))).unwrap();
        let server = "s".to_owned();
        assert_eq!(
            nkey.fill(&mut connect, &info, "s"),
            Err(Error::NkeysUnsupported { server })
        );
        let creds = load(Credentials::Creds(text(creds(&seed)))).unwrap();
        creds.fill(&mut connect, &info, "s").unwrap();
        assert_eq!(connect.jwt.as_deref(), Some("eyJ0.eyJq.c2ln-_"));
        assert_eq!((connect.nkey, connect.sig), (None, None));
    }

    #[test]
    fn c032_errors_about_a_seed_do_not_contain_it() {
        let account = KeyPair::new_account().seed().unwrap();
        let damaged = seed().replace(|c: char| c.is_ascii_digit(), "A") + "A";
        for bad in [account.as_str(), &damaged, "SUshort", "nothing"] {
            let sources = [
                Credentials::Nkey(text(bad)),
                Credentials::Creds(text(creds(bad))),
                Credentials::Jwt {
                    jwt: Secret::new("j"),
                    seed: Some(Secret::new(bad)),
                },
            ];
            for source in sources {
                let error = load(source).err().unwrap();
                assert!(matches!(error, Error::BadCredentials { .. }));
                assert!(!format!("{error} {error:?}").contains(bad), "{error}");
            }
        }
    }

    #[test]
    fn a_file_that_cannot_be_used_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("u.creds");
        let creds = || load(Credentials::Creds(SecretSource::File(path.clone())));
        let sentence = |proof: Result<Proof, Error>| proof.err().unwrap().to_string();
        assert!(sentence(creds()).contains("u.creds\" cannot be read"));
        std::fs::write(&path, b"\xff\xfa").unwrap();
        assert!(sentence(creds()).ends_with("is not text"));
        std::fs::write(&path, b"\xff\xfeS\0U\0").unwrap();
        assert!(sentence(creds()).ends_with("is UTF-16: save it as UTF-8"));
        std::fs::write(&path, vec![b'-'; MAX_FILE as usize + 1]).unwrap();
        assert!(sentence(creds()).ends_with("is too large"));
    }

    #[test]
    fn a_jwt_outside_its_validity_is_explained() {
        let now: Timestamp = "2026-11-27T12:00:00Z".parse().unwrap();
        let expiry_reason = |claims: &str| {
            let jwt = Secret::new(format!("e30.{}.sig", URL_SAFE_NO_PAD.encode(claims)));
            load(Credentials::Jwt { jwt, seed: None })
                .unwrap()
                .expiry_reason(now)
        };
        let hour = 3600;
        let at = now.as_second();
        let table = [
            (
                format!(r#"{{"exp":{}}}"#, at - hour),
                Some("the user JWT expired at 2026-11-27T11:00:00Z"),
            ),
            (
                format!(r#"{{"exp":{at}}}"#),
                Some("the user JWT expired at 2026-11-27T12:00:00Z"),
            ),
            (format!(r#"{{"exp":{}}}"#, at + hour), None),
            (r#"{"exp":0}"#.to_owned(), None),
            (r#"{"sub":"U"}"#.to_owned(), None),
            (
                format!(r#"{{"nbf":{}}}"#, at + hour),
                Some("the user JWT is not valid before 2026-11-27T13:00:00Z"),
            ),
            (format!(r#"{{"nbf":{}}}"#, at - hour), None),
            ("no JSON".to_owned(), None),
        ];
        for (claims, expected) in table {
            assert_eq!(expiry_reason(&claims).as_deref(), expected, "{claims}");
        }
        let nothing = load(Credentials::None).unwrap();
        assert_eq!(nothing.expiry_reason(now), None);
    }

    #[test]
    fn other_credentials_have_another_fingerprint() {
        let user = |user: &str, password: &str| {
            let password = Some(Secret::new(password));
            let user = user.to_owned();
            load(Credentials::UserPassword { user, password })
                .unwrap()
                .fingerprint()
        };
        assert_eq!(user("u", "p"), user("u", "p"));
        assert_ne!(user("u", "p"), user("u", "q"));
        assert_ne!(user("u", "p"), user("v", "p"));
    }
}
