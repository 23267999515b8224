//! The latest publishes, to match refusals: the server names the subject it refused, not the message.

use std::collections::VecDeque;

use crate::client::Ticket;

/// How many are kept. A refusal of an older one is reported as an error of the server.
const REMEMBERED: usize = 64;

/// Publishes that the server has perhaps not processed yet.
#[derive(Debug, Default)]
pub(super) struct RecentPublishes {
    recent: VecDeque<Published>,
}

#[derive(Debug)]
struct Published {
    ticket: Ticket,
    subject: Vec<u8>,
    /// How many PINGs were written before it.
    fences_before: u64,
}

impl RecentPublishes {
    pub fn push(&mut self, ticket: Ticket, subject: &[u8], fences_before: u64) {
        // Reuses the buffer of the oldest, so that publishing does not allocate.
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

    /// Removes the oldest to this subject.
    pub fn take(&mut self, subject: &[u8]) -> Option<Ticket> {
        let at = self.recent.iter().position(|p| p.subject == subject)?;
        self.recent.remove(at).map(|published| published.ticket)
    }

    /// Forgets those that were processed when this many PONGs had come.
    pub fn forget_processed(&mut self, fences_answered: u64) {
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
        let mut publishes = RecentPublishes::default();
        publishes.push(Ticket(1), b"a", 0);
        publishes.push(Ticket(2), b"b", 0);
        publishes.push(Ticket(3), b"a", 1);
        assert_eq!(publishes.take(b"a"), Some(Ticket(1)));
        publishes.forget_processed(1);
        assert_eq!(publishes.take(b"b"), None);
        assert_eq!(publishes.take(b"a"), Some(Ticket(3)));
        assert_eq!(publishes.take(b"a"), None);
    }

    #[test]
    fn only_the_latest_are_remembered() {
        let mut publishes = RecentPublishes::default();
        for ticket in 0..=REMEMBERED as u64 {
            publishes.push(Ticket(ticket), b"a", 0);
        }
        assert_eq!(publishes.take(b"a"), Some(Ticket(1)));
    }
}
