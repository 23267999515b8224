//! Bytes as offset, hexadecimal digits and ASCII.

use super::piece::{Kind, Window};

/// How many bytes a line may hold.
const COUNTS: [usize; 3] = [32, 16, 8];

/// How a line of bytes looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    per_line: usize,
    /// Digits of the offset.
    digits: usize,
    /// Bytes that stand together without a blank.
    together: usize,
}

impl Layout {
    /// The classic sixteen bytes.
    pub(super) fn classic() -> Layout {
        Layout {
            per_line: 16,
            digits: 8,
            together: 1,
        }
    }

    /// As many of `len` bytes as fit so many cells, and at least eight. Where there is no room for a
    /// blank behind each byte, they stand in pairs, behind an offset no longer than need be.
    pub(super) fn fitting(width: usize, len: usize) -> Layout {
        let needed = len.checked_ilog2().unwrap_or(0) as usize / 4 + 1;
        let dense = |per_line| Layout {
            per_line,
            digits: needed.next_multiple_of(2).max(4),
            together: 2,
        };
        COUNTS
            .into_iter()
            .flat_map(|per_line| {
                let classic = Layout {
                    per_line,
                    ..Layout::classic()
                };
                [classic, dense(per_line)]
            })
            .find(|layout| layout.cells() <= width)
            .unwrap_or(dense(8))
    }

    /// The cells of a full line.
    fn cells(self) -> usize {
        let gaps = match self.together {
            1 => self.per_line + self.per_line / 8 - 1 + 3,
            together => self.per_line / together + 1,
        };
        self.digits + 3 * self.per_line + gaps
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
        let (digits, is_classic) = (self.digits, self.together == 1);
        window.narrow(&format!("{:0digits$x}", n * self.per_line), Kind::Offset);
        window.blanks(usize::from(is_classic), Kind::Layout);
        for place in 0..self.per_line {
            let gap = usize::from(place % self.together == 0);
            let half = usize::from(is_classic && place > 0 && place % 8 == 0);
            window.blanks(gap + half, Kind::Layout);
            match line.get(place) {
                Some(byte) => window.narrow(&format!("{byte:02x}"), Kind::Plain),
                None => window.blanks(2, Kind::Layout),
            }
        }
        window.blanks(1 + usize::from(is_classic), Kind::Layout);
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
        Layout::fitting(width, bytes.len()).show(bytes, n, &mut window);
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
            (
                75,
                0,
                "0000 3839 3a3b 3c3d 3e3f 4041 4243 4445 4647 89:;<=>?@ABCDEFG",
            ),
            (60, 1, "00000008  40 41 42 43 44 45 46 47  @ABCDEFG"),
            (42, 1, "0008 4041 4243 4445 4647 @ABCDEFG"),
            (33, 2, "0010 4849                HI"),
            (0, 2, "0010 4849                HI"),
        ] {
            assert_eq!(line(&bytes, width, n), shown, "{width}");
        }
        assert_eq!(
            line(b"\x00\xff", 43, 0),
            "00000000  00 ff                    ··"
        );
        assert_eq!(line(b"", 43, 0), "");
        assert_eq!(line(b"a", 43, 1), "");
    }

    #[test]
    fn a_line_holds_eight_sixteen_or_thirty_two_bytes_as_fit() {
        let bytes = vec![b'x'; 70_000];
        for (width, per_line, cells) in [
            (0, 8, 35),
            (35, 8, 35),
            (42, 8, 35),
            (43, 8, 43),
            (62, 8, 43),
            (63, 16, 63),
            (76, 16, 76),
            (118, 16, 76),
            (119, 32, 119),
            (142, 32, 142),
            (999, 32, 142),
        ] {
            let layout = Layout::fitting(width, bytes.len());
            assert_eq!(layout.per_line, per_line, "{width}");
            assert_eq!(layout.cells(), cells, "{width}");
            assert_eq!(line(&bytes, width, 0).len(), cells, "{width}");
        }
    }
}
