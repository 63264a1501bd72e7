//! Many clients at once: nothing is lost, nothing comes twice, nobody sleeps through a wake-up.

use std::thread::scope;

use logstore::batch::build::BatchBuilder;

use logstore::log::LogConfig;

use crate::harness::{Broker, Client, Topic};
use crate::wire::{Fetch, Produce, Wanted};

const WRITERS: usize = 8;
const READERS: usize = 3;
const ROUNDS: usize = 40;
const PIPELINED: usize = 10;
const BATCHES: i64 = (WRITERS * ROUNDS * PIPELINED) as i64;

fn write(mut client: Client, topic: &str, partition: i32) -> Vec<i64> {
    let records = BatchBuilder::new().value(&[7; 300]).build();
    let mut offsets = Vec::new();
    for _ in 0..ROUNDS {
        let request = Produce { topic, partition, acks: -1, ..Produce::of(&records) };
        for _ in 0..PIPELINED {
            client.send(&request.encode());
        }
        for _ in 0..PIPELINED {
            let answer = request.decode(&client.receive());
            assert_eq!(answer.error, 0);
            offsets.push(answer.base_offset);
        }
    }
    assert!(offsets.is_sorted());
    offsets
}

/// Reads by long polls that end by themselves only after the test would have failed.
fn read(mut client: Client, topic: &'static str, partition: i32) {
    let mut next = 0;
    while next < BATCHES {
        let fetch = Fetch { topic, wait_ms: 60_000, ..Fetch::of(&[Wanted::at(partition, next)]) };
        let fetched = fetch.send(&mut client);
        assert_eq!(fetched.partitions[0].error, 0);
        for batch in logstore::batch::iter(&fetched.partitions[0].records) {
            let batch = batch.unwrap();
            assert!(batch.verify_crc());
            assert_eq!(batch.header().base_offset.0, next);
            next = batch.header().next_offset().0;
        }
    }
}

#[test]
fn writers_and_readers_of_a_durable_topic_at_once() {
    writers_and_readers_at_once(LogConfig::default());
}

#[test]
fn writers_and_readers_of_a_relaxed_topic_at_once() {
    writers_and_readers_at_once(LogConfig { flush_messages: i64::MAX, ..LogConfig::default() });
}

fn writers_and_readers_at_once(config: LogConfig) {
    const TOPIC: &str = "busy";
    let broker = Broker::start();
    broker.publish(&[Topic { config, ..Topic::new(TOPIC) }]);
    scope(|threads| {
        for partition in [0, 1] {
            for client in (0..READERS).map(|_| broker.connect()) {
                threads.spawn(move || read(client, TOPIC, partition));
            }
        }
        for partition in [0, 1] {
            let clients = (0..WRITERS).map(|_| broker.connect());
            let writers: Vec<_> =
                clients.map(|client| threads.spawn(move || write(client, TOPIC, partition))).collect();
            let written = writers.into_iter().map(|writer| writer.join().unwrap());
            let mut offsets: Vec<_> = written.flatten().collect();
            offsets.sort_unstable();
            assert!(offsets.into_iter().eq(0..BATCHES));
        }
    });
}
