use std::sync::Arc;

use super::{Store, StoreOptions};
use crate::base::clock::SystemClock;
use crate::base::types::{BrokerId, LeaderEpoch, PartitionId, PartitionIndex, TopicId};
use crate::log::LogConfig;

/// A checkpoint or a round of compaction has the log at hand, and notes it while its deletion waits for its files.
#[test]
fn nothing_is_noted_of_a_log_that_is_being_deleted() {
    let directory = tempfile::tempdir().unwrap();
    let paths = vec![directory.path().to_owned()];
    let clock = Arc::new(SystemClock::default());
    let store = Store::open(StoreOptions::new(paths, BrokerId(1), "cluster".into(), clock), &|_| ()).unwrap();
    let id = PartitionId { topic: TopicId([7; 16]), index: PartitionIndex(0) };
    let log = store.ensure(id, "topic", Arc::new(LogConfig::default()), LeaderEpoch(0));
    log.recover().unwrap();

    store.logs.write().remove(&id);
    store.directories[0].home.known().forget("topic", id.index);
    store.note(&log);
    assert_eq!(store.directories[0].home.known().count(), 0);
}
