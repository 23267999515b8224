//! Where clusters of graphemes and words begin and end in a text.

use unicode_segmentation::{GraphemeCursor, UnicodeSegmentation};

/// The end of the cluster that ends before a place, or in which the place is.
pub fn boundary_left(text: &str, at: usize) -> usize {
    let mut cursor = GraphemeCursor::new(at, text.len(), true);
    cursor.prev_boundary(text, 0).ok().flatten().unwrap_or(0)
}

/// The next boundary behind a place.
pub fn boundary_right(text: &str, at: usize) -> usize {
    let mut cursor = GraphemeCursor::new(at, text.len(), true);
    let next = cursor.next_boundary(text, 0).ok().flatten();
    next.unwrap_or(text.len())
}

/// Whether a place is no inside of a cluster.
pub fn is_boundary(text: &str, at: usize) -> bool {
    let mut cursor = GraphemeCursor::new(at, text.len(), true);
    cursor.is_boundary(text, 0).unwrap_or(true)
}

/// The boundary of clusters at a place, else the one behind it.
pub fn boundary_from(text: &str, at: usize) -> usize {
    if is_boundary(text, at) {
        at
    } else {
        boundary_right(text, at)
    }
}

/// The boundary at a place, else the one before it.
pub fn boundary_before(text: &str, at: usize) -> usize {
    let mut back = (0..4).map(|back| at.saturating_sub(back));
    match back.find(|at| text.is_char_boundary(*at)) {
        Some(at) if is_boundary(text, at) => at,
        at => boundary_left(text, at.unwrap_or(0)),
    }
}

/// The place, or the one behind the accents that follow there and belong to the character before.
pub fn behind_accents(text: &str, at: usize) -> usize {
    let next = text.get(at..).and_then(|rest| rest.chars().next());
    let is_accent = next.is_some_and(|next| {
        let behind_a_letter: String = ['a', next].iter().collect();
        behind_a_letter.graphemes(true).count() == 1
    });
    if is_accent && !is_boundary(text, at) {
        boundary_right(text, at)
    } else {
        at
    }
}

/// Whether a cluster belongs to a word.
pub fn is_word(cluster: &str) -> bool {
    let first = cluster.chars().next();
    first.is_some_and(|first| first.is_alphanumeric() || first == '_')
}

/// The start of the word before a place: a token of a subject is one.
pub fn word_left(text: &str, at: usize) -> usize {
    let before = text.get(..at).unwrap_or_default();
    let mut place = 0;
    let mut in_word = false;
    for (start, cluster) in before.grapheme_indices(true).rev() {
        if in_word && !is_word(cluster) {
            place = start + cluster.len();
            break;
        }
        in_word |= is_word(cluster);
    }
    place
}

/// The end of the word behind a place.
pub fn word_right(text: &str, at: usize) -> usize {
    let after = text.get(at..).unwrap_or_default();
    let mut in_word = false;
    for (start, cluster) in after.grapheme_indices(true) {
        if in_word && !is_word(cluster) {
            return at + start;
        }
        in_word |= is_word(cluster);
    }
    text.len()
}
