//! Messages and bytes by the second.

/// Rates are means over this many complete seconds.
pub const RATE_SECONDS: usize = 5;

/// How many complete seconds a sparkline can show.
pub const HISTORY_SECONDS: usize = 63;

/// Everything received and sent, by the second.
#[derive(Clone, Debug, Default)]
pub struct Rates {}

impl Rates {
    /// Messages a second, over the last [`RATE_SECONDS`] complete seconds.
    pub fn messages(&self) -> f64 {
        todo!()
    }

    /// Payload and header bytes a second, over the last [`RATE_SECONDS`] complete seconds.
    pub fn bytes(&self) -> f64 {
        todo!()
    }

    /// Messages in each of the last `seconds` complete seconds, oldest first; at most
    /// [`HISTORY_SECONDS`].
    pub fn history(&self, _seconds: usize) -> impl Iterator<Item = u64> + '_ {
        std::iter::empty()
    }

    /// Whether nothing is left to show or to scroll away, so that the tick may stop.
    pub fn quiet(&self) -> bool {
        todo!()
    }
}
