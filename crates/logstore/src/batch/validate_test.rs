use super::*;
use crate::base::types::{ProducerEpoch, ProducerId, Sequence};
use crate::batch::Attributes;
use crate::batch::build::{BatchBuilder, RecordData};
use crate::batch::layout::{BASE_OFFSET_AT, LAST_OFFSET_DELTA_AT, RECORDS_COUNT_AT};
use proptest::prelude::*;

const NOW: Timestamp = Timestamp(1_700_000_000_000);
const HOUR_MS: i64 = 3_600_000;

fn rules() -> Rules {
    Rules {
        produce_version: 9,
        message_bytes_max: 1_048_588,
        timestamp_type: TimestampType::CreateTime,
        timestamp_before_max_ms: i64::MAX,
        timestamp_after_max_ms: HOUR_MS,
        compacted: false,
        strict: false,
        compressor: None,
        now: NOW,
    }
}

fn batch() -> BatchBuilder {
    BatchBuilder::new().value(b"a").value(b"b")
}

fn patched(at: usize, bytes: &[u8]) -> Vec<u8> {
    let mut batch = batch().build();
    batch[at..at + bytes.len()].copy_from_slice(bytes);
    stamp::crc(&mut batch);
    batch
}

fn code(bytes: Vec<u8>, rules: &Rules) -> i16 {
    ValidatedBatch::from_producer(bytes.into(), rules).map_or_else(|rejection| rejection.error_code, |_| 0)
}

#[test]
fn a_good_batch_passes_and_loses_a_short_tail() {
    let mut bytes = batch().build();
    let size = bytes.len();
    bytes.extend([0; TRAILING_BYTES_MAX - 1]);
    let validated = ValidatedBatch::from_producer(bytes.into(), &rules()).unwrap();
    assert_eq!(validated.header().records_count, 2);
    assert_eq!(validated.into_bytes().len(), size);
}

#[test]
fn size_crc_and_number_of_batches() {
    let good = batch().build();
    assert_eq!(code(Vec::new(), &rules()), INVALID_RECORD);
    assert_eq!(code(good[..good.len() - 1].to_vec(), &rules()), INVALID_RECORD);
    assert_eq!(code(good.repeat(2), &rules()), INVALID_RECORD);
    assert_eq!(code([good.clone(), vec![9; 40]].concat(), &rules()), CORRUPT_MESSAGE);
    let mut flipped = good.clone();
    *flipped.last_mut().unwrap() ^= 1;
    assert_eq!(code(flipped, &rules()), CORRUPT_MESSAGE);
    assert_eq!(code(patched(LENGTH_AT, &[0, 0, 0, 20]), &rules()), CORRUPT_MESSAGE);
    assert_eq!(code(good.clone(), &Rules { message_bytes_max: 60, ..rules() }), MESSAGE_TOO_LARGE);
    assert_eq!(code(good, &rules()), 0);
}

#[test]
fn formats_and_codecs_not_served() {
    assert_eq!(code(patched(MAGIC_AT, &[1]), &rules()), INVALID_RECORD);
    assert_eq!(code(patched(MAGIC_AT, &[9]), &rules()), CORRUPT_MESSAGE);
    for bits in 5..8 {
        assert_eq!(code(batch().attributes(bits).build(), &rules()), UNSUPPORTED_COMPRESSION_TYPE);
    }
    let zstd = batch().codec(Codec::Zstd).build();
    assert_eq!(code(zstd.clone(), &rules()), 0);
    assert_eq!(code(zstd, &Rules { produce_version: 6, ..rules() }), UNSUPPORTED_COMPRESSION_TYPE);
}

#[test]
fn headers_that_contradict_themselves() {
    assert_eq!(code(patched(BASE_OFFSET_AT, &1_i64.to_be_bytes()), &rules()), INVALID_RECORD);
    for count in [0, -1, 3, i32::MAX] {
        assert_eq!(code(patched(RECORDS_COUNT_AT, &count.to_be_bytes()), &rules()), INVALID_RECORD);
    }
    for delta in [0, -1, i32::MAX] {
        assert_eq!(code(patched(LAST_OFFSET_DELTA_AT, &delta.to_be_bytes()), &rules()), INVALID_RECORD);
    }
    assert_eq!(code(batch().attributes(Attributes::CONTROL).build(), &rules()), INVALID_RECORD);
    let no_sequence = batch().producer(ProducerId(1), ProducerEpoch(0), Sequence(-1)).build();
    assert_eq!(code(no_sequence, &rules()), INVALID_RECORD);
}

#[test]
fn timestamps() {
    let at =
        |timestamp| BatchBuilder::new().record(RecordData { timestamp, ..RecordData::default() }).build();
    assert_eq!(code(at(Timestamp(NOW.0 + HOUR_MS)), &rules()), 0);
    assert_eq!(code(at(Timestamp(NOW.0 + HOUR_MS + 1)), &rules()), INVALID_TIMESTAMP);
    assert_eq!(code(at(Timestamp(i64::MAX)), &rules()), INVALID_TIMESTAMP);
    assert_eq!(code(at(Timestamp::NONE), &rules()), 0);
    let strict_past = Rules { timestamp_before_max_ms: 10, ..rules() };
    assert_eq!(code(at(Timestamp(NOW.0 - 11)), &strict_past), INVALID_TIMESTAMP);
    let appended = Rules { timestamp_type: TimestampType::LogAppendTime, ..rules() };
    assert_eq!(code(at(Timestamp(i64::MAX)), &appended), 0);
    assert_eq!(code(batch().attributes(Attributes::LOG_APPEND_TIME).build(), &rules()), INVALID_TIMESTAMP);
}

#[test]
fn a_compacted_topic_wants_keys_and_names_the_records_without() {
    let keyed = RecordData { key: Some(b"k".to_vec()), ..RecordData::default() };
    let bytes = BatchBuilder::new().record(keyed.clone()).record(RecordData::default()).record(keyed).build();
    let compacted = Rules { compacted: true, ..rules() };
    let rejection = ValidatedBatch::from_producer(bytes.into(), &compacted).unwrap_err();
    assert_eq!(rejection.error_code, INVALID_RECORD);
    assert_eq!(rejection.record_errors.iter().map(|error| error.index).collect::<Vec<_>>(), [1]);
}

#[test]
fn strict_validation_reads_every_record() {
    let strict = Rules { strict: true, ..rules() };
    for codec in [Codec::None, Codec::Gzip, Codec::Snappy, Codec::Lz4, Codec::Zstd] {
        assert_eq!(code(batch().codec(codec).build(), &strict), 0);
    }
    // The offset delta of the only record, behind length, attributes and timestamp delta.
    let mut batch = BatchBuilder::new().value(b"a").build();
    batch[HEADER_BYTES + 3] = 2;
    stamp::crc(&mut batch);
    assert_eq!(code(batch.clone(), &rules()), 0);
    assert_eq!(code(batch, &strict), INVALID_RECORD);
    let bomb = BatchBuilder::new().codec(Codec::Zstd).value(&vec![0; 80 << 20]).build();
    assert!(bomb.len() < 100_000);
    assert_eq!(code(bomb, &strict), MESSAGE_TOO_LARGE);
}

#[test]
fn a_coordinators_batch_gets_its_crc() {
    let mut bytes = batch().build();
    bytes[17] ^= 0xff;
    let validated = ValidatedBatch::from_coordinator(bytes.into()).unwrap();
    let header = *validated.header();
    let bytes = validated.into_bytes();
    let view = BatchView::parse(&bytes).unwrap();
    assert!(view.verify_crc());
    assert_eq!(view.header(), &header);
}

proptest! {
    #[test]
    fn no_input_panics(mut bytes: Vec<u8>, strict: bool, keep_crc: bool) {
        let mut batch = batch().build();
        for (at, byte) in bytes.iter().enumerate().take(batch.len()) {
            if byte % 7 == 0 { batch[at] ^= byte; }
        }
        if keep_crc { stamp::crc(&mut batch); }
        let rules = Rules { strict, ..rules() };
        let _ = code(batch, &rules);
        bytes.truncate(200);
        let _ = code(bytes, &rules);
    }
}
