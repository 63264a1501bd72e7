//! What a start makes of a state that a power failure left.

use std::collections::BTreeMap;
use std::sync::Arc;

use logstore::base::types::{Offset, Timestamp};
use logstore::log::{Log, Origin, ReadBound};
use logstore::store::Store;

use crate::sim::SimDisk;
use crate::support::{CLOCK_START_MS, EPOCH, ManualClock, append, read_all, settle};
use crate::world::{Expected, Sent, Topic, open, value};

/// Retries that a producer may have under way.
const RETRIES: usize = 5;

/// A log as its readers see it.
#[derive(Debug, PartialEq, Eq)]
struct View {
    start: i64,
    end: i64,
    records: Vec<(i64, Vec<u8>)>,
}

/// Starts on the disk twice: what was acknowledged is there, and nothing that was never sent; and whatever was shown
/// once is there after another failure, together with what was acknowledged meanwhile.
pub(crate) fn check(disk: &SimDisk, expected: &Expected) {
    let clock: Arc<ManualClock> = Arc::default();
    let store = open(disk, &clock);
    let logs = start(&store, expected);
    let mut views: Vec<View> = logs.iter().zip(expected).map(|(log, topic)| view_of(log, topic)).collect();
    expect_no_damage(&store);
    for ((log, topic), view) in logs.iter().zip(expected).zip(&mut views) {
        expect_sent(topic, view);
        expect_retries_to_be_known(log, topic, view);
        go_on(log, topic, view);
    }
    let disk = disk.crash_to_synced();
    drop((store, logs));

    let store = open(&disk, &clock);
    let logs = start(&store, expected);
    for ((log, topic), view) in logs.iter().zip(expected).zip(views) {
        assert_eq!(view_of(log, topic), view, "{} after a second failure", topic.name);
    }
    expect_no_damage(&store);
    // Nobody waits for what this disk would still be given.
    disk.crash_to_synced();
}

/// The logs of the topics that the metadata names.
pub(crate) fn start(store: &Arc<Store>, expected: &Expected) -> Vec<Arc<Log>> {
    let ensure = |topic: &Topic| store.ensure(topic.id, &topic.name, Arc::clone(&topic.config), EPOCH);
    let logs = expected.iter().map(ensure).collect();
    store.set_aside_unclaimed();
    logs
}

/// A crash is never damage.
fn expect_no_damage(store: &Store) {
    assert_eq!(store.failures(), []);
    assert_eq!(store.stats().ranges_lost, 0, "{:?}", store.take_reports());
}

fn view_of(log: &Log, topic: &Topic) -> View {
    let offsets = log.offsets().unwrap_or_else(|error| panic!("{} is damaged: {error}", topic.name));
    assert_eq!(offsets.high_watermark, offsets.log_end, "{}", topic.name);
    let records = read_all(log, offsets.log_start, 1 << 20);
    View { start: offsets.log_start.0, end: offsets.log_end.0, records }
}

fn expect_sent(topic: &Topic, view: &View) {
    let Topic { name, least, .. } = topic;
    assert!(view.end >= *least, "{name}: ends at {}, acknowledged up to {least}", view.end);
    let boundary = |sent: &Sent| sent.next_offset() == view.end;
    assert!(view.end == 0 || topic.sent.iter().any(boundary), "{name}: ends at {}, within a batch", view.end);
    assert!(
        (0..=topic.start).contains(&view.start),
        "{name}: starts at {}, asked for {}",
        view.start,
        topic.start
    );
    let sent: BTreeMap<i64, _> = topic
        .sent
        .iter()
        .flat_map(|sent| (sent.first..).zip(&sent.records))
        .filter(|(offset, _)| (view.start..view.end).contains(offset))
        .collect();
    let found = view.records.iter().map(|(offset, value)| (*offset, value));
    if topic.config.cleanup_compact {
        let newest: BTreeMap<_, i64> = sent.iter().map(|(offset, (key, _))| (key, *offset)).collect();
        let found: BTreeMap<i64, _> = found.collect();
        let missing = newest.values().find(|offset| !found.contains_key(offset));
        assert_eq!(missing, None, "{name}: the newest of a key is not there");
        let wrong =
            found.iter().find(|(offset, value)| sent.get(offset).is_none_or(|(_, sent)| sent != **value));
        assert_eq!(wrong, None, "{name}: was not sent");
        assert!(view.records.is_sorted_by(|(one, _), (next, _)| one < next), "{name}: order");
    } else {
        let sent = sent.iter().map(|(offset, (_, value))| (*offset, value));
        assert!(
            found.clone().eq(sent),
            "{name}: holds {:?} up to {}",
            found.map(|(at, _)| at).collect::<Vec<_>>(),
            view.end
        );
    }
}

/// The newest batches of each producer are answered with the offsets that they have.
fn expect_retries_to_be_known(log: &Log, topic: &Topic, view: &View) {
    let there: Vec<&Sent> = topic.sent.iter().filter(|sent| sent.next_offset() <= view.end).collect();
    for (at, sent) in there.iter().enumerate().filter(|(_, sent)| sent.first >= view.start) {
        if there[at + 1..].iter().filter(|later| later.is_of_producer_of(sent)).count() < RETRIES {
            let again = append(log, sent.batch(), Origin::Client).unwrap();
            let answer = (again.base_offset, again.duplicate);
            assert_eq!(answer, (Offset(sent.first), true), "{}: a retry is not a second record", topic.name);
        }
    }
}

/// A batch more, by the producer that sent the newest.
fn go_on(log: &Log, topic: &Topic, view: &mut View) {
    if let Some((at, _)) = view.records.first() {
        let first = topic.sent.iter().find(|sent| (sent.first..sent.next_offset()).contains(at));
        let time = Timestamp(CLOCK_START_MS + first.map_or(0, |sent| sent.first));
        let found = log.offset_for_timestamp(time, ReadBound::HighWatermark).unwrap();
        assert_eq!(found.map(|found| found.offset), Some(Offset(*at)), "{}: found by its time", topic.name);
    }
    if log.config().is_durable() {
        let there = topic.sent.iter().filter(|sent| sent.next_offset() <= view.end).cloned().collect();
        let there = Topic { sent: there, ..topic.clone() };
        let value = value("after the failure", view.end, 20);
        let sent = there.next(9, view.end, vec![(Some(b"after".to_vec()), value.clone())]);
        let appended = append(log, sent.batch(), Origin::Client).unwrap();
        assert_eq!((appended.base_offset, appended.duplicate), (Offset(view.end), false), "{}", topic.name);
        settle(log);
        view.records.push((view.end, value));
        view.end += 1;
    }
}
