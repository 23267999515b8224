//! Printing of figures, and statistics.

/// Prints one figure.
pub fn figure(name: &str, value: f64, unit: &str) {
    let decimals = match value.abs() {
        0.0..10.0 => 2,
        10.0..1000.0 => 1,
        _ => 0,
    };
    println!("figure: {name} {value:.decimals$} {unit}");
}

/// The median.
pub fn median(values: &[f64]) -> f64 {
    percentile(values, 50)
}

/// The smallest value that is not exceeded by `percent` of the values.
pub fn percentile(values: &[f64], percent: usize) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted[rank - 1]
}
