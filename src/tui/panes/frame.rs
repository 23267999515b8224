//! What every pane has: a border that shows where the keys go, and a sentence while it is empty.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::Style,
    text::Span,
    widgets::{Paragraph, Widget, Wrap},
};

use crate::tui::{
    app::{App, Focus},
    theme::Theme,
    widgets::{Pane, SuggestionStyle, field::FieldStyle},
};

/// The border of a pane: accent and bold where it has the keys.
pub fn border<'a>(app: &App, focus: Focus, extra: Vec<Span<'a>>, status: &'a str) -> Pane<'a> {
    let focused = app.focus == focus && app.overlays.is_empty();
    Pane {
        name: app.pane_name(focus),
        extra,
        status,
        border_style: app.theme.border(focused),
        name_style: if focused {
            app.theme.bold
        } else {
            app.theme.text
        },
        status_style: app.theme.dim,
    }
}

/// How a field looks that finds.
pub fn field_style(theme: &Theme) -> FieldStyle {
    FieldStyle {
        text: theme.text,
        placeholder: theme.dim,
        selected: theme.selected,
    }
}

/// How texts on offer look while something is typed.
pub fn suggestions(app: &App) -> SuggestionStyle {
    SuggestionStyle {
        border: app.theme.dim,
        text: app.theme.text,
        chosen: app.theme.chosen,
    }
}

/// A sentence where a pane has nothing to show, each line cut at the pane's width.
pub fn empty(sentence: &str, style: Style, area: Rect, buffer: &mut Buffer) {
    let inside = Rect {
        x: area.x + u16::from(area.width > 2),
        width: area.width.saturating_sub(2),
        ..area
    };
    Paragraph::new(sentence)
        .style(style)
        .wrap(Wrap { trim: true })
        .render(inside, buffer);
}
