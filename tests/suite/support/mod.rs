//! What tests need: servers, peers, deadlines.
