//! Fetch sessions (KIP-227) over the wire.

use logstore::base::codes::{
    FETCH_SESSION_ID_NOT_FOUND, FETCH_SESSION_TOPIC_ID_ERROR, INVALID_FETCH_SESSION_EPOCH,
    UNKNOWN_TOPIC_OR_PARTITION,
};
use logstore::batch::build::BatchBuilder;

use crate::harness::{Broker, Client, Topic};
use crate::wire::{Fetch, Fetched, Produce, Wanted};

fn produce(client: &mut Client, partition: i32) {
    let records = BatchBuilder::new().value(b"v").build();
    assert_eq!(Produce { partition, ..Produce::of(&records) }.send(client).error, 0);
}

fn indexes(fetched: &Fetched) -> Vec<i32> {
    fetched.partitions.iter().map(|partition| partition.partition).collect()
}

fn begin(client: &mut Client) -> i32 {
    let fetch = Fetch { session: (0, 0), ..Fetch::of(&[Wanted::at(0, 0), Wanted::at(1, 0)]) };
    let fetched = fetch.send(client);
    assert_eq!(indexes(&fetched), [0, 1]);
    assert_ne!(fetched.session, 0);
    fetched.session
}

#[test]
fn answers_list_what_changed() {
    let broker = Broker::start();
    let mut client = broker.connect();
    let id = begin(&mut client);
    let next = |epoch, partitions: &[Wanted]| Fetch { session: (id, epoch), ..Fetch::of(partitions) };
    assert!(indexes(&next(1, &[]).send(&mut client)).is_empty());
    produce(&mut client, 1);
    assert_eq!(indexes(&next(2, &[]).send(&mut client)), [1]);
    assert_eq!(indexes(&next(3, &[]).send(&mut client)), [1]);
    assert!(indexes(&next(4, &[Wanted::at(1, 1)]).send(&mut client)).is_empty());
    let forgetting = Fetch { forgotten: vec![1], ..next(5, &[]) };
    assert!(indexes(&forgetting.send(&mut client)).is_empty());
    produce(&mut client, 1);
    assert!(indexes(&next(6, &[]).send(&mut client)).is_empty());
    assert_eq!(broker.server.stats().fetch_sessions, 1);
    let closing = Fetch { session: (id, -1), ..Fetch::of(&[]) };
    assert_eq!(closing.send(&mut client).session, 0);
    assert_eq!(broker.server.stats().fetch_sessions, 0);
}

#[test]
fn sessions_that_are_not_there_or_elsewhere() {
    let broker = Broker::start();
    let mut client = broker.connect();
    let id = begin(&mut client);
    let mut code = |session, version| Fetch { version, session, ..Fetch::of(&[]) }.send(&mut client).error;
    assert_eq!(code((id ^ 1, 1), 12), FETCH_SESSION_ID_NOT_FOUND);
    assert_eq!(code((id, 2), 12), INVALID_FETCH_SESSION_EPOCH);
    assert_eq!(code((id, 1), 13), FETCH_SESSION_TOPIC_ID_ERROR);
    assert_eq!(code((id, 1), 12), 0);
    assert_eq!(code((id, 1), 12), INVALID_FETCH_SESSION_EPOCH);
}

#[test]
fn a_parked_session_fetch_names_the_partition_that_woke_it() {
    let broker = Broker::start();
    let (mut reader, mut writer) = (broker.connect(), broker.connect());
    let id = begin(&mut reader);
    let fetch = Fetch { session: (id, 1), wait_ms: 20_000, ..Fetch::of(&[]) };
    reader.send(&fetch.encode());
    assert!(reader.is_silent());
    produce(&mut writer, 1);
    assert_eq!(indexes(&fetch.decode(&reader.receive())), [1]);
}

#[test]
fn an_error_and_its_end_are_both_told() {
    let broker = Broker::start();
    let mut client = broker.connect();
    let id = begin(&mut client);
    let next = |epoch| Fetch { session: (id, epoch), ..Fetch::of(&[]) };
    broker.publish(&[Topic { partitions: 1, ..Topic::new("events") }]);
    let fetched = next(1).send(&mut client);
    assert_eq!(indexes(&fetched), [1]);
    assert_eq!(fetched.partitions[0].error, UNKNOWN_TOPIC_OR_PARTITION);
    broker.publish(&[Topic::new("events")]);
    let fetched = next(2).send(&mut client);
    assert_eq!((indexes(&fetched), fetched.partitions[0].error), (vec![1], 0));
    assert!(indexes(&next(3).send(&mut client)).is_empty());
}
