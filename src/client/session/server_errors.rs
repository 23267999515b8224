//! Rate limit for `-ERR` texts that match no command of ours.

use std::time::{Duration, Instant};

use crate::client::Event;

/// The least time between two events with the same text.
const INTERVAL: Duration = Duration::from_secs(1);

/// Further texts within an interval are counted together.
const MAX_TEXTS: usize = 16;
const OTHERS: &str = "(many different errors)";

/// The texts of the last interval.
#[derive(Debug, Default)]
pub(super) struct ServerErrors {
    recent: Vec<Recent>,
}

#[derive(Debug)]
struct Recent {
    text: String,
    emitted_at: Instant,
    repeated: u64,
}

impl ServerErrors {
    /// Takes an error. Returns an event, unless it is a repetition.
    pub fn note(&mut self, text: String, now: Instant) -> Option<Event> {
        self.recent
            .retain(|known| known.repeated > 0 || now < known.emitted_at + INTERVAL);
        let crowded = self.recent.len() >= MAX_TEXTS;
        let known = |known: &&mut Recent| known.text == text || (crowded && known.text == OTHERS);
        if let Some(known) = self.recent.iter_mut().find(known) {
            known.repeated += 1;
            return None;
        }
        let text = if crowded { OTHERS.to_owned() } else { text };
        self.recent.push(Recent {
            text: text.clone(),
            emitted_at: now,
            repeated: 0,
        });
        Some(Event::ServerError { text, count: 1 })
    }

    /// The events for repetitions that are due.
    pub fn due(&mut self, now: Instant) -> impl Iterator<Item = Event> {
        self.recent.iter_mut().filter_map(move |known| {
            (known.repeated > 0 && now >= known.emitted_at + INTERVAL).then(|| {
                known.emitted_at = now;
                Event::ServerError {
                    text: known.text.clone(),
                    count: std::mem::take(&mut known.repeated),
                }
            })
        })
    }

    pub fn deadline(&self) -> Option<Instant> {
        let waiting = self.recent.iter().filter(|known| known.repeated > 0);
        waiting.map(|known| known.emitted_at + INTERVAL).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn emitted(event: Option<Event>) -> Option<(String, u64)> {
        event.map(|event| match event {
            Event::ServerError { text, count } => (text, count),
            other => panic!("{other:?}"),
        })
    }

    #[test]
    fn repetitions_are_counted_and_told_once_a_second() {
        let start = Instant::now();
        let mut errors = ServerErrors::default();
        let x = || "x".to_owned();
        assert_eq!(emitted(errors.note(x(), start)), Some((x(), 1)));
        assert_eq!(errors.deadline(), None);
        for _ in 0..5 {
            assert_eq!(emitted(errors.note(x(), start)), None);
        }
        assert_eq!(errors.deadline(), Some(start + INTERVAL));
        assert_eq!(errors.due(start).count(), 0);
        let due: Vec<_> = errors
            .due(start + INTERVAL)
            .map(Some)
            .map(emitted)
            .collect();
        assert_eq!(due, [Some((x(), 5))]);
        assert_eq!(
            emitted(errors.note(x(), start + 2 * INTERVAL)),
            Some((x(), 1))
        );
    }

    #[test]
    fn a_flood_of_different_texts_is_bounded() {
        let start = Instant::now();
        let mut errors = ServerErrors::default();
        let tellings = (0..1000).filter_map(|n| errors.note(n.to_string(), start));
        assert_eq!(tellings.count(), MAX_TEXTS + 1);
        let due: Vec<_> = errors
            .due(start + INTERVAL)
            .map(Some)
            .map(emitted)
            .collect();
        assert_eq!(
            due,
            [Some((OTHERS.to_owned(), 1000 - MAX_TEXTS as u64 - 1))]
        );
    }
}
