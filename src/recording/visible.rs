//! JSON that can be looked at in a terminal.

use std::{borrow::Cow, fmt::Write};

/// The same JSON document, in which the control characters that JSON lets through, and those that
/// turn the direction of text around, are escaped. Such characters stand in strings only.
pub fn visible_json(json: &str) -> Cow<'_, str> {
    if !json.contains(acts_on_terminals) {
        return json.into();
    }
    let mut visible = String::with_capacity(json.len() + 64);
    for character in json.chars() {
        if acts_on_terminals(character) {
            for unit in character.encode_utf16(&mut [0; 2]) {
                // Writing to a string does not fail.
                let _ = write!(visible, "\\u{unit:04x}");
            }
        } else {
            visible.push(character);
        }
    }
    visible.into()
}

fn acts_on_terminals(character: char) -> bool {
    matches!(character,
        '\u{7f}'..='\u{9f}'
            | '\u{61c}'
            | '\u{200e}' | '\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}'
            | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_acts_on_terminals_is_escaped_and_reads_back_the_same() {
        let table = [
            ("plain", "\"plain\""),
            ("\u{7f}\u{9b}31m", "\"\\u007f\\u009b31m\""),
            ("a\u{202e}b", "\"a\\u202eb\""),
            ("\u{e0041}", "\"\\udb40\\udc41\""),
            ("日本 👍", "\"日本 👍\""),
        ];
        for (text, expected) in table {
            let json = serde_json::to_string(text).unwrap();
            let visible = visible_json(&json);
            assert_eq!(visible, expected);
            assert_eq!(serde_json::from_str::<String>(&visible).unwrap(), text);
        }
    }
}
