//! The scenario as a consumer sees it: receives, requests, and runs into a timeout.

use std::{collections::VecDeque, io, time::Duration};

use thiserror::Error as ThisError;

use crate::client::{Client, Error, Message, one, publish, request};

/// Timeout for messages and replies that should arrive within seconds.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Runs the scenario and passes each message to `show`: its subject, and its payload or the reason for
/// none.
///
/// # Errors
/// [`ScenarioError`] if anything but the last request fails.
pub fn play(
    server: &str,
    mut show: impl FnMut(&[u8], &[u8]) -> io::Result<()>,
) -> Result<(), ScenarioError> {
    // One message, on a short-lived connection.
    let first = one(server, "time.time", TIMEOUT)?;
    show(&first.subject, &first.payload)?;

    // A client that stays connected: messages that arrive meanwhile are kept for it.
    let client = Client::connect("consumer", server)?;
    let mut inbox = VecDeque::new();
    client.subscribe("time.time")?;
    for _ in 0..3 {
        let message = next(&client, &mut inbox)?;
        show(&message.subject, &message.payload)?;
    }

    // Anyone may publish on a subject; a request waits for its reply.
    publish(server, "time.time", "hijack")?;
    let today = client.request("today", "%Y%m%d", TIMEOUT)?;
    show(b"today", &today.payload)?;
    for _ in 0..3 {
        let message = next(&client, &mut inbox)?;
        show(&message.subject, &message.payload)?;
    }

    // Requests on short-lived connections. The timeout of the second is shorter than the answer takes.
    let sum = request(server, "add", "[1, 2, 3]", TIMEOUT)?;
    show(b"add", &sum.payload)?;
    match request(server, "today", "", Duration::from_millis(100)) {
        Err(Error::Timeout { after, .. }) => {
            let sentence = format!("no answer within {} ms", after.as_millis());
            show(b"today", sentence.as_bytes())?;
        }
        answer => show(b"today", &answer?.payload)?,
    }
    Ok(())
}

fn next(client: &Client, inbox: &mut VecDeque<Message>) -> Result<Message, Error> {
    if inbox.is_empty() {
        inbox.extend(client.get_within(TIMEOUT)?);
    }
    inbox.pop_front().ok_or_else(|| Error::Timeout {
        subject: "time.time".to_owned(),
        after: TIMEOUT,
    })
}

/// Why the scenario ended early.
#[derive(Debug, ThisError)]
#[non_exhaustive]
pub enum ScenarioError {
    /// The connection or a request failed.
    #[error(transparent)]
    Client(#[from] Error),
    /// `show` failed.
    #[error(transparent)]
    Output(#[from] io::Error),
}
