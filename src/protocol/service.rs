//! How the reply of a service says that it failed (ADR-32).

use std::{borrow::Cow, fmt};

use serde::{Deserialize, Serialize};

use super::Fields;
use crate::text;

const TEXT: &[u8] = b"Nats-Service-Error";
const CODE: &[u8] = b"Nats-Service-Error-Code";

/// The most that is shown of a text, in characters.
const SHOWN: usize = 200;

/// What a service says in the headers of its reply where it could not do what it was asked for. Such a
/// reply is a failed one, whatever its payload (ADR-32).
///
/// In JSON `{"code":500,"text":"…"}`, the code left out where there is none. Printed for people
/// `500 …`, made visible and cut to a bounded length.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceError<'a> {
    /// `Nats-Service-Error-Code`, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<ServiceCode<'a>>,
    /// `Nats-Service-Error`; empty where there is only a code.
    #[serde(default)]
    pub text: Cow<'a, str>,
}

/// The code of a [`ServiceError`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ServiceCode<'a> {
    /// A number, as the rules want it; by custom those of HTTP.
    Number(u32),
    /// Anything else: nobody checks what a service sends.
    Text(Cow<'a, str>),
}

impl<'a> ServiceError<'a> {
    /// What a header block says, as it stands in [`Record::header`](super::Record::header).
    pub fn of(block: &'a [u8]) -> Option<ServiceError<'a>> {
        ServiceError::among(Fields::of(block))
    }

    /// What these names and values say. Capitals in names do not matter.
    pub fn among(fields: impl Iterator<Item = (&'a [u8], &'a [u8])>) -> Option<ServiceError<'a>> {
        let (mut text, mut code) = (None, None);
        for (name, value) in fields {
            if name.eq_ignore_ascii_case(TEXT) {
                text.get_or_insert(value);
            } else if name.eq_ignore_ascii_case(CODE) {
                code.get_or_insert(value);
            }
        }
        let code = code.filter(|code| !code.is_empty());
        if text.is_none() && code.is_none() {
            return None;
        }
        Some(ServiceError {
            code: code.map(|code| match number(code) {
                Some(number) => ServiceCode::Number(number),
                None => ServiceCode::Text(String::from_utf8_lossy(code)),
            }),
            text: text.map(String::from_utf8_lossy).unwrap_or_default(),
        })
    }

    /// The code of a header block alone, where it is a number.
    pub fn code_of(block: &[u8]) -> Option<u32> {
        let (_, code) = Fields::of(block).find(|(name, _)| name.eq_ignore_ascii_case(CODE))?;
        number(code)
    }

    /// The same, standing on its own.
    pub fn into_owned(self) -> ServiceError<'static> {
        ServiceError {
            code: self.code.map(|code| match code {
                ServiceCode::Number(number) => ServiceCode::Number(number),
                ServiceCode::Text(text) => ServiceCode::Text(Cow::Owned(text.into_owned())),
            }),
            text: Cow::Owned(self.text.into_owned()),
        }
    }
}

impl fmt::Display for ServiceError<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let code = match &self.code {
            None => Cow::Borrowed(""),
            Some(ServiceCode::Number(number)) => Cow::Owned(number.to_string()),
            Some(ServiceCode::Text(code)) => Cow::Owned(shown(code)),
        };
        let text = shown(&self.text);
        match (&*code, &*text) {
            ("", "") => f.write_str("no reason given"),
            ("", only) | (only, "") => f.write_str(only),
            (code, text) => write!(f, "{code} {text}"),
        }
    }
}

fn shown(text: &str) -> String {
    let mut left = text.chars();
    let head: String = left.by_ref().take(SHOWN).collect();
    let more = if left.next().is_some() { "…" } else { "" };
    text::visible(head.trim().as_bytes()).into_owned() + more
}

fn number(code: &[u8]) -> Option<u32> {
    let code = str::from_utf8(code).ok()?;
    code.bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| code.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_that_says_that_it_failed_is_known_by_its_headers() {
        for (fields, shown, json) in [
            ("", None, ""),
            ("Status: 500\r\n", None, ""),
            (
                "Nats-Service-Error: no number\r\nNats-Service-Error-Code: 400\r\n",
                Some("400 no number"),
                r#"{"code":400,"text":"no number"}"#,
            ),
            (
                "nats-service-error-code:500\r\n",
                Some("500"),
                r#"{"code":500,"text":""}"#,
            ),
            (
                "Nats-Service-Error: no such order\r\n",
                Some("no such order"),
                r#"{"text":"no such order"}"#,
            ),
            (
                "Nats-Service-Error:\r\nNats-Service-Error-Code:\r\n",
                Some("no reason given"),
                r#"{"text":""}"#,
            ),
            (
                "Nats-Service-Error: gone\r\nNats-Service-Error-Code: E42\r\n",
                Some("E42 gone"),
                r#"{"code":"E42","text":"gone"}"#,
            ),
            (
                "Nats-Service-Error: a\r\n\tb\x1b[2J\r\nNats-Service-Error-Code: 99999999999\r\n",
                Some("99999999999 a␍␊␉b␛[2J"),
                r#"{"code":"99999999999","text":"a\r\n\tb\u001b[2J"}"#,
            ),
        ] {
            let block = format!("NATS/1.0\r\n{fields}\r\n");
            let error = ServiceError::of(block.as_bytes());
            assert_eq!(error.as_ref().map(ToString::to_string).as_deref(), shown);
            let Some(error) = error else { continue };
            assert_eq!(serde_json::to_string(&error).unwrap(), json);
            let read: ServiceError<'_> = serde_json::from_str(json).unwrap();
            assert_eq!(read, error.into_owned());
        }
        assert_eq!(ServiceError::of(b""), None);
    }

    #[test]
    fn what_is_not_text_and_what_has_no_end_can_be_shown() {
        let block = b"NATS/1.0\r\nNats-Service-Error: \xff\r\n\r\n";
        let error = ServiceError::of(block).unwrap();
        assert_eq!(error.text, "\u{fffd}");

        let text = "日".repeat(100_000);
        let error = ServiceError {
            code: None,
            text: text.into(),
        };
        assert_eq!(error.to_string().chars().count(), SHOWN + 1);
    }
}
