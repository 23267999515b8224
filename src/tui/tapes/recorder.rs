//! Writing what enters the log to a file, on a thread of its own.

use std::{
    io,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
        mpsc::{Receiver, Sender, TryRecvError, channel},
    },
    thread::{self, JoinHandle},
};

use super::lines;
use crate::{
    client::{Data, Dropped},
    protocol::Marker,
    recording::{Error, Existing, Medium, Writer, Written},
};

/// The way to the thread that writes. What is on the way is bounded in bytes; what does not fit is
/// not recorded, counted, and marked in the file where it is missing.
#[derive(Debug)]
pub struct Recorder {
    queue: Option<Sender<Taken>>,
    thread: JoinHandle<Result<Written, Error>>,
    /// Bytes on the way.
    held: Arc<AtomicUsize>,
    limit: usize,
    taken: u64,
    missed: u64,
    /// What was missed since something was last taken.
    gap: Dropped,
}

/// What goes to the thread.
enum Taken {
    Data(Data),
    /// From elsewhere than the data lane.
    Marker(Marker),
}

impl Recorder {
    /// Begins a file. At most `limit` bytes are on the way to it, and always one batch. `ended` is
    /// called on the thread when it is over, by [`Recorder::finish`] or by an error.
    ///
    /// # Errors
    /// Where the thread cannot be started. Whether the file can be made shows later.
    pub fn start(
        path: PathBuf,
        existing: Existing,
        limit: usize,
        ended: impl FnOnce() + Send + 'static,
    ) -> io::Result<Recorder> {
        Recorder::with(move || Writer::create(&path, existing), limit, ended)
    }

    fn with<M: Medium>(
        begin: impl FnOnce() -> Result<Writer<M>, Error> + Send + 'static,
        limit: usize,
        ended: impl FnOnce() + Send + 'static,
    ) -> io::Result<Recorder> {
        let (queue, waiting) = channel();
        let held = Arc::new(AtomicUsize::new(0));
        let on_the_way = held.clone();
        let thread = thread::Builder::new()
            .name("goingnats-tape".into())
            .spawn(move || {
                let outcome = begin().and_then(|writer| work(writer, &waiting, &on_the_way));
                // who still sends must not be counted as recorded
                drop(waiting);
                ended();
                outcome
            })?;
        Ok(Recorder {
            queue: Some(queue),
            thread,
            held,
            limit,
            taken: 0,
            missed: 0,
            gap: Dropped::default(),
        })
    }

    /// Lets at most `bytes` be on the way from the next entry on.
    pub(super) fn limit(&mut self, bytes: usize) {
        self.limit = bytes;
    }

    /// Takes an entry of the data lane. Never waits.
    pub fn take(&mut self, data: Data) {
        let size = footprint(&data);
        let held = self.held.load(Ordering::Acquire);
        if held > 0 && held + size > self.limit && size > 0 {
            return self.miss(&data);
        }
        self.tell_of_gap();
        let (received, sent) = messages(&data);
        self.taken += received + sent;
        self.held.fetch_add(size, Ordering::AcqRel);
        self.send(Taken::Data(data));
    }

    /// Takes a marker. Never waits, and is never missed.
    pub fn mark(&mut self, marker: Marker) {
        self.tell_of_gap();
        self.send(Taken::Marker(marker));
    }

    fn send(&mut self, taken: Taken) {
        if let Some(queue) = &self.queue {
            // a thread that has ended said why
            let _ = queue.send(taken);
        }
    }

    fn miss(&mut self, data: &Data) {
        let (Data::Received(batch) | Data::Sent(batch)) = data else {
            return;
        };
        let (received, sent) = messages(data);
        self.missed += received + sent;
        self.gap.received += received;
        self.gap.sent += sent;
        self.gap.bytes += batch.bytes.len() as u64;
        self.gap.at = batch.at;
    }

    fn tell_of_gap(&mut self) {
        if self.gap.received + self.gap.sent > 0 {
            let gap = std::mem::take(&mut self.gap);
            self.send(Taken::Marker((&gap).into()));
        }
    }

    /// How many messages were taken.
    pub fn taken(&self) -> u64 {
        self.taken
    }

    /// How many messages are not recorded, because the disk could not follow.
    pub fn missed(&self) -> u64 {
        self.missed
    }

    /// Ends the recording; what is on the way is still written.
    pub fn finish(&mut self) {
        self.tell_of_gap();
        self.queue = None;
    }

    /// Waits until it is over, and says what came of it.
    ///
    /// # Errors
    /// What ended it early.
    pub fn outcome(mut self) -> Result<Written, Error> {
        self.finish();
        match self.thread.join() {
            Ok(outcome) => outcome,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    }
}

fn work<M: Medium>(
    mut writer: Writer<M>,
    waiting: &Receiver<Taken>,
    held: &AtomicUsize,
) -> Result<Written, Error> {
    loop {
        let taken = match waiting.try_recv() {
            Ok(taken) => taken,
            Err(TryRecvError::Disconnected) => return writer.finish(),
            // while nothing comes, nothing is held back
            Err(TryRecvError::Empty) => {
                writer.flush()?;
                match waiting.recv() {
                    Ok(taken) => taken,
                    Err(_) => return writer.finish(),
                }
            }
        };
        match taken {
            Taken::Data(data) => {
                lines::write(&mut writer, &data)?;
                held.fetch_sub(footprint(&data), Ordering::AcqRel);
            }
            Taken::Marker(marker) => writer.marker(&marker)?,
        }
    }
}

/// What it costs to hold, in bytes; 0 for markers, which are never missed.
fn footprint(data: &Data) -> usize {
    match data {
        Data::Received(batch) | Data::Sent(batch) => batch.footprint(),
        Data::Gap(_) | Data::Dropped(_) => 0,
    }
}

/// Messages in it: received, sent.
fn messages(data: &Data) -> (u64, u64) {
    match data {
        Data::Received(batch) => (batch.records.len() as u64, 0),
        Data::Sent(batch) => (0, batch.records.len() as u64),
        Data::Gap(_) | Data::Dropped(_) => (0, 0),
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io::Write,
        path::Path,
        sync::{Mutex, mpsc},
        time::Duration,
    };

    use super::*;
    use crate::{
        client::{Batch, Gap, GapCause},
        protocol::MarkerKind,
        protocol::{Headers, encode},
        recording::{Entry, Reader, Step},
    };

    fn received(payload: &str) -> Data {
        let mut batch = Batch::default();
        let record = encode::publish(
            &mut batch.bytes,
            b"a",
            None,
            &Headers::new(),
            payload.as_bytes(),
        );
        batch.records.push(record.unwrap());
        Data::Received(batch)
    }

    /// What the lines say: payloads, and markers in short.
    fn read(bytes: &[u8]) -> Vec<String> {
        let mut reader = Reader::new(bytes, 0);
        let mut said = Vec::new();
        loop {
            let step = reader.step(|entry| match entry {
                Entry::Message(line) => String::from_utf8(line.payload.into_owned()).unwrap(),
                Entry::Marker(marker) => match marker.kind {
                    MarkerKind::Dropped { received, .. } => format!("-{received}"),
                    other => format!("{other:?}"),
                },
            });
            match step.unwrap() {
                Step::Entry(word) => said.push(word),
                Step::Nothing => {}
                Step::End => return said,
            }
        }
    }

    #[test]
    fn everything_taken_is_in_the_file_in_its_order() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("r.ndjson");
        let mut recorder =
            Recorder::start(path.clone(), Existing::Keep, usize::MAX, || {}).unwrap();
        recorder.take(received("1"));
        recorder.take(Data::Gap(Gap {
            cause: GapCause::Moved,
            at: 0,
            lasted: Duration::ZERO,
        }));
        recorder.mark(Marker {
            at: 0,
            kind: MarkerKind::Moved,
        });
        recorder.take(received("2"));
        assert_eq!((recorder.taken(), recorder.missed()), (2, 0));
        assert_eq!(recorder.outcome().unwrap().messages, 2);
        assert_eq!(
            read(&std::fs::read(path).unwrap()),
            ["1", "Moved", "Moved", "2"]
        );
    }

    /// A disk that says when it is written to, and does not return until its gate is open.
    struct Slow {
        begun: mpsc::Sender<()>,
        gate: Receiver<()>,
        held: Arc<Mutex<Vec<u8>>>,
    }

    impl Write for Slow {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            // a test that is over listens to nobody, and a gate that is gone is open
            let _ = self.begun.send(());
            let _ = self.gate.recv();
            self.held.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Medium for Slow {
        fn cut(&mut self, _: u64) -> io::Result<()> {
            Ok(())
        }

        fn sync(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn given_a_disk_that_does_not_follow_what_is_missing_is_counted_and_marked() {
        let ((open, gate), (begun, begins)) = (mpsc::channel(), mpsc::channel());
        let held = Arc::new(Mutex::new(Vec::new()));
        let slow = Slow {
            begun,
            gate,
            held: held.clone(),
        };
        let begin = move || Ok(Writer::on(slow, Path::new("slow")));
        let mut recorder = Recorder::with(begin, 1, || {}).unwrap();
        recorder.take(received("1"));
        begins.recv_timeout(Duration::from_secs(10)).unwrap();
        // one batch always finds room; two more do not
        for payload in ["2", "3", "4"] {
            recorder.take(received(payload));
        }
        assert_eq!((recorder.taken(), recorder.missed()), (2, 2));
        drop(open);
        let deadline = std::time::Instant::now() + Duration::from_secs(10);
        while recorder.held.load(Ordering::Acquire) > 0 {
            assert!(std::time::Instant::now() < deadline, "the disk goes on");
            thread::yield_now();
        }
        recorder.take(received("5"));
        assert_eq!(recorder.outcome().unwrap().messages, 3);
        assert_eq!(read(&held.lock().unwrap()), ["1", "2", "-2", "5"]);
    }

    #[test]
    fn a_file_that_cannot_be_made_ends_it_with_the_reason() {
        let (told, ended) = mpsc::channel();
        let path = PathBuf::from("/nowhere/at/all.ndjson");
        let mut recorder = Recorder::start(path, Existing::Keep, 1, move || {
            told.send(()).unwrap();
        })
        .unwrap();
        ended.recv_timeout(Duration::from_secs(10)).unwrap();
        recorder.take(received("1"));
        let error = recorder.outcome().unwrap_err();
        assert!(
            error.to_string().starts_with("cannot write \"/nowhere"),
            "{error}"
        );
    }
}
