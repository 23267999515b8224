//! Whom the credentials of a context are for. natscli sends them wherever `--server` or `NATS_URL`
//! point; here they stay with the servers of their context until a person says otherwise.

use std::fmt;

use super::Origin;
use crate::{
    client::{self, ServerUrl},
    text::quoted,
};

/// A host and a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    host: String,
    port: u16,
}

impl Place {
    /// Reads `HOST:PORT`; port 4222 where there is none.
    ///
    /// # Errors
    /// [`client::Error::BadUrl`] for anything else.
    pub fn parse(text: &str) -> Result<Place, client::Error> {
        ServerUrl::parse(text).map(|server| Place::of(&server))
    }

    pub(super) fn of(server: &ServerUrl) -> Place {
        Place {
            host: server.host.to_ascii_lowercase(),
            port: server.port,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Place { host, port } = self;
        match host.contains(':') {
            true => write!(f, "[{host}]:{port}"),
            false => write!(f, "{host}:{port}"),
        }
    }
}

/// Credentials of a context that were not sent, because they are for other servers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Withheld {
    /// The context's name.
    pub context: String,
    /// The servers that they are for.
    pub belong_to: Vec<Place>,
    /// The servers that were to get them.
    pub wanted_by: Vec<Place>,
    /// Who named those.
    pub origin: Origin,
}

impl fmt::Display for Withheld {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the credentials of context {} are for {} and were not sent to {} ({}): allow it with \
             --send-credentials-to {}, or leave the context out with --no-context",
            quoted(&self.context),
            list(&self.belong_to, ", "),
            list(&self.wanted_by, ", "),
            self.origin,
            list(&self.wanted_by, ","),
        )
    }
}

fn list(places: &[Place], separator: &str) -> String {
    let places: Vec<String> = places.iter().map(Place::to_string).collect();
    places.join(separator)
}

/// The places of the servers that are not among those allowed, each once.
pub fn strangers(servers: &[ServerUrl], allowed: &[Place]) -> Vec<Place> {
    let mut strangers = Vec::new();
    for place in servers.iter().map(Place::of) {
        if !allowed.contains(&place) && !strangers.contains(&place) {
            strangers.push(place);
        }
    }
    strangers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_a_host_and_a_port_and_nothing_else_of_the_url() {
        let table = [
            ("H:1", "h:1"),
            ("nats://u:p@h", "h:4222"),
            ("[::1]:2", "[::1]:2"),
        ];
        for (text, expected) in table {
            assert_eq!(Place::parse(text).unwrap().to_string(), expected);
        }
        assert!(Place::parse("h:port").is_err());
    }

    #[test]
    fn strangers_are_named_once() {
        let servers = ServerUrl::parse_list("a:1,B:1,b:1,nats://u:p@A:1,a:2").unwrap();
        let allowed = [Place::parse("a:1").unwrap()];
        let shown = list(&strangers(&servers, &allowed), " ");
        assert_eq!(shown, "b:1 a:2");
    }
}
