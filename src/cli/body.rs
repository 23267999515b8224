//! The payload that a command sends: of the command line, or of stdin.

use std::io::{self, IsTerminal, Read};

use anyhow::{Context as _, Result, bail};

use super::{output::tell, supervise::on_thread};
use crate::protocol::Limits;

/// Stands for stdin.
const STDIN: &str = "-";

/// What the argument says; `-` is all that stdin holds. Without an argument stdin counts where it is
/// `read_by_default` and no terminal, else there is no payload.
pub async fn body(argument: Option<String>, read_by_default: bool) -> Result<Vec<u8>> {
    match argument {
        Some(body) if body != STDIN => return Ok(body.into_bytes()),
        Some(_) if io::stdin().is_terminal() => {
            tell("the payload is read from here; Ctrl-D ends it")
        }
        Some(_) => {}
        None if !read_by_default || io::stdin().is_terminal() => return Ok(Vec::new()),
        None => {}
    }
    on_thread(read_stdin).await?
}

fn read_stdin() -> Result<Vec<u8>> {
    let limit = Limits::CLIENT.message;
    let mut body = Vec::new();
    io::stdin()
        .lock()
        .take(limit as u64 + 1)
        .read_to_end(&mut body)
        .context("stdin")?;
    if body.len() > limit {
        bail!("stdin holds more than {limit} bytes, and no server takes that");
    }
    Ok(body)
}
