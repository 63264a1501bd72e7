//! What time, size and the log start allow to delete, and deleting it.
//!
//! Segments go from the oldest on, so that a crash leaves a contiguous suffix: log start moved, files renamed to
//! `.deleted` oldest first, directory synced; the files are removed after `file.delete.delay.ms`.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::offsets::LogOffsets;
use super::writer::Writer;
use super::{Log, LogConfig, ReadError, Wakeups};
use crate::base::error::StorageError;
use crate::base::types::{Offset, Timestamp};
use crate::io::Doomed;
use crate::segment::{Segment, names};

/// A segment as the rules see it.
#[derive(Clone, Copy, Debug)]
struct Facts {
    bytes: u64,
    largest: Timestamp,
    /// First offset that is not in it.
    end: Offset,
    is_active: bool,
}

/// How many of the oldest segments go.
fn deletable(segments: &[Facts], view: &LogOffsets, config: &LogConfig, now: Timestamp) -> usize {
    let total: u64 = segments.iter().map(|segment| segment.bytes).sum();
    let retention_bytes = u64::try_from(config.retention_bytes).ok();
    let mut excess = retention_bytes.map_or(0, |kept| total.saturating_sub(kept));
    let mut count = 0;
    for segment in segments {
        // Nothing at or above the high watermark goes, so that the log start cannot pass it; an empty active
        // segment stays.
        if segment.end > view.high_watermark || (segment.is_active && segment.bytes == 0) {
            break;
        }
        let below_start = !segment.is_active && segment.end <= view.log_start;
        let too_old = config.cleanup_delete
            && config.retention_ms >= 0
            && now.0.saturating_sub(segment.largest.0) > config.retention_ms;
        let too_much = config.cleanup_delete && retention_bytes.is_some() && excess >= segment.bytes;
        if !(below_start || too_old || too_much) {
            break;
        }
        excess = excess.saturating_sub(segment.bytes);
        count += 1;
    }
    count
}

impl Log {
    /// Moves the log start to `before`, at most the high watermark; -1 for the high watermark. Answers the log start.
    /// Segments that fell below it go with the next retention.
    pub fn delete_records(&self, before: Offset) -> Result<Offset, ReadError> {
        let mut wakeups = Wakeups::default();
        let mut state = self.opened()?;
        let view = state.view();
        let to = if before == Offset(-1) { view.high_watermark } else { before };
        if to < Offset(0) || to > view.high_watermark {
            let (log_start, log_end) = (view.log_start, view.log_end);
            return Err(ReadError::OffsetOutOfRange { asked: before, log_start, log_end });
        }
        if to > view.log_start {
            state.offsets.advance_log_start(to);
            state.epochs.truncate_start(to);
            let view = state.view();
            state.watchers.moved(&view, &mut wakeups);
        }
        let log_start = state.offsets.log_start();
        drop(state);
        wakeups.deliver();
        Ok(log_start)
    }

    /// Deletes the segments that the configuration no longer keeps. Answers the files to remove later.
    pub fn apply_retention(&self) -> Result<Vec<Doomed>, ReadError> {
        let now = self.home.now();
        let mut wakeups = Wakeups::default();
        let _maintenance = self.maintenance.lock();
        let mut writer = self.writer.lock();
        if self.going(&self.offsets()?, now).is_empty() {
            return Ok(Vec::new());
        }
        // What was pending may lie in a segment that was to go: looked at again, now that nothing is added.
        self.write_out(&mut writer, &mut wakeups);
        let gone = self.offsets().map(|view| {
            self.home.in_reserve(|| self.finish_roll(&mut writer))?;
            let going = self.going(&view, now);
            self.take_oldest(&mut writer, going, now, &mut wakeups)
        });
        drop(writer);
        wakeups.deliver();
        // What is out of the list is nobody's: the thread that writes segments need not wait while the files go.
        let gone = gone?.map_err(|error| self.met(&error))?;
        if gone.is_empty() {
            return Ok(Vec::new());
        }
        Ok(self.mark_deleted(&gone, &[]).map_err(|error| self.failed(&error))?)
    }

    fn going(&self, view: &LogOffsets, now: Timestamp) -> Vec<Arc<Segment>> {
        let segments = self.segments.read();
        let ends = segments.iter().skip(1).map(|next| Some(next.base())).chain([None]);
        let facts: Vec<Facts> = segments
            .iter()
            .zip(ends)
            .map(|(segment, end)| Facts {
                bytes: segment.size(),
                largest: segment.largest().timestamp,
                end: end.unwrap_or(view.log_end),
                is_active: end.is_none(),
            })
            .collect();
        let count = deletable(&facts, view, &self.config(), now);
        segments.get(..count).unwrap_or_default().to_vec()
    }

    /// Takes segments out of the list and moves the log start; answers those that are gone.
    fn take_oldest(
        &self,
        writer: &mut Writer,
        mut going: Vec<Arc<Segment>>,
        now: Timestamp,
        wakeups: &mut Wakeups,
    ) -> Result<Vec<Arc<Segment>>, StorageError> {
        let Ok(mut state) = self.opened() else {
            return Ok(Vec::new());
        };
        let all = going.len() == self.segments.read().len();
        if all && state.written != state.offsets.log_end() {
            // Batches are pending for the active one: next time.
            going.pop();
        }
        if going.is_empty() {
            return Ok(Vec::new());
        }
        if going.len() == self.segments.read().len() {
            // A log has at least one segment.
            let base = state.offsets.log_end();
            writer.roll = Some(state.roll(base, now));
            (state.written_base, state.written_bytes) = (base, 0);
            drop(state);
            self.home.in_reserve(|| self.finish_roll(writer))?;
            let Ok(again) = self.opened() else {
                return Ok(Vec::new());
            };
            state = again;
        }
        let first_kept = {
            let mut segments = self.segments.write();
            self.removals.fetch_add(1, Ordering::Relaxed);
            segments.drain(..going.len());
            segments.first().map(|segment| segment.base())
        };
        if let Some(first_kept) = first_kept.filter(|first_kept| *first_kept > state.offsets.log_start()) {
            state.offsets.advance_log_start(first_kept);
            state.epochs.truncate_start(first_kept);
            let view = state.view();
            state.watchers.moved(&view, wakeups);
        }
        Ok(going)
    }

    /// Renames the files of segments that are out of the list, but for those in `kept`; readers keep those that they have
    /// open.
    pub(super) fn mark_deleted(
        &self,
        gone: &[Arc<Segment>],
        kept: &[PathBuf],
    ) -> Result<Vec<Doomed>, StorageError> {
        let disk = self.home.disk();
        {
            let mut readers = self.readers_of_gone.lock();
            readers.retain(|readers| readers.strong_count() > 0);
            readers.extend(gone.iter().map(|segment| segment.readers()));
        }
        let mut renamed = Vec::new();
        for segment in gone {
            for path in segment.file_paths().filter(|path| !kept.contains(path)) {
                let to = self.name_for_deleted(&path)?;
                let rename =
                    || disk.rename(&path, &to).map_err(|error| StorageError::io("rename", &path, error));
                match self.home.in_reserve(rename) {
                    Ok(()) => renamed.push(Doomed::file(to, segment.readers(), &self.on_disk)),
                    Err(error) if error.is_not_found() => {}
                    Err(error) => return Err(error),
                }
            }
        }
        let directory = self.directory();
        disk.sync_dir(&directory).map_err(|error| StorageError::io("sync", &directory, error))?;
        Ok(renamed)
    }

    /// One that no file has: what compaction replaced may wait for its removal, or be read, when its copy is replaced.
    fn name_for_deleted(&self, path: &Path) -> Result<PathBuf, StorageError> {
        let mut name = names::with_suffix(path, names::DELETED);
        let is_taken = |name: &Path| {
            let length = self.home.disk().file_len(name);
            length.map(|length| length.is_some()).map_err(|error| StorageError::io("look for", name, error))
        };
        let mut number = 0;
        while is_taken(&name)? {
            number += 1;
            name = names::with_suffix(path, &format!(".{number}{}", names::DELETED));
        }
        Ok(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_000_000);

    fn segments(sizes: &[(u64, i64)]) -> Vec<Facts> {
        let facts = sizes.iter().enumerate().map(|(index, (bytes, age))| Facts {
            bytes: *bytes,
            largest: Timestamp(NOW.0 - age),
            end: Offset((index as i64 + 1) * 10),
            is_active: index + 1 == sizes.len(),
        });
        facts.collect()
    }

    fn count(sizes: &[(u64, i64)], high_watermark: i64, log_start: i64, config: &LogConfig) -> usize {
        let (log_start, high_watermark) = (Offset(log_start), Offset(high_watermark));
        let view =
            LogOffsets { log_start, high_watermark, last_stable: high_watermark, log_end: high_watermark };
        deletable(&segments(sizes), &view, config, NOW)
    }

    fn kept(retention_ms: i64, retention_bytes: i64) -> LogConfig {
        LogConfig { retention_ms, retention_bytes, ..LogConfig::default() }
    }

    #[test]
    fn by_time() {
        let ages = [(100, 900), (100, 500), (100, 700), (100, 10)];
        assert_eq!(count(&ages, 40, 0, &kept(800, -1)), 1);
        assert_eq!(count(&ages, 40, 0, &kept(500, -1)), 1, "500 is not more than 500");
        assert_eq!(count(&ages, 40, 0, &kept(499, -1)), 3);
        assert_eq!(count(&ages, 40, 0, &kept(5, -1)), 4, "the active one too");
        assert_eq!(count(&ages, 25, 0, &kept(5, -1)), 2, "not above the high watermark");
        assert_eq!(count(&ages, 40, 0, &kept(-1, -1)), 0);
        assert_eq!(count(&[(100, 900), (0, 900)], 20, 0, &kept(5, -1)), 1, "an empty active segment stays");
    }

    #[test]
    fn by_size() {
        let sizes = [(100, 0), (50, 0), (100, 0), (10, 0)];
        assert_eq!(count(&sizes, 40, 0, &kept(-1, 160)), 1);
        assert_eq!(count(&sizes, 40, 0, &kept(-1, 161)), 0, "what is left must still be as much as is kept");
        assert_eq!(count(&sizes, 40, 0, &kept(-1, 110)), 2);
        assert_eq!(count(&sizes, 40, 0, &kept(-1, 0)), 4);
    }

    #[test]
    fn by_log_start_whatever_the_policy() {
        let sizes = [(100, 900), (100, 900), (100, 900)];
        let config = LogConfig { cleanup_delete: false, ..kept(5, 0) };
        assert_eq!(count(&sizes, 30, 0, &config), 0);
        assert_eq!(count(&sizes, 30, 20, &config), 2);
        assert_eq!(count(&sizes, 30, 30, &config), 2, "the active one stays");
    }
}
