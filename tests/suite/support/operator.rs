//! An operator with one account, and users made on demand (JWTs of version 2, see nats-server's `jwt`
//! library).

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use nkeys::KeyPair;
use serde_json::{Value, json};

/// The keys of an operator and its account.
pub struct Operator {
    operator: KeyPair,
    account: KeyPair,
}

/// A user: JWT and seed.
pub struct User {
    pub jwt: String,
    pub seed: String,
    pub public_key: String,
}

impl Operator {
    pub fn new() -> Operator {
        Operator {
            operator: KeyPair::new_operator(),
            account: KeyPair::new_account(),
        }
    }

    /// The configuration of a server that trusts this operator and knows its account, `ACME`.
    pub fn config(&self) -> String {
        let operator = sign(
            &self.operator,
            &self.operator.public_key(),
            "O",
            None,
            json!({"type": "operator", "version": 2}),
        );
        let limits = json!({
            "subs": -1, "data": -1, "payload": -1, "imports": -1, "exports": -1,
            "wildcards": true, "conn": -1, "leaf": -1,
        });
        let account = sign(
            &self.operator,
            &self.account.public_key(),
            "ACME",
            None,
            json!({"type": "account", "version": 2, "limits": limits}),
        );
        let id = self.account.public_key();
        format!("operator: {operator}\nresolver: MEMORY\nresolver_preload: {{ {id}: {account} }}\n")
    }

    /// The account, as the server names it.
    pub fn account(&self) -> String {
        self.account.public_key()
    }

    /// A user whose JWT does not expire.
    pub fn user(&self) -> User {
        self.make_user(None, false)
    }

    /// A user whose JWT expires after `time`.
    pub fn user_for(&self, time: Duration) -> User {
        self.make_user(Some(now() + time), false)
    }

    /// A user whose time is over.
    pub fn expired_user(&self) -> User {
        self.make_user(Some(now() - Duration::from_secs(3600)), false)
    }

    /// A user with a bearer JWT, which needs no signature.
    pub fn bearer(&self) -> User {
        self.make_user(None, true)
    }

    fn make_user(&self, until: Option<Duration>, bearer: bool) -> User {
        let key = KeyPair::new_user();
        let claims = json!({
            "type": "user", "version": 2, "pub": {}, "sub": {},
            "subs": -1, "data": -1, "payload": -1, "bearer_token": bearer,
        });
        User {
            jwt: sign(&self.account, &key.public_key(), "U", until, claims),
            seed: key.seed().expect("a new key has its seed"),
            public_key: key.public_key(),
        }
    }
}

impl User {
    /// A credentials file, as `nsc` writes it.
    pub fn creds(&self) -> String {
        format!(
            "-----BEGIN NATS USER JWT-----\n{}\n------END NATS USER JWT------\n\n\
             ************************* IMPORTANT *************************\n\
             NKEY Seed printed below can be used to sign and prove identity.\n\n\
             -----BEGIN USER NKEY SEED-----\n{}\n------END USER NKEY SEED------\n",
            self.jwt, self.seed
        )
    }
}

fn sign(by: &KeyPair, of: &str, name: &str, until: Option<Duration>, claims: Value) -> String {
    let mut body = json!({
        "jti": nkeys::KeyPair::new_user().public_key(),
        "iat": now().as_secs(), "iss": by.public_key(), "sub": of, "name": name, "nats": claims,
    });
    if let Some(until) = until {
        body["exp"] = until.as_secs().into();
    }
    let encode = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let head = encode(json!({"typ": "JWT", "alg": "ed25519-nkey"}));
    let signed = format!("{head}.{}", encode(body));
    let signature = by.sign(signed.as_bytes()).expect("a private key");
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn now() -> Duration {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("a clock")
}
