//! `json:.lines[0]."odd key"="A-1"`: a value in a payload, found without building a document.

mod complete;
mod condition;
mod decimal;
mod path;
mod value;
mod walk;

pub(super) use complete::complete;
pub(super) use condition::{Condition, read};
pub(super) use path::split_name;
