//! Bounds: connections, pipelining, output, time.

use std::io::Write;
use std::time::Duration;

use logstore::batch::build::BatchBuilder;
use logstore::server::CloseReason;

use crate::harness::{Broker, eventually};
use crate::wire::{self, Answer, Fetch, Produce, Wanted};

#[test]
fn too_many_connections_of_one_address_are_closed() {
    let broker = Broker::with(|options| options.connections.per_address_max = 2);
    let (mut first, second) = (broker.connect(), broker.connect());
    eventually(|| broker.server.stats().connections == 2);
    assert!(broker.connect().is_closed());
    broker.closed(CloseReason::TooMany, 1);
    drop(second);
    eventually(|| broker.server.stats().connections == 1);
    let mut third = broker.connect();
    for client in [&mut first, &mut third] {
        assert!(Answer::open(&client.ask(&wire::api_versions(0, 1)), 1, false).fixed.i16().is_ok());
    }
}

#[test]
fn too_many_connections_in_all_are_closed() {
    let broker = Broker::with(|options| options.connections.max = 1);
    let _first = broker.connect();
    eventually(|| broker.server.stats().connections == 1);
    assert!(broker.connect().is_closed());
}

#[test]
fn idle_connections_are_closed_and_busy_ones_are_not() {
    let broker = Broker::with(|options| options.idle = Duration::from_millis(250));
    let mut idle = broker.connect();
    let mut parked = broker.connect();
    let fetch = Fetch { wait_ms: 700, ..Fetch::of(&[Wanted::at(0, 0)]) };
    parked.send(&fetch.encode());
    assert!(idle.is_closed());
    assert_eq!(fetch.decode(&parked.receive()).error, 0);
}

#[test]
fn a_hundred_thousand_pipelined_requests_are_answered_in_order() {
    const COUNT: i32 = 100_000;
    let broker = Broker::start();
    let mut client = broker.connect();
    let mut writer = client.stream.try_clone().unwrap();
    let sender = std::thread::Builder::new().spawn(move || {
        for correlation in 0..COUNT {
            let frame = wire::api_versions(0, correlation);
            let bytes = [&(frame.len() as u32).to_be_bytes()[..], &frame].concat();
            writer.write_all(&bytes).unwrap();
        }
    });
    for correlation in 0..COUNT {
        Answer::open(&client.receive(), correlation, false);
    }
    sender.unwrap().join().unwrap();
}

#[test]
fn a_client_that_never_reads_is_paused_and_then_closed() {
    let broker = Broker::with(|options| options.stalled = Duration::from_millis(400));
    let mut client = broker.connect();
    let records = BatchBuilder::new().value(&vec![1; 1_000_000]).build();
    for _ in 0..4 {
        assert_eq!(Produce::of(&records).send(&mut client).error, 0);
    }
    let fetch =
        Fetch { bytes_max: 8 << 20, ..Fetch::of(&[Wanted { bytes_max: 8 << 20, ..Wanted::at(0, 0) }]) };
    let mut deaf = broker.connect();
    for _ in 0..50 {
        deaf.send(&fetch.encode());
    }
    broker.closed(CloseReason::Stalled, 1);
    // Fifty answers of four MiB were asked for; it was given what the kernel took and little more.
    assert!(broker.server.stats().fetch_requests < 20);
    assert_eq!(fetch.send(&mut client).partitions[0].error, 0);
}

#[test]
fn a_slow_reader_gets_everything() {
    let broker = Broker::start();
    let mut client = broker.connect();
    let records = BatchBuilder::new().value(&vec![1; 1_000_000]).build();
    for _ in 0..8 {
        Produce::of(&records).send(&mut client);
    }
    let fetch =
        Fetch { bytes_max: 16 << 20, ..Fetch::of(&[Wanted { bytes_max: 16 << 20, ..Wanted::at(0, 0) }]) };
    client.send(&fetch.encode());
    std::thread::sleep(Duration::from_millis(200));
    let fetched = fetch.decode(&client.receive());
    let batches = logstore::batch::iter(&fetched.partitions[0].records);
    assert_eq!(batches.flatten().count(), 8);
}

#[test]
fn a_drain_answers_what_was_begun() {
    let broker = Broker::start();
    let mut idle = broker.connect();
    let mut parked = broker.connect();
    let fetch = Fetch { wait_ms: 20_000, ..Fetch::of(&[Wanted::at(0, 0)]) };
    parked.send(&fetch.encode());
    eventually(|| broker.server.stats().fetches_parked == 1);
    assert!(broker.server.drain(Duration::from_secs(10)));
    assert_eq!(fetch.decode(&parked.receive()).error, 0);
    assert!(parked.is_closed() && idle.is_closed());
    assert_eq!(broker.server.stats().connections, 0);
    broker.server.stop();
    broker.server.stop();
}

#[test]
fn pipelined_fetches_beyond_the_output_bound_are_all_answered() {
    // A connection once stopped for good: its answers filled the bound, the socket then took all of them at once,
    // and nothing came any more that would have made it look at the requests that waited.
    let broker = Broker::start();
    let mut client = broker.connect();
    let records = BatchBuilder::new().value(&vec![1; 400_000]).build();
    for _ in 0..4 {
        Produce::of(&records).send(&mut client);
    }
    let fetch = Fetch::of(&[Wanted { bytes_max: 2 << 20, ..Wanted::at(0, 0) }]);
    for _ in 0..20 {
        client.send(&fetch.encode());
    }
    for _ in 0..20 {
        let fetched = fetch.decode(&client.receive());
        assert!(fetched.partitions[0].records.len() > 1_600_000);
    }
}
