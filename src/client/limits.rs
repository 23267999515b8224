//! The limits that the server announced: checked where a message is encoded, and again where it is
//! written.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};

use super::Error;
use crate::protocol::{Info, Record};

/// The limits of the latest INFO, shared by the task and the handles.
#[derive(Debug)]
pub(super) struct ServerLimits {
    max_payload: AtomicUsize,
    headers: AtomicBool,
}

impl ServerLimits {
    /// No limits: before the first INFO.
    pub fn unknown() -> ServerLimits {
        ServerLimits {
            max_payload: AtomicUsize::new(usize::MAX),
            headers: AtomicBool::new(true),
        }
    }

    pub fn update(&self, info: &Info) {
        let max = usize::try_from(info.max_payload).unwrap_or(0);
        let unlimited = max == 0;
        self.max_payload
            .store(if unlimited { usize::MAX } else { max }, Relaxed);
        self.headers.store(info.headers, Relaxed);
    }

    /// Whether the server accepts the message.
    pub fn check(&self, record: &Record) -> Result<(), Error> {
        let size = record.header_len as usize + record.payload_len as usize;
        self.check_size(size)?;
        if record.header_len > 0 && !self.headers.load(Relaxed) {
            return Err(Error::NoHeaders);
        }
        Ok(())
    }

    /// Whether the server accepts this many bytes of headers and payload.
    pub fn check_size(&self, size: usize) -> Result<(), Error> {
        let limit = self.max_payload.load(Relaxed);
        if size > limit {
            return Err(Error::TooLarge { size, limit });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_and_payload_count_together() {
        let limits = ServerLimits::unknown();
        let message = Record {
            header_len: 5,
            payload_len: 6,
            ..Record::default()
        };
        assert_eq!(limits.check(&message), Ok(()));
        let mut info = Info {
            max_payload: 10,
            headers: true,
            ..Info::default()
        };
        limits.update(&info);
        let refused = Error::TooLarge {
            size: 11,
            limit: 10,
        };
        assert_eq!(limits.check(&message), Err(refused));
        info.max_payload = 0;
        info.headers = false;
        limits.update(&info);
        assert_eq!(limits.check(&message), Err(Error::NoHeaders));
    }
}
