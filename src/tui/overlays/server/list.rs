//! The servers as rows: a dot and a word for the state, where the server is known from, and what
//! went wrong with it last.

use ratatui::text::{Line, Span};

use crate::{
    client::{PoolEntry, ServerState},
    text::visible,
    tui::{
        app::{App, servers::complaint},
        theme::Theme,
        widgets::{
            fit::{fit_words, left},
            width,
        },
    },
};

/// Cells of the dot with its blank, of the longest word for a state, and between two columns.
const DOT: usize = 2;
const STATE: usize = 10;
const GAP: usize = 2;
/// With less than this beside the tags, what went wrong takes their place.
const COMPLAINT: usize = 30;

/// How wide the columns are: the same for all rows.
pub struct Columns {
    server: usize,
    /// What is left behind the state.
    rest: usize,
    tags: usize,
}

impl Columns {
    /// The columns of a list in so many cells.
    pub fn of(app: &App, cells: usize) -> Columns {
        let pool = app.servers.pool();
        let longest = |measure: fn(&PoolEntry) -> usize| pool.iter().map(measure).max();
        let server = longest(|entry| width(&visible(entry.server.as_bytes()))).unwrap_or(0);
        let server = server.min(cells / 2);
        Columns {
            server,
            rest: cells.saturating_sub(DOT + server + GAP + STATE + GAP),
            tags: longest(|entry| tags_width(&tags(entry))).unwrap_or(0),
        }
    }

    /// What went wrong with a server, where its row has no room for all of it.
    pub fn cut_complaint(&self, entry: &PoolEntry) -> Option<String> {
        complaint_of(entry).filter(|complaint| width(complaint) > self.complaint())
    }

    fn has_tags_beside(&self) -> bool {
        self.tags > 0 && self.rest >= self.tags + GAP + COMPLAINT
    }

    /// The cells for what went wrong.
    fn complaint(&self) -> usize {
        if self.has_tags_beside() {
            self.rest - self.tags - GAP
        } else {
            self.rest
        }
    }
}

/// What went wrong with a server last, if anything did.
fn complaint_of(entry: &PoolEntry) -> Option<String> {
    let error = entry.last_error.as_ref()?;
    Some(complaint(&entry.server, error))
}

/// One row.
pub fn row<'a>(theme: &Theme, entry: &PoolEntry, selected: bool, columns: &Columns) -> Line<'a> {
    let dim = theme.dim_on(selected);
    // colours are hard to read on what is highlighted; the dot keeps its own
    let on = |style| if selected { theme.text } else { style };
    let (dot, state, style) = match entry.state {
        ServerState::Connected => ("●", "connected", theme.good),
        ServerState::Dialing => ("●", "connecting", theme.notice),
        ServerState::Failed => ("●", "failed", theme.bad),
        ServerState::Idle => ("○", "standby", dim),
    };
    let name = left(&visible(entry.server.as_bytes()), columns.server);
    let mut spans = vec![
        Span::styled(dot, style),
        Span::styled(format!(" {name}{:GAP$}", ""), theme.text),
        Span::styled(state, on(style)),
        blanks(STATE + GAP - width(state)),
    ];
    let complaint = complaint_of(entry);
    let beside = columns.has_tags_beside();
    let mut tags = tags(entry);
    while tags_width(&tags) > columns.rest || !(beside || complaint.is_none() || tags.is_empty()) {
        tags.remove(0);
    }
    let used = tags_width(&tags);
    for (n, tag) in tags.into_iter().enumerate() {
        let style = match tag {
            Tag::LameDuck => on(theme.notice),
            Tag::Discovered => dim,
        };
        spans.push(blanks(if n > 0 { GAP } else { 0 }));
        spans.push(Span::styled(tag.word(), style));
    }
    if beside {
        spans.push(blanks(columns.tags + GAP - used.min(columns.tags)));
    }
    if let Some(complaint) = complaint {
        let text = fit_words(&complaint, columns.complaint()).into_owned();
        spans.push(Span::styled(text, on(theme.bad)));
    }
    Line::from(spans)
}

/// Blanks without a style, which would show where a style underlines.
fn blanks<'a>(cells: usize) -> Span<'a> {
    Span::raw(" ".repeat(cells))
}

/// What else is to be known of a server, the least important first.
enum Tag {
    Discovered,
    LameDuck,
}

impl Tag {
    fn word(&self) -> &'static str {
        match self {
            Tag::LameDuck => "lame duck",
            Tag::Discovered => "discovered",
        }
    }
}

fn tags(entry: &PoolEntry) -> Vec<Tag> {
    let tags = [
        entry.discovered.then_some(Tag::Discovered),
        entry.lame_duck.then_some(Tag::LameDuck),
    ];
    tags.into_iter().flatten().collect()
}

fn tags_width(tags: &[Tag]) -> usize {
    let words: usize = tags.iter().map(|tag| width(tag.word()) + GAP).sum();
    words.saturating_sub(GAP)
}
