//! A payload laid out in lines.

use std::{borrow::Cow, fmt, sync::Arc};

use super::{
    Form, Piece,
    escape::{Sequences, has_sequences},
    hex, json,
    piece::{Edges, Window},
    text,
};

/// A payload laid out in lines, for a pane: an index over the bytes, never a copy of them but where
/// escapes in JSON are shown as what they stand for.
///
/// ```
/// use goingnats::payload::{Document, Form};
///
/// let document = Document::read(br#"{"total":88.250}"#.as_slice(), Form::Json);
///
/// assert_eq!(document.lines(), 3);
/// assert_eq!(document.text(1), r#"  "total": 88.250"#);
/// ```
#[derive(Clone)]
pub struct Document {
    bytes: Arc<[u8]>,
    /// What is laid out: the bytes, or JSON that says the same.
    shown: Arc<[u8]>,
    layout: Layout,
    problem: Option<String>,
}

#[derive(Clone)]
enum Layout {
    Json(json::Layout),
    Text(text::Layout),
    Raw(text::Layout),
    Hex(hex::Layout),
}

impl Document {
    /// Lays out the payload. Reads all of it: do it in a job where [`is_large`](super::is_large).
    ///
    /// What is asked for as JSON and is none becomes text, with a [`problem`](Document::problem); raw text
    /// that has no escape sequences is text.
    pub fn read(bytes: impl Into<Arc<[u8]>>, form: Form) -> Document {
        let bytes = bytes.into();
        let mut shown = Arc::clone(&bytes);
        let (layout, problem) = match form {
            Form::Json => {
                if let Cow::Owned(unescaped) = json::unescaped(&bytes) {
                    shown = unescaped.into();
                }
                match json::read(&shown) {
                    Ok(layout) => (Layout::Json(layout), None),
                    Err(problem) => {
                        // the place is one in what came
                        let problem = json::read(&bytes).err().unwrap_or(problem);
                        shown = Arc::clone(&bytes);
                        (as_text(&bytes), Some(problem))
                    }
                }
            }
            Form::Raw if has_sequences(&bytes) => {
                let layout = text::read(&bytes, Sequences::Shown);
                (Layout::Raw(layout), None)
            }
            Form::Text | Form::Raw => (as_text(&bytes), None),
            Form::Hex => (Layout::Hex(hex::Layout::classic()), None),
        };
        Document {
            bytes,
            shown,
            layout,
            problem,
        }
    }

    /// The form it is shown in.
    pub fn form(&self) -> Form {
        match self.layout {
            Layout::Json(_) => Form::Json,
            Layout::Text(_) => Form::Text,
            Layout::Raw(_) => Form::Raw,
            Layout::Hex(_) => Form::Hex,
        }
    }

    /// The payload, as it came.
    pub fn bytes(&self) -> &Arc<[u8]> {
        &self.bytes
    }

    /// Why it is not shown in the form asked for.
    pub fn problem(&self) -> Option<&str> {
        self.problem.as_deref()
    }

    /// How many lines there are. Even an empty payload has one.
    pub fn lines(&self) -> usize {
        match &self.layout {
            Layout::Json(layout) => layout.lines(),
            Layout::Text(layout) | Layout::Raw(layout) => layout.lines(),
            Layout::Hex(layout) => layout.lines(self.bytes.len()),
        }
    }

    /// The cells of line `n` (from 0) between `from_column` and `from_column + width`; empty behind
    /// the end. Costs what is shown, not what the line holds.
    pub fn line(&self, n: usize, from_column: usize, width: usize) -> Vec<Piece> {
        let columns = from_column..from_column.saturating_add(width);
        self.pass(n, Window::new(columns, Edges::Cut)).pieces()
    }

    /// How many cells line `n` takes.
    pub fn columns(&self, n: usize) -> usize {
        self.pass(n, Window::behind()).column()
    }

    /// How many rows line `n` takes when wrapped into `width` cells; at least one.
    pub fn rows(&self, n: usize, width: usize) -> usize {
        self.columns(n).div_ceil(row_step(width)).max(1)
    }

    /// Row `row` (from 0) of line `n` wrapped into `width` cells. No character is cut or lost
    /// between two rows, therefore the last cell of a row is used by wide characters only.
    pub fn row(&self, n: usize, row: usize, width: usize) -> Vec<Piece> {
        let step = row_step(width);
        let start = row.saturating_mul(step);
        let columns = start..start.saturating_add(step.min(width));
        let edges = if width < 2 { Edges::Cut } else { Edges::Whole };
        self.pass(n, Window::new(columns, edges)).pieces()
    }

    /// Line `n`, whole, as shown.
    pub fn text(&self, n: usize) -> String {
        self.line(n, 0, usize::MAX)
            .into_iter()
            .map(|piece| piece.text)
            .collect()
    }

    /// Lets a hex line hold 32, 16 or 8 bytes so that it fits `width` cells; says whether the lines
    /// changed. Other forms stay as they are.
    pub fn fit(&mut self, width: usize) -> bool {
        let Layout::Hex(layout) = &mut self.layout else {
            return false;
        };
        let fitting = hex::Layout::fitting(width, self.bytes.len());
        std::mem::replace(layout, fitting) != fitting
    }

    /// The memory it takes beside the payload, in bytes.
    pub fn footprint(&self) -> usize {
        let copied = if Arc::ptr_eq(&self.bytes, &self.shown) {
            0
        } else {
            self.shown.len()
        };
        copied
            + match &self.layout {
                Layout::Json(layout) => layout.footprint(),
                Layout::Text(layout) | Layout::Raw(layout) => layout.footprint(),
                Layout::Hex(_) => 0,
            }
    }

    /// Line `n` passes by the window.
    fn pass(&self, n: usize, mut window: Window) -> Window {
        match &self.layout {
            Layout::Json(layout) => layout.show(&self.shown, n, &mut window),
            Layout::Text(layout) | Layout::Raw(layout) => {
                layout.show(&self.bytes, n, &mut window);
            }
            Layout::Hex(layout) => layout.show(&self.bytes, n, &mut window),
        }
        window
    }
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Document")
            .field("form", &self.form())
            .field("bytes", &self.bytes.len())
            .field("lines", &self.lines())
            .field("problem", &self.problem)
            .finish()
    }
}

fn as_text(bytes: &[u8]) -> Layout {
    Layout::Text(text::read(bytes, Sequences::Painted))
}

/// Columns between the starts of two rows. One less than the width: a wide character that starts in
/// the last column has room, so rows start at multiples and none has to be known to find the next.
fn row_step(width: usize) -> usize {
    width.saturating_sub(1).max(1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        payload::{Colour, Kind},
        text::{cells, visible},
    };

    fn texts(document: &Document) -> Vec<String> {
        (0..document.lines()).map(|n| document.text(n)).collect()
    }

    fn joined(pieces: &[Piece]) -> String {
        pieces.iter().map(|piece| piece.text.as_str()).collect()
    }

    #[test]
    fn text_has_the_lines_it_came_with() {
        for (bytes, lines) in [
            (&b""[..], &[""][..]),
            (b"one", &["one"]),
            (b"one\n", &["one"]),
            (b"\n", &[""]),
            (b"one\r\ntwo\n\n", &["one", "two", ""]),
            (b"a\rb\r", &["a␍b␍"]),
            (b"a\tb\tcdef\tg", &["a␉  b␉  cdef␉   g"]),
            (b"\x1b[2J\xff", &["\\xff"]),
            (b"\x1b[31mred\x1b[0m\n\x1b", &["red", "␛"]),
        ] {
            assert_eq!(
                texts(&Document::read(bytes, Form::Text)),
                lines,
                "{bytes:?}"
            );
        }
    }

    #[test]
    fn what_is_no_json_is_shown_as_text_with_the_reason() {
        let document = Document::read(b"[1,\n2".as_slice(), Form::Json);

        assert_eq!(document.form(), Form::Text);
        assert_eq!(texts(&document), ["[1,", "2"]);
        assert_eq!(
            document.problem(),
            Some("not JSON: the end is missing, line 2 byte 2")
        );
    }

    #[test]
    fn json_shows_what_its_escapes_stand_for_and_text_shows_the_escapes() {
        let json = br#"{"gr\u00fcn":"\ud83d\ude00 \u0026 \u202e\n"}"#.as_slice();
        for (form, lines) in [
            (Form::Json, &["{", r#"  "grün": "😀 & \u202e\n""#, "}"][..]),
            (
                Form::Text,
                &[r#"{"gr\u00fcn":"\ud83d\ude00 \u0026 \u202e\n"}"#],
            ),
        ] {
            let document = Document::read(json, form);
            assert_eq!(texts(&document), lines);
            assert_eq!(&**document.bytes(), json);
        }
        let broken = Document::read(br#"["\u00fc","\u00fc" 1]"#.as_slice(), Form::Json);
        let problem = "not JSON: a comma or a closing bracket is missing, line 1 byte 20";
        assert_eq!(broken.problem(), Some(problem));
        assert_eq!(texts(&broken), [r#"["\u00fc","\u00fc" 1]"#]);
    }

    #[test]
    fn pieces_say_what_they_are() {
        let document = Document::read("[{\"k\":\"a\u{202e}\"},-1,true]".as_bytes(), Form::Json);

        let kinds: Vec<_> = (0..document.lines())
            .flat_map(|n| document.line(n, 0, 80))
            .filter(|piece| piece.kind != Kind::Layout)
            .map(|piece| (piece.text, piece.kind))
            .collect();

        let expected = [
            ("[", Kind::Punctuation),
            ("{", Kind::Punctuation),
            ("\"k\"", Kind::Key),
            (":", Kind::Punctuation),
            ("\"a", Kind::String),
            ("\\u{202e}", Kind::Escape),
            ("\"", Kind::String),
            ("},", Kind::Punctuation),
            ("-1", Kind::Number),
            (",", Kind::Punctuation),
            ("true", Kind::Literal),
            ("]", Kind::Punctuation),
        ]
        .map(|(text, kind)| (text.to_owned(), kind));
        assert_eq!(kinds, expected);
    }

    fn painted(document: &Document, n: usize) -> Vec<(String, Option<Colour>)> {
        let pieces = document.line(n, 0, 80).into_iter();
        pieces.map(|piece| (piece.text, piece.paint.text)).collect()
    }

    #[test]
    fn escape_sequences_become_colours_or_nothing_and_raw_shows_them() {
        let bytes = b"\x1b]0;t\x07plain \x1b[32mgreen\n\x1b[2Kstill\x1b[0m not".as_slice();
        let green = Some(Colour::Indexed(2));
        let document = Document::read(bytes, Form::Text);
        assert_eq!(
            painted(&document, 0),
            [("plain ".into(), None), ("green".into(), green)]
        );
        assert_eq!(
            painted(&document, 1),
            [("still".into(), green), (" not".into(), None)]
        );
        let raw = Document::read(bytes, Form::Raw);
        assert_eq!(raw.form(), Form::Raw);
        assert_eq!(raw.text(1), "␛[2Kstill␛[0m not");
        let plain = Document::read(b"plain".as_slice(), Form::Raw);
        assert_eq!(plain.form(), Form::Text, "it has no raw form");
    }

    #[test]
    fn the_colour_of_a_place_is_known_however_far_behind_it_began() {
        let line = "x".repeat(3 * 1024);
        let short = "y\n".repeat(40);
        let text = format!("\x1b[31m{line}\x1b[32m{line}\n{short}{line}\x1b[0m\nend");
        let document = Document::read(text.into_bytes(), Form::Text);
        let (red, green) = (Some(Colour::Indexed(1)), Some(Colour::Indexed(2)));
        let at = |n, column| {
            let pieces = document.line(n, column, 1);
            pieces.first().and_then(|piece| piece.paint.text)
        };
        assert_eq!(document.columns(0), 2 * 3 * 1024);
        for (n, column, colour) in [
            (0, 0, red),
            (0, 3 * 1024 - 1, red),
            (0, 3 * 1024, green),
            (0, 2 * 3 * 1024 - 1, green),
            (1, 0, green),
            (39, 0, green),
            (41, 2 * 1024 + 5, green),
            (42, 0, None),
        ] {
            assert_eq!(at(n, column), colour, "{n} {column}");
        }
    }

    #[test]
    fn a_line_slides_under_the_window() {
        let document = Document::read("ab日本c\x1b\u{202e}d".as_bytes(), Form::Text);
        for (from, width, shown) in [
            (0, 4, "ab日"),
            (0, 3, "ab "),
            (3, 4, " 本c"),
            (6, 3, "c␛\\"),
            (9, 20, "u{202e}d"),
            (17, 20, ""),
            (0, 0, ""),
            (usize::MAX, usize::MAX, ""),
        ] {
            assert_eq!(
                joined(&document.line(0, from, width)),
                shown,
                "{from} {width}"
            );
        }
        assert_eq!(document.columns(0), 17);
        assert!(document.line(1, 0, 10).is_empty());
    }

    #[test]
    fn a_wrapped_line_loses_nothing_between_its_rows() {
        let document = Document::read("ab日本c\x1b\u{202e}d".as_bytes(), Form::Text);

        let rows: Vec<_> = (0..document.rows(0, 4))
            .map(|row| joined(&document.row(0, row, 4)))
            .collect();

        assert_eq!(
            rows,
            ["ab日", "本", "c␛\\", "u{2", "02e", "}d"].map(String::from)
        );
    }

    #[test]
    fn a_deep_document_stays_on_the_screen() {
        let json = ["[".repeat(100_000), "]".repeat(100_000)].concat();

        let document = Document::read(json.into_bytes(), Form::Json);

        assert_eq!(document.lines(), 199_999);
        assert_eq!(document.columns(99_999), 64 + 2);
        assert_eq!(document.text(199_998), "]");
        assert!(document.footprint() < 2 * 200_000);
    }

    #[test]
    fn far_columns_of_a_long_line_are_where_they_should_be() {
        let string = "0123456789".repeat(50_000);
        let json = format!("{{\"a\":{}\"日{string}\"\n,\"b\":1}}", " ".repeat(100_000));
        let document = Document::read(json.into_bytes(), Form::Json);

        let text = document.text(1);
        assert_eq!(document.lines(), 4);
        assert_eq!(cells(&text), document.columns(1));
        assert_eq!(text, format!("  \"a\": \"日{string}\","));
        for from in [10, 11, 1023, 4096, 4097, 250_000, 499_999, 500_011] {
            // The wide character left of the window takes one column more than characters.
            let expected: String = text.chars().skip(from - 1).take(30).collect();
            assert_eq!(joined(&document.line(1, from, 30)), expected, "{from}");
        }
        assert_eq!(document.text(2), "  \"b\": 1");
    }

    #[test]
    fn long_lines_of_text_are_leapt_over() {
        let long = "x\t日".repeat(2_000);
        let text = [long.as_str(), "short", long.as_str(), "", "end"].join("\r\n");
        let document = Document::read(text.into_bytes(), Form::Text);

        assert_eq!(document.lines(), 5);
        assert_eq!(document.text(1), "short");
        assert_eq!(document.text(4), "end");
        let whole = document.text(2);
        assert_eq!(cells(&whole), document.columns(2));
        let rows: String = (0..document.rows(2, 80))
            .map(|row| joined(&document.row(2, row, 80)))
            .collect();
        assert_eq!(rows, whole);
    }

    /// A JSON text, once without blanks and once with blanks between its tokens.
    fn json() -> impl Strategy<Value = (String, String)> {
        let scalar = prop_oneof![
            Just("null".to_owned()),
            Just("-0.10E-7".to_owned()),
            any::<u64>().prop_map(|n| n.to_string()),
            any::<String>().prop_map(|s| serde_json::to_string(&s).expect("a string is JSON")),
        ]
        .prop_map(|scalar| (scalar.clone(), scalar));
        let blank = || prop_oneof![Just(""), Just(" "), Just("\n\t"), Just("\r\n  ")];
        scalar.prop_recursive(5, 60, 6, move |inner| {
            let element = (blank(), inner.clone(), blank());
            let member = (any::<String>(), blank(), inner, blank());
            prop_oneof![
                prop::collection::vec(element, 0..6).prop_map(|elements| {
                    let tight: Vec<_> = elements.iter().map(|(_, e, _)| e.0.clone()).collect();
                    let loose: Vec<_> = elements
                        .iter()
                        .map(|(before, e, after)| format!("{before}{}{after}", e.1))
                        .collect();
                    (
                        format!("[{}]", tight.join(",")),
                        format!("[ {}]", loose.join(",")),
                    )
                }),
                prop::collection::vec(member, 0..6).prop_map(|members| {
                    let name = |name| serde_json::to_string(name).expect("a string is JSON");
                    let tight: Vec<_> = members
                        .iter()
                        .map(|(key, _, value, _)| format!("{}:{}", name(key), value.0))
                        .collect();
                    let loose: Vec<_> = members
                        .iter()
                        .map(|(key, b, value, a)| format!("{b}{}{a}:{b}{}{a}", name(key), value.1))
                        .collect();
                    (
                        format!("{{{}}}", tight.join(",")),
                        format!("{{{}\n}}", loose.join(",")),
                    )
                }),
            ]
        })
    }

    proptest! {
        #[test]
        fn the_layout_adds_blanks_and_nothing_else((tight, loose) in json()) {
            let document = Document::read(loose.into_bytes(), Form::Json);
            prop_assert_eq!(document.problem(), None);
            let shown: String = (0..document.lines())
                .flat_map(|n| document.line(n, 0, usize::MAX))
                .filter(|piece| piece.kind != Kind::Layout)
                .map(|piece| piece.text)
                .collect();
            prop_assert_eq!(shown, visible(tight.as_bytes()));
        }

        #[test]
        fn any_bytes_in_any_form_are_shown_safely_and_fit(
            bytes in prop_oneof![
                any::<Vec<u8>>(),
                any::<String>().prop_map(String::into_bytes),
                json().prop_map(|(_, loose)| loose.into_bytes()),
                "[\\[\\]{}\",:0-9a\\\\ \n]{0,60}".prop_map(String::into_bytes),
            ],
            form in prop::sample::select(vec![Form::Json, Form::Text, Form::Raw, Form::Hex]),
            from in 0_usize..40,
            width in 0_usize..40,
        ) {
            let mut document = Document::read(bytes, form);
            document.fit(width);
            for n in 0..=document.lines() {
                let line = document.line(n, from, width);
                let row = document.row(n, from % document.rows(n, width), width);
                for pieces in [line, row] {
                    let drawn: usize = pieces.iter().map(|piece| cells(&piece.text)).sum();
                    prop_assert!(drawn <= width, "{:?}", pieces);
                    prop_assert!(!joined(&pieces).contains(char::is_control), "{:?}", pieces);
                }
            }
        }

        /// What is left out takes no cells, wherever the window is.
        #[test]
        fn a_painted_text_is_the_plain_one_with_colours(
            parts in prop::collection::vec("[a-z日\n]{0,300}", 1..12),
            from in 0_usize..1200,
            width in 0_usize..40,
        ) {
            let plain = Document::read(parts.concat().into_bytes(), Form::Text);
            let sequences = ["\x1b[31m", "\x1b[0m", "\x1b[K", "\x1b]0;t\x07"];
            let painted: String = parts
                .iter()
                .zip(sequences.iter().cycle())
                .map(|(part, sequence)| format!("{part}{sequence}"))
                .collect();
            let painted = Document::read(painted.into_bytes(), Form::Text);
            for n in 0..plain.lines() {
                prop_assert_eq!(painted.columns(n), plain.columns(n));
                let [painted, plain] = [&painted, &plain].map(|it| joined(&it.line(n, from, width)));
                prop_assert_eq!(painted, plain);
            }
        }

        #[test]
        fn rows_put_together_are_the_line(text in "\\PC{0,60}", width in 2_usize..20) {
            let document = Document::read(text.into_bytes(), Form::Text);
            let rows: String = (0..document.rows(0, width))
                .map(|row| joined(&document.row(0, row, width)))
                .collect();
            prop_assert_eq!(rows, document.text(0));
        }
    }
}
