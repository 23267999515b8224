//! The index: which lines there are, and where to start reading for any of them.

use std::ops::Range;

use super::reader::{Body, Fault, Found, Line, Reader, Shape};
use crate::{
    payload::{
        Kind, Paint,
        escape::Sequences,
        piece::{Source, Window},
        runs::Runs,
    },
    text::BYTE_ORDER_MARK,
};

/// One line in this many is remembered, the others are read again from there. Keeps ten megabytes
/// of `[1,1,1,…]`, five million lines, at five megabytes of index.
const STRIDE: usize = 16;

/// Cells a level of nesting indents.
const INDENT: usize = 2;

/// Deeper levels are not indented further, lest the content leave the screen for good.
const DEEPEST: usize = 32;

/// JSON laid out in lines.
#[derive(Clone, Debug)]
pub(in crate::payload) struct Layout {
    lines: usize,
    marks: Vec<Mark>,
    runs: Runs,
}

/// Where a line starts, and how deep.
#[derive(Clone, Copy, Debug)]
struct Mark {
    byte: usize,
    depth: usize,
}

/// Reads all of it, but for a byte order mark before it.
///
/// # Errors
/// A sentence that says what is wrong, and where, if this is not JSON.
pub(in crate::payload) fn read(bytes: &[u8]) -> Result<Layout, String> {
    let outcome = match str::from_utf8(bytes) {
        Ok(_) => index(bytes),
        Err(error) => Err(Fault {
            at: error.valid_up_to(),
            what: "a byte is not UTF-8",
        }),
    };
    outcome.map_err(|fault| describe(bytes, &fault))
}

impl Layout {
    /// How many lines there are.
    pub(in crate::payload) fn lines(&self) -> usize {
        self.lines
    }

    /// Line `n` of the bytes that were read passes by the window.
    pub(in crate::payload) fn show(&self, bytes: &[u8], n: usize, window: &mut Window) {
        let Some((line, depth)) = self.line(bytes, n) else {
            return;
        };
        window.blanks(depth.min(DEEPEST) * INDENT, Kind::Layout);
        if let Some(key) = line.key {
            window.source(bytes, self.source(key, Kind::Key));
            window.narrow(":", Kind::Punctuation);
            window.blanks(1, Kind::Layout);
        }
        match line.body {
            Body::Open(Shape::Object) => window.narrow("{", Kind::Punctuation),
            Body::Open(Shape::Array) => window.narrow("[", Kind::Punctuation),
            Body::Close(Shape::Object) => window.narrow("}", Kind::Punctuation),
            Body::Close(Shape::Array) => window.narrow("]", Kind::Punctuation),
            Body::Empty(Shape::Object) => window.narrow("{}", Kind::Punctuation),
            Body::Empty(Shape::Array) => window.narrow("[]", Kind::Punctuation),
            Body::Scalar(range, kind) => window.source(bytes, self.source(range, kind)),
        }
        if line.comma {
            window.narrow(",", Kind::Punctuation);
        }
    }

    /// A key or a value. No JSON holds an escape sequence that begins with ESC, and the others are to be
    /// seen in it.
    fn source(&self, range: Range<usize>, kind: Kind) -> Source<'_> {
        Source {
            range,
            kind,
            sequences: Sequences::Shown,
            paint: Paint::default(),
            runs: &self.runs,
        }
    }

    /// The memory the index takes, in bytes.
    pub(in crate::payload) fn footprint(&self) -> usize {
        self.marks.capacity() * size_of::<Mark>() + self.runs.footprint()
    }

    /// A line and its depth.
    fn line(&self, bytes: &[u8], n: usize) -> Option<(Line, usize)> {
        let mark = self.marks.get(n / STRIDE).filter(|_| n < self.lines)?;
        let mut reader = Reader::new(bytes, mark.byte, &self.runs);
        let mut depth = mark.depth;
        for _ in 0..n % STRIDE {
            match reader.line().ok()?.body {
                Body::Open(_) => depth += 1,
                Body::Close(_) => depth = depth.saturating_sub(1),
                Body::Empty(_) | Body::Scalar(..) => {}
            }
        }
        let line = reader.line().ok()?;
        let closes = matches!(line.body, Body::Close(_));
        Some((line, depth.saturating_sub(usize::from(closes))))
    }
}

/// What the line before allows to follow.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    /// A value: the first one, or one after a bracket or comma.
    Value,
    /// A closing bracket.
    Close,
}

fn index(bytes: &[u8]) -> Result<Layout, Fault> {
    let nothing_known = Runs::default();
    let start = if bytes.starts_with(BYTE_ORDER_MARK) {
        BYTE_ORDER_MARK.len()
    } else {
        0
    };
    let mut reader = Reader::new(bytes, start, &nothing_known);
    let mut layout = Layout {
        lines: 0,
        marks: Vec::new(),
        runs: Runs::default(),
    };
    let mut open = Stack::default();
    let mut next = Next::Value;
    loop {
        let start = reader.at;
        if layout.lines.is_multiple_of(STRIDE) {
            layout.marks.push(Mark {
                byte: start,
                depth: open.depth,
            });
        }
        let line = reader.line()?;
        layout.lines += 1;
        for found in reader.found.drain(..) {
            match found {
                Found::Token(range) => {
                    layout
                        .runs
                        .measure(bytes, range, Sequences::Shown, Paint::default());
                }
                Found::Blanks(range) => layout.runs.skip(range),
            }
        }
        next = follow(&line, next, &mut open).map_err(|what| Fault { at: start, what })?;
        if open.depth == 0 {
            if line.comma || reader.at < bytes.len() {
                let what = "something follows the end";
                return Err(Fault {
                    at: reader.at,
                    what,
                });
            }
            layout.marks.shrink_to_fit();
            return Ok(layout);
        }
    }
}

/// Checks that a line may stand where it stands, and says what may follow.
fn follow(line: &Line, expected: Next, open: &mut Stack) -> Result<Next, &'static str> {
    if let Body::Close(shape) = line.body {
        if expected == Next::Value {
            return Err("a value is missing");
        }
        if open.pop() != Some(shape) {
            return Err("another bracket is open");
        }
    } else {
        if expected == Next::Close {
            return Err("a comma or a closing bracket is missing");
        }
        match (open.top(), &line.key) {
            (Some(Shape::Object), None) => return Err("the name of a member is missing"),
            (Some(Shape::Array) | None, Some(_)) => return Err("a colon stands outside an object"),
            (Some(Shape::Object), Some(_)) | (Some(Shape::Array) | None, None) => {}
        }
    }
    if let Body::Open(shape) = line.body {
        open.push(shape);
        return Ok(Next::Value);
    }
    Ok(if line.comma { Next::Value } else { Next::Close })
}

/// The open brackets, one bit each: a payload of nothing but brackets costs an eighth of itself.
#[derive(Default)]
struct Stack {
    depth: usize,
    arrays: Vec<u64>,
}

impl Stack {
    fn push(&mut self, shape: Shape) {
        let (word, bit) = (self.depth / 64, 1 << (self.depth % 64));
        if word == self.arrays.len() {
            self.arrays.push(0);
        }
        if let Some(word) = self.arrays.get_mut(word) {
            match shape {
                Shape::Array => *word |= bit,
                Shape::Object => *word &= !bit,
            }
        }
        self.depth += 1;
    }

    fn top(&self) -> Option<Shape> {
        let at = self.depth.checked_sub(1)?;
        let word = self.arrays.get(at / 64)?;
        Some(match word >> (at % 64) & 1 {
            1 => Shape::Array,
            _ => Shape::Object,
        })
    }

    fn pop(&mut self) -> Option<Shape> {
        let top = self.top()?;
        self.depth -= 1;
        Some(top)
    }
}

fn describe(bytes: &[u8], fault: &Fault) -> String {
    let before = bytes.get(..fault.at).unwrap_or(bytes);
    let line = memchr::memchr_iter(b'\n', before).count() + 1;
    let column = before.len() - memchr::memrchr(b'\n', before).map_or(0, |at| at + 1) + 1;
    format!("not JSON: {}, line {line} byte {column}", fault.what)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::payload::piece::Edges;

    fn lines(json: &str) -> Vec<String> {
        let layout = read(json.as_bytes()).expect("it is JSON");
        (0..layout.lines())
            .map(|n| {
                let mut window = Window::new(0..usize::MAX, Edges::Cut);
                layout.show(json.as_bytes(), n, &mut window);
                window.pieces().into_iter().map(|p| p.text).collect()
            })
            .collect()
    }

    #[test]
    fn a_member_stands_on_a_line() {
        for (json, laid_out) in [
            ("{}", &["{}"][..]),
            (" [ ] ", &["[]"]),
            ("true", &["true"]),
            ("\u{feff}[1]", &["[", "  1", "]"]),
            (" -12.50e+3\n", &["-12.50e+3"]),
            ("[1,2]", &["[", "  1,", "  2", "]"]),
            (
                "{\"b\" : 1.0 , \"a\":[ ] ,\"b\":{\"c\":null}}",
                &[
                    "{",
                    "  \"b\": 1.0,",
                    "  \"a\": [],",
                    "  \"b\": {",
                    "    \"c\": null",
                    "  }",
                    "}",
                ],
            ),
            (
                "[[],[\"a:\\\"b\\\\\"],{\"\":{}}]",
                &[
                    "[",
                    "  [],",
                    "  [",
                    "    \"a:\\\"b\\\\\"",
                    "  ],",
                    "  {",
                    "    \"\": {}",
                    "  }",
                    "]",
                ],
            ),
        ] {
            assert_eq!(lines(json), laid_out, "{json}");
        }
    }

    #[test]
    fn a_late_line_is_found_like_an_early_one() {
        let json = format!(
            "[{}]",
            (0..100)
                .map(|n| format!("[{n}]"))
                .collect::<Vec<_>>()
                .join(",")
        );

        let lines = lines(&json);

        assert_eq!(lines.len(), 302);
        assert_eq!(lines[1 + 3 * 77], "  [");
        assert_eq!(lines[1 + 3 * 77 + 1], "    77");
        assert_eq!(lines[1 + 3 * 77 + 2], "  ],");
    }

    #[test]
    fn what_is_no_json_says_why_and_where() {
        for (bytes, problem) in [
            (&b""[..], "the end is missing, line 1 byte 1"),
            (b"[1", "the end is missing, line 1 byte 3"),
            (b"{\"a\":1,}", "a value is missing, line 1 byte 8"),
            (b"[1,]", "a value is missing, line 1 byte 4"),
            (b"[,1]", "a value is missing, line 1 byte 2"),
            (
                b"[1 2]",
                "a comma or a closing bracket is missing, line 1 byte 4",
            ),
            (b"{\"a\"}", "the name of a member is missing, line 1 byte 2"),
            (b"{1:2}", "the name of a member is missing, line 1 byte 2"),
            (b"{\"a\":}", "a value is missing, line 1 byte 6"),
            (
                b"[\"a\":1]",
                "a colon stands outside an object, line 1 byte 2",
            ),
            (
                b"\"a\":1",
                "a colon stands outside an object, line 1 byte 1",
            ),
            (b"{\n1]", "the name of a member is missing, line 2 byte 1"),
            (b"[1}", "another bracket is open, line 1 byte 3"),
            (b"]", "a value is missing, line 1 byte 1"),
            (b"1,", "something follows the end, line 1 byte 3"),
            (b"{}{}", "something follows the end, line 1 byte 3"),
            (b"01", "something follows the end, line 1 byte 2"),
            (b"-", "a digit is missing, line 1 byte 2"),
            (b"1.", "a digit is missing, line 1 byte 3"),
            (b"1e", "a digit is missing, line 1 byte 3"),
            (b"nul", "a value is missing, line 1 byte 1"),
            (b"\"a", "the end of a string is missing, line 1 byte 3"),
            (b"\"\\x\"", "no such escape in a string, line 1 byte 3"),
            (
                b"\"\\u12g4\"",
                "\\u wants four hexadecimal digits, line 1 byte 6",
            ),
            (
                b"\"a\nb\"",
                "a control character stands in a string, line 1 byte 3",
            ),
            (b"[\"\xff\"]", "a byte is not UTF-8, line 1 byte 3"),
        ] {
            assert_eq!(
                read(bytes).err(),
                Some(format!("not JSON: {problem}")),
                "{bytes:?}"
            );
        }
    }

    #[test]
    fn it_agrees_with_serde_json_about_what_is_json() {
        for json in [
            "[0]",
            "[-0]",
            "[00]",
            "[1.5]",
            "[.5]",
            "[1.]",
            "[1E5]",
            "[+1]",
            "[0x1]",
            "[NaN]",
            "[tru]",
            "[truee]",
            "[null]",
            "{\"a\":1,\"a\":2}",
            "{a:1}",
            "{'a':1}",
            "[1,,2]",
            "[]]",
            "[[]",
            "{\"a\" 1}",
            "[\"\\u00e9\"]",
            "[\"\t\"]",
            "[1]x",
            "\u{feff}\u{feff}[]",
            "[1\u{a0}]",
        ] {
            let theirs = serde_json::from_str::<serde_json::Value>(json).is_ok();
            assert_eq!(read(json.as_bytes()).is_ok(), theirs, "{json}");
        }
    }
}
