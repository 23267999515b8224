//! Credentials that are not written down but referred to: `file://`, `env://`, `data:`, `op://`, `nsc://`
//! (natscontext `credentials.go`, `resolver_*.go`).

use std::{
    mem,
    path::{Path, PathBuf},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::Deserialize;

use super::{Environment, expand, program};
use crate::{
    client::{Secret, SecretSource, read_secret_file},
    text::quoted,
};

/// The most that is read of a file with a credential, in bytes.
const LIMIT: u64 = 1 << 20;

/// What a value says. Schemes are read in any letter case; one letter is no scheme but a drive.
#[derive(Debug, PartialEq, Eq)]
pub enum Reference<'a> {
    /// No scheme: a path or the value itself, as the field has it.
    Bare(&'a str),
    /// `file://PATH`
    File(&'a str),
    /// `env://NAME`
    Variable(&'a str),
    /// `data:[mime][;…];base64,PAYLOAD`, what stands behind the colon.
    Data(&'a str),
    /// `op://vault/item/field`, what stands behind the scheme.
    OnePassword(&'a str),
    /// `nsc://operator/account/user`, what stands behind the scheme.
    Nsc(&'a str),
    /// Some other scheme.
    Unknown(&'a str),
}

impl Reference<'_> {
    /// Reads one.
    pub fn parse(text: &str) -> Reference<'_> {
        let Some((scheme, rest)) = text.split_once(':').filter(|(scheme, _)| is_scheme(scheme))
        else {
            return Reference::Bare(text);
        };
        let place = rest.strip_prefix("//");
        match (scheme.to_ascii_lowercase().as_str(), place) {
            ("data", _) => Reference::Data(rest),
            ("file", Some(path)) => Reference::File(path),
            ("env", Some(name)) => Reference::Variable(name),
            ("op", Some(item)) => Reference::OnePassword(item),
            ("nsc", Some(user)) => Reference::Nsc(user),
            _ => Reference::Unknown(scheme),
        }
    }
}

fn is_scheme(text: &str) -> bool {
    text.len() >= 2
        && text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
}

/// The value of a token, password, JWT or seed: literal unless it refers to somewhere else. The reason
/// of a failure is the end of a sentence and holds no secret.
pub fn literal(value: &Secret, environment: &Environment) -> Result<Secret, String> {
    let text = match Reference::parse(value.reveal()) {
        // A password may hold a colon.
        Reference::Bare(_) | Reference::Unknown(_) => return Ok(value.clone()),
        reference => fetch(&reference, environment)?,
    };
    Ok(Secret::new(text.trim_end_matches(['\r', '\n'])))
}

/// Where credentials or an nkey's seed are: a bare value is a path. Files stay files, so that the client
/// reads them again for every attempt.
pub fn source(value: &Secret, environment: &Environment) -> Result<SecretSource, String> {
    Ok(match Reference::parse(value.reveal()) {
        Reference::Bare(path) if is_seed(path) => {
            return Err("holds a seed where the path of a file is expected".to_owned());
        }
        Reference::Bare(path) | Reference::File(path) => {
            SecretSource::File(expand::path(path, environment))
        }
        Reference::Nsc(user) => SecretSource::File(nsc(user, environment)?.creds(environment)?),
        reference => SecretSource::Text(Secret::new(fetch(&reference, environment)?)),
    })
}

/// The path of a certificate, key or list of authorities.
pub fn path(value: &str, environment: &Environment) -> Result<PathBuf, String> {
    match Reference::parse(value) {
        Reference::Bare(path) | Reference::File(path) => Ok(expand::path(path, environment)),
        _ => Err("takes the path of a file, or file://PATH".to_owned()),
    }
}

/// A seed in the place of a path is a slip, and no error may show it.
pub fn is_seed(text: &str) -> bool {
    let base32 = |c: char| c.is_ascii_uppercase() || ('2'..='7').contains(&c);
    text.len() == 58 && text.starts_with('S') && text.chars().all(base32)
}

fn unknown(scheme: &str) -> String {
    let scheme = quoted(scheme);
    format!("has the unknown scheme {scheme}: file, env, data, op and nsc are understood")
}

fn fetch(reference: &Reference, environment: &Environment) -> Result<String, String> {
    match *reference {
        Reference::Bare(value) => Ok(value.to_owned()),
        Reference::File(path) => read(&expand::path(path, environment)),
        Reference::Variable(name) => match environment.variables.get(name) {
            Some(value) => Ok(value.to_owned()),
            None => Err(format!("variable {} is not set, or empty", quoted(name))),
        },
        Reference::Data(rest) => data(rest),
        Reference::OnePassword(item) => {
            let arguments = ["read", &format!("op://{item}")];
            text(program::run(
                "op",
                &arguments,
                environment,
                program::PATIENCE,
            )?)
        }
        Reference::Nsc(user) => read(&nsc(user, environment)?.creds(environment)?),
        Reference::Unknown(scheme) => Err(unknown(scheme)),
    }
}

fn data(rest: &str) -> Result<String, String> {
    let (header, payload) = rest.split_once(',').ok_or("data: has no comma")?;
    if !header.split(';').any(|part| part.trim() == "base64") {
        return Err("data: must say ;base64".to_owned());
    }
    // The library's error would repeat a byte of the secret.
    let bytes = STANDARD.decode(payload);
    text(bytes.map_err(|_| "data: is not base64")?)
}

fn text(bytes: Vec<u8>) -> Result<String, String> {
    String::from_utf8(bytes).map_err(|_| "holds what is not UTF-8".to_owned())
}

fn read(path: &Path) -> Result<String, String> {
    let cannot = |kind| format!("{} cannot be read: {kind}", quoted(path));
    let mut bytes = read_secret_file(path, LIMIT).map_err(|error| cannot(error.kind()))?;
    text(mem::take(&mut bytes))
}

/// What nsc knows of a user.
#[derive(Deserialize)]
pub struct NscProfile {
    #[serde(default)]
    user_creds: String,
    #[serde(default)]
    operator: Operator,
}

#[derive(Default, Deserialize)]
struct Operator {
    #[serde(default)]
    service: Vec<String>,
}

impl NscProfile {
    /// Where the user's credentials are.
    pub fn creds(&self, environment: &Environment) -> Result<PathBuf, String> {
        match self.user_creds.as_str() {
            "" => Err("nsc knows no credentials for it".to_owned()),
            path => Ok(environment.working_directory.join(path)),
        }
    }

    /// The servers of the operator, separated by commas.
    pub fn servers(&self) -> Option<String> {
        let servers = self.operator.service.join(",");
        Some(servers).filter(|servers| !servers.is_empty())
    }
}

/// Asks nsc for a user: `operator/account/user`, with or without `nsc://`.
pub fn nsc(user: &str, environment: &Environment) -> Result<NscProfile, String> {
    let user = match Reference::parse(user) {
        Reference::Nsc(user) => user,
        _ => user,
    };
    let arguments = ["generate", "profile", &format!("nsc://{user}")];
    let output = program::run("nsc", &arguments, environment, program::PATIENCE)?;
    // The parser's error would repeat a piece of the output.
    serde_json::from_slice(&output).map_err(|_| "nsc wrote what is no profile".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment() -> Environment {
        Environment {
            variables: [("SET", "secret\r\n"), ("EMPTY", ""), ("DIR", "/d")]
                .into_iter()
                .collect(),
            home: Some("/home/me".into()),
            working_directory: "/here".into(),
        }
    }

    fn literal_of(text: &str) -> Result<String, String> {
        let value = literal(&Secret::new(text), &environment())?;
        Ok(value.reveal().to_owned())
    }

    fn source_of(text: &str) -> Result<String, String> {
        Ok(match source(&Secret::new(text), &environment())? {
            SecretSource::File(path) => format!("file {}", path.display()),
            SecretSource::Text(text) => format!("text {}", text.reveal()),
        })
    }

    #[test]
    fn schemes_are_told_from_paths_and_passwords() {
        let table = [
            ("/a/b.creds", Reference::Bare("/a/b.creds")),
            ("C:\\c.creds", Reference::Bare("C:\\c.creds")),
            ("", Reference::Bare("")),
            ("1a:b", Reference::Bare("1a:b")),
            ("a b:c", Reference::Bare("a b:c")),
            ("FILE://~/x", Reference::File("~/x")),
            ("env://NAME", Reference::Variable("NAME")),
            ("data:;base64,QQ==", Reference::Data(";base64,QQ==")),
            ("op://v/i/f", Reference::OnePassword("v/i/f")),
            ("Nsc://o/a/u", Reference::Nsc("o/a/u")),
            ("abc:def", Reference::Unknown("abc")),
            ("env:NAME", Reference::Unknown("env")),
        ];
        for (text, expected) in table {
            assert_eq!(Reference::parse(text), expected, "{text}");
        }
    }

    #[test]
    fn a_literal_may_be_referred_to() {
        let table = [
            ("plain", Ok("plain")),
            ("abc:def", Ok("abc:def")),
            ("line\n", Ok("line\n")),
            ("env://SET", Ok("secret")),
            ("data:;base64,c2VjcmV0Cg==", Ok("secret")),
            ("data:text/plain;x=y; base64,c2VjcmV0", Ok("secret")),
            (
                "env://UNSET",
                Err("variable \"UNSET\" is not set, or empty"),
            ),
            (
                "env://EMPTY",
                Err("variable \"EMPTY\" is not set, or empty"),
            ),
            ("data:,c2VjcmV0", Err("data: must say ;base64")),
            ("data:;base64", Err("data: has no comma")),
            ("data:;base64,hunter2!", Err("data: is not base64")),
            ("data:;base64,/w==", Err("holds what is not UTF-8")),
            (
                "file:///no/such",
                Err("\"/no/such\" cannot be read: entity not found"),
            ),
        ];
        for (text, expected) in table {
            let expected = expected.map(str::to_owned).map_err(str::to_owned);
            assert_eq!(literal_of(text), expected, "{text}");
        }
    }

    #[test]
    fn a_file_is_read_whole_or_not_at_all() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let read = || literal_of(&format!("file://{}", file.path().display()));
        std::fs::write(file.path(), vec![b'x'; LIMIT as usize]).unwrap();
        assert_eq!(read().unwrap().len(), LIMIT as usize);
        std::fs::write(file.path(), vec![b'x'; LIMIT as usize + 1]).unwrap();
        let refused = read().unwrap_err();
        assert!(
            refused.ends_with("cannot be read: file too large"),
            "{refused}"
        );
    }

    #[test]
    fn files_stay_files_and_all_else_becomes_text() {
        let seed = format!("SU{}", "A".repeat(56));
        let table = [
            ("~/c", Ok("file /home/me/c")),
            ("$DIR/c", Ok("file /d/c")),
            ("file://~/c", Ok("file /home/me/c")),
            ("file://c", Ok("file /here/c")),
            ("C:\\c.creds", Ok("file /here/C:\\c.creds")),
            ("env://SET", Ok("text secret\r\n")),
            ("data:;base64,QQ==", Ok("text A")),
            (
                "abc:def",
                Err("has the unknown scheme \"abc\": file, env, data, op and nsc are understood"),
            ),
            (
                &seed,
                Err("holds a seed where the path of a file is expected"),
            ),
        ];
        for (text, expected) in table {
            let expected = expected.map(str::to_owned).map_err(str::to_owned);
            assert_eq!(source_of(text), expected, "{text}");
        }
    }

    #[test]
    fn certificates_are_files() {
        let path = |text| path(text, &environment()).map(|path| path.display().to_string());
        assert_eq!(path("~/ca.pem"), Ok("/home/me/ca.pem".to_owned()));
        assert_eq!(path("file:///ca.pem"), Ok("/ca.pem".to_owned()));
        for refused in ["data:;base64,QQ==", "env://CA", "op://v/i/f"] {
            assert!(path(refused).is_err(), "{refused}");
        }
    }
}
