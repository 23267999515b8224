//! Where to go from a row: along its subject, to a moment, from hit to hit.

use super::{MessageId, Store, Toward, record::Kept, rows::Rows};

impl Store {
    /// The nearest message on the same subject that is shown; `None` where there is none, or where `id`
    /// is no message that is kept. `id` itself need not be shown.
    pub fn next_on_subject(&self, id: MessageId, toward: Toward) -> Option<MessageId> {
        let (_, record) = self.log.get(id)?;
        if record.is_marker() || self.subjects.kept(record.subject) < 2 {
            return None;
        }
        let same = |other: &Kept| other.subject == record.subject && !other.is_marker();
        self.log.nearest(id, toward, Rows::word, same)
    }

    /// The first row that happened at this time or later, in nanoseconds since the Unix epoch; the last
    /// row where all happened before. Rows stand as they arrived: where a clock was set back, rows
    /// behind it may be earlier.
    pub fn row_at_time(&self, at: i64) -> u64 {
        let kept_to = at.saturating_sub(at.rem_euclid(1_000));
        let row = self.log.row_at_time(kept_to);
        row.unwrap_or(self.rows().saturating_sub(1))
    }

    /// The nearest hit of the search that is shown, `id` itself not counted; it need be neither a hit
    /// nor shown. What is not searched yet holds none.
    pub fn next_hit(&self, id: MessageId, toward: Toward) -> Option<MessageId> {
        self.log.nearest(id, toward, Rows::hits_word, |_| true)
    }
}
