//! Credentials, and where they come from.

use std::{fmt, path::PathBuf};

use zeroize::Zeroize;

/// A value that is never shown: `Debug` and errors print `<hidden>`. Its memory is wiped on drop.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Hides a value.
    pub fn new(value: impl Into<String>) -> Secret {
        Secret(value.into())
    }

    /// The value. To be used only where it is sent.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<hidden>")
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// How we authenticate. User info in a server's URL takes precedence.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Credentials {
    /// No credentials.
    #[default]
    None,
    /// A user and a password.
    UserPassword {
        /// The user.
        user: String,
        /// The password.
        password: Option<Secret>,
    },
    /// A user's nkey: the seed (`SU…`) signs the server's nonce.
    Nkey(SecretSource),
    /// A credentials file: a user JWT and its seed, as `nsc` writes them.
    Creds(SecretSource),
    /// A user JWT.
    Jwt {
        /// The JWT.
        jwt: Secret,
        /// The seed that signs the server's nonce; `None` for a bearer JWT.
        seed: Option<Secret>,
    },
}

impl Credentials {
    pub(super) fn need_a_file(&self) -> bool {
        matches!(
            self,
            Credentials::Nkey(SecretSource::File(_)) | Credentials::Creds(SecretSource::File(_))
        )
    }
}

/// Where a secret text is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretSource {
    /// The text itself.
    Text(Secret),
    /// A file, read again for every attempt to connect, so that it can be renewed while we run.
    File(PathBuf),
}
