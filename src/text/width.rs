//! Text measured in terminal cells, and what terminals disagree about.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// A tab reaches to the next multiple of this column in a document.
pub(super) const TAB: usize = 4;

/// How many terminal cells a text takes, measured as ratatui measures it: cluster by cluster.
pub fn cells(text: &str) -> usize {
    if text.is_ascii() {
        return text.len();
    }
    text.graphemes(true).map(cluster_cells).sum()
}

/// ratatui gives the half-width sound marks a cell, as terminals do; unicode-width does not.
pub(super) fn cluster_cells(cluster: &str) -> usize {
    let sound_marks = cluster
        .chars()
        .filter(|c| matches!(c, '\u{ff9e}' | '\u{ff9f}'))
        .count();
    cluster.width() + sound_marks
}

/// Whether every terminal draws this in one cell and joins it to nothing: a single character of a
/// script without marks, or of the symbols of interfaces. What is left out is only drawn with more
/// care, so a script may be missing here. Emoji are left out, also those that are text by default.
/// The characters that Unicode calls ambiguous count as narrow: where they are wide, no frame is right.
pub fn is_one_cell(cluster: &str) -> bool {
    if let [byte] = cluster.as_bytes() {
        return matches!(byte, b' '..=b'~');
    }
    let mut chars = cluster.chars();
    let (Some(c), None) = (chars.next(), chars.next()) else {
        return false;
    };
    matches!(c,
        '\u{a1}'..='\u{a8}' | '\u{aa}'..='\u{ac}' | '\u{af}'..='\u{2ff}'
        | '\u{391}'..='\u{3a1}' | '\u{3a3}'..='\u{482}' | '\u{48a}'..='\u{52f}'
        | '\u{1e00}'..='\u{1eff}'
        | '\u{2010}'..='\u{2027}' | '\u{2030}'..='\u{203b}' | '\u{20ac}'
        | '\u{2190}'..='\u{2193}' | '\u{21b5}'
        | '\u{2400}'..='\u{2426}'
        | '\u{2500}'..='\u{25a9}' | '\u{25ac}'..='\u{25b5}' | '\u{25b8}'..='\u{25bf}'
        | '\u{25c1}'..='\u{25fa}'
        | '\u{2605}' | '\u{2606}' | '\u{2713}' | '\u{2717}'
        | '\u{2800}'..='\u{28ff}')
}

/// The most cells that any terminal takes for this: each character drawn on its own, as wide as
/// anywhere. At least one.
pub fn most_cells(cluster: &str) -> usize {
    cluster.chars().map(most_cells_of).sum::<usize>().max(1)
}

fn most_cells_of(c: char) -> usize {
    // below are the scripts that no terminal draws wide
    let is_narrow = c < '\u{1100}' && !matches!(c, '\u{a9}' | '\u{ae}');
    if is_narrow || c.width() == Some(0) || is_one_cell(c.encode_utf8(&mut [0; 4])) {
        1
    } else {
        2
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_every_terminal_draws_in_one_cell_has_that_width() {
        for c in '\0'..=char::MAX {
            let cluster = c.to_string();
            if is_one_cell(&cluster) {
                assert_eq!(c.width(), Some(1), "{c:?}");
                assert_eq!(cells(&cluster), 1, "{c:?}");
                assert_eq!(format!("a{c}").graphemes(true).count(), 2, "{c:?}");
                assert_eq!(format!("{c}a").graphemes(true).count(), 2, "{c:?}");
            }
        }
    }

    #[test]
    fn what_terminals_disagree_on_is_known() {
        for (cluster, agreed, most) in [
            ("a", true, 1),
            ("é", true, 1),
            ("ж", true, 1),
            ("─", true, 1),
            ("e\u{301}", false, 2),
            ("日", false, 2),
            ("กำ", false, 2),
            ("👍🏽", false, 4),
            ("👨\u{200d}👩", false, 5),
            ("🇩🇪", false, 4),
            ("✔", false, 2),
            ("", false, 1),
            ("\x1b", false, 1),
        ] {
            assert_eq!(is_one_cell(cluster), agreed, "{cluster:?}");
            assert_eq!(most_cells(cluster), most, "{cluster:?}");
        }
    }

    proptest! {
        #[test]
        fn nothing_is_wider_than_the_most(text in "\\PC{0,12}") {
            let sum: usize = text.graphemes(true).map(most_cells).sum();
            prop_assert!(cells(&text) <= sum);
        }
    }
}
