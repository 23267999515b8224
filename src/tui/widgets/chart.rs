//! A filled chart: a bar of eighths of a cell for each column, and a scale beside it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

const EIGHTHS: [&str; 9] = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

/// The round number that a scale ends with: a little above the largest value, so that it need not change
/// with every value, and one at least.
pub fn top(largest: f64) -> f64 {
    const STEPS: [f64; 9] = [1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0];
    let wanted = if largest.is_finite() {
        (largest * 1.05).max(1.0)
    } else {
        1.0
    };
    let power = 10f64.powi(wanted.log10().floor() as i32);
    let step = STEPS.iter().find(|step| **step * power >= wanted);
    step.copied().unwrap_or(10.0) * power
}

/// Draws a bar for each value, the first one at the left of `area`. More than nothing shows at least the
/// lowest bar; `top` fills the height.
pub fn draw(values: &[f64], top: f64, style: Style, area: Rect, buffer: &mut Buffer) {
    let area = area.intersection(buffer.area);
    for (x, value) in (area.x..area.right()).zip(values) {
        let mut eighths = height_of(*value, top, area.height);
        for y in (area.y..area.bottom()).rev() {
            if eighths == 0 {
                break;
            }
            let here = eighths.min(8);
            eighths -= here;
            buffer[(x, y)].set_symbol(EIGHTHS[here]).set_style(style);
        }
    }
}

/// How many eighths of a cell a value is high.
fn height_of(value: f64, top: f64, height: u16) -> usize {
    if value.is_nan() || value <= 0.0 {
        return 0;
    }
    let full = usize::from(height) * 8;
    // `as` saturates
    ((value / top * full as f64).round() as usize).clamp(1, full.max(1))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn scales_end_with_round_numbers() {
        for (largest, expected) in [
            (0.0, 1.0),
            (0.3, 1.0),
            (1.0, 1.5),
            (9.0, 10.0),
            (9.9, 15.0),
            (37.0, 40.0),
            (940.0, 1_000.0),
            (1_200_000.0, 1_500_000.0),
            (f64::NAN, 1.0),
        ] {
            assert_eq!(top(largest), expected, "{largest}");
        }
    }

    #[test]
    fn bars_are_filled_to_the_eighth() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 7, 2));
        let area = buffer.area;
        let values = [0.0, 0.01, 4.0, 8.0, 11.0, 16.0, 99.0];
        draw(&values, 16.0, Style::new(), area, &mut buffer);
        assert_eq!(buffer, Buffer::with_lines(["    ▃██", " ▁▄████"]));
    }

    proptest! {
        #[test]
        fn a_scale_holds_its_values_and_no_area_panics(
            values in prop::collection::vec(prop_oneof![0.0..1e12, any::<f64>()], 0..40),
            x in 0u16..12, y in 0u16..6, w in 0u16..30, h in 0u16..8,
        ) {
            let largest = values.iter().copied().filter(|value: &f64| value.abs() < 1e12).fold(0.0, f64::max);
            prop_assert!(top(largest) >= largest);
            let mut buffer = Buffer::empty(Rect::new(0, 0, 10, 4));
            draw(&values, top(largest), Style::new(), Rect::new(x, y, w, h), &mut buffer);
        }
    }
}
