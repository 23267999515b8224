//! Finding by typing: fuzzy, smart case, best first.

use nucleo_matcher::{
    Config, Matcher, Utf32Str,
    pattern::{CaseMatching, Normalization, Pattern},
};

/// The positions of the texts that match, best first; all of them in their order for an empty query.
pub fn find<'a>(query: &str, texts: impl Iterator<Item = &'a str>) -> Vec<usize> {
    if query.trim().is_empty() {
        return (0..texts.count()).collect();
    }
    let pattern = Pattern::parse(query, CaseMatching::Smart, Normalization::Smart);
    let mut matcher = Matcher::new(Config::DEFAULT);
    let mut buffer = Vec::new();
    let mut found: Vec<(u32, usize)> = texts
        .enumerate()
        .filter_map(|(n, text)| {
            let score = pattern.score(Utf32Str::new(text, &mut buffer), &mut matcher)?;
            Some((score, n))
        })
        .collect();
    found.sort_by_key(|(score, n)| (std::cmp::Reverse(*score), *n));
    found.into_iter().map(|(_, n)| n).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_in_order_find_and_the_closest_comes_first() {
        let texts = ["orders.created", "today", "stock.check"];
        assert_eq!(find("", texts.into_iter()), [0, 1, 2]);
        assert_eq!(find("scheck", texts.into_iter()), [2]);
        assert_eq!(find("tod", texts.into_iter()), [1]);
        assert_eq!(find("xyz", texts.into_iter()), Vec::<usize>::new());
    }
}
