//! Opening the directory of a log.
//!
//! 1. A directory of another topic id is set aside as `-stray`.
//! 2. Leftovers: `.deleted` and `.cleaned` go, `.swap` of an unfinished compaction replaces what it was made from.
//! 3. Segments that end below the recovery point, or all after a clean stop, are opened as they are. Where an index
//!    is missing or wrong it is rebuilt; a bad batch there is damage: a hole that is not served, and nothing is cut.
//! 4. The others are read batch by batch from the recovery point on. The first bad batch is taken for a torn tail:
//!    the file is cut there and later segments go. The write-ahead log brings back what was acknowledged of it. A bad
//!    batch that begins below the recovery point is damage, as in 3.
//! 5. Holes that are new are written down (`damage.rs`); segments of which holes are known are read whole again.
//! 6. Producers come from a snapshot and the headers of the batches behind it (`restore.rs`), epochs from their file and
//!    from step 4.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::damage::UNKNOWN_END;
use super::epochs::Epochs;
use super::error::LogError;
use super::leftovers::{clear_leftovers, remove};
use super::offsets::Offsets;
use super::producers::Producers;
use super::state::{Phase, State};
use super::{Log, LogConfig, checkpoint};
use crate::base::error::StorageError;
use crate::base::types::{Offset, Position, Timestamp, TopicId};
use crate::batch::BatchView;
use crate::io::{self, Access, Disk};
use crate::segment::damage::{Durable, Survey, survey};
use crate::segment::recover::{Known, Rebuilt};
use crate::segment::{Hole, Kind, Segment, Shape, names};

/// What a data directory knew of a log before it was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// The directory was closed: its files are what they should be.
    pub clean: bool,
    /// Below it everything was synced.
    pub recovery_point: Offset,
    /// First offset, where it is not the first segment's.
    pub log_start: Offset,
    /// High watermark; no log starts above it.
    pub high_watermark: Offset,
    /// Up to where it is compacted.
    pub cleaned_to: Option<Offset>,
    /// Where the write-ahead log has batches of it: from here on they are durable, in segments or not.
    pub replay_from: Option<Offset>,
    /// The offset behind the last batch that it has.
    pub replay_to: Option<Offset>,
    /// The write-ahead log may have had batches behind the last that it has, and lost them.
    pub may_lack_end: bool,
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

/// Segments as they come together, and what follows from them.
pub(super) struct Loading<'l> {
    pub(super) log: &'l Log,
    pub(super) found: Found,
    pub(super) directory: PathBuf,
    /// Names of its files when it was opened.
    pub(super) files: Vec<String>,
    config: Arc<LogConfig>,
    pub(super) now: Timestamp,
    pub(super) log_start: Offset,
    pub(super) segments: Vec<Arc<Segment>>,
    pub(super) epochs: Epochs,
    shape: Option<Shape>,
    /// The transaction indexes lack what was aborted from here on.
    pub(super) aborted_below: Offset,
    /// Transactions were seen behind the recovery point.
    pub(super) transactional: bool,
    /// Whether a segment that was synced whole is opened as it is.
    trusts: bool,
    /// What is known to be lost.
    lost: Vec<Range<Offset>>,
}

impl Log {
    /// Opens the log; called once, under the lock of the phase, but where there was no room for it.
    pub(super) fn open_now(&self) -> Result<Phase, LogError> {
        self.home.in_service()?;
        match self.home.in_reserve(|| self.load(self.found)) {
            Ok(state) => Ok(Phase::Open(Box::new(state))),
            Err(error) if !self.is_replayed() && error.is_no_space() => Err(self.met(&error)),
            Err(error) => {
                // What the write-ahead log has of it must stay there, and what a sync did not make durable is not believed.
                if error.is_of_a_sync() || self.is_replayed() && matches!(error, StorageError::Io { .. }) {
                    self.home.fail(&error);
                }
                let why = error.to_string();
                self.home.report(RecoveryReport { path: self.directory(), bytes_cut: 0, why });
                Ok(Phase::Ended(error.into()))
            }
        }
    }

    /// Whether the write-ahead log has something of it.
    fn is_replayed(&self) -> bool {
        self.found.replay_from.is_some()
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
            let mut state = State::recovered(offsets, shape, false, Producers::default(), Epochs::default());
            state.end_is_lost = self.lacks_end(&self.home.losses_of(&self.id));
            self.report_losses(&state);
            self.note_losses(&state)?;
            return Ok(state);
        }
        let files = clear_leftovers(disk, &directory)?;
        let epochs = Epochs::restored(checkpoint::read_epochs(disk, &directory).unwrap_or_default());
        let mut loading = Loading {
            log: self,
            found,
            directory,
            files,
            config: self.config(),
            now: self.home.now(),
            log_start,
            segments: Vec::new(),
            epochs,
            shape: None,
            aborted_below: UNKNOWN_END,
            transactional: false,
            trusts,
            lost: self.home.losses_of(&self.id),
        };
        loading.open_segments()?;
        let mut state = loading.finish()?;
        self.segments.write().append(&mut loading.segments);
        self.report_losses(&state);
        if found.replay_from.is_none() && state.offsets.log_end() < found.recovery_point {
            self.miss_end(&mut state, found.recovery_point)?;
        }
        self.note_losses(&state)?;
        if !found.clean {
            self.secure(&mut state, found.replay_from.unwrap_or(UNKNOWN_END))?;
        }
        Ok(state)
    }

    /// Whether records behind the log's end may be lost, so that nothing may take their offsets. Of a log of which the
    /// write-ahead log has something that is known behind it.
    fn lacks_end(&self, lost: &[Range<Offset>]) -> bool {
        let is_doubtful = self.found.may_lack_end && !self.is_replayed();
        is_doubtful || lost.iter().any(|lost| lost.end == UNKNOWN_END)
    }

    /// Makes durable what neither a sync nor the write-ahead log has made so, if the log is one that does: nothing is
    /// served that a power failure could take. The rest is for the next checkpoint.
    fn secure(&self, state: &mut State, replay_from: Offset) -> Result<(), StorageError> {
        let (recovery_point, log_end) = (state.offsets.recovery_point(), state.offsets.log_end());
        if recovery_point >= log_end {
            return Ok(());
        }
        if recovery_point < replay_from {
            if self.config().is_durable() {
                Self::sync_each(&self.segments.read(), recovery_point, Segment::sync)?;
                self.sync_directory()?;
                state.offsets.advance_recovery_point(log_end);
                return Ok(());
            }
            state.relaxed_end = log_end.min(replay_from);
        }
        state.uncheckpointed = true;
        self.home.list_uncheckpointed(self);
        Ok(())
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
    pub(super) fn disk(&self) -> &dyn Disk {
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
            let (end, cut) = self.recover(*base, next_base, synced)?;
            // What was not synced may be gone without a trace: a file that is shorter than it was.
            let gap = !synced && next_base.is_some_and(|next_base| next_base != end);
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
        let files = self.files.iter().filter_map(|name| Some((name, names::parse(name)?)));
        let files: Vec<_> = files.collect();
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

    /// Reads what may not be durable of a segment, or all of it when something is wrong with it; answers the offset
    /// behind it, and whether it was cut.
    fn recover(
        &mut self,
        base: Offset,
        next_base: Option<Offset>,
        synced: bool,
    ) -> Result<(Offset, bool), StorageError> {
        let is_suspect = synced || self.lost_in(base, next_base).next().is_some();
        let epochs = self.epochs.clone();
        let read = if is_suspect { None } else { Some(self.read(base, next_base)) };
        let rebuilt = match read {
            None | Some(Err(StorageError::Corrupt { .. })) => {
                // What a damaged header said may be in them.
                self.epochs = epochs;
                let survey = self.survey(base, &self.durable(next_base, synced))?;
                self.read_whole(base, Known::Surveyed(&survey))?
            }
            Some(read) => read?,
        };
        self.aborted_below = self.aborted_below.min(rebuilt.aborted_below);
        self.log.home.add_scanned(rebuilt.bytes_read);
        let segment = rebuilt.segment;
        let size = Position(segment.size());
        for lost in self.lost_in(base, next_base).filter(|lost| lost.end != UNKNOWN_END) {
            if !segment
                .holes()
                .iter()
                .any(|hole| hole.offsets.end > lost.start && hole.offsets.start < lost.end)
            {
                let before = segment
                    .first_from(lost.start, size, Access::Waiting)?
                    .map_or(size, |behind| behind.position);
                let why = "what lay here was lost before".to_owned();
                segment.miss(Hole { bytes: before.0..before.0, offsets: lost.clone(), why });
            }
        }
        let end = segment.next_offset()?;
        self.shape = Some(rebuilt.shape);
        if rebuilt.bytes_cut > 0 {
            let why = rebuilt.bad.unwrap_or_default();
            let path = segment.data().path();
            self.log.home.report(RecoveryReport { path, bytes_cut: rebuilt.bytes_cut, why });
        }
        self.segments.push(Arc::new(segment));
        Ok((end, rebuilt.bytes_cut > 0))
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
            held: if synced || next_base.is_some() { Offset(0)..Offset(0) } else { self.held() },
        }
    }

    /// What the log had at its end. Compaction and repairs leave gaps in sealed segments alone.
    fn held(&self) -> Range<Offset> {
        let found = self.found;
        let synced = found.recovery_point;
        let end = found.replay_to.map_or(synced, |end| end.max(synced));
        let start = found.replay_from.unwrap_or(synced).min(synced.plus(-1));
        // What is known to be lost leaves one, too.
        self.lost.iter().map(|lost| lost.end).fold(start, Offset::max)..end
    }

    fn survey(&self, base: Offset, durable: &Durable) -> Result<Survey, StorageError> {
        let path = names::file_path(&self.directory, base, Kind::Data);
        let file = io::File::open(self.disk(), &path, io::OpenMode::Read)?;
        survey(&file, Position(0), Position(file.size()?), base, durable, &mut |_, _| Ok(()))
    }

    /// Reads a segment from the recovery point on; whole, where its indexes are of no use. Damage is an error.
    fn read(&mut self, base: Offset, next_base: Option<Offset>) -> Result<Rebuilt, StorageError> {
        let durable = Durable { below: self.found.recovery_point, ..self.durable(next_base, false) };
        let interval = self.config.index_interval_bytes;
        let mut visit = visitor(&mut self.epochs, &mut self.transactional);
        let files = &self.log.home.files;
        let resumed =
            Segment::resume_below(files, &self.directory, base, &durable, interval, self.now, &mut visit)?;
        drop(visit);
        resumed.map_or_else(|| self.read_whole(base, Known::Durable(&durable)), Ok)
    }

    fn read_whole(&mut self, base: Offset, known: Known<'_>) -> Result<Rebuilt, StorageError> {
        let interval = self.config.index_interval_bytes;
        let mut visit = visitor(&mut self.epochs, &mut self.transactional);
        let files = &self.log.home.files;
        Segment::rebuild(files, &self.directory, base, known, interval, self.now, &mut visit)
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

    fn finish(&mut self) -> Result<State, StorageError> {
        let mut log_end = match self.segments.last() {
            Some(last) => last.next_offset()?,
            None => self.log_start,
        };
        let known = self.found.recovery_point;
        if self.found.clean && self.trusts && known.0 > 0 && log_end > known {
            let why = format!("the log ends at {log_end}, and was closed at {known}");
            return Err(StorageError::corrupt(self.directory.clone(), 0, why));
        }
        if log_end < self.log_start && self.log_start > self.found.high_watermark {
            let why =
                format!("offset {} is no log start: the checkpoints contradict each other", self.log_start);
            self.log.home.report(RecoveryReport { path: self.directory.clone(), bytes_cut: 0, why });
            self.log_start = Offset(0);
        }
        if log_end < self.log_start {
            // Segments were removed from outside: the log goes on where it began.
            let bases: Vec<Offset> = self.segments.drain(..).map(|segment| segment.base()).collect();
            self.drop_from(&bases)?;
            self.shape = None;
            log_end = self.log_start;
        }
        let first = self.segments.first().map_or(log_end, |first| first.base());
        let log_start = self.log_start.max(first);
        if self.epochs.latest().is_none() {
            self.restore_epochs()?;
        }
        self.epochs.truncate_end(log_end);
        self.epochs.truncate_start(log_start);
        let mut producers = self.restore_producers(log_end)?;
        self.forget_snapshots(log_end)?;
        let shape = match (self.shape, self.segments.last()) {
            (Some(shape), Some(_)) => shape,
            (None, Some(last)) => last.shape(self.now)?,
            (_, None) => Shape::empty(log_end, self.now),
        };
        let found = self.found;
        let recovery_point = if found.clean { log_end } else { found.recovery_point };
        let offsets = Offsets::recovered(log_start, recovery_point, log_end);
        producers.replicated(log_end);
        let epochs = std::mem::take(&mut self.epochs);
        let has_segment = !self.segments.is_empty();
        let mut state = State::recovered(offsets, shape, has_segment, producers, epochs);
        state.cleaned_to = self.found.cleaned_to;
        state.end_is_lost = self.end_is_lost();
        Ok(state)
    }

    /// Whether records behind the last segment may be lost: that is known, or damage reaches the end of a log that was
    /// closed, and no checkpoint says where it ended.
    fn end_is_lost(&self) -> bool {
        let reaches_end =
            |last: &Arc<Segment>| last.holes().last().is_some_and(|hole| hole.bytes.end == last.size());
        let is_unsaid = self.found.clean && self.found.recovery_point.0 == 0;
        self.log.lacks_end(&self.lost) || (is_unsaid && self.segments.last().is_some_and(reaches_end))
    }
}

/// Takes in what a batch says of its log.
fn visitor<'v>(epochs: &'v mut Epochs, transactional: &'v mut bool) -> impl FnMut(&BatchView<'_>) + use<'v> {
    |batch| {
        let header = batch.header();
        epochs.assign(header.leader_epoch, header.base_offset);
        *transactional |= header.attributes.is_transactional() || header.attributes.is_control();
    }
}
