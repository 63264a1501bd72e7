//! Builds batches: control batches for the engine, all kinds for tests.

use crate::base::bytes::Writer;
use crate::base::types::{LeaderEpoch, Offset, ProducerEpoch, ProducerId, Sequence, Timestamp};

use super::codec::Codec;
use super::layout::{HEADER_BYTES, LENGTH_OVERHEAD, MAGIC};
use super::stamp;
use super::view::Attributes;

/// One record to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordData {
    /// Its time.
    pub timestamp: Timestamp,
    /// What it is about.
    pub key: Option<Vec<u8>>,
    /// What it says.
    pub value: Option<Vec<u8>>,
    /// Text and bytes beside it.
    pub headers: Vec<(String, Option<Vec<u8>>)>,
}

impl Default for RecordData {
    fn default() -> Self {
        Self { timestamp: Timestamp(0), key: None, value: None, headers: Vec::new() }
    }
}

/// Collects records and writes them as one batch.
#[derive(Clone, Debug)]
pub struct BatchBuilder {
    base_offset: Offset,
    leader_epoch: LeaderEpoch,
    attributes: i16,
    producer: (ProducerId, ProducerEpoch, Sequence),
    codec: Codec,
    records: Vec<RecordData>,
}

/// How a transaction ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Marker {
    /// Its records are to be skipped.
    Abort = 0,
    /// Its records are valid.
    Commit = 1,
}

impl Default for BatchBuilder {
    fn default() -> Self {
        Self {
            base_offset: Offset(0),
            leader_epoch: LeaderEpoch::NONE,
            attributes: 0,
            producer: (ProducerId::NONE, ProducerEpoch(-1), Sequence(-1)),
            codec: Codec::None,
            records: Vec::new(),
        }
    }
}

impl BatchBuilder {
    /// As a producer sends it: base offset 0, no epoch, no producer id, not compressed.
    pub fn new() -> Self {
        Self::default()
    }

    /// The marker that ends a transaction: one record, 78 bytes.
    pub fn end_transaction(
        marker: Marker,
        producer_id: ProducerId,
        producer_epoch: ProducerEpoch,
        coordinator_epoch: i32,
        now: Timestamp,
    ) -> Self {
        const VERSION: i16 = 0;
        let key = [VERSION.to_be_bytes(), (marker as i16).to_be_bytes()].concat();
        let value = [&VERSION.to_be_bytes()[..], &coordinator_epoch.to_be_bytes()].concat();
        Self::new()
            .attributes(Attributes::CONTROL | Attributes::TRANSACTIONAL)
            .producer(producer_id, producer_epoch, Sequence(-1))
            .record(RecordData { timestamp: now, key: Some(key), value: Some(value), headers: Vec::new() })
    }

    /// Adds a record.
    #[must_use]
    pub fn record(mut self, record: RecordData) -> Self {
        self.records.push(record);
        self
    }

    /// Adds a record of a value alone, at time 0.
    #[must_use]
    pub fn value(self, value: &[u8]) -> Self {
        self.record(RecordData {
            timestamp: Timestamp(0),
            value: Some(value.to_vec()),
            ..RecordData::default()
        })
    }

    /// Sets the first offset.
    #[must_use]
    pub fn base_offset(mut self, offset: Offset) -> Self {
        self.base_offset = offset;
        self
    }

    /// Sets the leader epoch.
    #[must_use]
    pub fn leader_epoch(mut self, epoch: LeaderEpoch) -> Self {
        self.leader_epoch = epoch;
        self
    }

    /// Sets attribute bits beside the codec's.
    #[must_use]
    pub fn attributes(mut self, bits: i16) -> Self {
        self.attributes |= bits;
        self
    }

    /// Makes it idempotent.
    #[must_use]
    pub fn producer(mut self, id: ProducerId, epoch: ProducerEpoch, first: Sequence) -> Self {
        self.producer = (id, epoch, first);
        self
    }

    /// Compresses the records.
    #[must_use]
    pub fn codec(mut self, codec: Codec) -> Self {
        self.codec = codec;
        self
    }

    /// The whole batch with its CRC.
    ///
    /// # Panics
    /// When the codec fails, which none does in memory.
    #[allow(clippy::expect_used, reason = "compressing into memory has no failure to report")]
    pub fn build(self) -> Vec<u8> {
        let base_timestamp = self.records.first().map_or(Timestamp::NONE, |record| record.timestamp);
        let max_timestamp =
            self.records.iter().map(|record| record.timestamp).max().unwrap_or(Timestamp::NONE);
        let body = self.codec.compress(&self.encode_records(base_timestamp)).expect("compression in memory");
        let (producer_id, producer_epoch, base_sequence) = self.producer;
        let mut writer = Writer::with_capacity(HEADER_BYTES + body.len());
        writer
            .i64(self.base_offset.0)
            .i32((HEADER_BYTES - LENGTH_OVERHEAD + body.len()) as i32)
            .i32(self.leader_epoch.0)
            .i8(MAGIC)
            .u32(0)
            .i16(self.attributes | self.codec.bits())
            .i32(self.records.len() as i32 - 1)
            .i64(base_timestamp.0)
            .i64(max_timestamp.0)
            .i64(producer_id.0)
            .i16(producer_epoch.0)
            .i32(base_sequence.0)
            .i32(self.records.len() as i32)
            .bytes(&body);
        let mut batch = writer.into_vec();
        stamp::crc(&mut batch);
        batch
    }

    fn encode_records(&self, base_timestamp: Timestamp) -> Vec<u8> {
        let mut stream = Writer::new();
        for (index, record) in self.records.iter().enumerate() {
            let mut body = Writer::new();
            body.i8(0).varlong(record.timestamp.0 - base_timestamp.0).varint(index as i32);
            nullable(&mut body, record.key.as_deref());
            nullable(&mut body, record.value.as_deref());
            body.varint(record.headers.len() as i32);
            for (key, value) in &record.headers {
                nullable(&mut body, Some(key.as_bytes()));
                nullable(&mut body, value.as_deref());
            }
            stream.varint(body.len() as i32).bytes(body.as_slice());
        }
        stream.into_vec()
    }
}

fn nullable(writer: &mut Writer, bytes: Option<&[u8]>) {
    match bytes {
        Some(bytes) => writer.varint(bytes.len() as i32).bytes(bytes),
        None => writer.varint(-1),
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::BatchView;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
    }

    #[test]
    fn a_marker_takes_78_bytes() {
        let marker = BatchBuilder::end_transaction(
            Marker::Commit,
            ProducerId(9),
            ProducerEpoch(2),
            3,
            Timestamp(1000),
        );
        let bytes = marker.build();
        assert_eq!(bytes.len(), 78);
        let view = BatchView::parse(&bytes).unwrap();
        assert!(view.verify_crc() && view.header().attributes.is_control());
        let records = view.records().unwrap();
        let record = records.iter().next().unwrap().unwrap();
        assert_eq!((record.key, record.value), (Some(&[0, 0, 0, 1][..]), Some(&[0, 0, 0, 0, 0, 3][..])));
    }

    #[test]
    fn golden_bytes() {
        let batch = BatchBuilder::new()
            .producer(ProducerId(4000), ProducerEpoch(1), Sequence(7))
            .record(RecordData {
                timestamp: Timestamp(1_700_000_000_000),
                key: Some(b"k".to_vec()),
                value: Some(b"v".to_vec()),
                headers: vec![("h".into(), None)],
            })
            .build();
        let golden = concat!(
            "0000000000000000",
            "0000003d",
            "ffffffff",
            "02",
            "CRC_____",
            "0000",
            "00000000",
            "0000018bcfe56800",
            "0000018bcfe56800",
            "0000000000000fa0",
            "0001",
            "00000007",
            "00000001",
            "16",
            "00",
            "00",
            "00",
            "026b",
            "0276",
            "02",
            "0268",
            "01",
        );
        let crc = crate::base::crc32c::crc32c_table(&batch[21..]);
        assert_eq!(hex(&batch), golden.replace("CRC_____", &format!("{crc:08x}")));
    }
}
