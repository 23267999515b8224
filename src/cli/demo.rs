//! `goingnats demo`: a server, the participants, and somebody who watches them.

use std::io::{self, IsTerminal, Write};

use anyhow::Result;

use super::{
    arguments::Demo,
    exit::{Exit, UsageError},
    explore::{Explorer, explore},
    output::{OutputError, tell},
    supervise::{Stop, on_thread, supervise},
};
use crate::{
    broker::{self, Broker},
    client::{Secret, ServerUrl},
    context::{Environment, Flags, resolve},
    demo::{self, Participants, consumer},
    settings::{Keep, Settings},
    text::{visible, visible_subject},
    tui::{destinations::Destinations, jobs::Files},
};

/// Prints the scenario, or opens the explorer on it. Only the command line counts: no context, no
/// variable leads the demo to a server where its messages do not belong. Who leaves it for a context
/// from within does so knowingly.
pub fn demo(
    arguments: &Demo,
    flags: Flags,
    files: Files,
    settings: Settings,
    keep: Option<Keep>,
    environment: &Environment,
) -> Result<Exit> {
    if flags.name_credentials() {
        let sentence =
            "the demo takes credentials in the URL alone: --server nats://user:password@host";
        return Err(UsageError(sentence.to_owned()).into());
    }
    let server = flags
        .server
        .as_ref()
        .map(|server| server.reveal().to_owned());
    if arguments.plain || !io::stdout().is_terminal() {
        return supervise(move |stop| plain(server, stop));
    }
    let stage = Stage::set(server.as_deref())?;
    let flags = Flags {
        server: Some(Secret::new(stage.server.clone())),
        context: None,
        no_context: true,
        name: flags.name.or(Some("consumer".to_owned())),
        ..flags
    };
    let environment = Environment {
        variables: environment
            .variables
            .keeping(|name| !name.starts_with("NATS_")),
        ..environment.clone()
    };
    explore(Explorer {
        connection: resolve(&flags, &environment)?,
        destinations: Destinations {
            flags,
            environment,
            settings,
            start: Some("demo".to_owned()),
        },
        subscriptions: vec!["time.time".to_owned()],
        record: None,
        keep,
        files,
        demo: Some(("today".to_owned(), "%Y%m%d".to_owned())),
    })
}

/// The server and the participants. They leave before it does.
struct Stage {
    server: String,
    _participants: Participants,
    _broker: Option<Broker>,
}

impl Stage {
    /// Starts the participants, on a server of their own where none is given.
    fn set(server: Option<&str>) -> Result<Stage> {
        let (server, broker) = match server {
            Some(server) => (server.to_owned(), None),
            None => {
                let broker = Broker::start(broker::Settings::default())?;
                (broker.url(), Some(broker))
            }
        };
        Ok(Stage {
            _participants: demo::start(&server)?,
            server,
            _broker: broker,
        })
    }
}

async fn plain(server: Option<String>, mut stop: Stop) -> Result<Exit> {
    if let Some(server) = &server {
        let hosts = ServerUrl::parse_list(server)?;
        let hosts: Vec<String> = hosts.iter().map(ToString::to_string).collect();
        tell(format_args!("the demo runs on {}", hosts.join(", ")));
    }
    let stage = Stage::set(server.as_deref())?;
    let server = stage.server.clone();
    tokio::select! {
        played = on_thread(move || consumer::play(&server, print)) => match played? {
            Ok(()) => Ok(Exit::Done),
            Err(consumer::ScenarioError::Client(error)) => Err(error.into()),
            Err(consumer::ScenarioError::Output(error)) => Err(OutputError::from(error).into()),
        },
        exit = stop.told() => Ok(exit),
    }
}

fn print(subject: &[u8], payload: &[u8]) -> io::Result<()> {
    writeln!(
        io::stdout(),
        "{}  {}",
        visible_subject(subject),
        visible(payload)
    )
}
