//! What is in force and who said so, without a secret in it: for `goingnats context show` and the screen.

use super::{
    Origin, Settings, Sourced, Used,
    reference::{Reference, is_seed},
};
use crate::client::{Secret, ServerUrl};

/// Stands for a value that is not shown.
const HIDDEN: &str = "<hidden>";

/// One value in force. Texts may hold anything a file can hold: make them visible before showing them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    /// Its key, as natscli's files have it where they have it.
    pub key: &'static str,
    /// The value, secrets hidden; paths and references as they were given.
    pub value: String,
    /// Who said so.
    pub origin: Origin,
    /// What becomes of it, where that is not what one would expect.
    pub note: Option<&'static str>,
}

/// Servers without user info, as they are connected to; `<hidden>` where the text cannot be read.
pub fn shown_servers(servers: &Secret) -> String {
    let Ok(servers) = ServerUrl::parse_list(servers.reveal()) else {
        return HIDDEN.to_owned();
    };
    let servers: Vec<String> = servers.iter().map(ToString::to_string).collect();
    servers.join(", ")
}

impl Settings {
    /// Every value that somebody gave, and the defaults of those that always have one. Follows no
    /// reference.
    pub fn values(&self) -> Vec<Value> {
        let group = &self.credentials;
        let used = group.used();
        let replaced = self
            .servers()
            .is_ok_and(|servers| self.is_replaced_by(&servers));
        let credential = |is_used| match (replaced, is_used) {
            (true, _) => Some("not used: the URL holds credentials"),
            (false, false) => Some("not used: what stands before it comes first"),
            (false, true) => None,
        };
        let jwt = credential(matches!(used, Used::Jwt(..)));
        let nkey = credential(matches!(used, Used::Nkey(_)));
        let nsc = credential(matches!(used, Used::Nsc(_)));
        let creds = credential(matches!(used, Used::Creds(_)));
        let with = |partner: &Option<_>| match partner {
            None => Some("not used: certificate and key go together"),
            Some(_) => None,
        };
        let unsupported = Some("refused: goingnats does not support it");
        let tls = &self.tls;
        let rows = [
            row("url", Some(&self.server), shown_servers, None),
            row("user", group.user.as_ref(), String::clone, credential(true)),
            row(
                "password",
                group.password.as_ref(),
                shown_literal,
                credential(true),
            ),
            row(
                "token",
                group.token.as_ref(),
                shown_literal,
                credential(true),
            ),
            row("creds", group.creds.as_ref(), shown_path, creds),
            row("nsc", group.nsc.as_ref(), String::clone, nsc),
            row("nkey", group.nkey.as_ref(), shown_path, nkey),
            row("user_jwt", group.jwt.as_ref(), shown_literal, jwt),
            row("user_seed", group.seed.as_ref(), shown_literal, jwt),
            row("cert", tls.cert.as_ref(), String::clone, with(&tls.key)),
            row("key", tls.key.as_ref(), String::clone, with(&tls.cert)),
            row("ca", tls.ca.as_ref(), String::clone, None),
            row("tls_first", Some(&tls.first), bool::to_string, None),
            row(
                "tls_insecure",
                Some(&tls.insecure).filter(|insecure| insecure.value),
                bool::to_string,
                Some("any certificate is taken"),
            ),
            row(
                "socks_proxy",
                self.socks_proxy.as_ref(),
                |_| HIDDEN.to_owned(),
                unsupported,
            ),
            row(
                "windows_cert_store",
                self.windows_cert_store.as_ref(),
                String::clone,
                unsupported,
            ),
            row(
                "inbox_prefix",
                Some(&self.inbox_prefix),
                String::clone,
                None,
            ),
            row(
                "jetstream_domain",
                self.jetstream.domain.as_ref(),
                String::clone,
                None,
            ),
            row(
                "jetstream_api_prefix",
                self.jetstream.api_prefix.as_ref(),
                String::clone,
                None,
            ),
            row(
                "jetstream_event_prefix",
                self.jetstream.event_prefix.as_ref(),
                String::clone,
                None,
            ),
            row(
                "color_scheme",
                self.color_scheme.as_ref(),
                ToString::to_string,
                None,
            ),
            row(
                "timeout",
                Some(&self.timeout),
                |timeout| format!("{timeout:?}"),
                None,
            ),
            row("name", Some(&self.name), String::clone, None),
        ];
        rows.into_iter().flatten().collect()
    }
}

fn row<T>(
    key: &'static str,
    given: Option<&Sourced<T>>,
    shown: impl Fn(&T) -> String,
    note: Option<&'static str>,
) -> Option<Value> {
    given.map(|given| Value {
        key,
        value: shown(&given.value),
        origin: given.origin.clone(),
        note,
    })
}

/// A literal is a secret; where it is kept is none.
fn shown_literal(value: &Secret) -> String {
    match Reference::parse(value.reveal()) {
        Reference::File(_)
        | Reference::Variable(_)
        | Reference::OnePassword(_)
        | Reference::Nsc(_) => value.reveal().to_owned(),
        Reference::Bare(_) | Reference::Data(_) | Reference::Unknown(_) => HIDDEN.to_owned(),
    }
}

/// A bare value is a path, unless somebody put the seed itself there.
pub(super) fn shown_path(value: &Secret) -> String {
    match Reference::parse(value.reveal()) {
        Reference::Bare(path) if !is_seed(path) => path.to_owned(),
        _ => shown_literal(value),
    }
}
