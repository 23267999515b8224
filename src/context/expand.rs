//! `$VAR`, `${VAR}` and `~` in paths, exactly as natscli expands them: Go's `os.ExpandEnv`, then a leading
//! `~` (natscontext `expandHomedir`).

use std::{ffi::OsString, path::PathBuf};

use super::{Environment, Variables};

/// The path that a text stands for; a relative one begins in the working directory.
pub fn path(text: &str, environment: &Environment) -> PathBuf {
    let text = variables(text, &environment.variables);
    let expanded = match (text.strip_prefix('~'), &environment.home) {
        // By text, as natscli does: `~bob/x` is `<home>bob/x`.
        (Some(rest), Some(home)) => {
            let mut expanded = OsString::from(home);
            expanded.push(rest);
            PathBuf::from(expanded)
        }
        _ => PathBuf::from(text),
    };
    environment.working_directory.join(expanded)
}

/// Replaces each variable by its value, one that is not set by nothing. A `$` that no name follows stays;
/// `${` without a name or without its end goes.
fn variables(text: &str, variables: &Variables) -> String {
    let mut expanded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('$') {
        expanded.push_str(before);
        rest = match name(behind) {
            Name::Of(name, rest) => {
                expanded.push_str(variables.get(name).unwrap_or_default());
                rest
            }
            Name::Broken(rest) => rest,
            Name::None => {
                expanded.push('$');
                behind
            }
        };
    }
    expanded + rest
}

/// What stands behind a `$`, and what behind that.
enum Name<'a> {
    Of(&'a str, &'a str),
    Broken(&'a str),
    None,
}

fn name(text: &str) -> Name<'_> {
    if let Some(inside) = text.strip_prefix('{') {
        return match inside.split_once('}') {
            Some(("", rest)) => Name::Broken(rest),
            Some((name, rest)) => Name::Of(name, rest),
            None => Name::Broken(inside),
        };
    }
    let special = |c: char| "*#$@!?-".contains(c) || c.is_ascii_digit();
    let length = match text.chars().next() {
        Some(first) if special(first) => 1,
        _ => text
            .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
            .unwrap_or(text.len()),
    };
    match text.split_at(length) {
        ("", _) => Name::None,
        (name, rest) => Name::Of(name, rest),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use proptest::prelude::*;

    use super::*;

    fn environment() -> Environment {
        Environment {
            variables: [("HOME", "/home/me"), ("A", "x"), ("A_1", "y"), ("E", "")]
                .into_iter()
                .collect(),
            home: Some("/home/me".into()),
            working_directory: "/here".into(),
        }
    }

    #[test]
    fn variables_and_the_home_directory_are_expanded_as_natscli_does() {
        let table = [
            ("/abs", "/abs"),
            ("rel/f", "/here/rel/f"),
            ("~/x", "/home/me/x"),
            ("~", "/home/me"),
            ("~bob/x", "/home/mebob/x"),
            ("/a/~/x", "/a/~/x"),
            ("$HOME/x", "/home/me/x"),
            ("${HOME}/x", "/home/me/x"),
            ("${UNSET}/x", "/x"),
            ("$UNSET/x", "/x"),
            ("${E}/x", "/x"),
            ("/$A$A_1/$A.b", "/xy/x.b"),
            ("/a$", "/a$"),
            ("/$/b", "/$/b"),
            ("/${}b", "/b"),
            ("/${b", "/b"),
            ("/$$/$1x", "//x"),
            ("C:\\c.creds", "/here/C:\\c.creds"),
        ];
        for (given, expected) in table {
            assert_eq!(path(given, &environment()), Path::new(expected), "{given}");
        }
    }

    #[test]
    fn without_a_home_directory_the_tilde_stays() {
        let environment = Environment::default();
        assert_eq!(path("~/x", &environment), Path::new("~/x"));
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[$~{}a-zA-Z_1/é]{0,20}") {
            path(&text, &environment());
        }
    }
}
