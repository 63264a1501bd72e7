use super::*;
use crate::base::types::{Offset, ProducerEpoch, ProducerId, Sequence};
use crate::batch::build::{BatchBuilder, RecordData};
use crate::batch::validate::Rules;
use crate::batch::{Codec, TimestampType, ValidatedBatch};

const CODECS: [Codec; 5] = [Codec::None, Codec::Gzip, Codec::Snappy, Codec::Lz4, Codec::Zstd];
const NOW: Timestamp = Timestamp(1_700_000_000_000);

fn rules(codec: Codec, level: Option<i32>) -> Rules {
    Rules {
        produce_version: 9,
        message_bytes_max: 1_048_588,
        timestamp_type: TimestampType::CreateTime,
        timestamp_before_max_ms: i64::MAX,
        timestamp_after_max_ms: i64::MAX,
        compacted: false,
        strict: false,
        compressor: Some(Compressor { codec, level }),
        now: NOW,
    }
}

fn record(timestamp: i64, value: &[u8]) -> RecordData {
    RecordData {
        timestamp: Timestamp(timestamp),
        key: Some(b"key".to_vec()),
        value: Some(value.to_vec()),
        headers: vec![("name".into(), Some(b"text".to_vec())), ("none".into(), None)],
    }
}

fn sent() -> BatchBuilder {
    BatchBuilder::new()
        .producer(ProducerId(7), ProducerEpoch(2), Sequence(40))
        .record(record(5000, &[1; 300]))
        .record(RecordData { timestamp: Timestamp(9000), ..RecordData::default() })
        .record(record(4000, b""))
}

fn stored(bytes: Vec<u8>, rules: &Rules) -> Result<Vec<u8>, i16> {
    let validated = ValidatedBatch::from_producer(bytes.into(), rules);
    let validated = validated.map_err(|rejection| rejection.error_code)?;
    let header = *validated.header();
    let bytes = validated.into_bytes().to_vec();
    let view = BatchView::parse(&bytes).unwrap();
    assert!(view.verify_crc());
    assert_eq!((*view.header(), view.bytes().len()), (header, bytes.len()));
    Ok(bytes)
}

/// What a consumer sees of each record.
fn read(bytes: &[u8]) -> Vec<(Offset, RecordData)> {
    let records = BatchView::parse(bytes).unwrap().records().unwrap();
    let seen = records.iter().map(|record| {
        let record = record.unwrap();
        let headers = record.headers().map(|(key, value)| (key.into_owned(), value.map(<[u8]>::to_vec)));
        let data = RecordData {
            timestamp: record.timestamp,
            key: record.key.map(<[u8]>::to_vec),
            value: record.value.map(<[u8]>::to_vec),
            headers: headers.collect(),
        };
        (record.offset, data)
    });
    seen.collect()
}

#[test]
fn every_codec_becomes_every_other_and_records_stay() {
    for from in CODECS {
        let bytes = sent().codec(from).build();
        let before = *BatchView::parse(&bytes).unwrap().header();
        for to in CODECS {
            let rebuilt = stored(bytes.clone(), &rules(to, None)).unwrap();
            assert_eq!(read(&rebuilt), read(&bytes), "{from:?} to {to:?}");
            let after = *BatchView::parse(&rebuilt).unwrap().header();
            assert_eq!(after.attributes.codec(), Some(to));
            assert_eq!(rebuilt == bytes, from == to);
            let (batch_length, crc, attributes) = (before.batch_length, before.crc, before.attributes);
            let same = super::super::BatchHeader { batch_length, crc, attributes, ..after };
            assert_eq!(same, before, "{from:?} to {to:?}");
        }
    }
}

#[test]
fn levels_are_those_of_the_codec() {
    let text: Vec<u8> = (0..60_000_u32).flat_map(|n| (n * n % 977).to_be_bytes()).collect();
    let bytes = BatchBuilder::new().record(record(0, &text)).build();
    for (codec, weak, strong) in [(Codec::Gzip, 1, 9), (Codec::Zstd, -50, 19)] {
        let [weak, strong] =
            [weak, strong].map(|level| stored(bytes.clone(), &rules(codec, Some(level))).unwrap());
        assert!(strong.len() < weak.len(), "{codec:?}: {} and {}", strong.len(), weak.len());
        assert_eq!(read(&strong), read(&weak));
    }
}

#[test]
fn times_count_from_the_first_record_and_the_header_is_believed_nothing() {
    let mut bytes = sent().attributes(1 << 9 | Attributes::DELETE_HORIZON).build();
    // As of a producer that counts from elsewhere: each record is 100 later than it says.
    be::put_i64(&mut bytes, BASE_TIMESTAMP_AT, 5100).unwrap();
    be::put_i64(&mut bytes, MAX_TIMESTAMP_AT, 77).unwrap();
    stamp::crc(&mut bytes);
    let rebuilt = stored(bytes.clone(), &rules(Codec::Gzip, None)).unwrap();
    assert_eq!(read(&rebuilt), read(&bytes));
    let header = *BatchView::parse(&rebuilt).unwrap().header();
    assert_eq!((header.base_timestamp, header.max_timestamp), (Timestamp(5100), Timestamp(9100)));
    assert_eq!(header.attributes.0, Codec::Gzip.bits());
}

#[test]
fn a_base_that_is_no_records_time_is_replaced() {
    let bytes = BatchBuilder::new().record(record(5000, b"a")).record(record(5001, b"b")).build();
    let view = BatchView::parse(&bytes).unwrap();
    let stream = from(&view.records().unwrap(), Timestamp(4000)).unwrap();
    let mut shifted = [&bytes[..HEADER_BYTES], stream.as_slice()].concat();
    be::put_i64(&mut shifted, BASE_TIMESTAMP_AT, 4000).unwrap();
    let length = (shifted.len() - LENGTH_OVERHEAD) as i32;
    be::put_i32(&mut shifted, LENGTH_AT, length).unwrap();
    stamp::crc(&mut shifted);
    assert_eq!(read(&shifted), read(&bytes));
    let rebuilt = stored(shifted, &rules(Codec::Lz4, None)).unwrap();
    assert_eq!(BatchView::parse(&rebuilt).unwrap().header().base_timestamp, Timestamp(5000));
    assert_eq!(read(&rebuilt), read(&bytes));
}

#[test]
fn what_grows_beyond_the_topics_bound_is_refused() {
    let bytes = BatchBuilder::new().codec(Codec::Zstd).value(&[0; 5000]).build();
    let bound = |bytes_max| Rules { message_bytes_max: bytes_max, ..rules(Codec::None, None) };
    let size = stored(bytes.clone(), &bound(10_000)).unwrap().len() as i32;
    assert_eq!(stored(bytes.clone(), &bound(size - 1)), Err(MESSAGE_TOO_LARGE));
    assert!(stored(bytes, &bound(size)).is_ok());
}

#[test]
fn what_cannot_be_read_or_built_is_refused() {
    let negative = BatchBuilder::new().record(record(-5, b"a")).build();
    assert_eq!(stored(negative, &rules(Codec::Gzip, None)), Err(UNKNOWN_SERVER_ERROR));
    let none = BatchBuilder::new().record(record(-1, b"a")).build();
    assert!(stored(none, &rules(Codec::Gzip, None)).is_ok());
    let mut garbage = sent().codec(Codec::Zstd).build();
    garbage.truncate(HEADER_BYTES);
    garbage.extend([7; 50]);
    let length = (garbage.len() - LENGTH_OVERHEAD) as i32;
    be::put_i32(&mut garbage, LENGTH_AT, length).unwrap();
    stamp::crc(&mut garbage);
    assert_eq!(stored(garbage, &rules(Codec::None, None)), Err(UNKNOWN_SERVER_ERROR));
}
