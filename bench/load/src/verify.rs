//! Reads a topic from its start to its end and counts, every checksum and every offset checked: what was acknowledged must be there.

use anyhow::{Result, ensure};
use logstore::batch::BatchView;
use serde::Serialize;

use crate::Target;
use crate::connection::Connection;
use crate::frame::{self, FetchLimits};

const LIMITS: FetchLimits = FetchLimits { max_wait_ms: 0, min_bytes: 0, max_bytes: 8 << 20 };

/// What lies in the topic.
#[derive(Serialize)]
pub(crate) struct Contents {
    records: i64,
    bytes: usize,
    /// By partition.
    ends: Vec<i64>,
}

/// Runs it.
pub(crate) fn run(target: &Target) -> Result<Contents> {
    let mut connection = Connection::open(frame::address(target)?, 0)?;
    let mut contents = Contents { records: 0, bytes: 0, ends: Vec::new() };
    for partition in 0..target.partitions {
        let mut offset = None;
        loop {
            let answer =
                connection.call(&frame::fetch(&target.topic, partition, offset.unwrap_or(0), LIMITS))?;
            let fetched = frame::fetched(&answer)?;
            let from = *offset.get_or_insert(fetched.log_start.max(0));
            if fetched.error == logstore::base::codes::OFFSET_OUT_OF_RANGE && from > 0 && fetched.bytes == 0 {
                continue;
            }
            ensure!(
                fetched.error == 0,
                "partition {partition} cannot be read at {from}: error {}",
                fetched.error
            );
            let mut next = from;
            let mut rest = fetched.records;
            while let Ok(batch) = BatchView::parse(rest) {
                let header = batch.header();
                ensure!(
                    batch.verify_crc(),
                    "a batch at {} of partition {partition} is damaged",
                    header.base_offset
                );
                ensure!(
                    header.base_offset.0 == next,
                    "partition {partition} goes on at {} after {next}",
                    header.base_offset
                );
                next = header.next_offset().0;
                contents.records += i64::from(header.records_count);
                contents.bytes += batch.bytes().len();
                rest = rest.get(batch.bytes().len()..).unwrap_or_default();
            }
            if next >= fetched.high_watermark {
                contents.ends.push(next);
                break;
            }
            ensure!(next > from, "partition {partition} does not go on at {from}");
            offset = Some(next);
        }
    }
    Ok(contents)
}
