//! Counters and gauges as one array of numbers, and what each of them is called.

use crate::server::{LatencyStats, ServerStats};
use crate::store::StoreStats;

/// A name and how it is read.
type Stat<S> = (&'static str, fn(&S) -> u64);

const STORE: &[Stat<StoreStats>] = &[
    ("store.logs", |stats| stats.logs),
    ("store.pending.bytes", |stats| stats.pending_bytes),
    ("store.tail.bytes", |stats| stats.tail_bytes),
    ("store.open.files", |stats| stats.open_files),
    ("store.log.thread.turns", |stats| stats.turns),
    ("store.wal.syncs", |stats| stats.wal_syncs),
    ("store.wal.batches", |stats| stats.wal_batches),
    ("store.wal.bytes", |stats| stats.wal_bytes),
    ("store.ranges.lost", |stats| stats.ranges_lost),
    ("store.batches.written", |stats| stats.batches_written),
    ("store.bytes.written", |stats| stats.bytes_written),
    ("store.disk.free.bytes", |stats| stats.disk_free_bytes),
    ("store.disks.low", |stats| stats.disks_low),
    ("store.disks.full", |stats| stats.disks_full),
    ("store.disk.refusals", |stats| stats.disk_refusals),
];

const SERVER: &[Stat<ServerStats>] = &[
    ("server.connections", |stats| stats.connections),
    ("server.connections.accepted", |stats| stats.accepted),
    ("server.requests.produce", |stats| stats.produce_requests),
    ("server.requests.fetch", |stats| stats.fetch_requests),
    ("server.requests.metadata", |stats| stats.metadata_requests),
    ("server.requests.api_versions", |stats| stats.api_versions_requests),
    ("server.requests.forwarded", |stats| stats.forwarded_requests),
    ("server.bytes.in", |stats| stats.bytes_in),
    ("server.bytes.out", |stats| stats.bytes_out),
    ("server.records.bytes.in", |stats| stats.records_bytes_in),
    ("server.records.bytes.out", |stats| stats.records_bytes_out),
    ("server.fetches.parked", |stats| stats.fetches_parked),
    ("server.partition.errors", |stats| stats.partition_errors),
    ("server.fetch.sessions", |stats| stats.fetch_sessions),
    ("server.arena.bytes.in_use", |stats| stats.arena_bytes_in_use),
    ("server.cold.reads", |stats| stats.cold_reads),
    ("server.cold.bytes", |stats| stats.cold_bytes),
    ("server.cold.reads.waiting", |stats| stats.cold_reads_waiting),
];

/// A name and where its nanoseconds and classes are.
type Times = (&'static str, fn(&ServerStats) -> &LatencyStats);

const LATENCIES: &[Times] =
    &[("server.produces", |stats| &stats.produces), ("server.fetches", |stats| &stats.fetches)];

pub(super) fn names() -> Vec<String> {
    let single = STORE.iter().map(|(name, _)| *name).chain(SERVER.iter().map(|(name, _)| *name));
    let latencies = LATENCIES.iter().flat_map(|(name, _)| {
        let classes = 0..LatencyStats::default().classes.len();
        let classes = classes.map(move |class| format!("{name}.class.{class}"));
        std::iter::once(format!("{name}.nanos")).chain(classes)
    });
    single.map(str::to_owned).chain(latencies).collect()
}

/// In the order of the names; before the server is bound its part reads zero.
pub(super) fn values(store: &StoreStats, server: &ServerStats) -> Vec<f64> {
    let store = STORE.iter().map(|(_, read)| read(store) as f64);
    let single = store.chain(SERVER.iter().map(|(_, read)| read(server) as f64));
    let latencies = LATENCIES.iter().map(|(_, read)| read(server));
    let latencies = latencies.flat_map(|latency| std::iter::once(latency.nanos).chain(latency.classes));
    single.chain(latencies.map(|value| value as f64)).collect()
}
