//! What the leader writes into a batch in place.

use crate::base::bytes::be;
use crate::base::crc32c::crc32c;
use crate::base::types::{LeaderEpoch, Offset, Timestamp};

use super::layout::{
    ATTRIBUTES_AT, BASE_OFFSET_AT, CRC_AT, CRC_FROM, HEADER_BYTES, LEADER_EPOCH_AT, MAX_TIMESTAMP_AT,
};
use super::view::Attributes;

/// Writes base offset and leader epoch, which lie outside the CRC.
///
/// # Panics
/// When `batch` is no whole batch.
pub fn offsets(batch: &mut [u8], base: Offset, epoch: LeaderEpoch) {
    let stamped = be::put_i64(batch, BASE_OFFSET_AT, base.0)
        .and_then(|()| be::put_i32(batch, LEADER_EPOCH_AT, epoch.0));
    assert!(stamped.is_some(), "a batch has a header");
}

/// Makes `now` the time of every record, and the CRC right again. Bits without a meaning go, as in Kafka.
///
/// # Panics
/// When `batch` is no whole batch.
pub fn log_append_time(batch: &mut [u8], now: Timestamp) {
    let kept = be::get_i16(batch, ATTRIBUTES_AT).unwrap_or_default() & Attributes::USED;
    let attributes = kept | Attributes::LOG_APPEND_TIME;
    let stamped = be::put_i16(batch, ATTRIBUTES_AT, attributes)
        .and_then(|()| be::put_i64(batch, MAX_TIMESTAMP_AT, now.0));
    assert!(stamped.is_some(), "a batch has a header");
    crc(batch);
}

/// Computes the CRC and writes it.
///
/// # Panics
/// When `batch` is no whole batch.
pub fn crc(batch: &mut [u8]) {
    assert!(batch.len() >= HEADER_BYTES, "a batch has a header");
    let crc = crc32c(batch.get(CRC_FROM..).unwrap_or_default());
    let _ = be::put_u32(batch, CRC_AT, crc);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::BatchView;
    use crate::batch::build::BatchBuilder;

    #[test]
    fn the_time_of_the_broker_takes_unused_bits_away() {
        let mut bytes = BatchBuilder::new().value(b"a").build();
        be::put_i16(&mut bytes, ATTRIBUTES_AT, 1 << 8 | Attributes::TRANSACTIONAL).unwrap();
        log_append_time(&mut bytes, Timestamp(5));
        let view = BatchView::parse(&bytes).unwrap();
        assert!(view.verify_crc());
        assert_eq!(view.header().attributes.0, Attributes::TRANSACTIONAL | Attributes::LOG_APPEND_TIME);
    }

    #[test]
    fn offsets_lie_outside_the_crc() {
        let mut bytes = BatchBuilder::new().value(b"a").value(b"b").build();
        offsets(&mut bytes, Offset(41), LeaderEpoch(7));
        let view = BatchView::parse(&bytes).unwrap();
        assert!(view.verify_crc());
        assert_eq!((view.header().base_offset, view.header().leader_epoch), (Offset(41), LeaderEpoch(7)));
        assert_eq!(view.header().last_offset(), Offset(42));
    }
}
