//! Reads files that may hold a secret: up to a limit, without leaving copies in memory.

use std::{
    fs::File,
    io::{self, ErrorKind, Read},
    path::Path,
};

use zeroize::Zeroizing;

use crate::text::BYTE_ORDER_MARK;

/// Reads a file of at most `limit` bytes, without a byte order mark at its start.
///
/// # Errors
/// [`ErrorKind::FileTooLarge`], or an error of the operating system.
pub(crate) fn read_secret_file(path: &Path, limit: u64) -> io::Result<Zeroizing<Vec<u8>>> {
    let file = File::open(path)?;
    // With its full capacity from the start: growing would leave copies in freed memory. A file in /proc
    // or a pipe has no size.
    let expected = file.metadata()?.len().clamp(16 << 10, limit) + 1;
    let room = usize::try_from(expected).unwrap_or(0);
    let mut bytes = Zeroizing::new(Vec::with_capacity(room));
    file.take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(ErrorKind::FileTooLarge.into());
    }
    if bytes.starts_with(BYTE_ORDER_MARK) {
        bytes.drain(..BYTE_ORDER_MARK.len());
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_up_to_the_limit_is_read_and_a_larger_one_is_refused() {
        const LIMIT: u64 = 64 << 10;
        let file = tempfile::NamedTempFile::new().unwrap();
        for (length, expected) in [(0, Some(0)), (LIMIT, Some(LIMIT)), (LIMIT + 1, None)] {
            file.as_file().set_len(length).unwrap();
            let read = read_secret_file(file.path(), LIMIT);
            match (read, expected) {
                (Ok(bytes), Some(expected)) => assert_eq!(bytes.len() as u64, expected),
                (Err(error), None) => assert_eq!(error.kind(), ErrorKind::FileTooLarge),
                (other, _) => panic!("{length}: {other:?}"),
            }
        }
    }

    #[test]
    fn a_byte_order_mark_is_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("seed");
        for (text, expected) in [
            ("\u{feff}SUA\n", "SUA\n"),
            ("\u{feff}", ""),
            ("a\u{feff}", "a\u{feff}"),
        ] {
            std::fs::write(&path, text).unwrap();
            let read = read_secret_file(&path, 64 << 10).unwrap();
            assert_eq!(*read, expected.as_bytes());
        }
    }

    #[test]
    #[cfg(target_os = "linux")] // for /dev/zero
    fn a_file_without_an_end_is_refused() {
        let endless = read_secret_file(Path::new("/dev/zero"), 64 << 10);
        assert_eq!(endless.unwrap_err().kind(), ErrorKind::FileTooLarge);
    }
}
