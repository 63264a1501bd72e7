//! The same batches again and again.

use std::rc::Rc;

use anyhow::Result;
use clap::Args;
use logstore::base::types::{ProducerEpoch, ProducerId, Sequence};
use logstore::batch::build::BatchBuilder;

use crate::connection::Connection;
use crate::drive::{self, Answer, Load};
use crate::frame::{self, Frame, HEAD_BYTES};
use crate::payload::{self, Shape};
use crate::report::{Recorder, Report};
use crate::{Pressure, Target, now_ms};

/// What is written, and how.
#[derive(Args)]
pub(crate) struct Options {
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    pressure: Pressure,
    #[command(flatten)]
    shape: Shape,
    /// 0, 1, or -1 for all in-sync replicas. Without an answer there is nothing to measure: 0 is not offered.
    #[arg(long, default_value_t = 1, allow_hyphen_values = true, value_parser = clap::value_parser!(i16).range(-1..=1))]
    acks: i16,
    /// Each connection is an idempotent producer: its batches are numbered.
    #[arg(long)]
    idempotent: bool,
}

/// Runs it.
pub(crate) fn run(options: &Options) -> Result<Report> {
    anyhow::ensure!(options.acks != 0, "--acks 0 has no answers to be measured");
    let now = now_ms()?;
    let address = frame::address(&options.target)?;
    drive::run(address, &options.pressure, options.pressure.connections, |thread| {
        Produce::new(options, thread, now)
    })
}

struct Produce {
    idempotent: bool,
    topic: String,
    acks: i16,
    /// The requests that each connection sends in turn: one for each partition, or one for all of them.
    requests: Vec<Request>,
    producers: Vec<Producer>,
    thread: usize,
}

struct Request {
    batches: Vec<(i32, BatchBuilder)>,
    head: [u8; HEAD_BYTES],
    body: Rc<[u8]>,
    /// Of each batch, and bytes of all of them.
    records: usize,
    bytes: usize,
}

/// A connection: which request is next, and what an idempotent producer knows.
struct Producer {
    id: ProducerId,
    epoch: ProducerEpoch,
    turn: usize,
    answered: usize,
    sequences: Vec<i32>,
}

impl Produce {
    fn new(options: &Options, thread: usize, now: i64) -> Self {
        let partitions = options.target.partitions;
        let targets = if options.shape.keyed { 0..1 } else { 0..partitions };
        let requests = targets.map(|partition| {
            let batches = payload::batches(&options.shape, partition, partitions, now);
            let bytes: Vec<(i32, Vec<u8>)> =
                batches.iter().map(|(partition, batch)| (*partition, batch.clone().build())).collect();
            let Frame { head, body } = encode(&options.target.topic, options.acks, &bytes);
            Request {
                records: options.shape.records / batches.len(),
                bytes: bytes.iter().map(|(_, batch)| batch.len()).sum(),
                batches,
                head,
                body: body.into(),
            }
        });
        Self {
            idempotent: options.idempotent,
            topic: options.target.topic.clone(),
            acks: options.acks,
            requests: requests.collect(),
            producers: Vec::new(),
            thread,
        }
    }

    fn turn(&self, connection: usize, nth: usize) -> usize {
        (self.thread + connection + nth) % self.requests.len()
    }
}

fn encode(topic: &str, acks: i16, batches: &[(i32, Vec<u8>)]) -> Frame {
    let batches: Vec<_> = batches.iter().map(|(partition, batch)| (*partition, batch.as_slice())).collect();
    frame::produce(topic, acks, &batches)
}

impl Load for Produce {
    const LOOKED_AT: usize = 64 * 1024;

    fn prepare(&mut self, connection: &mut Connection) -> Result<()> {
        let (id, epoch) = if self.idempotent {
            frame::producer_id(&connection.call(&frame::init_producer_id())?)?
        } else {
            (-1, -1)
        };
        let sequences = vec![0; self.requests.len()];
        self.producers.push(Producer {
            id: ProducerId(id),
            epoch: ProducerEpoch(epoch),
            turn: 0,
            answered: 0,
            sequences,
        });
        Ok(())
    }

    fn request(&mut self, connection: usize, _intended: u64) -> ([u8; HEAD_BYTES], Rc<[u8]>) {
        let at = self.turn(connection, self.producers[connection].turn);
        let (producer, request) = (&mut self.producers[connection], &self.requests[at]);
        producer.turn += 1;
        if !self.idempotent {
            return (request.head, Rc::clone(&request.body));
        }
        let sequence = producer.sequences[at];
        producer.sequences[at] += request.records as i32;
        let numbered = |batch: &BatchBuilder| {
            batch.clone().producer(producer.id, producer.epoch, Sequence(sequence)).build()
        };
        let batches: Vec<_> =
            request.batches.iter().map(|(partition, batch)| (*partition, numbered(batch))).collect();
        let Frame { head, body } = encode(&self.topic, self.acks, &batches);
        (head, body.into())
    }

    fn answer(&mut self, connection: usize, answer: &Answer<'_>, recorder: &mut Recorder) -> Result<()> {
        let at = self.turn(connection, self.producers[connection].answered);
        self.producers[connection].answered += 1;
        let request = &self.requests[at];
        let (error, partitions) = frame::produced(answer.bytes)?;
        if error != 0 {
            recorder.failed(error);
        }
        if partitions > 0 {
            recorder.answered(answer.now, (request.records * partitions) as u64, request.bytes as u64);
        }
        recorder.took(answer.intended, answer.now);
        Ok(())
    }
}
