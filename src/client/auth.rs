//! The proof of who we are: read anew for every attempt, signed for every server's own nonce.

use std::{
    hash::{BuildHasher, Hash, Hasher, RandomState},
    io::ErrorKind,
    path::Path,
    sync::LazyLock,
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use nkeys::{KeyPair, KeyPairType};
use zeroize::Zeroize;

use super::{Credentials, Error, Options, Secret, SecretSource, ServerUrl, read_secret_file};
use crate::protocol::{Connect, Info, quoted};

/// A file of credentials is larger than this only by mistake.
const MAX_FILE: u64 = 256 << 10;

/// What one attempt says of us, read and checked, not yet signed.
#[derive(Default)]
pub(super) struct Proof {
    user: Option<String>,
    password: Option<Secret>,
    token: Option<Secret>,
    jwt: Option<Secret>,
    seed: Option<Seed>,
}

/// A seed that makes a key: checked where it was read.
struct Seed(Secret);

impl Proof {
    /// Reads what the options point at. User info in the URL wins over everything.
    ///
    /// # Errors
    /// [`Error::BadCredentials`] for a file that cannot be read and for what is no seed.
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
                let seed = find_seed(text.reveal())
                    .ok_or_else(|| bad(&origin, "holds no user seed (SU...)"))?;
                Proof {
                    seed: Some(Seed::new(seed, &origin)?),
                    token,
                    ..Proof::default()
                }
            }
            Credentials::Creds(source) => {
                let origin = origin("credentials file", source);
                let text = read(source, &origin)?;
                let (jwt, seed) = parse_creds(text.reveal())
                    .ok_or_else(|| bad(&origin, "holds no user JWT with its seed"))?;
                Proof {
                    jwt: Some(Secret::new(jwt)),
                    seed: Some(Seed::new(seed, &origin)?),
                    token,
                    ..Proof::default()
                }
            }
            Credentials::Jwt { jwt, seed } => {
                let seed = seed.as_ref();
                let origin = "seed of the user JWT";
                Proof {
                    jwt: Some(Secret::new(jwt.reveal().trim())),
                    seed: seed
                        .map(|seed| Seed::new(seed.reveal().trim(), origin))
                        .transpose()?,
                    token,
                    ..Proof::default()
                }
            }
        })
    }

    /// A number that differs where the credentials differ. It is drawn anew for every process, so
    /// that nobody can try passwords against it.
    pub fn fingerprint(&self) -> u64 {
        static DRAWN: LazyLock<RandomState> = LazyLock::new(RandomState::new);
        let mut hasher = DRAWN.build_hasher();
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

    /// Fills in CONNECT for the server that sent this INFO.
    ///
    /// # Errors
    /// [`Error::NkeysUnsupported`] where an nkey is all we have and there is no nonce to sign.
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
                    .map_err(|_| bad("seed", NO_SEED))?;
                connect.sig = Some(URL_SAFE_NO_PAD.encode(signature));
                if self.jwt.is_none() {
                    connect.nkey = Some(key.public_key());
                }
                Ok(())
            }
            // A server outside operator mode looks at no JWT, signed or not.
            None if self.jwt.is_some() => Ok(()),
            None => Err(Error::NkeysUnsupported {
                server: server.to_owned(),
            }),
        }
    }
}

/// Wipes what [`Proof::fill`] filled in.
pub(super) fn wipe(connect: &mut Connect) {
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

const NO_SEED: &str = "is no user seed (SU...), or is damaged";

impl Seed {
    fn new(text: &str, origin: &str) -> Result<Seed, Error> {
        let seed = Seed(Secret::new(text));
        match seed.key().map(|key| key.key_pair_type()) {
            Ok(KeyPairType::User) => Ok(seed),
            _ => Err(bad(origin, NO_SEED)),
        }
    }

    fn key(&self) -> Result<KeyPair, Error> {
        // Its own words may quote the seed.
        KeyPair::from_seed(self.0.reveal()).map_err(|_| bad("seed", NO_SEED))
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
        Ok(text) => Ok(Secret::new(text)),
        Err(_) => Err("is not text".to_owned()),
    }
}

/// The JWT and the seed of a credentials file: the contents of its first two armoured blocks, with any
/// text around them. The rule is that of nats.go and its `nkeys`:
/// `-{3,}[^\n]*-{3,}\r?\n([\w\-.=]+)\r?\n-{3,}[^\n]*-{3,}\r?\n`; the last line break may be missing.
fn parse_creds(text: &str) -> Option<(&str, &str)> {
    let mut blocks = blocks(text);
    Some((blocks.next()?, blocks.next()?))
}

/// A seed alone, armoured or on a line of its own, or the one of a credentials file.
fn find_seed(text: &str) -> Option<&str> {
    let is_seed = |line: &&str| line.starts_with("SU");
    blocks(text)
        .find(is_seed)
        .or_else(|| text.lines().map(str::trim).find(is_seed))
}

fn blocks(text: &str) -> impl Iterator<Item = &str> {
    let mut lines = text.lines().peekable();
    std::iter::from_fn(move || {
        loop {
            if !is_border(lines.next()?) {
                continue;
            }
            let Some(content) = lines.next_if(|line| is_content(line)) else {
                continue;
            };
            if lines.next_if(|line| is_border(line)).is_some() {
                return Some(content);
            }
        }
    })
}

/// Two runs of three dashes or more, the second at the end.
fn is_border(line: &str) -> bool {
    line.split_once("---")
        .is_some_and(|(_, behind)| behind.ends_with("---"))
}

fn is_content(line: &str) -> bool {
    let belongs = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.=".contains(&byte);
    !line.is_empty() && line.bytes().all(belongs)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

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
    fn c027_creds_with_other_line_ends_and_text_around() {
        let unix = creds("SUABC");
        let variants = [
            unix.clone(),
            unix.replace('\n', "\r\n"),
            format!("some words - and -- dashes\n---\n{unix}---- more ----\n"),
            unix.replace("-----BEGIN", "note: -----BEGIN"),
            unix.trim_end_matches(['*', '\n']).to_owned(),
        ];
        for text in variants {
            assert_eq!(
                parse_creds(&text),
                Some(("eyJ0.eyJq.c2ln-_", "SUABC")),
                "{text}"
            );
        }
        for text in [
            "",
            "SUABC",
            &unix.replace("------END USER NKEY SEED------", ""),
        ] {
            assert_eq!(parse_creds(text), None, "{text}");
        }
    }

    #[test]
    fn a_seed_is_found_alone_in_a_block_and_in_creds() {
        for text in ["SUABC", "\n  SUABC \r\n", "# a\nSUABC\n", &creds("SUABC")] {
            assert_eq!(find_seed(text), Some("SUABC"), "{text}");
        }
        assert_eq!(find_seed("UABC\n"), None);
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
    fn c025_without_a_nonce_an_nkey_is_of_no_use_but_a_jwt_may_be() {
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
    fn c032_what_is_wrong_with_a_seed_is_said_without_it() {
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
        std::fs::write(&path, b"\xff\xfe").unwrap();
        assert!(sentence(creds()).ends_with("is not text"));
        std::fs::write(&path, vec![b'-'; MAX_FILE as usize + 1]).unwrap();
        assert!(sentence(creds()).ends_with("is too large"));
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

    proptest! {
        #[test]
        fn any_text_is_read_without_panic(text in "[-\nSU.a\r ]{0,80}") {
            parse_creds(&text);
            find_seed(&text);
        }
    }
}
