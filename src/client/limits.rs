//! What the server takes, as far as it has said: checked where a message is made, and again where it
//! is written.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};

use super::Error;
use crate::protocol::{Info, Record};

/// The latest INFO's word on messages, shared by the task and the handles.
#[derive(Debug)]
pub(super) struct ServerLimits {
    max_payload: AtomicUsize,
    headers: AtomicBool,
}

impl ServerLimits {
    /// Everything goes, until a server says otherwise.
    pub fn unknown() -> ServerLimits {
        ServerLimits {
            max_payload: AtomicUsize::new(usize::MAX),
            headers: AtomicBool::new(true),
        }
    }

    pub fn learn(&self, info: &Info) {
        let max = usize::try_from(info.max_payload).unwrap_or(0);
        let unlimited = max == 0;
        self.max_payload
            .store(if unlimited { usize::MAX } else { max }, Relaxed);
        self.headers.store(info.headers, Relaxed);
    }

    /// Whether the server takes the message.
    pub fn check(&self, record: &Record) -> Result<(), Error> {
        let size = record.header_len as usize + record.payload_len as usize;
        self.check_size(size)?;
        if record.header_len > 0 && !self.headers.load(Relaxed) {
            return Err(Error::NoHeaders);
        }
        Ok(())
    }

    /// Whether the server takes so many bytes of headers and payload.
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
        limits.learn(&info);
        let refused = Error::TooLarge {
            size: 11,
            limit: 10,
        };
        assert_eq!(limits.check(&message), Err(refused));
        info.max_payload = 0;
        info.headers = false;
        limits.learn(&info);
        assert_eq!(limits.check(&message), Err(Error::NoHeaders));
    }
}
