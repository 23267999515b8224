//! The latest publishes: the server names the subject it refused, not the message.

use std::collections::VecDeque;

use crate::client::Ticket;

/// Older ones are not told apart from any other error of the server.
const REMEMBERED: usize = 64;

/// What was published and is perhaps not processed yet.
#[derive(Debug, Default)]
pub(super) struct Publishes {
    recent: VecDeque<Published>,
}

#[derive(Debug)]
struct Published {
    ticket: Ticket,
    subject: Vec<u8>,
    /// How many fences had been asked for before it.
    fences_before: u64,
}

impl Publishes {
    pub fn push(&mut self, ticket: Ticket, subject: &[u8], fences_before: u64) {
        // The buffer of the oldest is used again: publishing allocates nothing here.
        let mut entry = if self.recent.len() == REMEMBERED {
            self.recent.pop_front()
        } else {
            None
        }
        .unwrap_or_else(|| Published {
            ticket,
            subject: Vec::new(),
            fences_before,
        });
        entry.ticket = ticket;
        entry.fences_before = fences_before;
        entry.subject.clear();
        entry.subject.extend_from_slice(subject);
        self.recent.push_back(entry);
    }

    /// The oldest to this subject, once.
    pub fn take(&mut self, subject: &[u8]) -> Option<Ticket> {
        let at = self.recent.iter().position(|p| p.subject == subject)?;
        self.recent.remove(at).map(|published| published.ticket)
    }

    /// Forgets what was processed before this many fences were answered.
    pub fn settle(&mut self, fences_answered: u64) {
        while let Some(first) = self.recent.front()
            && first.fences_before < fences_answered
        {
            self.recent.pop_front();
        }
    }

    pub fn clear(&mut self) {
        self.recent.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_blamed_once_in_order_and_never_after_its_fence() {
        let mut publishes = Publishes::default();
        publishes.push(Ticket(1), b"a", 0);
        publishes.push(Ticket(2), b"b", 0);
        publishes.push(Ticket(3), b"a", 1);
        assert_eq!(publishes.take(b"a"), Some(Ticket(1)));
        publishes.settle(1);
        assert_eq!(publishes.take(b"b"), None);
        assert_eq!(publishes.take(b"a"), Some(Ticket(3)));
        assert_eq!(publishes.take(b"a"), None);
    }

    #[test]
    fn only_the_latest_are_remembered() {
        let mut publishes = Publishes::default();
        for ticket in 0..=REMEMBERED as u64 {
            publishes.push(Ticket(ticket), b"a", 0);
        }
        assert_eq!(publishes.take(b"a"), Some(Ticket(1)));
    }
}
