//! The plan of a measurement and its result, passed between processes as words.

use std::{
    process,
    time::{Duration, Instant},
};

use crate::harness::cpu_time;

/// Positions in the stream, in messages.
pub struct Plan {
    /// Start of the measurement.
    pub warm: u64,
    /// Where the store is full.
    pub full: u64,
    /// The end of the stream.
    pub total: u64,
}

impl Plan {
    pub fn written(&self) -> [String; 3] {
        [self.warm, self.full, self.total].map(|number| number.to_string())
    }

    pub fn read(words: &[String]) -> Plan {
        let number = |at: usize| words[at].parse().expect("a number of messages");
        Plan {
            warm: number(0),
            full: number(1),
            total: number(2),
        }
    }
}

/// The result of one run of a consumer.
#[derive(Clone)]
pub struct Measured {
    /// Nanoseconds of CPU time a message while the log fills.
    pub filling: f64,
    /// The same with a full log.
    pub steady: f64,
    /// Messages a second of wall time, with a full log.
    pub rate: f64,
    /// Messages dropped by the client.
    pub dropped: f64,
}

impl Measured {
    pub fn read(line: &str) -> Measured {
        let mut words = line.split(' ').map(|word| word.parse().expect("a figure"));
        let mut next = || words.next().expect("four figures");
        Measured {
            filling: next(),
            steady: next(),
            rate: next(),
            dropped: next(),
        }
    }
}

/// Reads the clocks at the positions of the plan.
pub struct Meter<'a> {
    plan: &'a Plan,
    seen: u64,
    dropped: u64,
    next: u64,
    marks: Vec<Mark>,
}

struct Mark {
    seen: u64,
    cpu: Duration,
    at: Instant,
}

impl Meter<'_> {
    pub fn new(plan: &Plan) -> Meter<'_> {
        Meter {
            plan,
            seen: 0,
            dropped: 0,
            next: plan.warm,
            marks: Vec::new(),
        }
    }

    /// Counts received messages; returns whether the stream has ended.
    #[inline]
    pub fn received(&mut self, messages: u64) -> bool {
        self.seen += messages;
        self.seen >= self.next && self.mark()
    }

    /// Counts dropped messages; returns whether the stream has ended.
    pub fn dropped(&mut self, messages: u64) -> bool {
        self.dropped += messages;
        self.received(messages)
    }

    fn mark(&mut self) -> bool {
        self.marks.push(Mark {
            seen: self.seen,
            cpu: cpu_time(process::id()),
            at: Instant::now(),
        });
        let later = [self.plan.full, self.plan.total];
        let next = later.into_iter().find(|number| *number > self.seen);
        self.next = next.unwrap_or(u64::MAX);
        next.is_none()
    }

    /// Prints the result for the other process.
    pub fn report(&self) {
        let [warm, full, total] = self.marks.as_slice() else {
            panic!("{} marks", self.marks.len());
        };
        let cost = |from: &Mark, to: &Mark| {
            (to.cpu - from.cpu).as_nanos() as f64 / (to.seen - from.seen) as f64
        };
        let rate = (total.seen - full.seen) as f64 / (total.at - full.at).as_secs_f64();
        let (filling, steady) = (cost(warm, full), cost(full, total));
        println!("{filling} {steady} {rate} {}", self.dropped);
    }
}
