//! Connections that are there and say nothing.

use std::io::{Write, stdin, stdout};
use std::net::TcpStream;
use std::thread::sleep;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::Args;

/// Between one and the next. Kafka lets 50 wait to be accepted (`socket.listen.backlog.size`), and what comes
/// beyond that tries again a second later.
const PAUSE: Duration = Duration::from_micros(500);

/// How many.
#[derive(Args)]
pub(crate) struct Options {
    /// HOST:PORT of the broker.
    #[arg(long)]
    bootstrap: String,
    #[arg(long)]
    connections: usize,
}

/// Says when all are open, and holds them until standard input ends.
pub(crate) fn run(options: &Options) -> Result<()> {
    let open = |number| {
        sleep(PAUSE);
        TcpStream::connect(&options.bootstrap).with_context(|| format!("connection {number} is refused"))
    };
    let connections = (0..options.connections).map(open).collect::<Result<Vec<_>>>()?;
    writeln!(stdout(), "{}", connections.len())?;
    std::io::copy(&mut stdin(), &mut std::io::sink())?;
    Ok(())
}
