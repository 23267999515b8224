//! What to copy of the message looked at: its payload as it is or as hex or base64, its subject and
//! headers, all of it.

mod source;

pub use source::{Copied, Part, Source};

use ratatui::{
    Frame,
    layout::{Margin, Position, Rect},
    text::{Line, Span},
};

use source::key;

use crate::{
    text::{size, visible_subject},
    tui::{
        app::{Action, App, Effect, Level, Now},
        widgets::{
            Pane, fit,
            fit::{left, right},
            popup, put,
            scroll::Move,
        },
    },
};

/// The menu.
#[derive(Debug)]
pub struct CopyMenu {
    source: Source,
    /// How large each part is, or why it cannot be copied: a large message is looked through once.
    sizes: [Result<String, &'static str>; Part::ALL.len()],
    selected: usize,
}

impl CopyMenu {
    /// The menu for a message, on the first part that there is.
    pub fn new(source: Source) -> CopyMenu {
        let sizes = Part::ALL.map(|part| source.size(part));
        let selected = sizes.iter().position(Result::is_ok).unwrap_or(0);
        CopyMenu {
            source,
            sizes,
            selected,
        }
    }

    /// Takes a step.
    pub fn act(&mut self, action: &Action) {
        let last = Part::ALL.len() - 1;
        self.selected = match action.step() {
            Some(Move::Up) => self.selected.saturating_sub(1),
            Some(Move::Down) => (self.selected + 1).min(last),
            Some(Move::Home | Move::PageUp | Move::HalfUp) => 0,
            Some(Move::End | Move::PageDown | Move::HalfDown) => last,
            None => self.selected,
        };
    }

    /// The part under the cursor.
    fn chosen(&self) -> Part {
        Part::ALL.get(self.selected).copied().unwrap_or(Part::Text)
    }
}

/// Copies the part that is chosen, or another one; what cannot be copied leaves the menu open.
pub fn choose(app: &mut App, menu: CopyMenu, part: Option<Part>, now: Now) -> Vec<Effect> {
    let part = part.unwrap_or_else(|| menu.chosen());
    match menu.source.copied(part) {
        Ok(copied) => vec![Effect::Copy(copied)],
        Err(reason) => {
            app.toasts.show(Level::Notice, reason, now.instant);
            app.overlays.push(super::Overlay::Copy(menu));
            Vec::new()
        }
    }
}

/// The part whose row was clicked.
pub fn part_at(menu: &CopyMenu, at: Position, screen: Rect) -> Option<Part> {
    let place = place(menu, screen);
    let line = usize::from(at.y.checked_sub(place.y + 1)?);
    Part::ALL.get(line).copied().filter(|_| place.contains(at))
}

/// Where the box stands.
pub fn place(menu: &CopyMenu, screen: Rect) -> Rect {
    let note = u16::from(menu.source.missing > 0);
    popup::centred(56, Part::ALL.len() as u16 + 2 + note, screen)
}

/// Draws it.
pub fn draw(app: &App, menu: &CopyMenu, frame: &mut Frame) {
    const NAME: usize = 24;
    let theme = &app.theme;
    let source = &menu.source;
    let place = place(menu, app.layout.screen);
    let subject = visible_subject(&source.subject);
    let subject = fit(&subject, usize::from(place.width).saturating_sub(14));
    let pane = Pane {
        name: "Copy",
        status: &subject,
        border_style: theme.accent,
        name_style: theme.bold,
        status_style: theme.dim,
        ..Pane::default()
    };
    let buffer = frame.buffer_mut();
    let inside = popup::draw(&pane, place, buffer).inner(Margin::new(1, 0));
    let parts = Part::ALL.iter().zip(&menu.sizes).enumerate();
    for ((n, (part, size)), y) in parts.zip(inside.y..inside.bottom()) {
        let is_selected = n == menu.selected;
        let dim = theme.dim_on(is_selected);
        let name = part.name();
        let name = left(name.strip_prefix("the ").unwrap_or(name), NAME);
        let (size, style) = match size {
            Ok(size) => (size.as_str(), theme.text),
            Err(lack) => (*lack, dim),
        };
        let line = Line::from(vec![
            Span::styled(format!("{}  ", key(*part)), theme.key),
            Span::styled(name, style),
            Span::styled(right(size, 12), dim),
        ]);
        put::line(buffer, inside.x, y, &line, inside.width);
        if is_selected {
            let row = Rect {
                y,
                height: 1,
                ..inside
            };
            buffer.set_style(row, theme.selected);
        }
    }
    let note = inside.y + Part::ALL.len() as u16;
    if source.missing > 0 && note < inside.bottom() {
        let missing = size::rounded(source.missing as u64);
        let text = format!("The last {missing} of the payload are not kept.");
        let text = fit(&text, usize::from(inside.width));
        buffer.set_string(inside.x, note, text, theme.notice);
    }
}
