//! Something to be read: a number of requests to all partitions in turn.

use std::collections::VecDeque;

use anyhow::{Result, ensure};
use clap::Args;
use serde::Serialize;

use crate::connection::Connection;
use crate::frame;
use crate::payload::{self, Shape};
use crate::{Target, now_ms};

/// Requests in flight. Their answers are small: a broker can always write them.
const DEPTH: usize = 16;

/// How much of what.
#[derive(Args)]
pub(crate) struct Options {
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    shape: Shape,
    /// Requests, one batch each.
    #[arg(long)]
    requests: usize,
}

/// What was acknowledged.
#[derive(Serialize)]
pub(crate) struct Filled {
    acknowledged: usize,
    bytes: usize,
}

/// Runs it.
pub(crate) fn run(options: &Options) -> Result<Filled> {
    let Options { target, shape, requests } = options;
    let now = now_ms()?;
    let mut connection = Connection::open(frame::address(target)?, 0)?;
    let mut filled = Filled { acknowledged: 0, bytes: 0 };
    let batches: Vec<_> = (0..target.partitions)
        .flat_map(|partition| payload::batches(shape, partition, target.partitions, now))
        .map(|(partition, batch)| (partition, batch.build()))
        .collect();
    let frames = batches
        .iter()
        .map(|(partition, batch)| (frame::produce(&target.topic, 1, &[(*partition, batch)]), batch.len()));
    let frames: Vec<_> = frames.collect();
    let mut in_flight = VecDeque::with_capacity(DEPTH);
    let mut hear = |connection: &mut Connection, bytes: usize| -> Result<()> {
        let (error, _) = frame::produced(&connection.hear()?)?;
        ensure!(error == 0, "a batch was refused with error {error}");
        filled.acknowledged += shape.records;
        filled.bytes += bytes;
        Ok(())
    };
    for (frame, bytes) in frames.iter().cycle().take(*requests) {
        connection.say(frame)?;
        in_flight.push_back(*bytes);
        if in_flight.len() == DEPTH {
            hear(&mut connection, in_flight.pop_front().unwrap_or_default())?;
        }
    }
    for bytes in in_flight {
        hear(&mut connection, bytes)?;
    }
    Ok(filled)
}
