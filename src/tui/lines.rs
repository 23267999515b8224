//! The lanes of the connection we talk on, behind those of connections we left: what was said before is
//! heard before.

use std::{collections::VecDeque, future::pending, mem};

use tokio::sync::mpsc::{Receiver, UnboundedReceiver};

use super::app::switching::Crossing;
use crate::client::{Data, Event, Lanes};

/// All lanes that something may still come on. Both kinds can be waited for at a time.
#[derive(Debug)]
pub struct Lines {
    /// State and answers.
    pub events: EventLines,
    /// The log.
    pub data: DataLines,
}

/// The control lanes.
#[derive(Debug)]
pub struct EventLines {
    /// Of the connections that were left, the first one first.
    left: VecDeque<UnboundedReceiver<Event>>,
    present: UnboundedReceiver<Event>,
    open: bool,
}

/// The data lanes.
#[derive(Debug)]
pub struct DataLines {
    /// Of the connections that were left, the first one first, each with what lies behind it.
    left: VecDeque<(Receiver<Data>, Crossing)>,
    present: Receiver<Data>,
    open: bool,
}

/// What is heard of the state of things.
#[derive(Debug)]
pub enum Heard {
    /// The connection we talk on says so.
    Event(Event),
    /// A connection that was left says so.
    Parting(Event),
    /// The connection we talk on has ended.
    Ended,
}

/// The next entry of the log.
#[derive(Debug)]
pub enum Taken {
    /// From a connection.
    Data(Data),
    /// The first connection that was left has no more of it.
    Crossed(Crossing),
}

impl Lines {
    /// The lanes of a first connection.
    pub fn new(present: Lanes) -> Lines {
        Lines {
            events: EventLines {
                left: VecDeque::new(),
                present: present.events,
                open: true,
            },
            data: DataLines {
                left: VecDeque::new(),
                present: present.data,
                open: true,
            },
        }
    }

    /// Goes on with the lanes of another connection; the present one is being left.
    pub fn follow(&mut self, next: Lanes, crossing: Crossing) {
        let Lines { events, data } = self;
        let left = mem::replace(&mut events.present, next.events);
        events.left.push_back(left);
        events.open = true;
        let left = mem::replace(&mut data.present, next.data);
        data.left.push_back((left, crossing));
        data.open = true;
    }
}

impl EventLines {
    /// The next event. Cancel-safe. Once the present connection has ended, and that was told, this
    /// waits for ever.
    pub async fn next(&mut self) -> Heard {
        let present = of_present(&mut self.present, &mut self.open);
        let Some(first) = self.left.front_mut() else {
            return present.await;
        };
        tokio::select! {
            biased;
            // that it has ended is told by its data lane
            Some(event) = first.recv() => Heard::Parting(event),
            heard = present => heard,
        }
    }

    /// What the first connection that was left still had to say; it is forgotten then.
    pub fn last_words(&mut self) -> Vec<Event> {
        let first = self.left.pop_front();
        first.map_or_else(Vec::new, |mut events| {
            std::iter::from_fn(|| events.try_recv().ok()).collect()
        })
    }
}

async fn of_present(events: &mut UnboundedReceiver<Event>, open: &mut bool) -> Heard {
    if !*open {
        return pending().await;
    }
    match events.recv().await {
        Some(event) => Heard::Event(event),
        None => {
            *open = false;
            Heard::Ended
        }
    }
}

impl DataLines {
    /// The next entry: of the first connection that was left, until that has no more. Cancel-safe.
    /// Once the present connection has ended this waits for ever.
    pub async fn next(&mut self) -> Taken {
        if let Some((first, _)) = self.left.front_mut() {
            if let Some(data) = first.recv().await {
                return Taken::Data(data);
            }
            if let Some((_, crossing)) = self.left.pop_front() {
                return Taken::Crossed(crossing);
            }
        }
        if self.open {
            if let Some(data) = self.present.recv().await {
                return Taken::Data(data);
            }
            self.open = false;
        }
        pending().await
    }

    /// The next entry, where it is there already and a connection's.
    pub fn at_hand(&mut self) -> Option<Data> {
        let lane = match self.left.front_mut() {
            Some((first, _)) => first,
            None => &mut self.present,
        };
        lane.try_recv().ok()
    }
}
