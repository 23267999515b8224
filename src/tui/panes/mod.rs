//! The panes, each with its state, what keys mean in it, and how it is drawn.
//!
//! | pane | what it shows |
//! |---|---|
//! | [`status`] | the line on top: connection, views, rates, what is kept and what was lost |
//! | [`subscriptions`] | what we listen to |
//! | [`subjects`] | the tree of what was seen |
//! | [`messages`] | the log |
//! | [`details`] | the message looked at |
//! | [`request`] | the composer, and what came back |
//! | [`history`] | what was sent and saved |
//! | [`guide`] | what to press next in the demo |

pub mod details;
pub mod guide;
pub mod history;
pub mod messages;
pub mod request;
pub mod status;
pub mod subjects;
pub mod subscriptions;

use ratatui::{style::Style, text::Span};

use super::{
    app::{Action, App, Focus},
    widgets::{Pane, scroll::Move},
};

/// The step through a list that an action means, if it means one.
pub fn step(action: &Action) -> Option<Move> {
    Some(match action {
        Action::Up => Move::Up,
        Action::Down => Move::Down,
        Action::PageUp => Move::PageUp,
        Action::PageDown => Move::PageDown,
        Action::HalfUp => Move::HalfUp,
        Action::HalfDown => Move::HalfDown,
        Action::First => Move::Home,
        Action::Last => Move::End,
        _ => return None,
    })
}

/// The border of a pane: accent and bold where it has the keys.
fn border<'a>(app: &App, focus: Focus, extra: Vec<Span<'a>>, status: &'a str) -> Pane<'a> {
    let focused = app.focus == focus && app.overlays.is_empty();
    Pane {
        name: focus.name(),
        extra,
        status,
        border_style: if focused {
            app.theme.accent
        } else {
            app.theme.dim
        },
        name_style: if focused {
            app.theme.bold
        } else {
            app.theme.text
        },
        status_style: app.theme.dim,
    }
}

/// A sentence where a pane has nothing to show, each line cut at the pane's width.
pub fn empty(
    sentence: &str,
    style: Style,
    area: ratatui::layout::Rect,
    buffer: &mut ratatui::buffer::Buffer,
) {
    use ratatui::widgets::{Paragraph, Widget, Wrap};
    let inside = ratatui::layout::Rect {
        x: area.x + u16::from(area.width > 2),
        width: area.width.saturating_sub(2),
        ..area
    };
    Paragraph::new(sentence)
        .style(style)
        .wrap(Wrap { trim: true })
        .render(inside, buffer);
}
