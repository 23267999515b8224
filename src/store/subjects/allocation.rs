//! What tables cost beside the values in them.

/// What an allocation costs besides its bytes, about.
pub(in crate::store) const ALLOCATION: usize = 16;

/// Makes room for one more, an eighth at a time where a `Vec` would double: capacities are paid for
/// from the budget.
pub(in crate::store) fn reserve_gently<T>(vec: &mut Vec<T>) {
    if vec.len() == vec.capacity() {
        vec.reserve_exact(vec.len() / 8 + 16);
    }
}
