//! `goingnats serve`: the loopback server, for as long as it is wanted.

use anyhow::Result;

use super::{arguments::Serve, exit::Exit, output::Output, supervise::Stop};
use crate::broker::{Broker, Settings};

/// Runs the server until a signal comes. Its URL is its only line on stdout, printed once it accepts.
pub async fn serve(arguments: Serve, mut stop: Stop) -> Result<Exit> {
    let broker = Broker::start(Settings {
        addr: arguments.addr,
        ..Settings::default()
    })?;
    {
        let mut output = Output::new();
        output.line(broker.url())?;
        output.flush()?;
    }
    let exit = stop.told().await;
    broker.stop();
    Ok(exit)
}
