//! Producers of one log: what they may append next, what they appended last.
//!
//! Per producer the last five batches are kept: a batch that repeats one of them is answered with the original's
//! offsets. State is rebuilt from the newest snapshot and the batches behind it.

use std::collections::VecDeque;

use hashbrown::HashMap;

use super::error::AppendError;
use super::transactions::{EndMarker, Transactions};
use super::types::{Origin, ProducerState};
use crate::base::limits::PRODUCER_BATCHES_MAX;
use crate::base::types::{Offset, ProducerEpoch, ProducerId, Sequence, Timestamp};
use crate::batch::BatchHeader;
use crate::segment::AbortedEntry;

/// No coordinator has ended a transaction of the producer.
pub(super) const NO_COORDINATOR_EPOCH: i32 = -1;
const NO_EPOCH: ProducerEpoch = ProducerEpoch(-1);
const NO_SEQUENCE: Sequence = Sequence(-1);

/// A batch that was appended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct AppendedBatch {
    pub(super) last_sequence: Sequence,
    pub(super) last_offset: Offset,
    /// Offsets in it, less one.
    pub(super) offset_delta: i32,
    pub(super) timestamp: Timestamp,
}

impl AppendedBatch {
    pub(super) fn first_offset(&self) -> Offset {
        self.last_offset.plus(-i64::from(self.offset_delta))
    }

    fn first_sequence(&self) -> Sequence {
        let unwrapped = i64::from(self.last_sequence.0) - i64::from(self.offset_delta);
        // Sequences wrap from 2^31-1 to 0.
        Sequence((unwrapped & i64::from(i32::MAX)) as i32)
    }

    fn repeats(&self, header: &BatchHeader) -> bool {
        self.last_sequence == header.last_sequence() && self.first_sequence() == header.base_sequence
    }
}

/// What is known of one producer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Producer {
    pub(super) epoch: ProducerEpoch,
    pub(super) coordinator_epoch: i32,
    pub(super) last_timestamp: Timestamp,
    /// The newest last.
    pub(super) batches: VecDeque<AppendedBatch>,
    pub(super) transaction_start: Option<Offset>,
}

impl Producer {
    fn unknown() -> Self {
        Self {
            epoch: NO_EPOCH,
            coordinator_epoch: NO_COORDINATOR_EPOCH,
            last_timestamp: Timestamp::NONE,
            batches: VecDeque::new(),
            transaction_start: None,
        }
    }

    pub(super) fn last_sequence(&self) -> Sequence {
        self.batches.back().map_or(NO_SEQUENCE, |batch| batch.last_sequence)
    }

    fn enter_epoch(&mut self, epoch: ProducerEpoch) {
        if self.epoch != epoch {
            self.batches.clear();
            self.epoch = epoch;
        }
    }
}

/// What to do with a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Append,
    Duplicate(AppendedBatch),
}

/// The producers of one log and their transactions.
#[derive(Debug, Default)]
pub(super) struct Producers {
    known: HashMap<ProducerId, Producer>,
    transactions: Transactions,
}

impl Producers {
    /// Whether a batch may be appended: `protocol.md` section 3, rows 10 to 13.
    pub(super) fn check(
        &self,
        header: &BatchHeader,
        marker: Option<&EndMarker>,
        origin: Origin,
    ) -> Result<Verdict, AppendError> {
        let producer_id = header.producer_id;
        let Some(known) = self.known.get(&producer_id).filter(|_| header.has_producer()) else {
            // State may have expired or its records may be deleted: any sequence starts anew.
            return Ok(Verdict::Append);
        };
        let same_epoch = origin == Origin::Client && known.epoch == header.producer_epoch;
        let repeated = known.batches.iter().find(|batch| batch.repeats(header));
        if let Some(original) = repeated.filter(|_| same_epoch) {
            return Ok(Verdict::Duplicate(*original));
        }
        if header.producer_epoch < known.epoch {
            let (given, current) = (header.producer_epoch, known.epoch);
            return Err(AppendError::InvalidProducerEpoch { producer_id, given, current });
        }
        if let Some(marker) = marker {
            let (given, current) = (marker.coordinator_epoch, known.coordinator_epoch);
            if given < current {
                return Err(AppendError::TransactionCoordinatorFenced { producer_id, given, current });
            }
            return Ok(Verdict::Append);
        }
        if origin == Origin::Client {
            check_sequence(known, header)?;
        }
        if known.transaction_start.is_some() && !header.attributes.is_transactional() {
            return Err(AppendError::InvalidTxnState { producer_id });
        }
        Ok(Verdict::Append)
    }

    /// Takes in a batch that is in the log, at the offsets in its header. Answers the transaction that it aborted.
    pub(super) fn apply(&mut self, header: &BatchHeader, marker: Option<&EndMarker>) -> Option<AbortedEntry> {
        if !header.has_producer() || (header.attributes.is_control() && marker.is_none()) {
            return None;
        }
        let known = self.known.entry(header.producer_id).or_insert_with(Producer::unknown);
        known.enter_epoch(header.producer_epoch);
        known.last_timestamp = header.max_timestamp;
        if let Some(marker) = marker {
            known.coordinator_epoch = marker.coordinator_epoch;
            let first = known.transaction_start.take()?;
            return self.transactions.end(first, header.producer_id, header.base_offset, marker.abort);
        }
        if known.batches.len() == PRODUCER_BATCHES_MAX {
            known.batches.pop_front();
        }
        known.batches.push_back(AppendedBatch {
            last_sequence: header.last_sequence(),
            last_offset: header.last_offset(),
            offset_delta: header.last_offset_delta,
            timestamp: header.max_timestamp,
        });
        if header.attributes.is_transactional() && known.transaction_start.is_none() {
            known.transaction_start = Some(header.base_offset);
            self.transactions.begin(header.base_offset, header.producer_id);
        }
        None
    }

    /// Adds a producer from a snapshot.
    pub(super) fn restore(&mut self, id: ProducerId, producer: Producer) {
        if let Some(first) = producer.transaction_start {
            self.transactions.begin(first, id);
        }
        self.known.insert(id, producer);
    }

    pub(super) fn iter(&self) -> impl ExactSizeIterator<Item = (&ProducerId, &Producer)> {
        self.known.iter()
    }

    pub(super) fn len(&self) -> usize {
        self.known.len()
    }

    #[cfg(test)]
    fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    pub(super) fn replicated(&mut self, high_watermark: Offset) {
        self.transactions.replicated(high_watermark);
    }

    pub(super) fn first_unstable(&self) -> Option<Offset> {
        self.transactions.first_unstable()
    }

    /// Forgets producers that were idle for so long, unless a transaction of theirs is open.
    pub(super) fn expire(&mut self, now: Timestamp, expiration_ms: i64) {
        self.known.retain(|_, producer| !producer.is_expired(now, expiration_ms));
    }

    pub(super) fn describe(&self) -> Vec<ProducerState> {
        let state = |(id, producer): (&ProducerId, &Producer)| ProducerState {
            producer_id: *id,
            producer_epoch: producer.epoch,
            last_sequence: producer.last_sequence(),
            last_timestamp: producer.last_timestamp,
            coordinator_epoch: producer.coordinator_epoch,
            current_transaction_start: producer.transaction_start,
        };
        self.known.iter().map(state).collect()
    }
}

impl Producer {
    pub(super) fn is_expired(&self, now: Timestamp, expiration_ms: i64) -> bool {
        self.transaction_start.is_none() && now.0.saturating_sub(self.last_timestamp.0) >= expiration_ms
    }
}

fn check_sequence(known: &Producer, header: &BatchHeader) -> Result<(), AppendError> {
    if known.epoch == NO_EPOCH {
        // Nothing continues a batch that had a producer id without an epoch.
        return Ok(());
    }
    let expected = if header.producer_epoch == known.epoch {
        match known.last_sequence() {
            Sequence(i32::MAX) => Sequence(0),
            Sequence(last) => Sequence(last + 1),
        }
    } else {
        Sequence(0)
    };
    let given = header.base_sequence;
    if given == expected {
        return Ok(());
    }
    Err(AppendError::OutOfOrderSequence { producer_id: header.producer_id, given, expected })
}

#[cfg(test)]
#[path = "producers_test.rs"]
mod tests;
