//! Parses credentials and seeds from files or values. Tolerates blanks, blank lines, indentation, any
//! line ends, a byte order mark, and values wrapped over several lines.

use nkeys::{KeyPair, KeyPairType};
use zeroize::Zeroizing;

use super::Secret;

const JWT_BEGIN: &str = "-----BEGIN NATS USER JWT-----";
const JWT_END: &str = "------END NATS USER JWT------";
const SEED_BEGIN: &str = "-----BEGIN USER NKEY SEED-----";
const SEED_END: &str = "------END USER NKEY SEED------";

/// The JWT and the seed of a credentials file: two armoured blocks, with any text around them. Accepts
/// all that nats.go and its `nkeys` take (`-{3,}[^\n]*-{3,}\r?\n([\w\-.=]+)\r?\n-{3,}[^\n]*-{3,}\r?\n`).
///
/// # Errors
/// What is missing, as the end of a sentence that quotes nothing of the text.
pub(super) fn jwt_and_seed(text: &str) -> Result<(Secret, Secret), String> {
    let jwt = blocks(text).find(|block| is_jwt(block));
    let seed = blocks(text).find(|block| is_seed(block));
    match (jwt, seed) {
        (Some(jwt), Some(seed)) => Ok((Secret::new(&**jwt), Secret::new(&**seed))),
        _ if is_blank(text) => Err("is empty".to_owned()),
        (None, None) => Err(format!(
            "holds neither a user JWT nor its seed; {}, and {}",
            lacking(text, "the JWT", JWT_BEGIN, JWT_END),
            lacking(text, "the seed", SEED_BEGIN, SEED_END)
        )),
        (None, Some(_)) => Err(format!(
            "holds a seed and no user JWT; {}",
            lacking(text, "the JWT", JWT_BEGIN, JWT_END)
        )),
        (Some(_), None) => Err(format!(
            "holds a user JWT and no seed; {}",
            lacking(text, "the seed", SEED_BEGIN, SEED_END)
        )),
    }
}

/// A user's seed: bare, in an armoured block, or in a credentials file.
///
/// # Errors
/// What the text is instead, as the end of a sentence.
pub(super) fn seed(text: &str) -> Result<Secret, String> {
    let plain = || lines(text).filter(|line| !is_border(line) && !line.starts_with('#'));
    let alone = plain().map(|line| Zeroizing::new(line.to_owned()));
    let wrapped = std::iter::once_with(|| joined(plain()));
    let candidates: Vec<_> = blocks(text)
        .chain(alone)
        .chain(wrapped)
        .filter(|candidate| is_seed(candidate))
        .collect();
    let is_user = |candidate: &&Zeroizing<String>| kind_of(candidate) == Some(KeyPairType::User);
    if let Some(seed) = candidates.iter().find(is_user) {
        return Ok(Secret::new(&***seed));
    }
    let other = candidates.iter().find_map(|seed| kind_of(seed));
    Err(match other {
        _ if is_blank(text) => "is empty".to_owned(),
        Some(kind) => {
            let owner = format!("{kind:?}").to_lowercase();
            format!(
                "holds the seed of another kind of key ({owner}), where a user's (SU...) is needed"
            )
        }
        None if candidates.iter().any(|seed| seed.starts_with("SU")) => {
            "holds a user seed (SU...) that is damaged".to_owned()
        }
        None if plain().any(is_public_key) => {
            "holds a public key, where its seed (SU...) is needed".to_owned()
        }
        None if blocks(text).any(|block| is_jwt(&block)) || plain().any(is_jwt) => {
            "holds a JWT and no user seed (SU...)".to_owned()
        }
        None => "holds no user seed (SU...)".to_owned(),
    })
}

/// A user JWT: bare, in an armoured block, or in a credentials file.
///
/// # Errors
/// What is wrong, as the end of a sentence.
pub(super) fn jwt(text: &str) -> Result<Secret, String> {
    if is_blank(text) {
        return Err("is empty".to_owned());
    }
    let armoured = blocks(text).find(|block| is_jwt(block));
    let jwt = armoured.unwrap_or_else(|| joined(lines(text)));
    Ok(Secret::new(&**jwt))
}

fn is_blank(text: &str) -> bool {
    lines(text).next().is_none()
}

/// The lines that are not blank, trimmed.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    let blank = |c: char| c.is_whitespace() || c == '\u{feff}';
    text.split(['\n', '\r'])
        .map(move |line| line.trim_matches(blank))
        .filter(|line| !line.is_empty())
}

fn joined<'a>(lines: impl Iterator<Item = &'a str>) -> Zeroizing<String> {
    let lines: Vec<&str> = lines.collect();
    let length = lines.iter().map(|line| line.len()).sum();
    // With its full capacity from the start: growing would leave copies of a secret in freed memory.
    let mut joined = Zeroizing::new(String::with_capacity(length));
    lines.iter().for_each(|line| joined.push_str(line));
    joined
}

/// The values between two borders, wrapped or not.
fn blocks(text: &str) -> impl Iterator<Item = Zeroizing<String>> {
    let mut lines = lines(text).peekable();
    std::iter::from_fn(move || {
        loop {
            let border = lines.next()?;
            if !is_border(border) || is_end(border) {
                continue;
            }
            let mut content = Vec::new();
            while let Some(line) = lines.next_if(|line| is_content(line) && !is_border(line)) {
                content.push(line);
            }
            if !content.is_empty() && lines.next_if(|line| is_border(line)).is_some() {
                return Some(joined(content.into_iter()));
            }
        }
    })
}

/// A border: two runs of three or more dashes, the second at the end of the line.
fn is_border(line: &str) -> bool {
    line.split_once("---")
        .is_some_and(|(_, behind)| behind.ends_with("---"))
}

fn is_end(border: &str) -> bool {
    border.contains("END ") && !border.contains("BEGIN ")
}

fn is_content(line: &str) -> bool {
    let belongs = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.=".contains(&byte);
    line.bytes().all(belongs)
}

fn is_jwt(value: &str) -> bool {
    is_content(value) && value.split('.').count() == 3
}

fn is_seed(value: &str) -> bool {
    value.starts_with('S') && value.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// 56 characters of base32; the first is the kind of key.
fn is_public_key(line: &str) -> bool {
    let base32 = |byte: u8| byte.is_ascii_uppercase() || (b'2'..=b'7').contains(&byte);
    line.len() == 56 && line.starts_with(['U', 'A', 'O', 'N', 'C', 'X']) && line.bytes().all(base32)
}

fn kind_of(seed: &str) -> Option<KeyPairType> {
    // The error's own text may quote the seed.
    KeyPair::from_seed(seed).ok().map(|key| key.key_pair_type())
}

/// The reason why a block was not found.
fn lacking(text: &str, what: &str, begin: &str, end: &str) -> String {
    let name = begin.trim_matches('-');
    let begins = lines(text).any(|line| is_border(line) && line.contains(name));
    if begins {
        format!("{what} is damaged, or {end} does not follow it")
    } else {
        format!("{what} stands behind {begin}")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const JWT: &str = "eyJ0eXAiOiJKV1QifQ.eyJuYXRzIjp7fX0.c2lnbmF0dXJl-_";

    fn creds(seed: &str) -> String {
        format!(
            "\
{JWT_BEGIN}
{JWT}
{JWT_END}

************************* IMPORTANT *************************
NKEY Seed printed below can be used to sign and prove identity.

{SEED_BEGIN}
{seed}
{SEED_END}

*************************************************************
"
        )
    }

    fn user_seed() -> String {
        KeyPair::new_user().seed().unwrap()
    }

    fn read(text: &str) -> Result<(String, String), String> {
        let (jwt, seed) = jwt_and_seed(text)?;
        Ok((jwt.reveal().to_owned(), seed.reveal().to_owned()))
    }

    /// A value over lines of so many bytes.
    fn wrapped(value: &str, width: usize) -> String {
        let chunks: Vec<_> = value.as_bytes().chunks(width).collect();
        let lines = chunks.iter().map(|line| str::from_utf8(line).unwrap());
        lines.collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn c027_creds_with_other_line_ends_and_text_around() {
        let unix = creds("SUABC");
        let variants = [
            unix.clone(),
            unix.replace('\n', "\r\n"),
            unix.replace('\n', "\r"),
            format!("some words - and -- dashes\n---\n{unix}---- more ----\n"),
            unix.replace("-----BEGIN", "note: -----BEGIN"),
            unix.trim_end_matches(['*', '\n']).to_owned(),
        ];
        for text in variants {
            let expected = (JWT.to_owned(), "SUABC".to_owned());
            assert_eq!(read(&text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn blanks_and_wrapped_values_in_creds_do_no_harm() {
        let seed = user_seed();
        let unix = creds(&seed);
        let indented: Vec<String> = unix.lines().map(|line| format!("\t  {line} \t")).collect();
        let variants = [
            ("blank lines around everything", unix.replace('\n', "\n\n")),
            ("blanks that are lines", unix.replace('\n', "\n \t\n")),
            ("indentation", indented.join("\n")),
            ("a byte order mark", format!("\u{feff}{unix}")),
            (
                "no-break spaces",
                unix.replace(JWT, &format!("\u{a0}{JWT}\u{a0}")),
            ),
            ("a wrapped JWT", unix.replace(JWT, &wrapped(JWT, 16))),
            ("a wrapped seed", unix.replace(&seed, &wrapped(&seed, 20))),
            ("all of it", {
                let text = unix.replace(JWT, &wrapped(JWT, 7));
                let text = text.replace(&seed, &wrapped(&seed, 9));
                format!("\u{feff}{}", text.replace('\n', " \r\n\r\n   "))
            }),
            ("the seed first", {
                format!("{SEED_BEGIN}\n{seed}\n{SEED_END}\n{JWT_BEGIN}\n{JWT}\n{JWT_END}")
            }),
        ];
        for (what, text) in variants {
            let expected = (JWT.to_owned(), seed.clone());
            assert_eq!(read(&text), Ok(expected), "{what}");
        }
    }

    #[test]
    fn what_is_missing_in_creds_is_told() {
        let unix = creds("SUABC");
        let without = |part: &str| unix.replace(part, "");
        let table = [
            (String::new(), "is empty"),
            ("\u{feff} \r\n\t".to_owned(), "is empty"),
            ("SUABC".to_owned(), "holds neither a user JWT nor its seed"),
            (without("SUABC"), "holds a user JWT and no seed"),
            (without(JWT), "holds a seed and no user JWT"),
            (
                without(SEED_BEGIN),
                "no seed; the seed stands behind -----BEGIN USER NKEY SEED-----",
            ),
            (
                without(SEED_END),
                "or ------END USER NKEY SEED------ does not follow it",
            ),
            (
                without(JWT_END),
                "or ------END NATS USER JWT------ does not follow it",
            ),
            (
                unix.replace(JWT, "not one"),
                "the JWT is damaged, or ------END NATS USER JWT------",
            ),
        ];
        for (text, expected) in table {
            let reason = read(&text).unwrap_err();
            assert!(reason.contains(expected), "{reason:?} for {text:?}");
            assert!(!reason.contains("SUABC"), "{reason}");
        }
    }

    #[test]
    fn a_seed_is_found_alone_in_a_block_and_in_creds() {
        let given = user_seed();
        let half = given.len() / 2;
        let texts = [
            given.clone(),
            format!("\n  {given} \r\n"),
            format!("# a\n{given}\n"),
            format!("\u{feff}{given}\r\n"),
            format!("\r\n\r\n\t{given}\r\r"),
            wrapped(&given, half),
            wrapped(&given, 5).replace('\n', "\r\n    "),
            format!("# of ada\n{}\n", wrapped(&given, 20)),
            format!("{SEED_BEGIN}\n\n  {given}\n\n{SEED_END}"),
            creds(&given),
        ];
        for text in texts {
            let found = seed(&text).map(|seed| seed.reveal().to_owned());
            assert_eq!(found, Ok(given.clone()), "{text}");
        }
    }

    #[test]
    fn what_stands_in_the_place_of_a_seed_is_told() {
        let user = KeyPair::new_user();
        let account = KeyPair::new_account().seed().unwrap();
        let mut damaged = user.seed().unwrap();
        damaged.pop();
        let table = [
            (" \n".to_owned(), "is empty"),
            ("UABC\n".to_owned(), "holds no user seed (SU...)"),
            (user.public_key(), "holds a public key"),
            (account.clone(), "seed of another kind of key (account)"),
            (damaged.clone(), "that is damaged"),
            (JWT.to_owned(), "holds a JWT and no user seed"),
        ];
        for (text, expected) in table {
            let reason = seed(&text).unwrap_err();
            assert!(reason.contains(expected), "{reason:?}");
            assert!(!reason.contains(&damaged) && !reason.contains(&account));
        }
    }

    #[test]
    fn a_jwt_is_found_alone_wrapped_and_in_a_block() {
        let texts = [
            JWT.to_owned(),
            format!("\u{feff}  {JWT}\r\n"),
            wrapped(JWT, 10),
            wrapped(JWT, 10).replace('\n', "\r\n\r\n   "),
            format!("{JWT_BEGIN}\n{JWT}\n{JWT_END}\n"),
            creds("SUABC"),
        ];
        for text in texts {
            let found = jwt(&text).map(|jwt| jwt.reveal().to_owned());
            assert_eq!(found, Ok(JWT.to_owned()), "{text}");
        }
        assert_eq!(jwt(" \n").map(|_| ()), Err("is empty".to_owned()));
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_panic(text in "[-\nSU.a\r ]{0,80}") {
            let _ = (jwt_and_seed(&text), seed(&text), jwt(&text));
        }

        /// Whatever blanks stand around and between the lines, and however the values are wrapped.
        #[test]
        fn creds_are_read_with_blanks_and_breaks_anywhere(
            mark in prop::bool::ANY,
            blanks in prop::collection::vec("[ \t\u{a0}]{0,3}(\r?\n[ \t]{0,3}){1,3}", 64),
            width in 1_usize..80,
        ) {
            let given = KeyPair::from_seed("SUACSSL3UAHUDXKFSNVUZRF5UHPMWZ6BFDTJ7M6USDXIEDNPPQYYYCU3VY");
            let given = given.unwrap().seed().unwrap();
            let text = creds(&wrapped(&given, width)).replace(JWT, &wrapped(JWT, width));
            let mut blanks = blanks.iter().cycle();
            let mut written = if mark { "\u{feff}".to_owned() } else { String::new() };
            for line in text.lines() {
                written.push_str(line);
                written.push_str(blanks.next().unwrap());
            }
            prop_assert_eq!(read(&written), Ok((JWT.to_owned(), given)));
        }
    }
}
