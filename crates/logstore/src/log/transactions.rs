//! Open transactions and the last stable offset.
//!
//! A transaction is *open* from its first batch to its marker, and *decided* until the high watermark has passed
//! the marker. Readers of committed transactions stop at the first offset of the oldest one in either state.

use std::collections::BTreeMap;

use crate::base::bytes::be;
use crate::base::types::{Offset, ProducerId};
use crate::batch::BatchView;
use crate::segment::AbortedEntry;

/// A marker as it lies in a control batch (`protocol.md` 2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct EndMarker {
    pub(super) abort: bool,
    pub(super) coordinator_epoch: i32,
}

const ABORT: i16 = 0;
const COMMIT: i16 = 1;

impl EndMarker {
    /// The marker in a control batch; `None` for other control records and for batches that were compacted empty.
    pub(super) fn parse(batch: &BatchView<'_>) -> Option<Self> {
        let records = batch.records().ok()?;
        let record = records.iter().next()?.ok()?;
        let kind = be::get_i16(record.key?, 2)?;
        let coordinator_epoch = be::get_i32(record.value?, 2)?;
        [ABORT, COMMIT].contains(&kind).then_some(Self { abort: kind == ABORT, coordinator_epoch })
    }
}

/// The transactions of one log.
#[derive(Debug, Default)]
pub(super) struct Transactions {
    /// First offset to producer.
    open: BTreeMap<Offset, ProducerId>,
    /// First offset to the marker's offset.
    decided: BTreeMap<Offset, Offset>,
}

impl Transactions {
    pub(super) fn begin(&mut self, first: Offset, producer: ProducerId) {
        self.open.insert(first, producer);
    }

    /// Ends the transaction that began at `first`; answers its index entry when it was aborted.
    pub(super) fn end(
        &mut self,
        first: Offset,
        producer_id: ProducerId,
        marker_at: Offset,
        abort: bool,
    ) -> Option<AbortedEntry> {
        self.open.remove(&first);
        self.decided.insert(first, marker_at);
        let last_stable = self.open.keys().next().copied().unwrap_or(marker_at.plus(1));
        let entry = AbortedEntry { producer_id, first_offset: first, last_offset: marker_at, last_stable };
        abort.then_some(entry)
    }

    /// The high watermark moved: transactions whose marker it passed are done.
    pub(super) fn replicated(&mut self, high_watermark: Offset) {
        self.decided.retain(|_, marker_at| *marker_at >= high_watermark);
    }

    /// Where readers of committed transactions stop, unless the high watermark comes first.
    pub(super) fn first_unstable(&self) -> Option<Offset> {
        let open = self.open.keys().next();
        let decided = self.decided.keys().next();
        open.into_iter().chain(decided).min().copied()
    }
}
