//! From flags, variables and a context to one set of settings.

use std::{path::PathBuf, sync::Arc, time::Duration};

use super::{
    ColorScheme, ContextFile, Environment, Error, Flags, Folder, Group, Origin, Place, Sourced,
    Variables, Warning,
    folder::load,
    group::{flag, secret, sourced},
};
use crate::{client::Secret, text::duration};

/// The server where nobody names one (natscli's default).
pub const SERVER: &str = "nats://127.0.0.1:4222";
/// The client's name where nobody gives one.
const NAME: &str = "goingnats";
/// The time to wait for a reply where nobody says (natscli's default).
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(5);
/// What inbox subjects begin with where nobody says.
const INBOX_PREFIX: &str = "_INBOX";

/// How to connect: every value in force, and where it came from. References (`env://` …) stand here as
/// they were given; [`Settings::resolved`] follows them.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The context, where there is one.
    pub context: Option<Chosen>,
    /// The client's name.
    pub name: Sourced<String>,
    /// One server URL, or several separated by commas. May hold user info: show
    /// [`shown_servers`](super::shown_servers) instead.
    pub server: Sourced<Secret>,
    /// Who we are.
    pub credentials: Group,
    /// How TLS is spoken.
    pub tls: TlsSettings,
    /// A proxy, which is not supported: [`Settings::resolved`] refuses it.
    pub socks_proxy: Option<Sourced<Secret>>,
    /// A certificate store of Windows, which is not supported either.
    pub windows_cert_store: Option<Sourced<String>>,
    /// What inbox subjects begin with.
    pub inbox_prefix: Sourced<String>,
    /// The time to wait for a reply; never the time to dial.
    pub timeout: Sourced<Duration>,
    /// Where JetStream is.
    pub jetstream: Jetstream,
    /// The colour of the context.
    pub color_scheme: Option<Sourced<ColorScheme>>,
    /// What the person should hear, in the order found.
    pub warnings: Vec<Warning>,
    /// Where the credentials of a context may go beside its own servers.
    pub(super) also_for: Vec<Place>,
    /// What references are followed in.
    pub(super) environment: Environment,
}

impl Settings {
    /// The name of the context, where there is one.
    pub fn context_name(&self) -> Option<String> {
        self.context
            .as_ref()
            .map(|context| context.name.to_string())
    }

    /// The context as `--context` takes it: the path of its file, else its name.
    pub fn context_argument(&self) -> Option<String> {
        let context = self.context.as_ref()?;
        let path = context.path.to_str().map(str::to_owned);
        Some(path.unwrap_or_else(|| context.name.to_string()))
    }
}

/// The context that is in force.
#[derive(Clone, Debug)]
pub struct Chosen {
    /// Its name.
    pub name: Arc<str>,
    /// Who chose it.
    pub origin: Origin,
    /// Its file.
    pub path: PathBuf,
    /// What it says for people.
    pub description: Option<String>,
    /// The servers that its credentials are for, where it names some.
    pub(super) url: Option<Secret>,
}

/// How TLS is spoken: paths as they were given.
#[derive(Clone, Debug)]
pub struct TlsSettings {
    /// Client certificate.
    pub cert: Option<Sourced<String>>,
    /// Its key.
    pub key: Option<Sourced<String>>,
    /// Certificate authorities, in place of the system's.
    pub ca: Option<Sourced<String>>,
    /// TLS before the server's first word.
    pub first: Sourced<bool>,
    /// Any certificate will do.
    pub insecure: Sourced<bool>,
}

/// Where JetStream is.
#[derive(Clone, Debug, Default)]
pub struct Jetstream {
    /// Its domain; wins over the prefix.
    pub domain: Option<Sourced<String>>,
    /// What subjects of its API begin with.
    pub api_prefix: Option<Sourced<String>>,
    /// What subjects of its advisories begin with.
    pub event_prefix: Option<Sourced<String>>,
}

/// Puts the sources together, value by value: a flag before its variable before the context before the
/// default. Credentials are one value in this: see [`Group`]. Reads the context's file and nothing else.
///
/// # Errors
/// [`Error`] names the source and the reason.
pub fn resolve(flags: &Flags, environment: &Environment) -> Result<Settings, Error> {
    let variables = &environment.variables;
    let mut warnings = Vec::new();
    let (context, file) = match choose(flags, environment, &mut warnings)? {
        Some((context, file)) => (Some(context), file),
        None => (None, ContextFile::default()),
    };
    let saved = match &context {
        Some(context) => Origin::Context(Arc::clone(&context.name)),
        None => Origin::Default,
    };
    let from_file = |value: &Option<String>| sourced(value, &saved);
    let texts = |value: &Option<String>, name, variable_name, in_file: &Option<String>| {
        flag(value, name)
            .or_else(|| variable(variables, variable_name))
            .or_else(|| from_file(in_file))
    };

    let credentials = Group::merge(
        Group::of_flags(flags),
        Group::of_variables(variables),
        Group::of_context(&file, &saved),
    );
    check_halves(&credentials)?;
    let tls = TlsSettings {
        cert: texts(&flags.tls_cert, "--tlscert", "NATS_CERT", &file.cert),
        key: texts(&flags.tls_key, "--tlskey", "NATS_KEY", &file.key),
        ca: texts(&flags.tls_ca, "--tlsca", "NATS_CA", &file.ca),
        first: match (flags.tls_first, file.tls_first) {
            (true, _) => Sourced::new(true, Origin::Flag("--tlsfirst")),
            (false, true) => Sourced::new(true, saved.clone()),
            (false, false) => Sourced::new(false, Origin::Default),
        },
        insecure: match flags.tls_insecure {
            true => Sourced::new(true, Origin::Flag("--tls-insecure")),
            false => Sourced::new(false, Origin::Default),
        },
    };
    if let (Some(half), None) | (None, Some(half)) = (&tls.cert, &tls.key) {
        let origin = half.origin.clone();
        warnings.push(Warning::HalfCertificate { origin });
    }
    Ok(Settings {
        name: flag(&flags.name, "--name").unwrap_or_else(|| default(NAME.to_owned())),
        server: flag(&flags.server, "--server")
            .or_else(|| variable(variables, "NATS_URL").map(secret))
            .or_else(|| sourced(&file.url, &saved))
            .unwrap_or_else(|| default(Secret::new(SERVER))),
        credentials,
        tls,
        socks_proxy: flag(&flags.socks_proxy, "--socks-proxy")
            .or_else(|| variable(variables, "NATS_SOCKS_PROXY").map(secret))
            .or_else(|| sourced(&file.socks_proxy, &saved))
            .filter(|proxy| !["none", "NONE", "-"].contains(&proxy.value.reveal())),
        windows_cert_store: from_file(&file.windows_cert_store),
        inbox_prefix: texts(
            &flags.inbox_prefix,
            "--inbox-prefix",
            "NATS_INBOX_PREFIX",
            &file.inbox_prefix,
        )
        .unwrap_or_else(|| default(INBOX_PREFIX.to_owned())),
        timeout: match flag(&flags.timeout, "--timeout") {
            Some(timeout) => timeout,
            None => timeout(variables)?.unwrap_or_else(|| default(DEFAULT_TIMEOUT)),
        },
        jetstream: Jetstream {
            domain: flag(&flags.js_domain, "--js-domain")
                .or_else(|| from_file(&file.jetstream_domain)),
            api_prefix: flag(&flags.js_api_prefix, "--js-api-prefix")
                .or_else(|| from_file(&file.jetstream_api_prefix)),
            event_prefix: flag(&flags.js_event_prefix, "--js-event-prefix")
                .or_else(|| from_file(&file.jetstream_event_prefix)),
        },
        color_scheme: flag(&flags.colors, "--colors").or_else(|| {
            let named = variable(variables, "NATS_COLOR").or_else(|| from_file(&file.color_scheme));
            color_scheme(named?, &mut warnings)
        }),
        warnings,
        also_for: places(&flags.send_credentials_to)?,
        context,
        environment: environment.clone(),
    })
}

/// Which context: the one asked for, else the selected one, else none.
fn choose(
    flags: &Flags,
    environment: &Environment,
    warnings: &mut Vec<Warning>,
) -> Result<Option<(Chosen, ContextFile)>, Error> {
    if flags.no_context {
        return Ok(None);
    }
    let asked = flag(&flags.context, "--context").filter(|context| !context.value.is_empty());
    let asked = asked.or_else(|| variable(&environment.variables, "NATS_CONTEXT"));
    let folder = Folder::new(environment);
    if let Some(asked) = asked {
        let stand_alone = stand_alone(&asked.value, environment);
        let named = || {
            folder
                .as_ref()?
                .path(&asked.value)
                .map(|path| (asked.value.clone(), path))
        };
        let found = stand_alone.or_else(named).filter(|(_, path)| path.exists());
        let Some((name, path)) = found else {
            return Err(Error::UnknownContext {
                origin: asked.origin,
                name: asked.value,
                known: folder.map_or_else(Vec::new, |folder| folder.names()),
            });
        };
        return open(name, asked.origin, path).map(Some);
    }
    let Some((folder, name)) = folder.and_then(|folder| {
        let name = folder.selected()?;
        Some((folder, name))
    }) else {
        return Ok(None);
    };
    match folder.path(&name).filter(|path| path.exists()) {
        Some(path) => open(name, Origin::Selected, path).map(Some),
        None => {
            let selection = folder.selection();
            warnings.push(Warning::Dangling { name, selection });
            Ok(None)
        }
    }
}

/// A context may be a file anywhere, if it exists and ends in `.json` (natscli's `loadContext`).
fn stand_alone(text: &str, environment: &Environment) -> Option<(String, PathBuf)> {
    let path = environment.working_directory.join(text);
    let name = path
        .file_name()?
        .to_str()?
        .strip_suffix(".json")?
        .to_owned();
    path.is_file().then_some((name, path))
}

fn open(name: String, origin: Origin, path: PathBuf) -> Result<(Chosen, ContextFile), Error> {
    let file = load(&path)?;
    let chosen = Chosen {
        name: name.into(),
        origin,
        path,
        description: file.description.clone(),
        url: file.url.clone(),
    };
    Ok((chosen, file))
}

/// A secret half without the half that it belongs to would be left aside without a word.
fn check_halves(group: &Group) -> Result<(), Error> {
    if let (None, Some(password)) = (&group.user, &group.password) {
        let origin = password.origin.clone();
        return Err(Error::PasswordWithoutUser { origin });
    }
    if let (None, Some(seed)) = (&group.jwt, &group.seed) {
        let origin = seed.origin.clone();
        return Err(Error::SeedWithoutJwt { origin });
    }
    Ok(())
}

fn timeout(variables: &Variables) -> Result<Option<Sourced<Duration>>, Error> {
    const NAME: &str = "NATS_TIMEOUT";
    let parsed = variable(variables, NAME).map(|text| match duration::read(&text.value) {
        Ok(value) => Ok(Sourced::new(value, text.origin)),
        Err(error) => Err(Error::Duration {
            variable: NAME,
            error,
        }),
    });
    parsed.transpose()
}

fn color_scheme(
    named: Sourced<String>,
    warnings: &mut Vec<Warning>,
) -> Option<Sourced<ColorScheme>> {
    let origin = named.origin;
    match named.value.parse() {
        Ok(scheme) => Some(Sourced::new(scheme, origin)),
        Err(error) => {
            warnings.push(Warning::ColorScheme { origin, error });
            None
        }
    }
}

fn places(texts: &[String]) -> Result<Vec<Place>, Error> {
    let place = |text: &String| {
        Place::parse(text).map_err(|error| Error::Client {
            origin: Origin::Flag("--send-credentials-to"),
            error,
        })
    };
    texts.iter().map(place).collect()
}

fn variable(variables: &Variables, name: &'static str) -> Option<Sourced<String>> {
    let value = variables.get(name)?.to_owned();
    Some(Sourced::new(value, Origin::Variable(name)))
}

fn default<T>(value: T) -> Sourced<T> {
    Sourced::new(value, Origin::Default)
}

#[cfg(test)]
mod tests;
