//! Another context or server, chosen while the program runs.
//!
//! What the program was started with named one place to connect to, and its credentials. Who chooses
//! another place afterwards replaces all of that: nothing that was given for one server is carried to
//! another one. So the precedence of a choice is
//!
//! ```text
//! the choice (context or server URL)   instead of --server, --context, credentials, TLS, --colors, --js-*
//!                                      and of NATS_URL, NATS_CONTEXT, NATS_USER and the like
//! flags > variables                    for what is ours alone: --name, --timeout, --inbox-prefix,
//!                                      --socks-proxy
//! the chosen context > defaults        for all the rest
//! ```
//!
//! A server URL is chosen within the context in force, as `--server` beside `--context` is: credentials
//! of the context are asked about before they go to another place ([`Withheld`](super::Withheld)). A
//! context that has none to send there is left instead, since it says nothing about that place.

use super::{Environment, Error, Flags, Origin, Settings, resolve};
use crate::client::Secret;

/// The variables that say where to connect, as whom, and how that place looks.
const OF_A_PLACE: [&str; 13] = [
    "NATS_URL",
    "NATS_CONTEXT",
    "NATS_USER",
    "NATS_PASSWORD",
    "NATS_TOKEN",
    "NATS_CREDS",
    "NATS_NKEY",
    "NATS_JWT",
    "NATS_SEED",
    "NATS_CERT",
    "NATS_KEY",
    "NATS_CA",
    "NATS_COLOR",
];

/// Where somebody wants to be connected.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// The place.
    pub to: To,
    /// Whether its context is left out, with its credentials.
    pub without_context: bool,
}

/// A place to connect to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum To {
    /// Where the program was started, with all flags and variables.
    #[default]
    Start,
    /// A context: a name, or the path of a file that ends in `.json`.
    Context(String),
    /// One server URL, or several separated by commas.
    Server {
        /// The URLs. May hold user info.
        servers: Secret,
        /// The context in force where they were chosen.
        context: Option<String>,
    },
}

impl Choice {
    /// A context, by its name or path.
    pub fn context(name: impl Into<String>) -> Choice {
        Choice {
            to: To::Context(name.into()),
            without_context: false,
        }
    }

    /// What is in force for this choice, in a program that was started with these flags. Reads the
    /// context's file and nothing else.
    ///
    /// # Errors
    /// As [`resolve()`].
    pub fn resolve(&self, flags: &Flags, environment: &Environment) -> Result<Settings, Error> {
        if let (To::Server { .. }, false) = (&self.to, self.without_context) {
            let within = self.resolve_as_it_is(flags, environment)?;
            let keeps_context = !within.goes_elsewhere()? || within.would_withhold()?.is_some();
            if keeps_context {
                return Ok(within);
            }
            return self.alone().resolve_as_it_is(flags, environment);
        }
        self.resolve_as_it_is(flags, environment)
    }

    /// The same without its context.
    pub fn alone(&self) -> Choice {
        Choice {
            without_context: true,
            ..self.clone()
        }
    }

    fn resolve_as_it_is(
        &self,
        flags: &Flags,
        environment: &Environment,
    ) -> Result<Settings, Error> {
        let (server, context) = match &self.to {
            To::Start => {
                let no_context = flags.no_context || self.without_context;
                let flags = Flags {
                    no_context,
                    ..flags.clone()
                };
                return resolve(&flags, environment);
            }
            To::Context(name) => (None, Some(name)),
            To::Server { servers, context } => (Some(servers), context.as_ref()),
        };
        let context = context.filter(|_| !self.without_context);
        let flags = Flags {
            server: server.cloned(),
            no_context: context.is_none(),
            context: context.cloned(),
            name: flags.name.clone(),
            timeout: flags.timeout,
            inbox_prefix: flags.inbox_prefix.clone(),
            socks_proxy: flags.socks_proxy.clone(),
            ..Flags::default()
        };
        let variables = &environment.variables;
        let ours = Environment {
            variables: variables.keeping(|name| !OF_A_PLACE.contains(&name)),
            ..environment.clone()
        };
        let mut settings = resolve(&flags, &ours).map_err(chosen)?;
        if server.is_some() {
            settings.server.origin = Origin::Chosen;
        }
        if let Some(context) = &mut settings.context {
            context.origin = Origin::Chosen;
        }
        // A context may refer to any variable, also to one that says nothing by itself here.
        settings.environment = environment.clone();
        Ok(settings)
    }
}

/// Who chose on the screen gave no flag.
fn chosen(error: Error) -> Error {
    match error {
        Error::UnknownContext { name, known, .. } => Error::UnknownContext {
            origin: Origin::Chosen,
            name,
            known,
        },
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path, time::Duration};

    use super::*;

    /// A home with contexts, and variables that name another place altogether.
    fn world(folder: &Path, contexts: &[(&str, &str)]) -> Environment {
        let contexts_folder = folder.join("nats/context");
        fs::create_dir_all(&contexts_folder).unwrap();
        for (name, text) in contexts {
            fs::write(contexts_folder.join(format!("{name}.json")), text).unwrap();
        }
        let variables = [
            ("XDG_CONFIG_HOME", folder.to_str().unwrap()),
            ("NATS_URL", "variable:1"),
            ("NATS_USER", "variable"),
            ("NATS_PASSWORD", "variable"),
            ("NATS_TIMEOUT", "7s"),
        ];
        Environment {
            variables: variables.into_iter().collect(),
            home: None,
            working_directory: folder.to_path_buf(),
        }
    }

    fn flags() -> Flags {
        Flags {
            server: Some(Secret::new("flag:1")),
            user: Some("flag".into()),
            password: Some(Secret::new("flag")),
            tls_insecure: true,
            name: Some("me".into()),
            inbox_prefix: Some("_MINE".into()),
            ..Flags::default()
        }
    }

    const STAGING: (&str, &str) = (
        "staging",
        r#"{"url": "nats://staging:4222", "user": "s", "password": "env://NATS_PASSWORD"}"#,
    );

    fn server(servers: &str, context: Option<&str>) -> Choice {
        Choice {
            to: To::Server {
                servers: Secret::new(servers),
                context: context.map(str::to_owned),
            },
            without_context: false,
        }
    }

    #[test]
    fn a_chosen_context_replaces_what_names_a_place_and_leaves_what_is_ours() {
        let folder = tempfile::tempdir().unwrap();
        let environment = world(folder.path(), &[STAGING]);
        let settings = Choice::context("staging")
            .resolve(&flags(), &environment)
            .unwrap();
        let resolved = settings.resolved().unwrap();
        assert_eq!(
            resolved.options.servers[0].to_string(),
            "nats://staging:4222"
        );
        assert_eq!(resolved.withheld, None);
        assert!(!settings.tls.insecure.value);
        assert_eq!(settings.credentials.user.unwrap().value, "s");
        assert_eq!(settings.name.value, "me");
        assert_eq!(settings.inbox_prefix.value, "_MINE");
        assert_eq!(settings.timeout.value, Duration::from_secs(7));
    }

    #[test]
    fn a_reference_of_a_chosen_context_reads_any_variable() {
        let folder = tempfile::tempdir().unwrap();
        let environment = world(folder.path(), &[STAGING]);
        let settings = Choice::context("staging")
            .resolve(&flags(), &environment)
            .unwrap();
        let crate::client::Credentials::UserPassword { password, .. } =
            settings.resolved().unwrap().options.credentials
        else {
            panic!("a user and a password");
        };
        assert_eq!(password.unwrap().reveal(), "variable");
    }

    #[test]
    fn the_start_can_be_chosen_again_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let environment = world(folder.path(), &[STAGING]);
        let settings = Choice::default().resolve(&flags(), &environment).unwrap();
        assert_eq!(settings.server.value.reveal(), "flag:1");
        assert_eq!(settings.credentials.user.unwrap().value, "flag");
    }

    #[test]
    fn a_server_keeps_the_context_only_where_that_has_a_say() {
        let folder = tempfile::tempdir().unwrap();
        let open = ("open", r#"{"url": "nats://open:4222"}"#);
        let environment = world(folder.path(), &[STAGING, open]);
        let table = [
            ("staging:4222", Some("staging"), Some("staging"), false),
            ("other:4222", Some("staging"), Some("staging"), true),
            ("nats://u:p@other:4222", Some("staging"), None, false),
            ("other:4222", Some("open"), None, false),
            ("other:4222", None, None, false),
        ];
        for (servers, context, expected, withheld) in table {
            let settings = server(servers, context)
                .resolve(&flags(), &environment)
                .unwrap();
            assert_eq!(settings.context_name().as_deref(), expected, "{servers}");
            let resolved = settings.resolved().unwrap();
            assert_eq!(resolved.withheld.is_some(), withheld, "{servers}");
        }
    }

    #[test]
    fn without_its_context_a_server_gets_no_credentials() {
        let folder = tempfile::tempdir().unwrap();
        let environment = world(folder.path(), &[STAGING]);
        let alone = server("other:4222", Some("staging")).alone();
        let settings = alone.resolve(&flags(), &environment).unwrap();
        assert_eq!(settings.context_name(), None);
        assert_eq!(settings.credentials, super::super::Group::default());
    }

    #[test]
    fn a_context_that_is_gone_is_named_and_no_flag_is_blamed() {
        let folder = tempfile::tempdir().unwrap();
        let environment = world(folder.path(), &[STAGING]);
        let error = Choice::context("gone").resolve(&flags(), &environment);
        let text = error.unwrap_err().to_string();
        assert!(
            text.starts_with("chosen here: there is no context \"gone\""),
            "{text}"
        );
    }
}
