//! One key with its modifiers, as it is written in the key table, in help and in tests.

use std::{fmt, str::FromStr};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::text::quoted;

/// A key with its modifiers. Written `Ctrl-P`, `Alt-Enter`, `F5`, `Space`, `?`; a letter with Shift is
/// the capital letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Chord {
    /// The key.
    pub code: KeyCode,
    /// Ctrl, Alt and Shift; never Shift on a character.
    pub modifiers: KeyModifiers,
}

const NAMED: &[(&str, KeyCode)] = &[
    ("Enter", KeyCode::Enter),
    ("Esc", KeyCode::Esc),
    ("Tab", KeyCode::Tab),
    ("Space", KeyCode::Char(' ')),
    ("Backspace", KeyCode::Backspace),
    ("Delete", KeyCode::Delete),
    ("Up", KeyCode::Up),
    ("Down", KeyCode::Down),
    ("Left", KeyCode::Left),
    ("Right", KeyCode::Right),
    ("PgUp", KeyCode::PageUp),
    ("PgDn", KeyCode::PageDown),
    ("Home", KeyCode::Home),
    ("End", KeyCode::End),
];

const MODIFIERS: &[(&str, KeyModifiers)] = &[
    ("Ctrl-", KeyModifiers::CONTROL),
    ("Alt-", KeyModifiers::ALT),
    ("Shift-", KeyModifiers::SHIFT),
];

impl Chord {
    /// The event a terminal would send.
    pub fn event(&self) -> KeyEvent {
        KeyEvent::new(self.code, self.modifiers)
    }

    /// Reads a sequence of keys: characters as they are, everything else as `<Name>`, `<` itself as
    /// `<<>`. `s orders.><Enter>` types nine characters between `s` and Enter.
    ///
    /// # Errors
    /// The name that is not a key.
    pub fn sequence(keys: &str) -> Result<Vec<Chord>, UnknownKey> {
        let mut chords = Vec::new();
        let mut rest = keys;
        while let Some(first) = rest.chars().next() {
            let behind = rest.split_at(first.len_utf8()).1;
            rest = match (first, behind.split_once('>')) {
                ('<', Some((name, after))) => {
                    chords.push(name.parse()?);
                    after
                }
                _ => {
                    chords.push(Chord::from(KeyEvent::from(KeyCode::Char(first))));
                    behind
                }
            };
        }
        Ok(chords)
    }
}

/// A name that is not a key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} is not a key; keys are written like Ctrl-P, Alt-Enter, F5, Space or ?", quoted(.0))]
pub struct UnknownKey(pub String);

impl FromStr for Chord {
    type Err = UnknownKey;

    fn from_str(text: &str) -> Result<Chord, UnknownKey> {
        let unknown = || UnknownKey(text.to_owned());
        let mut modifiers = KeyModifiers::empty();
        let mut name = text;
        while let Some((rest, modifier)) = MODIFIERS
            .iter()
            .find_map(|(prefix, modifier)| Some((name.strip_prefix(prefix)?, *modifier)))
            .filter(|(rest, _)| !rest.is_empty())
        {
            modifiers |= modifier;
            name = rest;
        }
        let named = NAMED
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, code)| *code);
        let function = || {
            let number = name.strip_prefix('F')?.parse().ok()?;
            (1..=24).contains(&number).then_some(KeyCode::F(number))
        };
        let character = || {
            let mut chars = name.chars();
            let c = chars.next().filter(|_| chars.next().is_none())?;
            let ctrl = modifiers.contains(KeyModifiers::CONTROL);
            Some(KeyCode::Char(if ctrl { c.to_ascii_lowercase() } else { c }))
        };
        let code = named
            .or_else(function)
            .or_else(character)
            .ok_or_else(unknown)?;
        Ok(Chord { code, modifiers })
    }
}

impl fmt::Display for Chord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (prefix, modifier) in MODIFIERS {
            if self.modifiers.contains(*modifier) {
                f.write_str(prefix)?;
            }
        }
        if let Some((name, _)) = NAMED.iter().find(|(_, code)| *code == self.code) {
            return f.write_str(name);
        }
        match self.code {
            KeyCode::F(number) => write!(f, "F{number}"),
            KeyCode::Char(c) if self.modifiers.contains(KeyModifiers::CONTROL) => {
                write!(f, "{}", c.to_ascii_uppercase())
            }
            KeyCode::Char(c) => write!(f, "{c}"),
            other => write!(f, "{other}"),
        }
    }
}

/// What a terminal sends for one key differs by terminal and protocol; here it becomes one thing.
impl From<KeyEvent> for Chord {
    fn from(key: KeyEvent) -> Chord {
        let known = KeyModifiers::CONTROL | KeyModifiers::ALT | KeyModifiers::SHIFT;
        let mut modifiers = key.modifiers & known;
        let code = match key.code {
            KeyCode::BackTab => {
                modifiers |= KeyModifiers::SHIFT;
                KeyCode::Tab
            }
            KeyCode::Char(c) => {
                let shifted = modifiers.contains(KeyModifiers::SHIFT);
                modifiers -= KeyModifiers::SHIFT;
                let ctrl = modifiers.contains(KeyModifiers::CONTROL);
                KeyCode::Char(match c {
                    c if ctrl => c.to_ascii_lowercase(),
                    c if shifted => c.to_ascii_uppercase(),
                    c => c,
                })
            }
            code => code,
        };
        Chord { code, modifiers }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_what_is_shown() {
        for text in [
            "Ctrl-P",
            "Alt-Enter",
            "Ctrl-Enter",
            "F5",
            "Space",
            "?",
            "G",
            "-",
            "Shift-Tab",
        ] {
            assert_eq!(
                text.parse::<Chord>().map(|chord| chord.to_string()),
                Ok(text.to_owned())
            );
        }
    }

    #[test]
    fn nonsense_is_named() {
        for text in ["", "Ctrl-", "F99", "Entr", "ab"] {
            assert!(text.parse::<Chord>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn terminals_agree_after_normalising() {
        let back_tab = KeyEvent::new(KeyCode::BackTab, KeyModifiers::empty());
        let capital = KeyEvent::new(KeyCode::Char('a'), KeyModifiers::SHIFT);
        assert_eq!(Chord::from(back_tab).to_string(), "Shift-Tab");
        assert_eq!(Chord::from(capital).to_string(), "A");
    }

    #[test]
    fn a_sequence_mixes_characters_and_names() {
        let shown: Vec<String> = Chord::sequence("s a.><Enter>")
            .unwrap()
            .iter()
            .map(Chord::to_string)
            .collect();
        assert_eq!(shown, ["s", "Space", "a", ".", ">", "Enter"]);
    }
}
