//! Fetch: versions, limits, long polls, epochs.

use std::time::{Duration, Instant};

use logstore::base::codes::{
    CLUSTER_AUTHORIZATION_FAILED, FENCED_LEADER_EPOCH, NOT_LEADER_OR_FOLLOWER, OFFSET_OUT_OF_RANGE,
    UNKNOWN_LEADER_EPOCH, UNKNOWN_TOPIC_ID, UNKNOWN_TOPIC_OR_PARTITION,
};
use logstore::batch::build::BatchBuilder;

use crate::harness::{Broker, Client, EPOCH, OTHER, Topic, eventually};
use crate::wire::{Fetch, Produce, Wanted};

fn produce(client: &mut Client, partition: i32, value: &[u8]) {
    let records = BatchBuilder::new().value(value).build();
    assert_eq!(Produce { partition, ..Produce::of(&records) }.send(client).error, 0);
}

#[allow(clippy::disallowed_methods, reason = "how long an answer took is what is tested")]
fn timed<T>(act: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let result = act();
    (result, start.elapsed())
}

#[test]
fn every_version_reads_what_was_produced() {
    let broker = Broker::start();
    let mut client = broker.connect();
    produce(&mut client, 0, b"hello");
    for version in 4..=18 {
        let fetched = Fetch { version, ..Fetch::of(&[Wanted::at(0, 0), Wanted::at(1, 0)]) }.send(&mut client);
        assert_eq!((fetched.error, fetched.partitions.len()), (0, 2), "version {version}");
        let [full, empty] = &fetched.partitions[..] else { unreachable!() };
        assert_eq!((full.error, full.high_watermark, full.last_stable, full.aborted), (0, 1, 1, None));
        assert_eq!(full.log_start, if version >= 5 { 0 } else { -1 });
        let view = logstore::batch::BatchView::parse(&full.records).unwrap();
        assert!(view.verify_crc());
        assert_eq!(view.header().leader_epoch.0, EPOCH);
        assert_eq!(full.records.len(), view.bytes().len());
        assert_eq!((empty.partition, empty.error, empty.high_watermark), (1, 0, 0));
        assert!(empty.records.is_empty());
    }
    let committed = Fetch { isolation: 1, ..Fetch::of(&[Wanted::at(0, 0)]) }.send(&mut client);
    assert_eq!(committed.partitions[0].aborted, Some(0));
}

#[test]
fn the_first_partition_with_data_gives_a_batch_whatever_the_limits() {
    let broker = Broker::start();
    let mut client = broker.connect();
    for partition in [0, 1] {
        produce(&mut client, partition, &[1; 1000]);
        produce(&mut client, partition, &[2; 1000]);
    }
    let small = |partition| Wanted { bytes_max: 1, ..Wanted::at(partition, 0) };
    let fetch = Fetch { bytes_max: 1, ..Fetch::of(&[small(0), small(1)]) };
    let sizes: Vec<_> =
        fetch.send(&mut client).partitions.iter().map(|partition| partition.records.len()).collect();
    assert!(sizes[0] > 1000 && sizes[0] < 2000);
    assert_eq!(sizes[1], 0);
    let negative = Fetch { bytes_max: -1, bytes_min: -1, ..fetch };
    assert_eq!(negative.send(&mut client).partitions[0].records.len(), sizes[0]);
}

#[test]
fn errors_of_one_partition_leave_the_others_alone() {
    let broker = Broker::start();
    let mut client = broker.connect();
    produce(&mut client, 0, b"a");
    let mut code = |wanted: Wanted, version| {
        let fetched = Fetch { version, ..Fetch::of(&[Wanted::at(1, 0), wanted]) }.send(&mut client);
        assert_eq!(fetched.partitions[0].error, 0);
        fetched.partitions[1].error
    };
    assert_eq!(code(Wanted::at(0, -5), 12), OFFSET_OUT_OF_RANGE);
    assert_eq!(code(Wanted::at(0, 2), 12), OFFSET_OUT_OF_RANGE);
    assert_eq!(code(Wanted::at(0, 1), 12), 0);
    assert_eq!(code(Wanted::at(7, 0), 12), UNKNOWN_TOPIC_OR_PARTITION);
    assert_eq!(code(Wanted { leader_epoch: EPOCH, ..Wanted::at(0, 0) }, 12), 0);
    assert_eq!(code(Wanted { leader_epoch: EPOCH - 1, ..Wanted::at(0, 0) }, 12), FENCED_LEADER_EPOCH);
    assert_eq!(code(Wanted { leader_epoch: EPOCH + 1, ..Wanted::at(0, 0) }, 12), UNKNOWN_LEADER_EPOCH);
    let mut unknown = |version| {
        let fetch = Fetch { topic: "nothing", version, ..Fetch::of(&[Wanted::at(0, 0)]) };
        fetch.send(&mut client).partitions[0].error
    };
    assert_eq!(unknown(12), UNKNOWN_TOPIC_OR_PARTITION);
    assert_eq!(unknown(13), UNKNOWN_TOPIC_ID);
}

#[test]
fn whoever_leads_instead_is_named() {
    let broker = Broker::start();
    broker.publish(&[Topic { leader: OTHER, ..Topic::new("events") }]);
    let fetched = Fetch { version: 16, ..Fetch::of(&[Wanted::at(0, 0)]) }.send(&mut broker.connect());
    assert_eq!(fetched.partitions[0].error, NOT_LEADER_OR_FOLLOWER);
    assert_eq!(fetched.partitions[0].tags, [(1, [0, 0, 0, 2, 0, 0, 0, 3, 0].to_vec())]);
    assert_eq!(fetched.nodes.len(), 1);
}

#[test]
fn followers_do_not_come_in_where_clients_do() {
    let broker = Broker::start();
    for version in [4, 12, 14, 15, 18] {
        let fetch = Fetch { version, replica: 4, ..Fetch::of(&[Wanted::at(0, 0)]) };
        let fetched = fetch.send(&mut broker.connect());
        let codes: Vec<_> = fetched.partitions.iter().map(|partition| partition.error).collect();
        assert_eq!(codes, if version < 13 { vec![CLUSTER_AUTHORIZATION_FAILED] } else { Vec::new() });
        assert_eq!(fetched.error, if version >= 7 { CLUSTER_AUTHORIZATION_FAILED } else { 0 });
    }
}

#[test]
fn a_reader_whose_log_parted_is_told_where() {
    let broker = Broker::start();
    let mut client = broker.connect();
    produce(&mut client, 0, b"a");
    let parted = Wanted { last_fetched_epoch: EPOCH, ..Wanted::at(0, 5) };
    let fetched = Fetch { wait_ms: 10_000, ..Fetch::of(&[parted]) }.send(&mut client);
    assert_eq!(fetched.partitions[0].error, 0);
    assert_eq!(fetched.partitions[0].tags, [(0, [0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 1, 0].to_vec())]);
}

#[test]
fn a_long_poll_ends_when_something_is_produced() {
    let broker = Broker::start();
    let (mut reader, mut writer) = (broker.connect(), broker.connect());
    let fetch = Fetch { wait_ms: 20_000, ..Fetch::of(&[Wanted::at(0, 0), Wanted::at(1, 0)]) };
    reader.send(&fetch.encode());
    eventually(|| broker.server.stats().fetches_parked == 1);
    assert!(reader.is_silent());
    let (fetched, took) = timed(|| {
        produce(&mut writer, 1, b"wake");
        fetch.decode(&reader.receive())
    });
    assert!(took < Duration::from_secs(5));
    assert!(fetched.partitions[0].records.is_empty() && !fetched.partitions[1].records.is_empty());
}

#[test]
fn a_long_poll_waits_for_enough_bytes() {
    let broker = Broker::start();
    let (mut reader, mut writer) = (broker.connect(), broker.connect());
    let fetch = Fetch { wait_ms: 20_000, bytes_min: 2500, ..Fetch::of(&[Wanted::at(0, 0)]) };
    reader.send(&fetch.encode());
    produce(&mut writer, 0, &[0; 1000]);
    produce(&mut writer, 0, &[0; 1000]);
    assert!(reader.is_silent());
    produce(&mut writer, 0, &[0; 1000]);
    assert!(fetch.decode(&reader.receive()).partitions[0].records.len() > 3000);
}

#[test]
fn a_long_poll_ends_with_nothing_when_its_time_is_over() {
    let broker = Broker::start();
    let fetch = Fetch { wait_ms: 120, ..Fetch::of(&[Wanted::at(0, 0)]) };
    let mut client = broker.connect();
    for _ in 0..3 {
        let (fetched, took) = timed(|| fetch.send(&mut client));
        assert!(fetched.partitions[0].records.is_empty());
        assert!(took >= Duration::from_millis(115), "{took:?}");
    }
}

#[test]
fn a_long_poll_hears_that_its_topic_went_or_moved() {
    let broker = Broker::start();
    let fetch = Fetch { wait_ms: 20_000, ..Fetch::of(&[Wanted::at(0, 0)]) };
    let mut client = broker.connect();
    client.send(&fetch.encode());
    eventually(|| broker.server.stats().fetches_parked == 1);
    broker.publish(&[Topic { leader: OTHER, ..Topic::new("events") }]);
    assert_eq!(fetch.decode(&client.receive()).partitions[0].error, NOT_LEADER_OR_FOLLOWER);
    broker.publish(&[Topic::new("events")]);
    client.send(&fetch.encode());
    eventually(|| broker.server.stats().fetches_parked == 2);
    broker.publish(&[]);
    assert_eq!(fetch.decode(&client.receive()).partitions[0].error, UNKNOWN_TOPIC_OR_PARTITION);
}

#[test]
fn a_reader_catches_up_from_the_first_record_to_the_last() {
    const BATCHES: usize = 60;
    let broker = Broker::start();
    let mut client = broker.connect();
    for index in 0..BATCHES {
        produce(&mut client, 0, &vec![index as u8; 900_000]);
    }
    let mut next = 0;
    while next < BATCHES as i64 {
        let wanted = Wanted { bytes_max: 3 << 20, ..Wanted::at(0, next) };
        let fetched = Fetch::of(&[wanted]).send(&mut client);
        let before = next;
        for batch in logstore::batch::iter(&fetched.partitions[0].records) {
            let batch = batch.unwrap();
            assert!(batch.verify_crc());
            assert_eq!(batch.header().base_offset.0, next);
            assert_eq!(batch.bytes().last_chunk::<2>(), Some(&[next as u8, 0]));
            next = batch.header().next_offset().0;
        }
        assert!(next > before);
    }
}
