//! Produce: versions, order, acks, errors.

use logstore::base::codes::{
    CORRUPT_MESSAGE, INVALID_RECORD, INVALID_REQUIRED_ACKS, INVALID_TOPIC_EXCEPTION, INVALID_TXN_STATE,
    MESSAGE_TOO_LARGE, NOT_ENOUGH_REPLICAS, NOT_LEADER_OR_FOLLOWER, TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
    UNKNOWN_TOPIC_ID, UNKNOWN_TOPIC_OR_PARTITION,
};
use logstore::base::types::{ProducerEpoch, ProducerId, Sequence};
use logstore::batch::build::BatchBuilder;
use logstore::batch::{Attributes, TimestampType};
use logstore::server::CloseReason;

use crate::harness::{Broker, OTHER, Topic};
use crate::wire::{self, Answer, Fetch, Produce, Wanted};

fn batch() -> Vec<u8> {
    BatchBuilder::new().value(b"one").value(b"two").build()
}

#[test]
fn every_version_appends_and_answers_with_the_offset() {
    let broker = Broker::start();
    let mut client = broker.connect();
    let records = batch();
    for (count, version) in (3..=13).enumerate() {
        let answer = Produce { version, ..Produce::of(&records) }.send(&mut client);
        assert_eq!((answer.error, answer.base_offset), (0, 2 * count as i64), "version {version}");
        assert_eq!(answer.log_append_time, -1);
        assert_eq!(answer.log_start, if version >= 5 { 0 } else { -1 });
        assert_eq!((answer.record_errors, answer.message), (vec![], None));
    }
}

#[test]
fn pipelined_produces_are_answered_in_order_with_what_follows_them() {
    let broker = Broker::start();
    let mut client = broker.connect();
    let records = batch();
    let mut requests: Vec<Vec<u8>> = Vec::new();
    for correlation in 0..200 {
        requests.push(Produce { correlation, ..Produce::of(&records) }.encode());
    }
    requests.push(wire::api_versions(0, 200));
    let bytes: Vec<u8> =
        requests.iter().flat_map(|frame| [&(frame.len() as u32).to_be_bytes()[..], frame].concat()).collect();
    client.raw(&bytes);
    for correlation in 0..200 {
        let request = Produce { correlation, ..Produce::of(&records) };
        let answer = request.decode(&client.receive());
        assert_eq!((answer.error, answer.base_offset), (0, i64::from(correlation) * 2));
    }
    assert_eq!(Answer::open(&client.receive(), 200, false).fixed.i16(), Ok(0));
}

#[test]
fn a_batch_of_a_mebibyte_arrives_whole() {
    let broker = Broker::start();
    let mut client = broker.connect();
    let records = BatchBuilder::new().value(&vec![b'x'; 1_000_000]).build();
    assert_eq!(Produce::of(&records).send(&mut client).error, 0);
    let fetched = Fetch::of(&[Wanted::at(0, 0)]).send(&mut client);
    let mut expected = records.clone();
    logstore::batch::stamp::offsets(
        &mut expected,
        logstore::base::types::Offset(0),
        logstore::base::types::LeaderEpoch(crate::harness::EPOCH),
    );
    assert!(fetched.partitions[0].records == expected);
}

#[test]
fn without_acks_there_is_no_answer_and_an_error_closes() {
    let broker = Broker::start();
    let mut client = broker.connect();
    let records = batch();
    client.send(&Produce { acks: 0, ..Produce::of(&records) }.encode());
    let answer = Produce { acks: -1, ..Produce::of(&records) }.send(&mut client);
    assert_eq!((answer.error, answer.base_offset), (0, 2));
    client.send(&Produce { acks: 0, partition: 99, ..Produce::of(&records) }.encode());
    assert!(client.is_closed());
    broker.closed(CloseReason::ProduceWithoutAcks, 1);
}

#[test]
fn refusals() {
    let broker = Broker::start();
    let two_replicas = {
        let mut topic = Topic::new("strict");
        topic.lagging = vec![OTHER];
        topic.config.min_insync_replicas = 2;
        topic
    };
    broker.publish(&[
        Topic::new("events"),
        Topic { leader: OTHER, ..Topic::new("elsewhere") },
        Topic { internal: true, ..Topic::new("__consumer") },
        two_replicas,
    ]);
    let mut client = broker.connect();
    let records = batch();
    let base = Produce::of(&records);
    let mut code = |produce: Produce<'_>| produce.send(&mut client).error;
    assert_eq!(code(Produce { acks: 7, ..base }), INVALID_REQUIRED_ACKS);
    assert_eq!(code(Produce { topic: "nothing", ..base }), UNKNOWN_TOPIC_OR_PARTITION);
    assert_eq!(code(Produce { topic: "nothing", version: 13, ..base }), UNKNOWN_TOPIC_ID);
    assert_eq!(code(Produce { partition: 2, ..base }), UNKNOWN_TOPIC_OR_PARTITION);
    assert_eq!(code(Produce { partition: -1, ..base }), UNKNOWN_TOPIC_OR_PARTITION);
    assert_eq!(code(Produce { topic: "__consumer", ..base }), INVALID_TOPIC_EXCEPTION);
    assert_eq!(code(Produce { topic: "elsewhere", ..base }), NOT_LEADER_OR_FOLLOWER);
    assert_eq!(code(Produce { topic: "strict", acks: -1, ..base }), NOT_ENOUGH_REPLICAS);
    assert_eq!(code(Produce { topic: "strict", acks: 1, ..base }), 0);
    assert_eq!(code(Produce { records: &[], ..base }), INVALID_RECORD);
    let mut flipped = records.clone();
    flipped[70] ^= 1;
    assert_eq!(code(Produce { records: &flipped, ..base }), CORRUPT_MESSAGE);
    let large = BatchBuilder::new().value(&vec![0; 1_100_000]).build();
    assert_eq!(code(Produce { records: &large, ..base }), MESSAGE_TOO_LARGE);
    let transactional = BatchBuilder::new()
        .producer(ProducerId(1), ProducerEpoch(0), Sequence(0))
        .attributes(Attributes::TRANSACTIONAL)
        .value(b"a")
        .build();
    let refused = code(Produce { records: &transactional, ..base });
    assert_eq!(refused, TRANSACTIONAL_ID_AUTHORIZATION_FAILED);
    assert_ne!(refused, INVALID_TXN_STATE);
}

#[test]
fn whoever_leads_instead_is_named() {
    let broker = Broker::start();
    broker.publish(&[Topic { leader: OTHER, ..Topic::new("events") }]);
    let mut client = broker.connect();
    let records = batch();
    let answer = Produce { version: 10, ..Produce::of(&records) }.send(&mut client);
    assert_eq!(answer.leader, [(0, [0, 0, 0, 2, 0, 0, 0, 3, 0].to_vec())]);
    let node = [&[2, 0, 0, 0, 2, 12][..], b"broker.test", &[0, 0, 0x23, 0x85, 0, 0]].concat();
    assert_eq!(answer.nodes, [(0, node)]);
    let old = Produce { version: 9, ..Produce::of(&records) }.send(&mut client);
    assert_eq!((old.error, old.leader, old.nodes), (NOT_LEADER_OR_FOLLOWER, vec![], vec![]));
}

#[test]
fn a_compacted_topic_names_the_records_without_a_key() {
    let broker = Broker::start();
    let mut topic = Topic::new("events");
    topic.config.cleanup_compact = true;
    broker.publish(&[topic]);
    let answer = Produce::of(&batch()).send(&mut broker.connect());
    assert_eq!((answer.error, answer.record_errors), (INVALID_RECORD, vec![0, 1]));
    assert!(answer.message.is_some());
}

#[test]
fn the_brokers_time_is_answered_and_stored_where_the_topic_asks_for_it() {
    let broker = Broker::start();
    let mut topic = Topic::new("timed");
    topic.config.timestamp_type = TimestampType::LogAppendTime;
    broker.publish(&[topic]);
    let mut client = broker.connect();
    let records = batch();
    let answer = Produce { topic: "timed", ..Produce::of(&records) }.send(&mut client);
    assert!(answer.log_append_time > 1_600_000_000_000);
    let fetched = Fetch { topic: "timed", ..Fetch::of(&[Wanted::at(0, 0)]) }.send(&mut client);
    let view = logstore::batch::BatchView::parse(&fetched.partitions[0].records).unwrap();
    assert!(view.verify_crc());
    assert_eq!(view.header().max_timestamp.0, answer.log_append_time);
}
