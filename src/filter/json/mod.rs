//! `json:.lines[0]."odd key"="A-1"`: a value in a payload, found without building a document.

mod condition;
mod decimal;
mod path;
mod value;
mod walk;

pub(super) use condition::{Condition, is_path, read};
pub(super) use path::split_name;
