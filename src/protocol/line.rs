//! The tokenizer of control lines, shared by both directions.
