//! The requests in flight, by ticket and by deadline. The ticket is the last token of the reply subject.

use std::{
    collections::{BTreeSet, HashMap},
    time::{Duration, Instant},
};

use crate::client::Ticket;

/// A request that was written and has not ended.
#[derive(Debug)]
pub(super) struct InFlight {
    pub ticket: Ticket,
    pub subject: Vec<u8>,
    pub timeout: Duration,
    pub since: Instant,
}

impl InFlight {
    fn deadline(&self) -> Instant {
        self.since + self.timeout
    }
}

/// All requests in flight. Tickets are never reused, so that a late reply matches none.
#[derive(Debug, Default)]
pub(super) struct Requests {
    by_ticket: HashMap<Ticket, InFlight>,
    by_deadline: BTreeSet<(Instant, Ticket)>,
    /// The number of replies that came after their request had ended.
    pub late: u64,
}

impl Requests {
    pub fn insert(&mut self, request: InFlight) {
        self.by_deadline
            .insert((request.deadline(), request.ticket));
        self.by_ticket.insert(request.ticket, request);
    }

    pub fn take(&mut self, ticket: Ticket) -> Option<InFlight> {
        let request = self.by_ticket.remove(&ticket)?;
        self.by_deadline.remove(&(request.deadline(), ticket));
        Some(request)
    }

    /// Removes one whose deadline has passed.
    pub fn take_overdue(&mut self, now: Instant) -> Option<InFlight> {
        let &(deadline, ticket) = self.by_deadline.first()?;
        if deadline > now {
            return None;
        }
        self.take(ticket)
    }

    /// Removes the oldest to this subject.
    pub fn take_by_subject(&mut self, subject: &[u8]) -> Option<InFlight> {
        let fitting = self.by_ticket.values().filter(|r| r.subject == subject);
        let ticket = fitting.map(|request| request.ticket).min()?;
        self.take(ticket)
    }

    /// Removes all, the oldest first.
    pub fn take_all(&mut self) -> Vec<InFlight> {
        self.by_deadline.clear();
        let mut all: Vec<InFlight> = self.by_ticket.drain().map(|(_, request)| request).collect();
        all.sort_unstable_by_key(|request| request.ticket);
        all
    }

    pub fn deadline(&self) -> Option<Instant> {
        self.by_deadline.first().map(|(deadline, _)| *deadline)
    }

    pub fn is_empty(&self) -> bool {
        self.by_ticket.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deadlines_come_in_their_own_order() {
        let start = Instant::now();
        let mut requests = Requests::default();
        for (ticket, seconds) in [(1, 3), (2, 1), (3, 2)] {
            requests.insert(InFlight {
                ticket: Ticket(ticket),
                subject: b"s".to_vec(),
                timeout: Duration::from_secs(seconds),
                since: start,
            });
        }
        let after = |seconds| start + Duration::from_secs(seconds);
        assert_eq!(requests.deadline(), Some(after(1)));
        assert!(requests.take_overdue(start).is_none());
        assert_eq!(requests.take_overdue(after(1)).unwrap().ticket, Ticket(2));
        assert_eq!(requests.take_by_subject(b"s").unwrap().ticket, Ticket(1));
        assert!(requests.take_overdue(after(1)).is_none());
        assert_eq!(requests.take_all().len(), 1);
        assert!(requests.is_empty() && requests.deadline().is_none());
    }
}
