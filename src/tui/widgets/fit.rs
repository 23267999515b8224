//! Text measured and cut in terminal cells.

use std::borrow::Cow;

/// How many cells the text takes. Control characters take none.
pub fn width(_text: &str) -> usize {
    todo!()
}

/// The text in at most so many cells, with `…` at the end where something is cut. Looks at no more
/// of a long text than shows.
pub fn fit(_text: &str, _cells: usize) -> Cow<'_, str> {
    todo!()
}

/// The text cut after a whole word, with `…` in its last cell; empty where not even the first word
/// fits.
pub fn fit_words(_text: &str, _cells: usize) -> Cow<'_, str> {
    todo!()
}

/// The text in exactly so many cells, at their right end.
pub fn right(_text: &str, _cells: usize) -> String {
    todo!()
}

/// The text in exactly so many cells, at their left end.
pub fn left(_text: &str, _cells: usize) -> String {
    todo!()
}
