//! A client that is nothing but a socket, so that tests decide about every byte.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};

use goingnats::broker::{Broker, Settings};
use serde_json::Value;

use crate::support::PATIENCE;

/// What a client says first when it wants no `+OK` and everything else.
pub const CONNECT: &str = r#"CONNECT {"verbose":false,"pedantic":false,"headers":true,"no_responders":true,"protocol":1}"#;

/// A server with its defaults.
#[track_caller]
pub fn broker() -> Broker {
    broker_with(Settings::default())
}

/// A server with these settings.
#[track_caller]
pub fn broker_with(settings: Settings) -> Broker {
    Broker::start(settings).expect("a server on a free port")
}

/// One connection.
#[derive(Debug)]
pub struct Raw {
    stream: TcpStream,
    /// Came, and not yet returned.
    received: Vec<u8>,
    /// The line that the server greeted with.
    pub info: String,
}

impl Raw {
    /// Connects and takes INFO.
    #[track_caller]
    pub fn open(addr: SocketAddr) -> Raw {
        let stream = TcpStream::connect(addr).expect("the server accepts");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        stream.set_write_timeout(Some(PATIENCE)).expect("a timeout");
        let mut raw = Raw {
            stream,
            received: Vec::new(),
            info: String::new(),
        };
        raw.info = raw.line();
        raw
    }

    /// Connects and sends CONNECT.
    #[track_caller]
    pub fn connect(addr: SocketAddr) -> Raw {
        let mut raw = Raw::open(addr);
        raw.says(CONNECT);
        raw
    }

    /// The document of INFO.
    #[track_caller]
    pub fn document(&self) -> Value {
        let json = self.info.strip_prefix("INFO ").expect("INFO comes first");
        serde_json::from_str(json).expect("one JSON document")
    }

    /// Sends bytes as they are.
    #[track_caller]
    pub fn sends(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream.write_all(bytes.as_ref()).expect("sent");
    }

    /// Sends lines, each closed with CR LF, and returns everything that came until they were processed:
    /// until the PONG to a PING behind them, or until the connection ended.
    #[track_caller]
    pub fn says(&mut self, lines: &str) -> String {
        self.says_bytes(format!("{lines}\r\n").as_bytes())
    }

    /// Says nothing, and returns what came meanwhile.
    #[track_caller]
    pub fn hears(&mut self) -> String {
        self.says_bytes(b"")
    }

    /// As [`Raw::says`], for whole operations in bytes.
    #[track_caller]
    pub fn says_bytes(&mut self, bytes: &[u8]) -> String {
        // The server may hang up before it has read all of it.
        let _ = self.stream.write_all(&[bytes, b"PING\r\n"].concat());
        self.until("PONG\r\n")
    }

    /// Returns what comes, and has come, before `end`; all of it where the connection ends first.
    #[track_caller]
    pub fn until(&mut self, end: &str) -> String {
        loop {
            let at = self
                .received
                .windows(end.len())
                .position(|window| window == end.as_bytes());
            if let Some(at) = at {
                let mut before: Vec<u8> = self.received.drain(..at + end.len()).collect();
                before.truncate(at);
                return String::from_utf8_lossy(&before).into_owned();
            }
            if !self.reads() {
                return String::from_utf8_lossy(&std::mem::take(&mut self.received)).into_owned();
            }
        }
    }

    /// Returns the next `count` bytes.
    #[track_caller]
    pub fn takes(&mut self, count: usize) -> Vec<u8> {
        while self.received.len() < count {
            assert!(self.reads(), "the connection ended before {count} bytes");
        }
        self.received.drain(..count).collect()
    }

    /// Returns the next line, without CR LF.
    #[track_caller]
    pub fn line(&mut self) -> String {
        self.until("\r\n")
    }

    /// Returns everything until the server closes the connection.
    #[track_caller]
    pub fn rest(&mut self) -> String {
        while self.reads() {}
        String::from_utf8_lossy(&std::mem::take(&mut self.received)).into_owned()
    }

    /// Says that nothing more will be sent, and still reads.
    pub fn half_close(&mut self) {
        self.stream.shutdown(Shutdown::Write).expect("half closed");
    }

    /// Whether anything more came, before the end.
    #[track_caller]
    fn reads(&mut self) -> bool {
        let mut chunk = [0; 65_536];
        match self.stream.read(&mut chunk) {
            Ok(0) => false,
            Ok(count) => {
                self.received.extend_from_slice(&chunk[..count]);
                true
            }
            Err(error) if error.kind() == ErrorKind::ConnectionReset => false,
            Err(error) => panic!(
                "waited {PATIENCE:?} behind {:?}: {error}",
                String::from_utf8_lossy(&self.received)
            ),
        }
    }
}
