//! One connection: bytes from its socket to the router, bytes from its outbox to its socket.

use std::cell::RefCell;
use std::future::{pending, poll_fn};
use std::io::ErrorKind;
use std::pin::pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use super::client::ClientId;
use super::router::{Next, Router};
use crate::protocol::Decoder;

/// How much is read at once, in bytes.
const CHUNK: usize = 64 << 10;

/// How long a sender waits for a receiver to catch up before it is read again (nats-server: 2 to 5 ms).
const STALL: Duration = Duration::from_millis(5);

/// How long a client that sends no more may take to read what waits for it (nats-server
/// `write_deadline`).
const LAST_WORDS: Duration = Duration::from_secs(10);

/// How long it may take to close after that.
const LINGER: Duration = Duration::from_secs(1);

/// How long a client may be silent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    /// Before it is asked for a sign of life.
    pub ping_interval: Duration,
    /// Before it shows its credentials, where any are wanted.
    pub auth_timeout: Duration,
}

/// Serves a client that the router has opened, until it is gone.
pub(super) async fn serve(
    mut stream: TcpStream,
    router: &RefCell<Router>,
    id: ClientId,
    patience: Patience,
) {
    {
        let mut writing = pin!(write(&stream, router, id));
        tokio::select! {
            biased;
            // Cut off, or gone.
            () = &mut writing => return,
            () = keep_alive(router, id, patience.ping_interval) => {}
            () = await_credentials(router, id, patience.auth_timeout) => {}
            () = read(&stream, router, id) => {}
        }
        router.borrow_mut().finish(id);
        // A client that does not read them in time does without.
        let _ = timeout(LAST_WORDS, writing).await;
    }
    linger(&mut stream).await;
}

async fn read(stream: &TcpStream, router: &RefCell<Router>, id: ClientId) {
    let mut decoder = Decoder::new(router.borrow().limits());
    let mut chunk = Vec::with_capacity(CHUNK);
    loop {
        if stream.readable().await.is_err() {
            return;
        }
        match stream.try_read_buf(&mut chunk) {
            Ok(0) => return,
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => continue,
            Err(_) => return,
        }
        let (used, next) = router.borrow_mut().receive(id, &mut decoder, &chunk);
        match next {
            // The receivers' turn: they share this thread.
            Next::Read => tokio::task::yield_now().await,
            Next::Stall => sleep(STALL).await,
            Next::End => return,
        }
        make_room(&mut chunk, used, decoder.needs());
    }
}

/// Keeps what is not framed yet at the front, with room for the operation it begins and for more. The
/// decoder refuses what exceeds its limits, so this is bounded by the largest message allowed.
fn make_room(chunk: &mut Vec<u8>, used: usize, needs: usize) {
    chunk.drain(..used);
    if chunk.is_empty() {
        chunk.shrink_to(CHUNK);
    }
    let room = needs.saturating_sub(chunk.len()).max(CHUNK / 2);
    chunk.reserve(room);
}

async fn write(stream: &TcpStream, router: &RefCell<Router>, id: ClientId) {
    let writable = |context: &mut Context<'_>| match router.borrow_mut().poll_outbox(id, context) {
        Poll::Ready(true) => stream.poll_write_ready(context).map(|ready| ready.is_ok()),
        other => other,
    };
    while poll_fn(writable).await {
        let mut router = router.borrow_mut();
        let Some(outbox) = router.outbox(id) else {
            return;
        };
        match stream.try_write(outbox.unwritten()) {
            Ok(count) => outbox.advance(count),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(_) => return,
        }
    }
}

async fn keep_alive(router: &RefCell<Router>, id: ClientId, interval: Duration) {
    loop {
        sleep(interval).await;
        if router.borrow_mut().beat(id) == Next::End {
            return;
        }
    }
}

/// Ends where the client was not let in in time.
async fn await_credentials(router: &RefCell<Router>, id: ClientId, within: Duration) {
    sleep(within).await;
    if router.borrow_mut().expire(id) == Next::Read {
        pending().await
    }
}

/// Closes our half and reads what is still on its way: a socket closed over unread bytes resets the
/// connection, and the client would lose the error that it was just told.
async fn linger(stream: &mut TcpStream) {
    let _ = timeout(LINGER, async {
        let mut unread = [0; 4_096];
        if stream.shutdown().await.is_ok() {
            while matches!(stream.read(&mut unread).await, Ok(1..)) {}
        }
    })
    .await;
}
