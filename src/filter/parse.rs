//! Text to an expression.

use std::{iter::Peekable, ops::Range};

use super::{
    Anchor, Error, Hint, Pattern,
    expression::Expression,
    fields,
    part::Part,
    quote,
    test::Test,
    tokens::{Kind, Tokens},
};

/// More parentheses inside one another than anybody means.
const DEEPEST: usize = 64;

/// What a text says.
pub(super) struct Parsed {
    pub expression: Expression,
    pub hints: Vec<Hint>,
    /// The first place that asks how long a reply took, in bytes.
    pub round_trips: Option<Range<usize>>,
}

/// Reads the whole text.
pub(super) fn parse(text: &str, anchor: &Anchor) -> Result<Parsed, Error> {
    let mut parser = Parser {
        tokens: Tokens::new(text).peekable(),
        end: Part {
            text: "",
            at: text.len(),
        },
        anchor,
        hints: Vec::new(),
        round_trips: None,
        depth: 0,
    };
    let expression = match parser.tokens.peek() {
        Some(_) => parser.any()?,
        None => Expression::All(Vec::new()),
    };
    match parser.next()? {
        Some((_, close)) => {
            Err(close
                .error("no parenthesis is open here; to look for a ) put the text into quotes"))
        }
        None => Ok(Parsed {
            expression,
            hints: parser.hints,
            round_trips: parser.round_trips,
        }),
    }
}

struct Parser<'a> {
    tokens: Peekable<Tokens<'a>>,
    /// The empty place behind the text.
    end: Part<'a>,
    anchor: &'a Anchor,
    hints: Vec<Hint>,
    round_trips: Option<Range<usize>>,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn next(&mut self) -> Result<Option<(Kind, Part<'a>)>, Error> {
        self.tokens.next().transpose()
    }

    fn peek(&mut self) -> Option<Kind> {
        match self.tokens.peek() {
            Some(Ok((kind, _))) => Some(*kind),
            _ => None,
        }
    }

    /// Up to a parenthesis that was not opened here, or the end.
    fn any(&mut self) -> Result<Expression, Error> {
        let mut terms = vec![self.all()?];
        while self.peek() == Some(Kind::Or) {
            self.next()?;
            terms.push(self.all()?);
        }
        Ok(alone_or(terms, Expression::Any))
    }

    fn all(&mut self) -> Result<Expression, Error> {
        let mut terms = vec![self.term()?];
        while self.tokens.peek().is_some() && !matches!(self.peek(), Some(Kind::Or | Kind::Close)) {
            terms.push(self.term()?);
        }
        Ok(alone_or(terms, Expression::All))
    }

    fn term(&mut self) -> Result<Expression, Error> {
        let Some((kind, part)) = self.next()? else {
            return Err(self.end.error("something to look for is missing"));
        };
        match kind {
            Kind::Not => self.deeper(part, |parser| Ok(parser.term()?.inverted())),
            Kind::Open => self.deeper(part, |parser| parser.group(part)),
            Kind::Close | Kind::Or => {
                Err(part.error("something to look for is missing before this"))
            }
            Kind::Quoted => text(quote::decode(part)?, part),
            Kind::Members => text(part.text.to_owned(), part),
            Kind::Regex => regex(part),
            Kind::Word => {
                let read = fields::read(part, self.anchor)?;
                self.hints.extend(read.hint);
                if matches!(read.expression, Expression::Test(Test::Rtt(..))) {
                    self.round_trips.get_or_insert(part.range());
                }
                Ok(read.expression)
            }
        }
    }

    /// What follows an opening parenthesis.
    fn group(&mut self, open: Part) -> Result<Expression, Error> {
        let inside = self.any()?;
        match self.next()? {
            Some(_) => Ok(inside),
            None => Err(open.error("the parenthesis is not closed")),
        }
    }

    fn deeper<T>(
        &mut self,
        part: Part,
        read: impl FnOnce(&mut Self) -> Result<T, Error>,
    ) -> Result<T, Error> {
        if self.depth == DEEPEST {
            return Err(part.error(format!("more than {DEEPEST} levels are too deep")));
        }
        self.depth += 1;
        let read = read(self);
        self.depth -= 1;
        read
    }
}

fn alone_or(
    mut terms: Vec<Expression>,
    combine: impl FnOnce(Vec<Expression>) -> Expression,
) -> Expression {
    match terms.pop() {
        Some(term) if terms.is_empty() => term,
        last => {
            terms.extend(last);
            combine(terms)
        }
    }
}

fn text(text: String, part: Part) -> Result<Expression, Error> {
    if text.is_empty() {
        return Err(part.error("there is nothing to look for"));
    }
    Ok(Expression::Test(Test::Text(Pattern::text(&text))))
}

fn regex(part: Part) -> Result<Expression, Error> {
    let source = part
        .text
        .strip_prefix('/')
        .and_then(|text| text.strip_suffix('/'));
    match source {
        None | Some("") => Err(part.error("there is nothing to look for")),
        Some(source) => {
            let pattern = Pattern::regex(source).map_err(|sentence| part.error(sentence))?;
            Ok(Expression::Test(Test::Regex(pattern)))
        }
    }
}
