//! What there is to connect to, and what each choice comes to. Reads files and runs programs: for the
//! jobs, never for the event loop.

use std::{borrow::Cow, path::PathBuf};

use super::{
    app::{Found, Target},
    widgets::width,
};
use crate::{
    client::{Options, ServerUrl},
    context::{self, Choice, Environment, Flags, Listed, Place, Withheld, load_all},
    settings,
    store::Store,
};

/// What the program was started with, which every choice is resolved against.
#[derive(Clone, Debug, Default)]
pub struct Destinations {
    /// The flags.
    pub flags: Flags,
    /// Variables, home and working directory.
    pub environment: Environment,
    /// Which contexts are guarded.
    pub settings: settings::Settings,
    /// What the start is called, where that is not its context's name.
    pub start: Option<String>,
}

/// Where we could be connected.
#[derive(Clone, Debug)]
pub struct Destination {
    /// How it is called.
    pub target: Target,
    /// How to connect.
    pub options: Options,
    /// What one should hear about it.
    pub warnings: Vec<String>,
}

/// Somebody allowed that the credentials of a context go to a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allowed {
    /// The context's file.
    pub context: PathBuf,
    /// The place.
    pub place: Place,
}

/// A question: may the credentials go there?
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consent {
    /// What was chosen.
    pub choice: Choice,
    /// The context's file.
    pub context: PathBuf,
    /// Whose credentials are wanted where.
    pub withheld: Withheld,
}

impl Destinations {
    /// All contexts there are.
    pub fn list(&self) -> Vec<Listed> {
        load_all(&self.environment)
    }

    /// What a choice comes to.
    pub fn find(&self, choice: &Choice, allowed: &[Allowed]) -> Found {
        match self.resolve(choice, allowed) {
            Ok(found) => found,
            Err(error) => Found::Unusable(error.to_string()),
        }
    }

    /// The place that settings lead to, as they are when the program starts.
    ///
    /// # Errors
    /// As [`context::Settings::resolved`].
    pub fn start(&self, settings: &context::Settings) -> Result<Found, context::Error> {
        self.found(&Choice::default(), settings.clone(), &[])
    }

    fn resolve(&self, choice: &Choice, allowed: &[Allowed]) -> Result<Found, context::Error> {
        let settings = choice.resolve(&self.flags, &self.environment)?;
        self.found(choice, settings, allowed)
    }

    fn found(
        &self,
        choice: &Choice,
        mut settings: context::Settings,
        allowed: &[Allowed],
    ) -> Result<Found, context::Error> {
        if let Some(context) = &settings.context {
            let here = allowed.iter().filter(|it| it.context == context.path);
            let places: Vec<Place> = here.map(|it| it.place.clone()).collect();
            // what was allowed for one server says nothing about TLS with another
            if settings
                .would_withhold()?
                .is_some_and(|withheld| withheld.wanted_by.iter().all(|it| places.contains(it)))
            {
                settings.send_credentials_to(&places);
            }
        }
        let resolved = settings.resolved()?;
        if let (Some(withheld), Some(context)) = (resolved.withheld, &settings.context) {
            return Ok(Found::Withheld(Box::new(Consent {
                choice: choice.clone(),
                context: context.path.clone(),
                withheld,
            })));
        }
        let guards = |context: &str| self.settings.guards(context);
        let mut target = Target::new(choice.clone(), &settings, &resolved.options, guards);
        if let (context::To::Start, Some(start)) = (&choice.to, &self.start) {
            (target.label, target.context) = (Some(start.clone()), Some(start.clone()));
        }
        Ok(Found::Destination(Box::new(Destination {
            target,
            options: for_a_screen(resolved.options),
            warnings: settings.warnings.iter().map(ToString::to_string).collect(),
        })))
    }
}

/// A screen keeps trying, and shows what was sent where it stood among the rest.
fn for_a_screen(options: Options) -> Options {
    Options {
        retry_first: true,
        log_sent: true,
        ..options
    }
}

/// How to connect for a log with this budget, in bytes: what waits to be appended has its share of it.
pub fn for_a_log(options: &Options, budget: usize) -> Options {
    Options {
        backlog: Store::backlog_of(budget),
        ..options.clone()
    }
}

/// What is typed, read as servers, where it looks like any: with a port, a scheme, or several.
///
/// # Errors
/// What is wrong with what looks like a server; without user info.
pub fn typed_servers(typed: &str) -> Option<Result<Vec<ServerUrl>, String>> {
    let typed = typed.trim();
    typed
        .contains([':', ','])
        .then(|| ServerUrl::parse_list(typed).map_err(|error| error.to_string()))
}

/// What is typed, with dots in place of what is a password or a token, or looks like the beginning of
/// one: as wide as what is typed.
pub fn without_secrets(typed: &str) -> Cow<'_, str> {
    if !typed.contains([':', '@']) {
        return Cow::Borrowed(typed);
    }
    let pieces = typed.split(',').map(|piece| {
        let (scheme, rest) = match piece.split_once("://") {
            Some((scheme, rest)) => (format!("{scheme}://"), rest),
            None => (String::new(), piece),
        };
        let Some((user_info, place)) = rest.rsplit_once('@') else {
            return scheme + &unfinished(rest);
        };
        match user_info.split_once(':') {
            Some((user, password)) => format!("{scheme}{user}:{}@{place}", dots(password)),
            None => format!("{scheme}{}@{place}", dots(user_info)),
        }
    });
    Cow::Owned(pieces.collect::<Vec<_>>().join(","))
}

/// Before the @ is typed a password looks like a port that is none.
fn unfinished(rest: &str) -> String {
    match rest.split_once(':') {
        Some((host, port)) if !host.starts_with('[') => {
            let number = port.split('/').next().unwrap_or_default();
            if number.bytes().all(|byte| byte.is_ascii_digit()) {
                rest.to_owned()
            } else {
                format!("{host}:{}", dots(port))
            }
        }
        _ => rest.to_owned(),
    }
}

fn dots(secret: &str) -> String {
    "•".repeat(width(secret))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_and_tokens_are_dots_also_while_they_are_typed() {
        let table = [
            ("staging", "staging"),
            ("h:4222", "h:4222"),
            ("ws://h:80/path", "ws://h:80/path"),
            ("nats://[::1]:4222", "nats://[::1]:4222"),
            ("nats://u:sec", "nats://u:•••"),
            ("nats://u:sec@h:1", "nats://u:•••@h:1"),
            ("nats://tok@h", "nats://•••@h"),
            ("u:s@ec@h,nats://v:日@i:2", "u:••••@h,nats://v:••@i:2"),
        ];
        for (typed, shown) in table {
            assert_eq!(without_secrets(typed), shown);
            assert_eq!(width(typed), width(shown));
        }
    }

    #[test]
    fn only_what_looks_like_a_server_is_one() {
        for typed in ["", "staging", "my context"] {
            assert!(typed_servers(typed).is_none(), "{typed}");
        }
        for (typed, count) in [("h:1", 1), ("nats://h", 1), ("a,b:2", 2)] {
            let servers = typed_servers(typed).map(|servers| servers.map(|it| it.len()));
            assert_eq!(servers, Some(Ok(count)), "{typed}");
        }
        let refused = typed_servers("nats://u:SECRET@h:port")
            .unwrap()
            .unwrap_err();
        assert!(!refused.contains("SECRET"), "{refused}");
    }
}
