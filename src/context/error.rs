//! Why the sources do not make settings, and what to say where they do all the same.

use std::path::PathBuf;

use thiserror::Error as ThisError;

use super::{Origin, UnknownColorScheme, Withheld};
use crate::{
    client,
    text::{BadDuration, quoted},
};

/// Why the sources do not make settings. Holds no secret.
#[derive(Clone, Debug, PartialEq, Eq, ThisError)]
#[non_exhaustive]
pub enum Error {
    /// A variable that should be a duration is none.
    #[error("{variable}: {error}")]
    Duration {
        /// The variable's name.
        variable: &'static str,
        /// What is wrong with its value.
        error: BadDuration,
    },
    /// There is a password and nobody it belongs to.
    #[error("{origin} needs a user: give --user or NATS_USER as well")]
    PasswordWithoutUser {
        /// Where the password came from.
        origin: Origin,
    },
    /// There is a seed and nothing that it proves.
    #[error(
        "{origin} needs a JWT: give --jwt or NATS_JWT as well, or the seed alone as --nkey FILE"
    )]
    SeedWithoutJwt {
        /// Where the seed came from.
        origin: Origin,
    },
    /// The context that somebody asked for does not exist.
    #[error("{origin}: there is no context {}; {}", quoted(name), those(known))]
    UnknownContext {
        /// Who asked for it.
        origin: Origin,
        /// The name, or a path.
        name: String,
        /// The names that exist.
        known: Vec<String>,
    },
    /// A context's file cannot be used.
    #[error("context file {} {reason}", quoted(path))]
    Context {
        /// The file.
        path: PathBuf,
        /// Why, as the end of the sentence.
        reason: String,
    },
    /// A value cannot be used.
    #[error("{origin}: {key} {reason}")]
    Value {
        /// Who gave it.
        origin: Origin,
        /// The key, as natscli's files have it.
        key: &'static str,
        /// Why, as the end of the sentence.
        reason: String,
    },
    /// The name or the server URL cannot be used.
    #[error("{origin}: {error}")]
    Client {
        /// Where the value came from.
        origin: Origin,
        /// What is wrong with it.
        error: client::Error,
    },
    /// The credentials of a context were about to go elsewhere.
    #[error("{0}")]
    Withheld(Box<Withheld>),
}

fn those(known: &[String]) -> String {
    match known {
        [] => "there are none".to_owned(),
        known => {
            let known: Vec<String> = known.iter().map(quoted).collect();
            format!("there are {}", known.join(", "))
        }
    }
}

/// What is worth saying although there are settings.
#[derive(Clone, Debug, PartialEq, Eq, ThisError)]
#[non_exhaustive]
pub enum Warning {
    /// The selected context does not exist.
    #[error(
        "the selected context {} does not exist, going on without ({} names it)",
        quoted(name),
        quoted(selection)
    )]
    Dangling {
        /// Its name.
        name: String,
        /// The file that names it.
        selection: PathBuf,
    },
    /// A colour is none of natscli's.
    #[error("{origin}: color_scheme {error}")]
    ColorScheme {
        /// Who gave it.
        origin: Origin,
        /// What is wrong with it.
        error: UnknownColorScheme,
    },
    /// Half of a client certificate.
    #[error("{origin}: a client certificate needs both, --tlscert and --tlskey; it is not used")]
    HalfCertificate {
        /// Who gave the half.
        origin: Origin,
    },
}
