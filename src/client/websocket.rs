//! WebSocket frames as a stream of bytes: frame boundaries have no meaning (nats-server
//! `server/websocket.go`).

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use futures_util::{Sink, Stream};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_websockets::{ClientBuilder, Error as WsError, Message, Payload, WebSocketStream};

use super::{Error, ServerUrl, io_error::describe};

/// The most bytes of a frame. The server accepts frames of eight times its `max_payload`.
const MAX_FRAME: usize = 64 << 10;

/// A WebSocket over any stream.
#[derive(Debug)]
pub(super) struct WebSocket<S> {
    frames: WebSocketStream<S>,
    /// The payload being read, and the offset of its unread part.
    received: Option<(Payload, usize)>,
}

/// Performs the WebSocket handshake of a client.
pub(super) async fn upgrade<S: AsyncRead + AsyncWrite + Unpin>(
    server: &ServerUrl,
    stream: S,
) -> Result<WebSocket<S>, Error> {
    // The scheme only decides the default port; TLS is in the stream below.
    let url = server.to_string();
    let name = || server.to_string();
    let builder = ClientBuilder::new()
        .uri(&url)
        .map_err(|error| Error::BadUrl {
            url: name(),
            reason: format!("cannot be asked for: {error}"),
        })?;
    match builder.connect_on(stream).await {
        Ok((frames, _)) => Ok(WebSocket {
            frames,
            received: None,
        }),
        Err(WsError::Io(error)) => Err(Error::Lost {
            server: name(),
            reason: format!("{} before it spoke WebSocket", describe(&error)),
        }),
        Err(error) => Err(Error::NotNats {
            server: name(),
            hint: format!("it does not speak WebSocket here ({error})"),
        }),
    }
}

fn broken(error: WsError) -> io::Error {
    match error {
        WsError::Io(error) => error,
        error => io::Error::other(error),
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for WebSocket<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let (payload, at) = loop {
            if let Some(received) = this.received.take() {
                break received;
            }
            match ready!(Pin::new(&mut this.frames).poll_next(cx)) {
                Some(Ok(message)) if message.is_binary() || message.is_text() => {
                    // An empty frame is not the end of the stream.
                    this.received =
                        Some((message.into_payload(), 0)).filter(|(p, _)| !p.is_empty());
                }
                // The library answers pings.
                Some(Ok(message)) if !message.is_close() => {}
                Some(Ok(_)) | None => return Poll::Ready(Ok(())),
                Some(Err(error)) => return Poll::Ready(Err(broken(error))),
            }
        };
        let unread = &payload[at..];
        let count = unread.len().min(buf.remaining());
        buf.put_slice(&unread[..count]);
        if count < unread.len() {
            this.received = Some((payload, at + count));
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for WebSocket<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let mut frames = Pin::new(&mut self.get_mut().frames);
        ready!(frames.as_mut().poll_ready(cx)).map_err(broken)?;
        let piece = bytes.get(..MAX_FRAME).unwrap_or(bytes);
        frames
            .start_send(Message::binary(piece.to_vec()))
            .map_err(broken)?;
        Poll::Ready(Ok(piece.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().frames)
            .poll_flush(cx)
            .map_err(broken)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().frames)
            .poll_close(cx)
            .map_err(broken)
    }
}
