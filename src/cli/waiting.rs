//! Nobody waits in silence.

use std::{fmt::Display, future::Future, pin::pin, time::Duration};

use tokio::time::timeout;

use super::output::tell;
use crate::client::Error;

/// After so long a wait for the server is told.
const SILENCE: Duration = Duration::from_secs(5);

/// Waits for something of the server; says once what for, where it takes long. Where a person named the
/// longest wait, it is over then.
///
/// # Errors
/// [`Error::Timeout`] of `server` after the time that was named; what `work` says.
pub async fn wait_for<T>(
    what: impl Display,
    server: &str,
    named: Option<Duration>,
    work: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    let mut work = pin!(work);
    let told_and_done = async {
        if let Ok(done) = timeout(SILENCE, work.as_mut()).await {
            return done;
        }
        // Where the end is near there is no need to tell of the wait, too.
        if named.is_none_or(|named| named >= 2 * SILENCE) {
            tell(format_args!(
                "still waiting for {server} {what}; Ctrl-C ends this"
            ));
        }
        work.await
    };
    match named {
        Some(named) => match timeout(named, told_and_done).await {
            Ok(done) => done,
            Err(_) => Err(Error::Timeout {
                subject: server.to_owned(),
                after: named,
            }),
        },
        None => told_and_done.await,
    }
}
