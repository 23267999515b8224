//! The cost of allocations.

/// The approximate overhead of an allocation, in bytes.
pub(in crate::store) const ALLOCATION: usize = 16;

/// Reserves room for one more, growing by an eighth instead of doubling: capacity counts against the budget.
pub(in crate::store) fn reserve_gently<T>(vec: &mut Vec<T>) {
    if vec.len() == vec.capacity() {
        vec.reserve_exact(vec.len() / 8 + 16);
    }
}
