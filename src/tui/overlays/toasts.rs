//! Toasts, above the hints at the right: short ones on a line, long ones on as many as they need.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    widgets::{Clear, Widget},
};

use crate::tui::{
    app::{App, Level},
    widgets::{fit, width},
};

/// The widest line. Longer ones are hard to read in one look.
const WIDEST: usize = 72;
/// The most lines of one. A server's words may be longer than a screen.
const TALLEST: usize = 5;

/// Draws them, the newest lowest.
pub fn draw(app: &App, buffer: &mut Buffer) {
    let screen = app.layout.screen;
    let room = usize::from(screen.width).saturating_sub(4).min(WIDEST);
    let mut bottom = app.layout.hints.y;
    for toast in app.toasts.iter().rev() {
        let lines = wrapped(&toast.text, room);
        let wide = lines.iter().map(|line| width(line)).max().unwrap_or(0) as u16 + 2;
        let place = Rect {
            x: screen.right().saturating_sub(wide + 1),
            y: bottom.saturating_sub(lines.len() as u16),
            width: wide,
            height: lines.len() as u16,
        };
        // the status line stays readable
        if place.y <= screen.y {
            return;
        }
        bottom = place.y;
        let style = match toast.level {
            Level::Done => app.theme.good,
            Level::Notice => app.theme.notice,
            Level::Failed => app.theme.bad,
        };
        Clear.render(place, buffer);
        for (line, y) in lines.iter().zip(place.y..place.bottom()) {
            buffer.set_string(place.x + 1, y, line, style);
        }
    }
}

/// The text in lines of at most so many cells, broken at blanks where there are any.
fn wrapped(text: &str, cells: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let count = lines.len();
        let Some(line) = lines.last_mut() else { break };
        if line.is_empty() {
            line.push_str(&fit(word, cells));
        } else if width(line) + 1 + width(word) <= cells {
            line.push(' ');
            line.push_str(word);
        } else if count < TALLEST {
            lines.push(fit(word, cells).into_owned());
        } else {
            *line = fit(line, cells.saturating_sub(2)).into_owned() + " …";
            break;
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lines_break_at_blanks_and_end_in_dots() {
        assert_eq!(wrapped("short", 20), ["short"]);
        assert_eq!(wrapped("one two three", 8), ["one two", "three"]);
        assert_eq!(wrapped("unbreakable", 6), ["unbre…"]);
        assert_eq!(wrapped("a b c d e f g", 1).len(), TALLEST);
        assert!(wrapped(&"word ".repeat(99), 20)[TALLEST - 1].ends_with(" …"));
    }

    proptest! {
        #[test]
        fn no_line_is_too_wide(text in "[a-z日 ]{0,80}", cells in 4usize..40) {
            for line in wrapped(&text, cells) {
                prop_assert!(width(&line) <= cells, "{line:?}");
            }
        }
    }
}
