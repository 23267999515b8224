//! As whom we connect, in words that hold no secret: for whoever was refused.

use super::{Origin, Settings, Sourced, Used, report::shown_path};
use crate::text::quoted;

impl Settings {
    /// Which credentials a server gets and who gave them, such as `the credentials file "u.creds"
    /// (--creds)`; `None` where there are none. Texts may hold anything: make them visible before
    /// showing them.
    pub fn identity(&self) -> Option<String> {
        let group = &self.credentials;
        let in_url = self
            .servers()
            .is_ok_and(|servers| servers.iter().any(|server| server.has_user_info()));
        if in_url && group.rank() <= self.server.origin.rank() {
            return Some(by("the user info of the URL", &self.server));
        }
        let first = match group.used() {
            Used::Nothing => None,
            Used::User(user, Some(password)) if user.origin == password.origin => {
                let origin = &user.origin;
                Some(format!(
                    "the user {} and the password ({origin})",
                    quoted(&user.value)
                ))
            }
            Used::User(user, password) => {
                let user = by(&format!("the user {}", quoted(&user.value)), user);
                let password = password.map(|password| by("the password", password));
                Some(both(user, password))
            }
            Used::Creds(creds) => {
                let path = shown_path(&creds.value);
                Some(by(
                    &format!("the credentials file {}", quoted(&path)),
                    creds,
                ))
            }
            Used::Nsc(user) => Some(by(
                &format!("the user {} of nsc", quoted(&user.value)),
                user,
            )),
            Used::Nkey(nkey) => {
                let path = shown_path(&nkey.value);
                Some(by(&format!("the nkey seed file {}", quoted(&path)), nkey))
            }
            Used::Jwt(jwt, seed) => {
                let seed = seed.map(|seed| by("its seed", seed));
                Some(both(by("the user JWT", jwt), seed))
            }
        };
        let token = group.token.as_ref().map(|token| match token.origin {
            // A user alone is the token.
            Origin::Flag("--user") | Origin::Variable("NATS_USER") => {
                format!(
                    "the token ({}, which is one without a password)",
                    token.origin
                )
            }
            _ => by("the token", token),
        });
        match first {
            Some(first) => Some(both(first, token)),
            None => token,
        }
    }
}

fn by<T>(what: &str, given: &Sourced<T>) -> String {
    format!("{what} ({})", given.origin)
}

fn both(first: String, second: Option<String>) -> String {
    match second {
        Some(second) => format!("{first} and {second}"),
        None => first,
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        client::Secret,
        context::{Environment, Flags, resolve},
    };

    fn identity(flags: Flags, variables: &[(&str, &str)]) -> Option<String> {
        let environment = Environment {
            variables: variables.iter().copied().collect(),
            home: None,
            working_directory: "/here".into(),
        };
        resolve(&flags, &environment).unwrap().identity()
    }

    fn secret(text: &str) -> Option<Secret> {
        Some(Secret::new(text))
    }

    #[test]
    fn what_a_server_gets_is_named_with_its_source_and_without_a_secret() {
        let none = Flags::default;
        let table = [
            (none(), &[][..], None),
            (
                Flags {
                    creds: secret("u.creds"),
                    ..none()
                },
                &[],
                Some("the credentials file \"u.creds\" (--creds)"),
            ),
            (
                Flags {
                    nkey: secret("~/n.nk"),
                    ..none()
                },
                &[],
                Some("the nkey seed file \"~/n.nk\" (--nkey)"),
            ),
            (
                Flags {
                    token: secret("SECRET"),
                    ..none()
                },
                &[],
                Some("the token (--token)"),
            ),
            (
                Flags {
                    user: Some("SECRET".into()),
                    ..none()
                },
                &[],
                Some("the token (--user, which is one without a password)"),
            ),
            (
                Flags {
                    user: Some("me".into()),
                    password: secret("SECRET"),
                    ..none()
                },
                &[],
                Some("the user \"me\" (--user) and the password (--password)"),
            ),
            (
                Flags {
                    user: Some("me".into()),
                    ..none()
                },
                &[("NATS_PASSWORD", "SECRET")],
                Some("the user \"me\" (--user) and the password (NATS_PASSWORD)"),
            ),
            (
                Flags {
                    jwt: secret("SECRET"),
                    ..none()
                },
                &[("NATS_SEED", "SECRET")],
                Some("the user JWT (--jwt) and its seed (NATS_SEED)"),
            ),
            (
                Flags {
                    server: secret("nats://me:SECRET@h"),
                    ..none()
                },
                &[],
                Some("the user info of the URL (--server)"),
            ),
            (
                Flags {
                    creds: secret("u.creds"),
                    ..none()
                },
                &[("NATS_URL", "nats://SECRET@h")],
                Some("the credentials file \"u.creds\" (--creds)"),
            ),
            (
                none(),
                &[("NATS_CREDS", "v.creds")],
                Some("the credentials file \"v.creds\" (NATS_CREDS)"),
            ),
        ];
        for (flags, variables, expected) in table {
            assert_eq!(identity(flags, variables).as_deref(), expected);
        }
    }
}
