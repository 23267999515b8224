//! What is searched for, marked where it stands in a line.

use ratatui::{style::Style, text::Span};

use crate::store::Query;

/// The spans with every place styled where the query occurs, also across spans.
pub fn marked(spans: Vec<Span<'_>>, query: &Query, style: Style) -> Vec<Span<'static>> {
    let text: String = spans.iter().map(|span| span.content.as_ref()).collect();
    let mut places = query.find_in(text.as_bytes()).peekable();
    let mut result = Vec::with_capacity(spans.len() + 2);
    let mut at = 0;
    for span in spans {
        let end = at + span.content.len();
        while at < end {
            while places.peek().is_some_and(|place| place.end <= at) {
                places.next();
            }
            let (to, here) = match places.peek() {
                Some(place) if place.start <= at => (place.end.min(end), span.style.patch(style)),
                Some(place) => (place.start.min(end), span.style),
                None => (end, span.style),
            };
            // a query finds whole characters in text; where it should not, the mark is left out
            let (part, to) = match text.get(at..to) {
                Some(part) => (part, to),
                None => (text.get(at..end).unwrap_or_default(), end),
            };
            result.push(Span::styled(part.to_owned(), here));
            at = to;
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use ratatui::style::Modifier;

    use super::*;

    #[test]
    fn places_are_marked_across_spans_and_no_text_is_lost() {
        let style = Style::new().add_modifier(Modifier::REVERSED);
        for (spans, typed, expected) in [
            (&["orders.eu"][..], "eu", &["orders.", "[eu]"][..]),
            (
                &["\"total\"", ": ", "88"],
                "total\": 8",
                &["\"", "[total\"]", "[: ]", "[8]", "8"],
            ),
            (&["aXbxc"], "x", &["a", "[X]", "b", "[x]", "c"]),
            (&["äöü"], "ö", &["ä", "[ö]", "ü"]),
            (&["abc"], "z", &["abc"]),
            (&["", "a"], "a", &["[a]"]),
        ] {
            let query = Query::parse(typed).unwrap();
            let spans = spans.iter().map(|text| Span::raw(*text)).collect();
            let shown: Vec<String> = marked(spans, &query, style)
                .iter()
                .map(|span| match span.style == style {
                    true => format!("[{}]", span.content),
                    false => span.content.to_string(),
                })
                .collect();
            assert_eq!(shown, expected, "{typed}");
        }
    }
}
