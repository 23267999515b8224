//! Short words about what just happened. They come and go by themselves.

use std::time::{Duration, Instant};

/// How much it matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// It worked.
    Done,
    /// Mind this.
    Notice,
    /// It failed.
    Failed,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Toast {
    /// How much it matters.
    pub level: Level,
    /// The sentence.
    pub text: String,
    until: Instant,
}

/// The ones on the screen, the newest last.
#[derive(Debug, Default)]
pub struct Toasts(Vec<Toast>);

const AT_ONCE: usize = 3;

impl Toasts {
    /// Shows a sentence: 4 s, or 8 s where something failed. The same sentence is shown once.
    pub fn show(&mut self, level: Level, text: impl Into<String>, now: Instant) {
        let text = text.into();
        let stays = Duration::from_secs(if level == Level::Failed { 8 } else { 4 });
        self.0.retain(|toast| toast.text != text);
        self.0.push(Toast {
            level,
            text,
            until: now + stays,
        });
        let surplus = self.0.len().saturating_sub(AT_ONCE);
        self.0.drain(..surplus);
    }

    /// Takes away what has been shown long enough; says whether anything went.
    pub fn expire(&mut self, now: Instant) -> bool {
        let before = self.0.len();
        self.0.retain(|toast| toast.until > now);
        self.0.len() != before
    }

    /// When the next one goes.
    pub fn next_expiry(&self) -> Option<Instant> {
        self.0.iter().map(|toast| toast.until).min()
    }

    /// What is shown, the newest last.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Toast> {
        self.0.iter()
    }

    /// Takes the newest away; says whether there was one.
    pub fn dismiss(&mut self) -> bool {
        self.0.pop().is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_makes_room_and_time_takes_the_rest() {
        let (mut toasts, start) = (Toasts::default(), Instant::now());
        for text in ["a", "b", "b", "c", "d"] {
            toasts.show(Level::Done, text, start);
        }
        let shown: Vec<_> = toasts.iter().map(|toast| toast.text.as_str()).collect();
        assert_eq!(shown, ["b", "c", "d"]);
        assert!(!toasts.expire(start + Duration::from_secs(3)));
        assert!(toasts.expire(start + Duration::from_secs(4)));
        assert_eq!(toasts.next_expiry(), None);
    }
}
