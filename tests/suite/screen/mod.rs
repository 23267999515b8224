//! The real event loop, driven by keys.
