//! Parsing of the JSON documents of the handshake as Go parses them: `null` is a missing field.

use serde::de::DeserializeOwned;
use serde_json::error::Category;
use serde_json::{Map, Value};

use super::ProtocolError;

/// Parses the document after `verb`. The reason of an error quotes no value, because CONNECT holds
/// credentials.
pub(super) fn parse<T: DeserializeOwned>(
    verb: &'static str,
    json: &[u8],
) -> Result<T, ProtocolError> {
    let bad = |error: serde_json::Error| ProtocolError::BadDocument {
        verb,
        reason: match error.classify() {
            Category::Data => "not an object, or a field has a wrong type".to_owned(),
            _ => error.to_string(),
        },
    };
    let mut fields: Map<String, Value> = serde_json::from_slice(json).map_err(bad)?;
    fields.retain(|_, value| !value.is_null());
    serde_json::from_value(Value::Object(fields)).map_err(bad)
}

#[cfg(test)]
mod tests {
    use crate::protocol::{Connect, Info};

    #[test]
    fn missing_unknown_and_null_fields_are_defaults() {
        for json in ["{}", r#" {"name":null,"user":null,"new":[{}]} "#] {
            assert!(Connect::parse(json.as_bytes()).unwrap() == Connect::default());
        }
        let json = br#"{"server_id":null,"connect_urls":null,"xkey":"X","max_payload":-1}"#;
        let info = Info::parse(json).unwrap();
        assert_eq!(info.max_payload, -1);
        assert!(info.connect_urls.is_empty() && info.server_id.is_empty());
    }

    #[test]
    fn documents_that_do_not_parse_are_errors() {
        for json in [
            "",
            "{",
            "[]",
            "null",
            r#"{"verbose":"x"}"#,
            "{}{}",
            "{\"name\":\"\u{1}\"}",
        ] {
            assert!(Connect::parse(json.as_bytes()).is_err(), "{json:?}");
        }
        assert!(Info::parse(br#"{"port":70000}"#).is_err());
        assert!(Info::parse(b"{\"host\":\"\xff\"}").is_err());
        assert!(Info::parse("[".repeat(100_000).as_bytes()).is_err());
    }

    #[test]
    fn no_secret_reaches_an_error_or_a_debug_print() {
        let error = Connect::parse(br#"{"pass":123456,"auth_token":true}"#).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("123456"));
        let connect =
            Connect::parse(br#"{"user":"u","pass":"hunter2","auth_token":"t0k"}"#).unwrap();
        assert_eq!(connect.pass.as_deref(), Some("hunter2"));
        let shown = format!("{connect:?}");
        assert!(!shown.contains("hunter2") && !shown.contains("t0k"));
    }
}
