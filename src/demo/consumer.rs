//! Receives, asks, and gives up waiting: the scenario from beginning to end.

use std::{collections::VecDeque, io, time::Duration};

use thiserror::Error as ThisError;

use crate::client::{Client, Error, Message, one, publish, request};

/// The longest wait for what should come within seconds.
const PATIENCE: Duration = Duration::from_secs(10);

/// Plays the scenario and shows each message: its subject, and its payload or why there is none.
///
/// # Errors
/// [`Stopped`], where anything but the last request goes wrong.
pub fn play(
    server: &str,
    mut show: impl FnMut(&[u8], &[u8]) -> io::Result<()>,
) -> Result<(), Stopped> {
    // One message, on a connection of its own.
    let first = one(server, "time.time", PATIENCE)?;
    show(&first.subject, &first.payload)?;

    // A client that stays: what comes while it does something else is kept for it.
    let client = Client::connect("consumer", server)?;
    let mut inbox = VecDeque::new();
    client.subscribe("time.time")?;
    for _ in 0..3 {
        let message = next(&client, &mut inbox)?;
        show(&message.subject, &message.payload)?;
    }

    // Anybody may publish on a subject, and a request waits for its reply.
    publish(server, "time.time", "hijack")?;
    let today = client.request("today", "%Y%m%d", PATIENCE)?;
    show(b"today", &today.payload)?;
    for _ in 0..3 {
        let message = next(&client, &mut inbox)?;
        show(&message.subject, &message.payload)?;
    }

    // Requests on connections of their own. The second is given less time than the answer takes.
    let sum = request(server, "add", "[1, 2, 3]", PATIENCE)?;
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
        inbox.extend(client.get_within(PATIENCE)?);
    }
    inbox.pop_front().ok_or_else(|| Error::Timeout {
        subject: "time.time".to_owned(),
        after: PATIENCE,
    })
}

/// Why the scenario did not get to its end.
#[derive(Debug, ThisError)]
#[non_exhaustive]
pub enum Stopped {
    /// The connection or a request failed.
    #[error(transparent)]
    Client(#[from] Error),
    /// What there was to show could not be shown.
    #[error(transparent)]
    Output(#[from] io::Error),
}
