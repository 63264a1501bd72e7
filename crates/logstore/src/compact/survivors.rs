//! What of a batch goes into the copy.
//!
//! Records that stay keep their bytes: base offset and base timestamp, which their deltas count from, stay too. Only a
//! batch that gets a delete horizon is encoded anew, since the horizon stands in the place of its base timestamp.

use crate::base::bytes::{Writer, be};
use crate::base::types::Timestamp;
use crate::batch::layout::{
    ATTRIBUTES_AT, BASE_TIMESTAMP_AT, HEADER_BYTES, LENGTH_AT, LENGTH_OVERHEAD, MAX_TIMESTAMP_AT,
    RECORDS_COUNT_AT,
};
use crate::batch::{Attributes, BatchHeader, BatchView, Codec, Record, RecordsError, TimestampType, stamp};

/// What is asked of one batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Terms {
    /// None of its records stays.
    pub(super) discard: bool,
    /// The batch stays even when none of its records does: a producer's last one, or the last of the round.
    pub(super) keep_empty: bool,
    /// It is a marker whose time begins to run.
    pub(super) is_lone_marker: bool,
    /// When the tombstones of this round may go.
    pub(super) horizon: Timestamp,
}

/// What goes into the copy.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Survivors {
    /// All of it, as it is.
    All,
    /// This batch in its place.
    Some(Vec<u8>),
    /// Nothing.
    None,
}

/// Applies `terms` to a batch, of whose records those stay for which `stays` holds.
pub(super) fn of(
    batch: &BatchView<'_>,
    terms: &Terms,
    stays: impl Fn(&Record<'_>) -> bool,
) -> Result<Survivors, RecordsError> {
    let header = batch.header();
    let emptied = || match (terms.keep_empty, header.records_count) {
        (false, _) => Survivors::None,
        (true, 0) => Survivors::All,
        (true, _) => Survivors::Some(without_records(batch)),
    };
    if terms.discard {
        return Ok(emptied());
    }
    let records = batch.records()?;
    let mut kept = Vec::new();
    for record in records.iter() {
        let record = record?;
        if stays(&record) {
            kept.push(record);
        }
    }
    let has_tombstone = !header.attributes.is_control() && kept.iter().any(|record| record.value.is_none());
    let begins = (has_tombstone || terms.is_lone_marker) && !header.attributes.has_delete_horizon();
    if kept.is_empty() {
        Ok(emptied())
    } else if kept.len() == header.records_count as usize && !begins {
        Ok(Survivors::All)
    } else {
        rewritten(batch, &kept, begins.then_some(terms.horizon)).map(Survivors::Some)
    }
}

fn rewritten(
    batch: &BatchView<'_>,
    kept: &[Record<'_>],
    horizon: Option<Timestamp>,
) -> Result<Vec<u8>, RecordsError> {
    let header = batch.header();
    let mut stream = Writer::new();
    for record in kept {
        match horizon {
            Some(horizon) => record.encode_from(horizon, &mut stream)?,
            None => {
                stream.bytes(record.encoded());
            }
        }
    }
    let codec = header.attributes.codec().ok_or(RecordsError::UnknownCodec)?;
    let body = codec.compress(stream.as_slice()).map_err(|error| RecordsError::Codec(error.into()))?;
    let max_timestamp = match header.attributes.timestamp_type() {
        TimestampType::CreateTime => kept.iter().map(|record| record.timestamp).max(),
        TimestampType::LogAppendTime => None,
    };
    let attributes = header.attributes.0 | horizon.map_or(0, |_| Attributes::DELETE_HORIZON);
    let times = (horizon.unwrap_or(header.base_timestamp), max_timestamp.unwrap_or(header.max_timestamp));
    Ok(assembled(batch, attributes, times, kept.len(), &body))
}

/// A batch that only says which offsets and sequences it had.
fn without_records(batch: &BatchView<'_>) -> Vec<u8> {
    let header: &BatchHeader = batch.header();
    let codec = header.attributes.codec().map_or(0, Codec::bits);
    let attributes = header.attributes.0 & !codec & !Attributes::DELETE_HORIZON;
    assembled(batch, attributes, (Timestamp::NONE, header.max_timestamp), 0, &[])
}

fn assembled(
    batch: &BatchView<'_>,
    attributes: i16,
    (base, max): (Timestamp, Timestamp),
    records: usize,
    body: &[u8],
) -> Vec<u8> {
    let mut bytes = batch.bytes().get(..HEADER_BYTES).unwrap_or_default().to_vec();
    bytes.extend_from_slice(body);
    let length = (bytes.len() - LENGTH_OVERHEAD) as i32;
    // The header was parsed, so that every field is within it.
    let _ = be::put_i32(&mut bytes, LENGTH_AT, length);
    let _ = be::put_i16(&mut bytes, ATTRIBUTES_AT, attributes);
    let _ = be::put_i64(&mut bytes, BASE_TIMESTAMP_AT, base.0);
    let _ = be::put_i64(&mut bytes, MAX_TIMESTAMP_AT, max.0);
    let _ = be::put_i32(&mut bytes, RECORDS_COUNT_AT, records as i32);
    stamp::crc(&mut bytes);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::types::{LeaderEpoch, Offset, ProducerEpoch, ProducerId, Sequence};
    use crate::batch::build::{BatchBuilder, RecordData};

    const TERMS: Terms =
        Terms { discard: false, keep_empty: false, is_lone_marker: false, horizon: Timestamp(9000) };

    /// Records `k0`.. at times 100.., those of `tombstones` without a value.
    fn batch(codec: Codec, count: i64, tombstones: &[i64]) -> Vec<u8> {
        let record = |n: i64| RecordData {
            timestamp: Timestamp(100 + n),
            key: Some(format!("k{n}").into_bytes()),
            value: (!tombstones.contains(&n)).then(|| b"value".to_vec()),
            headers: vec![("h".into(), None)],
        };
        let builder =
            BatchBuilder::new().codec(codec).producer(ProducerId(5), ProducerEpoch(1), Sequence(40));
        let mut bytes = (0..count).fold(builder, |builder, n| builder.record(record(n))).build();
        stamp::offsets(&mut bytes, Offset(1000), LeaderEpoch(2));
        bytes
    }

    fn filtered(bytes: &[u8], terms: Terms, stays: impl Fn(i64) -> bool) -> Survivors {
        let batch = BatchView::parse(bytes).unwrap();
        of(&batch, &terms, |record| stays(record.offset.0 - 1000)).unwrap()
    }

    fn some(survivors: Survivors) -> Vec<u8> {
        match survivors {
            Survivors::Some(bytes) => bytes,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_stays_keeps_offset_time_and_headers() {
        for codec in [Codec::None, Codec::Gzip, Codec::Snappy, Codec::Lz4, Codec::Zstd] {
            let bytes = batch(codec, 5, &[]);
            let rewritten = some(filtered(&bytes, TERMS, |n| n % 2 == 1));
            let view = BatchView::parse(&rewritten).unwrap();
            assert!(view.verify_crc());
            let before = *BatchView::parse(&bytes).unwrap().header();
            let after = *view.header();
            assert_eq!((after.records_count, after.max_timestamp), (2, Timestamp(103)));
            assert_eq!(after.last_offset(), before.last_offset());
            assert_eq!((after.base_sequence, after.last_sequence()), (Sequence(40), Sequence(44)));
            assert_eq!(after.attributes, before.attributes);
            let records = view.records().unwrap();
            let kept: Vec<_> = records.iter().map(Result::unwrap).collect();
            assert_eq!(kept.iter().map(|record| record.offset.0).collect::<Vec<_>>(), [1001, 1003]);
            assert_eq!(kept.iter().map(|record| record.timestamp.0).collect::<Vec<_>>(), [101, 103]);
            assert!(
                kept.iter().all(|record| record.value == Some(b"value") && record.headers().count() == 1)
            );
        }
    }

    #[test]
    fn all_or_none() {
        let bytes = batch(Codec::Lz4, 3, &[]);
        assert_eq!(filtered(&bytes, TERMS, |_| true), Survivors::All);
        assert_eq!(filtered(&bytes, TERMS, |_| false), Survivors::None);
        assert_eq!(filtered(&bytes, Terms { discard: true, ..TERMS }, |_| true), Survivors::None);
    }

    #[test]
    fn an_emptied_batch_keeps_its_offsets_and_sequences() {
        let bytes = batch(Codec::Lz4, 3, &[]);
        let terms = Terms { keep_empty: true, ..TERMS };
        let emptied = some(filtered(&bytes, terms, |_| false));
        assert_eq!(emptied.len(), HEADER_BYTES);
        let view = BatchView::parse(&emptied).unwrap();
        assert!(view.verify_crc());
        let header = view.header();
        assert_eq!((header.base_offset, header.last_offset()), (Offset(1000), Offset(1002)));
        assert_eq!((header.producer_id, header.last_sequence()), (ProducerId(5), Sequence(42)));
        assert_eq!((header.records_count, header.max_timestamp), (0, Timestamp(102)));
        assert_eq!(header.attributes.codec(), Some(Codec::None));
        assert_eq!(filtered(&emptied, terms, |_| true), Survivors::All, "and stays as it is");
    }

    #[test]
    fn a_tombstone_gets_its_horizon_once() {
        let bytes = batch(Codec::Zstd, 3, &[1]);
        let first = some(filtered(&bytes, TERMS, |_| true));
        let view = BatchView::parse(&first).unwrap();
        assert!(view.verify_crc() && view.header().attributes.has_delete_horizon());
        assert_eq!(view.header().base_timestamp, Timestamp(9000));
        let records = view.records().unwrap();
        let times: Vec<_> = records.iter().map(|record| record.unwrap().timestamp.0).collect();
        assert_eq!(times, [100, 101, 102], "the records keep their times");
        let later = Terms { horizon: Timestamp(10_000), ..TERMS };
        assert_eq!(filtered(&first, later, |_| true), Survivors::All, "the horizon does not move");
        let fewer = some(filtered(&first, later, |n| n > 0));
        let view = BatchView::parse(&fewer).unwrap();
        assert_eq!(view.header().base_timestamp, Timestamp(9000));
        assert_eq!(view.records().unwrap().iter().next().unwrap().unwrap().timestamp, Timestamp(101));
    }

    #[test]
    fn bytes_that_are_no_records_are_an_error() {
        let mut bytes = batch(Codec::None, 2, &[]);
        bytes.truncate(bytes.len() - 3);
        let length = (bytes.len() - LENGTH_OVERHEAD) as i32;
        be::put_i32(&mut bytes, LENGTH_AT, length).unwrap();
        assert!(of(&BatchView::parse(&bytes).unwrap(), &TERMS, |_| true).is_err());
    }
}
