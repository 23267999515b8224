//! Which kept messages are shown.

/// Which kept messages are shown. Markers always are; messages of muted subscriptions never.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct View {
    /// Only what a subscription to this pattern would receive.
    pub subject: Option<Vec<u8>>,
    /// Copies too; hidden by default.
    pub copies: bool,
    /// `_INBOX.>` and `$…` traffic too, where it is not ours; hidden by default. It is shown in any
    /// case where `subject`, or the subscription it came in on, asks for it by its first token.
    pub inboxes: bool,
}
