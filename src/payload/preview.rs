//! One line that fits.

use super::{form::head, json::unescaped};
use crate::text::{BYTE_ORDER_MARK, Unit, is_plain_ascii, units};

/// Bytes looked at for a cell shown.
const BYTES_PER_CELL: usize = 8;

/// A payload as one line of at most `width` terminal cells, safe to print; ends with `…` where
/// something was left out. Looks at no more than `8 * width` bytes.
///
/// Indentation after a line break is left out; what is mostly not text is shown as bytes. Escapes in
/// JSON are shown as what they stand for, and a byte order mark before JSON is not shown.
///
/// ```
/// use goingnats::payload::preview;
///
/// assert_eq!(preview(b"{\n  \"a\": 1\n}", 20), "{␊\"a\": 1␊}");
/// assert_eq!(preview(b"\x1f\x8b\x08\x00", 20), "1f 8b 08 00");
/// ```
pub fn preview(bytes: &[u8], width: usize) -> String {
    let behind_mark = bytes.strip_prefix(BYTE_ORDER_MARK);
    let json = behind_mark.filter(|json| matches!(json.first(), Some(b'{' | b'[')));
    let bytes = json.unwrap_or(bytes);
    let raw = head(bytes, width.saturating_mul(BYTES_PER_CELL));
    let left = bytes.len() - raw.len();
    let shown = unescaped(raw);
    let looked_at = &*shown;
    if looked_at.iter().all(|byte| is_plain_ascii(*byte)) {
        return plain(looked_at, looked_at.len() + left, width);
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
        let mut indentation = false;
        for unit in units(looked_at) {
            indentation &= matches!(unit, Unit::Cluster(" ", _) | Unit::Tab);
            if !indentation && !line.push_unit(unit) {
                break;
            }
            indentation |= unit == Unit::Control(b'\n');
        }
    }
    if left > 0 {
        line.is_cut = true;
    }
    line.finish()
}

/// The line where every byte looked at, of so many, is a character and takes a cell.
fn plain(looked_at: &[u8], of: usize, width: usize) -> String {
    let (kept, cut) = match of <= width {
        true => (looked_at, ""),
        false if width == 0 => (&[][..], ""),
        false => (&looked_at[..width - 1], "…"),
    };
    kept.iter().copied().map(char::from).collect::<String>() + cut
}

/// More than one byte in eight is a control or not UTF-8.
fn is_binary(bytes: &[u8]) -> bool {
    let odd: usize = bytes
        .utf8_chunks()
        .map(|chunk| {
            let controls = chunk
                .valid()
                .chars()
                .filter(|c| c.is_control() && !matches!(c, '\t' | '\n' | '\r'));
            controls.count() + chunk.invalid().len()
        })
        .sum();
    odd * 8 > bytes.len()
}

/// A line that fills up, and remembers where `…` would still fit.
struct Line {
    text: String,
    cells: usize,
    width: usize,
    short: usize,
    is_cut: bool,
}

impl Line {
    fn new(width: usize) -> Line {
        Line {
            text: String::new(),
            cells: 0,
            width,
            short: 0,
            is_cut: false,
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

    fn finish(mut self) -> String {
        if self.is_cut && self.width > 0 {
            self.text.truncate(self.short);
            self.text.push('…');
        }
        self.text
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::text::cells;

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
            (b"warning: \x1b[31mred\x1b[0m", 40, "warning: ␛[31mred␛[0m"),
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
