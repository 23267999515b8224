//! Errors of the server that belong to nothing of ours: told, but not more often than people read.

use std::time::{Duration, Instant};

use crate::client::Event;

/// The same text is told again after this time at the earliest.
const PAUSE: Duration = Duration::from_secs(1);

/// More different texts than these within a pause are told as one.
const TEXTS: usize = 16;
const MORE: &str = "(many different errors)";

/// What the server complained of lately.
#[derive(Debug, Default)]
pub(super) struct Complaints {
    recent: Vec<Complaint>,
}

#[derive(Debug)]
struct Complaint {
    text: String,
    told_at: Instant,
    untold: u64,
}

impl Complaints {
    /// The event to tell at once, if this is not a repetition.
    pub fn hear(&mut self, text: String, now: Instant) -> Option<Event> {
        self.recent
            .retain(|known| known.untold > 0 || now < known.told_at + PAUSE);
        let crowded = self.recent.len() >= TEXTS;
        let known = |known: &&mut Complaint| known.text == text || (crowded && known.text == MORE);
        if let Some(known) = self.recent.iter_mut().find(known) {
            known.untold += 1;
            return None;
        }
        let text = if crowded { MORE.to_owned() } else { text };
        self.recent.push(Complaint {
            text: text.clone(),
            told_at: now,
            untold: 0,
        });
        Some(Event::ServerError { text, count: 1 })
    }

    /// The repetitions whose time has come.
    pub fn due(&mut self, now: Instant) -> impl Iterator<Item = Event> {
        self.recent.iter_mut().filter_map(move |known| {
            (known.untold > 0 && now >= known.told_at + PAUSE).then(|| {
                known.told_at = now;
                Event::ServerError {
                    text: known.text.clone(),
                    count: std::mem::take(&mut known.untold),
                }
            })
        })
    }

    pub fn deadline(&self) -> Option<Instant> {
        let waiting = self.recent.iter().filter(|known| known.untold > 0);
        waiting.map(|known| known.told_at + PAUSE).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(event: Option<Event>) -> Option<(String, u64)> {
        event.map(|event| match event {
            Event::ServerError { text, count } => (text, count),
            other => panic!("{other:?}"),
        })
    }

    #[test]
    fn repetitions_are_counted_and_told_once_a_second() {
        let start = Instant::now();
        let mut complaints = Complaints::default();
        let x = || "x".to_owned();
        assert_eq!(told(complaints.hear(x(), start)), Some((x(), 1)));
        assert_eq!(complaints.deadline(), None);
        for _ in 0..5 {
            assert_eq!(told(complaints.hear(x(), start)), None);
        }
        assert_eq!(complaints.deadline(), Some(start + PAUSE));
        assert_eq!(complaints.due(start).count(), 0);
        let due: Vec<_> = complaints.due(start + PAUSE).map(Some).map(told).collect();
        assert_eq!(due, [Some((x(), 5))]);
        assert_eq!(
            told(complaints.hear(x(), start + 2 * PAUSE)),
            Some((x(), 1))
        );
    }

    #[test]
    fn a_flood_of_different_texts_is_bounded() {
        let start = Instant::now();
        let mut complaints = Complaints::default();
        let tellings = (0..1000).filter_map(|n| complaints.hear(n.to_string(), start));
        assert_eq!(tellings.count(), TEXTS + 1);
        let due: Vec<_> = complaints.due(start + PAUSE).map(Some).map(told).collect();
        assert_eq!(due, [Some((MORE.to_owned(), 1000 - TEXTS as u64 - 1))]);
    }
}
