//! Credentials: one group, which the first source that says anything replaces as a whole.
//!
//! natscli merges field by field, so that `--creds` does nothing where the context has a user. Here the
//! command line comes before the variables and these before the context, each with all it says and nothing
//! of the others, but for one thing: a user and a password, or a JWT and its seed, may come from two
//! sources, so that the secret half need not stand in a file or in the list of processes.

use super::{ContextFile, Flags, Origin, Sourced, Variables};
use crate::client::Secret;

/// Who we are, and where each value came from. More may be given than is used: [`Group::used`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Group {
    /// User.
    pub user: Option<Sourced<String>>,
    /// Password: literal or URI.
    pub password: Option<Sourced<Secret>>,
    /// Token: literal or URI.
    pub token: Option<Sourced<Secret>>,
    /// Credentials file: path or URI.
    pub creds: Option<Sourced<Secret>>,
    /// What `nsc` is asked for.
    pub nsc: Option<Sourced<String>>,
    /// File with a seed: path or URI.
    pub nkey: Option<Sourced<Secret>>,
    /// User JWT: literal or URI.
    pub jwt: Option<Sourced<Secret>>,
    /// Its seed: literal or URI.
    pub seed: Option<Sourced<Secret>>,
}

/// What of a group is used, beside the token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Used<'a> {
    /// Nothing.
    Nothing,
    /// User and password.
    User(&'a Sourced<String>, Option<&'a Sourced<Secret>>),
    /// The credentials file.
    Creds(&'a Sourced<Secret>),
    /// What nsc knows.
    Nsc(&'a Sourced<String>),
    /// The seed.
    Nkey(&'a Sourced<Secret>),
    /// The JWT, and the seed where there is one.
    Jwt(&'a Sourced<Secret>, Option<&'a Sourced<Secret>>),
}

impl Group {
    /// What the command line says.
    pub(super) fn of_flags(flags: &Flags) -> Group {
        Group {
            user: flag(&flags.user, "--user"),
            password: flag(&flags.password, "--password"),
            token: flag(&flags.token, "--token"),
            creds: flag(&flags.creds, "--creds"),
            nsc: None,
            nkey: flag(&flags.nkey, "--nkey"),
            jwt: flag(&flags.jwt, "--jwt"),
            seed: flag(&flags.seed, "--seed"),
        }
    }

    /// What the variables say.
    pub(super) fn of_variables(variables: &Variables) -> Group {
        let text = |name| {
            let value = variables.get(name)?.to_owned();
            Some(Sourced::new(value, Origin::Variable(name)))
        };
        let secret = |name| text(name).map(secret);
        Group {
            user: text("NATS_USER"),
            password: secret("NATS_PASSWORD"),
            token: secret("NATS_TOKEN"),
            creds: secret("NATS_CREDS"),
            nsc: None,
            nkey: secret("NATS_NKEY"),
            jwt: secret("NATS_JWT"),
            seed: secret("NATS_SEED"),
        }
    }

    /// What a context says.
    pub(super) fn of_context(file: &ContextFile, origin: &Origin) -> Group {
        let secret = |value: &Option<Secret>| sourced(value, origin);
        let text = |value: &Option<String>| sourced(value, origin);
        Group {
            user: text(&file.user),
            password: secret(&file.password),
            token: secret(&file.token),
            creds: secret(&file.creds),
            nsc: text(&file.nsc),
            nkey: secret(&file.nkey),
            jwt: secret(&file.user_jwt),
            seed: secret(&file.user_seed),
        }
    }

    /// Puts the sources together.
    pub(super) fn merge(flags: Group, variables: Group, context: Group) -> Group {
        let (mut group, others) = if flags != Group::default() {
            // The half that is a secret may be left out on the command line.
            let mut flags = flags;
            if flags.user.is_some() {
                flags.password = flags.password.or_else(|| variables.password.clone());
            }
            if flags.jwt.is_some() {
                flags.seed = flags.seed.or_else(|| variables.seed.clone());
            }
            (flags, vec![variables, context])
        } else if variables != Group::default() {
            (variables, vec![context])
        } else {
            return context;
        };
        // A password or a seed says nothing without the half it belongs to.
        for other in others {
            if group.password.is_some() && group.user.is_none() {
                group.user = other.user;
            }
            if group.seed.is_some() && group.jwt.is_none() {
                group.jwt = other.jwt;
            }
        }
        // A user alone is the token (natscli's `--user`), but one in a context is a user.
        if group.password.is_none() && group.token.is_none() {
            group.token = group.user.take().map(secret);
        }
        group
    }

    /// Which of the values is used where there are several, in natscli's order (`NATSOptions`). A token
    /// is sent beside any of them.
    pub fn used(&self) -> Used<'_> {
        if let Some(user) = &self.user {
            Used::User(user, self.password.as_ref())
        } else if let Some(creds) = &self.creds {
            Used::Creds(creds)
        } else if let Some(user) = &self.nsc {
            Used::Nsc(user)
        } else if let Some(nkey) = &self.nkey {
            Used::Nkey(nkey)
        } else if let Some(jwt) = &self.jwt {
            Used::Jwt(jwt, self.seed.as_ref())
        } else {
            Used::Nothing
        }
    }

    /// Who gave what is used.
    fn origins(&self) -> impl Iterator<Item = &Origin> {
        let used = match self.used() {
            Used::Nothing => [None, None],
            Used::User(user, password) => [Some(&user.origin), password.map(|p| &p.origin)],
            Used::Nsc(user) => [Some(&user.origin), None],
            Used::Creds(source) | Used::Nkey(source) => [Some(&source.origin), None],
            Used::Jwt(jwt, seed) => [Some(&jwt.origin), seed.map(|seed| &seed.origin)],
        };
        let token = self.token.as_ref().map(|token| &token.origin);
        used.into_iter().chain([token]).flatten()
    }

    /// Whether any of what is used came from a context.
    pub(super) fn comes_from_a_context(&self) -> bool {
        self.origins()
            .any(|origin| matches!(origin, Origin::Context(_)))
    }

    /// The rank of the first source that gave any of what is used.
    pub(super) fn rank(&self) -> u8 {
        self.origins().map(Origin::rank).max().unwrap_or(0)
    }
}

impl Flags {
    /// Whether the command line names any credentials.
    pub fn name_credentials(&self) -> bool {
        Group::of_flags(self) != Group::default()
    }
}

/// A value of a flag, where it is given.
pub(super) fn flag<T: Clone>(value: &Option<T>, name: &'static str) -> Option<Sourced<T>> {
    sourced(value, &Origin::Flag(name))
}

/// A value, where it is given.
pub(super) fn sourced<T: Clone>(value: &Option<T>, origin: &Origin) -> Option<Sourced<T>> {
    let value = value.clone()?;
    Some(Sourced::new(value, origin.clone()))
}

/// Hides a text.
pub(super) fn secret(text: Sourced<String>) -> Sourced<Secret> {
    Sourced::new(Secret::new(text.value), text.origin)
}
