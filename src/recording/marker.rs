//! What a recording missed or may have twice, and where it goes on: said in the recording itself.

use std::time::Duration;

/// Something between messages that bears on whether all of them are here, and where they are from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marker {
    /// When, in nanoseconds since the Unix epoch.
    pub at: i64,
    /// What.
    pub kind: MarkerKind,
}

/// What a [`Marker`] tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MarkerKind {
    /// The connection was lost and is back: messages may be missing here.
    Reconnected {
        /// How long we were without; milliseconds are kept.
        lasted: Duration,
    },
    /// Another server is spoken with from here on: messages may be there twice.
    Moved,
    /// A person connected to another place: what follows has nothing to do with what was before.
    Switched {
        /// The place before, as it was called: a context, or servers.
        from: String,
        /// The place from here on. The same as before where somebody connected again.
        to: String,
    },
    /// Messages that are missing here: they came faster than they could be taken, or than the disk
    /// could follow.
    Dropped {
        /// How many that came.
        received: u64,
        /// How many that we sent.
        sent: u64,
        /// Bytes of both.
        bytes: u64,
    },
}

#[cfg(test)]
mod tests {
    use super::{super::Entry, *};

    #[test]
    fn a_marker_is_the_documented_object_and_reads_back_the_same() {
        let table = [
            (
                MarkerKind::Reconnected {
                    lasted: Duration::from_millis(1_800),
                },
                r#""marker":"reconnected","lasted_ms":1800}"#,
            ),
            (MarkerKind::Moved, r#""marker":"moved"}"#),
            (
                MarkerKind::Switched {
                    from: "nats://h:4222".to_owned(),
                    to: "staging".to_owned(),
                },
                r#""marker":"switched","from":"nats://h:4222","to":"staging"}"#,
            ),
            (
                MarkerKind::Dropped {
                    received: 3,
                    sent: 1,
                    bytes: 400,
                },
                r#""marker":"dropped","received":3,"sent":1,"bytes":400}"#,
            ),
        ];
        for (kind, members) in table {
            let marker = Marker { at: 0, kind };
            let mut json = Vec::new();
            crate::recording::LineWriter::default().marker(&marker, &mut json);
            let json = String::from_utf8(json).unwrap();
            let expected = format!(r#"{{"at":"1970-01-01T00:00:00.000000000Z",{members}"#);
            assert_eq!(json, expected);
            assert_eq!(Entry::read(&json, 7).unwrap(), Entry::Marker(marker));
        }
    }
}
