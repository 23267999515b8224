//! Where every message went.

/// Where every message went, in messages. Two equations hold at all times:
/// received + sent = kept + evicted + cleared + dropped, and
/// kept = shown + hidden by mute, copies, inboxes and filter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Came in on a subscription of ours, those dropped on the way to the store included.
    pub received: u64,
    /// Written by us, those dropped on the way to the store included.
    pub sent: u64,
    /// In the log now.
    pub kept: u64,
    /// Given up for the budget, oldest first.
    pub evicted: u64,
    /// Cleared by hand.
    pub cleared: u64,
    /// Never reached the store, as [`MarkerKind::Dropped`](crate::store::MarkerKind::Dropped) told.
    pub dropped: u64,
    /// In the rows shown now, markers not counted.
    pub shown: u64,
    /// Hidden because their subscription is muted.
    pub hidden_by_mute: u64,
    /// Hidden as copies of another message.
    pub hidden_copies: u64,
    /// Hidden as `_INBOX.>` or `$…` traffic that is not ours.
    pub hidden_inboxes: u64,
    /// Hidden because the filter does not mean it, or was not asked yet:
    /// [`Store::filtering`](crate::store::Store::filtering).
    pub hidden_by_filter: u64,
    /// Came on a subscription that is not there, or not any more: not kept, not in `received`.
    pub late: u64,
    /// Markers in the log now, not in `kept`.
    pub markers: u64,
    /// Markers evicted or cleared.
    pub markers_gone: u64,
}

impl Counters {
    /// Kept but not shown, whatever the reason.
    pub fn hidden(&self) -> u64 {
        self.hidden_by_mute + self.hidden_copies + self.hidden_inboxes + self.hidden_by_filter
    }
}
