//! The client against a real nats-server and scripted peers.
