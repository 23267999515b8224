//! What a subject decides alone, worked out once for each subject instead of for each message.

use std::{collections::HashMap, sync::Arc};

use super::{Facts, program::Node, test::Test};

/// Answers that are remembered. Few filters have more; beyond it each answer has an allocation of its own.
const MOST_ANSWERS: usize = 256;

/// A filter that is asked about many messages of few subjects: ask [`of`](BySubject::of) once for each
/// subject, keep the answer with the subject, and ask the answer about its messages.
///
/// Equal answers share one allocation, so a hundred thousand of them cost their handles.
///
/// ```
/// use goingnats::filter::{Filter, Remainder};
///
/// let filter = Filter::parse("subject:orders.> size>1k", &jiff::Zoned::default())?;
/// let mut filter = filter.by_subject();
/// assert!(matches!(filter.of(b"time"), Remainder::Never));
/// assert!(matches!(filter.of(b"orders.eu"), Remainder::Rest(_)));
/// # Ok::<(), goingnats::filter::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct BySubject {
    program: Arc<Node>,
    /// By the outcomes of the tests that ask for the subject.
    answers: HashMap<Vec<bool>, Remainder>,
}

/// What is left of a filter for the messages of one subject. Stands on its own: it may outlive the
/// [`BySubject`] it came from and be asked on another thread.
#[derive(Clone, Debug)]
pub enum Remainder {
    /// Every message of the subject is meant.
    Always,
    /// None is.
    Never,
    /// It depends.
    Rest(Rest),
}

/// A question about messages of one subject; it never asks for [`Facts::subject`].
#[derive(Clone, Debug)]
pub struct Rest(Arc<Node>);

impl BySubject {
    pub(super) fn new(program: Arc<Node>) -> BySubject {
        BySubject {
            program,
            answers: HashMap::new(),
        }
    }

    /// Whether there is a regular expression in it: it may take a hundred times as long for each byte as
    /// anything else.
    pub fn has_regex(&self) -> bool {
        self.program.has_regex()
    }

    /// What is left to ask about messages of this subject.
    pub fn of(&mut self, subject: &[u8]) -> Remainder {
        let mut outcomes = Vec::new();
        self.program.by_subject(subject, &mut outcomes);
        if let Some(answer) = self.answers.get(&outcomes) {
            return answer.clone();
        }
        let answer = match left_of(&self.program, &mut outcomes.iter().copied()) {
            Left::Decided(true) => Remainder::Always,
            Left::Decided(false) => Remainder::Never,
            Left::Open(node) => Remainder::Rest(Rest(Arc::new(node))),
        };
        if self.answers.len() < MOST_ANSWERS {
            self.answers.insert(outcomes, answer.clone());
        }
        answer
    }
}

impl Remainder {
    /// Whether the message, which is of the subject that was asked for, is meant.
    #[inline]
    pub fn matches(&self, message: &impl Facts) -> bool {
        match self {
            Remainder::Always => true,
            Remainder::Never => false,
            Remainder::Rest(rest) => rest.matches(message),
        }
    }
}

impl Rest {
    /// Whether the message, which is of the subject that was asked for, is meant.
    #[inline]
    pub fn matches(&self, message: &impl Facts) -> bool {
        self.0.holds(message)
    }
}

/// A node of which the tests about the subject are done.
enum Left {
    Decided(bool),
    Open(Node),
}

/// Takes the outcomes in the order of [`Node::by_subject`].
fn left_of(node: &Node, outcomes: &mut impl Iterator<Item = bool>) -> Left {
    let mut outcome = || outcomes.next().unwrap_or(false);
    match node {
        Node::Test(Test::Subject(_)) => Left::Decided(outcome()),
        Node::Test(Test::Text(pattern) | Test::Regex(pattern)) => {
            if outcome() {
                Left::Decided(true)
            } else {
                Left::Open(Node::Elsewhere(pattern.clone()))
            }
        }
        Node::Test(_) | Node::Elsewhere(_) => Left::Open(node.clone()),
        Node::Not(inner) => match left_of(inner, outcomes) {
            Left::Decided(holds) => Left::Decided(!holds),
            Left::Open(node) => Left::Open(Node::Not(Box::new(node))),
        },
        Node::All(terms) => joined(terms, outcomes, false, Node::All),
        Node::Any(terms) => joined(terms, outcomes, true, Node::Any),
    }
}

/// What is left of several: one that is decided like `decisive` decides all, the others fall out.
fn joined(
    terms: &[Node],
    outcomes: &mut impl Iterator<Item = bool>,
    decisive: bool,
    join: impl FnOnce(Box<[Node]>) -> Node,
) -> Left {
    let mut open = Vec::new();
    let mut is_decided = false;
    for term in terms {
        // Even behind the decision, every term takes its outcomes.
        match left_of(term, outcomes) {
            Left::Decided(holds) => is_decided |= holds == decisive,
            Left::Open(node) => open.push(node),
        }
    }
    if is_decided {
        return Left::Decided(decisive);
    }
    match open.pop() {
        None => Left::Decided(!decisive),
        Some(only) if open.is_empty() => Left::Open(only),
        Some(last) => {
            open.push(last);
            Left::Open(join(open.into()))
        }
    }
}
