//! Text measured and cut in terminal cells.

use std::borrow::Cow;

use ratatui::buffer::CellWidth;
use unicode_segmentation::UnicodeSegmentation;

use crate::text;

/// How many bytes of a long text are looked at for each cell: more than any script needs.
const BYTES_PER_CELL: usize = 16;

/// How many cells the text takes. Control characters take none.
pub fn width(text: &str) -> usize {
    let (plain, rest) = split_plain(text);
    let rest = graphemes(rest).map(|(_, _, width)| width);
    plain.len() + rest.sum::<usize>()
}

/// Splits a text behind the bytes at its beginning that are characters of their own and take a cell
/// each. Nearly everything on a screen is so and need not be segmented; of what is not, the character
/// before it is left to it, which may belong to the same cluster.
pub fn split_plain(text: &str) -> (&str, &str) {
    let run = text.bytes().position(|byte| !matches!(byte, b' '..=b'~'));
    let alone = run.map_or(text.len(), |run| run.saturating_sub(1));
    text.split_at_checked(alone).unwrap_or(("", text))
}

/// The text in at most so many cells, with `…` at the end where something is cut. Looks at no more
/// of a long text than shows.
pub fn fit(text: &str, cells: usize) -> Cow<'_, str> {
    let head = head(text, cells);
    let (plain, rest) = split_plain(head);
    let (mut used, mut keep) = (plain.len(), plain.len());
    let mut cut = head.len() < text.len();
    if plain.len() >= cells {
        // whatever follows takes a cell at least
        keep = cells.saturating_sub(1);
        cut = text.len() > cells;
    } else {
        for (start, symbol, width) in graphemes(rest) {
            used += width;
            if used < cells {
                keep = plain.len() + start + symbol.len();
            } else if used > cells {
                cut = true;
                break;
            }
        }
    }
    match head.get(..keep) {
        _ if !cut => Cow::Borrowed(text),
        Some(kept) if cells > 0 => Cow::Owned(format!("{kept}…")),
        _ => Cow::Borrowed(""),
    }
}

/// The text cut after a whole word, with `…` in its last cell; empty where not even the first word
/// fits.
pub fn fit_words(text: &str, cells: usize) -> Cow<'_, str> {
    if head(text, cells).len() == text.len() && width(text) <= cells {
        return Cow::Borrowed(text);
    }
    let mut kept = "";
    for (blank, _) in text.match_indices(' ') {
        let Some(words) = text.get(..blank).map(str::trim_end) else {
            break;
        };
        if words.len() > (cells + 1) * BYTES_PER_CELL || width(words) >= cells {
            break;
        }
        kept = words;
    }
    if kept.is_empty() {
        Cow::Borrowed("")
    } else {
        Cow::Owned(format!("{kept}…"))
    }
}

/// The text in lines of at most so many cells and at most so many lines, broken at blanks; ` …` ends
/// the last where something is left out.
pub fn wrapped(text: &str, cells: usize, most: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let count = lines.len();
        let Some(line) = lines.last_mut() else { break };
        if line.is_empty() {
            line.push_str(&fit(word, cells));
        } else if width(line) + 1 + width(word) <= cells {
            line.push(' ');
            line.push_str(word);
        } else if count < most {
            lines.push(fit(word, cells).into_owned());
        } else {
            let all = format!("{line} {word}");
            *line = match fit_words(&all, cells.saturating_sub(1)).strip_suffix('…') {
                Some(words) => format!("{words} …"),
                None => fit(line, cells.saturating_sub(2)).into_owned() + " …",
            };
            break;
        }
    }
    lines
}

/// The text in exactly so many cells, at their right end.
pub fn right(text: &str, cells: usize) -> String {
    let text = fit(text, cells);
    let blanks = cells - width(&text);
    format!("{:blanks$}{text}", "")
}

/// The text in exactly so many cells, at their left end.
pub fn left(text: &str, cells: usize) -> String {
    let text = fit(text, cells);
    let blanks = cells - width(&text);
    format!("{text}{:blanks$}", "")
}

/// The text as it shows in a window `cells` wide whose left edge is `skipped` cells in. A wide
/// character that an edge cuts is a blank.
pub fn window(text: &str, skipped: usize, cells: usize) -> String {
    let (mut column, end) = (0, skipped + cells);
    let mut shown = String::new();
    for (_, symbol, width) in graphemes(text) {
        let next = column + width;
        if column >= skipped && next <= end {
            shown.push_str(symbol);
        } else {
            let blanks = next.min(end).saturating_sub(column.max(skipped));
            shown.extend(std::iter::repeat_n(' ', blanks));
        }
        column = next;
        if column >= end {
            break;
        }
    }
    shown
}

/// A text that is typed, with everything in it made visible.
pub fn visible(text: &str) -> Cow<'_, str> {
    text::visible(text.as_bytes())
}

/// As much of the text as could show in so many cells.
fn head(text: &str, cells: usize) -> &str {
    let most = (cells + 1).saturating_mul(BYTES_PER_CELL);
    if text.len() <= most {
        return text;
    }
    (0..4)
        .find_map(|back| text.get(..most - back))
        .unwrap_or_default()
}

/// The graphemes that ratatui draws, which leaves control characters out; each with its place in
/// the text and its width.
fn graphemes(text: &str) -> impl Iterator<Item = (usize, &str, usize)> {
    text.grapheme_indices(true)
        .filter(|(_, symbol)| !symbol.contains(char::is_control))
        .map(|(start, symbol)| (start, symbol, symbol.cell_width().into()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const FAMILY: &str = "👨\u{200d}👩\u{200d}👧";

    #[test]
    fn width_is_in_cells() {
        for (text, expected) in [
            ("", 0),
            ("abc", 3),
            ("日本", 4),
            ("é", 1),
            ("e\u{301}", 1),
            ("🦀", 2),
            (FAMILY, 2),
            ("a\x1bb\tc\r\n", 3),
            ("abc e\u{301}", 5),
            ("abc\u{301}", 3),
        ] {
            assert_eq!(width(text), expected, "{text:?}");
        }
    }

    #[test]
    fn what_does_not_fit_ends_with_an_ellipsis() {
        for (text, cells, expected) in [
            ("orders", 6, "orders"),
            ("orders\x1b", 6, "orders\x1b"),
            ("orders\u{301}", 6, "orders\u{301}"),
            ("orders\u{301}", 5, "orde…"),
            ("orders…", 6, "order…"),
            ("orders", 5, "orde…"),
            ("orders", 1, "…"),
            ("orders", 0, ""),
            ("", 0, ""),
            ("日本語", 6, "日本語"),
            ("日本語", 5, "日本…"),
            ("日本語", 4, "日…"),
            ("日本語", 1, "…"),
            ("a🦀b", 3, "a…"),
            ("e\u{301}e\u{301}e\u{301}", 2, "e\u{301}…"),
        ] {
            assert_eq!(fit(text, cells), expected, "{text} in {cells}");
        }
        assert_eq!(fit(&format!("{FAMILY}ab"), 3), format!("{FAMILY}…"));
    }

    #[test]
    fn words_are_never_cut() {
        for (text, cells, expected) in [
            ("saved as today", 14, "saved as today"),
            ("saved as today", 13, "saved as…"),
            ("saved as today", 9, "saved as…"),
            ("saved as today", 8, "saved…"),
            ("saved as today", 5, ""),
            ("saved", 4, ""),
            ("saved", 0, ""),
        ] {
            assert_eq!(fit_words(text, cells), expected, "{text} in {cells}");
        }
    }

    #[test]
    fn lines_break_at_blanks_and_end_in_dots() {
        assert_eq!(wrapped("short", 20, 5), ["short"]);
        assert_eq!(wrapped("one two three", 8, 5), ["one two", "three"]);
        assert_eq!(wrapped("unbreakable", 6, 5), ["unbre…"]);
        assert_eq!(wrapped("a b c d e f g", 1, 5).len(), 5);
        assert!(wrapped(&"word ".repeat(99), 20, 5)[4].ends_with(" …"));
        assert_eq!(wrapped("one two three four", 8, 2), ["one two", "three …"]);
        assert_eq!(wrapped("four fives and more", 10, 1), ["four …"]);
    }

    #[test]
    fn columns_keep_their_width() {
        assert_eq!(right("18 B", 6), "  18 B");
        assert_eq!(left("today", 7), "today  ");
        assert_eq!(right("日本語", 4), " 日…");
        assert_eq!(left("日本語", 4), "日… ");
    }

    #[test]
    fn a_window_cuts_wide_characters_into_blanks() {
        for (text, skipped, cells, expected) in [
            ("abcdef", 2, 3, "cde"),
            ("abc", 5, 3, ""),
            ("日本語", 1, 4, " 本 "),
            ("日本語", 2, 4, "本語"),
            ("abc", 0, 0, ""),
        ] {
            assert_eq!(
                window(text, skipped, cells),
                expected,
                "{text} {skipped} {cells}"
            );
        }
    }

    proptest! {
        #[test]
        fn nothing_takes_more_cells_than_given(text in "\\PC{0,40}|[\\x00-\\x7f日🦀]{0,40}", cells in 0usize..50) {
            prop_assert!(width(&fit(&text, cells)) <= cells);
            prop_assert!(width(&fit_words(&text, cells)) <= cells);
            prop_assert_eq!(width(&right(&text, cells)), cells);
            prop_assert_eq!(width(&left(&text, cells)), cells);
        }

        #[test]
        fn a_split_between_plain_and_the_rest_cuts_no_cluster(text in "[ a-z]{0,9}[a\u{301}日\u{200d}🦀\r\n]{0,6}") {
            let whole: Vec<_> = graphemes(&text).collect();
            let (plain, rest) = split_plain(&text);
            let behind = graphemes(rest).map(|(start, symbol, width)| (plain.len() + start, symbol, width));
            let parts: Vec<_> = graphemes(plain).chain(behind).collect();
            prop_assert_eq!(parts, whole);
        }

        #[test]
        fn no_line_is_too_wide(text in "[a-z日 ]{0,80}", cells in 4usize..40) {
            for line in wrapped(&text, cells, 5) {
                prop_assert!(width(&line) <= cells, "{line:?}");
            }
        }

        #[test]
        fn what_fits_is_as_it_was(text in "[a-z日🦀 ]{0,20}") {
            prop_assert_eq!(fit(&text, width(&text)), text.as_str());
        }

        #[test]
        fn a_window_is_never_wider(text in "[a-z日🦀]{0,20}", skipped in 0usize..30, cells in 0usize..30) {
            let shown = width(&window(&text, skipped, cells));
            prop_assert_eq!(shown, width(&text).saturating_sub(skipped).min(cells));
        }
    }
}
