//! `=` `!=` `<` `<=` `>` `>=`

use std::{cmp::Ordering, fmt};

/// How a value stands to the one that was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    Less,
    AtMost,
    Greater,
    AtLeast,
}

use Comparison::{AtLeast, AtMost, Equal, Greater, Less, NotEqual};

/// All of them; those of two characters before those they begin with.
const COMPARISONS: [(&str, Comparison); 6] = [
    ("!=", NotEqual),
    ("<=", AtMost),
    (">=", AtLeast),
    ("=", Equal),
    ("<", Less),
    (">", Greater),
];

impl Comparison {
    /// The one that a text begins with, and its length in bytes.
    pub fn read(text: &str) -> Option<(Comparison, usize)> {
        COMPARISONS
            .iter()
            .find(|(sign, _)| text.starts_with(sign))
            .map(|&(sign, comparison)| (comparison, sign.len()))
    }

    /// Whether values in this order satisfy it.
    pub fn holds(self, order: Ordering) -> bool {
        match self {
            Equal => order.is_eq(),
            NotEqual => order.is_ne(),
            Less => order.is_lt(),
            AtMost => order.is_le(),
            Greater => order.is_gt(),
            AtLeast => order.is_ge(),
        }
    }

    /// Whether it asks for more than being the same or not.
    pub fn is_of_order(self) -> bool {
        !matches!(self, Equal | NotEqual)
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let found = COMPARISONS
            .iter()
            .find(|(_, comparison)| comparison == self);
        f.write_str(found.map_or("", |(sign, _)| sign))
    }
}
