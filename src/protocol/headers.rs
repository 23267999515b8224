//! Headers: the ones we write, and the ones that came.

use super::ProtocolError;

/// Headers to send: names and values in the order given, repeated names allowed (ADR-4).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Headers(Vec<(String, String)>);

impl Headers {
    /// No headers.
    pub fn new() -> Headers {
        Headers::default()
    }

    /// Adds one line.
    ///
    /// # Errors
    /// [`ProtocolError::BadHeader`] where the name is empty, holds a colon, a blank or anything but
    /// printable ASCII, or where the value holds CR or LF (ADR-4).
    pub fn append(&mut self, _name: &str, _value: &str) -> Result<(), ProtocolError> {
        todo!()
    }

    /// Names and values, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// How many lines.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none; then a message is sent without a header block.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// A header block that came, read leniently: whatever is wrong with it, it is shown, never refused.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HeaderBlock<'a> {
    /// The number of the status line, such as 503, where there is one.
    pub status: Option<u16>,
    /// The text behind the status number; empty where there is none.
    pub description: &'a [u8],
    /// Names and values in order, blanks around values trimmed.
    pub fields: Vec<(&'a [u8], &'a [u8])>,
    /// Set where any part of the block did not follow the rules.
    pub malformed: bool,
}

impl<'a> HeaderBlock<'a> {
    /// Reads a block as it stands in [`Record::header`](super::Record::header).
    pub fn parse(_block: &'a [u8]) -> HeaderBlock<'a> {
        todo!()
    }

    /// The number of the status line alone, without reading the rest.
    pub fn status_of(_block: &[u8]) -> Option<u16> {
        todo!()
    }

    /// The first value of a name, compared exactly (ADR-4).
    pub fn get(&self, name: &[u8]) -> Option<&'a [u8]> {
        self.fields
            .iter()
            .find(|(field, _)| *field == name)
            .map(|(_, value)| *value)
    }
}
