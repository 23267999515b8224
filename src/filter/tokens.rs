//! The text in pieces: parentheses, bars, inversions, and terms.
//!
//! A term ends at a blank, at a bar, or at a parenthesis that it did not open; a quote inside it holds
//! all of these. `"name": value`, as JSON has it, is one term.

use super::{Error, part::Part, quote};

/// What a piece is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Open,
    Close,
    Or,
    Not,
    /// With its quotes.
    Quoted,
    /// Members as JSON has them: `"total": 1, "id": "A-1"`.
    Members,
    /// With its slashes.
    Regex,
    /// A field or a word.
    Word,
}

/// The pieces of a text, in order. An error is the last.
#[derive(Clone, Debug)]
pub(super) struct Tokens<'a> {
    rest: Part<'a>,
}

impl<'a> Tokens<'a> {
    pub fn new(text: &'a str) -> Tokens<'a> {
        Tokens {
            rest: Part { text, at: 0 },
        }
    }

    fn cut(&mut self, length: usize) -> Part<'a> {
        let (part, rest) = self.rest.split(length);
        self.rest = rest;
        part
    }

    fn fail<T>(&mut self, error: Error) -> Result<T, Error> {
        self.cut(self.rest.text.len());
        Err(error)
    }

    /// A piece between two equal marks, which must be the whole term.
    fn enclosed(&mut self, length: Option<usize>, unclosed: &str) -> Result<Part<'a>, Error> {
        let Some(length) = length else {
            return self.fail(self.rest.error(unclosed));
        };
        let part = self.cut(length);
        if word_length(self.rest.text) > 0 {
            let behind = self.rest.split(word_length(self.rest.text)).0;
            return self.fail(behind.error(
                "a blank is missing before this; to look for slashes or quotes put the text into quotes, as \"/a/b\" or \"say \\\"x\\\"\"",
            ));
        }
        Ok(part)
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Result<(Kind, Part<'a>), Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let blanks = self.rest.text.len() - self.rest.text.trim_start().len();
        self.cut(blanks);
        let mark = match self.rest.text.chars().next()? {
            '(' => Kind::Open,
            ')' => Kind::Close,
            '|' => Kind::Or,
            '!' => Kind::Not,
            '"' if let Some(length) = members_length(self.rest.text) => {
                return Some(Ok((Kind::Members, self.cut(length))));
            }
            '"' => {
                let part = self.enclosed(quote::length(self.rest.text), "the quote is not closed");
                return Some(part.map(|part| (Kind::Quoted, part)));
            }
            '/' => {
                let part = self.enclosed(
                    regex_length(self.rest.text),
                    "the regular expression has no closing slash; put the text into quotes to look for a slash",
                );
                return Some(part.map(|part| (Kind::Regex, part)));
            }
            _ => return Some(self.word()),
        };
        Some(Ok((mark, self.cut(1))))
    }
}

impl<'a> Tokens<'a> {
    fn word(&mut self) -> Result<(Kind, Part<'a>), Error> {
        let length = word_length(self.rest.text);
        match unclosed_quote(self.rest.split(length).0) {
            Some(quote) => self.fail(quote.error("the quote is not closed")),
            None => Ok((Kind::Word, self.cut(length))),
        }
    }
}

/// The length of the members of JSON that the text begins with: names with colons, each with a value
/// unless that is missing.
fn members_length(text: &str) -> Option<usize> {
    let mut length = None;
    let mut rest = text;
    while let Some(value) = quote::length(rest)
        .filter(|_| rest.starts_with('"'))
        .and_then(|name| rest.split_at(name).1.strip_prefix(':'))
    {
        let behind = value.trim_start_matches(' ');
        rest = match value_length(behind) {
            0 => value,
            value => behind.split_at(value).1,
        };
        length = Some(text.len() - rest.len());
        match rest.strip_prefix(',') {
            Some(next) => rest = next.trim_start_matches(' '),
            None => break,
        }
    }
    let end = length?;
    // and what is written against it, such as a comma
    Some(end + word_length(text.split_at(end).1))
}

/// How many bytes the value of JSON takes that the text begins with, or the beginning of one; 0 where
/// it begins with something else.
fn value_length(text: &str) -> usize {
    if text.starts_with('"') {
        return quote::length(text).unwrap_or(0);
    }
    let end = text.find(|char: char| char.is_whitespace() || ",|()".contains(char));
    let word = text.split_at(end.unwrap_or(text.len())).0;
    let is_value = word.starts_with(|char: char| "-{[".contains(char) || char.is_ascii_digit())
        || ["true", "false", "null"].contains(&word);
    if is_value { word.len() } else { 0 }
}

/// How many bytes of the text belong to the term it begins with. A quote that does not end reaches to
/// the end.
fn word_length(text: &str) -> usize {
    let mut opened = 0_usize;
    let mut rest = text;
    while let Some(char) = rest.chars().next() {
        let length = match char {
            '"' => quote::length(rest).unwrap_or(rest.len()),
            '|' => break,
            ')' if opened == 0 => break,
            char if char.is_whitespace() => break,
            char => {
                opened = match char {
                    '(' => opened + 1,
                    ')' => opened - 1,
                    _ => opened,
                };
                char.len_utf8()
            }
        };
        rest = rest.split_at(length).1;
    }
    text.len() - rest.len()
}

/// From the quote in a term that does not end to the end.
fn unclosed_quote(word: Part) -> Option<Part> {
    let mut rest = word;
    while let Some(at) = rest.text.find('"') {
        rest = rest.split(at).1;
        match quote::length(rest.text) {
            Some(length) => rest = rest.split(length).1,
            None => return Some(rest),
        }
    }
    None
}

/// The length of a regular expression, both slashes included.
fn regex_length(text: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, char) in text.char_indices().skip(1) {
        match char {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '/' => return Some(at + 1),
            _ => {}
        }
    }
    None
}
