//! What is said before a command runs, although nothing is wrong enough to stop it.

use super::output::tell;
use crate::context::Settings;

/// Tells each warning that resolving the settings brought.
pub fn warn(settings: &Settings) {
    for warning in &settings.warnings {
        tell(warning);
    }
}
