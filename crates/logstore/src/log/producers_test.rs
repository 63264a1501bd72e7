//! The rules of idempotent and transactional producers, row by row.

use super::*;
use crate::base::codes;
use crate::batch::build::{BatchBuilder, Marker};
use crate::batch::{Attributes, BatchView};

const ID: ProducerId = ProducerId(7);

struct Model {
    producers: Producers,
    end: i64,
}

impl Model {
    fn new() -> Self {
        Self { producers: Producers::default(), end: 0 }
    }

    /// Appends a client's batch of `count` records.
    fn append(&mut self, epoch: i16, sequence: i32, count: usize, attributes: i16) -> Result<Verdict, i16> {
        let builder = (0..count).fold(BatchBuilder::new(), |builder, _| builder.value(b"v"));
        let bytes = builder
            .producer(ID, ProducerEpoch(epoch), Sequence(sequence))
            .attributes(attributes)
            .base_offset(Offset(self.end))
            .build();
        let header = *BatchView::parse(&bytes).unwrap().header();
        let verdict =
            self.producers.check(&header, None, Origin::Client).map_err(|error| error.error_code())?;
        if verdict == Verdict::Append {
            self.producers.apply(&header, None);
            self.end = header.next_offset().0;
        }
        Ok(verdict)
    }

    fn end(&mut self, marker: Marker, epoch: i16, coordinator: i32) -> Result<Option<AbortedEntry>, i16> {
        let builder =
            BatchBuilder::end_transaction(marker, ID, ProducerEpoch(epoch), coordinator, Timestamp(5));
        let bytes = builder.base_offset(Offset(self.end)).build();
        let view = BatchView::parse(&bytes).unwrap();
        let parsed = EndMarker::parse(&view).unwrap();
        assert_eq!(parsed.abort, marker == Marker::Abort);
        let checked = self.producers.check(view.header(), Some(&parsed), Origin::Coordinator);
        checked.map_err(|error| error.error_code())?;
        self.end += 1;
        Ok(self.producers.apply(view.header(), Some(&parsed)))
    }
}

#[test]
fn the_last_five_batches_are_recognised() {
    let mut model = Model::new();
    for n in 0..6 {
        assert_eq!(model.append(0, n * 2, 2, 0), Ok(Verdict::Append));
    }
    for n in 1..6 {
        let Ok(Verdict::Duplicate(original)) = model.append(0, n * 2, 2, 0) else { panic!("batch {n}") };
        assert_eq!(original.first_offset(), Offset(i64::from(n) * 2));
    }
    assert_eq!(model.append(0, 0, 2, 0), Err(codes::OUT_OF_ORDER_SEQUENCE_NUMBER), "older than the window");
    assert_eq!(model.append(0, 10, 1, 0), Err(codes::OUT_OF_ORDER_SEQUENCE_NUMBER), "not the same batch");
    assert_eq!(model.append(0, 13, 1, 0), Err(codes::OUT_OF_ORDER_SEQUENCE_NUMBER), "a gap");
    assert_eq!(model.end, 12);
}

#[test]
fn sequences_start_anywhere_and_wrap() {
    let mut model = Model::new();
    assert_eq!(model.append(3, i32::MAX - 1, 3, 0), Ok(Verdict::Append), "no state: any sequence");
    assert_eq!(model.append(3, 1, 1, 0), Ok(Verdict::Append));
    assert!(matches!(model.append(3, i32::MAX - 1, 3, 0), Ok(Verdict::Duplicate(_))));
    let mut model = Model::new();
    assert_eq!(model.append(0, i32::MAX, 1, 0), Ok(Verdict::Append));
    assert_eq!(model.append(0, 0, 1, 0), Ok(Verdict::Append));
}

#[test]
fn epochs_fence() {
    let mut model = Model::new();
    model.append(1, 0, 1, 0).unwrap();
    assert_eq!(model.append(0, 1, 1, 0), Err(codes::INVALID_PRODUCER_EPOCH));
    assert_eq!(model.append(2, 1, 1, 0), Err(codes::OUT_OF_ORDER_SEQUENCE_NUMBER), "a new epoch starts at 0");
    assert_eq!(model.append(2, 0, 1, 0), Ok(Verdict::Append));
    assert_eq!(model.append(1, 0, 1, 0), Err(codes::INVALID_PRODUCER_EPOCH));
}

#[test]
fn without_an_epoch_any_sequence_follows() {
    let mut model = Model::new();
    assert_eq!(model.append(-1, 5, 1, 0), Ok(Verdict::Append));
    assert_eq!(model.append(-1, 9, 1, 0), Ok(Verdict::Append), "a gap");
    assert!(matches!(model.append(-1, 5, 1, 0), Ok(Verdict::Duplicate(_))), "batches are still recognised");
    assert_eq!(model.append(3, 7, 1, 0), Ok(Verdict::Append), "the first epoch starts anywhere");
    assert_eq!(model.append(3, 9, 1, 0), Err(codes::OUT_OF_ORDER_SEQUENCE_NUMBER));
    assert_eq!(model.append(-1, 8, 1, 0), Err(codes::INVALID_PRODUCER_EPOCH));
}

#[test]
fn transactions_hold_the_last_stable_offset() {
    let mut model = Model::new();
    model.append(0, 0, 2, 0).unwrap();
    assert_eq!(model.producers.first_unstable(), None);
    model.append(0, 2, 2, Attributes::TRANSACTIONAL).unwrap();
    assert_eq!(model.append(0, 4, 1, 0), Err(codes::INVALID_TXN_STATE));
    model.append(0, 4, 1, Attributes::TRANSACTIONAL).unwrap();
    assert_eq!(model.producers.first_unstable(), Some(Offset(2)));
    let aborted = model.end(Marker::Abort, 0, 3).unwrap().unwrap();
    let (first_offset, last_offset, last_stable) = (Offset(2), Offset(5), Offset(6));
    assert_eq!(aborted, AbortedEntry { producer_id: ID, first_offset, last_offset, last_stable });
    assert_eq!(model.producers.first_unstable(), Some(Offset(2)), "until the marker is replicated");
    model.producers.replicated(Offset(5));
    assert_eq!(model.producers.first_unstable(), Some(Offset(2)));
    model.producers.replicated(Offset(6));
    assert_eq!(model.producers.first_unstable(), None);
    assert_eq!(model.end(Marker::Commit, 0, 2), Err(52), "an older coordinator");
    assert_eq!(model.end(Marker::Commit, 0, 3), Ok(None), "a marker without a transaction");
}

#[test]
fn idle_producers_expire_unless_in_a_transaction() {
    let mut model = Model::new();
    model.append(0, 0, 1, Attributes::TRANSACTIONAL).unwrap();
    model.producers.expire(Timestamp(1000), 10);
    assert!(!model.producers.is_empty());
    model.end(Marker::Commit, 0, 0).unwrap();
    model.producers.expire(Timestamp(14), 10);
    assert!(!model.producers.is_empty());
    model.producers.expire(Timestamp(15), 10);
    assert!(model.producers.is_empty());
}
