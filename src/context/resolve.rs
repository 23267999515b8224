//! From flags and variables to one set of settings.

use std::time::Duration;

use thiserror::Error as ThisError;

use super::{BadDuration, Flags, Origin, Sourced, Variables, parse_duration};
use crate::client::{self, Options, Secret};

/// The server where nobody names one (natscli's default).
const SERVER: &str = "nats://127.0.0.1:4222";
/// The client's name where nobody gives one.
const NAME: &str = "goingnats";
/// The time to wait for a reply where nobody says (natscli's default).
const TIMEOUT: Duration = Duration::from_secs(5);
/// What inbox subjects begin with where nobody says.
const INBOX_PREFIX: &str = "_INBOX";

/// How to connect: every value in force, and where it came from.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The client's name.
    pub name: Sourced<String>,
    /// One server URL, or several separated by commas. May hold user info: show
    /// [`Options::servers`] instead.
    pub server: Sourced<Secret>,
    /// User.
    pub user: Option<Sourced<String>>,
    /// Password.
    pub password: Option<Sourced<Secret>>,
    /// Token.
    pub token: Option<Sourced<Secret>>,
    /// What inbox subjects begin with.
    pub inbox_prefix: Sourced<String>,
    /// The time to wait for a reply; never the time to dial.
    pub timeout: Sourced<Duration>,
}

/// Why the sources do not make settings.
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
    /// The name or the server URL cannot be used.
    #[error("{origin}: {error}")]
    Client {
        /// Where the value came from.
        origin: Origin,
        /// What is wrong with it.
        error: client::Error,
    },
}

/// Puts the sources together: a flag before its variable before the default.
///
/// User, password and token are one group. Where the command line has any of them, those of the
/// variables are left aside, so that a `NATS_TOKEN` from a profile never travels with `--user`; only
/// the half of user and password that the command line leaves out is still taken from its variable,
/// so that a password need not stand in the list of processes. A user without any password is sent
/// as the token, as natscli does.
///
/// # Errors
/// [`Error`] names the source and the reason.
pub fn resolve(flags: &Flags, variables: &Variables) -> Result<Settings, Error> {
    let (user, password, token) = credentials(flags, variables)?;
    Ok(Settings {
        name: pick(flags.name.clone(), "--name", None, NAME.to_owned()),
        server: pick(
            flags.server.clone().map(Secret::new),
            "--server",
            variable(variables, "NATS_URL").map(secret),
            Secret::new(SERVER),
        ),
        user,
        password,
        token,
        inbox_prefix: pick(
            flags.inbox_prefix.clone(),
            "--inbox-prefix",
            variable(variables, "NATS_INBOX_PREFIX"),
            INBOX_PREFIX.to_owned(),
        ),
        timeout: pick(flags.timeout, "--timeout", timeout(variables)?, TIMEOUT),
    })
}

impl Settings {
    /// What the client takes. All else in the options is the client's default.
    ///
    /// # Errors
    /// [`Error::Client`] where the name is empty or a server URL cannot be read.
    pub fn options(&self) -> Result<Options, Error> {
        let options = Options::new(&self.name.value, self.server.value.reveal());
        let options = options.map_err(|error| Error::Client {
            origin: match error {
                client::Error::NoName => self.name.origin,
                _ => self.server.origin,
            },
            error,
        })?;
        Ok(Options {
            credentials: match self.user.clone() {
                Some(user) => client::Credentials::UserPassword {
                    user: user.value,
                    password: self.password.clone().map(|password| password.value),
                },
                None => client::Credentials::None,
            },
            token: self.token.clone().map(|token| token.value),
            inbox_prefix: self.inbox_prefix.value.clone(),
            ..options
        })
    }
}

type Credentials = (
    Option<Sourced<String>>,
    Option<Sourced<Secret>>,
    Option<Sourced<Secret>>,
);

fn credentials(flags: &Flags, variables: &Variables) -> Result<Credentials, Error> {
    let flag_token = flag(flags.token.clone(), "--token");
    let flag_user = flag(flags.user.clone(), "--user");
    let flag_password = flag(flags.password.clone(), "--password");
    let token = || variable(variables, "NATS_TOKEN").map(secret);
    let user = || variable(variables, "NATS_USER");
    let password = || variable(variables, "NATS_PASSWORD").map(secret);

    let (user, password, token) = if flag_user.is_some() || flag_password.is_some() {
        let user = flag_user.or_else(user);
        (user, flag_password.or_else(password), flag_token)
    } else if flag_token.is_some() {
        (None, None, flag_token)
    } else {
        (user(), password(), token())
    };

    match (user, password, token) {
        (None, Some(password), _) => Err(Error::PasswordWithoutUser {
            origin: password.origin,
        }),
        (Some(user), None, None) => Ok((None, None, Some(secret(user)))),
        credentials => Ok(credentials),
    }
}

fn timeout(variables: &Variables) -> Result<Option<Sourced<Duration>>, Error> {
    const NAME: &str = "NATS_TIMEOUT";
    let parsed = variable(variables, NAME).map(|text| match parse_duration(&text.value) {
        Ok(value) => Ok(Sourced::new(value, text.origin)),
        Err(error) => Err(Error::Duration {
            variable: NAME,
            error,
        }),
    });
    parsed.transpose()
}

fn pick<T>(
    flag_value: Option<T>,
    flag_name: &'static str,
    variable: Option<Sourced<T>>,
    default: T,
) -> Sourced<T> {
    flag(flag_value, flag_name)
        .or(variable)
        .unwrap_or(Sourced::new(default, Origin::Default))
}

fn flag<T>(value: Option<T>, name: &'static str) -> Option<Sourced<T>> {
    value.map(|value| Sourced::new(value, Origin::Flag(name)))
}

fn variable(variables: &Variables, name: &'static str) -> Option<Sourced<String>> {
    let value = variables.get(name)?.to_owned();
    Some(Sourced::new(value, Origin::Variable(name)))
}

fn secret(text: Sourced<String>) -> Sourced<Secret> {
    Sourced::new(Secret::new(text.value), text.origin)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `user`, `password`, `token`, each with its origin.
    fn credentials_of(flags: &[(&str, &str)], variables: &[(&str, &str)]) -> [String; 3] {
        let value = |name| {
            let found = flags.iter().find(|(flag, _)| *flag == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        let flags = Flags {
            user: value("--user"),
            password: value("--password").map(Secret::new),
            token: value("--token").map(Secret::new),
            ..Flags::default()
        };
        let settings = resolve(&flags, &variables.iter().copied().collect()).unwrap();
        let shown = |value: &str, origin| format!("{value} by {origin}");
        let secret = |secret: Option<Sourced<Secret>>| {
            secret.map_or_else(String::new, |s| shown(s.value.reveal(), s.origin))
        };
        [
            settings
                .user
                .map_or_else(String::new, |user| shown(&user.value, user.origin)),
            secret(settings.password),
            secret(settings.token),
        ]
    }

    #[test]
    fn credentials_are_one_group_and_the_command_line_replaces_it() {
        type Pairs<'a> = &'a [(&'a str, &'a str)];
        let table: [(Pairs, Pairs, [&str; 3]); 9] = [
            (&[], &[], ["", "", ""]),
            (
                &[],
                &[
                    ("NATS_USER", "u"),
                    ("NATS_PASSWORD", "p"),
                    ("NATS_TOKEN", "t"),
                ],
                ["u by NATS_USER", "p by NATS_PASSWORD", "t by NATS_TOKEN"],
            ),
            (&[], &[("NATS_USER", "u")], ["", "", "u by NATS_USER"]),
            (&[("--user", "U")], &[], ["", "", "U by --user"]),
            (
                &[("--user", "U"), ("--password", "P")],
                &[("NATS_TOKEN", "t")],
                ["U by --user", "P by --password", ""],
            ),
            (
                &[("--token", "T")],
                &[("NATS_USER", "u"), ("NATS_PASSWORD", "p")],
                ["", "", "T by --token"],
            ),
            (
                &[("--user", "U")],
                &[("NATS_PASSWORD", "p"), ("NATS_TOKEN", "t")],
                ["U by --user", "p by NATS_PASSWORD", ""],
            ),
            (
                &[("--password", "P")],
                &[("NATS_USER", "u")],
                ["u by NATS_USER", "P by --password", ""],
            ),
            (
                &[],
                &[("NATS_USER", ""), ("NATS_TOKEN", "t")],
                ["", "", "t by NATS_TOKEN"],
            ),
        ];
        for (flags, variables, expected) in table {
            assert_eq!(
                credentials_of(flags, variables),
                expected,
                "{flags:?} {variables:?}"
            );
        }
    }

    #[test]
    fn a_flag_wins_over_its_variable_and_a_variable_over_the_default() {
        let variables: Variables = [
            ("NATS_URL", "nats://variable"),
            ("NATS_TIMEOUT", "1m"),
            ("NATS_INBOX_PREFIX", ""),
        ]
        .into_iter()
        .collect();
        let flags = Flags {
            server: Some("nats://flag".to_owned()),
            ..Flags::default()
        };

        let settings = resolve(&flags, &variables).unwrap();
        assert_eq!(settings.server.value.reveal(), "nats://flag");
        assert_eq!(settings.server.origin, Origin::Flag("--server"));
        assert_eq!(settings.timeout.value, Duration::from_secs(60));
        assert_eq!(settings.timeout.origin, Origin::Variable("NATS_TIMEOUT"));
        assert_eq!(settings.inbox_prefix.value, "_INBOX");
        assert_eq!(settings.inbox_prefix.origin, Origin::Default);
        assert_eq!(settings.name.value, "goingnats");
    }

    #[test]
    fn what_cannot_be_used_is_refused_by_the_name_of_its_source() {
        let table = [
            (("NATS_TIMEOUT", "soon"), "NATS_TIMEOUT: \"soon\""),
            (("NATS_PASSWORD", "hunter2"), "NATS_PASSWORD needs a user"),
        ];
        for (variable, expected) in table {
            let error = resolve(&Flags::default(), &[variable].into_iter().collect()).unwrap_err();
            let sentence = error.to_string();
            assert!(sentence.starts_with(expected), "{sentence}");
            assert!(!format!("{error:?} {sentence}").contains("hunter2"));
        }
    }

    #[test]
    fn an_empty_name_is_refused_by_the_name_of_its_flag() {
        let flags = Flags {
            name: Some(String::new()),
            ..Flags::default()
        };
        let settings = resolve(&flags, &Variables::default()).unwrap();
        let error = settings.options().unwrap_err().to_string();
        assert!(error.starts_with("--name: "), "{error}");
    }

    #[test]
    fn nothing_shown_holds_a_secret() {
        let variables: Variables = [
            ("NATS_URL", "nats://u:hunter2@h"),
            ("NATS_USER", "u"),
            ("NATS_PASSWORD", "hunter2"),
            ("NATS_TOKEN", "hunter2"),
        ]
        .into_iter()
        .collect();
        let settings = resolve(&Flags::default(), &variables).unwrap();
        let shown = format!("{settings:?} {variables:?}");
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}
