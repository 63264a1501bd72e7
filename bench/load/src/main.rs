//! Load for the benchmark suite: requests encoded ahead, so that the client costs as little as it can and both brokers get the same
//! bytes. One JSON object on standard output says what was measured.
//!
//! Latency counts from the time a request was *intended* to leave: in an open loop (`--rate`) a broker that stalls is charged for
//! every request that had to wait, also for those that could not be sent meanwhile (no coordinated omission).

mod connection;
mod drive;
mod end_to_end;
mod fetch;
mod fill;
mod frame;
mod idle;
mod null_broker;
mod payload;
mod produce;
mod report;
mod usage;
mod verify;

use std::io::Write;
use std::time::SystemTime;

use anyhow::Result;
use clap::{Args, Parser, Subcommand};

#[derive(Parser)]
#[command(about = "Load for Kafka brokers, from requests that are encoded ahead")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Writes the same batches again and again.
    Produce(produce::Options),
    /// Writes so many requests, one after the other, as something to be read.
    Fill(fill::Options),
    /// Holds connections that say nothing until standard input ends.
    Idle(idle::Options),
    /// Reads what lies in the topic, from its start to its end and around again, without looking at the records.
    Fetch(fetch::Options),
    /// Writes records at a rate and measures when a consumer has them.
    EndToEnd(end_to_end::Options),
    /// Reads every record of a topic, checks every batch and counts.
    Verify(Target),
    /// A broker that acknowledges what it does not keep: the floor of client, kernel and protocol.
    NullBroker,
}

/// What the load is for.
#[derive(Args, Clone)]
struct Target {
    /// HOST:PORT of the broker.
    #[arg(long)]
    bootstrap: String,
    /// A topic that exists.
    #[arg(long)]
    topic: String,
    /// How many partitions it has.
    #[arg(long, default_value_t = 1)]
    partitions: i32,
}

/// How long and how hard.
#[derive(Args, Clone)]
struct Pressure {
    /// Connections, each to the same broker.
    #[arg(long, default_value_t = 1)]
    connections: usize,
    /// Requests in flight on each connection.
    #[arg(long, default_value_t = 1)]
    depth: usize,
    /// Requests a second over all connections, sent when they are due; without it each answer brings the next request.
    #[arg(long)]
    rate: Option<f64>,
    /// Seconds before the measurement.
    #[arg(long, default_value_t = 2.0)]
    warm_up: f64,
    /// Seconds of the measurement.
    #[arg(long, default_value_t = 10.0)]
    seconds: f64,
    /// Threads that share the connections.
    #[arg(long, default_value_t = 1)]
    threads: usize,
    /// The broker may go away: the run ends then, with what was acknowledged until then.
    #[arg(long)]
    until_gone: bool,
    /// Process of the broker, to measure its processor time.
    #[arg(long)]
    pid: Option<u32>,
}

fn main() -> Result<()> {
    let answer = match Cli::parse().command {
        Command::Produce(options) => serde_json::to_string(&produce::run(&options)?)?,
        Command::Fill(options) => serde_json::to_string(&fill::run(&options)?)?,
        Command::Idle(options) => return idle::run(&options),
        Command::Fetch(options) => serde_json::to_string(&fetch::run(&options)?)?,
        Command::EndToEnd(options) => serde_json::to_string(&end_to_end::run(&options)?)?,
        Command::Verify(target) => serde_json::to_string(&verify::run(&target)?)?,
        Command::NullBroker => return null_broker::run(),
    };
    writeln!(std::io::stdout(), "{answer}")?;
    Ok(())
}

/// The time of the records.
fn now_ms() -> Result<i64> {
    Ok(SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.as_millis() as i64)
}
