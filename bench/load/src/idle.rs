//! Connections that are there and say nothing.

use std::io::{Write, stdin, stdout};
use std::net::TcpStream;

use anyhow::{Context, Result};
use clap::Args;

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
        TcpStream::connect(&options.bootstrap).with_context(|| format!("connection {number} is refused"))
    };
    let connections = (0..options.connections).map(open).collect::<Result<Vec<_>>>()?;
    writeln!(stdout(), "{}", connections.len())?;
    std::io::copy(&mut stdin(), &mut std::io::sink())?;
    Ok(())
}
