//! Bytes as offset, hexadecimal digits and ASCII.

use super::piece::{Kind, Window};

/// The numbers of bytes a line may hold, and the cells it takes then.
const LINES: [(usize, usize); 3] = [(16, 76), (8, 43), (4, 27)];

/// How many bytes a line holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    per_line: usize,
}

impl Layout {
    /// The classic sixteen bytes.
    pub(super) fn classic() -> Layout {
        Layout { per_line: 16 }
    }

    /// As many bytes as fit so many cells.
    pub(super) fn fitting(width: usize) -> Layout {
        let per_line = LINES
            .iter()
            .find(|(_, cells)| *cells <= width)
            .map_or(4, |(bytes, _)| *bytes);
        Layout { per_line }
    }

    /// How many lines `len` bytes make; even nothing is one.
    pub(super) fn lines(self, len: usize) -> usize {
        len.div_ceil(self.per_line).max(1)
    }

    /// Line `n` passes by the window.
    pub(super) fn show(self, bytes: &[u8], n: usize, window: &mut Window) {
        let Some(line) = bytes.chunks(self.per_line).nth(n) else {
            return;
        };
        window.narrow(&format!("{:08x}", n * self.per_line), Kind::Offset);
        window.blanks(1, Kind::Layout);
        for place in 0..self.per_line {
            window.blanks(1 + usize::from(place == 8), Kind::Layout);
            match line.get(place) {
                Some(byte) => window.narrow(&format!("{byte:02x}"), Kind::Plain),
                None => window.blanks(2, Kind::Layout),
            }
        }
        window.blanks(2, Kind::Layout);
        for byte in line {
            match byte {
                b' '..=b'~' => window.narrow(&char::from(*byte).to_string(), Kind::Ascii),
                _ => window.narrow("·", Kind::Escape),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::payload::piece::Edges;

    fn line(bytes: &[u8], width: usize, n: usize) -> String {
        let mut window = Window::new(0..usize::MAX, Edges::Cut);
        Layout::fitting(width).show(bytes, n, &mut window);
        window.pieces().into_iter().map(|p| p.text).collect()
    }

    #[test]
    fn a_line_has_offset_bytes_and_ascii_and_fits() {
        let bytes: Vec<u8> = (0x38..0x38 + 18).collect();
        for (width, n, shown) in [
            (
                100,
                0,
                "00000000  38 39 3a 3b 3c 3d 3e 3f  40 41 42 43 44 45 46 47  89:;<=>?@ABCDEFG",
            ),
            (
                76,
                1,
                "00000010  48 49                                             HI",
            ),
            (75, 1, "00000008  40 41 42 43 44 45 46 47  @ABCDEFG"),
            (27, 1, "00000004  3c 3d 3e 3f  <=>?"),
            (0, 1, "00000004  3c 3d 3e 3f  <=>?"),
        ] {
            assert_eq!(line(&bytes, width, n), shown);
        }
        assert_eq!(
            line(b"\x00\xff", 43, 0),
            "00000000  00 ff                    ··"
        );
        assert_eq!(line(b"", 43, 0), "");
        assert_eq!(line(b"a", 43, 1), "");
    }

    #[test]
    fn the_widths_are_those_of_full_lines() {
        for (per_line, width) in LINES {
            assert_eq!(Layout::fitting(width).lines(per_line), 1);
            assert_eq!(line(&[b'x'; 16], width, 0).len(), width);
        }
    }
}
