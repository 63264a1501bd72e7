//! A Fetch request as it came.

use std::sync::Arc;

use crate::base::bytes::{Malformed, Reader};
use crate::base::types::{LeaderEpoch, Offset};
use crate::server::fetch_session::{NO_SESSION, SessionRequest};
use crate::server::header::Fields;
use crate::server::view::TopicKey;

use super::{FLEXIBLE_SINCE, IDS_SINCE};

/// A consumer; followers name themselves.
pub(super) const CONSUMER: i32 = -1;

/// One partition as a client wants it.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    pub(crate) topic: TopicKey,
    /// The topic's name when its id was first heard, which sessions and waiting requests outlive.
    pub(crate) known_as: Option<Arc<str>>,
    pub(crate) partition: i32,
    pub(super) current_leader_epoch: LeaderEpoch,
    pub(super) offset: Offset,
    pub(super) last_fetched_epoch: LeaderEpoch,
    pub(super) bytes_max: usize,
}

impl Wanted {
    /// From an offset, without epoch checks or a bound.
    #[cfg(test)]
    pub(crate) fn at(topic: TopicKey, partition: i32, offset: i64) -> Self {
        Self {
            topic,
            known_as: None,
            partition,
            current_leader_epoch: LeaderEpoch::NONE,
            offset: Offset(offset),
            last_fetched_epoch: LeaderEpoch::NONE,
            bytes_max: usize::MAX,
        }
    }
}

#[derive(Debug)]
pub(super) struct Request {
    pub(super) replica: i32,
    pub(super) wait_ms_max: i32,
    pub(super) bytes_min: i32,
    pub(super) bytes_max: i32,
    pub(super) isolation: i8,
    pub(super) session: SessionRequest,
}

pub(super) fn parse(frame: &[u8], version: i16) -> Result<Request, Malformed> {
    const REPLICA_STATE: u32 = 1;
    const TOPIC_BYTES_MIN: usize = 2;
    let (mut fields, _) = Fields::open(frame, version >= FLEXIBLE_SINCE)?;
    let mut replica = if version <= 14 { fields.reader.i32()? } else { CONSUMER };
    let wait_ms_max = fields.reader.i32()?;
    let bytes_min = fields.reader.i32()?;
    let bytes_max = fields.reader.i32()?;
    let isolation = fields.reader.i8()?;
    let (id, epoch) =
        if version >= 7 { (fields.reader.i32()?, fields.reader.i32()?) } else { (NO_SESSION, -1) };
    let mut wanted = Vec::new();
    for _ in 0..fields.array_len(TOPIC_BYTES_MIN)? {
        let topic = fields.topic(version, IDS_SINCE)?;
        parse_partitions(&mut fields, version, &topic, &mut wanted)?;
        fields.tags()?;
    }
    let mut forgotten = Vec::new();
    if version >= 7 {
        for _ in 0..fields.array_len(TOPIC_BYTES_MIN)? {
            let topic = fields.topic(version, IDS_SINCE)?;
            for _ in 0..fields.array_len(4)? {
                forgotten.push((topic.clone(), fields.reader.i32()?));
            }
            fields.tags()?;
        }
    }
    if version >= 11 {
        fields.string()?;
    }
    fields.each_tag(|tag, bytes| {
        if tag == REPLICA_STATE && version >= 15 {
            replica = Reader::new(bytes).i32()?;
        }
        Ok(())
    })?;
    let session = SessionRequest { id, epoch, by_id: version >= IDS_SINCE, wanted, forgotten };
    Ok(Request { replica, wait_ms_max, bytes_min, bytes_max, isolation, session })
}

fn parse_partitions(
    fields: &mut Fields<'_>,
    version: i16,
    topic: &TopicKey,
    into: &mut Vec<Wanted>,
) -> Result<(), Malformed> {
    const PARTITION_BYTES_MIN: usize = 16;
    for _ in 0..fields.array_len(PARTITION_BYTES_MIN)? {
        let partition = fields.reader.i32()?;
        let current_leader_epoch = LeaderEpoch(if version >= 9 { fields.reader.i32()? } else { -1 });
        let offset = Offset(fields.reader.i64()?);
        let last_fetched_epoch = LeaderEpoch(if version >= 12 { fields.reader.i32()? } else { -1 });
        if version >= 5 {
            // A follower's log start offset.
            fields.reader.i64()?;
        }
        let bytes_max = usize::try_from(fields.reader.i32()?).unwrap_or(0);
        fields.tags()?;
        into.push(Wanted {
            topic: topic.clone(),
            known_as: None,
            partition,
            current_leader_epoch,
            offset,
            last_fetched_epoch,
            bytes_max,
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_bytes_panic(bytes: Vec<u8>, version in 4_i16..=18) {
            let frame = [&[0, 1, 0, 4, 0, 0, 0, 0, 0xff, 0xff, 0][..], &bytes].concat();
            let _ = parse(&frame, version);
            let _ = parse(&bytes, version);
        }
    }
}
