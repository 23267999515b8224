//! A row of bars.

/// The last `cells` values as bars of eight heights, the newest at the right; the largest of them
/// is a full bar. Zero is a blank, anything more at least the lowest bar.
pub fn sparkline(_values: &[u64], _cells: usize) -> String {
    todo!()
}
