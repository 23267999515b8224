//! One line that fits.

/// A payload as one line of at most `width` terminal cells, safe to print; ends with `…` where
/// something was left out. Looks at no more than `8 * width` bytes.
pub fn preview(_bytes: &[u8], _width: usize) -> String {
    todo!()
}
