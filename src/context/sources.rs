//! Where values come from: what each source says, and the name of the source.

use std::{
    collections::HashMap,
    ffi::{OsStr, OsString},
    fmt,
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use super::ColorScheme;
use crate::{client::Secret, text::quoted};

/// What the command line says; `None` or `false` where a flag is not given.
#[derive(Clone, Debug, Default)]
pub struct Flags {
    /// `--server`: one URL, or several separated by commas. May hold user info.
    pub server: Option<Secret>,
    /// `--context`: a name, or the path of a file that ends in `.json`.
    pub context: Option<String>,
    /// `--no-context`: not even the selected one.
    pub no_context: bool,
    /// `--user`
    pub user: Option<String>,
    /// `--password`: literal or URI.
    pub password: Option<Secret>,
    /// `--token`: literal or URI.
    pub token: Option<Secret>,
    /// `--creds`: path or URI.
    pub creds: Option<Secret>,
    /// `--nkey`: path or URI.
    pub nkey: Option<Secret>,
    /// `--jwt`: literal or URI.
    pub jwt: Option<Secret>,
    /// `--seed`: literal or URI.
    pub seed: Option<Secret>,
    /// `--tlscert`
    pub tls_cert: Option<String>,
    /// `--tlskey`
    pub tls_key: Option<String>,
    /// `--tlsca`
    pub tls_ca: Option<String>,
    /// `--tlsfirst`
    pub tls_first: bool,
    /// `--tls-insecure`
    pub tls_insecure: bool,
    /// `--socks-proxy`; `none` and `-` clear what others say.
    pub socks_proxy: Option<Secret>,
    /// `--inbox-prefix`
    pub inbox_prefix: Option<String>,
    /// `--js-domain`
    pub js_domain: Option<String>,
    /// `--js-api-prefix`
    pub js_api_prefix: Option<String>,
    /// `--js-event-prefix`
    pub js_event_prefix: Option<String>,
    /// `--colors`
    pub colors: Option<ColorScheme>,
    /// `--timeout`
    pub timeout: Option<Duration>,
    /// `--name`
    pub name: Option<String>,
    /// `--send-credentials-to`: `HOST:PORT`, each.
    pub send_credentials_to: Vec<String>,
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

    /// Those whose names are kept.
    pub fn keeping(&self, keep: impl Fn(&str) -> bool) -> Variables {
        let kept = self.0.iter().filter(|(name, _)| keep(name));
        Variables(kept.map(|(n, v)| (n.clone(), v.clone())).collect())
    }

    /// All of them, also the empty ones: what a program that we run gets.
    pub(super) fn all(&self) -> impl Iterator<Item = (&String, &OsStr)> {
        self.0.iter().map(|(name, value)| (name, value.as_ref()))
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

/// What surrounds the program: nothing here is asked of the process, so that tests need not change it.
/// The default is an empty world: no variables, no contexts.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    /// The environment variables.
    pub variables: Variables,
    /// The home directory, which `~` stands for.
    pub home: Option<PathBuf>,
    /// Where relative paths begin.
    pub working_directory: PathBuf,
}

/// Which source a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Origin {
    /// A flag, by its long name with the dashes.
    Flag(&'static str),
    /// An environment variable, by its name.
    Variable(&'static str),
    /// A context, by its name.
    Context(Arc<str>),
    /// A person, while the program runs.
    Chosen,
    /// The file that says which context is selected.
    Selected,
    /// Nobody said anything.
    Default,
}

impl Origin {
    /// The more explicit, the higher.
    pub(super) fn rank(&self) -> u8 {
        match self {
            Origin::Flag(_) | Origin::Chosen => 3,
            Origin::Variable(_) => 2,
            Origin::Context(_) | Origin::Selected => 1,
            Origin::Default => 0,
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Flag(name) | Origin::Variable(name) => f.write_str(name),
            // A file name may hold anything.
            Origin::Context(name) => write!(f, "context {}", quoted(&**name)),
            Origin::Chosen => f.write_str("chosen here"),
            Origin::Selected => f.write_str("selected"),
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
