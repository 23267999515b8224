//! Text made visible: the one place that decides what may be shown as it is.

use std::{borrow::Cow, fmt::Write};

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthChar;

use super::{
    hidden::{is_flag_of_tags, is_hidden, is_odd_blank, is_part},
    width::{TAB, cluster_cells},
};

/// These bytes as text in which everything can be seen and nothing acts on a terminal.
///
/// C0 controls and DEL become their pictures (`␊`, `␛`), other characters that have no width or
/// reorder their neighbours become `\u{202e}`, bytes that are not UTF-8 become `\xff`. A joiner
/// inside an emoji or a word of a script that needs it is part of that; it is shown by number
/// everywhere else. What is visible stays as it is when it is made visible again.
///
/// ```
/// assert_eq!(goingnats::text::visible(b"a\x1b[31m\xff"), "a␛[31m\\xff");
/// ```
pub fn visible(bytes: &[u8]) -> Cow<'_, str> {
    shown(bytes, Rule::Prose)
}

/// A subject, or another name that is compared with others, as [`visible`] shows it; but every
/// character that cannot be seen is shown by its number, joiners and odd blanks too.
///
/// ```
/// let name = "orders\u{200d}.eu".as_bytes();
/// assert_eq!(goingnats::text::visible_subject(name), "orders\\u{200d}.eu");
/// ```
pub fn visible_subject(bytes: &[u8]) -> Cow<'_, str> {
    shown(bytes, Rule::Exact)
}

/// The same JSON document, in which what [`visible`] would not show as it is stands escaped. Such
/// characters stand in strings only; blanks between the tokens are left alone.
///
/// ```
/// assert_eq!(goingnats::text::visible_json("\"a\u{202e}\""), r#""a\u202e""#);
/// ```
pub fn visible_json(json: &str) -> Cow<'_, str> {
    if !json.contains(is_hidden_in_json) {
        return json.into();
    }
    let mut text = String::with_capacity(json.len() + 64);
    let mut rest = json.as_bytes();
    while let Some((unit, len)) = Unit::first(rest) {
        match unit {
            Unit::Cluster(cluster, _) => text.push_str(cluster),
            Unit::Tab => text.push('\t'),
            Unit::Control(control @ 0..0x20) => text.push(control.into()),
            Unit::Control(control) => push_json_escape(&mut text, control.into()),
            Unit::Code(c) => push_json_escape(&mut text, c),
            // there are none: the text is UTF-8
            Unit::Byte(byte) => push_json_escape(&mut text, byte.into()),
        }
        rest = rest.get(len..).unwrap_or_default();
    }
    text.into()
}

/// JSON strings hold no other controls.
fn is_hidden_in_json(c: char) -> bool {
    !matches!(c, '\n' | '\r' | '\t') && is_hidden(c)
}

fn push_json_escape(text: &mut String, c: char) {
    for unit in c.encode_utf16(&mut [0; 2]) {
        // Writing to a string does not fail.
        let _ = write!(text, "\\u{unit:04x}");
    }
}

/// Which characters that cannot be seen are part of what stands around them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rule {
    /// Those that a word or an emoji needs.
    Prose,
    /// None.
    Exact,
}

fn shown(bytes: &[u8], rule: Rule) -> Cow<'_, str> {
    if bytes.iter().all(|byte| is_plain_ascii(*byte))
        && let Ok(text) = str::from_utf8(bytes)
    {
        return Cow::Borrowed(text);
    }
    let mut text = String::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((unit, len)) = Unit::read(rest, rule) {
        unit.push_to(&mut text);
        rest = rest.get(len..).unwrap_or_default();
    }
    Cow::Owned(text)
}

/// The smallest thing that is shown or left out as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit<'a> {
    /// Shown as it is: a character with its combining marks, and how many cells wide.
    Cluster(&'a str, usize),
    /// A tab: a picture, or the way to the next stop where lines keep their columns.
    Tab,
    /// Another control character that has a picture: C0 or DEL.
    Control(u8),
    /// A character shown by its number.
    Code(char),
    /// A byte that is not UTF-8.
    Byte(u8),
}

/// More bytes than nearly all clusters have. A longer one is looked at again.
const SHORT: usize = 32;

/// More bytes than any cluster that is meant to be read: a family of four with skin tones has 41.
const LONG: usize = 64;

/// More marks than any letter has in a language; further ones are shown by number.
const MARKS: usize = 12;

impl<'a> Unit<'a> {
    /// The first unit of these bytes and its length, looking at a bounded number of bytes.
    pub fn first(bytes: &'a [u8]) -> Option<(Unit<'a>, usize)> {
        Unit::read(bytes, Rule::Prose)
    }

    fn read(bytes: &'a [u8], rule: Rule) -> Option<(Unit<'a>, usize)> {
        let byte = *bytes.first()?;
        if is_plain_ascii(byte) && bytes.get(1).is_none_or(u8::is_ascii) {
            let text = str::from_utf8(bytes.get(..1)?).ok()?;
            return Some((Unit::Cluster(text, 1), 1));
        }
        let window = valid(bytes.get(..SHORT).unwrap_or(bytes));
        let Some(first) = window.chars().next() else {
            return Some((Unit::Byte(byte), 1));
        };
        let unit = match first {
            '\t' => Unit::Tab,
            '\0'..='\x1f' | '\x7f' => Unit::Control(byte),
            _ if is_hidden(first) || first.width().unwrap_or(0) == 0 => Unit::Code(first),
            _ if rule == Rule::Exact && is_odd_blank(first) => Unit::Code(first),
            _ => {
                let text = readable_cluster(bytes, window, rule);
                return Some((Unit::Cluster(text, cluster_cells(text)), text.len()));
            }
        };
        Some((unit, first.len_utf8()))
    }

    /// How many cells it takes when it starts in this column of a document.
    pub fn cells_at(&self, column: usize) -> usize {
        match self {
            Unit::Cluster(_, cells) => *cells,
            Unit::Tab => TAB - column % TAB,
            Unit::Control(_) => 1,
            Unit::Code(c) => "\\u{}".len() + hex_digits(u32::from(*c)),
            Unit::Byte(_) => "\\xff".len(),
        }
    }

    /// Appends what is shown; a tab as its picture.
    pub fn push_to(&self, text: &mut String) {
        // Writing to a string does not fail.
        let _ = match self {
            Unit::Cluster(cluster, _) => text.write_str(cluster),
            Unit::Tab => text.write_char(picture(b'\t')),
            Unit::Control(control) => text.write_char(picture(*control)),
            Unit::Code(c) => write!(text, "\\u{{{:x}}}", u32::from(*c)),
            Unit::Byte(byte) => write!(text, "\\x{byte:02x}"),
        };
    }
}

/// Whether the byte is a character, takes a cell, and acts on nothing.
pub fn is_plain_ascii(byte: u8) -> bool {
    matches!(byte, b' '..=b'~')
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

/// The first cluster of these bytes, which begin with `window`, as far as it can be shown as it is
/// in two cells. Its first character can.
fn readable_cluster<'a>(bytes: &'a [u8], window: &'a str, rule: Rule) -> &'a str {
    let mut window = window;
    let mut cluster = window.graphemes(true).next().unwrap_or_default();
    if cluster.len() + "\u{10ffff}".len() > window.len() && bytes.len() > SHORT {
        window = valid(bytes.get(..LONG).unwrap_or(bytes));
        cluster = window.graphemes(true).next().unwrap_or_default();
    }
    if rule == Rule::Prose && is_flag_of_tags(cluster) {
        return cluster;
    }
    let (mut end, mut marks, mut before) = (0, 0, None);
    for (at, c) in cluster.char_indices() {
        let next = at + c.len_utf8();
        if let Some(before) = before {
            let after = window.get(next..).and_then(|rest| rest.chars().next());
            // bytes that are no text join nothing
            let after = after.or((next < bytes.len()).then_some(char::REPLACEMENT_CHARACTER));
            let is_shown = !is_hidden(c)
                || rule == Rule::Prose && is_part(before, c, after, next < cluster.len());
            let fits = cluster
                .get(..next)
                .is_some_and(|head| cluster_cells(head) <= 2);
            marks += usize::from(!is_hidden(c) && c.width() == Some(0));
            if !is_shown || !fits || marks > MARKS {
                break;
            }
        }
        end = next;
        before = Some(c);
    }
    cluster.get(..end).unwrap_or_default()
}

/// The picture of a C0 control character or DEL (Unicode block Control Pictures).
fn picture(control: u8) -> char {
    match control {
        0x7f => '\u{2421}',
        _ => char::from_u32(0x2400 + u32::from(control)).unwrap_or(char::REPLACEMENT_CHARACTER),
    }
}

fn hex_digits(number: u32) -> usize {
    (number.checked_ilog2().unwrap_or(0) / 4 + 1) as usize
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use regex::Regex;

    use super::*;
    use crate::text::cells;

    const FAMILY: &str = "👨\u{200d}👩\u{200d}👧\u{200d}👦";
    const SCOTLAND: &str = "🏴\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}";

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
            ("\u{e0041}".as_bytes(), "\\u{e0041}"),
        ] {
            assert_eq!(visible(bytes), shown, "{bytes:?}");
        }
    }

    #[test]
    fn joiners_are_shown_as_part_of_words_and_emoji_and_by_number_elsewhere() {
        let shown_as_they_are = [
            FAMILY,
            SCOTLAND,
            "👩🏽\u{200d}❤\u{fe0f}\u{200d}💋\u{200d}👨🏽",
            "🏳\u{fe0f}\u{200d}🌈",
            "1\u{fe0f}\u{20e3}",
            "می\u{200c}خواهم",
            "क\u{94d}\u{200d}ष",
            "ර\u{dca}\u{200d}ය",
        ];
        for text in shown_as_they_are {
            assert_eq!(visible(text.as_bytes()), text);
        }
        for (text, shown) in [
            ("\u{200d}", "\\u{200d}"),
            ("\u{200c}", "\\u{200c}"),
            ("a\u{200d}b", "a\\u{200d}b"),
            ("pay\u{200c}pal", "pay\\u{200c}pal"),
            ("👨\u{200d}", "👨\\u{200d}"),
            ("👨\u{200d} 👩", "👨\\u{200d} 👩"),
            ("می\u{200c} ", "می\\u{200c} "),
            ("می\u{200c}\u{200c}خ", "می\\u{200c}\\u{200c}خ"),
            ("a\u{fe0f}", "a\\u{fe0f}"),
            ("❤\u{fe0f}\u{fe0f}", "❤\u{fe0f}\\u{fe0f}"),
            ("🏴\u{e0061}\u{e007f}", "🏴\\u{e0061}\\u{e007f}"),
        ] {
            assert_eq!(visible(text.as_bytes()), shown);
        }
    }

    #[test]
    fn a_joiner_before_what_is_no_text_is_shown_by_number() {
        let bytes = ["می\u{200c}".as_bytes(), b"\xff"].concat();
        assert_eq!(visible(&bytes), "می\\u{200c}\\xff");
    }

    #[test]
    fn a_subject_hides_nothing() {
        for (subject, shown) in [
            (&b"orders.eu"[..], "orders.eu"),
            ("größe.日本.😀".as_bytes(), "größe.日本.😀"),
            (b"f\xff\xfe.a", r"f\xff\xfe.a"),
            (b"fo\0o\x1b[2J\x7f", "fo␀o␛[2J␡"),
            ("a\u{202e}b".as_bytes(), r"a\u{202e}b"),
            ("می\u{200c}خ".as_bytes(), r"می\u{200c}خ"),
            ("👨\u{200d}👩".as_bytes(), r"👨\u{200d}👩"),
            ("❤\u{fe0f}".as_bytes(), r"❤\u{fe0f}"),
            ("a\u{a0}b\u{2800}".as_bytes(), r"a\u{a0}b\u{2800}"),
            (b"\xe2\x80", r"\xe2\x80"),
        ] {
            assert_eq!(visible_subject(subject), shown);
        }
    }

    #[test]
    fn json_is_escaped_and_reads_back_the_same() {
        for (text, expected) in [
            ("plain", "\"plain\""),
            ("\u{7f}\u{9b}31m", "\"\\u007f\\u009b31m\""),
            ("a\u{202e}b", "\"a\\u202eb\""),
            ("a\u{200b}\u{feff}", "\"a\\u200b\\ufeff\""),
            ("\u{e0041}", "\"\\udb40\\udc41\""),
            ("日本 👍", "\"日本 👍\""),
            (FAMILY, &format!("\"{FAMILY}\"")),
        ] {
            let json = serde_json::to_string(text).unwrap();
            let visible = visible_json(&json);
            assert_eq!(visible, expected);
            assert_eq!(serde_json::from_str::<String>(&visible).unwrap(), text);
        }
        let blanks = "{\r\n\t\"a\u{202e}\": 1\n}";
        assert_eq!(visible_json(blanks), "{\r\n\t\"a\\u202e\": 1\n}");
    }

    /// By Unicode's own classes, as another crate knows them: no code point that cannot be seen is
    /// ever shown as it is, alone or between others, for people, in subjects and in JSON.
    #[test]
    fn no_code_point_hides() {
        // the signs of Arabic and Syriac numbers and the like are format characters with a shape
        let hides = Regex::new(
            r"[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}--[\x{600}-\x{605}\x{6dd}\x{70f}\x{890}-\x{891}\x{8e2}\x{110bd}\x{110cd}]]",
        )
        .unwrap();
        let mut hidden = 0;
        for c in '\0'..=char::MAX {
            let is_hidden = hides.is_match(c.encode_utf8(&mut [0; 4]));
            hidden += usize::from(is_hidden);
            let text = match is_hidden {
                // alone, between letters, twice
                true => format!("{c}\n{c} a{c}b 日{c}{c}"),
                false => c.to_string(),
            };
            let people = visible(text.as_bytes());
            assert!(!hides.is_match(&people), "{c:?}: {people:?}");
            assert_eq!(visible(people.as_bytes()), people, "once more: {c:?}");
            let subject = visible_subject(text.as_bytes());
            assert!(!hides.is_match(&subject), "{c:?}: {subject:?}");
            let json = serde_json::to_string(&text).unwrap();
            let json = visible_json(&json);
            assert!(!hides.is_match(&json), "{c:?}: {json:?}");
            assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
        }
        assert!(hidden > 4000, "{hidden}");
    }

    #[test]
    fn a_pile_of_marks_is_shown_by_number_from_some_point() {
        let zalgo = format!("a{}", "\u{301}".repeat(1000));

        let shown = visible(zalgo.as_bytes());

        assert!(shown.ends_with("\\u{301}"));
        assert!(cells(&shown) > 900);
    }

    /// Scripts, marks, joiners, selectors, flags and what is not text.
    const SCRIPTS: &str = "[a-c \t\x1b\u{301}\u{200c}-\u{200f}\u{202a}-\u{202e}\u{fe0e}\u{fe0f}\u{e0061}\u{e007f}\
        กำ\u{e33}ເຈົ້າक\u{94d}षிरक्षকைខ្មែရ\u{1039}မی👨👩🏽❤🇩🇪🏴ｶﾞ日]{0,24}";

    /// Everything in these bytes, in order.
    fn units(bytes: &[u8]) -> impl Iterator<Item = Unit<'_>> {
        let mut rest = bytes;
        std::iter::from_fn(move || {
            let (unit, len) = Unit::first(rest)?;
            rest = rest.get(len..).unwrap_or_default();
            Some(unit)
        })
    }

    proptest! {
        #[test]
        fn any_bytes_become_safe_text(bytes: Vec<u8>, text in SCRIPTS) {
            for bytes in [&bytes[..], text.as_bytes()] {
                let subject = visible_subject(bytes);
                prop_assert!(!subject.contains(is_hidden), "{subject:?}");
                let shown = visible(bytes);
                let hidden: Vec<char> = shown.chars().filter(|c| is_hidden(*c)).collect();
                let joins = ['\u{200c}', '\u{200d}', '\u{fe0e}', '\u{fe0f}'];
                prop_assert!(hidden.iter().all(|c| joins.contains(c)), "{shown:?}");
            }
        }

        #[test]
        fn any_json_stays_the_same_document(text in SCRIPTS, any: String) {
            for text in [text, any] {
                let json = serde_json::to_string(&text).unwrap();
                prop_assert_eq!(serde_json::from_str::<String>(&visible_json(&json)).unwrap(), text);
            }
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
