//! Names and paths in sentences.

use std::ffi::OsStr;

use super::visible_subject;

/// A name, a value or a path as it stands in a sentence: in quotes, with everything in it visible, and
/// backslashes as they are.
pub fn quoted(text: impl AsRef<OsStr>) -> String {
    let bytes = text.as_ref().as_encoded_bytes();
    format!("\"{}\"", visible_subject(bytes))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn a_backslash_is_one_and_what_acts_on_a_terminal_is_visible() {
        for (text, shown) in [
            ("today", r#""today""#),
            (r"C:\creds", r#""C:\creds""#),
            ("größe", r#""größe""#),
            ("a\x1b[2J", "\"a␛[2J\""),
        ] {
            assert_eq!(quoted(text), shown);
            assert_eq!(quoted(Path::new(text)), shown);
        }
    }
}
