//! An expression in the order in which it is cheap to ask.

use super::{
    Facts, Pattern,
    expression::Expression,
    test::{Test, is_elsewhere},
};

/// Tests in the order in which they are asked, and stop being asked.
#[derive(Clone, Debug)]
pub(super) enum Node {
    All(Box<[Node]>),
    Any(Box<[Node]>),
    Not(Box<Node>),
    Test(Test),
    /// A text that does not occur in the subject: whether it does anywhere else.
    Elsewhere(Pattern),
}

impl Node {
    /// The cheapest order.
    pub fn new(expression: &Expression) -> Node {
        match expression {
            Expression::All(terms) => Node::All(ordered(terms)),
            Expression::Any(terms) => Node::Any(ordered(terms)),
            Expression::Not(inner) => Node::Not(Box::new(Node::new(inner))),
            Expression::Test(test) => Node::Test(test.clone()),
        }
    }

    /// Whether the message is meant.
    pub fn holds(&self, message: &impl Facts) -> bool {
        match self {
            Node::All(terms) => terms.iter().all(|term| term.holds(message)),
            Node::Any(terms) => terms.iter().any(|term| term.holds(message)),
            Node::Not(inner) => !inner.holds(message),
            Node::Test(test) => test.holds(message),
            Node::Elsewhere(pattern) => is_elsewhere(pattern, message),
        }
    }

    /// Whether there is a regular expression among the tests.
    pub fn has_regex(&self) -> bool {
        match self {
            Node::All(terms) | Node::Any(terms) => terms.iter().any(Node::has_regex),
            Node::Not(inner) => inner.has_regex(),
            Node::Test(test) => matches!(test, Test::Regex(_)),
            Node::Elsewhere(_) => false,
        }
    }

    /// The most that it takes.
    fn cost(&self) -> u32 {
        match self {
            Node::All(terms) | Node::Any(terms) => terms.iter().map(Node::cost).sum(),
            Node::Not(inner) => inner.cost(),
            Node::Test(test) => test.cost(),
            Node::Elsewhere(_) => 60,
        }
    }

    /// What a subject decides of each test that asks for it, in a fixed order.
    pub fn by_subject(&self, subject: &[u8], outcomes: &mut Vec<bool>) {
        match self {
            Node::All(terms) | Node::Any(terms) => {
                terms
                    .iter()
                    .for_each(|term| term.by_subject(subject, outcomes));
            }
            Node::Not(inner) => inner.by_subject(subject, outcomes),
            Node::Test(test) => outcomes.extend(test.by_subject(subject)),
            Node::Elsewhere(_) => {}
        }
    }
}

fn ordered(terms: &[Expression]) -> Box<[Node]> {
    let mut nodes: Vec<Node> = terms.iter().map(Node::new).collect();
    nodes.sort_by_key(Node::cost);
    nodes.into()
}
