//! Every request that is remembered, as a plain list.

use std::time::Duration;

use super::list::Sent;
use crate::store::Outcome;

#[derive(Default)]
pub struct Requests {
    /// Oldest first.
    list: Vec<Request>,
    /// What was told of requests that were not seen yet.
    early: Vec<(&'static str, Outcome)>,
    /// How many of ours, and of others, at most.
    most: usize,
}

pub struct Request {
    inbox: &'static str,
    pub id: u64,
    at: i64,
    pub ours: bool,
    pub awaited: bool,
    pub reply: Option<u64>,
    pub outcome: Outcome,
    settled: bool,
}

impl Requests {
    /// The newest with this reply subject, ours first.
    pub fn get(&self, inbox: &str) -> Option<&Request> {
        self.index(inbox).map(|index| &self.list[index])
    }

    fn index(&self, inbox: &str) -> Option<usize> {
        let newest = |ours: bool| {
            let is = |request: &Request| request.inbox == inbox && request.ours == ours;
            self.list.iter().rposition(is)
        };
        newest(true).or_else(|| newest(false))
    }

    /// A message that is no copy: it may answer a request, and be one itself.
    pub fn see(&mut self, sent: &Sent, id: u64, at: i64) {
        if let Some(index) = self.index(sent.subject) {
            let request = &mut self.list[index];
            let first = request.reply.is_none();
            request.reply.get_or_insert(id);
            if first && !request.settled {
                let took = u64::try_from(at - request.at).unwrap_or(0);
                request.outcome = match sent.header.contains("503") {
                    true => Outcome::NoResponders,
                    false => Outcome::Replied {
                        took: Duration::from_nanos(took),
                    },
                };
            }
        }
        let Some(inbox) = sent.reply else { return };
        let told = self.early.iter().position(|(early, _)| *early == inbox);
        let told = told.filter(|_| sent.out).map(|it| self.early.remove(it).1);
        self.list.push(Request {
            inbox,
            id,
            at,
            ours: sent.out,
            awaited: sent.out,
            reply: None,
            settled: told.is_some(),
            outcome: told.unwrap_or(Outcome::Waiting),
        });
        self.remember(self.most);
    }

    pub fn settle(&mut self, inbox: &'static str, outcome: Outcome) {
        match self.index(inbox).filter(|index| self.list[*index].ours) {
            Some(index) => {
                self.list[index].outcome = outcome;
                self.list[index].settled = true;
            }
            None => self.early.push((inbox, outcome)),
        }
    }

    /// Remembers so many of each from now on.
    pub fn remember(&mut self, most: usize) {
        self.most = most;
        for ours in [true, false] {
            let count = self.list.iter().filter(|it| it.ours == ours).count();
            let mut gone = count.saturating_sub(most);
            self.list.retain(|request| {
                let goes = request.ours == ours && gone > 0;
                gone -= usize::from(goes);
                !goes
            });
        }
    }
}
