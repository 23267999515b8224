//! Standard output, one writer at a time: a frame is never cut by the sequence that leaves the
//! modes, and none comes after it.

use std::io;
use std::os::fd::AsFd;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rustix::io::Errno;

/// A descriptor shared with a program that made it non-blocking says "later"; this is how long
/// until we ask again.
const LATER: Duration = Duration::from_millis(2);

static WRITER: Mutex<()> = Mutex::new(());

/// Writes all bytes, after whoever writes now, if `wanted` still holds then. Past the standard
/// library's handle: its lock and its line buffer would stand between a frame and one write.
pub(super) fn write(bytes: &[u8], wanted: impl FnOnce() -> bool) -> io::Result<()> {
    let _turn = WRITER.lock().unwrap_or_else(PoisonError::into_inner);
    if wanted() {
        write_all(rustix::stdio::stdout(), bytes)
    } else {
        Ok(())
    }
}

fn write_all(file: impl AsFd, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match rustix::io::write(&file, bytes) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => bytes = bytes.get(written..).unwrap_or_default(),
            Err(Errno::INTR) => {}
            Err(Errno::AGAIN) => std::thread::sleep(LATER),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::os::unix::net::UnixStream;

    use super::*;

    #[test]
    fn a_full_non_blocking_descriptor_takes_everything_in_the_end() {
        let (ours, mut theirs) = UnixStream::pair().unwrap();
        ours.set_nonblocking(true).unwrap();
        let frame: Vec<u8> = (0..4 << 20).map(|i: u32| i as u8).collect();
        let reader = std::thread::spawn(move || {
            let mut seen = Vec::new();
            theirs.read_to_end(&mut seen).unwrap();
            seen
        });
        write_all(&ours, &frame).unwrap();
        drop(ours);
        assert!(reader.join().unwrap() == frame);
    }

    #[test]
    fn a_terminal_that_is_gone_is_an_error() {
        let (ours, theirs) = UnixStream::pair().unwrap();
        drop(theirs);
        assert!(write_all(&ours, b"frame").is_err());
    }
}
