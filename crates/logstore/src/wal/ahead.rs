//! The write-ahead log of a data directory: groups appended and synced, files recycled behind a checkpoint.
//!
//! ```text
//! millrace.wal.<n>          groups (frame.rs); plain files, which Kafka passes over
//! millrace.wal-checkpoint   text, two lines: 0, and the number of the last group that nobody needs any more
//! ```
//!
//! A file is first written with zeros and then used again and again, since syncing blocks that are written already
//! takes half the time; when none is ready, a new one is used as it grows. A file is used again only once the
//! checkpoint that gives it up is durable. When all files hold groups that are needed, whoever appends waits for a
//! checkpoint, so that the log is bounded and producers are slowed.
//!
//! A group for which there is no room is cut off again, durably, and may be appended later: the number that it would
//! have had goes to the next one. Files that are ready are the reserve of a full disk: what is appended needs no room
//! in them, and what has to be written elsewhere gets theirs.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::iter;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crossbeam_channel::Sender;
use parking_lot::{Condvar, Mutex, MutexGuard};

use super::frame::{DirectoryId, GROUP_ALIGNMENT, Group, GroupNumber};
use super::replay::{Replay, Scan};
use super::room::Room;
use super::summary::{Summary, Touched};
use crate::base::error::StorageError;
use crate::base::limits::{DIRECT_WRITE_BYTES, SMALL_FILE_BYTES_MAX, WAL_MANY_LOGS, WAL_MANY_LOGS_FACTOR};
use crate::base::types::Position;
use crate::io::{self, Disk, File, OpenMode, SectorWriter};

const FILE_PREFIX: &str = "millrace.wal.";
const CHECKPOINT: &str = "millrace.wal-checkpoint";
/// Copies of files of which groups are missing, by the first of these and the file.
const DAMAGED_PREFIX: &str = "millrace.wal-damaged.";
/// Zeros written at a time where a file is made ready.
static ZEROS: [u8; 64 * 1024] = [0; 64 * 1024];
/// Files that stay after a clean stop.
const FILES_KEPT: usize = 1;

/// How large the log may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WalSize {
    /// Bytes of a file; a group that is larger has one of its own.
    pub file_bytes: usize,
    /// Files at most, of which half bring about a checkpoint; [`WAL_MANY_LOGS_FACTOR`] times as many after one of many logs.
    pub files_max: usize,
}

impl WalSize {
    /// Bytes of all files, as long as there are few logs.
    pub fn bytes(&self) -> usize {
        self.file_bytes * self.files_max
    }
}

/// What the log did since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WalStats {
    /// Syncs, one a group.
    pub syncs: u64,
    /// Batches in them.
    pub frames: u64,
    /// Bytes written, filling included.
    pub bytes: u64,
}

/// The write-ahead log of a data directory.
pub struct WriteAhead {
    disk: Arc<dyn Disk>,
    directory: PathBuf,
    id: DirectoryId,
    size: WalSize,
    room: Arc<Room>,
    state: Mutex<State>,
    /// A file was freed, or there will be none.
    freed: Condvar,
    /// Asks for a checkpoint.
    nudge: Sender<()>,
    /// The logs know of everything up to this group.
    settled: AtomicU64,
    frames: AtomicU64,
    bytes: AtomicU64,
    syncs: AtomicU64,
}

struct State {
    active: Option<Active>,
    writer: SectorWriter,
    /// In the order of their groups.
    full: VecDeque<Full>,
    spare: Vec<u32>,
    /// All files that there are.
    files: BTreeSet<u32>,
    /// How many there may be.
    files_max: usize,
    last: GroupNumber,
    last_barrier: GroupNumber,
    /// Whose frames the groups have that may be needed; those up to the number, which ascends.
    touched: VecDeque<(GroupNumber, Touched)>,
    out_of_service: bool,
    /// The last groups before a stop, for which there is always a file.
    closing: bool,
    /// Files are made ready beside; not any more once one could not be.
    prepares: bool,
}

struct Active {
    file: File,
    number: u32,
    end: usize,
}

struct Full {
    number: u32,
    last: GroupNumber,
    oversized: bool,
}

/// A log that was opened, and what lies in it for the logs of the directory: nothing after a clean stop, and an
/// error when it is damaged. Nothing can be appended then.
pub struct OpenedWal {
    /// The log.
    pub ahead: WriteAhead,
    /// What was not checkpointed.
    pub replay: Result<Replay, StorageError>,
}

impl WriteAhead {
    /// Opens the log of a directory; `clean` says that nothing in it is needed. It is read on `threads` threads.
    pub fn open(
        room: Arc<Room>,
        id: DirectoryId,
        size: WalSize,
        clean: bool,
        threads: usize,
        nudge: Sender<()>,
    ) -> Result<OpenedWal, StorageError> {
        let (disk, directory) = (Arc::clone(room.disk()), room.path().to_owned());
        let directory = directory.as_path();
        let checkpoint = read_checkpoint(&*disk, directory)?;
        let mut files = list(&*disk, directory)?;
        if clean && checkpoint.is_none() {
            // Without it the numbers would begin again, below those of groups that still lie there.
            for number in std::mem::take(&mut files) {
                remove(&*disk, directory, number)?;
            }
        }
        let checkpoint = checkpoint.unwrap_or_default();
        let replay = if clean {
            Ok(Replay::nothing(&disk, checkpoint))
        } else {
            let paths = files.iter().map(|number| (*number, path(directory, *number))).collect();
            Scan::read(&disk, &id, &paths, checkpoint, threads)
                .and_then(|scan| scan.needed(&disk, paths, directory, checkpoint))
                .and_then(|replay| keep_damaged(&*disk, directory, replay))
        };
        let needed = replay.as_ref().map(Replay::files).unwrap_or_default();
        let full: VecDeque<_> =
            needed.into_iter().map(|(number, last)| Full { number, last, oversized: false }).collect();
        let spare = files.iter().filter(|number| full.iter().all(|full| full.number != **number));
        let state = State {
            active: None,
            writer: SectorWriter::new(DIRECT_WRITE_BYTES),
            spare: spare.copied().collect(),
            full,
            files,
            files_max: size.files_max,
            last: replay.as_ref().map_or(checkpoint, Replay::end),
            touched: VecDeque::from_iter(replay.as_ref().ok().map(|replay| (replay.end(), Touched::ALL))),
            last_barrier: replay.as_ref().map(Replay::last_barrier).unwrap_or_default(),
            out_of_service: replay.is_err(),
            closing: false,
            prepares: true,
        };
        let ahead = Self {
            disk,
            directory: directory.to_owned(),
            id,
            size,
            room,
            settled: AtomicU64::new(state.last.0),
            state: Mutex::new(state),
            freed: Condvar::new(),
            nudge,
            frames: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            syncs: AtomicU64::new(0),
        };
        Ok(OpenedWal { ahead, replay })
    }

    /// Reads the log of a directory that nobody has open; an error where nothing of it can be replayed. Changes nothing.
    pub fn check(
        disk: &Arc<dyn Disk>,
        directory: &Path,
        id: DirectoryId,
        clean: bool,
    ) -> Result<Replay, StorageError> {
        let checkpoint = read_checkpoint(&**disk, directory)?.unwrap_or_default();
        if clean {
            return Ok(Replay::nothing(disk, checkpoint));
        }
        let files = paths(&**disk, directory)?;
        Scan::read(disk, &id, &files, checkpoint, 1)?.needed(disk, files, directory, checkpoint)
    }

    /// Copies of files that were kept because groups of them are missing.
    pub fn damaged_copies(disk: &dyn Disk, directory: &Path) -> Result<Vec<PathBuf>, StorageError> {
        let entries = disk.list(directory).map_err(|error| StorageError::io("list", directory, error))?;
        let copies = entries.iter().filter(|entry| entry.name.starts_with(DAMAGED_PREFIX));
        Ok(copies.map(|entry| directory.join(&entry.name)).collect())
    }

    /// Gives up the groups that are missing in the log of a directory that nobody has open: an empty one takes the
    /// place of each, so that a replay goes on behind it. The files are copied first.
    pub fn give_up_missing(
        disk: &Arc<dyn Disk>,
        directory: &Path,
        id: DirectoryId,
    ) -> Result<(), StorageError> {
        let files = paths(&**disk, directory)?;
        let checkpoint = read_checkpoint(&**disk, directory);
        let known = checkpoint.as_ref().map_or(GroupNumber(0), |checkpoint| checkpoint.unwrap_or_default());
        let scan = Scan::read(disk, &id, &files, known, 1)?;
        // Without a checkpoint that can be read everything that is there is needed.
        let from = if checkpoint.is_ok() { known } else { scan.before_first() };
        let missing = scan.missing_above(from);
        if missing.is_empty() && checkpoint.is_ok() {
            return Ok(());
        }
        keep(&**disk, directory, &files, missing.first().copied().unwrap_or_default())?;
        let number = files.last_key_value().map_or(0, |(last, _)| last + 1);
        let file = File::open(&**disk, &path(directory, number), OpenMode::Create)?;
        for (slot, missing) in missing.into_iter().enumerate() {
            let synced = GroupNumber(missing.0 - 1);
            let head = Group::default().head(&id, missing, synced, &Summary::UNKNOWN);
            file.write_all_at(&head, Position((slot * GROUP_ALIGNMENT) as u64))?;
        }
        file.sync()?;
        write_checkpoint(&**disk, directory, from)
    }

    /// Where it lies.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// The room on its disk.
    pub fn room(&self) -> &Arc<Room> {
        &self.room
    }

    /// Writes a group and makes it durable. After a failure nothing can be appended any more (D17), but where there was
    /// no room: then nothing is left of the group.
    pub fn append(&self, group: &Group) -> Result<GroupNumber, StorageError> {
        let mut state = self.state.lock();
        if state.out_of_service {
            return Err(StorageError::Poisoned { path: self.directory.join(FILE_PREFIX) });
        }
        let appended = self.write(&mut state, group);
        match &appended {
            Err(error) if error.is_no_space() => {
                // A checkpoint may free files. Once: who hears of it has this tried again.
                if !self.room.has_run_out() {
                    let _ = self.nudge.try_send(());
                }
            }
            other => state.out_of_service |= other.is_err(),
        }
        appended
    }

    fn write(&self, state: &mut MutexGuard<'_, State>, group: &Group) -> Result<GroupNumber, StorageError> {
        let number = GroupNumber(state.last.0 + 1);
        let head = group.head(&self.id, number, state.last, &state.summary());
        // A group that is larger than a file begins one.
        let fits = |active: &Active| active.end == 0 || active.end + group.bytes() <= self.size.file_bytes;
        if !state.active.as_ref().is_some_and(fits) {
            self.next_file(state)?;
        }
        let State { active: Some(active), writer, last, touched, last_barrier, .. } = &mut **state else {
            return Err(StorageError::Poisoned { path: self.directory.clone() });
        };
        let pieces = iter::once(&head[..]).chain(group.pieces());
        let written = writer.write(&active.file, Position(active.end as u64), pieces);
        let written = written.or_else(|error| active.cut_off(error))?;
        active.file.sync()?;
        active.end = (active.end + group.bytes()).next_multiple_of(GROUP_ALIGNMENT);
        *last = number;
        match touched.back_mut() {
            Some((last, touched)) => {
                *last = number;
                touched.add_all(group.touched());
            }
            None => touched.push_back((number, *group.touched())),
        }
        if group.has_barrier() {
            *last_barrier = number;
        }
        self.syncs.fetch_add(1, Ordering::Relaxed);
        self.frames.fetch_add(group.frames() as u64, Ordering::Relaxed);
        self.bytes.fetch_add(written as u64, Ordering::Relaxed);
        Ok(number)
    }

    /// Goes on in another file: one that is ready, else a new one, else one that a checkpoint frees.
    fn next_file(&self, state: &mut MutexGuard<'_, State>) -> Result<(), StorageError> {
        if let Some(done) = state.active.take() {
            let oversized = done.end > self.size.file_bytes;
            let last = state.last;
            state.full.push_back(Full { number: done.number, last, oversized });
        }
        if state.full.len() * 2 >= state.files_max {
            // One that waits to be taken is enough.
            let _ = self.nudge.try_send(());
        }
        loop {
            if state.out_of_service {
                return Err(StorageError::Poisoned { path: self.directory.join(FILE_PREFIX) });
            }
            let number = match state.spare.pop() {
                Some(number) => number,
                None if state.closing || state.files.len() < state.files_max => self.add_file(state)?,
                None => {
                    self.freed.wait(state);
                    continue;
                }
            };
            let file = File::open(&*self.disk, &path(&self.directory, number), OpenMode::Sectors)?;
            state.active = Some(Active { file, number, end: 0 });
            return Ok(());
        }
    }

    /// Creates a file, which grows as it is used.
    fn add_file(&self, state: &mut State) -> Result<u32, StorageError> {
        let number = state.new_file();
        let created = File::open(&*self.disk, &path(&self.directory, number), OpenMode::Create);
        if let Err(error) = created {
            state.files.remove(&number);
            return Err(error);
        }
        self.sync_directory()?;
        Ok(number)
    }

    /// Everything up to `group` is known to the logs it is of.
    pub fn settle(&self, group: GroupNumber) {
        self.settled.fetch_max(group.0, Ordering::AcqRel);
    }

    /// The last group that the logs know of: what they have then is what a checkpoint has to cover.
    pub fn settled(&self) -> GroupNumber {
        GroupNumber(self.settled.load(Ordering::Acquire))
    }

    /// A checkpoint of so many logs begins. Where they are many it takes long, and appends go on meanwhile in more files,
    /// from then on.
    pub fn begin_checkpoint(&self, logs: usize) {
        if logs >= WAL_MANY_LOGS {
            self.state.lock().files_max = self.size.files_max * WAL_MANY_LOGS_FACTOR;
            self.freed.notify_all();
        }
    }

    /// What is in groups up to `group` is durable in segments: their files are free once that is written down.
    pub fn checkpoint(&self, group: GroupNumber) -> Result<(), StorageError> {
        write_checkpoint(&*self.disk, &self.directory, group)?;
        let mut state = self.state.lock();
        while let Some(full) = state.full.pop_front_if(|full| full.last <= group) {
            if full.oversized {
                remove(&*self.disk, &self.directory, full.number)?;
                state.files.remove(&full.number);
            } else {
                state.spare.push(full.number);
            }
        }
        while state.touched.pop_front_if(|(last, _)| *last <= group).is_some() {}
        // What comes from now on can be forgotten without what came before.
        let last = state.last;
        state.touched.push_back((last, Touched::default()));
        self.freed.notify_all();
        Ok(())
    }

    /// Makes a file ready where none is and the disk has room: zeros, synced. One that cannot be made now is made
    /// when it is needed.
    pub fn prepare(&self) -> Result<(), StorageError> {
        let number = {
            let mut state = self.state.lock();
            let ready = !state.spare.is_empty() || state.files.len() >= state.files_max;
            let idle = ready || state.out_of_service || state.closing || !state.prepares;
            if idle || !self.room.spares(self.size.file_bytes) {
                return Ok(());
            }
            state.new_file()
        };
        let prepared = self.write_zeros(&path(&self.directory, number));
        let mut state = self.state.lock();
        if prepared.is_err() {
            let _ = remove(&*self.disk, &self.directory, number);
            state.files.remove(&number);
            // What is left of the disk is not written again and again.
            state.prepares = false;
        } else {
            state.spare.push(number);
        }
        self.freed.notify_all();
        prepared
    }

    fn write_zeros(&self, path: &Path) -> Result<(), StorageError> {
        drop(File::open(&*self.disk, path, OpenMode::Create)?);
        let file = File::open(&*self.disk, path, OpenMode::Sectors)?;
        let zeros = iter::repeat_n(&ZEROS[..], self.size.file_bytes.div_ceil(ZEROS.len()));
        SectorWriter::new(DIRECT_WRITE_BYTES).write(&file, Position(0), zeros)?;
        file.sync()?;
        self.sync_directory()
    }

    /// The directory is out of service: nobody waits for a file any more, and nothing is appended.
    pub fn abandon(&self) {
        self.state.lock().out_of_service = true;
        self.freed.notify_all();
    }

    /// From now on whoever appends never waits: the last groups before a stop.
    pub fn begin_closing(&self) {
        self.state.lock().closing = true;
        self.freed.notify_all();
    }

    /// Gives files that nobody needs back to the disk, but for `kept`; says whether there were any.
    pub fn give_back(&self, kept: usize) -> Result<bool, StorageError> {
        let mut state = self.state.lock();
        let before = state.spare.len();
        while state.spare.len() > kept
            && let Some(number) = state.spare.pop()
        {
            remove(&*self.disk, &self.directory, number)?;
            state.files.remove(&number);
        }
        Ok(state.spare.len() < before)
    }

    /// Everything is durable in segments: writes that down and gives back the files.
    pub fn drain(&self) -> Result<(), StorageError> {
        let last = {
            let mut state = self.state.lock();
            if let Some(Active { number, end, .. }) = state.active.take() {
                let (last, oversized) = (state.last, end > self.size.file_bytes);
                state.full.push_back(Full { number, last, oversized });
            }
            state.last
        };
        self.checkpoint(last)?;
        self.give_back(FILES_KEPT).map(drop)
    }

    /// What the log did since the start.
    pub fn stats(&self) -> WalStats {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        WalStats { syncs: read(&self.syncs), frames: read(&self.frames), bytes: read(&self.bytes) }
    }

    fn sync_directory(&self) -> Result<(), StorageError> {
        self.disk.sync_dir(&self.directory).map_err(|error| StorageError::io("sync", &self.directory, error))
    }
}

impl Active {
    /// Cuts off what was written of a group for which there was no room: its number goes to another, and a replay
    /// must not meet both.
    fn cut_off<T>(&self, error: StorageError) -> Result<T, StorageError> {
        if error.is_no_space() {
            let cut = self.file.set_len(self.end as u64);
            cut.map_err(|_| StorageError::Poisoned { path: self.file.path().to_owned() })?;
            self.file.sync()?;
        }
        Err(error)
    }
}

impl State {
    /// What the next group says of those before it.
    fn summary(&self) -> Summary {
        let mut summary = Summary { last_barrier: self.last_barrier, ..Summary::default() };
        for (_, some) in &self.touched {
            summary.touched.add_all(some);
        }
        summary
    }

    /// The lowest number that no file has.
    fn new_file(&mut self) -> u32 {
        let number = (0..u32::MAX).find(|number| !self.files.contains(number)).unwrap_or(u32::MAX);
        self.files.insert(number);
        number
    }
}

fn path(directory: &Path, number: u32) -> PathBuf {
    directory.join(format!("{FILE_PREFIX}{number}"))
}

fn remove(disk: &dyn Disk, directory: &Path, number: u32) -> Result<(), StorageError> {
    let path = path(directory, number);
    io::remove_if_exists(disk, &path).map_err(|error| StorageError::io("remove", &path, error))
}

/// The files in a directory by their numbers.
fn paths(disk: &dyn Disk, directory: &Path) -> Result<BTreeMap<u32, PathBuf>, StorageError> {
    Ok(list(disk, directory)?.into_iter().map(|number| (number, path(directory, number))).collect())
}

/// Where groups are missing, keeps the files as they are: they will be used again.
fn keep_damaged(disk: &dyn Disk, directory: &Path, replay: Replay) -> Result<Replay, StorageError> {
    if let Some(lost) = replay.lost() {
        keep(disk, directory, &paths(disk, directory)?, lost.first())?;
    }
    Ok(replay)
}

fn keep(
    disk: &dyn Disk,
    directory: &Path,
    files: &BTreeMap<u32, PathBuf>,
    missing: GroupNumber,
) -> Result<(), StorageError> {
    for (number, path) in files {
        copy_file(disk, path, &directory.join(format!("{DAMAGED_PREFIX}{}.{number}", missing.0)))?;
    }
    disk.sync_dir(directory).map_err(|error| StorageError::io("sync", directory, error))
}

fn copy_file(disk: &dyn Disk, from: &Path, to: &Path) -> Result<(), StorageError> {
    let from = File::open(disk, from, OpenMode::Read)?;
    let mut bytes = vec![0; from.size()? as usize];
    let read = from.read_full_at(&mut bytes, Position(0))?;
    bytes.truncate(read);
    let to = File::open(disk, to, OpenMode::Create)?;
    to.write_all_at(&bytes, Position(0))?;
    to.sync()
}

/// Numbers of the files in a directory.
fn list(disk: &dyn Disk, directory: &Path) -> Result<BTreeSet<u32>, StorageError> {
    let entries = disk.list(directory).map_err(|error| StorageError::io("list", directory, error))?;
    let numbers = entries.iter().filter_map(|entry| entry.name.strip_prefix(FILE_PREFIX)?.parse().ok());
    Ok(numbers.collect())
}

fn write_checkpoint(disk: &dyn Disk, directory: &Path, group: GroupNumber) -> Result<(), StorageError> {
    io::replace_small(disk, &directory.join(CHECKPOINT), format!("0\n{}\n", group.0).as_bytes())
}

/// The last group that nobody needs; `None` when there was no checkpoint yet.
fn read_checkpoint(disk: &dyn Disk, directory: &Path) -> Result<Option<GroupNumber>, StorageError> {
    let path = directory.join(CHECKPOINT);
    let bytes = io::read_small(disk, &path, SMALL_FILE_BYTES_MAX)
        .map_err(|error| StorageError::io("read", &path, error))?;
    let Some(bytes) = bytes else { return Ok(None) };
    let text = String::from_utf8_lossy(&bytes);
    let group = text.strip_prefix("0\n").and_then(|text| text.strip_suffix('\n')?.parse().ok());
    match group {
        Some(group) => Ok(Some(GroupNumber(group))),
        None => Err(StorageError::corrupt(path, 0, "no group of a write-ahead log")),
    }
}
