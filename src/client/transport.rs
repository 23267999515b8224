//! What carries the bytes: TCP, TLS over it, WebSocket over either.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};

use super::{tls, websocket::WebSocket};

/// With less room than this another read is not worth it.
const ROOM: usize = 16 << 10;

/// A stream of bytes to the server.
///
/// A write is done when the bytes are with the operating system, not when a layer has buffered them.
/// So one that was given up half-way is to be made again with the same bytes in front.
#[derive(Debug)]
pub(super) struct Transport {
    layers: Layers,
    /// Bytes of the write under way that the layers have taken.
    taken: usize,
}

#[derive(Debug)]
pub(super) enum Layers {
    Tcp(TcpStream),
    Tls(Box<tls::Stream>),
    WebSocket(Box<WebSocket<TcpStream>>),
    SecureWebSocket(Box<WebSocket<tls::Stream>>),
}

impl Transport {
    pub fn new(layers: Layers) -> Transport {
        Transport { layers, taken: 0 }
    }
}

/// Does the same to whichever layer is uppermost.
macro_rules! uppermost {
    ($transport:expr, $stream:ident => $work:expr) => {
        match &mut $transport.layers {
            Layers::Tcp($stream) => $work,
            Layers::Tls($stream) => $work,
            Layers::WebSocket($stream) => $work,
            Layers::SecureWebSocket($stream) => $work,
        }
    };
}

impl AsyncRead for Transport {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match &mut self.layers {
            Layers::Tcp(stream) => Pin::new(stream).poll_read(cx, buf),
            Layers::Tls(stream) => read_all_there_is(&mut **stream, cx, buf),
            Layers::WebSocket(stream) => read_all_there_is(&mut **stream, cx, buf),
            Layers::SecureWebSocket(stream) => read_all_there_is(&mut **stream, cx, buf),
        }
    }
}

/// These layers give a record or a frame at a time; a batch is to be made of all that has come.
fn read_all_there_is<S: AsyncRead + Unpin>(
    stream: &mut S,
    cx: &mut Context<'_>,
    buf: &mut ReadBuf<'_>,
) -> Poll<io::Result<()>> {
    ready!(Pin::new(&mut *stream).poll_read(cx, buf))?;
    let mut before = 0;
    while buf.filled().len() > before && buf.remaining() >= ROOM {
        before = buf.filled().len();
        // The end and errors are found again by the next call.
        let Poll::Ready(Ok(())) = Pin::new(&mut *stream).poll_read(cx, buf) else {
            break;
        };
    }
    Poll::Ready(Ok(()))
}

impl AsyncWrite for Transport {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        if let Layers::Tcp(stream) = &mut this.layers {
            return Pin::new(stream).poll_write(cx, bytes);
        }
        if this.taken == 0 {
            this.taken =
                ready!(uppermost!(this, stream => Pin::new(stream).poll_write(cx, bytes)))?;
        }
        ready!(Pin::new(&mut *this).poll_flush(cx))?;
        debug_assert!(this.taken <= bytes.len(), "not the same bytes in front");
        Poll::Ready(Ok(std::mem::take(&mut this.taken)))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        uppermost!(self, stream => Pin::new(stream).poll_flush(cx))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        uppermost!(self, stream => Pin::new(stream).poll_shutdown(cx))
    }
}
