//! The terminal left to others, and taken back: to a shell, to an editor.

use std::{io, thread};

use tokio::sync::oneshot;

use super::{Came, EventLoop, Turn};
use crate::tui::{app::Level, pacer::Change, panes::request, terminal::suspend};

impl EventLoop {
    /// Leaves the terminal to the shell.
    pub(super) async fn suspend(&mut self, turn: &mut Turn) {
        let (signals, inputs) = (&mut self.signals, &mut self.inputs);
        let outcome = suspend::suspend(&self.capabilities, signals, inputs).await;
        self.name_window();
        self.screen.redraw_all();
        let now = self.clock.now();
        turn.pacer.changed(Change::Key, now.instant);
        if let Err(error) = outcome {
            self.app
                .toasts
                .show(Level::Failed, error.to_string(), now.instant);
        }
    }

    /// Leaves the terminal to the person's own editor. Collecting goes on.
    pub(super) async fn edit(
        &mut self,
        text: String,
        suffix: &'static str,
        turn: &mut Turn,
    ) -> io::Result<()> {
        let editor = match &self.editor {
            Ok(editor) => editor.clone(),
            Err(error) => {
                let (text, now) = (format!("Nothing is edited: {error}."), self.clock.now());
                self.app.toasts.show(Level::Failed, text, now.instant);
                return Ok(());
            }
        };
        self.inputs.pause();
        let capabilities = self.capabilities;
        let mut editing = in_thread("goingnats-editor", move || {
            editor.edit(text.as_bytes(), suffix, &capabilities)
        })?;
        let edited = loop {
            tokio::select! {
                biased;
                edited = &mut editing => break edited,
                came = Came::next(&mut self.lines, &mut self.jobs, &mut self.tapes) => {
                    self.take_in(came, turn)?;
                }
            }
        };
        self.inputs.resume();
        self.signals.forget().await;
        self.name_window();
        self.screen.redraw_all();
        let now = self.clock.now();
        turn.pacer.changed(Change::Key, now.instant);
        let taken = match edited {
            Ok(Ok(edited)) => request::edited(&mut self.app, edited),
            Ok(Err(error)) => Err(format!("The draft is as it was: {error}.")),
            // it was reported where it happened
            Err(_) => return Ok(()),
        };
        if let Err(reason) = taken {
            self.app.toasts.show(Level::Failed, reason, now.instant);
        }
        Ok(())
    }
}

/// Does something that may take any time on a thread of its own.
pub(in crate::tui) fn in_thread<T: Send + 'static>(
    name: &str,
    work: impl FnOnce() -> T + Send + 'static,
) -> io::Result<oneshot::Receiver<T>> {
    let (told, done) = oneshot::channel();
    thread::Builder::new().name(name.into()).spawn(move || {
        // where nobody waits any more the program has ended
        let _ = told.send(work());
    })?;
    Ok(done)
}
