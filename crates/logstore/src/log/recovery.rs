//! Opening the directory of a log.
//!
//! 1. A directory of another topic id is set aside as `-stray`.
//! 2. Leftovers: `.deleted` and `.cleaned` go, `.swap` of an unfinished compaction replaces what it was made from.
//! 3. Segments that end below the recovery point, or all after a clean stop, are opened as they are. Where an index
//!    is missing or wrong it is rebuilt; a bad batch there is damage: a hole that is not served, and nothing is cut.
//! 4. Segments from the recovery point on are read batch by batch. The first bad batch is taken for a torn tail:
//!    the file is cut there and later segments go. The write-ahead log brings back what was acknowledged of it. A bad
//!    batch that begins below the recovery point is damage, as in 3.
//! 5. Holes that are new are written down (`damage.rs`); segments of which holes are known are read whole again.
//! 6. Producers come from the newest snapshot and the batches behind it, epochs from their file and from step 4.

use std::collections::HashMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::damage::UNKNOWN_END;
use super::epochs::Epochs;
use super::error::LogError;
use super::leftovers::{clear_leftovers, list, remove};
use super::offsets::Offsets;
use super::producers::{AppendedBatch, Producers};
use super::state::{Phase, State};
use super::transactions::EndMarker;
use super::{Log, LogConfig, checkpoint, retries, snapshot};
use crate::base::error::StorageError;
use crate::base::types::{Offset, Position, ProducerId, Timestamp, TopicId};
use crate::batch::BatchView;
use crate::io::{self, Disk};
use crate::segment::damage::{Durable, Survey, survey};
use crate::segment::recover::{Known, Rebuilt};
use crate::segment::{AbortedEntry, Hole, Kind, Segment, Shape, names};

/// What a data directory knew of a log before it was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// The directory was closed: its files are what they should be.
    pub clean: bool,
    /// Below it everything was synced.
    pub recovery_point: Offset,
    /// First offset, where it is not the first segment's.
    pub log_start: Offset,
    /// `producer.id.expiration.ms`.
    pub producer_expiration_ms: i64,
}

/// Something that a recovery did and somebody should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecoveryReport {
    /// The file or directory.
    pub path: PathBuf,
    /// Bytes that were cut.
    pub bytes_cut: u64,
    /// Why.
    pub why: String,
}

/// Segments and producers as they come together.
struct Loading<'l> {
    log: &'l Log,
    found: Found,
    directory: PathBuf,
    config: Arc<LogConfig>,
    now: Timestamp,
    log_start: Offset,
    segments: Vec<Arc<Segment>>,
    producers: Producers,
    /// The producers are those up to here.
    producers_at: Option<Offset>,
    epochs: Epochs,
    shape: Option<Shape>,
    /// Whether a segment that was synced whole is opened as it is.
    trusts: bool,
    /// What is known to be lost.
    lost: Vec<Range<Offset>>,
}

impl Log {
    /// Opens the log; called once, under the lock of the phase.
    pub(super) fn open_now(&self) -> Phase {
        let loaded = self.home.in_service().and_then(|()| self.load(self.found).map_err(LogError::from));
        match loaded {
            Ok(state) => Phase::Open(Box::new(state)),
            Err(error) => {
                let why = error.to_string();
                self.home.report(RecoveryReport { path: self.directory(), bytes_cut: 0, why });
                Phase::Ended(error)
            }
        }
    }

    /// Opens the log when it is not open yet: recovery after an unclean stop.
    pub fn recover(&self) -> Result<(), LogError> {
        self.opened().map(drop)
    }

    /// Reads what is on the disk into the list of segments and a state. What was closed in order is opened as it is,
    /// until damage shows: then everything is read.
    pub(super) fn load(&self, found: Found) -> Result<State, StorageError> {
        let trusting = self.load_as(found, true);
        if matches!(trusting, Err(StorageError::Corrupt { .. })) {
            self.load_as(found, false)
        } else {
            trusting
        }
    }

    fn load_as(&self, found: Found, trusts: bool) -> Result<State, StorageError> {
        let directory = self.directory();
        let disk = self.home.disk();
        let log_start = found.log_start;
        let on_disk = self.on_disk.load(std::sync::atomic::Ordering::Acquire);
        if !on_disk || self.set_aside_foreign(disk, &directory)? {
            // Whatever the checkpoints say is of another log.
            let start = Offset(0);
            let offsets = Offsets::recovered(start, start, start);
            let shape = Shape::empty(start, self.home.now());
            return Ok(State::recovered(offsets, shape, false, Producers::default(), Epochs::default()));
        }
        clear_leftovers(disk, &directory)?;
        let epochs = Epochs::restored(checkpoint::read_epochs(disk, &directory).unwrap_or_default());
        let mut loading = Loading {
            log: self,
            found,
            directory,
            config: self.config(),
            now: self.home.now(),
            log_start,
            segments: Vec::new(),
            producers: Producers::default(),
            producers_at: None,
            epochs,
            shape: None,
            trusts,
            lost: self.home.losses_of(&self.id),
        };
        loading.open_segments()?;
        let mut state = loading.finish()?;
        self.segments.write().append(&mut loading.segments);
        self.report_losses(&state);
        if found.clean && state.offsets.log_end() < found.recovery_point {
            self.miss_end(&mut state, found.recovery_point);
        }
        self.note_losses(&state)?;
        Ok(state)
    }

    /// Moves a directory of another incarnation of the topic out of the way; true when it did.
    fn set_aside_foreign(&self, disk: &dyn Disk, directory: &Path) -> Result<bool, StorageError> {
        match checkpoint::read_topic_id(disk, directory)? {
            Some(id) if id != self.id.topic => {
                self.rename_directory(directory, &id.0, names::STRAY_DIRECTORY)?;
                self.home.sync()?;
                self.report_stray(id);
                self.on_disk.store(false, std::sync::atomic::Ordering::Release);
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    pub(super) fn report_stray(&self, id: TopicId) {
        self.home.report(RecoveryReport {
            path: self.directory(),
            bytes_cut: 0,
            why: format!("belongs to topic id {id}: set aside as stray"),
        });
    }

    /// Renames the partition's directory; answers the new path. That it is durable is another step.
    pub(super) fn rename_directory(
        &self,
        directory: &Path,
        unique: &[u8; 16],
        suffix: &str,
    ) -> Result<PathBuf, StorageError> {
        let name = names::directory_name(&self.topic, self.id.index);
        let to = self.home.path().join(names::renamed_directory(&name, unique, suffix));
        let disk = self.home.disk();
        disk.rename(directory, &to).map_err(|error| StorageError::io("rename", directory, error))?;
        Ok(to)
    }
}

impl Loading<'_> {
    fn disk(&self) -> &dyn Disk {
        self.log.home.disk()
    }

    fn open_segments(&mut self) -> Result<(), StorageError> {
        let bases = self.bases()?;
        let found = self.found;
        for (index, base) in bases.iter().enumerate() {
            let next_base = bases.get(index + 1).copied();
            // A segment that ends at the recovery point is synced whole.
            let synced = found.clean || next_base.is_some_and(|next_base| next_base <= found.recovery_point);
            let opened = if synced && self.trusts && self.lost_in(*base, next_base).next().is_none() {
                Segment::open(&self.log.home.files, &self.directory, *base)?
            } else {
                None
            };
            if let Some(segment) = opened {
                self.segments.push(Arc::new(segment));
                self.shape = None;
                continue;
            }
            let cut = self.rebuild(*base, next_base, synced)?;
            // What was not synced may be gone without a trace: a file that is shorter than it was.
            let gap = !synced && next_base.is_some_and(|next_base| self.producers_at != Some(next_base));
            if cut || gap {
                return self.drop_from(bases.get(index + 1..).unwrap_or_default());
            }
        }
        Ok(())
    }

    /// What is known to be lost of a segment.
    fn lost_in(&self, base: Offset, next_base: Option<Offset>) -> impl Iterator<Item = &Range<Offset>> {
        let until = next_base.unwrap_or(UNKNOWN_END);
        self.lost.iter().filter(move |lost| lost.start >= base && lost.start < until)
    }

    /// Base offsets of the segments, ascending. Indexes and snapshots of segments that are gone are removed.
    fn bases(&self) -> Result<Vec<Offset>, StorageError> {
        let entries = list(self.disk(), &self.directory)?;
        let files: Vec<_> = entries.iter().filter_map(|name| Some((name, names::parse(name)?))).collect();
        let mut bases: Vec<Offset> =
            files.iter().filter(|(_, file)| file.kind == Kind::Data).map(|(_, file)| file.offset).collect();
        bases.sort_unstable();
        for (name, file) in files {
            let has_data = bases.binary_search(&file.offset).is_ok();
            if !has_data && !matches!(file.kind, Kind::Data | Kind::Snapshot | Kind::Retries) {
                remove(self.disk(), &self.directory.join(name))?;
            }
        }
        Ok(bases)
    }

    /// Reads a whole segment and builds its indexes; true when it was cut.
    fn rebuild(
        &mut self,
        base: Offset,
        next_base: Option<Offset>,
        synced: bool,
    ) -> Result<bool, StorageError> {
        self.producers_to(base)?;
        let epochs = self.epochs.clone();
        let is_suspect = synced || self.lost_in(base, next_base).next().is_some();
        let read = if is_suspect { None } else { Some(self.read_whole(base, None)) };
        let rebuilt = match read {
            Some(Err(StorageError::Corrupt { .. })) | None => {
                // What a damaged header said may be in them.
                self.epochs = epochs;
                self.producers_at = self.producers_at.filter(|_| is_suspect);
                self.producers_to(base)?;
                let survey = self.survey(base, self.durable(next_base, synced))?;
                self.read_whole(base, Some(&survey))?
            }
            Some(read) => read?,
        };
        let segment = rebuilt.segment;
        let size = Position(segment.size());
        for lost in self.lost_in(base, next_base).filter(|lost| lost.end != UNKNOWN_END) {
            if !segment
                .holes()
                .iter()
                .any(|hole| hole.offsets.end > lost.start && hole.offsets.start < lost.end)
            {
                let before = segment.first_from(lost.start, size)?.map_or(size, |behind| behind.position);
                let why = "what lay here was lost before".to_owned();
                segment.miss(Hole { bytes: before.0..before.0, offsets: lost.clone(), why });
            }
        }
        self.producers_at = Some(segment.next_offset()?);
        self.shape = Some(rebuilt.shape);
        self.log.home.add_scanned(segment.size());
        if rebuilt.bytes_cut > 0 {
            let why = rebuilt.bad.unwrap_or_default();
            let path = segment.data().path();
            self.log.home.report(RecoveryReport { path, bytes_cut: rebuilt.bytes_cut, why });
        }
        self.segments.push(Arc::new(segment));
        Ok(rebuilt.bytes_cut > 0)
    }

    /// Up to where a segment has to be good.
    fn durable(&self, next_base: Option<Offset>, synced: bool) -> Durable {
        let known = self.found.recovery_point;
        let lost = self.lost.iter().map(|lost| lost.end).filter(|end| *end != UNKNOWN_END).max();
        // After a clean stop the log ends at its recovery point; one of 0 may be that of a lost checkpoint.
        let log_end = Some(known).filter(|known| self.found.clean && known.0 > 0);
        Durable {
            below: if synced { UNKNOWN_END } else { lost.map_or(known, |lost| known.max(lost)) },
            next_base: next_base.or(log_end),
        }
    }

    fn survey(&self, base: Offset, durable: Durable) -> Result<Survey, StorageError> {
        let path = names::file_path(&self.directory, base, Kind::Data);
        let file = io::File::open(self.disk(), &path, io::OpenMode::Read)?;
        survey(&file, Position(0), Position(file.size()?), base, durable, &mut |_, _| Ok(()))
    }

    /// Reads a whole segment and builds its indexes. Where no survey says what is good, damage is an error.
    fn read_whole(&mut self, base: Offset, survey: Option<&Survey>) -> Result<Rebuilt, StorageError> {
        let (producers, epochs) = (&mut self.producers, &mut self.epochs);
        let indexes = (self.config.segment_index_bytes, self.config.index_interval_bytes);
        let files = &self.log.home.files;
        let mut visit = |batch: &BatchView<'_>| {
            epochs.assign(batch.header().leader_epoch, batch.header().base_offset);
            Ok(apply(producers, batch))
        };
        let known = survey.map_or(Known::SyncedTo(self.found.recovery_point), Known::Surveyed);
        Segment::rebuild(files, &self.directory, base, known, indexes, self.now, &mut visit)
    }

    /// Removes the segments behind a cut or a gap.
    fn drop_from(&self, bases: &[Offset]) -> Result<(), StorageError> {
        for base in bases.iter().rev() {
            let data = names::file_path(&self.directory, *base, Kind::Data);
            let bytes_cut = self.disk().file_len(&data).ok().flatten().unwrap_or(0);
            for kind in Kind::ALL {
                remove(self.disk(), &names::file_path(&self.directory, *base, kind))?;
            }
            let why = "follows a segment whose end is missing".to_owned();
            self.log.home.report(RecoveryReport { path: data, bytes_cut, why });
        }
        // They must not come back beside those that take their place.
        let synced = self.disk().sync_dir(&self.directory);
        synced.map_err(|error| StorageError::io("sync", &self.directory, error))
    }

    /// Brings the producers to `to`: from where they are, or from the newest snapshot below it.
    fn producers_to(&mut self, to: Offset) -> Result<(), StorageError> {
        if self.producers_at == Some(to) {
            return Ok(());
        }
        self.producers.clear();
        let from = self.restore_snapshot(to)?;
        for segment in &self.segments.clone() {
            if segment.base() >= to {
                break;
            }
            self.producers_through(segment, from, to)?;
        }
        self.producers_at = Some(to);
        Ok(())
    }

    /// Brings the producers through what of a segment lies between `from` and `to`.
    fn producers_through(&mut self, segment: &Segment, from: Offset, to: Offset) -> Result<(), StorageError> {
        let size = Position(segment.size());
        let Some(first) = segment.first_from(from.max(segment.base()), size)? else {
            return Ok(());
        };
        let producers = &mut self.producers;
        let durable = Durable { below: UNKNOWN_END, next_base: None };
        let file = segment.data().file()?;
        let read = survey(&file, first.position, size, segment.base(), durable, &mut |_, batch| {
            let header = batch.header();
            if header.next_offset() > from && header.base_offset < to {
                apply(producers, batch);
            }
            Ok(())
        })?;
        if let Some(hole) = read.holes.first().filter(|_| segment.holes().is_empty()) {
            return Err(hole.error(&segment.data().path()));
        }
        self.log.home.add_scanned(size.0 - first.position.0);
        Ok(())
    }

    /// Loads the newest snapshot at or below `to` that can be read; answers its offset. Others above it go, they
    /// are of a log that was longer.
    fn restore_snapshot(&mut self, to: Offset) -> Result<Offset, StorageError> {
        let mut snapshots = self.snapshots()?;
        while let Some(at) = snapshots.pop() {
            let path = names::file_path(&self.directory, at, Kind::Snapshot);
            let bytes = checkpoint::read_file(self.disk(), &path)?.unwrap_or_default();
            let usable = at <= to && at >= self.log_start;
            match snapshot::decode(&path, &bytes) {
                Ok(producers) if usable => {
                    let expiration_ms = self.found.producer_expiration_ms;
                    let mut older = self.older_batches(at)?;
                    for (id, mut producer) in producers {
                        for batch in older.remove(&id).unwrap_or_default().into_iter().rev() {
                            producer.batches.push_front(batch);
                        }
                        if !producer.is_expired(self.now, expiration_ms) {
                            self.producers.restore(id, producer);
                        }
                    }
                    return Ok(at);
                }
                Ok(_) => {}
                Err(error) => {
                    remove(self.disk(), &path)?;
                    self.log.home.report(RecoveryReport { path, bytes_cut: 0, why: error.to_string() });
                }
            }
        }
        Ok(self.log_start)
    }

    /// What the snapshot at `at` has no room for; without it, or damaged, that is forgotten.
    fn older_batches(&self, at: Offset) -> Result<HashMap<ProducerId, Vec<AppendedBatch>>, StorageError> {
        let path = names::file_path(&self.directory, at, Kind::Retries);
        let Some(bytes) = checkpoint::read_file(self.disk(), &path)? else {
            return Ok(HashMap::new());
        };
        let decoded = retries::decode(&path, &bytes).or_else(|error| {
            remove(self.disk(), &path)?;
            self.log.home.report(RecoveryReport { path, bytes_cut: 0, why: error.to_string() });
            Ok(Vec::new())
        });
        decoded.map(|older| older.into_iter().collect())
    }

    /// Offsets of the snapshots, ascending.
    fn snapshots(&self) -> Result<Vec<Offset>, StorageError> {
        self.offsets_of(Kind::Snapshot)
    }

    fn offsets_of(&self, kind: Kind) -> Result<Vec<Offset>, StorageError> {
        let entries = list(self.disk(), &self.directory)?;
        let files = entries.iter().filter_map(|name| names::parse(name));
        let mut offsets: Vec<Offset> =
            files.filter(|file| file.kind == kind).map(|file| file.offset).collect();
        offsets.sort_unstable();
        Ok(offsets)
    }

    fn finish(&mut self) -> Result<State, StorageError> {
        let mut log_end = match self.segments.last() {
            Some(last) => last.next_offset()?,
            None => self.log_start,
        };
        if log_end < self.log_start {
            // Segments were removed from outside: the log goes on where it began.
            let bases: Vec<Offset> = self.segments.drain(..).map(|segment| segment.base()).collect();
            self.drop_from(&bases)?;
            self.shape = None;
            self.producers_at = None;
            log_end = self.log_start;
        }
        let first = self.segments.first().map_or(log_end, |first| first.base());
        let log_start = self.log_start.max(first);
        self.epochs.truncate_end(log_end);
        self.epochs.truncate_start(log_start);
        self.producers_to(log_end)?;
        self.forget_snapshots(log_end)?;
        let shape = match (self.shape, self.segments.last()) {
            (Some(shape), Some(_)) => shape,
            (None, Some(last)) => last.shape(self.now)?,
            (_, None) => Shape::empty(log_end, self.now),
        };
        let found = self.found;
        let recovery_point = if found.clean { log_end } else { found.recovery_point };
        let offsets = Offsets::recovered(log_start, recovery_point, log_end);
        let mut producers = std::mem::take(&mut self.producers);
        producers.replicated(log_end);
        let epochs = std::mem::take(&mut self.epochs);
        let has_segment = !self.segments.is_empty();
        let mut state = State::recovered(offsets, shape, has_segment, producers, epochs);
        state.end_is_lost = self.end_is_lost();
        Ok(state)
    }

    /// Whether records behind the last segment may be lost: that is known, or damage reaches the end of a log that was
    /// closed, and no checkpoint says where it ended.
    fn end_is_lost(&self) -> bool {
        let reaches_end =
            |last: &Arc<Segment>| last.holes().last().is_some_and(|hole| hole.bytes.end == last.size());
        let is_unsaid = self.found.clean && self.found.recovery_point.0 == 0;
        self.lost.iter().any(|lost| lost.end == UNKNOWN_END)
            || (is_unsaid && self.segments.last().is_some_and(reaches_end))
    }

    /// Removes snapshots that belong to no segment, but the newest, and those above the log end.
    fn forget_snapshots(&self, log_end: Offset) -> Result<(), StorageError> {
        let snapshots = self.snapshots()?;
        let newest = snapshots.iter().rev().find(|at| **at <= log_end);
        let stays = |at: &Offset| {
            let of_segment = self.segments.iter().any(|segment| segment.base() == *at);
            *at <= log_end && (of_segment || Some(at) == newest)
        };
        for kind in [Kind::Snapshot, Kind::Retries] {
            for at in self.offsets_of(kind)?.iter().filter(|at| !stays(at)) {
                remove(self.disk(), &names::file_path(&self.directory, *at, kind))?;
            }
        }
        Ok(())
    }
}

fn apply(producers: &mut Producers, batch: &BatchView<'_>) -> Option<AbortedEntry> {
    let header = batch.header();
    let marker = if header.attributes.is_control() { EndMarker::parse(batch) } else { None };
    producers.apply(header, marker.as_ref())
}
