//! Reading one line of the layout at a time, from any line on.

use std::ops::Range;

use crate::payload::{
    Kind,
    runs::{LONG, Runs},
};

/// What stands on one line: `"key": value,`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// The name of the member, with its quotes.
    pub key: Option<Range<usize>>,
    /// The value, or as much of it as fits a line.
    pub body: Body,
    /// Whether a comma follows.
    pub comma: bool,
}

/// The value of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Body {
    /// The opening bracket of something with content.
    Open(Shape),
    /// The closing bracket.
    Close(Shape),
    /// Both brackets, nothing inside.
    Empty(Shape),
    /// A string, a number or a literal.
    Scalar(Range<usize>, Kind),
}

/// What brackets hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// Members.
    Object,
    /// Elements.
    Array,
}

/// Why the bytes are not JSON, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub at: usize,
    pub what: &'static str,
}

/// A long stretch that was met for the first time.
pub(super) enum Found {
    /// A key or a value.
    Token(Range<usize>),
    /// Blanks.
    Blanks(Range<usize>),
}

/// Walks through the bytes, a line at a time. Whether lines may follow each other so is not its
/// matter: for that the layout keeps its stack.
pub(super) struct Reader<'a> {
    pub at: usize,
    pub found: Vec<Found>,
    bytes: &'a [u8],
    known: &'a Runs,
}

impl<'a> Reader<'a> {
    /// A reader at the start of a line; the stretches that are known are leapt over.
    pub(super) fn new(bytes: &'a [u8], at: usize, known: &'a Runs) -> Reader<'a> {
        Reader {
            at,
            found: Vec::new(),
            bytes,
            known,
        }
    }

    /// The next line.
    pub(super) fn line(&mut self) -> Result<Line, Fault> {
        self.blanks();
        let mut key = None;
        let mut body = self.body()?;
        self.blanks();
        if let Body::Scalar(name, Kind::String) = &body
            && self.takes(b':')
        {
            key = Some(name.clone());
            self.blanks();
            if matches!(self.peek(), Some(b'}' | b']')) {
                return Err(self.fault("a value is missing"));
            }
            body = self.body()?;
            self.blanks();
        }
        let comma = !matches!(body, Body::Open(_)) && self.takes(b',');
        Ok(Line { key, body, comma })
    }

    /// Passes over blanks.
    pub(super) fn blanks(&mut self) {
        let start = self.at;
        let mut leap = start + LONG;
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
            if self.at == leap {
                leap = usize::MAX;
                self.at = self.known.end_of(start).unwrap_or(self.at);
            }
        }
        if leap == usize::MAX && self.known.end_of(start).is_none() {
            self.found.push(Found::Blanks(start..self.at));
        }
    }

    fn body(&mut self) -> Result<Body, Fault> {
        match self.peek() {
            Some(b'{') => Ok(self.bracket(b'}', Shape::Object)),
            Some(b'[') => Ok(self.bracket(b']', Shape::Array)),
            Some(b'}') => {
                self.at += 1;
                Ok(Body::Close(Shape::Object))
            }
            Some(b']') => {
                self.at += 1;
                Ok(Body::Close(Shape::Array))
            }
            Some(b'"') => self.token(Kind::String, Reader::string),
            Some(b'-' | b'0'..=b'9') => self.token(Kind::Number, Reader::number),
            Some(b't') => self.token(Kind::Literal, |reader| reader.word(b"true")),
            Some(b'f') => self.token(Kind::Literal, |reader| reader.word(b"false")),
            Some(b'n') => self.token(Kind::Literal, |reader| reader.word(b"null")),
            Some(_) => Err(self.fault("a value is missing")),
            None => Err(self.fault("the end is missing")),
        }
    }

    fn bracket(&mut self, close: u8, shape: Shape) -> Body {
        self.at += 1;
        self.blanks();
        if self.takes(close) {
            Body::Empty(shape)
        } else {
            Body::Open(shape)
        }
    }

    /// A token; a long one is walked through once and known from then on.
    fn token(
        &mut self,
        kind: Kind,
        walk: impl FnOnce(&mut Self) -> Result<(), Fault>,
    ) -> Result<Body, Fault> {
        let start = self.at;
        if let Some(end) = self.known.end_of(start) {
            self.at = end;
        } else {
            walk(self)?;
            if self.at - start >= LONG {
                self.found.push(Found::Token(start..self.at));
            }
        }
        Ok(Body::Scalar(start..self.at, kind))
    }

    fn string(&mut self) -> Result<(), Fault> {
        self.at += 1;
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(());
                }
                Some(b'\\') => self.escape()?,
                Some(0..=0x1f) => {
                    return Err(self.fault("a control character stands in a string"));
                }
                Some(_) => self.at += 1,
                None => return Err(self.fault("the end of a string is missing")),
            }
        }
    }

    fn escape(&mut self) -> Result<(), Fault> {
        self.at += 1;
        let digits = match self.peek() {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => 0,
            Some(b'u') => 4,
            _ => return Err(self.fault("no such escape in a string")),
        };
        self.at += 1;
        for _ in 0..digits {
            if !self.peek().is_some_and(|byte| byte.is_ascii_hexdigit()) {
                return Err(self.fault("\\u wants four hexadecimal digits"));
            }
            self.at += 1;
        }
        Ok(())
    }

    fn number(&mut self) -> Result<(), Fault> {
        self.takes(b'-');
        if !self.takes(b'0') {
            self.digits()?;
        }
        if self.takes(b'.') {
            self.digits()?;
        }
        if self.takes(b'e') || self.takes(b'E') {
            let _sign = self.takes(b'+') || self.takes(b'-');
            self.digits()?;
        }
        Ok(())
    }

    fn digits(&mut self) -> Result<(), Fault> {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        if self.at == start {
            return Err(self.fault("a digit is missing"));
        }
        Ok(())
    }

    fn word(&mut self, word: &[u8]) -> Result<(), Fault> {
        if self.bytes.get(self.at..self.at + word.len()) != Some(word) {
            return Err(self.fault("a value is missing"));
        }
        self.at += word.len();
        Ok(())
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn takes(&mut self, byte: u8) -> bool {
        let there = self.peek() == Some(byte);
        self.at += usize::from(there);
        there
    }

    fn fault(&self, what: &'static str) -> Fault {
        Fault { at: self.at, what }
    }
}
