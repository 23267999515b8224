//! The servers: who is known and how they are, what the one in use says of itself, how long its
//! round trips take. Enter goes to the selected one.

mod attempts;
mod draw;
mod facts;
mod headline;
mod list;
mod places;

pub use draw::draw;

use std::time::Duration;

use self::places::Places;
use super::Overlay;
use crate::{
    client::ServerState,
    text::visible,
    tui::{
        app::{Action, App, Effect, Level, Now},
        widgets::{Scroll, scroll::Move},
    },
};

/// How often round trips are measured while somebody looks at them, and while nobody does.
const LOOKED_AT: Duration = Duration::from_secs(2);
const UNATTENDED: Duration = Duration::from_secs(10);

/// The overlay.
#[derive(Debug, Default)]
pub struct ServerOverlay {
    /// The server under the cursor, by name: the list may change around it. `None` as long as
    /// nobody chose one.
    chosen: Option<String>,
    scroll: Scroll,
    /// How many lines of the facts are scrolled away.
    facts_above: usize,
}

impl ServerOverlay {
    /// Where the cursor is; `None` where no server is known.
    fn selected(&self, app: &App) -> Option<usize> {
        let last = app.servers.pool().len().checked_sub(1)?;
        let position = |server: &str| app.servers.position(server);
        let chosen = self.chosen.as_deref().and_then(position);
        let in_use = || position(&app.servers.connected()?.server);
        // A server that is gone leaves the cursor where it was.
        let here = || self.scroll.selected(last as u64 + 1).unwrap_or(0) as usize;
        let before = || if self.chosen.is_some() { here() } else { 0 };
        Some(chosen.or_else(in_use).unwrap_or_else(before))
    }

    /// The list with the cursor where it is.
    fn scroll(&self, app: &App) -> Scroll {
        let mut scroll = self.scroll.clone();
        scroll.select(self.selected(app).unwrap_or(0) as u64);
        scroll
    }
}

/// Opens it.
pub fn open(app: &mut App) -> Vec<Effect> {
    let overlay = ServerOverlay::default();
    app.overlays.push(Overlay::Server(overlay));
    vec![Effect::Keepalive(LOOKED_AT)]
}

/// What follows when it was closed.
pub fn closed() -> Vec<Effect> {
    vec![Effect::Keepalive(UNATTENDED)]
}

/// A moment of the wall clock in the zone shown, written as jiff's `strftime` says.
fn time(app: &App, at: i64, format: &str) -> String {
    let zoned = app.calendar.zoned(at);
    zoned.strftime(format).to_string()
}

/// Does what a key means here. The servers and the facts are one list to walk through: below the
/// last server come the facts that had no room.
pub fn act(app: &mut App, action: &Action, now: Now) -> Vec<Effect> {
    let Some(Overlay::Server(overlay)) = app.overlays.last() else {
        return Vec::new();
    };
    if *action == Action::Submit {
        return connect(app, overlay.selected(app), now);
    }
    let Some(step) = action.step() else {
        return Vec::new();
    };
    let places = Places::of(app);
    let pool = app.servers.pool();
    let facts = facts::lines(app, places.facts.width.into()).len();
    let hidden = facts.saturating_sub(places.facts.height.into());
    let above = overlay.facts_above.min(hidden);
    let last = overlay
        .selected(app)
        .is_none_or(|row| row + 1 == pool.len());
    let mut moved = ServerOverlay {
        chosen: overlay.chosen.clone(),
        scroll: overlay.scroll(app),
        facts_above: above,
    };
    match step {
        Move::Down if last => moved.facts_above = (above + 1).min(hidden),
        Move::Up if above > 0 => moved.facts_above = above - 1,
        step => {
            let rows = pool.len() as u64;
            moved.scroll.step(step, rows, places.list.height);
            let row = moved.scroll.selected(rows).unwrap_or(0) as usize;
            moved.chosen = pool.get(row).map(|entry| entry.server.clone());
            moved.facts_above = 0;
        }
    }
    if let Some(Overlay::Server(overlay)) = app.overlays.last_mut() {
        *overlay = moved;
    }
    Vec::new()
}

/// Goes to the selected server, where there is a way and a need to.
fn connect(app: &mut App, selected: Option<usize>, now: Now) -> Vec<Effect> {
    let Some(entry) = selected.and_then(|row| app.servers.pool().get(row)) else {
        let text = "No server is selected.";
        app.toasts.show(Level::Notice, text, now.instant);
        return Vec::new();
    };
    let name = visible(entry.server.as_bytes());
    let already = match entry.state {
        _ if app.phase.is_closed() => {
            format!("The connection is closed for good; {name} is not dialed.")
        }
        ServerState::Connected => format!("Already connected to {name}."),
        ServerState::Dialing => format!("{name} is being dialed already."),
        ServerState::Idle | ServerState::Failed => {
            return vec![Effect::ConnectTo(entry.server.clone())];
        }
    };
    app.toasts.show(Level::Notice, already, now.instant);
    Vec::new()
}
