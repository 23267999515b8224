//! Where a headless command connects, as whom, and how long it may take.

use std::time::Duration;

use crate::{
    client::{self, Options},
    context::{self, Origin, Settings},
    settings::Keep,
    text::visible,
};

use super::next_step::Advised;

/// What a command connects to.
pub struct Target {
    /// How to connect. Where a person named a time, each step is given that time.
    pub options: Options,
    /// The longest wait for the server that a person named: a flag, a variable or the command's own
    /// `--wait`. `None`: the keepalive finds a dead server.
    pub named: Option<Duration>,
    /// What to do where the server refuses us.
    when_refused: String,
}

impl Target {
    /// Follows the references in the settings. `wait` is the time that the command has of its own;
    /// `--timeout` comes before it.
    ///
    /// # Errors
    /// As [`Settings::options`].
    pub fn of(settings: &Settings, wait: Option<Duration>) -> Result<Target, context::Error> {
        let options = settings.options()?;
        let named = match settings.timeout.origin {
            Origin::Default => wait,
            _ => Some(settings.timeout.value),
        };
        Ok(Target {
            options: match named {
                Some(wait) => options.steps_within(wait),
                None => options,
            },
            named,
            when_refused: when_refused(settings),
        })
    }

    /// Lets so much of what came wait to be taken.
    pub fn keeping(mut self, keep: Keep) -> Target {
        self.options.backlog = keep.bytes();
        self
    }

    /// Adds the next step to an error where that depends on how we connected.
    pub fn advise(when_refused: String, error: anyhow::Error) -> anyhow::Error {
        match error.downcast_ref() {
            Some(refused @ client::Error::Refused { .. }) => Advised {
                error: refused.clone(),
                step: when_refused,
            }
            .into(),
            _ => error,
        }
    }

    /// For [`Target::advise`].
    pub fn when_refused(&self) -> String {
        self.when_refused.clone()
    }
}

fn when_refused(settings: &Settings) -> String {
    match settings.identity() {
        Some(identity) => format!("check what it was given: {}", visible(identity.as_bytes())),
        None => "no credentials were given: use --creds, --nkey, --user or --token, or a context \
                 that has some"
            .to_owned(),
    }
}
