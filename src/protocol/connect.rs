//! CONNECT: what a client tells the server about itself (nats-server `server/client.go`, struct
//! `ClientOpts`).

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{ProtocolError, document};

/// The CONNECT document. A missing field has the server's default: verbose, pedantic and echo are on.
#[derive(Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
#[allow(missing_docs)] // the names are the protocol's own
pub struct Connect {
    pub verbose: bool,
    pub pedantic: bool,
    pub tls_required: bool,
    pub name: String,
    pub lang: String,
    pub version: String,
    pub protocol: i32,
    pub echo: bool,
    pub headers: bool,
    pub no_responders: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pass: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jwt: Option<String>,
    /// The public key of an nkey.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nkey: Option<String>,
    /// The signature of the nonce: base64, URL alphabet, no padding.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sig: Option<String>,
}

impl Default for Connect {
    fn default() -> Self {
        Connect {
            verbose: true,
            pedantic: true,
            tls_required: false,
            name: String::new(),
            lang: String::new(),
            version: String::new(),
            protocol: 0,
            echo: true,
            headers: false,
            no_responders: false,
            user: None,
            pass: None,
            auth_token: None,
            jwt: None,
            nkey: None,
            sig: None,
        }
    }
}

impl Connect {
    /// Parses the JSON after the verb.
    ///
    /// # Errors
    /// [`ProtocolError::BadDocument`] if it is not a JSON object of these fields.
    pub fn parse(json: &[u8]) -> Result<Connect, ProtocolError> {
        document::parse("CONNECT", json)
    }
}

/// Shows all fields but the credentials.
impl fmt::Debug for Connect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connect")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
