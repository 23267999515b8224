//! The byte order mark that some editors write at the beginning of text files.

/// U+FEFF in UTF-8.
pub const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The text behind the byte order mark, where it begins with one.
pub fn without_bom(text: &[u8]) -> &[u8] {
    text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_mark_is_taken_off_the_beginning_alone() {
        for (text, expected) in [
            ("\u{feff}a", "a"),
            ("a\u{feff}", "a\u{feff}"),
            ("\u{feff}\u{feff}", "\u{feff}"),
            ("", ""),
        ] {
            assert_eq!(without_bom(text.as_bytes()), expected.as_bytes());
        }
    }
}
