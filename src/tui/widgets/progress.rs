//! A bar that fills: `████▌     `.

/// Eighths of a cell, from one to seven.
const EIGHTHS: [char; 7] = ['▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/// A share from 0 to 1 as a bar of so many cells. Full only where the share is 1.
pub fn bar(share: f64, cells: usize) -> String {
    let eighths = (share.clamp(0.0, 1.0) * cells as f64 * 8.0).floor() as usize;
    let mut bar = "█".repeat(eighths / 8);
    bar.extend((eighths % 8).checked_sub(1).map(|part| EIGHTHS[part]));
    let missing = cells - eighths.div_ceil(8);
    bar.extend(std::iter::repeat_n(' ', missing));
    bar
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_has_always_its_width_and_is_full_only_at_the_end() {
        for (share, expected) in [
            (0.0, "    "),
            (0.03125, "▏   "),
            (0.5, "██  "),
            (0.99, "███▉"),
            (1.0, "████"),
            (7.0, "████"),
            (-1.0, "    "),
            (f64::NAN, "    "),
        ] {
            assert_eq!(bar(share, 4), expected, "{share}");
        }
    }
}
