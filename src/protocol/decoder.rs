//! The decoder: frames one operation after another in a chunk, by length and never by content.

use super::{ProtocolError, Record};

/// What the other side may ask us to hold. Anything above is an error before any allocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The longest control line in bytes, INFO and CONNECT excepted.
    pub line: usize,
    /// The longest INFO or CONNECT line in bytes.
    pub document: usize,
    /// The largest message in bytes, headers and payload together.
    pub message: usize,
}

impl Limits {
    /// What a client accepts of a server: lines of 64 KiB, INFO of 1 MiB, messages of 64 MiB.
    pub const CLIENT: Limits = Limits {
        line: 64 << 10,
        document: 1 << 20,
        message: 64 << 20,
    };
}

/// What a server sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum ServerOp<'a> {
    /// The JSON document behind INFO.
    Info(&'a [u8]),
    /// MSG or HMSG.
    Message(Record),
    Ping,
    Pong,
    Ok,
    /// The text of `-ERR`, one pair of quotes taken off.
    Error(&'a [u8]),
}

/// What a client sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum ClientOp<'a> {
    /// The JSON document behind CONNECT.
    Connect(&'a [u8]),
    /// PUB or HPUB; `sid` is 0. `headers` tells HPUB from PUB, also where the block is empty.
    Publish {
        record: Record,
        headers: bool,
    },
    Subscribe {
        subject: &'a [u8],
        queue: Option<&'a [u8]>,
        sid: &'a [u8],
    },
    /// `max` is `None` where it is missing or not a number: unsubscribe at once.
    Unsubscribe {
        sid: &'a [u8],
        max: Option<u64>,
    },
    Ping,
    Pong,
    /// INFO and +OK from a client: accepted, without effect.
    Ignored,
    /// `-ERR` from a client: the server closes the connection.
    Error(&'a [u8]),
}

/// Frames operations in a chunk that grows at its end.
///
/// ```text
/// chunk:  |..framed..|..next operation, perhaps not all here yet..|  free
///                     ^ at
/// ```
///
/// The caller reads bytes to the end of the chunk, calls until `None` comes back, and keeps
/// `chunk[at..]` for the next read: in place, or moved to the front of another chunk. A message whose
/// control line is framed is not parsed again when its payload comes later.
#[derive(Debug)]
pub struct Decoder {
    #[allow(dead_code)]
    limits: Limits,
}

impl Decoder {
    /// A decoder at the start of a connection.
    pub fn new(limits: Limits) -> Decoder {
        Decoder { limits }
    }

    /// Frames the next operation a server sends, from `chunk[*at..]`, and moves `at` behind it.
    /// `None` where it is not complete yet; `at` stays where the operation begins.
    ///
    /// # Errors
    /// [`ProtocolError`] for what cannot be framed; the connection is then of no more use.
    pub fn server_op<'a>(
        &mut self,
        _chunk: &'a [u8],
        _at: &mut usize,
    ) -> Result<Option<ServerOp<'a>>, ProtocolError> {
        todo!()
    }

    /// Frames the next operation a client sends; as [`Decoder::server_op`].
    ///
    /// # Errors
    /// As for [`Decoder::server_op`].
    pub fn client_op<'a>(
        &mut self,
        _chunk: &'a [u8],
        _at: &mut usize,
    ) -> Result<Option<ClientOp<'a>>, ProtocolError> {
        todo!()
    }

    /// How many bytes the operation begun at `at` needs in all, as far as is known: 0 while its
    /// control line is not complete. Tells the reader whether its chunk is large enough.
    pub fn needs(&self) -> usize {
        todo!()
    }
}
