//! Who we say we are, and where the proof comes from.

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

    /// The value, for the one place that sends it.
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

/// Who we say we are. User info in a server's URL wins over all of these.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Credentials {
    /// Nobody in particular.
    #[default]
    None,
    /// A user, and what the server knows them by.
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
    pub(super) fn are_in_a_file(&self) -> bool {
        matches!(
            self,
            Credentials::Nkey(SecretSource::File(_)) | Credentials::Creds(SecretSource::File(_))
        )
    }
}

/// Where a secret text is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretSource {
    /// Here.
    Text(Secret),
    /// In a file, which is read again for every attempt to connect: who renews it need not restart us.
    File(PathBuf),
}
