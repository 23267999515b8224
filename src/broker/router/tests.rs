//! The router without sockets: operations go in, and what clients receive is read from outboxes.

use super::*;

const CONNECT: &str = "CONNECT {\"verbose\":false,\"pedantic\":false,\"headers\":true}\r\n";

struct Server(Router);

struct Peer {
    id: ClientId,
    decoder: Decoder,
}

fn server(pending_limit: usize) -> Server {
    let settings = Settings {
        max_payload: 1_000,
        pending_limit,
        ..Settings::default()
    };
    Server(Router::new(&settings, settings.addr))
}

impl Server {
    /// A client that has read INFO and sent CONNECT.
    fn peer(&mut self) -> Peer {
        let id = self.0.open(Settings::default().addr);
        let decoder = Decoder::new(self.0.limits());
        let mut peer = Peer { id, decoder };
        assert!(self.hears(&peer).starts_with("INFO {"));
        assert_eq!(self.says(&mut peer, CONNECT), Next::Read);
        peer
    }

    fn says(&mut self, peer: &mut Peer, bytes: &str) -> Next {
        let (used, next) = self.0.receive(peer.id, &mut peer.decoder, bytes.as_bytes());
        assert!(used == bytes.len() || next == Next::End, "{bytes:?}");
        next
    }

    fn hears(&mut self, peer: &Peer) -> String {
        let outbox = self.0.outbox(peer.id).expect("the client is there");
        let heard = String::from_utf8_lossy(outbox.unwritten()).into_owned();
        outbox.advance(heard.len());
        heard
    }

    fn is_cut(&mut self, peer: &Peer) -> bool {
        !self
            .0
            .outbox(peer.id)
            .expect("the client is there")
            .is_open()
    }

    fn subscriptions(&self) -> usize {
        self.0.subscriptions.len()
    }
}

#[test]
fn client_ids_count_up() {
    let mut server = server(10_000);
    let ids: Vec<ClientId> = (0..3).map(|_| server.peer().id).collect();
    assert_eq!(ids, [1, 2, 3]);
}

#[test]
fn the_same_operations_in_other_pieces_give_the_same_answers() {
    let script = "SUB a.> 1\r\nPUB a.b r 5\r\nhe\r\no\r\nHPUB a.c 14 16\r\nNATS/1.0\r\nX:\r\nhi\r\n\
                  PING\r\nUNSUB 1\r\nPUB a.b 0\r\n\r\nPING\r\n";
    let whole = {
        let mut server = server(10_000);
        let mut peer = server.peer();
        server.says(&mut peer, script);
        server.hears(&peer)
    };
    assert_eq!(whole.matches("PONG").count(), 2, "{whole}");
    for cut in 1..script.len() {
        let mut server = server(10_000);
        let mut peer = server.peer();
        let bytes = script.as_bytes();
        let (used, _) = server.0.receive(peer.id, &mut peer.decoder, &bytes[..cut]);
        server.0.receive(peer.id, &mut peer.decoder, &bytes[used..]);
        assert_eq!(server.hears(&peer), whole, "cut at {cut}");
    }
}

#[test]
fn queue_groups_of_one_name_are_one_group_whatever_their_patterns() {
    let mut server = server(10_000);
    let mut member = server.peer();
    server.says(
        &mut member,
        "SUB a.* q 1\r\nSUB a.> q 2\r\nSUB a.b other 3\r\n",
    );
    server.says(&mut member, "PUB a.b 0\r\n\r\n");
    let heard = server.hears(&member);
    assert_eq!(heard.matches("MSG a.b").count(), 2, "{heard}");
    assert_eq!(heard.matches("MSG a.b 3 ").count(), 1, "{heard}");
}

#[test]
fn a_member_that_cannot_take_the_message_leaves_it_to_the_next() {
    for _ in 0..20 {
        let mut server = server(10_000);
        let (mut full, mut other) = (server.peer(), server.peer());
        server.says(
            &mut full,
            "CONNECT {\"echo\":false,\"verbose\":false}\r\nSUB a q 1\r\n",
        );
        server.says(&mut other, "SUB a q 1\r\n");
        server.says(&mut full, "PUB a 2\r\nhi\r\n");
        assert_eq!(server.hears(&other), "MSG a 1 2\r\nhi\r\n");
        assert_eq!(server.hears(&full), "");
    }
}

#[test]
fn a_slow_client_is_cut_alone_and_its_senders_stall_first() {
    let mut server = server(4_000);
    let (mut slow, mut quick, mut sender) = (server.peer(), server.peer(), server.peer());
    server.says(&mut slow, "SUB a 1\r\n");
    server.says(&mut quick, "SUB a 1\r\n");
    let message = format!("PUB a 500\r\n{}\r\n", "x".repeat(500));
    let mut nexts = Vec::new();
    for _ in 0..8 {
        nexts.push(server.says(&mut sender, &message));
        assert!(server.hears(&quick).ends_with("x\r\n"));
    }
    assert_eq!(nexts[..5], [Next::Read; 5]);
    assert_eq!(nexts[5..7], [Next::Stall; 2]);
    assert_eq!(nexts[7], Next::Read);
    assert!(server.is_cut(&slow));
    assert!(!server.is_cut(&quick) && !server.is_cut(&sender));
}

#[test]
fn a_request_that_only_a_cut_client_would_take_has_no_responders() {
    let mut server = server(2_000);
    let (mut slow, mut asker) = (server.peer(), server.peer());
    server.says(&mut slow, "SUB a 1\r\n");
    let connect =
        "CONNECT {\"verbose\":false,\"headers\":true,\"no_responders\":true}\r\nSUB r.* 7\r\n";
    server.says(&mut asker, connect);
    let large = format!("PUB a 900\r\n{}\r\n", "x".repeat(900));
    for _ in 0..3 {
        server.says(&mut asker, &large);
    }
    server.says(&mut asker, "PUB a r.1 0\r\n\r\n");
    assert_eq!(
        server.hears(&asker),
        "HMSG r.1 7 33 33\r\nNATS/1.0 503\r\nNats-Subject: a\r\n\r\n\r\n"
    );
}

#[test]
fn nothing_of_a_client_is_left_behind() {
    let mut server = server(10_000);
    let mut peer = server.peer();
    let subscribe = "SUB a 1\r\nSUB a.* q 2\r\nSUB > 3\r\n";
    server.says(&mut peer, subscribe);
    assert_eq!(server.subscriptions(), 3);
    server.says(&mut peer, "UNSUB 1\r\nUNSUB 3 1\r\nPUB b 0\r\n\r\n");
    assert_eq!(server.subscriptions(), 1);
    server.says(&mut peer, CONNECT);
    assert_eq!(server.subscriptions(), 0);
    server.says(&mut peer, subscribe);
    server.0.remove(peer.id);
    assert_eq!(server.subscriptions(), 0);
    assert!(server.0.clients.is_empty());
}

#[test]
fn subscribing_before_connecting_counts() {
    let mut server = server(10_000);
    let id = server.0.open(Settings::default().addr);
    let decoder = Decoder::new(server.0.limits());
    let mut peer = Peer { id, decoder };
    server.says(&mut peer, &format!("SUB a 1\r\n{CONNECT}PUB a 0\r\n\r\n"));
    assert!(server.hears(&peer).ends_with("+OK\r\nMSG a 1 0\r\n\r\n"));
}

#[test]
fn a_disconnected_client_gets_the_reason_and_nothing_more() {
    let mut server = server(10_000);
    let (mut peer, mut other) = (server.peer(), server.peer());
    assert_eq!(
        server.says(&mut peer, "SUB a 1\r\nNONSENSE\r\nPING\r\n"),
        Next::End
    );
    server.says(&mut other, "PUB a 0\r\n\r\n");
    assert_eq!(server.hears(&peer), "-ERR 'Unknown Protocol Operation'\r\n");
    assert_eq!(server.subscriptions(), 0);
}

#[test]
fn a_silent_client_gets_two_pings_and_is_then_disconnected() {
    let mut server = server(10_000);
    let peer = server.peer();
    let nexts: Vec<Next> = (0..4).map(|_| server.0.keepalive_tick(peer.id)).collect();
    assert_eq!(nexts, [Next::Read, Next::Read, Next::Read, Next::End]);
    assert_eq!(
        server.hears(&peer),
        "PING\r\nPING\r\n-ERR 'Stale Connection'\r\n"
    );
}
