//! What a broker does to its disk, operation by operation.

use logstore::base::types::Offset;
use logstore::log::LogConfig;

use crate::catalogue::{catalogue, failed_sync_of_the_catalogue, rewritten_catalogue};
use crate::sim::SimDisk;
use crate::support::settle;
use crate::world::{Played, World, compacted, relaxed, strict};

pub(crate) struct Operation {
    pub(crate) name: &'static str,
    pub(crate) play: fn(&SimDisk) -> Played,
}

macro_rules! operations {
    ($($function:ident),* $(,)?) => {
        &[$(Operation { name: stringify!($function), play: $function }),*]
    };
}

pub(crate) const OPERATIONS: &[Operation] = operations![
    recycling,
    first_append,
    append_through_the_write_ahead_log,
    append_to_a_relaxed_topic,
    roll,
    checkpoint,
    producers,
    retention,
    retention_of_a_relaxed_topic,
    compaction,
    deletion,
    clean_stop,
    truncation,
    change_of_mode,
    kill,
    failed_sync_of_a_segment,
    failed_sync_of_the_write_ahead_log,
    catalogue,
    rewritten_catalogue,
    failed_sync_of_the_catalogue,
];

/// Directory and files of a partition come into being.
fn first_append(disk: &SimDisk) -> Played {
    let mut world = World::new(disk);
    world.record();
    let topic = world.create("first", 1, strict());
    world.send(topic, 1, 100);
    world.log(topic).write_behind();
    world.send(topic, 2, 100);
    world.store.checkpoint();
    world.send(topic, 1, 100);
    world.played()
}

/// Groups of one batch and of many, of a sector and of several.
fn append_through_the_write_ahead_log(disk: &SimDisk) -> Played {
    let mut world = World::new(disk);
    let roomy = LogConfig { segment_bytes: 1 << 20, ..strict() };
    let topics = [("a", 1), ("b", 2), ("c", 3)].map(|(name, id)| world.create(name, id, roomy.clone()));
    world.record();
    for round in 0..4 {
        for topic in topics {
            world.begin(topic, 9, 1 + round % 2, [10, 200, 1500][topic]);
        }
        for topic in topics {
            world.acknowledged(topic);
        }
        world.send(topics[0], 1, 700);
    }
    world.played()
}

fn append_to_a_relaxed_topic(disk: &SimDisk) -> Played {
    let mut world = World::new(disk);
    let (relaxed, strict) = (world.create("relaxed", 1, relaxed()), world.create("strict", 2, strict()));
    world.record();
    for _ in 0..3 {
        for _ in 0..3 {
            world.send(relaxed, 1, 250);
        }
        world.send(strict, 1, 100);
        world.log(relaxed).flush().unwrap();
        world.topics[relaxed].least = world.topics[relaxed].end();
        world.note();
    }
    world.played()
}

/// Segments are sealed and begun, and written behind the write-ahead log.
fn roll(disk: &SimDisk) -> Played {
    let mut world = World::new(disk);
    let topic = world.create("rolled", 1, strict());
    world.send(topic, 1, 100);
    world.log(topic).write_behind();
    world.record();
    for round in 0..8 {
        world.send(topic, 1 + round % 3, 200);
        if round % 2 == 0 {
            world.log(topic).write_behind();
        }
    }
    world.played()
}

/// Segments are made durable, and the write-ahead log gives up what it has of them.
fn checkpoint(disk: &SimDisk) -> Played {
    let mut world = World::new(disk);
    let topics = [("a", 1), ("b", 2)].map(|(name, id)| world.create(name, id, strict()));
    world.send(topics[0], 1, 100);
    world.record();
    for _ in 0..3 {
        for topic in topics {
            world.send(topic, 2, 250);
            world.send(topic, 1, 250);
        }
        world.store.checkpoint();
    }
    world.played()
}

/// Snapshots of producers, and the retries that they have no room for.
fn producers(disk: &SimDisk) -> Played {
    let mut world = World::new(disk);
    let topic = world.create("idempotent", 1, strict());
    world.record();
    for round in 0..16 {
        world.begin(topic, 9 + round % 2, 1, 150);
        world.acknowledged(topic);
        if round % 5 == 4 {
            world.store.checkpoint();
        }
    }
    world.log(topic).write_behind();
    world.played()
}

/// Records are deleted, and the segments that are below the log start then.
fn retention(disk: &SimDisk) -> Played {
    let mut world = World::new(disk);
    let topic = world.create("retained", 1, strict());
    for _ in 0..14 {
        world.send(topic, 1, 250);
    }
    world.store.checkpoint();
    world.record();
    for (before, sent) in [(6, 3), (11, 2)] {
        world.topics[topic].start = before;
        world.note();
        world.log(topic).delete_records(Offset(before)).unwrap();
        world.clock.advance(1000);
        world.store.keep_house();
        for _ in 0..sent {
            world.send(topic, 1, 250);
        }
        world.store.checkpoint();
        world.clock.advance(60_000);
        world.store.keep_house();
    }
    world.played()
}

/// Segments go that were never synced.
fn retention_of_a_relaxed_topic(disk: &SimDisk) -> Played {
    let mut world = World::new(disk);
    let topic = world.create("retained", 1, relaxed());
    world.record();
    for (sent, before) in [(8, 6), (5, 11), (4, 16)] {
        for _ in 0..sent {
            world.send(topic, 1, 250);
        }
        world.topics[topic].start = before;
        world.note();
        world.log(topic).delete_records(Offset(before)).unwrap();
        world.clock.advance(60_000);
        world.store.keep_house();
        world.clock.advance(60_000);
        world.store.keep_house();
    }
    world.log(topic).flush().unwrap();
    world.topics[topic].least = world.topics[topic].end();
    world.note();
    world.played()
}

/// A copy takes the place of segments.
fn compaction(disk: &SimDisk) -> Played {
    let mut world = World::new(disk);
    let topic = world.create("compacted", 1, compacted());
    let send = |world: &mut World, n: i64| {
        let value = crate::world::value("compacted", n, 200);
        // Some keys come once, the others again and again.
        let key = if n % 3 == 0 { n } else { -(n % 3) };
        world.begin_batch(topic, 9, vec![(Some(format!("key {key}").into_bytes()), value)]);
        world.acknowledged(topic);
    };
    (0..14).for_each(|n| send(&mut world, n));
    world.store.checkpoint();
    world.record();
    assert!(world.store.compact());
    (14..24).for_each(|n| send(&mut world, n));
    world.store.checkpoint();
    assert!(world.store.compact());
    world.clock.advance(60_000);
    world.store.keep_house();
    world.played()
}

/// A topic is deleted, and another of its name takes its place.
fn deletion(disk: &SimDisk) -> Played {
    let mut world = World::new(disk);
    let stays = world.create("stays", 1, strict());
    let gone = world.create("comes and goes", 2, strict());
    for _ in 0..4 {
        world.send(gone, 1, 300);
        world.send(stays, 1, 300);
    }
    world.store.checkpoint();
    world.send(gone, 1, 300);
    world.record();
    for id in 3..5 {
        // The metadata says so first.
        let deleted = world.topics.remove(gone);
        world.note();
        world.store.retire([deleted.id]);
        world.create(&deleted.name, id, strict());
        world.send(gone, 1, 300);
        world.log(gone).write_behind();
        world.send(stays, 1, 300);
        world.clock.advance(60_000);
        world.store.keep_house();
        world.store.checkpoint();
        world.send(gone, 1, 300);
    }
    world.played()
}

/// Everything is written down, and the marker says so until the next start.
fn clean_stop(disk: &SimDisk) -> Played {
    let mut world = World::new(disk);
    let topics = [("strict", strict()), ("relaxed", relaxed())];
    let mut id = 0;
    let topics = topics.map(|(name, config)| {
        id += 1;
        world.create(name, id, config)
    });
    for _ in 0..3 {
        for topic in topics {
            world.send(topic, 2, 200);
        }
    }
    world.record();
    for _ in 0..2 {
        world.store.close().unwrap();
        world.all_durable();
        world.start_again();
        for topic in topics {
            world.send(topic, 1, 200);
        }
        world.log(topics[0]).write_behind();
    }
    world.played()
}

/// Files of the write-ahead log are made ready, filled, given up and filled again.
fn recycling(disk: &SimDisk) -> Played {
    let mut world = World::new(disk);
    let topic = world.create("much", 1, LogConfig { segment_bytes: 1 << 20, ..strict() });
    world.record();
    for round in 0..18 {
        world.send(topic, 1, 900);
        if round % 6 == 5 {
            world.store.checkpoint();
        }
    }
    world.played()
}

/// The end of a log is cut, and other records take its place.
fn truncation(disk: &SimDisk) -> Played {
    let mut world = World::new(disk);
    let topic = world.create("cut", 1, strict());
    for round in 0..12 {
        world.send(topic, 1, 250);
        if round == 7 {
            world.store.checkpoint();
        }
    }
    world.log(topic).write_behind();
    world.record();
    for to in [9, 5] {
        world.topics[topic].least = to;
        world.note();
        world.log(topic).truncate(Offset(to)).unwrap();
        world.topics[topic].sent.retain(|sent| sent.next_offset() <= to);
        world.note();
        for _ in 0..3 {
            world.send(topic, 1, 240 + to as usize);
        }
        world.log(topic).write_behind();
    }
    world.store.checkpoint();
    world.played()
}

/// A topic that asked for no more than a write asks for more, and for less again.
fn change_of_mode(disk: &SimDisk) -> Played {
    let mut world = World::new(disk);
    let topic = world.create("fickle", 1, relaxed());
    world.record();
    for _ in 0..2 {
        for config in [relaxed(), strict()] {
            world.configure(topic, config);
            for _ in 0..3 {
                world.send(topic, 1, 200);
            }
        }
    }
    world.played()
}

/// The process is killed, the system goes on: what a start finds in memory may not be on the disk.
fn kill(disk: &SimDisk) -> Played {
    let mut world = World::new(disk);
    let topics = [("strict", strict()), ("relaxed", relaxed())];
    let mut id = 0;
    let topics = topics.map(|(name, config)| {
        id += 1;
        world.create(name, id, config)
    });
    world.record();
    // Of the relaxed one, only what was never checkpointed is secured by a start.
    for served in [&topics[..], &topics[..1]] {
        for topic in topics {
            world.send(topic, 1, 200);
            world.log(topic).write_behind();
        }
        // Killed between the write of a group and its sync.
        world.disk.leave_out(|path| path.contains("millrace.wal."));
        world.begin(topics[0], 9, 1, 200);
        settle(&world.log(topics[0]));
        world.kill();
        for topic in served {
            world.topics[*topic].least = world.topics[*topic].end();
        }
        world.note();
        world.store.checkpoint();
    }
    world.played()
}

/// A segment is not synced, and passes for synced when the process is started again.
fn failed_sync_of_a_segment(disk: &SimDisk) -> Played {
    let mut world = World::new(disk);
    let topic = world.create("unsynced", 1, strict());
    world.send(topic, 1, 250);
    world.store.checkpoint();
    world.record();
    for ending in [|path: &str| path.ends_with(".log"), |path: &str| path.ends_with("index")] {
        for _ in 0..3 {
            world.send(topic, 1, 250);
        }
        world.disk.fail_syncs(ending);
        world.store.checkpoint();
        world.out_of_service();
        world.kill();
        world.send(topic, 1, 250);
        world.store.checkpoint();
        world.send(topic, 1, 250);
    }
    world.played()
}

/// A group is not synced: its batch was not acknowledged, and a start does not believe what memory has of it.
fn failed_sync_of_the_write_ahead_log(disk: &SimDisk) -> Played {
    let mut world = World::new(disk);
    let topic = world.create("ungrouped", 1, strict());
    world.record();
    for _ in 0..3 {
        world.send(topic, 1, 250);
        world.disk.fail_syncs(|path| path.contains("millrace.wal."));
        world.offer(topic, 250);
        world.out_of_service();
        world.kill();
        // The sync of a file that is made ready may have failed first: then the group may be written, and no sync of it failed.
        if world.log_end(topic) < world.topics[topic].end() {
            world.topics[topic].sent.pop();
            world.note();
        }
        world.send(topic, 1, 250);
        world.store.checkpoint();
    }
    world.played()
}
