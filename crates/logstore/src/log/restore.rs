//! Producers of a log that is opened: those of a snapshot, and the headers of the batches behind it.
//!
//! The newest snapshot at or below the log end will do, unless transactions were seen behind the recovery point: what
//! was aborted there is missing in the transaction indexes, and is found on the way from an older one.

use std::collections::HashMap;

use super::leftovers::remove;
use super::producers::Producers;
use super::recovery::{Loading, RecoveryReport};
use super::transactions::EndMarker;
use super::{checkpoint, retries, snapshot};
use crate::base::error::StorageError;
use crate::base::limits::SNAPSHOTS_WITHIN_MAX;
use crate::base::types::{Offset, Position};
use crate::batch::BatchView;
use crate::io::Access;
use crate::segment::{AbortedEntry, BatchAt, Kind, Segment, names};

impl Loading<'_> {
    /// The producers where the log ends.
    pub(super) fn restore_producers(&self, log_end: Offset) -> Result<Producers, StorageError> {
        let newest = if self.transactional { log_end.min(self.aborted_below) } else { log_end };
        let (from, mut producers) = self.restore_snapshot(newest)?;
        let ends = self.segments.iter().skip(1).map(|next| next.base()).chain([log_end]);
        for (segment, _) in self.segments.iter().zip(ends).filter(|(_, end)| *end > from) {
            let Some(first) =
                segment.first_from(from.max(segment.base()), Position(segment.size()), Access::Waiting)?
            else {
                continue;
            };
            for batch in segment.batches_from(first.position)? {
                if let Some(aborted) = apply(&mut producers, segment, &batch?)? {
                    segment.push_aborted(&aborted)?;
                }
            }
            self.log.home.add_scanned(segment.size() - first.position.0);
        }
        Ok(producers)
    }

    /// Epochs from all batches, where their file is missing or damaged.
    pub(super) fn restore_epochs(&mut self) -> Result<(), StorageError> {
        for segment in &self.segments {
            for batch in segment.batches_from(Position(0))? {
                let header = batch?.header;
                self.epochs.assign(header.leader_epoch, header.base_offset);
            }
        }
        Ok(())
    }

    /// Loads the newest snapshot at or below `newest` that can be read; answers its offset.
    fn restore_snapshot(&self, newest: Offset) -> Result<(Offset, Producers), StorageError> {
        let usable = |at: &Offset| *at <= newest && *at >= self.log_start;
        for at in self.offsets_of(Kind::Snapshot).into_iter().rev().filter(usable) {
            let [path, beside] =
                [Kind::Snapshot, Kind::Retries].map(|kind| names::file_path(&self.directory, at, kind));
            let bytes = checkpoint::read_file(self.disk(), &path)?.unwrap_or_default();
            let retries = checkpoint::read_file(self.disk(), &beside)?;
            let older = || retries.map_or(Ok(Vec::new()), |bytes| retries::decode(&beside, &bytes));
            match snapshot::decode(&path, &bytes).and_then(|known| Ok((known, older()?))) {
                Ok((known, older)) => {
                    let mut producers = Producers::default();
                    let mut older: HashMap<_, _> = older.into_iter().collect();
                    for (id, mut producer) in known {
                        for batch in older.remove(&id).unwrap_or_default().into_iter().rev() {
                            producer.batches.push_front(batch);
                        }
                        if !producer.is_expired(self.now, self.found.producer_expiration_ms) {
                            producers.restore(id, producer);
                        }
                    }
                    return Ok((at, producers));
                }
                Err(error) => {
                    // One without the other would not know every batch that may be repeated.
                    remove(self.disk(), &path)?;
                    remove(self.disk(), &beside)?;
                    self.log.home.report(RecoveryReport { path, bytes_cut: 0, why: error.to_string() });
                }
            }
        }
        Ok((self.log_start, Producers::default()))
    }

    fn offsets_of(&self, kind: Kind) -> Vec<Offset> {
        let files = self.files.iter().filter_map(|name| names::parse(name));
        let mut offsets: Vec<Offset> =
            files.filter(|file| file.kind == kind).map(|file| file.offset).collect();
        offsets.sort_unstable();
        offsets
    }

    /// Removes snapshots that belong to no segment, but the newest, and those above the log end. The latter for good:
    /// a log that grows over them again has other producers there.
    pub(super) fn forget_snapshots(&self, log_end: Offset) -> Result<(), StorageError> {
        let snapshots = self.offsets_of(Kind::Snapshot);
        let of_segment = |at: &Offset| self.segments.iter().any(|segment| segment.base() == *at);
        let newest: Vec<Offset> =
            snapshots.iter().rev().filter(|at| **at <= log_end).take(SNAPSHOTS_WITHIN_MAX).copied().collect();
        let stays = |at: &Offset| *at <= log_end && (of_segment(at) || newest.contains(at));
        let mut cut = false;
        for kind in [Kind::Snapshot, Kind::Retries] {
            for at in self.offsets_of(kind).iter().filter(|at| !stays(at)) {
                remove(self.disk(), &names::file_path(&self.directory, *at, kind))?;
                cut |= *at > log_end;
            }
        }
        if cut {
            let synced = self.disk().sync_dir(&self.directory);
            synced.map_err(|error| StorageError::io("sync", &self.directory, error))?;
        }
        Ok(())
    }
}

/// Takes in a batch; of a control batch the marker is read, too.
fn apply(
    producers: &mut Producers,
    segment: &Segment,
    batch: &BatchAt,
) -> Result<Option<AbortedEntry>, StorageError> {
    if !batch.header.attributes.is_control() {
        return Ok(producers.apply(&batch.header, None));
    }
    let bytes = segment.read_batch(batch)?;
    let view = BatchView::parse(&bytes)
        .map_err(|error| StorageError::corrupt(segment.data().path(), batch.position.0, error.to_string()))?;
    Ok(producers.apply(view.header(), EndMarker::parse(&view).as_ref()))
}
