//! The commands and their flags, spelled as natscli spells them where both have them.

use std::{convert::Infallible, net::SocketAddr, path::PathBuf, time::Duration};

use clap::{Args, Parser, Subcommand};

use crate::{
    client::Secret,
    context::{ColorScheme, Flags},
    recording::Existing,
    settings::{BadKeep, Keep},
    text::{BadDuration, duration},
};

use super::{exit::UsageError, print::Form};

/// A NATS client with a face. Without a command: the explorer.
#[derive(Debug, Parser)]
#[command(name = "goingnats", version)]
#[command(
    after_help = "Exit codes: 0 done, 1 failed, 2 usage or configuration, \
    3 could not connect or was refused, 4 timed out, 5 no responders, 130/129/143 ended by a signal."
)]
pub struct Arguments {
    /// Subscribe the explorer to a subject; may be repeated
    #[arg(long = "sub", value_name = "SUBJECT")]
    pub subscriptions: Vec<String>,
    #[command(flatten)]
    pub kept: Kept,
    /// Write a log to a file; also GOINGNATS_LOG
    #[arg(long, value_name = "FILE", global = true)]
    pub log: Option<PathBuf>,
    #[command(flatten)]
    pub record: Record,
    #[command(flatten)]
    pub connection: Connection,
    #[command(flatten)]
    pub name: Name,
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What to do; the explorer where nothing is said.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the time/today scenario, with a server of its own
    Demo(Demo),
    /// Print messages as they come
    Sub(Sub),
    /// Publish a message
    Pub(Publish),
    /// Send a request and print the reply
    Request(Request),
    /// Run a small NATS server on loopback; prints its URL once it accepts
    Serve(Serve),
    /// List the requests that were sent or saved, newest first
    History(History),
    /// Send the saved requests of a file again, in their order
    Replay(Replay),
    /// Show a recording, with everything but sending
    Open(Open),
    /// List natscli's contexts, or show what is in force and who said so
    Context(Context),
}

#[derive(Debug, Args)]
pub struct Demo {
    /// Print the scenario, one message a line, instead of opening the explorer
    #[arg(long)]
    pub plain: bool,
    #[command(flatten)]
    pub kept: Kept,
    #[command(flatten)]
    pub name: Name,
}

/// Flags of everything that opens the explorer.
#[derive(Clone, Copy, Debug, Args)]
pub struct Kept {
    /// How much of the log is kept in memory, such as 256MiB, 1GiB or 500M [default: 256MiB]
    #[arg(long = "keep", value_name = "SIZE", value_parser = keep)]
    pub keep: Option<Keep>,
}

/// Flags of the commands that print messages as they come.
#[derive(Clone, Copy, Debug, Args)]
pub struct Held {
    /// How much is kept in memory for a slow reader of stdout before the oldest messages are dropped and
    /// counted, such as 1GiB [default: 256MiB]
    #[arg(long = "keep", value_name = "SIZE", value_parser = keep)]
    pub keep: Option<Keep>,
}

#[derive(Debug, Args)]
pub struct Sub {
    /// What to subscribe to; wildcards * and > are allowed
    #[arg(value_name = "SUBJECT", required = true)]
    pub subjects: Vec<String>,
    /// Print and count only messages that match, such as 'header:Trace-Id=abc size>1k json:.total>100';
    /// no rtt, which the explorer alone knows
    #[arg(long = "where", value_name = "EXPR")]
    pub condition: Option<String>,
    /// End after this many messages
    #[arg(long, value_name = "N", value_parser = count)]
    pub count: Option<u64>,
    /// End when nothing came for this long
    #[arg(long, value_name = "DURATION", value_parser = timeout)]
    pub wait: Option<Duration>,
    /// Share the messages with the other members of a queue group
    #[arg(long, value_name = "GROUP")]
    pub queue: Option<String>,
    #[command(flatten)]
    pub record: Record,
    #[command(flatten)]
    pub forms: Forms,
    #[command(flatten)]
    pub held: Held,
    #[command(flatten)]
    pub name: Name,
}

#[derive(Debug, Args)]
pub struct Publish {
    /// Where to
    pub subject: String,
    /// The payload; - reads it from stdin, and so does leaving it out where stdin is not a terminal. To
    /// send a single dash: printf - | goingnats pub SUBJECT -
    #[arg(allow_negative_numbers = true)]
    pub body: Option<String>,
    #[command(flatten)]
    pub headers: Headers,
    /// Name the subject where an answer is awaited
    #[arg(long, value_name = "SUBJECT")]
    pub reply: Option<String>,
    /// Publish it this many times
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = count)]
    pub count: u64,
    /// Record it in the history
    #[arg(long)]
    pub history: bool,
    #[command(flatten)]
    pub name: Name,
}

#[derive(Debug, Args)]
pub struct Request {
    /// Where to
    pub subject: String,
    /// The payload; - reads it from stdin. To send a single dash: printf - | goingnats request SUBJECT -
    #[arg(
        default_value = "",
        hide_default_value = true,
        allow_negative_numbers = true
    )]
    pub body: String,
    #[command(flatten)]
    pub headers: Headers,
    /// Wait for this many replies; 0 takes all that come in time
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub replies: u64,
    /// Record it in the history
    #[arg(long)]
    pub history: bool,
    #[command(flatten)]
    pub forms: Forms,
    #[command(flatten)]
    pub held: Held,
    #[command(flatten)]
    pub name: Name,
}

#[derive(Debug, Args)]
pub struct Serve {
    /// The loopback address to listen on; port 0 takes a free one
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:0", value_parser = address)]
    pub addr: SocketAddr,
    #[command(flatten)]
    pub name: Name,
}

#[derive(Debug, Args)]
pub struct History {
    /// Print one JSON object a line, as the file holds them
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub name: Name,
}

#[derive(Debug, Args)]
pub struct Context {
    /// Print one JSON object a line
    #[arg(long, global = true)]
    pub json: bool,
    #[command(flatten)]
    pub name: Name,
    #[command(subcommand)]
    pub command: Option<ContextCommand>,
}

/// What of the contexts; a list of them where nothing is said.
#[derive(Debug, Subcommand)]
pub enum ContextCommand {
    /// List them; the selected one has a star
    #[command(alias = "list")]
    Ls,
    /// Show every value in force and who said so: flag, variable, context or default
    #[command(alias = "info")]
    Show {
        /// The context; the one that would be used where it is left out
        name: Option<String>,
    },
}

#[derive(Debug, Args)]
pub struct Replay {
    /// JSON lines, as `goingnats history --json` prints them, or - for stdin
    #[arg(value_name = "FILE|-")]
    pub file: PathBuf,
    /// Only requests saved under a name that matches; * and ? stand for others
    #[arg(long = "name", value_name = "GLOB")]
    pub names: Option<String>,
}

#[derive(Debug, Args)]
pub struct Open {
    /// A file of --record, a folder or stream of `nats sub --dump`, or - for stdin
    #[arg(value_name = "FILE|DIR|-")]
    pub recording: PathBuf,
    #[command(flatten)]
    pub kept: Kept,
}

/// Where messages are written while they come.
#[derive(Debug, Args)]
pub struct Record {
    /// Write every message, shown or not, to a file: one JSON object a line; `goingnats open` shows it
    #[arg(long = "record", value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Write over the file of --record where it is there already
    #[arg(long, requires = "file")]
    force: bool,
}

impl Record {
    /// The file, and what to do with it where it is there already.
    pub fn asked(&self) -> Option<(PathBuf, Existing)> {
        let existing = if self.force {
            Existing::Replace
        } else {
            Existing::Keep
        };
        Some((self.file.clone()?, existing))
    }
}

/// Flags that every command takes.
#[derive(Debug, Args)]
#[command(next_help_heading = "Connection")]
pub struct Connection {
    /// Server URL, or several separated by commas; also NATS_URL
    #[arg(short, long, value_name = "URL", value_parser = secret, global = true)]
    pub server: Option<Secret>,
    /// A context of natscli by its name, or a file that ends in .json; also NATS_CONTEXT
    #[arg(long, value_name = "NAME", global = true)]
    pub context: Option<String>,
    /// Use no saved context, even if one is selected
    #[arg(long, global = true)]
    pub no_context: bool,
    /// Let these servers have the credentials of the context too
    #[arg(long, value_name = "HOST:PORT", value_delimiter = ',', global = true)]
    pub send_credentials_to: Vec<String>,
    /// User, or the token where no password is given; also NATS_USER
    #[arg(long, value_name = "USER", global = true)]
    pub user: Option<String>,
    /// Password; also NATS_PASSWORD
    #[arg(long, value_name = "PASSWORD", value_parser = secret, global = true)]
    pub password: Option<Secret>,
    /// Token; also NATS_TOKEN
    #[arg(long, value_name = "TOKEN", value_parser = secret, global = true)]
    pub token: Option<Secret>,
    /// Credentials file; also NATS_CREDS
    #[arg(long, value_name = "FILE", value_parser = secret, global = true)]
    pub creds: Option<Secret>,
    /// File with the seed of a user's nkey; also NATS_NKEY
    #[arg(long, value_name = "FILE", value_parser = secret, global = true)]
    pub nkey: Option<Secret>,
    /// User JWT; also NATS_JWT
    #[arg(long, value_name = "JWT", value_parser = secret, global = true)]
    pub jwt: Option<Secret>,
    /// The seed of the JWT; also NATS_SEED
    #[arg(long, value_name = "SEED", value_parser = secret, global = true)]
    pub seed: Option<Secret>,
    /// Client certificate; also NATS_CERT
    #[arg(long, value_name = "FILE", global = true)]
    pub tlscert: Option<String>,
    /// The key of the client certificate; also NATS_KEY
    #[arg(long, value_name = "FILE", global = true)]
    pub tlskey: Option<String>,
    /// Certificate authorities to trust, in place of the system's; also NATS_CA
    #[arg(long, value_name = "FILE", global = true)]
    pub tlsca: Option<String>,
    /// Shake hands for TLS before the server says anything
    #[arg(long, alias = "tls-first", global = true)]
    pub tlsfirst: bool,
    /// Take any certificate of any name: for tests, whoever is in between can read along
    #[arg(long, global = true)]
    pub tls_insecure: bool,
    /// Not supported: none connects directly where the context has a proxy; also NATS_SOCKS_PROXY
    #[arg(long, value_name = "PROXY", value_parser = secret, allow_hyphen_values = true, global = true)]
    pub socks_proxy: Option<Secret>,
    /// What inbox subjects begin with; also NATS_INBOX_PREFIX
    #[arg(long, value_name = "PREFIX", global = true)]
    pub inbox_prefix: Option<String>,
    /// JetStream domain
    #[arg(long, alias = "domain", value_name = "DOMAIN", global = true)]
    pub js_domain: Option<String>,
    /// What subjects of the JetStream API begin with
    #[arg(long, value_name = "PREFIX", global = true)]
    pub js_api_prefix: Option<String>,
    /// What subjects of JetStream's advisories begin with
    #[arg(long, value_name = "PREFIX", global = true)]
    pub js_event_prefix: Option<String>,
    /// The colour of the context: rounded, double, yellow, blue, cyan, green, magenta or red; also NATS_COLOR
    #[arg(long, value_name = "SCHEME", global = true)]
    pub colors: Option<ColorScheme>,
    /// How long to wait for a reply, such as 500ms, 5s or 1m30s; also NATS_TIMEOUT
    #[arg(long, value_name = "DURATION", value_parser = timeout, global = true)]
    pub timeout: Option<Duration>,
}

/// Not among the global flags, because `replay` has another meaning for it.
#[derive(Debug, Args)]
#[command(next_help_heading = "Connection")]
pub struct Name {
    /// The client's name in the server's connection list [default: goingnats]
    #[arg(long = "name", alias = "connection-name", value_name = "NAME")]
    pub client: Option<String>,
}

/// How messages are printed.
#[derive(Debug, Args)]
pub struct Forms {
    /// Print one JSON object a line
    #[arg(long, conflicts_with_all = ["raw", "raw0"])]
    json: bool,
    /// Print payloads alone, each followed by a line feed; exact bytes unless a terminal shows them
    #[arg(short, long, conflicts_with = "raw0")]
    raw: bool,
    /// As --raw, with nothing between one payload and the next
    #[arg(long)]
    raw0: bool,
}

impl Forms {
    /// The one that was asked for.
    pub fn chosen(&self) -> Form {
        if self.json {
            Form::Json
        } else if self.raw {
            Form::Raw
        } else if self.raw0 {
            Form::Raw0
        } else {
            Form::People
        }
    }
}

#[derive(Debug, Args)]
pub struct Headers {
    /// Add a header; may be repeated
    #[arg(short = 'H', long = "header", value_name = "NAME:VALUE")]
    headers: Vec<String>,
}

impl Headers {
    /// Names and values: split at the first colon, blanks around both sides left out (natscli's `-H`).
    ///
    /// Not a parser of clap's: what it complains of it repeats, and a value may be a secret.
    pub fn pairs(&self) -> Result<Vec<(String, String)>, UsageError> {
        let pair = |header: &String| {
            let (name, value) = header.split_once(':').ok_or_else(|| {
                UsageError("-H takes NAME:VALUE, and one of them has no colon".to_owned())
            })?;
            Ok((name.trim().to_owned(), value.trim().to_owned()))
        };
        self.headers.iter().map(pair).collect()
    }
}

impl Arguments {
    /// What the command line says of the connection.
    pub fn flags(&self) -> Flags {
        let given = &self.connection;
        let of_command = match &self.command {
            Some(Command::Demo(command)) => command.name.client.as_ref(),
            Some(Command::Sub(command)) => command.name.client.as_ref(),
            Some(Command::Pub(command)) => command.name.client.as_ref(),
            Some(Command::Request(command)) => command.name.client.as_ref(),
            Some(Command::Serve(command)) => command.name.client.as_ref(),
            Some(Command::History(command)) => command.name.client.as_ref(),
            Some(Command::Context(command)) => command.name.client.as_ref(),
            Some(Command::Replay(_) | Command::Open(_)) | None => None,
        };
        Flags {
            server: given.server.clone(),
            context: given.context.clone(),
            no_context: given.no_context,
            user: given.user.clone(),
            password: given.password.clone(),
            token: given.token.clone(),
            creds: given.creds.clone(),
            nkey: given.nkey.clone(),
            jwt: given.jwt.clone(),
            seed: given.seed.clone(),
            tls_cert: given.tlscert.clone(),
            tls_key: given.tlskey.clone(),
            tls_ca: given.tlsca.clone(),
            tls_first: given.tlsfirst,
            tls_insecure: given.tls_insecure,
            socks_proxy: given.socks_proxy.clone(),
            inbox_prefix: given.inbox_prefix.clone(),
            js_domain: given.js_domain.clone(),
            js_api_prefix: given.js_api_prefix.clone(),
            js_event_prefix: given.js_event_prefix.clone(),
            colors: given.colors,
            timeout: given.timeout,
            name: of_command.or(self.name.client.as_ref()).cloned(),
            send_credentials_to: given.send_credentials_to.clone(),
        }
    }
}

fn timeout(text: &str) -> Result<Duration, BadDuration> {
    duration::read(text)
}

fn keep(text: &str) -> Result<Keep, BadKeep> {
    text.parse()
}

fn secret(text: &str) -> Result<Secret, Infallible> {
    Ok(Secret::new(text))
}

fn count(text: &str) -> Result<u64, &'static str> {
    match text.parse() {
        Ok(0) | Err(_) => Err("a number from 1 up is wanted"),
        Ok(count) => Ok(count),
    }
}

/// `localhost` is an address too, for who types it.
fn address(text: &str) -> Result<SocketAddr, &'static str> {
    let numbers = match text.strip_prefix("localhost:") {
        Some(port) => format!("127.0.0.1:{port}"),
        None => text.to_owned(),
    };
    numbers
        .parse()
        .map_err(|_| "an address and a port are wanted, such as 127.0.0.1:4222")
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_commands_and_flags_do_not_contradict_each_other() {
        Arguments::command().debug_assert();
    }

    fn flags(line: &str) -> Flags {
        Arguments::try_parse_from(line.split(' ')).unwrap().flags()
    }

    #[test]
    fn connection_flags_are_taken_before_and_behind_the_command() {
        for line in [
            "goingnats -s h:1 --timeout 100ms --name me sub a",
            "goingnats sub a --server h:1 --timeout 100ms --name me",
            "goingnats -s h:0 --timeout 1h --name you sub a -s h:1 --timeout 100ms --name me",
        ] {
            let flags = flags(line);
            assert_eq!(flags.server, Some(Secret::new("h:1")), "{line}");
            assert_eq!(flags.timeout, Some(Duration::from_millis(100)), "{line}");
            assert_eq!(flags.name.as_deref(), Some("me"), "{line}");
        }
    }

    #[test]
    fn the_names_of_a_replay_are_not_the_name_of_the_client() {
        let line = ["goingnats", "--name", "me", "replay", "f", "--name", "t*"];
        let arguments = Arguments::try_parse_from(line).unwrap();
        assert_eq!(arguments.flags().name.as_deref(), Some("me"));
        let Some(Command::Replay(replay)) = arguments.command else {
            panic!("{:?}", arguments.command);
        };
        assert_eq!(replay.names.as_deref(), Some("t*"));
    }

    #[test]
    fn a_header_is_split_at_the_first_colon() {
        let pairs = |header: &str| {
            let headers = vec![header.to_owned()];
            Headers { headers }.pairs()
        };
        let pair = ("A".to_owned(), "b:c".to_owned());
        assert_eq!(pairs("A: b:c ").unwrap(), [pair]);
        let error = pairs("hunter2").unwrap_err().to_string();
        assert!(!error.contains("hunter2"), "{error}");
    }

    #[test]
    fn an_address_is_one_of_this_machine_by_number_or_by_its_usual_name() {
        let (v4, v6) = ("127.0.0.1:4222", "[::1]:4222");
        for (text, expected) in [(v4, v4), (v6, v6), ("localhost:4222", v4)] {
            assert_eq!(address(text), Ok(expected.parse().unwrap()));
        }
        for text in ["4222", "localhost", "localhost:http", ""] {
            assert!(address(text).is_err(), "{text}");
        }
    }

    #[test]
    fn nothing_shown_of_the_arguments_holds_a_secret() {
        let secrets = [
            "server",
            "password",
            "token",
            "creds",
            "nkey",
            "jwt",
            "seed",
            "socks-proxy",
        ];
        let given = secrets.map(|flag| format!("--{flag}=hunter2"));
        let line = ["goingnats"]
            .into_iter()
            .chain(given.iter().map(String::as_str));
        let arguments = Arguments::try_parse_from(line).unwrap();
        let shown = format!("{arguments:?} {:?}", arguments.flags());
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}
