//! A cluster of real nats-servers.

use super::{NatsServer, wait_until};

/// A cluster on loopback. Its servers announce each other to their clients.
#[derive(Debug)]
pub struct Cluster {
    /// The servers, in starting order.
    pub nodes: Vec<NatsServer>,
    config: String,
}

impl Cluster {
    /// Starts `count` servers and waits until all are connected.
    #[track_caller]
    pub fn of(count: usize) -> Cluster {
        Cluster::with_config(count, "")
    }

    /// As [`Cluster::of`], each server with a configuration file of this text.
    #[track_caller]
    pub fn with_config(count: usize, config: &str) -> Cluster {
        let mut cluster = Cluster {
            nodes: Vec::new(),
            config: config.to_owned(),
        };
        for _ in 0..count {
            cluster.start_another();
        }
        cluster.wait_until_known();
        cluster
    }

    /// Starts another server and waits until all are connected.
    #[track_caller]
    pub fn add(&mut self) {
        self.start_another();
        self.wait_until_known();
    }

    /// The URLs of the servers, in starting order.
    pub fn urls(&self) -> Vec<String> {
        self.nodes.iter().map(NatsServer::url).collect()
    }

    #[track_caller]
    fn start_another(&mut self) {
        let mut arguments = vec!["--cluster_name", "test", "--cluster", "nats://127.0.0.1:-1"];
        let routes: Vec<String> = self.nodes.iter().filter_map(NatsServer::route).collect();
        let routes = routes.join(",");
        if !routes.is_empty() {
            arguments.extend(["--routes", &routes]);
        }
        self.nodes.push(NatsServer::with(&self.config, &arguments));
    }

    #[track_caller]
    fn wait_until_known(&self) {
        for node in &self.nodes {
            wait_until("every server to know every other", || {
                let urls = node.monitor("/varz")["connect_urls"].clone();
                urls.as_array().map_or(0, Vec::len) == self.nodes.len()
            });
        }
    }
}
