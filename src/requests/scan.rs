//! Going through a file, line by line.

use std::io::{self, BufRead, Read};

use super::{Line, wire};
use crate::text::without_bom;

/// The longest line that is read, in bytes: the largest payload a server can be set to take
/// (64 MiB), escaped.
const LONGEST: u64 = 512 * 1024 * 1024;

/// How far a file was read: to the end of its last whole line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Place {
    /// In bytes.
    pub offset: u64,
    /// In lines.
    pub lines: usize,
}

/// Reads the lines behind a place, hands each out with its number, and returns the new place. Blank
/// lines mean nothing. A last line without its line feed is read as well, but not passed: it may
/// not be whole yet.
pub(super) fn scan(
    input: &mut impl BufRead,
    from: Place,
    mut take: impl FnMut(usize, Result<Line, String>),
) -> io::Result<Place> {
    let mut place = from;
    let mut line = Vec::new();
    loop {
        line.clear();
        let mut len = input.by_ref().take(LONGEST).read_until(b'\n', &mut line)? as u64;
        if len == 0 {
            return Ok(place);
        }
        let number = place.lines + 1;
        let is_whole = line.ends_with(b"\n");
        if !is_whole && len == LONGEST {
            len += input.skip_until(b'\n')? as u64;
            take(
                number,
                Err("the line is longer than any that was written".into()),
            );
        } else {
            let text = if number == 1 {
                without_bom(&line)
            } else {
                &line
            };
            if !text.trim_ascii().is_empty() {
                take(number, wire::decode(text.trim_ascii_end()));
            }
        }
        if !is_whole && len < LONGEST {
            return Ok(place);
        }
        place.offset += len;
        place.lines = number;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scanned(text: &str, from: Place) -> (Vec<(usize, bool)>, Place) {
        let mut lines = Vec::new();
        let place = scan(&mut text.as_bytes(), from, |number, line| {
            lines.push((number, line.is_ok()));
        });
        (lines, place.expect("memory can be read"))
    }

    #[test]
    fn lines_are_numbered_and_the_last_whole_one_is_remembered() {
        let good = r#"{"v":1,"id":"i","subject":"a"}"#;
        for (text, lines, offset, count) in [
            (String::new(), &[][..], 0, 0),
            (format!("{good}\n"), &[(1, true)], 31, 1),
            (
                format!("{good}\r\n\n  \n{good}\n"),
                &[(1, true), (4, true)],
                67,
                4,
            ),
            (format!("what\n{good}\n"), &[(1, false), (2, true)], 36, 2),
            (format!("\u{feff}{good}\n"), &[(1, true)], 34, 1),
            (format!("\u{feff}\n{good}\n"), &[(2, true)], 35, 2),
            (format!("{good}\n{good}"), &[(1, true), (2, true)], 31, 1),
            (
                format!("{good}\n{{\"v\":1,"),
                &[(1, true), (2, false)],
                31,
                1,
            ),
        ] {
            let (seen, place) = scanned(&text, Place::default());
            assert_eq!(seen, lines, "{text}");
            assert_eq!((place.offset, place.lines), (offset, count), "{text}");
        }
    }

    #[test]
    fn numbers_go_on_from_the_place() {
        let from = Place {
            offset: 100,
            lines: 7,
        };

        let (lines, place) = scanned("what\n", from);

        assert_eq!(lines, [(8, false)]);
        assert_eq!(
            place,
            Place {
                offset: 105,
                lines: 8
            }
        );
    }
}
