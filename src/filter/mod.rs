//! The filter language: which messages are meant.
//!
//! ```text
//! expr = and ('|' and)*
//! and  = term+
//! term = '!'? ( '(' expr ')' | field | word | "quoted" | /regex/ )
//! ```
//!
//! | term | means | compared with |
//! |---|---|---|
//! | `subject:orders.>` | the subject, with the wildcards of a subscription | |
//! | `header:Name` `header:Name=value` | there is such a header (capitals do not matter); one of its values is this (they do) | `=` `!=` |
//! | `dir:in` `dir:out` | it came; we sent it | |
//! | `reply:yes` `reply:no` | an answer is awaited | |
//! | `status:503` `status>=400` | the number of the status line | all |
//! | `since:5m` `until:14:05` | at this [`moment()`] or later; before it | |
//! | `size>1k` | the length of the payload, headers aside, as the log shows it | all |
//! | `rtt>=50ms` | how long after its request a reply came | all |
//! | `json:.total>100` `json:.lines[0]."odd key"` | a value in the payload; that there is one | all |
//! | `word` `"two words"` `/regex/` | text in the subject, the reply, the headers or the payload: a [`Pattern`] | |
//!
//! "All" are `=` `!=` `<` `<=` `>` `>=`. What a message does not have satisfies no comparison, not even
//! `!=`; `!status:503` and, the same, `status:!503` are satisfied by messages without any status. A value
//! ends at a blank, a bar or a parenthesis that it did not open; quotes hold all of these. Text never
//! matches across the end of a subject, a reply, a header block or a payload.
//!
//! `json:` compares strings byte by byte and numbers exactly, of any length. Another type is no match, but
//! everything that is there differs from `null`. What is not JSON as a whole satisfies nothing; of JSON
//! that stands on lines of its own (NDJSON) one line has to.
//!
//! Text becomes a [`Filter`], a filter prints itself as text, [`complete()`] says what could stand at the
//! cursor. A filter looks at a message through [`Facts`] and asks only for what its terms are about,
//! cheap terms first; nothing is allocated, no header block and no JSON document is built. Where many
//! messages share few subjects, [`BySubject`] answers what a subject decides once for each subject.

mod comparison;
mod complete;
mod error;
mod expression;
mod facts;
mod fields;
#[allow(clippy::module_inception)]
mod filter;
mod json;
mod moment;
mod parse;
mod part;
mod pattern;
mod program;
mod quote;
mod subject_patterns;
mod subjects;
mod test;
#[cfg(test)]
mod tests;
mod tokens;

pub use complete::{Completion, Seen, complete, exact_term, subject_term};
pub use error::{Error, Hint};
pub use facts::{Candidate, Facts};
pub use filter::Filter;
pub use moment::{Anchor, moment};
pub use pattern::Pattern;
pub use subject_patterns::subject_patterns;
pub use subjects::{BySubject, Remainder, Rest};
