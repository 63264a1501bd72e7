//! When a new segment starts: the numbers behind [`Shape::is_full_for`](crate::segment::Shape::is_full_for).

use super::config::LogConfig;
use crate::base::limits::SEGMENT_BYTES_MAX;
use crate::base::types::{Offset, PartitionId};
use crate::segment::RollLimits;

/// The limits of the segment that begins at `base`.
pub(super) fn limits(config: &LogConfig, id: &PartitionId, base: Offset) -> RollLimits {
    RollLimits {
        segment_bytes: u64::from(config.segment_bytes).min(SEGMENT_BYTES_MAX),
        segment_ms: segment_ms(config) - jitter_ms(config, id, base),
        index_bytes: config.segment_index_bytes as usize,
    }
}

/// Only a sealed segment is compacted, so that one may not stay active for longer than compaction may wait.
fn segment_ms(config: &LogConfig) -> i64 {
    if config.cleanup_compact {
        config.segment_ms.min(config.max_compaction_lag_ms)
    } else {
        config.segment_ms
    }
}

/// How much earlier than `segment.ms` the segment rolls. Segments that began together must not roll together, so
/// any number that differs by partition and segment will do.
fn jitter_ms(config: &LogConfig, id: &PartitionId, base: Offset) -> i64 {
    let jitter_max = config.segment_jitter_ms.min(segment_ms(config));
    if jitter_max <= 0 {
        return 0;
    }
    let seed = id.topic.0.iter().fold(base.0 as u64 ^ id.index.0 as u64, |seed, byte| {
        // FNV-1a
        (seed ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    (seed % jitter_max as u64) as i64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::types::{PartitionIndex, TopicId};

    #[test]
    fn compaction_does_not_wait_for_a_segment_longer_than_it_may() {
        let id = PartitionId { topic: TopicId([7; 16]), index: PartitionIndex(0) };
        let config = LogConfig { segment_ms: 1000, max_compaction_lag_ms: 300, ..LogConfig::default() };
        assert_eq!(limits(&config, &id, Offset(0)).segment_ms, 1000);
        let compacted = LogConfig { cleanup_compact: true, ..config };
        assert_eq!(limits(&compacted, &id, Offset(0)).segment_ms, 300);
    }

    #[test]
    fn segments_that_begin_together_roll_apart() {
        let config = LogConfig { segment_ms: 1000, segment_jitter_ms: 400, ..LogConfig::default() };
        let rolls: Vec<i64> = (0..50)
            .map(|index| PartitionId { topic: TopicId([7; 16]), index: PartitionIndex(index) })
            .map(|id| limits(&config, &id, Offset(0)).segment_ms)
            .collect();
        assert!(rolls.iter().all(|ms| (601..=1000).contains(ms)));
        assert!(rolls.iter().any(|ms| *ms != rolls[0]));
    }
}
