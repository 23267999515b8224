//! Making characters visible: the one place that decides what may reach a terminal as it is.

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// These bytes as text in which everything can be seen and nothing acts on a terminal.
///
/// C0 controls and DEL become their pictures (`␊`, `␛`), other characters that have no width or
/// reorder their neighbours become `\u{202e}`, bytes that are not UTF-8 become `\xff`.
///
/// ```
/// assert_eq!(goingnats::payload::visible(b"a\x1b[31m\xff"), "a␛[31m\\xff");
/// ```
pub fn visible(bytes: &[u8]) -> Cow<'_, str> {
    if bytes.iter().all(|byte| is_plain_ascii(*byte))
        && let Ok(text) = str::from_utf8(bytes)
    {
        return Cow::Borrowed(text);
    }
    let mut text = String::with_capacity(bytes.len());
    for unit in units(bytes) {
        unit.push_to(&mut text);
    }
    Cow::Owned(text)
}

/// How many terminal cells a text takes, measured as ratatui measures it: cluster by cluster.
pub fn cells(text: &str) -> usize {
    if text.is_ascii() {
        return text.len();
    }
    text.graphemes(true).map(cluster_cells).sum()
}

/// The smallest thing that is shown or left out as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit<'a> {
    /// Shown as it is: a character with its combining marks, one or two cells wide.
    Cluster(&'a str, usize),
    /// A tab: a picture, or the way to the next stop where lines keep their columns.
    Tab,
    /// A control character that has a picture.
    Picture(char),
    /// A character shown by its number.
    Code(char),
    /// A byte that is not UTF-8.
    Byte(u8),
}

/// A tab reaches to the next multiple of this column in a document.
pub(super) const TAB: usize = 4;

/// More bytes than any cluster that is meant to be read; further marks are shown by number.
const CLUSTER: usize = 32;

impl<'a> Unit<'a> {
    /// The first unit of these bytes and its length, looking at [`CLUSTER`] bytes at most.
    pub(super) fn first(bytes: &'a [u8]) -> Option<(Unit<'a>, usize)> {
        let byte = *bytes.first()?;
        if is_plain_ascii(byte) && bytes.get(1).is_none_or(u8::is_ascii) {
            let text = str::from_utf8(bytes.get(..1)?).ok()?;
            return Some((Unit::Cluster(text, 1), 1));
        }
        let window = valid(bytes.get(..CLUSTER).unwrap_or(bytes));
        let Some(first) = window.chars().next() else {
            return Some((Unit::Byte(byte), 1));
        };
        let unit = match first {
            '\t' => Unit::Tab,
            '\0'..='\x1f' => Unit::Picture(picture(byte)),
            '\x7f' => Unit::Picture('\u{2421}'),
            _ if is_hidden(first) || first.width().unwrap_or(0) == 0 => Unit::Code(first),
            _ => {
                let text = readable_cluster(window);
                return Some((Unit::Cluster(text, cluster_cells(text)), text.len()));
            }
        };
        Some((unit, first.len_utf8()))
    }

    /// How many cells it takes when it starts in this column of a document.
    pub(super) fn cells_at(&self, column: usize) -> usize {
        match self {
            Unit::Cluster(_, cells) => *cells,
            Unit::Tab => TAB - column % TAB,
            Unit::Picture(_) => 1,
            Unit::Code(c) => "\\u{}".len() + hex_digits(u32::from(*c)),
            Unit::Byte(_) => "\\xff".len(),
        }
    }

    /// Appends what is shown; a tab as its picture.
    pub(super) fn push_to(&self, text: &mut String) {
        match self {
            Unit::Cluster(cluster, _) => text.push_str(cluster),
            Unit::Tab => text.push(picture(b'\t')),
            Unit::Picture(c) => text.push(*c),
            Unit::Code(c) => text.push_str(&format!("\\u{{{:x}}}", u32::from(*c))),
            Unit::Byte(byte) => text.push_str(&format!("\\x{byte:02x}")),
        }
    }
}

/// Everything in these bytes, in order.
pub(super) fn units(bytes: &[u8]) -> impl Iterator<Item = Unit<'_>> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let (unit, len) = Unit::first(rest)?;
        rest = rest.get(len..).unwrap_or_default();
        Some(unit)
    })
}

/// The bytes up to the first that is not UTF-8.
fn valid(bytes: &[u8]) -> &str {
    match str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => bytes
            .get(..error.valid_up_to())
            .and_then(|bytes| str::from_utf8(bytes).ok())
            .unwrap_or_default(),
    }
}

/// The first cluster of the text, as far as it can be shown as it is in two cells.
fn readable_cluster(text: &str) -> &str {
    let cluster = text.graphemes(true).next().unwrap_or_default();
    let mut end = 0;
    for (at, c) in cluster.char_indices() {
        let next = at + c.len_utf8();
        let fits = cluster
            .get(..next)
            .is_some_and(|head| cluster_cells(head) <= 2);
        if end > 0 && (is_hidden(c) || !fits) {
            break;
        }
        end = next;
    }
    cluster.get(..end).unwrap_or_default()
}

/// ratatui gives the half-width sound marks a cell, as terminals do; unicode-width does not.
fn cluster_cells(cluster: &str) -> usize {
    let sound_marks = cluster
        .chars()
        .filter(|c| matches!(c, '\u{ff9e}' | '\u{ff9f}'))
        .count();
    cluster.width() + sound_marks
}

/// Whether the byte is a character, takes a cell, and acts on nothing.
pub(super) fn is_plain_ascii(byte: u8) -> bool {
    matches!(byte, b' '..=b'~')
}

/// The picture of a C0 control character (Unicode block Control Pictures).
fn picture(control: u8) -> char {
    char::from_u32(0x2400 + u32::from(control)).unwrap_or(char::REPLACEMENT_CHARACTER)
}

fn hex_digits(number: u32) -> usize {
    (number.checked_ilog2().unwrap_or(0) / 4 + 1) as usize
}

/// Controls, what Unicode calls Default_Ignorable_Code_Point, line separators and annotations: they
/// have no picture of their own, or change how others are shown. Only the two selectors that choose
/// between the text and the emoji form of a character are left alone.
pub(super) fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0d}'
            | '\u{feff}' | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn nothing_acts_on_a_terminal_and_nothing_is_invisible() {
        for (bytes, shown) in [
            (&b"plain"[..], "plain"),
            (b"", ""),
            (b"a\tb\r\nc", "a␉b␍␊c"),
            (b"\x1b[31mred", "␛[31mred"),
            (b"\x00\x07\x7f", "␀␇␡"),
            ("a\u{85}\u{9b}b".as_bytes(), "a\\u{85}\\u{9b}b"),
            ("x\u{202e}y\u{2066}z".as_bytes(), "x\\u{202e}y\\u{2066}z"),
            ("a\u{200b}b\u{feff}".as_bytes(), "a\\u{200b}b\\u{feff}"),
            (b"caf\xe9 \xc3", "caf\\xe9 \\xc3"),
            ("日本".as_bytes(), "日本"),
            ("e\u{301}".as_bytes(), "e\u{301}"),
            ("\u{301}e".as_bytes(), "\\u{301}e"),
            ("🇩🇪👍🏽❤\u{fe0f}".as_bytes(), "🇩🇪👍🏽❤\u{fe0f}"),
            ("👨\u{200d}👩".as_bytes(), "👨\\u{200d}👩"),
            ("\u{e0041}".as_bytes(), "\\u{e0041}"),
        ] {
            assert_eq!(visible(bytes), shown, "{bytes:?}");
        }
    }

    #[test]
    fn a_pile_of_marks_is_shown_by_number_from_some_point() {
        let zalgo = format!("a{}", "\u{301}".repeat(1000));

        let shown = visible(zalgo.as_bytes());

        assert!(shown.ends_with("\\u{301}"));
        assert!(cells(&shown) > 900);
    }

    proptest! {
        #[test]
        fn any_bytes_become_safe_text(bytes: Vec<u8>) {
            prop_assert!(!visible(&bytes).contains(is_hidden));
        }

        #[test]
        fn any_text_is_as_wide_as_its_units(text in "\\PC{0,12}|[\\u{0}-\\u{10ffff}]{0,40}") {
            let counted: usize = units(text.as_bytes())
                .filter(|unit| *unit != Unit::Tab)
                .map(|unit| unit.cells_at(0))
                .sum();
            let text = text.replace('\t', "");
            let shown = visible(text.as_bytes());
            prop_assert!(cells(&shown) <= counted, "{shown:?}");
        }
    }
}
