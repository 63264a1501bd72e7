//! Every constant bound of the engine, with the relations between them asserted at compile time.

/// `socket.request.max.bytes`: the largest frame, length prefix excluded (Kafka's default, 100 MiB).
pub const FRAME_BYTES_MAX: usize = 100 * 1024 * 1024;
/// Bytes of receive buffers the arena keeps for reuse; more is returned to the system when freed.
pub const ARENA_BYTES_MAX: usize = 96 * 1024 * 1024;
/// Requests of one connection that may be appended and not yet answered.
pub const CONNECTION_IN_FLIGHT_MAX: usize = 64;
/// Bytes kept of the name that a client gives its software, and of the version; the rest is left out.
pub const CLIENT_SOFTWARE_BYTES_MAX: usize = 64;
/// Fetch sessions kept (KIP-227; Kafka's `max.incremental.fetch.session.cache.slots`).
pub const FETCH_SESSIONS_MAX: usize = 1000;
/// Partitions remembered by all fetch sessions together; a session beyond that is not begun.
pub const FETCH_SESSION_PARTITIONS_MAX: usize = 500_000;
/// Elements of all arrays of one request together; a frame of 100 MiB could name fifty million topics.
pub const REQUEST_ELEMENTS_MAX: usize = 1_000_000;
/// Bytes that one connection may have waiting to be sent before its next request is taken.
pub const CONNECTION_OUTPUT_BYTES_MAX: usize = 1024 * 1024;
/// Threads that read what is not in memory.
pub const COLD_READERS: usize = 4;
/// Bytes that a cold reader brings into memory for one connection before it is the next one's turn.
pub const COLD_READ_BYTES: usize = 1024 * 1024;
/// Bytes that cold readers read past the page cache and that are not sent: what comes then goes through it.
pub const COLD_BYTES_MAX: usize = 32 * 1024 * 1024;
/// The same that stay for reuse: fresh memory costs more than the disk does.
pub const COLD_BYTES_KEPT: usize = 8 * 1024 * 1024;
/// What is read at one time and is less than this goes through the page cache.
pub const DIRECT_READ_BYTES_MIN: usize = 64 * 1024;
/// Reads of one connection that wait or are under way, and how many times as much is read ahead of what is sent.
pub const COLD_READS_AHEAD: usize = 2;
/// Buffer of a cold reader, and of a worker for what it copies from files to sockets.
pub const FILE_STEP_BYTES: usize = 256 * 1024;
/// Places of a segment, where readers stopped, that are remembered: they read on without its index.
pub const READERS_REMEMBERED_MAX: usize = 16;
/// `fetch.max.bytes` of the broker: 55 MiB.
pub const FETCH_BYTES_MAX: usize = 55 * 1024 * 1024;
/// Batches remembered per idempotent producer and partition.
pub const PRODUCER_BATCHES_MAX: usize = 5;
/// What one commit of the metadata catalogue may hold.
pub const CATALOGUE_COMMIT_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Bytes encoded for JavaScript and not yet collected; requests beyond it wait outside.
pub const RING_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Bytes of requests that wait for room in the ring; a connection that would add more is closed.
pub const RING_WAITING_BYTES_MAX: usize = 256 * 1024 * 1024;

const _: () = assert!(RING_WAITING_BYTES_MAX > FRAME_BYTES_MAX);
/// Bytes of recent batches that all logs of a data directory keep in memory for readers, buffers they pin included.
pub const TAIL_BYTES_MAX: usize = 64 * 1024 * 1024;
/// The same for one log, so that a busy one leaves room for the others.
pub const LOG_TAIL_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Bytes appended and not yet written above which producers must wait.
pub const PENDING_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Bytes of a file of the write-ahead log.
pub const WAL_FILE_BYTES: usize = 16 * 1024 * 1024;
/// Bytes above which a group of the write-ahead log takes no further batch: what one sync is waited for, and far less
/// than a file.
pub const WAL_GROUP_BYTES: usize = 4 * 1024 * 1024;
/// Files of the write-ahead log of a data directory; producers wait when all of them hold what is not checkpointed.
pub const WAL_FILES_MAX: usize = 16;
/// Logs of one checkpoint from which on there may be more files: one of thousands takes a second and more, and the other half
/// of the files is full in less (D69).
pub const WAL_MANY_LOGS: usize = 500;
/// How many times as many.
pub const WAL_MANY_LOGS_FACTOR: usize = 2;
/// Bytes that are durable in the write-ahead log and wait for segments, for each log that has any, before these are
/// written: so many are worth a call, and a write past the page cache.
pub const WRITE_BEHIND_LOG_BYTES: usize = 128 * 1024;
/// The least that is worth a turn: what is written at once is in front of the syncs meanwhile.
pub const WRITE_BEHIND_BYTES_MIN: usize = 2 * 1024 * 1024;
/// What waits at most, however many logs have it.
pub const WRITE_BEHIND_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Rounds of compaction that are told of after their end.
pub const ROUNDS_REMEMBERED_MAX: usize = 100;
/// Removals whose end is remembered.
pub const REMOVALS_REMEMBERED_MAX: usize = 100;
/// Removals under way that are told of at one time.
pub const REMOVALS_LISTED_MAX: usize = 100;
/// Logs that write their segments each time the clock asks for it: with more of them it is done less often, so that many
/// logs write more at a time.
pub const WRITE_BEHIND_LOGS: usize = 1000;
/// Files that are neither of logs nor connections: the program's own, 128 connections of the admin server, what answers
/// under way hold on to, copies that compaction makes. The write-ahead logs have theirs besides.
pub const OPEN_FILES_RESERVED: usize = 256;
/// What a worker writes to a segment itself: more is for the log thread.
pub const WRITE_HERE_BYTES_MAX: usize = 64 * 1024;
/// Batches in it: what one system call takes.
pub const WRITE_HERE_BATCHES_MAX: usize = 1024;
/// What is written to a segment at once and is no more than this stays in memory where it is waited for: the disk is not
/// asked for little, and never by a worker.
pub const DROPPED_BYTES_MIN: usize = 64 * 1024;
/// The same for what the write-ahead log has already, batches of many logs: what leaves memory at once is not written all
/// together by a checkpoint, which others wait for, and fresh memory costs more than the disk does.
pub const DROPPED_BEHIND_BYTES_MIN: usize = 8 * 1024;
/// Bytes that are written to segments of a directory in half a second where they no longer stay in memory: at 128 MiB a second
/// they would push out what others read within minutes, and the first touch of fresh memory is the largest cost of all.
pub const DROPPING_BYTES: usize = 64 * 1024 * 1024;
/// What somebody waits for goes past the page cache from this on: 16 KiB batches of a relaxed topic, about 100 KiB a
/// write, came at 600 MB/s so and at 870 through it, batches of 1 MB as fast at half of the processor time.
pub const DIRECT_WAITED_BYTES_MIN: usize = 512 * 1024;
/// Memory in which is put together what is written past the page cache at one time: a large page.
pub const DIRECT_WRITE_BYTES: usize = 2 * 1024 * 1024;
/// Half seconds for which what is written behind a reader of the active segment stays in memory for him: 10 s.
pub const READ_LATELY_TICKS: u64 = 20;
/// Index entries that wait in memory before they are written (4 KiB of an offset index).
pub const INDEX_ENTRIES_PENDING_MAX: usize = 512;
/// Largest data file: positions in an offset index are 31 bits.
pub const SEGMENT_BYTES_MAX: u64 = i32::MAX as u64;
/// Largest checkpoint, snapshot or properties file that is read: what a million partitions or producers take.
pub const SMALL_FILE_BYTES_MAX: u64 = 256 * 1024 * 1024;
/// Share of the write-ahead log's size that the logs of a checkpoint may have behind their producer snapshots, all together:
/// what a recovery walks through, header by header.
pub const SNAPSHOT_BEHIND_SHARE: usize = 4;
/// Logs among which that is divided at most. Of more each may have as much behind as one of so many, 64 KiB: for less it is
/// not worth making two files and removing two.
pub const SNAPSHOT_BEHIND_LOGS_MAX: usize = 1024;
/// Bytes appended per producer before a snapshot within a segment: sixteen times what one takes in it.
pub const SNAPSHOT_COST_BYTES: usize = 16 * 160;
/// Producer snapshots of a log that lie within a segment: the newest, and one that surely ends below the recovery point.
pub const SNAPSHOTS_WITHIN_MAX: usize = 2;
/// Free bytes of a large disk below which that is told.
pub const DISK_SOFT_BYTES_MAX: u64 = 5 * 1024 * 1024 * 1024;
/// The same for refusing producers.
pub const DISK_HARD_BYTES_MAX: u64 = 1024 * 1024 * 1024;
/// How much more must be free at most before they go on.
pub const DISK_RESUME_BYTES_MAX: u64 = 256 * 1024 * 1024;
/// Bytes of a file that are removed at one time: small enough that syncs of other files do not feel it (D43).
pub const REMOVAL_STEP_BYTES: u64 = 8 * 1024 * 1024;
/// Bytes whose time to go has come above which they go without a rest between two steps: however fast producers write,
/// what retention gives up must not fill the disk. With rests about 460 MB/s go.
pub const REMOVALS_DUE_BYTES_MAX: u64 = 1024 * 1024 * 1024;
/// Threads that recover logs at start, whatever is configured.
pub const RECOVERY_THREADS_MAX: usize = 64;
/// Files above which one sync of the file system replaces single syncs.
pub const SINGLE_SYNCS_MAX: usize = 64;

const _: () = assert!(DISK_HARD_BYTES_MAX + DISK_RESUME_BYTES_MAX < DISK_SOFT_BYTES_MAX);
const _: () = assert!(WRITE_HERE_BYTES_MAX <= DROPPED_BYTES_MIN);
const _: () = assert!(DROPPED_BEHIND_BYTES_MIN < DROPPED_BYTES_MIN);
const _: () = assert!(LOG_TAIL_BYTES_MAX <= TAIL_BYTES_MAX);
const _: () = assert!(WAL_GROUP_BYTES < WAL_FILE_BYTES);
const _: () = assert!(WRITE_BEHIND_BYTES_MAX * 2 <= PENDING_BYTES_MAX);
const _: () = assert!(WAL_FILE_BYTES * WAL_FILES_MAX == 256 * 1024 * 1024);
const _: () = assert!(FRAME_BYTES_MAX as u64 <= SEGMENT_BYTES_MAX);
const _: () = assert!(FETCH_BYTES_MAX < FRAME_BYTES_MAX);
