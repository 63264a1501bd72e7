//! Consumers that never look at a record: the client costs nothing beside the kernel, so that what is seen is the broker.

use std::rc::Rc;

use anyhow::{Result, ensure};
use clap::Args;
use logstore::base::types::Offset;
use logstore::batch::view::BatchHeader;

use crate::drive::{self, Answer, Load};
use crate::frame::{self, FetchLimits, Frame, HEAD_BYTES};
use crate::report::{Recorder, Report};
use crate::{Pressure, Target};

/// What is read. The batches of the topic must be alike, as `produce` writes them.
#[derive(Args)]
pub(crate) struct Options {
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    pressure: Pressure,
    /// Bytes that an answer may have.
    #[arg(long, default_value_t = 1 << 20)]
    max_bytes: i32,
    /// Waits at the end for what is written, instead of starting over.
    #[arg(long)]
    follow: bool,
}

const MAX_WAIT_MS: i32 = 500;

/// Runs it.
pub(crate) fn run(options: &Options) -> Result<Report> {
    ensure!(options.pressure.depth == 1, "a consumer knows its next offset from the answer: --depth 1");
    let address = frame::address(&options.target)?;
    drive::run(address, &options.pressure, options.pressure.connections, |thread| Fetch {
        topic: options.target.topic.clone(),
        partitions: options.target.partitions,
        follow: options.follow,
        limits: FetchLimits { max_wait_ms: MAX_WAIT_MS, min_bytes: 1, max_bytes: options.max_bytes },
        offsets: vec![0; options.pressure.connections],
        thread,
    })
}

struct Fetch {
    topic: String,
    partitions: i32,
    follow: bool,
    limits: FetchLimits,
    offsets: Vec<i64>,
    thread: usize,
}

impl Load for Fetch {
    // The header of the answer, a topic's name of any length, and the header of the first batch.
    const LOOKED_AT: usize = 512;

    fn request(&mut self, connection: usize, _intended: u64) -> ([u8; HEAD_BYTES], Rc<[u8]>) {
        let partition = (self.thread + connection) as i32 % self.partitions;
        let Frame { head, body } =
            frame::fetch(&self.topic, partition, self.offsets[connection], self.limits);
        (head, body.into())
    }

    fn answer(&mut self, connection: usize, answer: &Answer<'_>, recorder: &mut Recorder) -> Result<()> {
        let fetched = frame::fetched(answer.bytes)?;
        let offset = &mut self.offsets[connection];
        if fetched.error != 0 {
            recorder.failed(fetched.error);
            *offset = fetched.log_start;
            return Ok(());
        }
        let Ok(first) = BatchHeader::parse(fetched.records) else {
            *offset = if self.follow { *offset } else { fetched.log_start };
            return Ok(());
        };
        let whole = fetched.bytes / first.size_in_bytes();
        let records = first.next_offset().0 - first.base_offset.0;
        let next = Offset(first.base_offset.0 + records * whole as i64);
        recorder.answered(answer.now, records as u64 * whole as u64, (whole * first.size_in_bytes()) as u64);
        recorder.took(answer.intended, answer.now);
        *offset = if next.0 >= fetched.high_watermark && !self.follow { fetched.log_start } else { next.0 };
        Ok(())
    }
}
