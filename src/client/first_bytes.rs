//! Keeps the first bytes of a stream, to explain an error of the layer above.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Enough for an `-ERR`.
const KEPT: usize = 512;

/// A stream that keeps the first bytes read from it.
#[derive(Debug)]
pub(super) struct FirstBytes<S> {
    stream: S,
    first: Vec<u8>,
}

impl<S> FirstBytes<S> {
    pub fn of(stream: S) -> FirstBytes<S> {
        FirstBytes {
            stream,
            first: Vec::new(),
        }
    }

    pub fn first(&self) -> &[u8] {
        &self.first
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for FirstBytes<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buf))?;
        let missing = KEPT - self.first.len();
        let read = buf.filled().iter().skip(before).take(missing);
        self.first.extend(read);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for FirstBytes<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt;

    use super::*;

    #[tokio::test]
    async fn the_first_bytes_are_kept_and_all_bytes_are_read() {
        let bytes: Vec<u8> = (0..1000).map(|n| (n % 256) as u8).collect();
        let mut stream = FirstBytes::of(&bytes[..]);
        let (mut head, mut rest) = ([0; 7], Vec::new());
        stream.read_exact(&mut head).await.unwrap();
        assert_eq!(stream.first(), &bytes[..7]);
        stream.read_to_end(&mut rest).await.unwrap();
        assert_eq!(stream.first(), &bytes[..KEPT]);
        assert_eq!([&head[..], &rest].concat(), bytes);
    }
}
