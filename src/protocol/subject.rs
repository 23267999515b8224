//! Subjects: bytes between dots, with `*` for one token and `>` for the rest (nats-server `sublist.go`).

use super::ProtocolError;
use super::error::excerpt;

/// Maximum bytes of a subject or queue group that we send. A long subject with a long reply can still
/// exceed the server's default `max_control_line` of 4096, so the encoder checks the whole line too.
pub const MAX_LEN: usize = 4_000;

/// Checks a subject to publish to: not empty, no blank, no control character that would break the
/// line, no empty token, no wildcard.
///
/// # Errors
/// [`ProtocolError::BadSubject`] with the reason.
pub fn check_publish(subject: &[u8]) -> Result<(), ProtocolError> {
    check_tokens(subject)?;
    if has_wildcard(subject) {
        return Err(bad(subject, "has a wildcard"));
    }
    Ok(())
}

/// Checks a subject to subscribe to: as for publishing, with wildcards as whole tokens and `>` last.
///
/// # Errors
/// [`ProtocolError::BadSubject`] with the reason.
pub fn check_subscribe(subject: &[u8]) -> Result<(), ProtocolError> {
    check_tokens(subject)?;
    if tokens(subject).rev().skip(1).any(|token| token == b">") {
        return Err(bad(subject, "has tokens behind `>`"));
    }
    Ok(())
}

/// Checks a queue group: not empty, no blank or line break, not too long.
///
/// # Errors
/// [`ProtocolError::BadSubject`] with the reason.
pub fn check_queue(queue: &[u8]) -> Result<(), ProtocolError> {
    if queue.is_empty() {
        return Err(bad(queue, "is empty"));
    }
    if queue.len() > MAX_LEN {
        return Err(bad(queue, "is too long"));
    }
    if queue.iter().any(|&byte| breaks_line(byte)) {
        return Err(bad(queue, "has a blank or line break"));
    }
    Ok(())
}

/// Whether a subscription to `pattern` receives what is published to `subject`.
///
/// As in `sublist.go`: a subject with an empty token matches nothing, a pattern that the server would
/// reject matches nothing, and wildcards in the published subject are plain tokens.
pub fn matches(pattern: &[u8], subject: &[u8]) -> bool {
    let mut wanted = tokens(pattern);
    let mut given = tokens(subject);
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return true,
            (Some(_), Some(b"") | None) | (None, Some(_)) => return false,
            (Some(b">"), Some(_)) => {
                return wanted.next().is_none() && given.all(|token| !token.is_empty());
            }
            (Some(b"*"), Some(_)) => {}
            (Some(literal), Some(token)) => {
                if literal != token {
                    return false;
                }
            }
        }
    }
}

/// Whether any token is `*` or `>`.
pub fn has_wildcard(subject: &[u8]) -> bool {
    memchr::memchr2(b'*', b'>', subject).is_some()
        && tokens(subject).any(|token| token == b"*" || token == b">")
}

fn check_tokens(subject: &[u8]) -> Result<(), ProtocolError> {
    if subject.is_empty() {
        return Err(bad(subject, "is empty"));
    }
    if subject.len() > MAX_LEN {
        return Err(bad(subject, "is too long"));
    }
    let mut before = b'.';
    for &byte in subject {
        if breaks_line(byte) {
            return Err(bad(subject, "has a blank or line break"));
        }
        if byte == b'.' && before == b'.' {
            return Err(bad(subject, "has an empty token"));
        }
        before = byte;
    }
    if before == b'.' {
        return Err(bad(subject, "has an empty token"));
    }
    Ok(())
}

fn tokens(subject: &[u8]) -> impl DoubleEndedIterator<Item = &[u8]> {
    subject.split(|&byte| byte == b'.')
}

/// Whether a server would split a field at this byte, or end the line there.
fn breaks_line(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

#[cold]
fn bad(subject: &[u8], reason: &'static str) -> ProtocolError {
    ProtocolError::BadSubject {
        subject: excerpt(subject),
        reason,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn subjects_are_checked_for_their_use() {
        for (subject, publish, subscribe) in [
            ("foo", true, true),
            ("foo.bar.ü.$SYS.\"\\", true, true),
            ("fo\0o", true, true),
            ("foo*", true, true),
            ("foo.>x.b", true, true),
            ("foo.*", false, true),
            ("*.foo.>", false, true),
            (">", false, true),
            ("foo.>.x", false, false),
            (">.>", false, false),
            ("", false, false),
            (".", false, false),
            ("foo..bar", false, false),
            (".foo", false, false),
            ("foo.", false, false),
            ("a b", false, false),
            ("a\tb", false, false),
            ("a\rb", false, false),
            ("a\nb", false, false),
            ("a\r\nPUB x 0\r\n", false, false),
        ] {
            let bytes = subject.as_bytes();
            assert_eq!(check_publish(bytes).is_ok(), publish, "publish {subject:?}");
            assert_eq!(
                check_subscribe(bytes).is_ok(),
                subscribe,
                "subscribe {subject:?}"
            );
        }
        assert!(check_publish(b"f\xff\xfe").is_ok());
    }

    #[test]
    fn subjects_and_queues_of_the_longest_length_pass_and_no_more() {
        let longest = vec![b'a'; MAX_LEN];
        let longer = vec![b'a'; MAX_LEN + 1];
        for check in [check_publish, check_subscribe, check_queue] {
            assert!(check(&longest).is_ok());
            let Err(ProtocolError::BadSubject { subject, .. }) = check(&longer) else {
                panic!("passed");
            };
            assert!(subject.chars().count() < 100);
        }
    }

    #[test]
    fn queues_are_any_one_word() {
        for (queue, passes) in [
            ("q", true),
            ("q..*.", true),
            ("", false),
            ("a b", false),
            ("a\n", false),
        ] {
            assert_eq!(check_queue(queue.as_bytes()).is_ok(), passes, "{queue:?}");
        }
    }

    #[test]
    fn patterns_match_as_the_server_matches() {
        for (pattern, subject, expected) in [
            ("a.b", "a.b", true),
            ("a.b", "a.c", false),
            ("a.b", "a", false),
            ("a", "a.b", false),
            ("a.*.c", "a.b.c", true),
            ("a.*.c", "a.b.d", false),
            ("a.*", "a", false),
            ("a.*", "a.b.c", false),
            ("*", "a", true),
            (">", "a", true),
            (">", "a.b.c.d", true),
            ("a.>", "a.b.c", true),
            ("a.>", "a", false),
            ("foo*", "foo*", true),
            ("foo*", "foobar", false),
            ("foo.>x", "foo.>x", true),
            ("foo.>x", "foo.bar", false),
            ("foo.*", "foo.*", true),
            ("foo.*", "foo.>", true),
            ("foo.>", "foo.*", true),
            ("foo.bar", "foo.*", false),
            ("a.>.c", "a.b.c", false),
            (">", "a..b", false),
            (">", "a.", false),
            (">", ".a", false),
            ("*", "", false),
            (">", "", false),
            ("", "", false),
            ("a..b", "a..b", false),
            ("a.", "a.", false),
        ] {
            let found = matches(pattern.as_bytes(), subject.as_bytes());
            assert_eq!(found, expected, "{pattern:?} {subject:?}");
        }
    }

    #[test]
    fn wildcards_are_whole_tokens() {
        for (subject, expected) in [
            ("a.b", false),
            ("a*.>b.**", false),
            ("a.*", true),
            (">.a", true),
            ("", false),
        ] {
            assert_eq!(has_wildcard(subject.as_bytes()), expected, "{subject:?}");
        }
    }

    /// The rules written naively: split both, reject what the server rejects, compare.
    fn matches_naively(pattern: &str, subject: &str) -> bool {
        let pattern: Vec<_> = pattern.split('.').collect();
        let subject: Vec<_> = subject.split('.').collect();
        let (last, front) = pattern.split_last().unwrap();
        if pattern.contains(&"") || subject.contains(&"") || front.contains(&">") {
            return false;
        }
        let wanted = if *last == ">" { front } else { &pattern[..] };
        let long_enough = match *last {
            ">" => subject.len() > front.len(),
            _ => subject.len() == pattern.len(),
        };
        long_enough
            && wanted
                .iter()
                .zip(&subject)
                .all(|(wanted, given)| *wanted == "*" || wanted == given)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        #[test]
        fn matching_equals_a_naive_reading_of_the_rules(
            pattern in "([ab*>]{0,2}\\.){0,3}[ab*>]{0,2}",
            subject in "([ab*>]{0,2}\\.){0,3}[ab*>]{0,2}",
        ) {
            let expected = matches_naively(&pattern, &subject);
            prop_assert_eq!(matches(pattern.as_bytes(), subject.as_bytes()), expected);
        }

        #[test]
        fn a_wildcarded_subject_matches_its_pattern(
            tokens in proptest::collection::vec(("[a-c]{1,2}", any::<bool>()), 1..6),
            tail in proptest::option::of(1_usize..6),
        ) {
            let subject: Vec<_> = tokens.iter().map(|(token, _)| token.as_str()).collect();
            let mut pattern: Vec<_> = tokens
                .iter()
                .map(|(token, wild)| if *wild { "*" } else { token.as_str() })
                .collect();
            if let Some(keep) = tail.filter(|&keep| keep < pattern.len()) {
                pattern.truncate(keep);
                pattern.push(">");
            }
            let (pattern, subject) = (pattern.join("."), subject.join("."));
            prop_assert!(matches(pattern.as_bytes(), subject.as_bytes()), "{pattern} {subject}");
            prop_assert!(check_subscribe(pattern.as_bytes()).is_ok());
        }
    }
}
