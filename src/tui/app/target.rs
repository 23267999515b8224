//! Where we are connected to, or try to be, and how that is called.

use crate::{
    client::Options,
    context::{Choice, ColorScheme, Settings, To},
    tui::theme::Tint,
};

/// A place to be connected to, as the screen shows it and the history records it. Holds no secret but
/// what its choice hides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Target {
    /// What was chosen to get here, and is chosen again to get back.
    pub choice: Choice,
    /// What stands first in the status line: the context, `demo`, or nothing.
    pub label: Option<String>,
    /// Recorded with every request that is sent: the context's name, where there is one.
    pub context: Option<String>,
    /// The context as `--context` takes it: its name, or its path.
    pub context_argument: Option<String>,
    /// Whether the context is guarded: sending asks first.
    pub guarded: bool,
    /// The servers, without user info, as they are shown and recorded before we are connected.
    pub server: String,
    /// Which credentials the servers get and who gave them, without a secret; `None` where there are
    /// none.
    pub identity: Option<String>,
    /// The colour of the status line.
    pub tint: Option<Tint>,
}

impl Target {
    /// The place that these settings lead to with these options.
    pub fn new(
        choice: Choice,
        settings: &Settings,
        options: &Options,
        guards: impl Fn(&str) -> bool,
    ) -> Target {
        let context = settings.context_name();
        let servers: Vec<String> = options.servers.iter().map(ToString::to_string).collect();
        Target {
            choice,
            label: context.clone(),
            guarded: context.as_deref().is_some_and(guards),
            context_argument: settings.context_argument(),
            context,
            server: servers.join(", "),
            identity: settings.identity(),
            tint: settings
                .color_scheme
                .as_ref()
                .and_then(|scheme| tint(scheme.value)),
        }
    }

    /// Whether this context, with these servers, leads to the same place.
    pub fn is_context(&self, name: &str, servers: &str) -> bool {
        match &self.choice.to {
            To::Context(chosen) => chosen == name,
            _ => self.context.as_deref() == Some(name) && self.server == servers,
        }
    }

    /// What it is called in a sentence: its label, else its servers.
    pub fn name(&self) -> &str {
        self.label.as_deref().unwrap_or(&self.server)
    }
}

/// The tint that a context asks for; natscli's first two schemes are about the shape of tables.
pub fn tint(scheme: ColorScheme) -> Option<Tint> {
    Some(match scheme {
        ColorScheme::Rounded | ColorScheme::Double => return None,
        ColorScheme::Yellow => Tint::Yellow,
        ColorScheme::Blue => Tint::Blue,
        ColorScheme::Cyan => Tint::Cyan,
        ColorScheme::Green => Tint::Green,
        ColorScheme::Magenta => Tint::Magenta,
        ColorScheme::Red => Tint::Red,
    })
}
