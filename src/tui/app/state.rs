//! The state of the screen, all of it.

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use super::{
    Focus, Phase, Servers, Switching, Target, Toasts, View,
    recordings::{self, Recordings},
};
use crate::{
    recording::Existing,
    requests::{Kind, Secrets},
    settings::Zone,
    store::Store,
    tui::{
        layout::{Layout, Wanted},
        moment::Calendar,
        overlays::{Overlay, toasts},
        panes::{
            details::Details,
            guide::Guide,
            history::HistoryPane,
            messages::{self, Messages},
            request::Composer,
            subjects::SubjectsPane,
            subscriptions::Subscriptions,
        },
        theme::Theme,
    },
};

pub use crate::tui::moment::stamp;

/// The moment something happens: the clock's two faces, read once by the event loop.
#[derive(Clone, Copy, Debug)]
pub struct Now {
    /// For what lasts.
    pub instant: Instant,
    /// For what is written down: nanoseconds since the Unix epoch.
    pub wall: i64,
}

/// What does not change while the program runs.
#[derive(Clone, Debug)]
pub struct Setup {
    /// Our name on the server.
    pub name: String,
    /// Where it connects at first.
    pub start: Target,
    /// Subscribed to from the start.
    pub subscriptions: Vec<String>,
    /// Recorded in this file from the start.
    pub record: Option<(PathBuf, Existing)>,
    /// What the composer holds at the start: subject and payload.
    pub draft: Option<(String, String)>,
    /// The longest wait for a reply, unless the composer says otherwise.
    pub timeout: Duration,
    /// Whether the guide of the demo is shown.
    pub guide: bool,
    /// Bytes that the log may hold.
    pub keep: usize,
    /// Whether colours are used.
    pub colours: bool,
    /// The zone that times are shown in at first.
    pub zone: Zone,
    /// The machine's own zone.
    pub local_zone: jiff::tz::TimeZone,
    /// The person's home folder.
    pub home: Option<PathBuf>,
    /// Headers whose values the history neither keeps nor shows.
    pub secrets: Secrets,
}

/// All state of the screen.
#[derive(Debug)]
#[allow(missing_docs)] // named as on the screen
pub struct App {
    pub setup: Setup,
    pub theme: Theme,
    pub target: Target,
    pub switching: Switching,
    pub phase: Phase,
    pub servers: Servers,
    pub store: Store,
    pub late_replies: u64,
    pub recordings: Recordings,
    pub view: View,
    pub focus: Focus,
    pub zoom: bool,
    pub mouse: bool,
    pub subscriptions: Subscriptions,
    pub subjects: SubjectsPane,
    pub messages: Messages,
    pub details: Details,
    pub composer: Composer,
    pub history: HistoryPane,
    pub guide: Guide,
    pub overlays: Vec<Overlay>,
    pub toasts: Toasts,
    pub layout: Layout,
    pub size: (u16, u16),
    pub calendar: Calendar,
    pub now: Now,
}

impl App {
    /// The screen at its start, for a terminal of `size` columns and lines.
    pub fn new(setup: Setup, size: (u16, u16), now: Now) -> App {
        let mut app = App {
            theme: if setup.colours {
                Theme::ansi()
            } else {
                Theme::plain()
            },
            target: setup.start.clone(),
            switching: Switching::default(),
            phase: Phase::Idle,
            servers: Servers::default(),
            store: Store::new(setup.keep),
            late_replies: 0,
            recordings: Recordings::default(),
            view: View::Messages,
            focus: Focus::Messages,
            zoom: false,
            mouse: false,
            subscriptions: Subscriptions::default(),
            subjects: SubjectsPane::default(),
            messages: Messages::default(),
            details: Details::default(),
            composer: Composer::new(setup.timeout, setup.draft.as_ref()),
            history: HistoryPane::default(),
            guide: Guide::new(setup.guide),
            overlays: Vec::new(),
            toasts: Toasts::default(),
            layout: Layout::default(),
            size,
            calendar: Calendar::new(setup.zone, setup.local_zone.clone(), now.wall),
            now,
            setup,
        };
        app.lay_out();
        app
    }

    /// Places everything anew; to be called when anything changed that places depend on.
    pub fn lay_out(&mut self) {
        self.layout = Layout::of(&Wanted {
            size: self.size,
            view: self.view,
            focus: self.focus,
            zoom: self.zoom,
            banner: match self.phase {
                Phase::Idle | Phase::Connected { .. } => false,
                Phase::Recording => recordings::words(self).is_some(),
                _ => true,
            },
            subscriptions: u16::try_from(self.subscriptions.lines(&self.store)).unwrap_or(u16::MAX),
            guide: self.guide.height(),
            composer: self.sends(),
            body: self.composer.wanted_lines(),
            filters: messages::tabs::height(self),
            toasts: toasts::size(self),
            line: self
                .messages
                .line
                .as_ref()
                .map_or(0, |_| messages::line::HEIGHT),
        });
    }

    /// The server we are connected to, or try to be.
    pub fn server(&self) -> &str {
        match &self.phase {
            Phase::Connecting { server, .. } | Phase::Connected { server, .. } => server,
            Phase::Waiting { .. } => self.servers.next().unwrap_or(&self.target.server),
            _ => &self.target.server,
        }
    }

    /// Moves rates on to the present second; of a recording, to the end of what was read.
    pub fn tick(&mut self, now: Now) {
        self.store.tick(recordings::end(self).unwrap_or(now.wall));
    }

    /// Whether rates will change though nothing comes.
    pub fn ticks(&self) -> bool {
        let goes_on = !self.phase.is_recording() || self.recordings.is_reading();
        goes_on && !self.store.rates().quiet()
    }

    /// Whether anything can be sent: a recording is only read.
    pub fn sends(&self) -> bool {
        !self.phase.is_recording()
    }

    /// The panes of the view, in the order of Tab.
    pub fn panes(&self) -> &'static [Focus] {
        Focus::ring(self.view, self.sends())
    }

    /// What a pane is called in its border and in the tabs of a narrow screen.
    pub fn pane_name(&self, pane: Focus) -> &'static str {
        match (pane, self.composer.kind()) {
            (Focus::Request, Kind::Publish) => "Publish",
            _ => pane.name(),
        }
    }

    /// Puts the keys into the pane so many steps further on.
    pub fn step(&mut self, steps: isize) {
        let panes = self.panes();
        let here = panes.iter().position(|pane| *pane == self.focus);
        let there = (here.unwrap_or(0) as isize + steps).rem_euclid(panes.len() as isize);
        self.go_to(panes[there as usize]);
    }

    /// Puts the keys into a pane, and the view that has it on the screen. There is no composer where
    /// nothing is sent.
    pub fn go_to(&mut self, focus: Focus) {
        if focus == Focus::Request && !self.sends() {
            return;
        }
        if !self.panes().contains(&focus) {
            self.view = if focus == Focus::History {
                View::History
            } else {
                View::Messages
            };
        }
        if focus != Focus::Messages {
            // what was typed stays in force
            self.messages.line = None;
        }
        if focus == Focus::Request {
            self.composer.set_refused(false);
        } else {
            self.composer.deselect();
        }
        self.focus = focus;
        self.lay_out();
    }
}
