//! Reads that wait for the disk: nobody else waits for them.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use logstore::base::limits::{COLD_READ_BYTES, COLD_READERS, COLD_READS_AHEAD};
use logstore::base::types::{PartitionId, PartitionIndex, Position};
use logstore::batch::build::BatchBuilder;
use logstore::io::{Disk, OpenMode, SystemDisk};
use logstore::server::FileSender;

use crate::harness::{Broker, Client, EPOCH, Topic, eventually, topic_id};
use crate::hooked::{HookedDisk, Operation};
use crate::wire::{Fetch, Produce, Wanted, api_versions};

const BATCH_BYTES: usize = 300_000;

/// A broker with one worker, over a disk of which the test says what is in memory.
struct Scene {
    broker: Broker,
    disk: HookedDisk,
    /// Nothing of segments is in memory.
    cold: Arc<AtomicBool>,
    /// Whoever reads from the disk waits.
    stuck: Arc<AtomicBool>,
    /// Reads of segments since the start, of what is in memory and of the disk.
    reads: Arc<AtomicUsize>,
    /// What is not in memory is read past the page cache.
    direct: Arc<AtomicBool>,
    /// How often that was done.
    direct_reads: Arc<AtomicUsize>,
}

impl Scene {
    fn new(file_sender: FileSender) -> Self {
        let disk = HookedDisk::default();
        let broker = Broker::on(Arc::new(disk.clone()), |options| {
            options.workers = 1;
            options.file_sender = file_sender;
        });
        let direct = Arc::new(AtomicBool::new(true));
        let (cold, stuck) = <(Arc<AtomicBool>, Arc<AtomicBool>)>::default();
        let (reads, direct_reads) = <(Arc<AtomicUsize>, Arc<AtomicUsize>)>::default();
        let scene = Self { broker, disk, cold, stuck, reads, direct, direct_reads };
        let (cold, stuck) = (Arc::clone(&scene.cold), Arc::clone(&scene.stuck));
        let (direct, direct_reads) = (Arc::clone(&scene.direct), Arc::clone(&scene.direct_reads));
        let reads = Arc::clone(&scene.reads);
        scene.disk.hook(move |operation, path: &Path| {
            let of_segment = path.extension().is_some_and(|kind| kind == "log" || kind == "index");
            if !of_segment {
                return Ok(());
            }
            match operation {
                Operation::ReadDirect if !direct.load(Ordering::Acquire) => {
                    return Err(io::ErrorKind::Unsupported.into());
                }
                Operation::ReadDirect => {
                    direct_reads.fetch_add(1, Ordering::AcqRel);
                    reads.fetch_add(1, Ordering::AcqRel)
                }
                Operation::ReadResident | Operation::Read => reads.fetch_add(1, Ordering::AcqRel),
                _ => return Ok(()),
            };
            if operation == Operation::ReadResident && cold.load(Ordering::Acquire) {
                return Err(io::ErrorKind::WouldBlock.into());
            }
            if operation != Operation::ReadResident {
                eventually(|| !stuck.load(Ordering::Acquire));
            }
            Ok(())
        });
        scene
    }

    /// Partition 0 gets so many batches, which then lie in segments alone.
    fn fill(&self, batches: usize) {
        let mut client = self.broker.connect();
        for index in 0..batches {
            produce(&mut client, 0, &vec![index as u8; BATCH_BYTES]);
        }
        self.leave_memory();
    }

    fn leave_memory(&self) {
        let index = PartitionIndex(0);
        self.broker.store.log(&PartitionId { topic: topic_id("events"), index }).unwrap().write_behind();
        self.broker.store.drop_tails();
    }

    fn freeze(&self) {
        self.cold.store(true, Ordering::Release);
        self.stuck.store(true, Ordering::Release);
    }

    fn thaw(&self) {
        self.stuck.store(false, Ordering::Release);
    }

    /// Other clients of the same worker are served as ever.
    fn serves_others(&self) {
        let mut client = self.broker.connect();
        let before =
            self.broker.store.log(&PartitionId { topic: topic_id("events"), index: PartitionIndex(1) });
        let end = before.unwrap().offsets().unwrap().log_end.0;
        produce(&mut client, 1, b"new");
        let fetched = Fetch::of(&[Wanted::at(1, end)]).send(&mut client);
        assert!(!fetched.partitions[0].records.is_empty());
        assert!(!client.ask(&api_versions(3, 1)).is_empty());
    }
}

fn produce(client: &mut Client, partition: i32, value: &[u8]) {
    let records = BatchBuilder::new().value(value).build();
    assert_eq!(Produce { partition, ..Produce::of(&records) }.send(client).error, 0);
}

/// All of partition 0 from `offset` on.
fn all_from(offset: i64) -> Fetch {
    let wanted = Wanted { bytes_max: i32::MAX, ..Wanted::at(0, offset) };
    Fetch { bytes_max: i32::MAX, ..Fetch::of(&[wanted]) }
}

/// The records are those that `fill` made, from `offset` on; answers how many.
fn check(records: &[u8], offset: i64) -> usize {
    let mut next = offset;
    for batch in logstore::batch::iter(records) {
        let batch = batch.unwrap();
        assert!(batch.verify_crc());
        assert_eq!(batch.header().base_offset.0, next);
        assert_eq!(batch.header().leader_epoch.0, EPOCH);
        assert_eq!(batch.bytes().last_chunk::<2>(), Some(&[next as u8, 0]));
        next = batch.header().next_offset().0;
    }
    (next - offset) as usize
}

#[test]
fn a_disk_that_hangs_holds_up_nobody_who_does_not_read_from_it() {
    let scene = Scene::new(FileSender::ByPeer);
    scene.fill(3);
    let mut reader = scene.broker.connect();
    scene.freeze();
    reader.send(&all_from(1).encode());
    // What was sent behind it is answered behind it.
    reader.send(&api_versions(3, 5));
    eventually(|| scene.broker.server.stats().cold_reads == 1);
    scene.serves_others();
    assert!(reader.is_silent());
    scene.thaw();
    let fetched = all_from(1).decode(&reader.receive());
    assert_eq!(check(&fetched.partitions[0].records, 1), 2);
    assert!(!reader.receive().is_empty());
}

#[test]
fn what_went_cold_while_its_reader_was_slow_is_waited_for_by_him_alone() {
    for direct in [false, true] {
        let scene = Scene::new(FileSender::ByPeer);
        scene.direct.store(direct, Ordering::Release);
        serves_a_slow_reader(&scene);
    }
}

fn serves_a_slow_reader(scene: &Scene) {
    const BATCHES: usize = 40;
    scene.fill(BATCHES);
    let mut reader = scene.broker.connect();
    socket2::SockRef::from(&reader.stream).set_recv_buffer_size(64 * 1024).unwrap();
    reader.send(&all_from(0).encode());
    // The answer is under way until the sockets are full.
    let mut sent = 0;
    eventually(|| {
        let before = std::mem::replace(&mut sent, scene.broker.server.stats().bytes_out);
        before == sent && sent as usize > BATCH_BYTES
    });
    assert!((sent as usize) < BATCHES * BATCH_BYTES, "the sockets took everything: {sent}");
    scene.freeze();
    std::thread::scope(|threads| {
        let reading = threads.spawn(|| reader.receive());
        // It reads ahead of what it sends, and no further than that.
        eventually(|| scene.broker.server.stats().cold_reads as usize == COLD_READS_AHEAD);
        scene.serves_others();
        scene.thaw();
        let fetched = all_from(0).decode(&reading.join().unwrap());
        assert_eq!(check(&fetched.partitions[0].records, 0), BATCHES);
    });
}

#[test]
fn each_way_to_the_socket_sends_what_has_to_be_read_first() {
    const BATCHES: usize = 20;
    for sender in [FileSender::Copy, FileSender::SendFile] {
        for (cold, direct) in [(false, true), (true, false), (true, true)] {
            let scene = Scene::new(sender);
            scene.direct.store(direct, Ordering::Release);
            scene.fill(BATCHES);
            let mut reader = scene.broker.connect();
            scene.cold.store(cold, Ordering::Release);
            let fetched = all_from(0).send(&mut reader);
            assert_eq!(check(&fetched.partitions[0].records, 0), BATCHES);
            let stats = scene.broker.server.stats();
            assert_eq!((stats.cold_reads > 0, stats.cold_bytes > 0), (cold, cold));
            // Nothing stays in memory, so each step needs a reader: as many as there are, and no more at a time.
            assert!(stats.cold_bytes as usize <= (stats.cold_reads as usize) * COLD_READ_BYTES);
            assert_eq!(stats.cold_reads_waiting, 0);
        }
    }
}

#[test]
fn what_is_read_a_second_time_goes_through_memory_that_all_share() {
    const BATCHES: usize = 5;
    let scene = Scene::new(FileSender::ByPeer);
    scene.fill(BATCHES);
    scene.cold.store(true, Ordering::Release);
    let read = || {
        let fetched = all_from(0).send(&mut scene.broker.connect());
        assert_eq!(check(&fetched.partitions[0].records, 0), BATCHES);
        scene.direct_reads.swap(0, Ordering::AcqRel)
    };
    assert!(read() > 0);
    assert_eq!(read(), 0);
}

#[test]
fn who_leaves_is_read_for_no_more() {
    const READERS: usize = 3 * COLD_READERS;
    let scene = Scene::new(FileSender::ByPeer);
    scene.fill(1);
    scene.freeze();
    let readers: Vec<_> = (0..READERS)
        .map(|_| {
            let mut reader = scene.broker.connect();
            reader.send(&all_from(0).encode());
            reader
        })
        .collect();
    let waiting = || scene.broker.server.stats().cold_reads_waiting as usize;
    eventually(|| waiting() == READERS - COLD_READERS);
    scene.serves_others();
    drop(readers);
    eventually(|| waiting() == 0);
    scene.thaw();
    let fetched = all_from(0).send(&mut scene.broker.connect());
    assert_eq!(check(&fetched.partitions[0].records, 0), 1);
}

#[test]
fn a_segment_may_go_while_it_is_waited_for() {
    let scene = Scene::new(FileSender::ByPeer);
    scene.fill(2);
    let mut reader = scene.broker.connect();
    scene.freeze();
    reader.send(&all_from(0).encode());
    eventually(|| scene.broker.server.stats().cold_reads == 1);
    scene.broker.publish(&[Topic { partitions: 1, ..Topic::new("others") }]);
    let id = PartitionId { topic: topic_id("events"), index: PartitionIndex(0) };
    scene.broker.store.delete([id]);
    assert!(reader.is_silent(), "it waits for the disk, whatever became of its topic");
    scene.thaw();
    let fetched = all_from(0).decode(&reader.receive());
    // The files are read as long as they are held.
    assert_eq!(check(&fetched.partitions[0].records, 0), 2);
}

#[test]
fn a_drain_waits_for_the_disk_and_a_stop_ends_it() {
    let scene = Scene::new(FileSender::ByPeer);
    scene.fill(2);
    let mut readers = [scene.broker.connect(), scene.broker.connect()];
    scene.freeze();
    for reader in &mut readers {
        // It would wait for more than there is; who drains does not.
        reader.send(&Fetch { wait_ms: 200_000, bytes_min: i32::MAX, ..all_from(0) }.encode());
    }
    eventually(|| scene.broker.server.stats().cold_reads == 2);
    assert!(!scene.broker.server.drain(Duration::ZERO));
    scene.thaw();
    for reader in &mut readers {
        let fetched = all_from(0).decode(&reader.receive());
        assert_eq!(check(&fetched.partitions[0].records, 0), 2);
        assert!(reader.is_closed());
    }
    scene.broker.server.stop();
}

#[test]
fn a_disk_that_cannot_be_read_ends_the_connection_and_nothing_else() {
    let scene = Scene::new(FileSender::ByPeer);
    scene.fill(2);
    let mut reader = scene.broker.connect();
    // Headers are found, records are not.
    let headers = AtomicUsize::new(0);
    scene.disk.hook(move |operation, path| {
        let of_segment = path.extension().is_some_and(|kind| kind == "log");
        match operation {
            Operation::ReadResident if of_segment && headers.fetch_add(1, Ordering::AcqRel) >= 2 => {
                Err(io::ErrorKind::WouldBlock.into())
            }
            Operation::Read | Operation::ReadDirect if of_segment => Err(io::Error::other("unreadable")),
            _ => Ok(()),
        }
    });
    reader.send(&all_from(0).encode());
    let mut answer = Vec::new();
    let _ = io::Read::read_to_end(&mut reader.stream, &mut answer);
    assert!(answer.len() < BATCH_BYTES);
    scene.serves_others();
    scene.disk.unhook();
    let fetched = all_from(0).send(&mut scene.broker.connect());
    assert_eq!(check(&fetched.partitions[0].records, 0), 2);
}

#[test]
fn the_tail_is_sent_without_a_read() {
    let scene = Scene::new(FileSender::ByPeer);
    let mut client = scene.broker.connect();
    produce(&mut client, 0, b"new");
    scene.cold.store(true, Ordering::Release);
    let before = scene.reads.load(Ordering::Acquire);
    assert_eq!(Fetch::of(&[Wanted::at(0, 0)]).send(&mut client).partitions[0].high_watermark, 1);
    assert_eq!(scene.reads.load(Ordering::Acquire), before);
    assert_eq!(scene.broker.server.stats().cold_reads, 0);
}

#[test]
fn an_answer_goes_on_from_what_is_written_to_what_is_in_memory() {
    for cold in [false, true] {
        let scene = Scene::new(FileSender::ByPeer);
        scene.fill(3);
        scene.cold.store(cold, Ordering::Release);
        let mut client = scene.broker.connect();
        produce(&mut client, 0, &[3; 100]);
        produce(&mut client, 0, &[4; 100]);
        let fetched = all_from(1).send(&mut client);
        assert_eq!(check(&fetched.partitions[0].records, 1), 4);
        // As far as the limits go.
        let bytes_max = 2 * BATCH_BYTES as i32 + 400;
        let fetched = Fetch { bytes_max, ..all_from(1) }.send(&mut client);
        assert_eq!(check(&fetched.partitions[0].records, 1), 3);
    }
}

/// Kernel and file system have the say here, not the test.
#[test]
fn evicted_pages_are_read_by_the_cold_readers() {
    const BATCHES: usize = 20;
    let broker = Broker::start();
    let mut client = broker.connect();
    for index in 0..BATCHES {
        produce(&mut client, 0, &vec![index as u8; BATCH_BYTES]);
    }
    let id = PartitionId { topic: topic_id("events"), index: PartitionIndex(0) };
    broker.store.log(&id).unwrap().write_behind();
    broker.store.drop_tails();
    let path = broker.directory.path().join("events-0/00000000000000000000.log");
    let raw = SystemDisk.open(&path, OpenMode::Write).unwrap();
    raw.sync().unwrap();
    rustix::fs::fadvise(raw.descriptor().unwrap(), 0, None, rustix::fs::Advice::DontNeed).unwrap();
    let is_cold = |at| {
        let read = raw.read_resident_at(&mut [0], Position(at));
        read.is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock)
    };
    let evicted = is_cold((BATCHES * BATCH_BYTES / 2) as u64);
    let fetched = all_from(0).send(&mut client);
    assert_eq!(check(&fetched.partitions[0].records, 0), BATCHES);
    assert_eq!(broker.server.stats().cold_reads > 0, evicted);
}
