//! One context as natscli keeps it: a JSON object of 24 keys, all of them optional.

use serde_json::{Map, Value};
use thiserror::Error;

use crate::client::Secret;

/// What a context's file says; `None` where a key is missing, `null` or empty. natscli's names (jsm.go,
/// `natscontext/context.go`, `settings`).
#[derive(Clone, Debug, Default)]
pub struct ContextFile {
    /// For people.
    pub description: Option<String>,
    /// One server URL, or several separated by commas. May hold user info.
    pub url: Option<Secret>,
    /// Where a proxy is. May hold user info.
    pub socks_proxy: Option<Secret>,
    /// Literal or URI.
    pub token: Option<Secret>,
    /// Always literal.
    pub user: Option<String>,
    /// Literal or URI.
    pub password: Option<Secret>,
    /// Path or URI.
    pub creds: Option<Secret>,
    /// Path or URI.
    pub nkey: Option<Secret>,
    /// Path of the client certificate.
    pub cert: Option<String>,
    /// Path of its key.
    pub key: Option<String>,
    /// Path of the certificate authorities.
    pub ca: Option<String>,
    /// `operator/account/user`, which `nsc` knows the credentials of; natscli moves it into `creds`.
    pub nsc: Option<String>,
    /// JetStream domain.
    pub jetstream_domain: Option<String>,
    /// What subjects of the JetStream API begin with.
    pub jetstream_api_prefix: Option<String>,
    /// What subjects of JetStream's advisories begin with.
    pub jetstream_event_prefix: Option<String>,
    /// What inbox subjects begin with.
    pub inbox_prefix: Option<String>,
    /// Literal or URI.
    pub user_jwt: Option<Secret>,
    /// Literal or URI.
    pub user_seed: Option<Secret>,
    /// One of natscli's colours.
    pub color_scheme: Option<String>,
    /// TLS before the server's first word.
    pub tls_first: bool,
    /// Windows only, as the three behind it.
    pub windows_cert_store: Option<String>,
    /// `subject` or `issuer`.
    pub windows_cert_match_by: Option<String>,
    /// Which certificate of the store.
    pub windows_cert_match: Option<String>,
    /// Which authorities of the store.
    pub windows_ca_certs_match: Vec<String>,
}

/// Why a text is no context. Says nothing of what it holds: that may be a secret.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum BadContext {
    /// No JSON.
    #[error("is not JSON: line {line}, column {column}")]
    NotJson {
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
    },
    /// JSON, and no object.
    #[error("is not a JSON object")]
    NotAnObject,
    /// A key has a value of another type.
    #[error("key {key:?} is not {wanted}")]
    Type {
        /// The key.
        key: &'static str,
        /// What it should be.
        wanted: &'static str,
    },
}

impl ContextFile {
    /// Reads one. Unknown keys are passed over; letter case does not matter in keys (Go's
    /// `encoding/json`).
    ///
    /// # Errors
    /// [`BadContext`] where it is no JSON object, or a known key has a value of another type.
    pub fn parse(json: &[u8]) -> Result<ContextFile, BadContext> {
        let value = serde_json::from_slice(json).map_err(|error| BadContext::NotJson {
            line: error.line(),
            column: error.column(),
        })?;
        let Value::Object(object) = value else {
            return Err(BadContext::NotAnObject);
        };
        let mut keys = Keys::new(object);
        Ok(ContextFile {
            description: keys.text("description")?,
            url: keys.secret("url")?,
            socks_proxy: keys.secret("socks_proxy")?,
            token: keys.secret("token")?,
            user: keys.text("user")?,
            password: keys.secret("password")?,
            creds: keys.secret("creds")?,
            nkey: keys.secret("nkey")?,
            cert: keys.text("cert")?,
            key: keys.text("key")?,
            ca: keys.text("ca")?,
            nsc: keys.text("nsc")?,
            jetstream_domain: keys.text("jetstream_domain")?,
            jetstream_api_prefix: keys.text("jetstream_api_prefix")?,
            jetstream_event_prefix: keys.text("jetstream_event_prefix")?,
            inbox_prefix: keys.text("inbox_prefix")?,
            user_jwt: keys.secret("user_jwt")?,
            user_seed: keys.secret("user_seed")?,
            color_scheme: keys.text("color_scheme")?,
            tls_first: keys.truth("tls_first")?,
            windows_cert_store: keys.text("windows_cert_store")?,
            windows_cert_match_by: keys.text("windows_cert_match_by")?,
            windows_cert_match: keys.text("windows_cert_match")?,
            windows_ca_certs_match: keys.texts("windows_ca_certs_match")?,
        })
    }
}

/// The keys that nobody has taken yet.
struct Keys(Map<String, Value>);

impl Keys {
    fn new(object: Map<String, Value>) -> Keys {
        let lower = |(key, value): (String, Value)| (key.to_ascii_lowercase(), value);
        Keys(object.into_iter().map(lower).collect())
    }

    fn take(&mut self, key: &str) -> Option<Value> {
        self.0.remove(key).filter(|value| !value.is_null())
    }

    fn text(&mut self, key: &'static str) -> Result<Option<String>, BadContext> {
        match self.take(key) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text).filter(|text| !text.is_empty())),
            Some(_) => Err(BadContext::Type {
                key,
                wanted: "a text",
            }),
        }
    }

    fn secret(&mut self, key: &'static str) -> Result<Option<Secret>, BadContext> {
        Ok(self.text(key)?.map(Secret::new))
    }

    fn truth(&mut self, key: &'static str) -> Result<bool, BadContext> {
        match self.take(key) {
            None => Ok(false),
            Some(Value::Bool(truth)) => Ok(truth),
            Some(_) => Err(BadContext::Type {
                key,
                wanted: "true or false",
            }),
        }
    }

    fn texts(&mut self, key: &'static str) -> Result<Vec<String>, BadContext> {
        let wrong = BadContext::Type {
            key,
            wanted: "a list of texts",
        };
        let text = |value| match value {
            Value::String(text) => Ok(text),
            _ => Err(wrong.clone()),
        };
        match self.take(key) {
            None => Ok(Vec::new()),
            Some(Value::Array(values)) => values.into_iter().map(text).collect(),
            Some(_) => Err(wrong.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn revealed(secret: &Option<Secret>) -> Option<&str> {
        secret.as_ref().map(Secret::reveal)
    }

    #[test]
    fn all_24_keys_of_a_file_by_natscli_are_read() {
        // As `nats context save` writes it.
        let json = br#"{
          "description": "d", "url": "nats://a,nats://b", "socks_proxy": "socks5://p:1080",
          "token": "t", "user": "u", "password": "p", "creds": "/c", "nkey": "/n", "cert": "/ce",
          "key": "/k", "ca": "/ca", "nsc": "nsc://o/a/u", "jetstream_domain": "jd",
          "jetstream_api_prefix": "ja", "jetstream_event_prefix": "je", "inbox_prefix": "_I",
          "user_jwt": "j", "user_seed": "s", "color_scheme": "red", "tls_first": true,
          "windows_cert_store": "user", "windows_cert_match_by": "subject",
          "windows_cert_match": "m", "windows_ca_certs_match": ["x", "y"]
        }"#;
        let file = ContextFile::parse(json).unwrap();
        let secrets = [
            (&file.url, "nats://a,nats://b"),
            (&file.socks_proxy, "socks5://p:1080"),
            (&file.token, "t"),
            (&file.password, "p"),
            (&file.creds, "/c"),
            (&file.nkey, "/n"),
            (&file.user_jwt, "j"),
            (&file.user_seed, "s"),
        ];
        for (secret, expected) in secrets {
            assert_eq!(revealed(secret), Some(expected));
        }
        let texts = [
            (&file.description, "d"),
            (&file.user, "u"),
            (&file.cert, "/ce"),
            (&file.key, "/k"),
            (&file.ca, "/ca"),
            (&file.nsc, "nsc://o/a/u"),
            (&file.jetstream_domain, "jd"),
            (&file.jetstream_api_prefix, "ja"),
            (&file.jetstream_event_prefix, "je"),
            (&file.inbox_prefix, "_I"),
            (&file.color_scheme, "red"),
            (&file.windows_cert_store, "user"),
            (&file.windows_cert_match_by, "subject"),
            (&file.windows_cert_match, "m"),
        ];
        for (text, expected) in texts {
            assert_eq!(text.as_deref(), Some(expected));
        }
        assert!(file.tls_first);
        assert_eq!(file.windows_ca_certs_match, ["x", "y"]);
    }

    #[test]
    fn partial_json_null_empty_texts_and_unknown_keys_are_taken() {
        let file = ContextFile::parse(
            br#"{"url":"h","user":null,"token":"","windows_ca_certs_match":null,"tls_first":null,
            "future":{"a":[1]},"User_JWT":"j"}"#,
        )
        .unwrap();
        assert_eq!(revealed(&file.url), Some("h"));
        assert_eq!((file.user, file.token.is_none()), (None, true));
        assert_eq!(revealed(&file.user_jwt), Some("j"));
        assert!(!file.tls_first && file.windows_ca_certs_match.is_empty());
        assert!(ContextFile::parse(b"{}").unwrap().url.is_none());
    }

    #[test]
    fn what_is_no_context_is_refused_without_a_word_of_its_content() {
        let table = [
            ("", "is not JSON: line 1, column 0"),
            ("{\n\"token\": hunter2}", "is not JSON: line 2, column 10"),
            ("\"hunter2\"", "is not a JSON object"),
            (r#"{"token":["hunter2"]}"#, "key \"token\" is not a text"),
            (
                r#"{"tls_first":"hunter2"}"#,
                "key \"tls_first\" is not true or false",
            ),
            (
                r#"{"windows_ca_certs_match":[1]}"#,
                "key \"windows_ca_certs_match\" is not a list of texts",
            ),
        ];
        for (json, expected) in table {
            let error = ContextFile::parse(json.as_bytes()).unwrap_err();
            assert_eq!(error.to_string(), expected, "{json}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let _ = ContextFile::parse(&bytes);
        }
    }
}
