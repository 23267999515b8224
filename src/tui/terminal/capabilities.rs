//! What the terminal can do, read from values passed in. Nothing is asked of the terminal itself:
//! a probe blocks where the answer never comes.

/// How many colours may be used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Colours {
    /// None: bold, dim, reverse and underline only.
    None,
    /// The terminal's own sixteen.
    #[default]
    Sixteen,
    /// The 256 of `TERM=*-256color`.
    Indexed,
    /// 24 bits, as `COLORTERM=truecolor` promises.
    True,
}

/// What the terminal can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// Colours that may be used.
    pub colours: Colours,
    /// Whether to push the kitty keyboard protocol. Terminals without it ignore the push.
    pub kitty: bool,
    /// Whether standard input is a terminal.
    pub stdin: bool,
    /// Whether standard output is a terminal.
    pub stdout: bool,
}

impl Capabilities {
    /// Reads the variables through `variable`; an empty one counts as not set.
    pub fn new(variable: impl Fn(&str) -> Option<String>, stdin: bool, stdout: bool) -> Self {
        let set = |name: &str| variable(name).filter(|value| !value.is_empty());
        let term = set("TERM").unwrap_or_default();
        let colours = if set("NO_COLOR").is_some() || term == "dumb" {
            Colours::None
        } else if set("COLORTERM").is_some_and(|value| value == "truecolor" || value == "24bit") {
            Colours::True
        } else if term.contains("256color") {
            Colours::Indexed
        } else {
            Colours::Sixteen
        };
        Capabilities {
            colours,
            kitty: set("GOINGNATS_KITTY").is_none_or(|value| value != "0"),
            stdin,
            stdout,
        }
    }

    /// Whether the explorer can run at all.
    ///
    /// # Errors
    /// The sentence for standard error, with what to do instead.
    pub fn interactive(&self) -> Result<(), &'static str> {
        if !self.stdout {
            Err("stdout is not a terminal; try `goingnats sub SUBJECT` for plain lines")
        } else if !self.stdin {
            Err("stdin is not a terminal; try `goingnats sub SUBJECT` for plain lines")
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(variables: &[(&str, &str)]) -> Capabilities {
        let lookup = |name: &str| {
            let found = variables.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| value.to_string())
        };
        Capabilities::new(lookup, true, true)
    }

    #[test]
    fn colours_follow_the_variables() {
        for (variables, expected) in [
            (&[][..], Colours::Sixteen),
            (&[("TERM", "xterm")], Colours::Sixteen),
            (&[("TERM", "xterm-256color")], Colours::Indexed),
            (
                &[("TERM", "xterm-256color"), ("COLORTERM", "truecolor")],
                Colours::True,
            ),
            (&[("TERM", "screen"), ("COLORTERM", "24bit")], Colours::True),
            (&[("COLORTERM", "yes")], Colours::Sixteen),
            (
                &[("TERM", "dumb"), ("COLORTERM", "truecolor")],
                Colours::None,
            ),
            (
                &[("COLORTERM", "truecolor"), ("NO_COLOR", "1")],
                Colours::None,
            ),
            (&[("NO_COLOR", "")], Colours::Sixteen),
        ] {
            assert_eq!(given(variables).colours, expected, "{variables:?}");
        }
    }

    #[test]
    fn kitty_is_on_unless_turned_off() {
        assert!(given(&[]).kitty);
        assert!(given(&[("GOINGNATS_KITTY", "1")]).kitty);
        assert!(!given(&[("GOINGNATS_KITTY", "0")]).kitty);
    }

    #[test]
    fn both_ends_must_be_a_terminal() {
        for (stdin, stdout, fits) in [
            (true, true, true),
            (false, true, false),
            (true, false, false),
        ] {
            let capabilities = Capabilities::new(|_| None, stdin, stdout);
            assert_eq!(capabilities.interactive().is_ok(), fits, "{stdin} {stdout}");
        }
    }
}
