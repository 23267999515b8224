//! The `goingnats` command.

fn main() {}
