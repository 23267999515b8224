//! A row of bars.

const BARS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

const STEPS: u64 = 8;

/// The last `cells` values as bars of eight heights, the newest at the right, in exactly so many
/// cells. Zero is a blank, anything more at least the lowest bar. The scale leaves a quarter free above
/// the largest value and is never finer than one a step, so that a steady trickle is a low line and
/// not a wall.
pub fn sparkline(values: &[u64], cells: usize) -> String {
    let shown = values
        .get(values.len().saturating_sub(cells)..)
        .unwrap_or_default();
    let largest = shown.iter().copied().max().unwrap_or_default();
    let scale = largest.saturating_add(largest / 4).max(STEPS);
    let bars = shown.iter().map(|&value| bar(value, scale));
    std::iter::repeat_n(' ', cells - shown.len())
        .chain(bars)
        .collect()
}

fn bar(value: u64, scale: u64) -> char {
    let height = (u128::from(value) * u128::from(STEPS)).div_ceil(u128::from(scale));
    usize::try_from(height)
        .ok()
        .and_then(|height| BARS.get(height))
        .copied()
        .unwrap_or('█')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_scaled_to_the_largest() {
        for (values, cells, expected) in [
            (&[][..], 3, "   "),
            (&[0, 0], 2, "  "),
            (&[1, 2, 3, 4, 5, 6, 7, 8], 8, "▁▂▃▄▄▅▆▇"),
            (&[5], 3, "  ▅"),
            (&[1, 1_000_000], 2, "▁▇"),
            (&[9, 0, 9], 3, "▇ ▇"),
            (&[u64::MAX, u64::MAX / 2], 2, "█▄"),
        ] {
            assert_eq!(sparkline(values, cells), expected, "{values:?}");
        }
    }

    #[test]
    fn only_the_last_values_count() {
        assert_eq!(sparkline(&[1_000_000, 1, 2], 2), "▁▂");
        assert_eq!(sparkline(&[1, 2], 0), "");
    }
}
