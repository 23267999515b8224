//! One line that fits.

use super::{
    Kind, Paint, Piece,
    escape::{Part, Sequence, Sequences, has_sequences, outside, sequence},
    form::{head, is_odd_control},
    json::unescaped,
};
use crate::text::{BYTE_ORDER_MARK, Unit, is_plain_ascii};

/// Bytes looked at for a cell shown.
const BYTES_PER_CELL: usize = 8;

/// The same where colours stand between the cells.
const BYTES_PER_PAINTED_CELL: usize = 64;

/// A payload as one line of at most `width` terminal cells, safe to print; ends with `…` where
/// something was left out. Looks at a number of bytes that depends on the width alone.
///
/// Indentation after a line break and escape sequences are left out; what is mostly not text is shown
/// as bytes. Escapes in JSON are shown as what they stand for, and a byte order mark before JSON is not
/// shown.
///
/// ```
/// use goingnats::payload::preview;
///
/// assert_eq!(preview(b"{\n  \"a\": 1\n}", 20), "{␊\"a\": 1␊}");
/// assert_eq!(preview(b"\x1b[31mred\x1b[0m", 20), "red");
/// assert_eq!(preview(b"\x1f\x8b\x08\x00", 20), "1f 8b 08 00");
/// ```
pub fn preview(bytes: &[u8], width: usize) -> String {
    line(bytes, width).text
}

/// The same in pieces, each with the colours that the payload gives it.
pub fn painted_preview(bytes: &[u8], width: usize) -> Vec<Piece> {
    line(bytes, width).pieces()
}

/// The place itself, or where the character or the escape sequence begins that goes on there, so that
/// what stands from there on can be shown.
pub fn whole_from(bytes: &[u8], place: usize) -> usize {
    let goes_on = |place: &usize| bytes.get(*place).is_some_and(|byte| byte & 0xC0 == 0x80);
    let mut place = place;
    while place > 0 && goes_on(&place) {
        place -= 1;
    }
    outside(bytes, place)
}

fn line(bytes: &[u8], width: usize) -> Line {
    let behind_mark = bytes.strip_prefix(BYTE_ORDER_MARK);
    let json = behind_mark.filter(|json| matches!(json.first(), Some(b'{' | b'[')));
    let bytes = json.unwrap_or(bytes);
    let mut raw = head(bytes, width.saturating_mul(BYTES_PER_CELL));
    if has_sequences(raw) {
        raw = head(bytes, width.saturating_mul(BYTES_PER_PAINTED_CELL));
    }
    let left = bytes.len() - raw.len();
    let shown = unescaped(raw);
    let looked_at = &*shown;
    if looked_at.iter().all(|byte| is_plain_ascii(*byte)) {
        return Line::plain(looked_at, looked_at.len() + left, width);
    }
    let mut line = Line::new(width);
    if is_binary(looked_at) {
        for (n, byte) in looked_at.iter().enumerate() {
            let gap = if n == 0 { "" } else { " " };
            let append = |text: &mut String| text.push_str(&format!("{gap}{byte:02x}"));
            if !line.push(2 + gap.len(), append) {
                break;
            }
        }
    } else {
        line.fill(looked_at);
    }
    if left > 0 {
        line.is_cut = true;
    }
    line.finish()
}

/// More than one byte in eight is a control or not UTF-8; those of escape sequences do not count.
fn is_binary(bytes: &[u8]) -> bool {
    let (mut odd, mut of) = (0, bytes.len());
    for chunk in bytes.utf8_chunks() {
        odd += chunk.invalid().len();
        let mut rest = chunk.valid();
        while let Some(at) = rest.find(is_odd_control) {
            let behind = rest.get(at..).unwrap_or_default();
            let control = behind.chars().next().map_or(0, char::len_utf8);
            let skipped = match sequence(behind.as_bytes()) {
                Sequence::Whole(len) => {
                    of -= len;
                    len
                }
                Sequence::Open | Sequence::None => {
                    odd += 1;
                    control
                }
            };
            rest = behind.get(skipped..).unwrap_or_default();
        }
    }
    odd * 8 > of
}

/// A line that fills up, and remembers where `…` would still fit.
struct Line {
    text: String,
    /// Where the text begins to look otherwise.
    paints: Vec<(usize, Paint)>,
    cells: usize,
    width: usize,
    short: usize,
    is_cut: bool,
}

impl Line {
    fn new(width: usize) -> Line {
        Line {
            text: String::new(),
            paints: Vec::new(),
            cells: 0,
            width,
            short: 0,
            is_cut: false,
        }
    }

    /// The line where every byte looked at, of so many, is a character and takes a cell.
    fn plain(looked_at: &[u8], of: usize, width: usize) -> Line {
        let (kept, cut) = match of <= width {
            true => (looked_at, ""),
            false if width == 0 => (&[][..], ""),
            false => (&looked_at[..width - 1], "…"),
        };
        let text = kept.iter().copied().map(char::from).collect::<String>() + cut;
        Line {
            text,
            ..Line::new(width)
        }
    }

    /// Appends what fits of a text.
    fn fill(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        let (mut paint, mut indentation) = (Paint::default(), false);
        while let Some((part, len)) = Part::first(rest, Sequences::Painted) {
            rest = rest.get(len..).unwrap_or_default();
            match part {
                Part::Sequence(sequence) => {
                    let before = paint;
                    paint.apply(sequence);
                    if paint != before {
                        self.paints.push((self.text.len(), paint));
                    }
                }
                Part::Unit(unit) => {
                    indentation &= matches!(unit, Unit::Cluster(" ", _) | Unit::Tab);
                    if !indentation && !self.push_unit(unit) {
                        break;
                    }
                    indentation |= unit == Unit::Control(b'\n');
                }
            }
        }
    }

    /// Appends the unit if it fits.
    fn push_unit(&mut self, unit: Unit<'_>) -> bool {
        let cells = match unit {
            Unit::Tab => 1,
            _ => unit.cells_at(0),
        };
        self.push(cells, |text| unit.push_to(text))
    }

    /// Appends so many cells if they fit.
    fn push(&mut self, cells: usize, append: impl FnOnce(&mut String)) -> bool {
        if self.cells + cells > self.width {
            self.is_cut = true;
            return false;
        }
        append(&mut self.text);
        self.cells += cells;
        if self.cells < self.width {
            self.short = self.text.len();
        }
        true
    }

    fn finish(mut self) -> Line {
        if self.is_cut && self.width > 0 {
            self.text.truncate(self.short);
            self.text.push('…');
        }
        self
    }

    fn pieces(self) -> Vec<Piece> {
        let text = self.text;
        let starts = std::iter::once((0, Paint::default())).chain(self.paints);
        let starts: Vec<(usize, Paint)> = starts.collect();
        let ends = starts.iter().skip(1).map(|(start, _)| *start);
        let ends = ends.chain([text.len()]);
        let runs = starts.iter().zip(ends);
        runs.filter_map(|((start, paint), end)| {
            let run = text.get(*start..end.min(text.len()))?;
            (!run.is_empty()).then(|| Piece {
                text: run.to_owned(),
                kind: Kind::Plain,
                paint: *paint,
            })
        })
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{payload::Colour, text::cells};

    #[test]
    fn a_payload_becomes_one_line_that_fits() {
        for (bytes, width, line) in [
            (&b"%Y%m%d"[..], 10, "%Y%m%d"),
            (b"%Y%m%d", 6, "%Y%m%d"),
            (b"%Y%m%d", 5, "%Y%m…"),
            (b"%Y%m%d", 1, "…"),
            (b"%Y%m%d", 0, ""),
            (b"", 0, ""),
            (
                b"{\n    \"a\": 1,\n\t\"b\": 2\n}\n",
                40,
                "{␊\"a\": 1,␊\"b\": 2␊}␊",
            ),
            (b"a\r\nb\tc", 40, "a␍␊b␉c"),
            (b"warning: \x1b[31mred\x1b[0m", 40, "warning: red"),
            (b"warning: \x1b[31mred\x1b[0m", 12, "warning: red"),
            (b"warning: \x1b[31mred\x1b[0m", 11, "warning: r…"),
            (b"\x1b]0;title\x07\x1b[2J\x1b[Hhome", 40, "home"),
            (
                b"\x1b[1;38;2;1;2;3ma\x1b[0m\x1b[1;38;2;1;2;3mb\x1b[0m",
                40,
                "ab",
            ),
            (b"a lone \x1b in a text", 40, "a lone ␛ in a text"),
            (b"a text that is cut \x1b[3", 40, "a text that is cut ␛[3"),
            ("日本語".as_bytes(), 6, "日本語"),
            ("日本語".as_bytes(), 5, "日本…"),
            ("日本語".as_bytes(), 4, "日…"),
            (b"caf\xe9 au lait", 40, "caf\\xe9 au lait"),
            (b"caf\xe9 au lait", 6, "caf…"),
            (b"\x00\xff\x10", 8, "00 ff 10"),
            (b"\x00\xff\x10\x11", 8, "00 ff…"),
            ("abc\u{202e}def".as_bytes(), 40, "abc\\u{202e}def"),
            (
                br#"{"a":"gr\u00fcn \u0026 co"}"#,
                40,
                r#"{"a":"grün & co"}"#,
            ),
            (br#"{"a":"gr\u00fcn"}"#, 10, r#"{"a":"grü…"#),
            (br#"{"a":"\u0041\u0042"}"#, 10, r#"{"a":"AB"}"#),
            (br#"{"a":"\u0041\u0042"}"#, 9, r#"{"a":"AB…"#),
            (br"gr\u00fcn", 40, r"gr\u00fcn"),
            (b"\xef\xbb\xbf{\"a\":1}", 40, r#"{"a":1}"#),
        ] {
            assert_eq!(preview(bytes, width), line, "{bytes:?} in {width}");
        }
    }

    #[test]
    fn a_preview_keeps_the_colours_of_the_payload() {
        let pieces = painted_preview(b"a \x1b[31;1mred\x1b[0m \x1b[Kb", 40);
        let shown: Vec<_> = pieces
            .iter()
            .map(|piece| (piece.text.as_str(), piece.paint.text, piece.paint.bold))
            .collect();
        let red = Some(Colour::Indexed(1));
        assert_eq!(
            shown,
            [("a ", None, false), ("red", red, true), (" b", None, false)]
        );
        let cut = painted_preview(b"\x1b[31mred and more", 5);
        assert_eq!((cut[0].text.as_str(), cut[0].paint.text), ("red …", red));
        assert_eq!(painted_preview(b"plain", 9).len(), 1);
        assert!(painted_preview(b"", 9).is_empty());
    }

    #[test]
    fn what_is_shown_from_a_place_begins_whole() {
        let bytes = "é\x1b[31mred".as_bytes();
        for (place, expected) in [(0, 0), (1, 0), (2, 2), (4, 2), (7, 7), (99, 99)] {
            assert_eq!(whole_from(bytes, place), expected, "{place}");
        }
    }

    #[test]
    fn bytes_far_behind_the_width_are_not_looked_at() {
        let marks = format!("{}end", "\u{1}".repeat(BYTES_PER_CELL * 10));

        assert!(!preview(marks.as_bytes(), 10).contains("end"));
        assert_eq!(preview(&b" ".repeat(1 << 20), 4), "   …");
    }

    proptest! {
        #[test]
        fn any_bytes_fit_and_are_safe(bytes: Vec<u8>, width in 0_usize..60) {
            let line = preview(&bytes, width);
            prop_assert!(cells(&line) <= width, "{line:?}");
            prop_assert!(!line.contains(char::is_control), "{line:?}");
        }

        #[test]
        fn any_text_fits_and_is_safe(text: String, width in 0_usize..60) {
            let line = preview(text.as_bytes(), width);
            prop_assert!(cells(&line) <= width, "{line:?}");
            prop_assert!(!line.contains(char::is_control), "{line:?}");
        }
    }
}
