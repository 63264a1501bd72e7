//! The records inside a batch. All numbers but the attributes are zig-zag varints:
//!
//! ```text
//! length | attributes i8 | timestampDelta | offsetDelta | keyLength key | valueLength value | headerCount headers
//! header:  keyLength key | valueLength value                                    a length of -1 stands for null
//! ```

use std::borrow::Cow;

use crate::base::bytes::{Malformed, Reader, Writer};
use crate::base::types::{Offset, Timestamp};

use super::codec::{CodecError, DECOMPRESSED_BYTES_MAX};
use super::view::{BatchHeader, TimestampType};

/// Attributes, two deltas, two lengths and a count take one byte each at least, and the length before them one.
const RECORD_BYTES_MIN: usize = 7;

/// Records that cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecordsError {
    /// Attribute bits 0-2 name no codec.
    #[error("unknown compression type")]
    UnknownCodec,
    /// The codec refused.
    #[error(transparent)]
    Codec(#[from] CodecError),
    /// A record is not as drawn above.
    #[error(transparent)]
    Malformed(#[from] Malformed),
}

/// The records of one batch, decompressed.
#[derive(Debug)]
pub struct Records<'a> {
    header: BatchHeader,
    bytes: Cow<'a, [u8]>,
}

/// One record, borrowed from its [`Records`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record<'r> {
    /// Its position in the partition.
    pub offset: Offset,
    /// Its own time, or the batch's where that is the broker's.
    pub timestamp: Timestamp,
    /// What it is about; null allowed.
    pub key: Option<&'r [u8]>,
    /// What it says; null is a tombstone.
    pub value: Option<&'r [u8]>,
    headers_count: usize,
    headers: &'r [u8],
    encoded: &'r [u8],
}

impl<'a> Records<'a> {
    /// Decompresses `body` where the header says so, up to [`DECOMPRESSED_BYTES_MAX`].
    pub fn open(header: &BatchHeader, body: &'a [u8]) -> Result<Self, RecordsError> {
        let bytes = match header.attributes.codec().ok_or(RecordsError::UnknownCodec)? {
            super::Codec::None => Cow::Borrowed(body),
            codec => Cow::Owned(codec.decompress(body, DECOMPRESSED_BYTES_MAX)?),
        };
        Ok(Self { header: *header, bytes })
    }

    /// The records as one stream, decompressed.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The records; ends after the first that is wrong, which it reports. Bytes behind the last are wrong too.
    pub fn iter(&self) -> impl Iterator<Item = Result<Record<'_>, RecordsError>> {
        let mut reader = Reader::new(&self.bytes);
        let mut left = self.header.records_count;
        std::iter::from_fn(move || {
            if left <= 0 {
                let trailing = left == 0 && reader.remaining() > 0;
                left = -1;
                return trailing.then(|| Err(reader.malformed("bytes behind the last record").into()));
            }
            let record = self.record(&mut reader);
            left = if record.is_ok() { left - 1 } else { -1 };
            Some(record)
        })
    }

    fn record<'r>(&self, reader: &mut Reader<'r>) -> Result<Record<'r>, RecordsError> {
        let stream = reader.rest();
        let length = usize::try_from(reader.varint()?).unwrap_or(0);
        if length < RECORD_BYTES_MIN - 1 {
            return Err(reader.malformed("a record shorter than any record").into());
        }
        let mut body = Reader::new(reader.bytes(length)?);
        body.i8()?;
        let timestamp_delta = body.varlong()?;
        let offset_delta = body.varint()?;
        let key = nullable(&mut body)?;
        let value = nullable(&mut body)?;
        let headers_count = usize::try_from(body.varint()?).ok().filter(|count| *count <= body.remaining());
        let headers_count = headers_count.ok_or(body.malformed("impossible number of headers"))?;
        let headers = body.rest();
        for _ in 0..headers_count {
            header(&mut body)?;
        }
        if body.remaining() > 0 {
            return Err(body.malformed("bytes behind the last header").into());
        }
        let encoded = stream.get(..stream.len() - reader.remaining()).unwrap_or_default();
        let timestamp = match self.header.attributes.timestamp_type() {
            TimestampType::CreateTime => self.header.base_timestamp.0.saturating_add(timestamp_delta),
            TimestampType::LogAppendTime => self.header.max_timestamp.0,
        };
        Ok(Record {
            offset: Offset(self.header.base_offset.0.saturating_add(i64::from(offset_delta))),
            timestamp: Timestamp(timestamp),
            key,
            value,
            headers_count,
            headers,
            encoded,
        })
    }
}

impl<'r> Record<'r> {
    /// The record as it lies in the stream.
    pub fn encoded(&self) -> &'r [u8] {
        self.encoded
    }

    /// The record as it lies in the stream of a batch with another base timestamp.
    pub fn encode_from(&self, base: Timestamp, into: &mut Writer) -> Result<(), Malformed> {
        let mut reader = Reader::new(self.encoded);
        reader.varint()?;
        let attributes = reader.i8()?;
        reader.varlong()?;
        let mut body = Writer::with_capacity(self.encoded.len());
        body.i8(attributes).varlong(self.timestamp.0 - base.0).bytes(reader.rest());
        into.varint(body.len() as i32).bytes(body.as_slice());
        Ok(())
    }

    /// Its headers: keys are text by contract, values are bytes or null.
    pub fn headers(&self) -> impl Iterator<Item = (Cow<'r, str>, Option<&'r [u8]>)> + use<'r> {
        let mut reader = Reader::new(self.headers);
        // They were walked when the record was read, so that none fails here.
        (0..self.headers_count).map_while(move |_| header(&mut reader).ok())
    }
}

fn header<'r>(reader: &mut Reader<'r>) -> Result<(Cow<'r, str>, Option<&'r [u8]>), Malformed> {
    let key = nullable(reader)?.ok_or(reader.malformed("a header without a key"))?;
    Ok((String::from_utf8_lossy(key), nullable(reader)?))
}

fn nullable<'r>(reader: &mut Reader<'r>) -> Result<Option<&'r [u8]>, Malformed> {
    match usize::try_from(reader.varint()?) {
        Ok(length) => reader.bytes(length).map(Some),
        // Kafka reads any negative length as null.
        Err(_) => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::build::{BatchBuilder, RecordData};
    use crate::batch::{BatchView, Codec, stamp};
    use proptest::prelude::*;

    #[test]
    fn records_read_back_with_every_codec() {
        for codec in [Codec::None, Codec::Gzip, Codec::Snappy, Codec::Lz4, Codec::Zstd] {
            let bytes = BatchBuilder::new()
                .codec(codec)
                .base_offset(Offset(100))
                .record(RecordData {
                    timestamp: Timestamp(5000),
                    key: Some(b"k".to_vec()),
                    value: Some(vec![7; 3000]),
                    headers: vec![("h".into(), Some(b"x".to_vec())), ("n".into(), None)],
                })
                .record(RecordData { timestamp: Timestamp(4000), ..RecordData::default() })
                .build();
            let view = BatchView::parse(&bytes).unwrap();
            assert!(view.verify_crc());
            assert_eq!(view.header().max_timestamp, Timestamp(5000));
            let records = view.records().unwrap();
            let all: Vec<_> = records.iter().map(Result::unwrap).collect();
            assert_eq!(all.len(), 2);
            assert_eq!(
                (all[0].offset, all[0].timestamp, all[0].key),
                (Offset(100), Timestamp(5000), Some(&b"k"[..]))
            );
            let headers: Vec<_> = all[0].headers().collect();
            assert_eq!(headers, [("h".into(), Some(&b"x"[..])), ("n".into(), None)]);
            assert_eq!((all[1].offset, all[1].timestamp), (Offset(101), Timestamp(4000)));
            assert_eq!((all[1].key, all[1].value), (None, None));
        }
    }

    #[test]
    fn the_brokers_time_holds_for_every_record() {
        let mut bytes = BatchBuilder::new().value(b"a").value(b"b").build();
        stamp::log_append_time(&mut bytes, Timestamp(77));
        let view = BatchView::parse(&bytes).unwrap();
        assert!(view.verify_crc());
        assert!(view.records().unwrap().iter().all(|record| record.unwrap().timestamp == Timestamp(77)));
    }

    proptest! {
        #[test]
        fn hostile_records_end_with_an_error_or_the_count(
            mut bytes in proptest::collection::vec(any::<u8>(), 0..400), count in -3_i32..50,
        ) {
            let mut batch = BatchBuilder::new().value(b"a").build();
            batch.truncate(crate::batch::HEADER_BYTES);
            batch.append(&mut bytes);
            let length = (batch.len() - 12) as i32;
            batch[8..12].copy_from_slice(&length.to_be_bytes());
            batch[57..61].copy_from_slice(&count.to_be_bytes());
            let view = BatchView::parse(&batch)?;
            let records = view.records()?;
            prop_assert!(records.iter().count() <= count.max(0) as usize + 1);
        }
    }
}
