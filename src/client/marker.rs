//! What breaks the data lane, as markers of the log and of recordings.

use super::{Dropped, Gap, GapCause};
use crate::protocol::{Marker, MarkerKind};

impl From<&Gap> for Marker {
    fn from(gap: &Gap) -> Marker {
        let kind = match gap.cause {
            GapCause::Lost => MarkerKind::Reconnected { lasted: gap.lasted },
            GapCause::Moved => MarkerKind::Moved,
        };
        Marker { at: gap.at, kind }
    }
}

impl From<&Dropped> for Marker {
    fn from(dropped: &Dropped) -> Marker {
        let by_subscription = dropped.by_subscription.iter();
        let kind = MarkerKind::Dropped {
            received: dropped.received,
            sent: dropped.sent,
            bytes: dropped.bytes,
            by_subscription: by_subscription
                .map(|(sid, count)| (sid.0, *count))
                .collect(),
        };
        Marker {
            at: dropped.at,
            kind,
        }
    }
}
