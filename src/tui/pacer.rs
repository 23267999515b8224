//! When to draw: a pure function of events and time.
//!
//! Keys show at once (8 ms apart at least), data thirty times a second, four times while the
//! terminal is not looked at. Nothing changed: no timer. Never before the last frame is out.

use std::time::{Duration, Instant};

/// The least time between two frames after a key.
pub const KEY_INTERVAL: Duration = Duration::from_millis(8);
/// The least time between two frames after data: 30 a second.
pub const DATA_INTERVAL: Duration = Duration::from_millis(33);
/// The least time between two frames after data while the terminal has lost the keyboard.
pub const UNFOCUSED_INTERVAL: Duration = Duration::from_millis(250);

/// What changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// Messages, rates, state: soon.
    Data,
    /// The person did something, or the terminal changed its size: at once.
    Key,
}

/// Says when the next frame is due.
#[derive(Clone, Debug)]
pub struct Pacer {
    pending: Option<(Change, Instant)>,
    last_frame: Option<Instant>,
    output_busy: bool,
    focused: bool,
}

impl Default for Pacer {
    fn default() -> Self {
        Self::new()
    }
}

impl Pacer {
    /// Nothing drawn, nothing to draw, looked at.
    pub fn new() -> Self {
        Pacer {
            pending: None,
            last_frame: None,
            output_busy: false,
            focused: true,
        }
    }

    /// Something changed.
    pub fn changed(&mut self, change: Change, now: Instant) {
        self.pending = Some(match self.pending {
            Some((pending, since)) if pending >= change => (pending, since),
            _ => (change, now),
        });
    }

    /// The terminal got or lost the keyboard.
    pub fn focus(&mut self, focused: bool) {
        self.focused = focused;
    }

    /// A frame was drawn.
    pub fn drawn(&mut self, now: Instant) {
        self.pending = None;
        self.last_frame = Some(now);
    }

    /// Whether anything that was submitted is not out yet.
    pub fn output(&mut self, busy: bool) {
        self.output_busy = busy;
    }

    /// When to draw; `None`: nothing to draw, or the last frame is not out yet.
    pub fn next_deadline(&self) -> Option<Instant> {
        let (change, since) = self.pending.filter(|_| !self.output_busy)?;
        let interval = match change {
            Change::Key => KEY_INTERVAL,
            Change::Data if self.focused => DATA_INTERVAL,
            Change::Data => UNFOCUSED_INTERVAL,
        };
        Some(
            self.last_frame
                .map_or(since, |last| since.max(last + interval)),
        )
    }

    /// Whether to draw now.
    pub fn due(&self, now: Instant) -> bool {
        self.next_deadline().is_some_and(|deadline| deadline <= now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Copy)]
    enum Step {
        Key(u64),
        Data(u64),
        Drawn(u64),
        Written,
        Focus(bool),
    }
    use Step::*;

    /// The deadline in milliseconds after the steps, each at its own millisecond.
    fn deadline(steps: &[Step]) -> Option<u64> {
        let start = Instant::now();
        let at = |ms: u64| start + Duration::from_millis(ms);
        let mut pacer = Pacer::new();
        for step in steps {
            match *step {
                Key(ms) => pacer.changed(Change::Key, at(ms)),
                Data(ms) => pacer.changed(Change::Data, at(ms)),
                Drawn(ms) => {
                    pacer.drawn(at(ms));
                    pacer.output(true);
                }
                Written => pacer.output(false),
                Focus(focused) => pacer.focus(focused),
            }
        }
        pacer
            .next_deadline()
            .map(|deadline| (deadline - start).as_millis() as u64)
    }

    #[test]
    fn when_the_next_frame_is_due() {
        for (name, steps, expected) in [
            ("nothing changed: no timer", &[][..], None),
            ("the first frame at once", &[Data(0)], Some(0)),
            ("drawn: no timer", &[Key(0), Drawn(0), Written], None),
            (
                "a key long after",
                &[Drawn(0), Written, Key(100)],
                Some(100),
            ),
            (
                "a key soon after waits for 8 ms",
                &[Drawn(0), Written, Key(3)],
                Some(8),
            ),
            (
                "data waits for 33 ms",
                &[Drawn(0), Written, Data(3)],
                Some(33),
            ),
            (
                "data long after",
                &[Drawn(0), Written, Data(500)],
                Some(500),
            ),
            (
                "more data moves nothing",
                &[Drawn(0), Written, Data(50), Data(60)],
                Some(50),
            ),
            (
                "a key overtakes data",
                &[Drawn(0), Written, Data(3), Key(10)],
                Some(10),
            ),
            (
                "data does not delay a key",
                &[Drawn(0), Written, Key(3), Data(4)],
                Some(8),
            ),
            (
                "not before the last frame is out",
                &[Drawn(0), Key(100)],
                None,
            ),
            (
                "once it is out, at once",
                &[Drawn(0), Key(100), Written],
                Some(100),
            ),
            (
                "unfocused data waits for 250 ms",
                &[Focus(false), Drawn(0), Written, Data(3)],
                Some(250),
            ),
            (
                "unfocused keys do not wait",
                &[Focus(false), Drawn(0), Written, Key(20)],
                Some(20),
            ),
            (
                "focus again: 33 ms",
                &[Focus(false), Drawn(0), Written, Data(3), Focus(true)],
                Some(33),
            ),
        ] {
            assert_eq!(deadline(steps), expected, "{name}");
        }
    }

    #[test]
    fn due_from_the_deadline_on() {
        let start = Instant::now();
        let mut pacer = Pacer::new();
        pacer.drawn(start);
        pacer.changed(Change::Key, start);
        assert!(!pacer.due(start + Duration::from_millis(7)));
        assert!(pacer.due(start + Duration::from_millis(8)));
    }

    #[test]
    fn a_second_of_flood_is_at_most_thirty_one_frames() {
        let start = Instant::now();
        let mut pacer = Pacer::new();
        let mut frames = 0;
        for ms in 0..1000 {
            let now = start + Duration::from_millis(ms);
            pacer.changed(Change::Data, now);
            if pacer.due(now) {
                frames += 1;
                pacer.drawn(now);
            }
        }
        assert_eq!(frames, 31);
    }
}
