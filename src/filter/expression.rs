//! A filter as it was written: tests, and how they are combined.

use std::fmt;

use super::test::Test;

/// Tests, combined. Printed, it is a text that parses to the same.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Expression {
    /// All hold; none of none is everything, and stands only alone.
    All(Vec<Expression>),
    /// One holds, of at least two.
    Any(Vec<Expression>),
    /// It does not hold.
    Not(Box<Expression>),
    Test(Test),
}

impl Expression {
    pub fn inverted(self) -> Expression {
        Expression::Not(Box::new(self))
    }

    /// Whether it binds as tightly as a single term.
    fn is_term(&self) -> bool {
        matches!(self, Expression::Test(_) | Expression::Not(_))
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Expression::All(terms) => write_joined(f, terms, " ", Expression::is_term),
            Expression::Any(terms) => {
                write_joined(f, terms, " | ", |it| !matches!(it, Expression::Any(_)))
            }
            Expression::Not(inner) => {
                write!(f, "!")?;
                write_inside(f, inner, matches!(**inner, Expression::Test(_)))
            }
            Expression::Test(test) => write!(f, "{test}"),
        }
    }
}

fn write_joined(
    f: &mut fmt::Formatter,
    terms: &[Expression],
    between: &str,
    stands_bare: impl Fn(&Expression) -> bool,
) -> fmt::Result {
    for (n, term) in terms.iter().enumerate() {
        if n > 0 {
            f.write_str(between)?;
        }
        write_inside(f, term, stands_bare(term))?;
    }
    Ok(())
}

fn write_inside(f: &mut fmt::Formatter, term: &Expression, bare: bool) -> fmt::Result {
    if bare {
        write!(f, "{term}")
    } else {
        write!(f, "({term})")
    }
}
