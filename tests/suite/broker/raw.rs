//! A client on a plain socket: tests choose every byte.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};

use goingnats::broker::{Broker, Settings};
use serde_json::Value;

use crate::support::PATIENCE;

/// A CONNECT without `verbose`, with all other features.
pub const CONNECT: &str = r#"CONNECT {"verbose":false,"pedantic":false,"headers":true,"no_responders":true,"protocol":1}"#;

/// Starts a broker with default settings.
#[track_caller]
pub fn broker() -> Broker {
    broker_with(Settings::default())
}

/// Starts a broker with these settings.
#[track_caller]
pub fn broker_with(settings: Settings) -> Broker {
    Broker::start(settings).expect("a server on a free port")
}

/// A connection.
#[derive(Debug)]
pub struct Raw {
    stream: TcpStream,
    /// Received and not yet returned.
    received: Vec<u8>,
    /// The first line from the server.
    pub info: String,
}

impl Raw {
    /// Connects and reads INFO.
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
        raw.exchange(CONNECT);
        raw
    }

    /// The JSON document of INFO.
    #[track_caller]
    pub fn info_document(&self) -> Value {
        let json = self.info.strip_prefix("INFO ").expect("INFO comes first");
        serde_json::from_str(json).expect("one JSON document")
    }

    /// Sends bytes unchanged.
    #[track_caller]
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream.write_all(bytes.as_ref()).expect("sent");
    }

    /// Sends lines and a PING, and returns everything received before its PONG or the end of the connection.
    /// CR LF is appended.
    #[track_caller]
    pub fn exchange(&mut self, lines: &str) -> String {
        self.exchange_bytes(format!("{lines}\r\n").as_bytes())
    }

    /// Sends only a PING, and returns everything received before its PONG.
    #[track_caller]
    pub fn receive_all(&mut self) -> String {
        self.exchange_bytes(b"")
    }

    /// As [`Raw::exchange`], for bytes; no CR LF is appended.
    #[track_caller]
    pub fn exchange_bytes(&mut self, bytes: &[u8]) -> String {
        // The server may close the connection before it has read everything.
        let _ = self.stream.write_all(&[bytes, b"PING\r\n"].concat());
        self.until("PONG\r\n")
    }

    /// Returns everything received before `end`, or before the end of the connection.
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
            if !self.read_more() {
                return String::from_utf8_lossy(&std::mem::take(&mut self.received)).into_owned();
            }
        }
    }

    /// Returns the next `count` bytes.
    #[track_caller]
    pub fn read_bytes(&mut self, count: usize) -> Vec<u8> {
        while self.received.len() < count {
            assert!(
                self.read_more(),
                "the connection ended before {count} bytes"
            );
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
    pub fn read_to_end(&mut self) -> String {
        while self.read_more() {}
        String::from_utf8_lossy(&std::mem::take(&mut self.received)).into_owned()
    }

    /// Shuts down the sending half.
    pub fn half_close(&mut self) {
        self.stream.shutdown(Shutdown::Write).expect("half closed");
    }

    /// Reads more; returns false at the end of the connection.
    #[track_caller]
    fn read_more(&mut self) -> bool {
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
