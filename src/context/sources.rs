//! Where values come from: what each source says, and the name of the source.

use std::{collections::HashMap, ffi::OsString, fmt, time::Duration};

use crate::client::Secret;

/// What the command line says; `None` where a flag is not given.
#[derive(Clone, Default)]
pub struct Flags {
    /// `--server`: one URL, or several separated by commas. May hold user info.
    pub server: Option<String>,
    /// `--user`
    pub user: Option<String>,
    /// `--password`
    pub password: Option<Secret>,
    /// `--token`
    pub token: Option<Secret>,
    /// `--inbox-prefix`
    pub inbox_prefix: Option<String>,
    /// `--timeout`
    pub timeout: Option<Duration>,
    /// `--name`
    pub name: Option<String>,
}

/// The environment variables, as a value. One that is set but empty counts as not set (fisk's
/// `HasEnvarValue`).
#[derive(Clone, Default)]
pub struct Variables(HashMap<String, OsString>);

impl Variables {
    /// The value of a variable; `None` where it is not set, empty, or not text.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.raw(name)?.to_str()
    }

    /// As [`Variables::get`], for paths: they need not be text.
    pub fn raw(&self, name: &str) -> Option<&OsString> {
        self.0.get(name).filter(|value| !value.is_empty())
    }
}

impl<N: Into<OsString>, V: Into<OsString>> FromIterator<(N, V)> for Variables {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(variables: I) -> Variables {
        let text = |(name, value): (N, V)| Some((name.into().into_string().ok()?, value.into()));
        Variables(variables.into_iter().filter_map(text).collect())
    }
}

/// Shows names only: values may be secrets.
impl fmt::Debug for Variables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// Which source a value came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Origin {
    /// A flag, by its long name with the dashes.
    Flag(&'static str),
    /// An environment variable, by its name.
    Variable(&'static str),
    /// Nobody said anything.
    Default,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Flag(name) | Origin::Variable(name) => f.write_str(name),
            Origin::Default => f.write_str("default"),
        }
    }
}

/// A value and where it came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sourced<T> {
    /// The value in force.
    pub value: T,
    /// Who said so.
    pub origin: Origin,
}

impl<T> Sourced<T> {
    /// A value of a source.
    pub fn new(value: T, origin: Origin) -> Sourced<T> {
        Sourced { value, origin }
    }
}
