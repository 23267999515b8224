//! Writing lines.

use std::path::Path;

use super::{Error, Line, Secrets};

/// Appends lines to the file, making it (0600) and its folders (0700) where needed. When this
/// returns, the lines are on disk, whole and together, whatever other processes wrote meanwhile.
///
/// # Errors
/// [`Error`] where the file cannot be opened, locked or written; then nothing was appended.
pub fn append(_path: &Path, _lines: &[Line], _secrets: &Secrets) -> Result<(), Error> {
    todo!()
}
