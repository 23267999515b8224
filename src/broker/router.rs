//! The server without sockets: takes what clients send, and puts what they receive into outboxes.
//!
//! It behaves as nats-server does, including its quirks, because clients rely on them (nats-server
//! `server/client.go`).

use std::collections::HashMap;
use std::net::SocketAddr;
use std::task::{Context, Poll};

use super::client::{Client, ClientId, Keepalive, KeepaliveAction, Options, Subscription};
use super::delivery::{Delivery, Message};
use super::interest::{Interest, SubId};
use super::outbox::Outbox;
use super::rng::Rng;
use super::{Access, Settings};
use crate::protocol::{
    ClientOp, Connect, Decoder, Info, Limits, ProtocolError, Record, encode, subject,
};

/// The version in INFO. Some clients require it to begin with three numbers (nats.js `parseSemVer`).
const VERSION: &str = "2.10.0-goingnats";

/// The longest control line a client may send, CONNECT included (nats-server `max_control_line`).
const MAX_CONTROL_LINE: usize = 4_096;

/// The error of nats-server for wrong and for missing credentials.
const AUTHORIZATION_VIOLATION: &str = "Authorization Violation";

/// All clients and their subscriptions.
#[derive(Debug)]
pub(super) struct Router {
    info: Info,
    max_payload: usize,
    pending_limit: usize,
    access: Access,
    clients: HashMap<ClientId, Client>,
    subscriptions: HashMap<SubId, Subscription>,
    interest: Interest,
    rng: Rng,
    last_client: ClientId,
    last_subscription: SubId,
}

/// What a connection does after its bytes were processed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Read on.
    Read,
    /// Pause first, so that a receiver can catch up.
    Stall,
    /// Stop reading, and close once the outbox is written.
    End,
}

/// A client is to be disconnected, with this `-ERR` text or without any.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Disconnect(Option<&'static str>);

impl From<ProtocolError> for Disconnect {
    fn from(error: ProtocolError) -> Disconnect {
        Disconnect(match error {
            ProtocolError::UnknownOperation(_) | ProtocolError::BadTerminator => {
                Some("Unknown Protocol Operation")
            }
            ProtocolError::LineTooLong { .. } => Some("maximum control line exceeded"),
            ProtocolError::TooLarge { .. } => Some("Maximum Payload Violation"),
            // Bad arguments and bad JSON: nats-server sends no error either.
            _ => None,
        })
    }
}

impl Router {
    /// A server without clients, listening at `addr`.
    pub(super) fn new(settings: &Settings, addr: SocketAddr) -> Router {
        let mut rng = Rng::new();
        Router {
            info: Info {
                server_id: format!("{:016X}{:016X}", rng.next(), rng.next()),
                server_name: "goingnats".to_owned(),
                version: VERSION.to_owned(),
                proto: 1,
                host: addr.ip().to_string(),
                port: addr.port(),
                headers: true,
                auth_required: settings.access.requires_credentials(),
                max_payload: i64::try_from(settings.max_payload).unwrap_or(i64::MAX),
                ..Info::default()
            },
            max_payload: settings.max_payload,
            pending_limit: settings.pending_limit,
            access: settings.access.clone(),
            clients: HashMap::new(),
            subscriptions: HashMap::new(),
            interest: Interest::new(),
            rng,
            last_client: 0,
            last_subscription: 0,
        }
    }

    /// Adds a client and sends it INFO.
    pub(super) fn open(&mut self, peer: SocketAddr) -> ClientId {
        self.last_client += 1;
        let id = self.last_client;
        let info = Info {
            client_id: id,
            client_ip: peer.ip().to_string(),
            ..self.info.clone()
        };
        let mut outbox = Outbox::new(self.pending_limit);
        outbox.append(|out| encode::info(out, &info));
        let client = Client {
            options: Options::default(),
            connected: false,
            sids: HashMap::new(),
            outbox,
            keepalive: Keepalive::default(),
        };
        self.clients.insert(id, client);
        id
    }

    /// Sends INFO with `ldm` (lame duck mode) to the clients that accept it, so that they connect elsewhere.
    pub(super) fn announce_end(&mut self) {
        self.info.ldm = true;
        for client in self.clients.values_mut() {
            if client.connected && client.options.accepts_async_info {
                client.outbox.append(|out| encode::info(out, &self.info));
            }
        }
    }

    /// Disconnects a client that is not authorized yet.
    pub(super) fn authentication_timed_out(&mut self, id: ClientId) -> Next {
        if self.is_authorized(id) {
            return Next::Read;
        }
        self.disconnect(id, Disconnect(Some("Authentication Timeout")));
        Next::End
    }

    /// The limits for a client's decoder.
    pub(super) fn limits(&self) -> Limits {
        Limits {
            line: MAX_CONTROL_LINE,
            document: MAX_CONTROL_LINE,
            message: self.max_payload,
        }
    }

    /// Processes the complete operations in `chunk`. Returns how many bytes these were, and what to do
    /// next.
    pub(super) fn receive(
        &mut self,
        id: ClientId,
        decoder: &mut Decoder,
        chunk: &[u8],
    ) -> (usize, Next) {
        if let Some(client) = self.clients.get_mut(&id) {
            client.keepalive.heard();
        }
        let mut at = 0;
        let mut next = Next::Read;
        loop {
            let handled = match decoder.client_op(chunk, &mut at) {
                Ok(None) => break,
                Ok(Some(op)) => self.handle(id, op, chunk),
                Err(error) => Err(error.into()),
            };
            match handled {
                Ok(Next::Read) => {}
                Ok(other) => next = other,
                Err(reason) => {
                    self.disconnect(id, reason);
                    return (at, Next::End);
                }
            }
        }
        (at, next)
    }

    /// Ends one keepalive interval of a client.
    pub(super) fn keepalive_tick(&mut self, id: ClientId) -> Next {
        let Some(client) = self.clients.get_mut(&id) else {
            return Next::End;
        };
        match client.keepalive.keepalive_tick() {
            KeepaliveAction::None => Next::Read,
            KeepaliveAction::SendPing => {
                client.outbox.append(encode::ping);
                Next::Read
            }
            KeepaliveAction::Disconnect => {
                self.disconnect(id, Disconnect(Some("Stale Connection")));
                Next::End
            }
        }
    }

    /// Removes a client's subscriptions and ends its outbox. What is pending can still be written.
    pub(super) fn finish(&mut self, id: ClientId) {
        self.drop_subscriptions(id);
        if let Some(client) = self.clients.get_mut(&id) {
            client.outbox.finish();
        }
    }

    /// Removes a client.
    pub(super) fn remove(&mut self, id: ClientId) {
        self.drop_subscriptions(id);
        self.clients.remove(&id);
    }

    /// Polls for bytes to write to a client; false if no more will come.
    pub(super) fn poll_outbox(&mut self, id: ClientId, context: &Context<'_>) -> Poll<bool> {
        match self.clients.get_mut(&id) {
            Some(client) => client.outbox.poll(context),
            None => Poll::Ready(false),
        }
    }

    /// The outbox of a client, while it exists.
    pub(super) fn outbox(&mut self, id: ClientId) -> Option<&mut Outbox> {
        self.clients.get_mut(&id).map(|client| &mut client.outbox)
    }

    fn is_authorized(&self, id: ClientId) -> bool {
        let connected = self.clients.get(&id).is_some_and(|client| client.connected);
        connected || !self.access.requires_credentials()
    }

    fn handle(&mut self, id: ClientId, op: ClientOp<'_>, chunk: &[u8]) -> Result<Next, Disconnect> {
        if !matches!(op, ClientOp::Connect(_)) && !self.is_authorized(id) {
            return Err(Disconnect(Some(AUTHORIZATION_VIOLATION)));
        }
        match op {
            ClientOp::Publish { record, headers } => {
                return self.publish(id, &record, headers, chunk);
            }
            ClientOp::Subscribe {
                subject,
                queue,
                sid,
            } => self.subscribe(id, subject, queue, sid),
            ClientOp::Unsubscribe { sid, max } => self.unsubscribe(id, sid, max),
            ClientOp::Ping => {
                self.send(id, encode::pong);
            }
            ClientOp::Connect(json) => self.connect(id, json)?,
            ClientOp::Pong | ClientOp::Ignored => {}
            ClientOp::Error(_) => return Err(Disconnect(None)),
        }
        Ok(Next::Read)
    }

    /// A client may send SUB before CONNECT; a second CONNECT removes its subscriptions.
    fn connect(&mut self, id: ClientId, json: &[u8]) -> Result<(), Disconnect> {
        let connect = Connect::parse(json)?;
        if !self.access.accepts(&connect) {
            return Err(Disconnect(Some(AUTHORIZATION_VIOLATION)));
        }
        let Some(client) = self.clients.get_mut(&id) else {
            return Ok(());
        };
        client.options = Options::from(&connect);
        if std::mem::replace(&mut client.connected, true) {
            self.drop_subscriptions(id);
        }
        if !matches!(connect.protocol, 0 | 1) {
            return Err(Disconnect(Some("invalid client protocol")));
        }
        if connect.no_responders && !connect.headers {
            let text = "no responders requires headers support";
            return Err(Disconnect(Some(text)));
        }
        self.send_ok(id);
        Ok(())
    }

    fn subscribe(&mut self, id: ClientId, pattern: &[u8], queue: Option<&[u8]>, sid: &[u8]) {
        let Some(client) = self.clients.get_mut(&id) else {
            return;
        };
        // A sid in use keeps its first subscription; nats-server reports no error either.
        if !client.sids.contains_key(sid) {
            if subject::check_subscribe(pattern).is_err() {
                self.send(id, |out| encode::error(out, "Invalid Subject"));
                return;
            }
            self.last_subscription += 1;
            let subscription = self.last_subscription;
            client.sids.insert(sid.into(), subscription);
            let node = self.interest.insert(pattern, queue, subscription);
            self.subscriptions.insert(
                subscription,
                Subscription {
                    client: id,
                    sid: sid.into(),
                    node,
                    delivered: 0,
                    max: None,
                },
            );
        }
        self.send_ok(id);
    }

    fn unsubscribe(&mut self, id: ClientId, sid: &[u8], max: Option<u64>) {
        let named = self
            .clients
            .get(&id)
            .and_then(|client| client.sids.get(sid));
        if let Some(&named) = named
            && let Some(subscription) = self.subscriptions.get_mut(&named)
        {
            // Counted from SUB: a maximum already reached, 0 or none ends it now.
            subscription.max = Some(max.unwrap_or(0));
            if subscription.has_reached_max() {
                self.drop_subscription(named);
            }
        }
        self.send_ok(id);
    }

    fn publish(
        &mut self,
        id: ClientId,
        record: &Record,
        headers: bool,
        chunk: &[u8],
    ) -> Result<Next, Disconnect> {
        let Some(client) = self.clients.get_mut(&id) else {
            return Ok(Next::End);
        };
        let options = client.options;
        if headers && !options.headers {
            return Err(Disconnect(None));
        }
        let message = Message::new(record, chunk);
        // Reported, and delivered all the same, as nats-server does.
        if options.pedantic && subject::check_publish(message.subject).is_err() {
            client
                .outbox
                .append(|out| encode::error(out, "Invalid Publish Subject"));
        }
        if options.verbose {
            client.outbox.append(encode::ok);
        }
        let mut delivery = Delivery::new(
            &mut self.clients,
            &mut self.subscriptions,
            &mut self.rng,
            id,
            message,
        );
        let delivered_any = delivery.deliver(&self.interest);
        if !delivered_any && options.no_responders {
            delivery.send_no_responders(&self.interest);
        }
        let congested = delivery.congested;
        for at_max in delivery.at_max {
            self.drop_subscription(at_max);
        }
        Ok(if congested { Next::Stall } else { Next::Read })
    }

    /// Sends `+OK` to a verbose client.
    fn send_ok(&mut self, id: ClientId) {
        if let Some(client) = self.clients.get_mut(&id)
            && client.options.verbose
        {
            client.outbox.append(encode::ok);
        }
    }

    fn send(&mut self, id: ClientId, write: impl FnOnce(&mut Vec<u8>)) {
        if let Some(client) = self.clients.get_mut(&id) {
            client.outbox.append(write);
        }
    }

    fn disconnect(&mut self, id: ClientId, Disconnect(text): Disconnect) {
        tracing::debug!(
            client = id,
            reason = text.unwrap_or("bad arguments"),
            "dismissed"
        );
        if let Some(text) = text {
            self.send(id, |out| encode::error(out, text));
        }
        self.finish(id);
    }

    fn drop_subscriptions(&mut self, id: ClientId) {
        let Some(client) = self.clients.get_mut(&id) else {
            return;
        };
        for subscription in std::mem::take(&mut client.sids).into_values() {
            self.drop_subscription(subscription);
        }
    }

    fn drop_subscription(&mut self, id: SubId) {
        if let Some(subscription) = self.subscriptions.remove(&id) {
            self.interest.remove(subscription.node, id);
            if let Some(client) = self.clients.get_mut(&subscription.client) {
                client.sids.remove(&subscription.sid);
            }
        }
    }
}

#[cfg(test)]
mod tests;
