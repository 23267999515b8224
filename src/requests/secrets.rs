//! What is never written.

use crate::text::glob_matches;

/// Stands in the file for a value that was not written.
pub const HIDDEN: &str = "<hidden>";

/// The headers that hold secrets by custom.
pub const HIDDEN_BY_DEFAULT: [&str; 13] = [
    "Authorization",
    "*-Authorization",
    "*-Auth",
    "*Cookie",
    "*Token",
    "*Secret",
    "*Password",
    "*Passphrase",
    "*Credential",
    "*Credentials",
    "*-Key",
    "*ApiKey",
    "*JWT",
];

/// Which headers hold secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secrets {
    patterns: Vec<String>,
}

impl Secrets {
    /// Headers whose names match one of these patterns: `*` and `?`, letter case aside, `_` counting as
    /// `-`.
    pub fn new(patterns: Vec<String>) -> Secrets {
        Secrets { patterns }
    }

    /// Whether values of this header must not be written.
    pub fn hides(&self, name: &str) -> bool {
        let dashed = |text: &str| text.replace('_', "-");
        let name = dashed(name);
        self.patterns
            .iter()
            .any(|pattern| glob_matches(&dashed(pattern), &name))
    }
}

impl Default for Secrets {
    /// [`HIDDEN_BY_DEFAULT`].
    fn default() -> Secrets {
        Secrets::new(HIDDEN_BY_DEFAULT.map(String::from).into())
    }
}

/// A server URL without user, password or token. Whatever stands before the last `@` goes: a
/// password may hold any character.
pub(super) fn without_user_info(url: &str) -> String {
    match url.rsplit_once('@') {
        None => url.into(),
        Some((before, host)) => match before.split_once("://") {
            Some((scheme, _)) => format!("{scheme}://{host}"),
            None => host.into(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_with_secrets_are_known_by_name() {
        let secrets = Secrets::default();
        for (name, hidden) in [
            ("Authorization", true),
            ("authorization", true),
            ("X-Api-Token", true),
            ("Client-SECRET", true),
            ("Cookie", true),
            ("Set-Cookie", true),
            ("X-API-Key", true),
            ("x_api_key", true),
            ("apikey", true),
            ("Proxy-Authorization", true),
            ("Db-Password", true),
            ("password", true),
            ("token", true),
            ("accessToken", true),
            ("X-Auth", true),
            ("Aws-Credentials", true),
            ("User-JWT", true),
            ("Key", false),
            ("Monkey", false),
            ("Authority", false),
            ("Nats-Msg-Id", false),
            ("Nats-Expected-Last-Sequence", false),
            ("Trace-Id", false),
            ("Tokens", false),
        ] {
            assert_eq!(secrets.hides(name), hidden, "{name}");
        }
        assert!(!Secrets::new(Vec::new()).hides("Authorization"));
    }

    #[test]
    fn the_readme_says_what_is_hidden() {
        let readme = include_str!("../../README.md");
        let list = readme.split("```").find(|block| block.contains("*Cookie"));
        let listed: Vec<&str> = list
            .expect("it is there")
            .split_whitespace()
            .skip(1)
            .collect();

        assert_eq!(listed, HIDDEN_BY_DEFAULT);
    }

    #[test]
    fn user_info_leaves_the_url() {
        for (url, kept) in [
            ("nats://127.0.0.1:4222", "nats://127.0.0.1:4222"),
            ("nats://me:pass@host:4222", "nats://host:4222"),
            ("tls://token@host", "tls://host"),
            ("nats://me:p@ss/w,rd@host", "nats://host"),
            ("me:pass@host", "host"),
            ("nats://a:b@one,nats://c:d@two", "nats://two"),
            ("", ""),
        ] {
            assert_eq!(without_user_info(url), kept, "{url}");
        }
    }
}
