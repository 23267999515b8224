//! What is never written.

/// Stands in the file for a value that was not written.
pub const HIDDEN: &str = "<hidden>";

/// Which headers hold secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secrets {
    patterns: Vec<String>,
}

impl Secrets {
    /// Headers whose names match one of these patterns (`*` and `?`, letter case aside).
    pub fn new(patterns: Vec<String>) -> Secrets {
        Secrets { patterns }
    }

    /// Whether values of this header must not be written.
    pub fn hides(&self, name: &str) -> bool {
        self.patterns
            .iter()
            .any(|pattern| super::glob_matches(pattern, name))
    }
}

impl Default for Secrets {
    /// `Authorization`, `*-Token` and `*-Secret`.
    fn default() -> Secrets {
        Secrets::new(
            ["Authorization", "*-Token", "*-Secret"]
                .map(String::from)
                .into(),
        )
    }
}
