//! A scripted peer: accepts, sends exactly these bytes, waits for those.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    thread::{self, JoinHandle},
};

use crate::support::PATIENCE;

/// A minimal INFO.
pub const INFO: &str = concat!(
    r#"INFO {"server_id":"F","version":"2.10.0","proto":1,"headers":true,"#,
    "\"max_payload\":1048576}\r\n"
);

/// A server that plays a script for each connection in turn, on a thread of its own.
pub struct Fake {
    pub url: String,
    address: SocketAddr,
    thread: Option<JoinHandle<()>>,
}

impl Fake {
    /// Plays the script once, for one connection.
    pub fn once(script: impl FnOnce(Peer) + Send + 'static) -> Fake {
        Fake::listening(|listener| script(accept(&listener)))
    }

    /// Plays with the listener: for scripts of several connections.
    pub fn listening(script: impl FnOnce(TcpListener) + Send + 'static) -> Fake {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        Fake {
            url: format!("nats://{address}"),
            address,
            thread: Some(thread::spawn(move || script(listener))),
        }
    }
}

/// After which of its steps a server says nothing more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Last {
    /// It accepts.
    Accept,
    /// INFO.
    Info,
    /// INFO that asks for TLS; it reads the client's hello.
    TlsHello,
    /// So many PONGs: the first ends the handshake, the third says that the connection stands.
    Pong(usize),
    /// So many PONGs, and half a message.
    HalfMessage(usize),
}

impl Last {
    /// All of them, for a client that sends a PING more once the connection stands.
    pub const ALL: [Last; 9] = [
        Last::Accept,
        Last::Info,
        Last::TlsHello,
        Last::Pong(1),
        Last::Pong(2),
        Last::Pong(3),
        Last::Pong(4),
        Last::HalfMessage(3),
        Last::HalfMessage(4),
    ];

    /// Whether the connection stands by then.
    pub fn lets_in(self) -> bool {
        matches!(self, Last::Pong(3..) | Last::HalfMessage(3..))
    }

    /// Whether a PING more than that is answered.
    pub fn confirms(self) -> bool {
        matches!(self, Last::Pong(4..) | Last::HalfMessage(4..))
    }
}

impl Fake {
    /// Falls silent after this step, and stays so until the client hangs up.
    pub fn silent_after(last: Last) -> Fake {
        Fake::once(move |mut peer| {
            let pongs = match last {
                Last::Accept => return peer.until_closed(),
                Last::TlsHello => {
                    peer.send(INFO.replace("{", r#"{"tls_required":true,"#));
                    peer.some();
                    return peer.until_closed();
                }
                Last::Info => 0,
                Last::Pong(pongs) | Last::HalfMessage(pongs) => pongs,
            };
            peer.send(INFO);
            for _ in 0..pongs {
                if !peer.answers_ping() {
                    return;
                }
            }
            if let Last::HalfMessage(_) = last {
                peer.send("MSG a 2 100\r\nhalf");
            }
            peer.until_closed();
        })
    }
}

impl Drop for Fake {
    /// A script that failed fails its test.
    fn drop(&mut self) {
        if let Some(thread) = self.thread.take()
            && !thread::panicking()
        {
            // A script may still wait for a connection that the test did not need.
            let _ = TcpStream::connect(self.address);
            thread.join().expect("the script was played to its end");
        }
    }
}

pub fn accept(listener: &TcpListener) -> Peer {
    let (stream, _) = listener.accept().expect("a connection");
    stream
        .set_read_timeout(Some(PATIENCE))
        .expect("a read timeout");
    stream.set_nodelay(true).expect("no delay");
    Peer {
        stream,
        unread: Vec::new(),
    }
}

/// One connection of a script.
pub struct Peer {
    stream: TcpStream,
    unread: Vec<u8>,
}

impl Peer {
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream.write_all(bytes.as_ref()).expect("a taker");
    }

    /// Every byte in a segment of its own, as far as the kernel lets it.
    pub fn send_bytewise(&mut self, bytes: impl AsRef<[u8]>) {
        for byte in bytes.as_ref() {
            self.send([*byte]);
            thread::yield_now();
        }
    }

    /// Reads up to and including `end`; gives everything before it.
    #[track_caller]
    pub fn expect(&mut self, end: &str) -> String {
        loop {
            let found = self
                .unread
                .windows(end.len())
                .position(|window| window == end.as_bytes());
            if let Some(at) = found {
                let before = self.unread.drain(..at).collect();
                self.unread.drain(..end.len());
                return String::from_utf8(before).expect("text");
            }
            let mut chunk = [0; 4096];
            let count = self.stream.read(&mut chunk).unwrap_or(0);
            let so_far = String::from_utf8_lossy(&self.unread);
            assert!(count > 0, "{end:?} did not come, but {so_far:?}");
            self.unread.extend_from_slice(&chunk[..count]);
        }
    }

    /// Whatever comes next, at least a byte of it.
    pub fn some(&mut self) -> Vec<u8> {
        let mut chunk = [0; 4096];
        let count = self.stream.read(&mut chunk).expect("bytes");
        chunk[..count].to_vec()
    }

    /// INFO, CONNECT, PING, PONG; gives what stands behind CONNECT.
    pub fn shake_hands(&mut self) -> String {
        self.send(INFO);
        self.greeted()
    }

    /// The handshake from CONNECT on.
    pub fn greeted(&mut self) -> String {
        self.expect("CONNECT ");
        let connect = self.expect("\r\nPING\r\n");
        self.send("PONG\r\n");
        connect
    }

    /// The handshake, and the fences of the subscriptions: one PONG for the inbox, one for `others`
    /// each, and one for all.
    pub fn welcome(&mut self, others: usize) {
        self.shake_hands();
        for _ in 0..others + 2 {
            self.answer_ping();
        }
    }

    /// Lets the client in, and closes before anything works, with these words. All is read that it
    /// sends: a reset would throw the words away.
    pub fn throw_out(mut self, words: &str) {
        self.shake_hands();
        self.expect("PING\r\n");
        self.expect("PING\r\n");
        self.send(words);
    }

    /// As [`Peer::answer_ping`]; whether one came before the client hung up.
    pub fn answers_ping(&mut self) -> bool {
        const PING: &[u8] = b"PING\r\n";
        let mut chunk = vec![0; 64 << 10];
        loop {
            let found = self.unread.windows(6).position(|window| window == PING);
            if let Some(at) = found {
                self.unread.drain(..at + PING.len());
                return self.stream.write_all(b"PONG\r\n").is_ok();
            }
            match self.stream.read(&mut chunk) {
                Ok(0) | Err(_) => return false,
                Ok(count) => self.unread.extend_from_slice(&chunk[..count]),
            }
        }
    }

    pub fn answer_ping(&mut self) {
        self.expect("PING\r\n");
        self.send("PONG\r\n");
    }

    /// Waits until something came, and leaves it where it is.
    pub fn wait_for_bytes(&mut self) {
        self.stream.peek(&mut [0]).expect("bytes");
    }

    /// Reads until the client hangs up.
    pub fn until_closed(self) {
        self.everything();
    }

    /// All that comes until the client hangs up.
    pub fn everything(mut self) -> String {
        let _ = self.stream.read_to_end(&mut self.unread);
        String::from_utf8_lossy(&self.unread).into_owned()
    }

    /// As [`Peer::until_closed`], answering every PING, so that goodbyes are heard.
    pub fn answer_until_closed(mut self) {
        let mut chunk = vec![0; 64 << 10];
        loop {
            while let Some(at) = self.unread.windows(6).position(|w| w == b"PING\r\n") {
                self.unread.drain(..at + 6);
                if self.stream.write_all(b"PONG\r\n").is_err() {
                    return;
                }
            }
            let searched = self.unread.len().saturating_sub(5);
            self.unread.drain(..searched);
            match self.stream.read(&mut chunk) {
                Ok(0) | Err(_) => return,
                Ok(count) => self.unread.extend_from_slice(&chunk[..count]),
            }
        }
    }
}
