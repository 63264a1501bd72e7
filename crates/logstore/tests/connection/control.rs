//! Requests that go through the control plane, and Metadata, which may.

use std::time::Duration;

use logstore::base::types::TopicId;
use logstore::server::{ForwardedRequest, Reply};

use crate::harness::{Broker, Client, HEARTBEAT, JOIN_GROUP, OTHER, Topic, eventually, topic_id};
use crate::wire::{self, Answer, METADATA, header};

fn heartbeat(correlation: i32) -> Vec<u8> {
    header(HEARTBEAT, 0, correlation, false).string("group").i32(1).string("member").clone().into_vec()
}

fn reply(request: &ForwardedRequest) -> Reply {
    let bytes = [&request.correlation_id.to_be_bytes()[..], b"answer"].concat();
    Reply { connection: request.connection, bytes: Some(bytes), close: false, mute_ms: 0 }
}

fn answer(correlation: i32) -> Vec<u8> {
    [&correlation.to_be_bytes()[..], b"answer"].concat()
}

#[test]
fn a_forwarded_request_carries_what_the_control_plane_needs() {
    let broker = Broker::start();
    let mut client = broker.connect();
    client.send(&heartbeat(5));
    let request = broker.next_forwarded();
    assert_eq!((request.api_key, request.api_version, request.correlation_id), (HEARTBEAT, 0, 5));
    assert_eq!((request.listener, request.peer), (0, client.stream.local_addr().unwrap()));
    assert_eq!(request.frame, heartbeat(5));
    assert!(request.arrived.0 > 1_600_000_000_000);
    assert!(request.connection.0 < 1 << 53);
    broker.server.reply(vec![reply(&request)]);
    assert_eq!(client.receive(), answer(5));
    drop(client);
    eventually(|| broker.told_closed(request.connection));
}

#[test]
fn a_join_carries_what_the_client_last_said_that_it_is() {
    let broker = Broker::start();
    let mut client = broker.connect();
    let software_of = |client: &mut Client, api_key: i16| {
        client.send(&header(api_key, 0, 1, false).into_vec());
        let request = broker.next_forwarded();
        broker.server.reply(vec![reply(&request)]);
        client.receive();
        request.software.map(|software| format!("{} {}", software.name, software.version))
    };
    assert_eq!(software_of(&mut client, JOIN_GROUP), None);
    client.ask(&wire::api_versions_of(3, 2, "librdkafka", "2.0.2"));
    assert_eq!(software_of(&mut client, JOIN_GROUP).unwrap(), "librdkafka 2.0.2");
    assert_eq!(software_of(&mut client, HEARTBEAT), None);
    // One that is refused, of a version that is not served or without a name, changes nothing.
    client.ask(&wire::api_versions_of(3, 3, "a b", "1"));
    client.ask(&wire::api_versions_of(99, 4, "newer", "1"));
    client.ask(&wire::api_versions(2, 5));
    assert_eq!(software_of(&mut client, JOIN_GROUP).unwrap(), "librdkafka 2.0.2");
    client.ask(&wire::api_versions_of(4, 6, "wrapper", &"9".repeat(1000)));
    assert_eq!(software_of(&mut client, JOIN_GROUP).unwrap(), format!("wrapper {}", "9".repeat(64)));
    assert_eq!(software_of(&mut broker.connect(), JOIN_GROUP), None);
}

#[test]
fn what_comes_behind_waits_and_other_connections_do_not() {
    let broker = Broker::start();
    let mut client = broker.connect();
    client.send(&heartbeat(1));
    client.send(&heartbeat(2));
    client.send(&wire::api_versions(0, 3));
    let first = broker.next_forwarded();
    assert!(client.is_silent());
    assert!(broker.forwarded.try_recv().is_err());
    assert!(Answer::open(&broker.connect().ask(&wire::api_versions(0, 9)), 9, false).fixed.i16().is_ok());
    broker.server.reply(vec![reply(&first)]);
    assert_eq!(client.receive(), answer(1));
    let second = broker.next_forwarded();
    broker.server.reply(vec![reply(&second)]);
    assert_eq!(client.receive(), answer(2));
    assert_eq!(Answer::open(&client.receive(), 3, false).fixed.i16(), Ok(0));
}

#[test]
fn a_reply_may_be_none_may_close_and_may_mute() {
    let broker = Broker::start();
    let mut client = broker.connect();
    client.send(&heartbeat(1));
    let request = broker.next_forwarded();
    broker.server.reply(vec![Reply { bytes: None, ..reply(&request) }]);
    client.send(&heartbeat(2));
    let request = broker.next_forwarded();
    broker.server.reply(vec![Reply { mute_ms: 300, ..reply(&request) }]);
    assert_eq!(client.receive(), answer(2));
    client.send(&heartbeat(3));
    assert!(broker.forwarded.recv_timeout(Duration::from_millis(100)).is_err());
    let request = broker.next_forwarded();
    broker.server.reply(vec![Reply { close: true, ..reply(&request) }]);
    assert_eq!(client.receive(), answer(3));
    assert!(client.is_closed());
    broker.server.reply(vec![reply(&request)]);
}

#[test]
fn metadata_of_what_exists_is_answered_in_every_version() {
    let broker = Broker::start();
    broker.publish(&[Topic::new("events"), Topic { leader: OTHER, partitions: 1, ..Topic::new("other") }]);
    let mut client = broker.connect();
    for version in 0..=13 {
        let all = ask_metadata(&mut client, version, None);
        assert_eq!(all.len(), 2, "version {version}");
        let named = ask_metadata(&mut client, version, Some(&["events", "events"]));
        assert_eq!(named, [(0, "events".to_owned(), 2)]);
    }
    assert!(broker.forwarded.try_recv().is_err());
}

#[test]
fn metadata_that_would_create_goes_to_the_control_plane() {
    let broker = Broker::start();
    let mut client = broker.connect();
    client.send(&metadata(12, Some(&["events", "new-topic"]), true));
    let request = broker.next_forwarded();
    assert_eq!((request.api_key, request.api_version), (METADATA, 12));
    broker.server.reply(vec![reply(&request)]);
    client.receive();
    // Not where the client forbids it, nor for a name that no topic can have.
    let unknown = client.ask(&metadata(12, Some(&["new-topic"]), false));
    assert_eq!(read_metadata(&unknown, 12), [(3, "new-topic".to_owned(), 0)]);
    for bad in ["", "..", "a/b", "../../etc/x", "nul\0"] {
        let invalid = client.ask(&metadata(12, Some(&[bad]), true));
        assert_eq!(read_metadata(&invalid, 12), [(17, bad.to_owned(), 0)]);
    }
}

#[test]
fn metadata_by_id() {
    let broker = Broker::start();
    let mut client = broker.connect();
    let by_id = |id: TopicId| {
        let mut out = header(METADATA, 12, 8, true);
        out.compact_array_len(Some(1)).uuid(id).compact_nullable_string(None).no_tagged_fields();
        out.bool(true).bool(true).no_tagged_fields();
        out.into_vec()
    };
    assert_eq!(read_metadata(&client.ask(&by_id(topic_id("events"))), 12), [(0, "events".to_owned(), 2)]);
    assert_eq!(read_metadata(&client.ask(&by_id(TopicId([9; 16]))), 12), [(100, String::new(), 0)]);
}

fn metadata(version: i16, topics: Option<&[&str]>, create: bool) -> Vec<u8> {
    let flexible = version >= 9;
    let mut out = header(METADATA, version, 8, flexible);
    let count = topics.map(<[_]>::len);
    match (flexible, version) {
        (true, _) => out.compact_array_len(count),
        (false, 0) => out.array_len(Some(count.unwrap_or(0))),
        _ => out.array_len(count),
    };
    for topic in topics.unwrap_or_default() {
        if version >= 10 {
            out.uuid(TopicId::ZERO);
        }
        if flexible {
            out.compact_string(topic).no_tagged_fields()
        } else {
            out.string(topic)
        };
    }
    if version >= 4 {
        out.bool(create);
    }
    if (8..=10).contains(&version) {
        out.bool(true);
    }
    if version >= 8 {
        out.bool(true);
    }
    if flexible {
        out.no_tagged_fields();
    }
    out.into_vec()
}

fn ask_metadata(client: &mut Client, version: i16, topics: Option<&[&str]>) -> Vec<(i16, String, usize)> {
    read_metadata(&client.ask(&metadata(version, topics, true)), version)
}

/// Error, name and number of partitions of each topic; everything else is checked on the way.
fn read_metadata(answer: &[u8], version: i16) -> Vec<(i16, String, usize)> {
    let mut answer = Answer::open(answer, 8, version >= 9);
    if version >= 3 {
        assert_eq!(answer.fixed.i32(), Ok(0));
    }
    for _ in 0..answer.count() {
        answer.fixed.i32().unwrap();
        assert_eq!(answer.string().unwrap(), "broker.test");
        assert!((9092..=9093).contains(&answer.fixed.i32().unwrap()));
        if version >= 1 {
            assert_eq!(answer.string(), None);
        }
        answer.tags();
    }
    if version >= 2 {
        assert_eq!(answer.string().unwrap(), "test-cluster");
    }
    if version >= 1 {
        assert_eq!(answer.fixed.i32(), Ok(1));
    }
    let topics = (0..answer.count()).map(|_| read_topic(&mut answer, version)).collect();
    if (8..=10).contains(&version) {
        answer.fixed.i32().unwrap();
    }
    if version >= 13 {
        assert_eq!(answer.fixed.i16(), Ok(0));
    }
    answer.tags();
    assert_eq!(answer.fixed.remaining(), 0);
    topics
}

fn read_topic(answer: &mut Answer<'_>, version: i16) -> (i16, String, usize) {
    let error = answer.fixed.i16().unwrap();
    let name = answer.string().unwrap_or_default();
    if version >= 10 {
        answer.fixed.uuid().unwrap();
    }
    if version >= 1 {
        assert_eq!(answer.fixed.bool(), Ok(false));
    }
    let partitions = answer.count();
    for _ in 0..partitions {
        assert_eq!(answer.fixed.i16(), Ok(0));
        answer.fixed.bytes(8).unwrap();
        if version >= 7 {
            assert_eq!(answer.fixed.i32(), Ok(3));
        }
        for _ in 0..if version >= 5 { 3 } else { 2 } {
            let brokers = answer.count();
            answer.fixed.bytes(brokers * 4).unwrap();
        }
        answer.tags();
    }
    if version >= 8 {
        // What nobody can name has no operations.
        assert_eq!(answer.fixed.i32(), Ok(if error == 100 { i32::MIN } else { 3576 }));
    }
    answer.tags();
    (error, name, partitions)
}
