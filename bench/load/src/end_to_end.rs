//! From when a record was due to be sent until a consumer had it. A producer writes batches of one record at a rate, to all
//! partitions in turn; one consumer waits at the end of each.

use std::rc::Rc;

use anyhow::{Result, ensure};
use clap::Args;
use logstore::base::types::Timestamp;
use logstore::batch::BatchView;
use logstore::batch::build::{BatchBuilder, RecordData};

use crate::connection::Connection;
use crate::drive::{self, Answer, Load};
use crate::frame::{self, FetchLimits, Frame, HEAD_BYTES};
use crate::report::{Recorder, Report};
use crate::{Pressure, Target, now_ms};

/// How often, and how much.
#[derive(Args)]
pub(crate) struct Options {
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    pressure: Pressure,
    /// Bytes of each record's value, of which the first eight are its time.
    #[arg(long, default_value_t = 100)]
    record_bytes: usize,
    /// 1, or -1 for all in-sync replicas.
    #[arg(long, default_value_t = 1, allow_hyphen_values = true, value_parser = clap::value_parser!(i16).range(-1..=1))]
    acks: i16,
}

const TIME_BYTES: usize = 8;
/// The run ends when what waits is answered: a consumer without records must not wait for long.
const LIMITS: FetchLimits = FetchLimits { max_wait_ms: 500, min_bytes: 1, max_bytes: 1 << 20 };

/// Runs it. Latency is that of records, from end to end.
pub(crate) fn run(options: &Options) -> Result<Report> {
    ensure!(options.pressure.rate.is_some(), "--rate says how many records a second are written");
    ensure!(
        options.record_bytes >= TIME_BYTES && options.acks != 0,
        "--record-bytes is 8 or more, --acks 1 or -1"
    );
    ensure!(options.pressure.threads == 1, "times are those of one thread: --threads 1");
    let producers = options.pressure.connections;
    let partitions = options.target.partitions as usize;
    let address = frame::address(&options.target)?;
    let began = Timestamp(now_ms()?);
    drive::run(address, &options.pressure, producers + partitions, |_| EndToEnd {
        topic: options.target.topic.clone(),
        acks: options.acks,
        producers,
        value: vec![b'x'; options.record_bytes],
        began,
        turn: 0,
        // Every partition is read from its present end.
        offsets: vec![0; partitions],
        prepared: 0,
    })
}

/// The first connections produce, the others consume a partition each.
struct EndToEnd {
    topic: String,
    acks: i16,
    producers: usize,
    value: Vec<u8>,
    began: Timestamp,
    turn: usize,
    offsets: Vec<i64>,
    prepared: usize,
}

impl EndToEnd {
    /// One record, as young as the run: brokers delete what is old.
    fn batch(&mut self, intended: u64) -> Vec<u8> {
        self.value[..TIME_BYTES].copy_from_slice(&intended.to_be_bytes());
        let value = Some(self.value.clone());
        let record = RecordData { timestamp: self.began, value, ..RecordData::default() };
        BatchBuilder::new().record(record).build()
    }
}

impl Load for EndToEnd {
    const LOOKED_AT: usize = 2 << 20;

    fn prepare(&mut self, connection: &mut Connection) -> Result<()> {
        if let Some(partition) = self.prepared.checked_sub(self.producers) {
            let probe =
                frame::fetch(&self.topic, partition as i32, 0, FetchLimits { max_wait_ms: 0, ..LIMITS });
            let answer = connection.call(&probe)?;
            self.offsets[partition] = frame::fetched(&answer)?.high_watermark.max(0);
        }
        self.prepared += 1;
        Ok(())
    }

    fn paced(&self, connection: usize) -> bool {
        connection < self.producers
    }

    fn request(&mut self, connection: usize, intended: u64) -> ([u8; HEAD_BYTES], Rc<[u8]>) {
        let Frame { head, body } = if let Some(partition) = connection.checked_sub(self.producers) {
            frame::fetch(&self.topic, partition as i32, self.offsets[partition], LIMITS)
        } else {
            let batch = self.batch(intended);
            let partition = self.turn % self.offsets.len();
            self.turn += 1;
            frame::produce(&self.topic, self.acks, &[(partition as i32, &batch)])
        };
        (head, body.into())
    }

    fn answer(&mut self, connection: usize, answer: &Answer<'_>, recorder: &mut Recorder) -> Result<()> {
        let Some(partition) = connection.checked_sub(self.producers) else {
            let (error, acknowledged) = frame::produced(answer.bytes)?;
            if error != 0 {
                recorder.failed(error);
            }
            recorder.answered(answer.now, acknowledged as u64, (acknowledged * self.value.len()) as u64);
            return Ok(());
        };
        let fetched = frame::fetched(answer.bytes)?;
        if fetched.error != 0 {
            recorder.failed(fetched.error);
        }
        let mut rest = fetched.records;
        while let Ok(batch) = BatchView::parse(rest) {
            for record in batch.records()?.iter() {
                let time = record?.value.and_then(|value| value.first_chunk::<TIME_BYTES>().copied());
                recorder.took(time.map_or(0, u64::from_be_bytes), answer.now);
            }
            self.offsets[partition] = batch.header().next_offset().0;
            rest = &rest[batch.bytes().len()..];
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_as_young_as_the_run_and_says_when_it_was_due() {
        let began = Timestamp(1_700_000_000_000);
        let mut load = EndToEnd {
            topic: "t".into(),
            acks: 1,
            producers: 1,
            value: vec![b'x'; 10],
            began,
            turn: 0,
            offsets: vec![0],
            prepared: 0,
        };
        let batch = load.batch(7);
        let view = BatchView::parse(&batch).unwrap();
        let records = view.records().unwrap();
        let record = records.iter().next().unwrap().unwrap();
        assert_eq!(view.header().max_timestamp, began);
        assert_eq!(record.value, Some(&b"\0\0\0\0\0\0\0\x07xx"[..]));
    }
}
