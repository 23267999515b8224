//! A filter: parsed, printed, asked.

use std::{fmt, ops::Range, sync::Arc};

use super::{
    Anchor, BySubject, Error, Facts, Hint, expression::Expression, parse::parse, program::Node,
};

/// Which messages are meant. A clone is cheap and shares what was compiled.
///
/// Printed, it is a text that parses to an equal filter at any time and in any time zone; what was
/// relative when it was entered (`since:5m`) is printed as the moment it became.
///
/// ```
/// use goingnats::{filter::{Candidate, Filter}, protocol::Direction};
///
/// let filter = Filter::parse("subject:orders.> json:.total>100", &jiff::Zoned::default())?;
/// let message = Candidate {
///     direction: Direction::In,
///     subject: b"orders.eu",
///     reply: None,
///     header: b"",
///     payload: br#"{"total":100.5}"#,
///     at: 0,
///     rtt: None,
/// };
/// assert!(filter.matches(&message));
/// # Ok::<(), goingnats::filter::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Filter {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    expression: Expression,
    program: Arc<Node>,
    hints: Vec<Hint>,
    round_trips: Option<Range<usize>>,
}

impl Filter {
    /// Reads a filter. What durations and clock times (`since:5m`, `until:14:05`) are counted from, and
    /// their zone, is told by the anchor: a `&Zoned` is the present. A text of blanks alone matches every message.
    ///
    /// # Errors
    /// The first place that is wrong.
    pub fn parse(text: &str, anchor: impl Into<Anchor>) -> Result<Filter, Error> {
        let parsed = parse(text, &anchor.into())?;
        let program = Arc::new(Node::new(&parsed.expression));
        Ok(Filter {
            inner: Arc::new(Inner {
                expression: parsed.expression,
                program,
                hints: parsed.hints,
                round_trips: parsed.round_trips,
            }),
        })
    }

    /// Whether the message is meant. Allocates nothing but for what is escaped
    /// in JSON, and for JSON of more than 64 levels.
    pub fn matches(&self, message: &impl Facts) -> bool {
        self.inner.program.holds(message)
    }

    /// The same question for many messages of few subjects.
    pub fn by_subject(&self) -> BySubject {
        BySubject::new(Arc::clone(&self.inner.program))
    }

    pub(super) fn expression(&self) -> &Expression {
        &self.inner.expression
    }

    /// Whether it was read from blanks alone, and so matches every message.
    pub fn is_everything(&self) -> bool {
        self.inner.expression == Expression::All(Vec::new())
    }

    /// What in the text may not mean what was meant, in order; a filter read from what another printed
    /// has none.
    pub fn hints(&self) -> &[Hint] {
        &self.inner.hints
    }

    /// The first place in the text that asks how long a reply took, in bytes: who does not pair requests
    /// with replies cannot answer it.
    pub fn asks_for_round_trip(&self) -> Option<Range<usize>> {
        self.inner.round_trips.clone()
    }
}

/// Equal where they ask the same in the same order, whatever their texts looked like.
impl PartialEq for Filter {
    fn eq(&self, other: &Filter) -> bool {
        self.inner.expression == other.inner.expression
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.inner.expression)
    }
}
