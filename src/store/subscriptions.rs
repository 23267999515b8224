//! What came in on each subscription.

/// What came in on one subscription.
#[derive(Clone, Debug)]
pub struct SubscriptionStats {
    /// What it is subscribed to.
    pub subject: Vec<u8>,
    /// Messages, copies included, dropped ones not.
    pub count: u64,
    /// Bytes of their headers and payloads.
    pub bytes: u64,
    /// How many of them were copies of another message.
    pub copies: u64,
    /// How many never reached the store.
    pub dropped: u64,
    /// Whether its messages are hidden.
    pub muted: bool,
}

impl SubscriptionStats {
    /// Messages a second, over the last [`RATE_SECONDS`](super::RATE_SECONDS) complete seconds.
    pub fn rate(&self) -> f64 {
        todo!()
    }

    /// Messages in each of the last `seconds` complete seconds, oldest first; at most
    /// [`HISTORY_SECONDS`](super::HISTORY_SECONDS).
    pub fn spark(&self, _seconds: usize) -> impl Iterator<Item = u64> + '_ {
        std::iter::empty()
    }
}
