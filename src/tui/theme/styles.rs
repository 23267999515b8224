//! The styles by what they say, computed once.

use ratatui::style::{Color, Modifier, Style};

use crate::payload::{Colour, Kind, Paint};

/// Every style on the screen, named by its meaning.
#[derive(Clone, Debug)]
pub struct Theme {
    /// Ordinary text.
    pub text: Style,
    /// What repeats: times, borders, labels.
    pub dim: Style,
    /// What is to be read first.
    pub bold: Style,
    /// The border of the pane with the focus.
    pub accent: Style,
    /// Where we are: the view shown, the kind chosen.
    pub chosen: Style,
    /// The row under the cursor.
    pub selected: Style,
    /// What is dim elsewhere, on the row under the cursor.
    dim_on_selected: Style,
    /// A key in the hints.
    pub key: Style,
    /// It works, it is connected, it follows.
    pub good: Style,
    /// Mind this: waiting, filtered, frozen.
    pub notice: Style,
    /// Loss and failure.
    pub bad: Style,
    /// What is searched for, where it stands.
    pub hit: Style,
    /// What is wrong in a line that is typed.
    pub wrong: Style,
    /// A direction: received.
    pub incoming: Style,
    /// A direction: sent.
    pub outgoing: Style,
    /// What somebody wants to come back to.
    pub mark: Style,
    subscriptions: &'static [Color],
    colours: bool,
}

/// A colour that stands for a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // the names say it
pub enum Tint {
    Yellow,
    Blue,
    Cyan,
    Green,
    Magenta,
    Red,
}

impl Tint {
    fn colour(self) -> Color {
        match self {
            Tint::Yellow => Color::Yellow,
            Tint::Blue => Color::Blue,
            Tint::Cyan => Color::Cyan,
            Tint::Green => Color::Green,
            Tint::Magenta => Color::Magenta,
            Tint::Red => Color::Red,
        }
    }
}

const SUBSCRIPTION_COLOURS: &[Color] = &[
    Color::Cyan,
    Color::Magenta,
    Color::Yellow,
    Color::Blue,
    Color::Green,
    Color::LightCyan,
    Color::LightMagenta,
    Color::LightYellow,
    Color::LightBlue,
    Color::LightGreen,
];

impl Theme {
    /// The terminal's own sixteen colours.
    pub fn ansi() -> Theme {
        let style = Style::new();
        Theme {
            text: style,
            dim: style.fg(Color::DarkGray),
            bold: style.add_modifier(Modifier::BOLD),
            accent: style.fg(Color::Cyan),
            chosen: style
                .fg(Color::Black)
                .bg(Color::Cyan)
                .add_modifier(Modifier::BOLD),
            selected: style.bg(Color::DarkGray),
            dim_on_selected: style.fg(Color::Gray),
            key: style.fg(Color::Cyan).add_modifier(Modifier::BOLD),
            good: style.fg(Color::Green),
            notice: style.fg(Color::Yellow),
            bad: style.fg(Color::Red),
            // reversed, so that it shows on the selected row as well
            hit: style.fg(Color::Yellow).add_modifier(Modifier::REVERSED),
            wrong: style.fg(Color::Red).add_modifier(Modifier::UNDERLINED),
            incoming: style.fg(Color::Cyan),
            outgoing: style.fg(Color::Yellow),
            mark: style.fg(Color::Magenta),
            subscriptions: SUBSCRIPTION_COLOURS,
            colours: true,
        }
    }

    /// No colour at all (`NO_COLOR`): everything is said by bold, dim, underline and reverse.
    pub fn plain() -> Theme {
        let style = Style::new();
        let bold = style.add_modifier(Modifier::BOLD);
        let reversed = style.add_modifier(Modifier::REVERSED);
        Theme {
            text: style,
            dim: style.add_modifier(Modifier::DIM),
            bold,
            accent: bold,
            chosen: reversed.add_modifier(Modifier::BOLD),
            selected: reversed,
            dim_on_selected: style,
            key: bold,
            good: style,
            notice: bold,
            bad: bold.add_modifier(Modifier::UNDERLINED),
            hit: reversed.add_modifier(Modifier::UNDERLINED),
            wrong: bold.add_modifier(Modifier::UNDERLINED),
            incoming: style,
            outgoing: bold,
            mark: bold,
            subscriptions: SUBSCRIPTION_COLOURS,
            colours: false,
        }
    }

    /// What repeats, on a row that is under the cursor or is not.
    pub fn dim_on(&self, selected: bool) -> Style {
        if selected {
            self.dim_on_selected
        } else {
            self.dim
        }
    }

    /// The border and the scrollbar of a pane that has the keys or has not.
    pub fn border(&self, focused: bool) -> Style {
        if focused { self.accent } else { self.dim }
    }

    /// The colour of the nth subscription.
    pub fn subscription(&self, number: usize) -> Style {
        match self
            .subscriptions
            .get(number % self.subscriptions.len().max(1))
        {
            Some(colour) if self.colours => Style::new().fg(*colour),
            _ => Style::new(),
        }
    }

    /// A tint in front of the terminal's own background: for marks, since not every colour can be read
    /// there.
    pub fn tint(&self, tint: Tint) -> Style {
        if self.colours {
            Style::new().fg(tint.colour())
        } else {
            self.bold
        }
    }

    /// A tint behind text, which is dark or light on it whatever the terminal's own background. Nothing
    /// where no colours are wanted.
    pub fn badge(&self, tint: Tint) -> Option<Style> {
        // black is hard to read on what most palettes have dark
        let text = match tint {
            Tint::Blue | Tint::Red | Tint::Magenta => Color::White,
            Tint::Yellow | Tint::Cyan | Tint::Green => Color::Black,
        };
        self.colours.then(|| self.bold.fg(text).bg(tint.colour()))
    }

    /// A style with the colours and attributes that a text brings along. What would be of the colour
    /// of its background keeps ours: all of it is to be read.
    pub fn painted(&self, style: Style, paint: Paint) -> Style {
        let mut style = style;
        if self.colours && paint.text != paint.background {
            style.fg = paint.text.map(colour).or(style.fg);
            style.bg = paint.background.map(colour).or(style.bg);
        }
        for (wanted, modifier) in [
            (paint.bold, Modifier::BOLD),
            (paint.dim, Modifier::DIM),
            (paint.italic, Modifier::ITALIC),
            (paint.underlined, Modifier::UNDERLINED),
            (paint.reversed, Modifier::REVERSED),
            (paint.crossed_out, Modifier::CROSSED_OUT),
        ] {
            if wanted {
                style = style.add_modifier(modifier);
            }
        }
        style
    }

    /// The style of a piece of a payload.
    pub fn payload(&self, kind: Kind) -> Style {
        if !self.colours {
            return self.text;
        }
        match kind {
            Kind::Key => Style::new().fg(Color::Cyan),
            Kind::String => Style::new().fg(Color::Green),
            Kind::Number => Style::new().fg(Color::Yellow),
            Kind::Literal => Style::new().fg(Color::Magenta),
            Kind::Punctuation | Kind::Offset => self.dim,
            Kind::Escape => self.notice,
            _ => self.text,
        }
    }
}

fn colour(colour: Colour) -> Color {
    match colour {
        Colour::Indexed(index) => Color::Indexed(index),
        Colour::Rgb(red, green, blue) => Color::Rgb(red, green, blue),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_brings_its_colours_and_hides_nothing_with_them() {
        let paint = |text, background| Paint {
            text,
            background,
            bold: true,
            ..Paint::default()
        };
        let (red, black) = (Some(Colour::Indexed(1)), Some(Colour::Indexed(0)));
        let bold = Style::new().add_modifier(Modifier::BOLD);
        let theme = Theme::ansi();
        let style = |paint| theme.painted(Style::new(), paint);
        assert_eq!(style(paint(red, None)), bold.fg(Color::Indexed(1)));
        assert_eq!(
            style(paint(red, black)),
            bold.fg(Color::Indexed(1)).bg(Color::Indexed(0))
        );
        assert_eq!(style(paint(red, red)), bold);
        assert_eq!(style(paint(None, None)), bold);
        let plain = Theme::plain().painted(Style::new(), paint(red, black));
        assert_eq!(plain, bold, "no colours are wanted");
    }
}
