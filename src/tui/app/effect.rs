//! What has to happen outside: the only way from the state to the world.

use std::{path::PathBuf, sync::Arc, time::Duration};

use crate::{
    client::Sid,
    context::{Choice, Listed},
    payload::{Document, Form},
    protocol::Headers,
    recording::Existing,
    requests,
    settings::SavedFilter,
    store::{MessageId, Scan, Scanned},
    tui::{
        destinations::{Allowed, Consent, Destination},
        overlays::copy::Copied,
        terminal::clipboard::{Outcome, Ways},
    },
};

/// One thing for the event loop to do.
#[derive(Debug)]
pub enum Effect {
    /// Subscribe; the outcome comes back by [`super::ingest::subscribed`].
    Subscribe {
        /// Which row of Subscriptions asks.
        row: u64,
        /// The subject.
        subject: Vec<u8>,
        /// The queue group.
        queue: Option<Vec<u8>>,
    },
    /// Unsubscribe.
    Unsubscribe(Sid),
    /// Send a request or publish; the ticket comes back by
    /// [`request::sent`](crate::tui::panes::request::sent).
    Send(Box<Purpose>),
    /// Cut the wait between two attempts to connect short.
    Reconnect,
    /// Let so many bytes of messages wait before the oldest are dropped.
    LimitBacklog(usize),
    /// Go to this server of the pool, named without user info.
    ConnectTo(String),
    /// Measure a round trip after so much silence.
    Keepalive(Duration),
    /// Connect to another place; the rest is done by [`super::switching::begun`].
    Switch(Box<Destination>),
    /// Work for the jobs thread.
    Job(Job),
    /// Write what enters the log to a new file from now on; what became of it comes back by
    /// [`recordings::recorded`](super::recordings::recorded).
    Record {
        /// The file.
        path: PathBuf,
        /// What to do with a file that is there.
        existing: Existing,
        /// How many bytes may be on the way to the disk.
        limit: usize,
    },
    /// Let so many bytes be on the way to the disk from now on.
    LimitRecording(usize),
    /// End the recording.
    StopRecording,
    /// Write the rows of [`recordings::slice`](super::recordings::slice) to a new file.
    Export(PathBuf),
    /// Copy, by what programs there are.
    Copy(Copied),
    /// Offer to the terminal what no program took.
    Offer {
        /// What.
        copied: Copied,
        /// Why programs did not take it, each the beginning of a sentence.
        failed: Vec<String>,
    },
    /// Have a text edited by the person's own editor; what became of it comes back by
    /// [`request::edited`](crate::tui::panes::request::edited).
    Edit {
        /// The text.
        text: String,
        /// What the name of its file ends with, so that the editor knows its kind.
        suffix: &'static str,
    },
    /// Turn the mouse on or off.
    Mouse(bool),
    /// Draw everything again.
    Redraw,
    /// Into the background.
    Suspend,
    /// Leave.
    Quit,
    /// Panic, to try how it leaves the terminal.
    #[cfg(debug_assertions)]
    Panic,
}

/// What is sent, and what its outcome is for.
#[derive(Clone, Debug)]
pub struct Purpose {
    /// The entry of the history that records it.
    pub entry: requests::Entry,
    /// Its headers, checked.
    pub headers: Headers,
    /// Where an answer is awaited, for a publish.
    pub reply: Option<Vec<u8>>,
    /// The longest wait for the reply.
    pub timeout: Duration,
}

/// Work that takes time or touches files. A newer job of a kind replaces the waiting one, except
/// that every line of history is written.
#[derive(Debug)]
pub enum Job {
    /// Lay out a payload.
    ReadDocument {
        /// Whose payload.
        id: MessageId,
        /// Its bytes.
        bytes: Arc<[u8]>,
        /// How to read it.
        form: Form,
    },
    /// Search or filter a part of what is kept.
    Scan(Box<Scan>),
    /// Read the filters that have a name.
    LoadFilters,
    /// Save a filter under a name, or take the name away.
    SaveFilter {
        /// The name.
        name: String,
        /// What it says.
        expression: Option<String>,
    },
    /// Append a line to the history.
    Record(Box<requests::Line>),
    /// Read the history again; the number tells the answers apart.
    LoadHistory(u64),
    /// Read the contexts.
    ListContexts,
    /// Find out what a choice of a place to connect to comes to.
    Resolve {
        /// The choice.
        choice: Choice,
        /// Which credentials may go elsewhere.
        allowed: Vec<Allowed>,
    },
    /// Give a copy to programs.
    Copy {
        /// Which.
        ways: Ways,
        /// What.
        copied: Copied,
    },
}

/// What a choice of a place to connect to came to.
#[derive(Debug)]
pub enum Found {
    /// It can be connected to.
    Destination(Box<Destination>),
    /// Credentials of a context would go elsewhere: somebody has to be asked.
    Withheld(Box<Consent>),
    /// It cannot be used, and why.
    Unusable(String),
}

/// What a job came to.
#[derive(Debug)]
pub enum JobDone {
    /// A payload is laid out.
    Document {
        /// Whose payload.
        id: MessageId,
        /// How it was to be read.
        form: Form,
        /// The layout.
        document: Box<Document>,
    },
    /// A part of what is kept was searched or filtered.
    Scanned(Box<Scanned>),
    /// The filters that have a name, or why they could not be read.
    Filters(Result<Vec<SavedFilter>, String>),
    /// Why a filter got no name, as a sentence.
    FilterNotSaved(String),
    /// The history was read: its entries, the newest first, and what was wrong with the file.
    History {
        /// The number of the job.
        asked: u64,
        /// The entries.
        entries: Vec<requests::Entry>,
        /// A sentence for each line that was skipped.
        problems: Vec<String>,
    },
    /// The contexts there are.
    Contexts(Vec<Listed>),
    /// What a choice came to.
    Resolved {
        /// The choice.
        choice: Choice,
        /// What it came to.
        found: Found,
    },
    /// A line of history could not be written.
    HistoryFailed(String),
    /// Programs took a copy.
    Copied {
        /// What.
        copied: Copied,
        /// Which of them.
        outcome: Outcome,
    },
}
