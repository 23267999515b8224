//! What the state asks for, done.

use super::{End, EventLoop, Turn};
use crate::{
    client::{Error, Ticket},
    requests::Kind,
    tui::{
        app::{Effect, Job, Level, Now, Purpose, ingest, recordings, switching},
        destinations::{Destination, for_a_log},
        overlays::copy::Copied,
        panes::request::{self, Handed},
        terminal::{clipboard, modes},
    },
};

impl EventLoop {
    pub(super) fn perform(&mut self, effects: Vec<Effect>, turn: &mut Turn, now: Now) {
        for effect in effects {
            let more = self.perform_one(effect, turn, now);
            self.perform(more, turn, now);
        }
    }

    fn perform_one(&mut self, effect: Effect, turn: &mut Turn, now: Now) -> Vec<Effect> {
        match effect {
            Effect::Subscribe {
                row,
                subject,
                queue,
            } => {
                let outcome = self.connection.subscribe(&subject, queue.as_deref());
                return ingest::subscribed(&mut self.app, row, outcome);
            }
            Effect::Unsubscribe(sid) => {
                let outcome = self.connection.unsubscribe(sid, None);
                self.report(outcome, now);
            }
            Effect::Send(purpose) => {
                let handed = self.send(&purpose);
                return request::sent(&mut self.app, purpose.entry, handed, now);
            }
            Effect::Reconnect => {
                let outcome = self.connection.reconnect_now();
                self.report(outcome, now);
            }
            Effect::LimitBacklog(bytes) => self.connection.set_backlog(bytes),
            Effect::ConnectTo(server) => {
                let outcome = self.connection.reconnect_to(&server);
                self.report(outcome, now);
            }
            Effect::Keepalive(interval) => {
                // at worst, round trips are measured at another pace
                let _ = self.connection.keepalive(interval);
            }
            Effect::Switch(destination) => return self.switch(*destination, now),
            Effect::Job(job) => self.jobs.start_job(job),
            Effect::Record {
                path,
                existing,
                limit,
            } => {
                if let Err(failed) = self.tapes.record(path, existing, limit) {
                    recordings::recorded(&mut self.app, failed, now);
                }
            }
            Effect::Export(path) => {
                if let Err(failed) = self.tapes.export(path) {
                    recordings::exported(&mut self.app, failed, now);
                }
            }
            Effect::LimitRecording(bytes) => self.tapes.limit(bytes),
            Effect::StopRecording => self.tapes.stop(),
            Effect::Copy(copied) => self.copy(copied, now),
            Effect::Offer { copied, failed } => self.offer(&copied, &failed, now),
            Effect::Mouse(on) => self.output.submit(modes::mouse(on)),
            Effect::Redraw => self.screen.redraw_all(),
            Effect::Edit { text, suffix } => turn.edit = Some((text, suffix)),
            Effect::Suspend => turn.suspend = true,
            Effect::Quit => turn.end = Some(End::Quit),
            #[cfg(debug_assertions)]
            Effect::Panic => panic!("asked for, to try how a panic leaves the terminal"),
        }
        Vec::new()
    }

    /// Opens the other connection and leaves the present one, which ends by itself.
    fn switch(&mut self, destination: Destination, now: Now) -> Vec<Effect> {
        let options = for_a_log(&destination.options, self.app.store.budget());
        match self.connection.open_another(options) {
            Ok((connection, lanes)) => {
                let left = std::mem::replace(&mut self.connection, connection);
                left.close();
                let crossing = switching::crossing(&self.app, &destination);
                self.lines.follow(lanes, crossing);
                let effects = switching::begun(&mut self.app, destination, now);
                self.name_window();
                effects
            }
            Err(error) => {
                let text = format!("Nothing was switched: {error}.");
                self.app.toasts.show(Level::Failed, text, now.instant);
                Vec::new()
            }
        }
    }

    fn report(&mut self, outcome: Result<(), Error>, now: Now) {
        if let Err(error) = outcome {
            self.app
                .toasts
                .show(Level::Failed, error.to_string(), now.instant);
        }
    }

    fn send(&self, purpose: &Purpose) -> Result<Handed, Error> {
        let entry = &purpose.entry;
        let (headers, payload) = (purpose.headers.clone(), entry.payload.clone());
        match entry.kind {
            Kind::Request => {
                let answer =
                    self.connection
                        .request(&entry.subject, headers, payload, purpose.timeout)?;
                Ok(Handed {
                    answer,
                    publish: None,
                })
            }
            Kind::Publish => {
                let reply = purpose.reply.as_deref();
                let publish: Ticket =
                    self.connection
                        .publish(&entry.subject, reply, headers, payload)?;
                Ok(Handed {
                    answer: self.connection.flush()?,
                    publish: Some(publish),
                })
            }
        }
    }

    fn copy(&mut self, copied: Copied, now: Now) {
        if self.clipboard.has_programs() {
            let ways = self.clipboard.clone();
            self.jobs.start_job(Job::Copy { ways, copied });
        } else {
            self.offer(&copied, &[], now);
        }
    }

    /// Offers to the terminal what no program took.
    fn offer(&mut self, copied: &Copied, failed: &[String], now: Now) {
        let terminal = self.clipboard.terminal;
        let failed: String = failed.iter().map(|why| format!("{why}. ")).collect();
        let (level, text) = match clipboard::sequence(&copied.text, terminal) {
            Ok(sequence) => {
                self.output.submit(sequence);
                let offered = clipboard::offered(&copied.what, copied.text.len(), terminal);
                let level = if failed.is_empty() && terminal.taking.is_some() {
                    Level::Done
                } else {
                    Level::Notice
                };
                (level, offered)
            }
            Err(error) => {
                let text = format!("Nothing was copied: {error}. The palette exports to a file.");
                (Level::Failed, text)
            }
        };
        self.app
            .toasts
            .show(level, format!("{failed}{text}"), now.instant);
    }
}
