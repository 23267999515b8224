//! From settings to what the client takes: references are followed here, and credentials of a context
//! that would go to servers of others stay here.

use std::path::PathBuf;

use super::{
    Chosen, Error, Origin, Place, Settings, Sourced, Used, Withheld, destination::strangers,
    reference, resolve::SERVER,
};
use crate::client::{
    self, ClientCertificate, Credentials, Options, Secret, SecretSource, ServerUrl, Tls,
};

/// What the client takes, and what it does not get.
#[derive(Clone, Debug)]
pub struct Resolved {
    /// How to connect; without credentials where they are withheld.
    pub options: Options,
    /// The credentials of the context are for other servers. Ask, and resolve again after
    /// [`Settings::send_credentials_to`].
    pub withheld: Option<Withheld>,
}

/// What nsc knows of a user.
#[derive(Default)]
struct Nsc {
    creds: Option<PathBuf>,
    servers: Option<String>,
}

impl Settings {
    /// What the client takes. Follows references: reads files and variables, and runs `op` and `nsc`, which
    /// may take a minute. All else in the options is the client's default.
    ///
    /// # Errors
    /// Where a value cannot be used, with its origin: [`Error::Client`], [`Error::Value`].
    pub fn resolved(&self) -> Result<Resolved, Error> {
        self.refuse_unsupported()?;
        let nsc = self.nsc()?;
        let server = match (&self.server.origin, &nsc.servers) {
            (Origin::Default, Some(servers)) => servers,
            _ => self.server.value.reveal(),
        };
        let options = Options::new(&self.name.value, server).map_err(|error| Error::Client {
            origin: match error {
                client::Error::NoName => self.name.origin.clone(),
                _ => self.server.origin.clone(),
            },
            error,
        })?;
        let mut options = Options {
            tls: self.tls()?,
            inbox_prefix: self.inbox_prefix.value.clone(),
            ..options
        };
        if self.is_replaced_by(&options.servers) {
            return Ok(Resolved {
                options,
                withheld: None,
            });
        }
        if self.credentials.rank() > self.server.origin.rank() {
            options.servers.iter_mut().for_each(clear_user_info);
        }
        let withheld = self.withheld(&options.servers, nsc.servers.as_deref())?;
        if withheld.is_some() {
            return Ok(Resolved { options, withheld });
        }
        options.tls.required |= self.context_asks_for_tls();
        Ok(Resolved {
            options: Options {
                credentials: self.credentials(nsc.creds)?,
                token: self.literal("token", self.credentials.token.as_ref())?,
                ..options
            },
            withheld,
        })
    }

    /// As [`Settings::resolved`], for commands that cannot ask.
    ///
    /// # Errors
    /// Also [`Error::Withheld`], where credentials would go to servers of others.
    pub fn options(&self) -> Result<Options, Error> {
        let resolved = self.resolved()?;
        match resolved.withheld {
            Some(withheld) => Err(Error::Withheld(Box::new(withheld))),
            None => Ok(resolved.options),
        }
    }

    /// The credentials of the context that would go elsewhere, as far as can be told without running a
    /// program.
    ///
    /// # Errors
    /// As [`Settings::resolved`], where a server URL cannot be read.
    pub fn would_withhold(&self) -> Result<Option<Withheld>, Error> {
        let servers = self.servers()?;
        match self.is_replaced_by(&servers) {
            true => Ok(None),
            false => self.withheld(&servers, None),
        }
    }

    /// Whether there is a context, and any of the servers is none of its own.
    ///
    /// # Errors
    /// As [`Settings::resolved`], where a server URL cannot be read.
    pub(super) fn goes_elsewhere(&self) -> Result<bool, Error> {
        let Some(context) = &self.context else {
            return Ok(false);
        };
        let own = context.own_places(None)?;
        Ok(!strangers(&self.servers()?, &own).is_empty())
    }

    /// The servers, as they were given.
    pub(super) fn servers(&self) -> Result<Vec<ServerUrl>, Error> {
        ServerUrl::parse_list(self.server.value.reveal()).map_err(|error| Error::Client {
            origin: self.server.origin.clone(),
            error,
        })
    }

    /// Whether the URL holds credentials that replace the others: user info is a credential too, and the
    /// more explicit source counts, as a whole.
    pub(super) fn is_replaced_by(&self, servers: &[ServerUrl]) -> bool {
        servers.iter().any(ServerUrl::has_user_info)
            && self.credentials.rank() < self.server.origin.rank()
    }

    /// Allows that the credentials of the context go to these places too.
    pub fn send_credentials_to(&mut self, places: &[Place]) {
        self.also_for.extend_from_slice(places);
    }

    /// Nothing that says how to connect is passed over without a word.
    fn refuse_unsupported(&self) -> Result<(), Error> {
        let refuse = |origin: &Origin, key, reason: &str| {
            Err(Error::Value {
                origin: origin.clone(),
                key,
                reason: reason.to_owned(),
            })
        };
        if let Some(proxy) = &self.socks_proxy {
            let reason = "is not supported by goingnats; --socks-proxy none connects directly";
            return refuse(&proxy.origin, "socks_proxy", reason);
        }
        if let Some(store) = &self.windows_cert_store {
            let reason = "is for Windows; give --tlscert and --tlskey, and use --no-context";
            return refuse(&store.origin, "windows_cert_store", reason);
        }
        Ok(())
    }

    /// What nsc knows of the user, where that is what is used.
    fn nsc(&self) -> Result<Nsc, Error> {
        let Used::Nsc(user) = self.credentials.used() else {
            return Ok(Nsc::default());
        };
        let profile = reference::nsc(&user.value, &self.environment);
        let profile = profile.map_err(value("nsc", user))?;
        let creds = profile.creds(&self.environment);
        Ok(Nsc {
            creds: Some(creds.map_err(value("nsc", user))?),
            servers: profile.servers(),
        })
    }

    fn withheld(
        &self,
        servers: &[ServerUrl],
        offered: Option<&str>,
    ) -> Result<Option<Withheld>, Error> {
        let Some(context) = &self.context else {
            return Ok(None);
        };
        if !self.credentials.comes_from_a_context() {
            return Ok(None);
        }
        let belong_to = context.own_places(offered)?;
        let allowed = [belong_to.as_slice(), &self.also_for].concat();
        let wanted_by = strangers(servers, &allowed);
        Ok((!wanted_by.is_empty()).then(|| Withheld {
            context: context.name.to_string(),
            belong_to,
            wanted_by,
            origin: self.server.origin.clone(),
        }))
    }

    /// Credentials of a context whose servers are reached over TLS do not travel in the clear, even where
    /// the same server is named by another URL; a person who lets other servers have them decides anew.
    fn context_asks_for_tls(&self) -> bool {
        let url = self
            .context
            .as_ref()
            .and_then(|context| context.url.as_ref());
        let servers = url.and_then(|url| ServerUrl::parse_list(url.reveal()).ok());
        let asks =
            servers.is_some_and(|servers| servers.iter().any(|server| server.scheme.is_secure()));
        asks && self.also_for.is_empty() && self.credentials.comes_from_a_context()
    }

    fn credentials(&self, of_nsc: Option<PathBuf>) -> Result<Credentials, Error> {
        let source = |key, given: &Sourced<Secret>| {
            reference::source(&given.value, &self.environment).map_err(value(key, given))
        };
        Ok(match self.credentials.used() {
            Used::Nothing => Credentials::None,
            Used::User(user, password) => Credentials::UserPassword {
                user: user.value.clone(),
                password: self.literal("password", password)?,
            },
            Used::Creds(creds) => Credentials::Creds(source("creds", creds)?),
            Used::Nsc(_) => of_nsc.map_or(Credentials::None, |path| {
                Credentials::Creds(SecretSource::File(path))
            }),
            Used::Nkey(nkey) => Credentials::Nkey(source("nkey", nkey)?),
            Used::Jwt(jwt, seed) => Credentials::Jwt {
                jwt: reference::literal(&jwt.value, &self.environment)
                    .map_err(value("user_jwt", jwt))?,
                seed: self.literal("user_seed", seed)?,
            },
        })
    }

    fn literal(
        &self,
        key: &'static str,
        given: Option<&Sourced<Secret>>,
    ) -> Result<Option<Secret>, Error> {
        let literal = given.map(|given| {
            reference::literal(&given.value, &self.environment).map_err(value(key, given))
        });
        literal.transpose()
    }

    /// Who names an authority or a certificate wants TLS (nats.go's `RootCAs` and `ClientCert`).
    fn tls(&self) -> Result<Tls, Error> {
        let path = |key, given: &Option<Sourced<String>>| {
            let path = given.as_ref().map(|given| {
                reference::path(&given.value, &self.environment).map_err(value(key, given))
            });
            path.transpose()
        };
        let ca = path("ca", &self.tls.ca)?;
        let (chain, key) = (path("cert", &self.tls.cert)?, path("key", &self.tls.key)?);
        let certificate = chain
            .zip(key)
            .map(|(chain, key)| ClientCertificate { chain, key });
        Ok(Tls {
            required: ca.is_some() || certificate.is_some(),
            first: self.tls.first.value,
            ca,
            certificate,
            insecure: self.tls.insecure.value,
        })
    }
}

impl Chosen {
    /// The servers that the context names, else those offered, else the default.
    fn own_places(&self, offered: Option<&str>) -> Result<Vec<Place>, Error> {
        let own = match &self.url {
            Some(url) => url.reveal(),
            None => offered.unwrap_or(SERVER),
        };
        let own = ServerUrl::parse_list(own).map_err(|error| Error::Client {
            origin: Origin::Context(self.name.clone()),
            error,
        })?;
        Ok(own.iter().map(Place::of).collect())
    }
}

fn clear_user_info(server: &mut ServerUrl) {
    (server.user, server.password, server.token) = (None, None, None);
}

/// Puts the place in front of a reason.
fn value<T>(key: &'static str, given: &Sourced<T>) -> impl FnOnce(String) -> Error {
    let origin = given.origin.clone();
    move |reason| Error::Value {
        origin,
        key,
        reason,
    }
}
