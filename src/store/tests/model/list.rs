//! Everything kept, as a plain list.

use std::{
    collections::{HashMap, VecDeque},
    ops::Range,
};

use super::{
    asked::{FILTERS, QUERIES},
    requests::Requests,
};
use crate::{
    protocol::subject,
    store::{Counters, Outcome, View},
};

/// A message as it comes.
#[derive(Clone, Copy, Debug)]
pub struct Wire {
    pub sid: u64,
    pub subject: &'static str,
    pub reply: Option<&'static str>,
    pub header: &'static str,
    pub payload: &'static [u8],
}

/// Everything kept, as a list.
#[derive(Default)]
pub struct Model {
    pub entries: Vec<Kept>,
    pub next: u64,
    pub live: HashMap<u64, bool>,
    pub muted: HashMap<u64, bool>,
    pub view: View,
    /// Which of the filters the view has, and which ids the store has judged.
    pub filter: Option<usize>,
    pub judged: Range<u64>,
    /// Which of the queries is searched for, and in which ids the store has.
    pub query: Option<usize>,
    pub searched: Range<u64>,
    pub originals: VecDeque<Original>,
    pub requests: Requests,
    pub counters: Counters,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    pub id: u64,
    pub at: i64,
    pub message: Option<Sent>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Sent {
    pub out: bool,
    pub sid: u64,
    pub subject: &'static str,
    pub reply: Option<&'static str>,
    pub header: &'static str,
    pub payload: &'static [u8],
    pub copy: bool,
    ours: bool,
    answers: bool,
}

pub struct Original {
    kept: Kept,
    pub taken: Vec<u64>,
}

impl Model {
    pub fn is_live(&self, sid: u64) -> bool {
        self.live.get(&sid).copied().unwrap_or(false)
    }

    pub fn append(&mut self, out: bool, at: i64, message: Wire) {
        let sid = if out { 0 } else { message.sid };
        if !out && !self.is_live(sid) {
            self.counters.late += 1;
            return;
        }
        if out {
            self.counters.sent += 1;
        } else {
            self.counters.received += 1;
        }
        let mut sent = Sent {
            out,
            sid,
            subject: message.subject,
            reply: message.reply,
            header: message.header,
            payload: message.payload,
            copy: false,
            ours: out || sid == 1 || sid == 4,
            answers: false,
        };
        let request = self.requests.get(sent.subject);
        sent.answers = request.is_some();
        sent.ours |= request.is_some_and(|request| request.ours);
        sent.copy = !out && self.is_copy(&sent);
        let kept = Kept {
            id: self.next,
            at: at - at.rem_euclid(1_000),
            message: Some(sent.clone()),
        };
        self.next += 1;
        if !sent.copy {
            self.originals.push_back(Original {
                kept: kept.clone(),
                taken: Vec::new(),
            });
            if self.originals.len() > 16 {
                self.originals.pop_front();
            }
        }
        if !sent.copy {
            self.requests.see(&sent, kept.id, at);
        }
        self.entries.push(kept);
    }

    fn is_copy(&mut self, sent: &Sent) -> bool {
        let oldest = self.entries.first().map_or(u64::MAX, |kept| kept.id);
        let original = self.originals.iter_mut().find(|original| {
            let other = original.kept.message.as_ref().expect("a message");
            original.kept.id >= oldest
                && other.sid != sent.sid
                && !original.taken.contains(&sent.sid)
                && (other.subject, other.reply, other.header, other.payload)
                    == (sent.subject, sent.reply, sent.header, sent.payload)
        });
        original
            .map(|original| original.taken.push(sent.sid))
            .is_some()
    }

    fn verdict(&self, id: u64, sent: &Sent) -> &'static str {
        let internal = sent.subject.starts_with('_') || sent.subject.starts_with('$');
        let pattern = self.view.subject.as_deref();
        let filter = self.filter.map(|which| FILTERS[which].1);
        let asked_for = self.view.inboxes || pattern == Some(b"_INBOX.>");
        if self.muted.get(&sent.sid).copied().unwrap_or(false) {
            "mute"
        } else if sent.copy && !self.view.copies {
            "copy"
        } else if internal && !sent.ours && !asked_for {
            "inbox"
        } else if pattern.is_some_and(|it| !subject::matches(it, sent.subject.as_bytes()))
            || filter.is_some_and(|means| !self.judged.contains(&id) || !means(sent))
        {
            "filter"
        } else {
            "shown"
        }
    }

    /// The other leg of a message, and what became of the request.
    pub fn pair(&self, kept: &Kept) -> Option<(Option<u64>, Outcome)> {
        let sent = kept.message.as_ref()?;
        let asked = sent.reply.and_then(|inbox| self.requests.get(inbox));
        let asked = asked.filter(|it| it.id == kept.id && (it.awaited || it.reply.is_some()));
        if let Some(request) = asked {
            return Some((request.reply, request.outcome.clone()));
        }
        let request = self.requests.get(sent.subject).filter(|_| sent.answers)?;
        let known = request.ours || self.entries.iter().any(|kept| kept.id == request.id);
        (known && request.id < kept.id).then(|| (Some(request.id), request.outcome.clone()))
    }

    pub fn evict(&mut self, oldest: u64) {
        let gone = self
            .entries
            .iter()
            .take_while(|kept| kept.id < oldest)
            .count();
        for kept in self.entries.drain(..gone) {
            match kept.message {
                Some(_) => self.counters.evicted += 1,
                None => self.counters.markers_gone += 1,
            }
        }
    }

    pub fn counters(&self) -> Counters {
        let count = |name: &str| {
            let is = |kept: &&Kept| {
                let sent = kept.message.as_ref();
                sent.is_some_and(|sent| self.verdict(kept.id, sent) == name)
            };
            self.entries.iter().filter(is).count() as u64
        };
        let kept = self
            .entries
            .iter()
            .filter(|kept| kept.message.is_some())
            .count() as u64;
        Counters {
            kept,
            markers: self.entries.len() as u64 - kept,
            shown: count("shown"),
            hidden_by_mute: count("mute"),
            hidden_copies: count("copy"),
            hidden_inboxes: count("inbox"),
            hidden_by_filter: count("filter"),
            ..self.counters
        }
    }

    pub fn rows(&self) -> Vec<&Kept> {
        let shown = |kept: &&Kept| match &kept.message {
            Some(sent) => self.verdict(kept.id, sent) == "shown",
            None => true,
        };
        self.entries.iter().filter(shown).collect()
    }

    /// Whether an entry was found by the search so far.
    pub fn is_hit(&self, kept: &Kept) -> bool {
        let (Some(which), Some(sent)) = (self.query, &kept.message) else {
            return false;
        };
        self.searched.contains(&kept.id) && QUERIES[which].1(sent)
    }
}
