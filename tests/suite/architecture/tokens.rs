//! Splits Rust source into names and signs, without comments and literals.

/// A name, a number, `::`, or one other sign.
#[derive(Debug)]
pub struct Token {
    pub text: String,
    /// The line, from 1.
    pub line: usize,
}

/// The tokens of a source, in order.
pub fn tokens(source: &str) -> Vec<Token> {
    let mut cursor = Cursor {
        chars: source.chars().collect(),
        at: 0,
    };
    let mut tokens = Vec::new();
    let mut line = 1;
    while let Some(first) = cursor.peek(0) {
        let start = cursor.at;
        match (first, cursor.peek(1)) {
            ('/', Some('/')) => cursor.line_comment(),
            ('/', Some('*')) => cursor.block_comment(),
            ('"', _) => cursor.string(),
            ('\'', _) => cursor.quote(),
            (':', Some(':')) => cursor.at += 2,
            _ if is_name(first) => cursor.name_or_literal(),
            _ => cursor.at += 1,
        }
        let chars = &cursor.chars[start..cursor.at];
        let sign = cursor.at - start == 1 && !first.is_whitespace() && first != '\'';
        if sign || chars == [':', ':'] || (is_name(first) && chars.iter().all(|c| is_name(*c))) {
            tokens.push(Token {
                text: chars.iter().collect(),
                line,
            });
        }
        line += chars.iter().filter(|c| **c == '\n').count();
    }
    tokens
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

struct Cursor {
    chars: Vec<char>,
    at: usize,
}

impl Cursor {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at + ahead).copied()
    }

    fn skip_while(&mut self, holds: impl Fn(char) -> bool) {
        while self.peek(0).is_some_and(&holds) {
            self.at += 1;
        }
    }

    fn line_comment(&mut self) {
        self.skip_while(|c| c != '\n');
    }

    fn block_comment(&mut self) {
        let mut depth = 0;
        while let Some(c) = self.peek(0) {
            match (c, self.peek(1)) {
                ('/', Some('*')) => (depth, self.at) = (depth + 1, self.at + 2),
                ('*', Some('/')) => (depth, self.at) = (depth - 1, self.at + 2),
                _ => self.at += 1,
            }
            if depth == 0 {
                return;
            }
        }
    }

    /// Skips a string literal.
    fn string(&mut self) {
        self.at += 1;
        while let Some(c) = self.peek(0) {
            self.at += if c == '\\' { 2 } else { 1 };
            if c == '"' {
                break;
            }
        }
        self.at = self.at.min(self.chars.len());
    }

    /// Skips a character literal, or the `'` of a lifetime.
    fn quote(&mut self) {
        self.at += 1;
        match (self.peek(0), self.peek(1)) {
            (Some('\\'), _) => {
                self.at = (self.at + 2).min(self.chars.len());
                self.skip_while(|c| c != '\'');
                self.at = (self.at + 1).min(self.chars.len());
            }
            (Some(_), Some('\'')) => self.at += 2,
            _ => {}
        }
    }

    /// Skips a name, or the literal after a prefix like `br#`.
    fn name_or_literal(&mut self) {
        let start = self.at;
        self.skip_while(is_name);
        let prefix: String = self.chars[start..self.at].iter().collect();
        let hashes = (0..).take_while(|n| self.peek(*n) == Some('#')).count();
        let opens = self.peek(hashes) == Some('"');
        match prefix.as_str() {
            "r" | "br" | "cr" if opens => self.raw_string(hashes),
            "b" | "c" if hashes == 0 && opens => self.string(),
            "b" if self.peek(0) == Some('\'') => self.quote(),
            _ => {}
        }
    }

    fn raw_string(&mut self, hashes: usize) {
        self.at += hashes + 1;
        while let Some(c) = self.peek(0) {
            self.at += 1;
            if c == '"' && (0..hashes).all(|n| self.peek(n) == Some('#')) {
                self.at += hashes;
                return;
            }
        }
    }
}
