//! Escape sequences of terminals inside a text: where they end, and what their colours mean
//! (ECMA-48, and xterm's "Control Sequences").

use crate::text::Unit;

/// What becomes of the escape sequences of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sequences {
    /// They are shown, as any other control character.
    Shown,
    /// Colours and the like become a [`Paint`], everything else is left out.
    Painted,
}

/// How a text wants to look. Blinking and hiding is not offered: all of it is to be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // the names say it
pub struct Paint {
    pub text: Option<Colour>,
    pub background: Option<Colour>,
    pub bold: bool,
    pub dim: bool,
    pub italic: bool,
    pub underlined: bool,
    pub reversed: bool,
    pub crossed_out: bool,
}

/// A colour of a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Colour {
    /// Of the palette: the sixteen of the terminal, the cube, the greys.
    Indexed(u8),
    /// Red, green and blue.
    Rgb(u8, u8, u8),
}

/// A longer sequence is none: it is shown. Longest of all are links and pictures.
const LONGEST: usize = 4096;

/// What a text begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sequence {
    /// A sequence of so many bytes.
    Whole(usize),
    /// The beginning of a sequence whose end is missing.
    Open,
    /// Something else.
    None,
}

/// The next part of a text, and its length.
pub(super) enum Part<'a> {
    Unit(Unit<'a>),
    Sequence(&'a [u8]),
}

impl<'a> Part<'a> {
    pub(super) fn first(bytes: &'a [u8], sequences: Sequences) -> Option<(Part<'a>, usize)> {
        if sequences == Sequences::Painted
            && let Sequence::Whole(len) = sequence(bytes)
        {
            return Some((Part::Sequence(bytes.get(..len)?), len));
        }
        let (unit, len) = Unit::first(bytes)?;
        Some((Part::Unit(unit), len))
    }
}

/// The escape sequence that the bytes begin with. None goes on behind the end of its line, and for none
/// it is looked further than to where the next one could begin: all of a text costs one pass.
pub(super) fn sequence(bytes: &[u8]) -> Sequence {
    let bytes = bytes.get(..LONGEST).unwrap_or(bytes);
    let (kind, rest) = match bytes {
        [0x1b, kind @ 0x20..=0x7e, rest @ ..] => (*kind, rest),
        // the same as one character, as terminals take it too
        [0xc2, c1 @ 0x80..=0x9f, rest @ ..] => (c1 - 0x40, rest),
        [0x1b] => return Sequence::Open,
        _ => return Sequence::None,
    };
    let length = match kind {
        b'[' => control(rest),
        b']' | b'P' | b'X' | b'^' | b'_' => string(rest, kind == b']'),
        _ if bytes.first() == Some(&0xc2) => return Sequence::None,
        // what terminals take begins so with these letters alone, and a text may have a blank there
        b' ' if !matches!(rest.first(), None | Some(b'F' | b'G' | b'L'..=b'N')) => {
            return Sequence::None;
        }
        b' '..=b'/' => intermediate(rest),
        _ => Ok(0),
    };
    match length {
        Ok(length) => Sequence::Whole(2 + length),
        Err(end) => end,
    }
}

/// Parameters, intermediate bytes, a final byte.
fn control(rest: &[u8]) -> Result<usize, Sequence> {
    let parameters = run(rest, |byte| matches!(byte, b'0'..=b'?'));
    let behind = rest.get(parameters..).unwrap_or_default();
    Ok(parameters + intermediate(behind)?)
}

/// Intermediate bytes, a final byte.
fn intermediate(rest: &[u8]) -> Result<usize, Sequence> {
    let skipped = run(rest, |byte| matches!(byte, b' '..=b'/'));
    match rest.get(skipped) {
        Some(b'0'..=b'~') => Ok(skipped + 1),
        Some(_) => Err(Sequence::None),
        None => Err(Sequence::Open),
    }
}

/// Anything up to the string terminator, or where it may, a BEL.
fn string(rest: &[u8], ends_with_bell: bool) -> Result<usize, Sequence> {
    let mut at = 0;
    loop {
        match rest.get(at..).unwrap_or_default() {
            [0x1b, b'\\', ..] | [0xc2, 0x9c, ..] => return Ok(at + 2),
            [0x07, ..] if ends_with_bell => return Ok(at + 1),
            [] | [0x1b] => return Err(Sequence::Open),
            // what begins anew there ends the string in no terminal alike; and a string that went on behind
            // another opener would be read again for each of them
            [0x1b | b'\n' | 0x18 | 0x1a, ..] | [0xc2, 0x80..=0x9f, ..] => {
                return Err(Sequence::None);
            }
            _ => at += 1,
        }
    }
}

fn run(bytes: &[u8], belongs: impl Fn(u8) -> bool) -> usize {
    bytes.iter().take_while(|byte| belongs(**byte)).count()
}

/// The places where a sequence may begin.
fn starts(bytes: &[u8]) -> impl Iterator<Item = usize> {
    memchr::memchr2_iter(0x1b, 0xc2, bytes)
}

/// Whether there is an escape sequence in these bytes.
pub(super) fn has_sequences(bytes: &[u8]) -> bool {
    starts(bytes).any(|at| {
        let from_here = bytes.get(at..).unwrap_or_default();
        matches!(sequence(from_here), Sequence::Whole(_))
    })
}

/// The place itself, or where the sequence begins that goes on there.
pub(super) fn outside(bytes: &[u8], place: usize) -> usize {
    let near = place.saturating_sub(LONGEST);
    let before = bytes.get(near..place).unwrap_or_default();
    let around = starts(before).find(|at| {
        let from_there = bytes.get(near + at..).unwrap_or_default();
        matches!(sequence(from_there), Sequence::Whole(len) if near + at + len > place)
    });
    around.map_or(place, |at| near + at)
}

impl Paint {
    /// How the text behind these bytes looks, where it looked so before them.
    pub(super) fn behind(mut self, bytes: &[u8]) -> Paint {
        let mut end = 0;
        for at in starts(bytes) {
            let from_here = bytes.get(at..).unwrap_or_default();
            if at >= end
                && let Sequence::Whole(len) = sequence(from_here)
            {
                end = at + len;
                self.apply(from_here.get(..len).unwrap_or_default());
            }
        }
        self
    }

    /// Takes a sequence. Only those that select a graphic rendition change anything.
    pub(super) fn apply(&mut self, sequence: &[u8]) {
        let parameters = match sequence {
            [0x1b, b'[', parameters @ .., b'm'] | [0xc2, 0x9b, parameters @ .., b'm'] => parameters,
            _ => return,
        };
        let digits = |byte: &u8| matches!(byte, b'0'..=b'9' | b';' | b':');
        if !parameters.iter().all(digits) {
            return;
        }
        let mut parameters = parameters.split(|byte| *byte == b';');
        while let Some(parameter) = parameters.next() {
            let mut parts = parameter.split(|byte| *byte == b':').map(number);
            match parts.next().flatten() {
                Some(which @ (38 | 48 | 58)) => {
                    let colour = match parameter.contains(&b':') {
                        true => with_colons(&mut parts),
                        false => colour(|| parameters.next().and_then(number)),
                    };
                    match which {
                        38 => self.text = colour.or(self.text),
                        48 => self.background = colour.or(self.background),
                        _ => {}
                    }
                }
                Some(4) => self.underlined = parts.next().flatten() != Some(0),
                Some(number) => self.select(number),
                None => {}
            }
        }
    }

    fn select(&mut self, number: u8) {
        match number {
            0 => *self = Paint::default(),
            1 => self.bold = true,
            2 => self.dim = true,
            3 => self.italic = true,
            7 => self.reversed = true,
            9 => self.crossed_out = true,
            21 => self.underlined = true,
            22 => (self.bold, self.dim) = (false, false),
            23 => self.italic = false,
            24 => self.underlined = false,
            27 => self.reversed = false,
            29 => self.crossed_out = false,
            30..=37 => self.text = Some(Colour::Indexed(number - 30)),
            39 => self.text = None,
            40..=47 => self.background = Some(Colour::Indexed(number - 40)),
            49 => self.background = None,
            90..=97 => self.text = Some(Colour::Indexed(number - 90 + 8)),
            100..=107 => self.background = Some(Colour::Indexed(number - 100 + 8)),
            _ => {}
        }
    }
}

/// `5;n` or `2;r;g;b`.
fn colour(mut next: impl FnMut() -> Option<u8>) -> Option<Colour> {
    match next()? {
        5 => Some(Colour::Indexed(next()?)),
        2 => Some(Colour::Rgb(next()?, next()?, next()?)),
        _ => None,
    }
}

/// `5:n`, `2:r:g:b` or, with a colour space that nobody gives, `2::r:g:b`.
fn with_colons(parts: &mut dyn Iterator<Item = Option<u8>>) -> Option<Colour> {
    let mut parts: Vec<u8> = parts.map(Option::unwrap_or_default).collect();
    if parts.first() == Some(&2) && parts.len() > 4 {
        parts.remove(1);
    }
    let mut parts = parts.into_iter();
    colour(|| parts.next())
}

/// A parameter; none given is 0, and one that is no byte is none.
fn number(digits: &[u8]) -> Option<u8> {
    match str::from_utf8(digits).ok()? {
        "" => Some(0),
        digits => digits.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_sequence_ends_where_terminals_end_it() {
        for (bytes, expected) in [
            (&b"\x1b[31mred"[..], Sequence::Whole(5)),
            (b"\x1b[m", Sequence::Whole(3)),
            (b"\x1b[?25lx", Sequence::Whole(6)),
            (b"\x1b[0 qx", Sequence::Whole(5)),
            (b"\x1b[>4;2mx", Sequence::Whole(7)),
            (b"\xc2\x9b31mred", Sequence::Whole(5)),
            (b"\x1b(Bx", Sequence::Whole(3)),
            (b"\x1b Fx", Sequence::Whole(3)),
            (b"\x1b in", Sequence::None),
            (b"\x1b7x", Sequence::Whole(2)),
            (b"\x1bcx", Sequence::Whole(2)),
            (b"\x1b]0;title\x07x", Sequence::Whole(10)),
            (b"\x1b]8;;http://a\x1b\\x", Sequence::Whole(15)),
            ("\u{9d}0;t\u{9c}x".as_bytes(), Sequence::Whole(7)),
            (b"\x1bPq#0\x1b\\", Sequence::Whole(7)),
            (b"\x1b", Sequence::Open),
            (b"\x1b[3", Sequence::Open),
            (b"\x1b]0;title", Sequence::Open),
            (b"\x1b]0;title\x1b", Sequence::Open),
            (b"\x1b]0;title\nx\x07", Sequence::None),
            (b"\x1b]0;\x1b[31m", Sequence::None),
            ("\u{9d}0;\u{9d}0;title\x07".as_bytes(), Sequence::None),
            ("\x1b]0;\u{9b}31m\x07".as_bytes(), Sequence::None),
            (b"\x1b[3\nm", Sequence::None),
            (b"\x1b\x1b[m", Sequence::None),
            (b"\x1b\n", Sequence::None),
            ("\u{85}".as_bytes(), Sequence::None),
            ("°".as_bytes(), Sequence::None),
            (b"plain", Sequence::None),
            (b"", Sequence::None),
        ] {
            assert_eq!(sequence(bytes), expected, "{bytes:?}");
        }
        let long = [b"\x1b]", &b"x".repeat(LONGEST)[..], b"\x07"].concat();
        assert_eq!(sequence(&long), Sequence::Open);
    }

    #[test]
    fn colours_and_attributes_are_read() {
        let plain = Paint::default();
        let text = |colour| Paint {
            text: Some(colour),
            ..plain
        };
        for (bytes, expected) in [
            ("\x1b[31m", text(Colour::Indexed(1))),
            ("\u{9b}31m", text(Colour::Indexed(1))),
            ("\x1b[97m", text(Colour::Indexed(15))),
            ("\x1b[38;5;208m", text(Colour::Indexed(208))),
            ("\x1b[38:5:208m", text(Colour::Indexed(208))),
            ("\x1b[38;2;1;2;3m", text(Colour::Rgb(1, 2, 3))),
            ("\x1b[38:2::1:2:3m", text(Colour::Rgb(1, 2, 3))),
            ("\x1b[38:2:1:2:3m", text(Colour::Rgb(1, 2, 3))),
            ("\x1b[58;5;1;31m", text(Colour::Indexed(1))),
            ("\x1b[31m\x1b[m", plain),
            ("\x1b[1;31;4m\x1b[0m", plain),
            ("\x1b[1;2m\x1b[22m", plain),
            ("\x1b[4:3m\x1b[4:0m", plain),
            ("\x1b[31;41m\x1b[39;49m", plain),
            ("\x1b[5;8m", plain),
            ("\x1b[>31m", plain),
            ("\x1b[?31m", plain),
            ("\x1b[31K", plain),
            ("\x1b[999m", plain),
            ("\x1b[38;5m", plain),
            ("\x1b[38;5;999m", plain),
        ] {
            assert_eq!(plain.behind(bytes.as_bytes()), expected, "{bytes:?}");
        }
        let both = plain.behind(b"\x1b[;1;4m\x1b[44m");
        assert!(both.bold && both.underlined && both.background == Some(Colour::Indexed(4)));
    }

    #[test]
    fn a_place_inside_a_sequence_is_moved_before_it() {
        let bytes = b"ab\x1b[31mcd";
        for (place, expected) in [(0, 0), (2, 2), (3, 2), (6, 2), (7, 7), (8, 8), (99, 99)] {
            assert_eq!(outside(bytes, place), expected, "{place}");
        }
    }

    /// Where the first sequence could begin behind the one that the bytes begin with.
    fn next_opener(bytes: &[u8]) -> Option<usize> {
        let opens =
            |at: usize| matches!(bytes.get(at..), Some([0x1b, ..] | [0xc2, 0x80..=0x9f, ..]));
        (2..bytes.len()).find(|at| opens(*at))
    }

    proptest! {
        /// No byte is looked at for two sequences, so that a flood of openers costs no more than any
        /// other text: what stands behind the next opener decides nothing.
        #[test]
        fn a_sequence_is_sought_no_further_than_to_the_next_opener(
            opener in "\x1b[\\]PX^_\\[ (]|[\u{90}\u{98}\u{9b}\u{9d}-\u{9f}]",
            text in "[\x1b\u{80}-\u{9f}\u{a0}-\u{c0}\\[\\]P;01m a\x07\x18\n\\\\]{0,12}",
        ) {
            let bytes = [opener, text].concat().into_bytes();
            if let Some(at) = next_opener(&bytes) {
                let near = &bytes[..bytes.len().min(at + 2)];
                prop_assert_eq!(sequence(&bytes), sequence(near));
            }
        }

        /// Any bytes are parts, and put together they are the bytes again.
        #[test]
        fn no_bytes_are_lost(bytes in "[\x1b\\[\\]0-9;m?\x07a-c\u{9b}\u{9c}\n\\\\]{0,40}") {
            let mut rest = bytes.as_bytes();
            while let Some((part, len)) = Part::first(rest, Sequences::Painted) {
                prop_assert!(0 < len && len <= rest.len());
                if let Part::Sequence(sequence) = part {
                    prop_assert_eq!(sequence.len(), len);
                    Paint::default().apply(sequence);
                }
                prop_assert!(str::from_utf8(&rest[len..]).is_ok());
                rest = &rest[len..];
            }
            prop_assert!(rest.is_empty());
        }
    }
}
