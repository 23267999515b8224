//! The server without its sockets: what clients send goes in, what they receive lies in their outboxes.
//!
//! It behaves as nats-server does, quirks included, because other people's clients were written against
//! those (nats-server `server/client.go`).

use std::collections::HashMap;
use std::net::SocketAddr;
use std::task::{Context, Poll};

use super::client::{Beat, Client, ClientId, Options, Pulse, Subscription};
use super::delivery::{Delivery, Message};
use super::dice::Dice;
use super::interest::{Interest, SubId};
use super::outbox::Outbox;
use super::{Access, Settings};
use crate::protocol::{
    ClientOp, Connect, Decoder, Info, Limits, ProtocolError, Record, encode, subject,
};

/// What INFO says. Some clients insist on three numbers in front (nats.js `parseSemVer`).
const VERSION: &str = "2.10.0-goingnats";

/// The longest control line a client may send, CONNECT included (nats-server `max_control_line`).
const MAX_CONTROL_LINE: usize = 4_096;

/// What nats-server says to wrong and to missing credentials alike.
const VIOLATION: &str = "Authorization Violation";

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
    dice: Dice,
    last_client: ClientId,
    last_subscription: SubId,
}

/// What a connection does after its bytes were handled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Reads on.
    Read,
    /// Lets a receiver catch up first.
    Stall,
    /// Reads no more, and closes once its outbox is written.
    End,
}

/// Why a client is sent away: with this text, or without a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Dismissed(Option<&'static str>);

impl From<ProtocolError> for Dismissed {
    fn from(error: ProtocolError) -> Dismissed {
        Dismissed(match error {
            ProtocolError::UnknownOperation(_) | ProtocolError::BadTerminator => {
                Some("Unknown Protocol Operation")
            }
            ProtocolError::LineTooLong { .. } => Some("maximum control line exceeded"),
            ProtocolError::TooLarge { .. } => Some("Maximum Payload Violation"),
            // Bad arguments and bad JSON: nats-server says nothing either.
            _ => None,
        })
    }
}

impl Router {
    /// A server that nobody is connected to, for clients that reach it at `addr`.
    pub(super) fn new(settings: &Settings, addr: SocketAddr) -> Router {
        let mut dice = Dice::new();
        Router {
            info: Info {
                server_id: format!("{:016X}{:016X}", dice.next(), dice.next()),
                server_name: "goingnats".to_owned(),
                version: VERSION.to_owned(),
                proto: 1,
                host: addr.ip().to_string(),
                port: addr.port(),
                headers: true,
                auth_required: settings.access.is_restricted(),
                max_payload: i64::try_from(settings.max_payload).unwrap_or(i64::MAX),
                ..Info::default()
            },
            max_payload: settings.max_payload,
            pending_limit: settings.pending_limit,
            access: settings.access.clone(),
            clients: HashMap::new(),
            subscriptions: HashMap::new(),
            interest: Interest::new(),
            dice,
            last_client: 0,
            last_subscription: 0,
        }
    }

    /// Welcomes a client with INFO.
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
            pulse: Pulse::default(),
        };
        self.clients.insert(id, client);
        id
    }

    /// Says that this server is about to end, to those who understand it; they look for another.
    pub(super) fn announce_end(&mut self) {
        self.info.ldm = true;
        for client in self.clients.values_mut() {
            if client.connected && client.options.takes_news {
                client.outbox.append(|out| encode::info(out, &self.info));
            }
        }
    }

    /// Sends a client away that took too long to show its credentials.
    pub(super) fn expire(&mut self, id: ClientId) -> Next {
        if self.is_let_in(id) {
            return Next::Read;
        }
        self.dismiss(id, Dismissed(Some("Authentication Timeout")));
        Next::End
    }

    /// What a client's decoder may let it send.
    pub(super) fn limits(&self) -> Limits {
        Limits {
            line: MAX_CONTROL_LINE,
            document: MAX_CONTROL_LINE,
            message: self.max_payload,
        }
    }

    /// Handles the operations that are complete in `chunk`. Says how many bytes that were, and what next.
    pub(super) fn receive(
        &mut self,
        id: ClientId,
        decoder: &mut Decoder,
        chunk: &[u8],
    ) -> (usize, Next) {
        if let Some(client) = self.clients.get_mut(&id) {
            client.pulse.heard();
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
                    self.dismiss(id, reason);
                    return (at, Next::End);
                }
            }
        }
        (at, next)
    }

    /// Ends one keepalive interval of a client.
    pub(super) fn beat(&mut self, id: ClientId) -> Next {
        let Some(client) = self.clients.get_mut(&id) else {
            return Next::End;
        };
        match client.pulse.beat() {
            Beat::Alive => Next::Read,
            Beat::Ask => {
                client.outbox.append(encode::ping);
                Next::Read
            }
            Beat::Gone => {
                self.dismiss(id, Dismissed(Some("Stale Connection")));
                Next::End
            }
        }
    }

    /// Takes a client's subscriptions away and lets nothing more be sent to it. What waits for it can
    /// still be written.
    pub(super) fn finish(&mut self, id: ClientId) {
        self.drop_subscriptions(id);
        if let Some(client) = self.clients.get_mut(&id) {
            client.outbox.finish();
        }
    }

    /// Forgets a client.
    pub(super) fn remove(&mut self, id: ClientId) {
        self.drop_subscriptions(id);
        self.clients.remove(&id);
    }

    /// Waits for bytes to write to a client; false where no more will come.
    pub(super) fn poll_outbox(&mut self, id: ClientId, context: &Context<'_>) -> Poll<bool> {
        match self.clients.get_mut(&id) {
            Some(client) => client.outbox.poll(context),
            None => Poll::Ready(false),
        }
    }

    /// Where the bytes for a client lie, while it is there.
    pub(super) fn outbox(&mut self, id: ClientId) -> Option<&mut Outbox> {
        self.clients.get_mut(&id).map(|client| &mut client.outbox)
    }

    fn is_let_in(&self, id: ClientId) -> bool {
        let connected = self.clients.get(&id).is_some_and(|client| client.connected);
        connected || !self.access.is_restricted()
    }

    fn handle(&mut self, id: ClientId, op: ClientOp<'_>, chunk: &[u8]) -> Result<Next, Dismissed> {
        if !matches!(op, ClientOp::Connect(_)) && !self.is_let_in(id) {
            return Err(Dismissed(Some(VIOLATION)));
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
            ClientOp::Error(_) => return Err(Dismissed(None)),
        }
        Ok(Next::Read)
    }

    /// A client may subscribe before it connects; connecting once more drops its subscriptions.
    fn connect(&mut self, id: ClientId, json: &[u8]) -> Result<(), Dismissed> {
        let connect = Connect::parse(json)?;
        if !self.access.lets_in(&connect) {
            return Err(Dismissed(Some(VIOLATION)));
        }
        let Some(client) = self.clients.get_mut(&id) else {
            return Ok(());
        };
        client.options = Options::from(&connect);
        if std::mem::replace(&mut client.connected, true) {
            self.drop_subscriptions(id);
        }
        if !matches!(connect.protocol, 0 | 1) {
            return Err(Dismissed(Some("invalid client protocol")));
        }
        if connect.no_responders && !connect.headers {
            let text = "no responders requires headers support";
            return Err(Dismissed(Some(text)));
        }
        self.confirm(id);
        Ok(())
    }

    fn subscribe(&mut self, id: ClientId, pattern: &[u8], queue: Option<&[u8]>, sid: &[u8]) {
        let Some(client) = self.clients.get_mut(&id) else {
            return;
        };
        // A sid that is taken stays with its first subscription, and nobody is told.
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
        self.confirm(id);
    }

    fn unsubscribe(&mut self, id: ClientId, sid: &[u8], max: Option<u64>) {
        let named = self
            .clients
            .get(&id)
            .and_then(|client| client.sids.get(sid));
        if let Some(&named) = named
            && let Some(subscription) = self.subscriptions.get_mut(&named)
        {
            // The count began with the subscription; a number it has reached, 0 or none ends it now.
            subscription.max = Some(max.unwrap_or(0));
            if subscription.is_spent() {
                self.drop_subscription(named);
            }
        }
        self.confirm(id);
    }

    fn publish(
        &mut self,
        id: ClientId,
        record: &Record,
        headers: bool,
        chunk: &[u8],
    ) -> Result<Next, Dismissed> {
        let Some(client) = self.clients.get_mut(&id) else {
            return Ok(Next::End);
        };
        let options = client.options;
        if headers && !options.headers {
            return Err(Dismissed(None));
        }
        let message = Message::new(record, chunk);
        // Said, and delivered all the same.
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
            &mut self.dice,
            id,
            message,
        );
        let reached = delivery.reach_all(&self.interest);
        if !reached && options.no_responders {
            delivery.report_nobody(&self.interest);
        }
        let congested = delivery.congested;
        for spent in delivery.spent {
            self.drop_subscription(spent);
        }
        Ok(if congested { Next::Stall } else { Next::Read })
    }

    /// `+OK`, to who wants it.
    fn confirm(&mut self, id: ClientId) {
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

    fn dismiss(&mut self, id: ClientId, Dismissed(text): Dismissed) {
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
