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

/// Size of a read, in bytes.
const CHUNK: usize = 64 << 10;

/// Pause in reading from a sender whose receivers are congested (nats-server: 2 to 5 ms).
const STALL_PAUSE: Duration = Duration::from_millis(5);

/// Time for writing what is left in the outbox of a client that ends (nats-server `write_deadline`).
const FLUSH_TIMEOUT: Duration = Duration::from_secs(10);

/// Time for the client to close its half after that.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);

/// The timeouts of a client.
#[derive(Clone, Copy, Debug)]
pub(super) struct Timeouts {
    /// Silence before a PING is sent.
    pub ping_interval: Duration,
    /// Time for sending CONNECT with valid credentials, if any are required.
    pub auth_timeout: Duration,
}

/// Serves a client of the router until the connection ends.
pub(super) async fn serve(
    mut stream: TcpStream,
    router: &RefCell<Router>,
    id: ClientId,
    timeouts: Timeouts,
) {
    {
        let mut writing = pin!(write(&stream, router, id));
        tokio::select! {
            biased;
            // Aborted by the router, or the socket failed.
            () = &mut writing => return,
            () = keep_alive(router, id, timeouts.ping_interval) => {}
            () = enforce_auth_timeout(router, id, timeouts.auth_timeout) => {}
            () = read(&stream, router, id) => {}
        }
        router.borrow_mut().finish(id);
        // What is not written in time is discarded.
        let _ = timeout(FLUSH_TIMEOUT, writing).await;
    }
    close_gracefully(&mut stream).await;
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
            // Lets the receivers' tasks run: they share this thread.
            Next::Read => tokio::task::yield_now().await,
            Next::Stall => sleep(STALL_PAUSE).await,
            Next::End => return,
        }
        make_room(&mut chunk, used, decoder.needs());
    }
}

/// Drops the `used` bytes and reserves room for the rest of the operation that has begun. The decoder
/// refuses operations above its limits, so the capacity is bounded by the largest message allowed.
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
        if router.borrow_mut().keepalive_tick(id) == Next::End {
            return;
        }
    }
}

/// Returns when the client was not authorized in time; otherwise never.
async fn enforce_auth_timeout(router: &RefCell<Router>, id: ClientId, within: Duration) {
    sleep(within).await;
    if router.borrow_mut().authentication_timed_out(id) == Next::Read {
        pending().await
    }
}

/// Shuts down our half and reads until the client closes: closing a socket with unread bytes resets the
/// connection, and the client could lose the error that was just sent.
async fn close_gracefully(stream: &mut TcpStream) {
    let _ = timeout(CLOSE_TIMEOUT, async {
        let mut unread = [0; 4_096];
        if stream.shutdown().await.is_ok() {
            while matches!(stream.read(&mut unread).await, Ok(1..)) {}
        }
    })
    .await;
}
