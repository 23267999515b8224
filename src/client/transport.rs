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

/// The least room for another read.
const ROOM: usize = 16 << 10;

/// A stream of bytes to the server.
///
/// A write completes when the operating system has the bytes, not when a layer has buffered them. So a
/// write that was cancelled must be repeated with the same bytes in front.
#[derive(Debug)]
pub(super) struct Transport {
    layers: Layers,
    /// Bytes of the write under way that the layers have accepted.
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

/// Evaluates an expression for the top layer.
macro_rules! with_top_layer {
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
            Layers::Tls(stream) => read_available(&mut **stream, cx, buf),
            Layers::WebSocket(stream) => read_available(&mut **stream, cx, buf),
            Layers::SecureWebSocket(stream) => read_available(&mut **stream, cx, buf),
        }
    }
}

/// Reads repeatedly: these layers return one record or frame at a time, and a batch should hold all that
/// has come.
fn read_available<S: AsyncRead + Unpin>(
    stream: &mut S,
    cx: &mut Context<'_>,
    buf: &mut ReadBuf<'_>,
) -> Poll<io::Result<()>> {
    ready!(Pin::new(&mut *stream).poll_read(cx, buf))?;
    let mut before = 0;
    while buf.filled().len() > before && buf.remaining() >= ROOM {
        before = buf.filled().len();
        // The next call meets the end or the error again.
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
                ready!(with_top_layer!(this, stream => Pin::new(stream).poll_write(cx, bytes)))?;
        }
        ready!(Pin::new(&mut *this).poll_flush(cx))?;
        debug_assert!(this.taken <= bytes.len(), "not the same bytes in front");
        Poll::Ready(Ok(std::mem::take(&mut this.taken)))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        with_top_layer!(self, stream => Pin::new(stream).poll_flush(cx))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        with_top_layer!(self, stream => Pin::new(stream).poll_shutdown(cx))
    }
}
