//! Searching and filtering a million messages, beside a plain `memmem` over the same bytes in one buffer.
//!
//! `cargo bench --bench search [-- PART OF A NAME]`

#[path = "harness/mod.rs"]
mod harness;

use std::{
    fmt::Write,
    hint::black_box,
    time::{Duration, Instant},
};

use goingnats::{
    filter::Filter,
    protocol::{Decoder, Limits, ServerOp, encode},
    store::{Direction, Query, Store, View},
};
use harness::{figure, median};

const MESSAGES: usize = 1_000_000;
const SUBJECTS: usize = 10_000;
const PAYLOAD: usize = 256;
const BATCH: usize = 500;
const RUNS: usize = 7;
/// Duration of a part of a scan, after which its result goes to the screen.
const PIECE: Duration = Duration::from_millis(4);
/// Rows on a screen.
const SCREEN: u64 = 50;
const BUDGET: usize = 1 << 30;
const START: i64 = 1_700_000_000_000_000_000;

fn main() {
    let mut corpus = Corpus::new();
    corpus.search("few-hits", "Needle", 1_000);
    corpus.search("no-hits", "Haystack-Nobody", 0);
    corpus.search("without-case", "needle", 1_000);
    corpus.search("without-case-no-hits", "haystack", 0);
    corpus.search("without-case-s-and-k", "sku-kiosk-9", 0);
    corpus.search("a-hit-in-every-message", "Total", MESSAGES as u64);
    corpus.search("every-message-without-case", "total", MESSAGES as u64);
    corpus.search("regex", "/needle-[0-9]+/", 1_000);
    corpus.filter("subject-and-size", "subject:orders.> size>1k");
    corpus.filter("subject-and-size-below", "subject:orders.> size<1k");
    corpus.filter("json", "json:.total>100");
    corpus.filter("json-escaped", "json:.lines[0].sku=\"A-1\"");
    corpus.filter("word", "needle");
}

struct Corpus {
    wanted: String,
    store: Store,
    flat: Vec<u8>,
}

impl Corpus {
    /// A million JSON messages; one of a thousand says `Needle`.
    fn new() -> Corpus {
        let mut store = Store::new(BUDGET);
        store.add_subscription(2, b">");
        let mut flat = Vec::new();
        for first in (0..MESSAGES).step_by(BATCH) {
            let mut bytes = Vec::new();
            for n in first..first + BATCH {
                let area = if n % 2 == 0 { "orders" } else { "stock" };
                let subject = format!("{area}.{}.created", n * 7919 % SUBJECTS);
                encode::message(&mut bytes, subject.as_bytes(), b"2", None, b"", &payload(n));
            }
            let mut decoder = Decoder::new(Limits::CLIENT);
            let mut records = Vec::new();
            let mut at = 0;
            while let Some(op) = decoder.server_op(&bytes, &mut at).expect("well formed") {
                if let ServerOp::Message(record) = op {
                    records.push(record);
                }
            }
            let when = START + first as i64 * 10_000;
            store.append(Direction::In, &bytes, &records, when);
            flat.extend_from_slice(&bytes);
        }
        assert_eq!(store.counters().kept, MESSAGES as u64, "all are kept");
        // cargo adds `--bench`
        let wanted = std::env::args().skip(1).find(|it| !it.starts_with("--"));
        Corpus {
            wanted: wanted.unwrap_or_default(),
            store,
            flat,
        }
    }

    fn search(&mut self, name: &str, typed: &str, hits: u64) {
        if !name.contains(&self.wanted) {
            return;
        }
        let mut whole = Vec::new();
        let mut screen = Vec::new();
        let mut peer = Vec::new();
        let mut longest: f64 = 0.0;
        for _ in 0..RUNS {
            self.store.search(None);
            let begun = Instant::now();
            let query = Query::parse(typed).expect("well formed");
            self.store.search(Some(query));
            let took = self.finish(begun, &mut longest, |store| store.hits() >= SCREEN);
            screen.extend(took.screen);
            whole.push(took.whole);
            assert_eq!(self.store.hits(), hits, "{name}");
            let finder = memchr::memmem::Finder::new(typed);
            let begun = Instant::now();
            black_box(finder.find_iter(black_box(&self.flat)).count());
            peer.push(milliseconds(begun));
        }
        if !screen.is_empty() {
            figure(
                &format!("search-{name}-first-screen"),
                median(&screen),
                "ms",
            );
        }
        figure(&format!("search-{name}-whole"), median(&whole), "ms");
        figure(&format!("search-{name}-memmem"), median(&peer), "ms");
        figure(
            &format!("search-{name}-ratio"),
            median(&whole) / median(&peer),
            "x",
        );
        figure(&format!("search-{name}-loop-longest"), longest, "ms");
    }

    fn filter(&mut self, name: &str, text: &str) {
        if !name.contains(&self.wanted) {
            return;
        }
        let mut whole = Vec::new();
        let mut screen = Vec::new();
        let mut longest: f64 = 0.0;
        for _ in 0..RUNS {
            self.store.set_view(View::default());
            let filter = Filter::parse(text, &jiff::Zoned::now()).expect("well formed");
            let begun = Instant::now();
            self.store.set_view(View {
                filter: Some(filter),
                ..View::default()
            });
            longest = longest.max(milliseconds(begun));
            let took = self.finish(begun, &mut longest, |store| store.rows() >= SCREEN);
            screen.extend(took.screen);
            whole.push(took.whole);
        }
        if !screen.is_empty() {
            figure(
                &format!("filter-{name}-first-screen"),
                median(&screen),
                "ms",
            );
        }
        figure(&format!("filter-{name}-whole"), median(&whole), "ms");
        figure(
            &format!("filter-{name}-shown"),
            self.store.rows() as f64,
            "messages",
        );
        figure(&format!("filter-{name}-loop-longest"), longest, "ms");
    }

    /// Scans to the end as the event loop and the jobs thread do; `longest` is the longest time spent in
    /// the event loop.
    fn finish(
        &mut self,
        begun: Instant,
        longest: &mut f64,
        is_screen: impl Fn(&Store) -> bool,
    ) -> Took {
        let mut screen = None;
        loop {
            if screen.is_none() && is_screen(&self.store) {
                screen = Some(milliseconds(begun));
            }
            let asked = Instant::now();
            let Some(scan) = self.store.next_scan() else {
                break;
            };
            let asking = milliseconds(asked);
            let piece = Instant::now();
            let scanned = scan.run(|| piece.elapsed() > PIECE);
            let told = Instant::now();
            assert!(self.store.scanned(scanned));
            *longest = longest.max(asking + milliseconds(told));
        }
        Took {
            screen,
            whole: milliseconds(begun),
        }
    }
}

struct Took {
    screen: Option<f64>,
    whole: f64,
}

fn payload(n: usize) -> Vec<u8> {
    let mut text = String::new();
    let word = if n % 1_000 == 7 { "Needle" } else { "Noodle" };
    let total = n * 31 % 1_000;
    write!(
        text,
        "{{\"id\":\"{n:08}\",\"customer\":\"{word}-{}\",\"lines\":[{{\"sku\":\"A-{}\",\"quantity\":{}}}],\
         \"Total\":{total},\"total\":{total},\"note\":\"",
        n * 17 % 100_000,
        n % 113,
        n % 9
    )
    .expect("a string takes everything");
    let filler = [
        "packed ", "today ", "for ", "the ", "kitchen ", "and ", "a ", "desk ",
    ];
    for word in (n..).map(|n| filler[n * 5 % filler.len()]) {
        if text.len() + word.len() + 2 > PAYLOAD {
            break;
        }
        text.push_str(word);
    }
    while text.len() + 2 < PAYLOAD {
        text.push('.');
    }
    text.push_str("\"}");
    text.into_bytes()
}

fn milliseconds(begun: Instant) -> f64 {
    begun.elapsed().as_secs_f64() * 1_000.0
}
