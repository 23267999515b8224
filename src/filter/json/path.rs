//! The way to a value: `.lines[0]."odd key"`.

use std::fmt;

use crate::filter::{
    Error,
    part::Part,
    quote::{self, Quoted, Written},
};

/// One step into a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Into the member of this name.
    Name(String),
    /// Into the element at this place, from 0.
    Index(usize),
}

impl Step {
    /// The brackets of what it leads into.
    pub fn brackets(&self) -> (u8, u8) {
        match self {
            Step::Name(_) => (b'{', b'}'),
            Step::Index(_) => (b'[', b']'),
        }
    }
}

/// The steps from the root; none for the document itself, written `.`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Path(pub Vec<Step>);

/// What ends a name that is not quoted.
const BEHIND_NAMES: &str = ".[]=!<>";

impl Path {
    /// Reads a path; returns what follows it, too.
    pub fn read(text: Part) -> Result<(Path, Part), Error> {
        let mut steps = Vec::new();
        let mut rest = text;
        if !text.text.starts_with(['.', '[']) {
            return Err(text.error("a path begins with a dot, as json:.total"));
        }
        loop {
            if let Some(behind) = rest.behind("[") {
                let (index, behind) = index(behind)?;
                steps.push(Step::Index(index));
                rest = behind;
                continue;
            }
            let Some(behind) = rest.behind(".") else {
                return Ok((Path(steps), rest));
            };
            let (name, after) = split_name(behind, BEHIND_NAMES);
            let is_root = rest == text;
            rest = after;
            if !name.text.is_empty() {
                steps.push(Step::Name(quote::value(name)?.into_owned()));
            } else if !is_root || after.text.starts_with('.') {
                return Err(name.error("a name is missing, or has to be put into quotes"));
            }
        }
    }
}

/// The way up to the last name of a path that is being typed, and that name; no name behind a bracket.
/// `None` where it is no path, or more than one.
pub(super) fn half(text: Part) -> Option<(Path, Option<Part>)> {
    let mut steps = Vec::new();
    let mut rest = text;
    loop {
        if let Some(behind) = rest.behind("[") {
            let (step, behind) = index(behind).ok()?;
            steps.push(Step::Index(step));
            if behind.text.is_empty() {
                return Some((Path(steps), None));
            }
            rest = behind;
            continue;
        }
        let (name, after) = split_name(rest.behind(".")?, BEHIND_NAMES);
        let is_quoted = name.text.starts_with('"');
        if after.text.is_empty() && !is_quoted {
            return Some((Path(steps), Some(name)));
        }
        // the document itself, as in .[0]
        if !name.text.is_empty() || !steps.is_empty() || !after.text.starts_with('[') {
            steps.push(Step::Name(quote::value(name).ok()?.into_owned()));
        }
        if after.text.is_empty() {
            return Some((Path(steps), None));
        }
        rest = after;
    }
}

/// Splits behind a name: one in quotes, or all up to one of the ends.
pub(in crate::filter) fn split_name<'a>(text: Part<'a>, ends: &str) -> (Part<'a>, Part<'a>) {
    let quoted = text.text.starts_with('"').then(|| quote::length(text.text));
    let length = quoted
        .flatten()
        .or_else(|| text.text.find(|char| ends.contains(char)));
    text.split(length.unwrap_or(text.text.len()))
}

/// An index and its closing bracket.
fn index(text: Part) -> Result<(usize, Part), Error> {
    let end = text.text.find(']').unwrap_or(text.text.len());
    let (number, rest) = text.split(end);
    let digits = number.text.bytes().all(|byte| byte.is_ascii_digit());
    let index = digits.then(|| number.text.parse().ok()).flatten();
    match (index, rest.behind("]")) {
        (Some(index), Some(behind)) => Ok((index, behind)),
        (None, Some(_)) => Err(number.error("an index is a number from 0 up, as [0]")),
        (_, None) => Err(text.error("the bracket is not closed")),
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !matches!(self.0.first(), Some(Step::Name(_))) {
            f.write_str(".")?;
        }
        for step in &self.0 {
            match step {
                Step::Name(name) => write!(f, ".{}", WrittenName(name))?,
                Step::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

/// A name in a path, quoted where it must be: a plain dot would end it.
pub(super) struct WrittenName<'a>(pub &'a str);

impl fmt::Display for WrittenName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let WrittenName(text) = *self;
        if text.contains('.') {
            write!(f, "{}", Quoted(text))
        } else {
            write!(f, "{}", Written { text, also: ":/;" })
        }
    }
}
